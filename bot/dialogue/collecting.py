"""Collecting photographs, one material after another, and handing the case in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from bot.dialogue import starting
from bot.dialogue.heard import Heard, Opened, Photographed, Picked, Refused, Said
from bot.dialogue.turns import Choice, Say, Situation, Turn, turn
from bot.dialogue.wishes import HandIn, HandInAgain, LayPage, LookAt
from intake.errors import MaterialsLacking, PhotoRefused, StillToCorrect
from intake.model.case import Case, CaseMaterial, CaseState, Verdict
from intake.model.catalogue import Need
from intake.model.ids import AppointmentId, CaseId, ServiceCode
from intake.model.speech import Intent
from intake.usecases.cases.drafting import PageAdded
from intake.usecases.cases.looking import CaseFile

_GOOD = "good"


@dataclass(frozen=True, slots=True)
class Collecting:
    """Photographs are coming; `wanted` is the material asked for, `passed` those the person left out."""

    case: CaseId
    appointment: AppointmentId | None = None
    again: bool = False
    wanted: str = ""
    passed: tuple[str, ...] = ()
    service_code: ServiceCode | None = None
    name: Literal["collecting"] = "collecting"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """A photograph is laid down; a press passes one over or ends the collecting."""
        match heard:
            case Opened():
                return self.begin(heard)
            case Photographed():
                return turn(self, wish=LayPage(self.case, self.wanted or None))
            case PageAdded():
                return self._laid(heard)
            case Picked(value="pass"):
                return self._passing().look()
            case Picked(value="next"):
                return self._with(passed=self.passed).look()
            case Picked(value="enough"):
                return turn(self._confirming(), wish=LookAt(self.case))
            case CaseFile():
                return replace(self, service_code=heard.case.service_code).ask(heard.case)
            case Refused(refusal=PhotoRefused()):
                return turn(self, starting.refused(heard), Say("send_it_again"))
            case Refused():
                return turn(starting.Idle(), starting.refused(heard))
            case Said():
                return self._said(heard, situation)
            case _:
                return self.look()

    def begin(self, opened: Opened) -> Turn:
        """The first material asked for, with a word on how to photograph."""
        first = replace(self, service_code=opened.item.code).ask(opened.case)
        return Turn((Say("how_to_photograph"), *first.says), first.then, first.wish)

    def look(self) -> Turn:
        """See what is still lacking."""
        return turn(self, wish=LookAt(self.case))

    def ask(self, case: Case) -> Turn:
        """Ask for the next material, or go on to the confirmation when none is left."""
        wanted = next((m for m in case.materials if self._lacks(m)), None)
        if wanted is None:
            return self._confirming().summary(case)
        facts = {
            "material": wanted.name,
            "when": f"（{wanted.when}）" if wanted.when else "",
            "remark": wanted.remark,
        }
        left = sum(self._lacks(m) for m in case.materials)
        choices = [Choice("拍照或选照片", "photo")]
        choices += [Choice("这张没有，先跳过", "pass"), Choice("就交这些", "enough")]
        key = "send_material_again" if self.again else "send_material"
        return turn(self._with(wanted=wanted.key), Say(key, {**facts, "left": str(left)}, tuple(choices)))

    def _lacks(self, material: CaseMaterial) -> bool:
        if material.key in self.passed:
            return False
        if self.again:
            return material.verdict in {Verdict.UNREADABLE, Verdict.WRONG, Verdict.MISSING}
        return not material.pages and material.need is not Need.OPTIONAL

    def _laid(self, added: PageAdded) -> Turn:
        facts = {"material": added.material.name, "advice": added.page.advice}
        if self.wanted and added.material.key != self.wanted:
            following = self._with(passed=self.passed).ask(added.case)
            return Turn(
                (Say("photo_elsewhere", facts, card=added), *following.says), following.then, following.wish
            )
        if added.page.verdict != _GOOD:
            choices = (Choice("重拍一张", "photo"), Choice("就用这张", "next"), Choice("就交这些", "enough"))
            return turn(
                self._with(wanted=added.material.key), Say("photo_doubtful", facts, choices, card=added)
            )
        following = self._with(passed=self.passed).ask(added.case)
        return Turn((Say("photo_good", facts, card=added), *following.says), following.then, following.wish)

    def _said(self, heard: Said, situation: Situation) -> Turn:
        """Without a paper one goes on; with all of them to the summary; another matter finds the photographs kept."""
        match heard.spoken.intent:
            case Intent.SKIP:
                return self._passing().look()
            case Intent.LACK:
                return turn(
                    self._passing() if _means_this_one(heard.text) else self,
                    Say("lacking_is_no_matter"),
                    wish=LookAt(self.case),
                )
            case Intent.YES | Intent.NO | Intent.DONE:
                return turn(self._confirming(), wish=LookAt(self.case))
            case _:
                fresh = starting.Idle().hear(heard, situation)
                return Turn((Say("draft_is_kept"), *fresh.says), fresh.then, fresh.wish)

    def _with(self, *, wanted: str = "", passed: tuple[str, ...] | None = None) -> Collecting:
        return replace(self, wanted=wanted, passed=self.passed if passed is None else passed)

    def _passing(self) -> Collecting:
        """Without the material that is asked for now; it can be brought."""
        return self._with(passed=(*self.passed, self.wanted))

    def _confirming(self) -> Confirming:
        return Confirming(self.case, self.appointment, self.again, self.service_code)


def _means_this_one(text: str) -> bool:
    """没有这个 is about the paper that is asked for; 没有银行卡 may be about the next."""
    return "这" in text or len(text) <= len("找不到了")


@dataclass(frozen=True, slots=True)
class Confirming:
    """Everything is there, or named as to be brought; one press hands it in."""

    case: CaseId
    appointment: AppointmentId | None = None
    again: bool = False
    service_code: ServiceCode | None = None
    name: Literal["confirming"] = "confirming"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """Hand in, add photographs, or leave the draft for later."""
        match heard:
            case CaseFile():
                return self.summary(heard.case)
            case Picked(value="hand_in"):
                return self._hand_in()
            case Said() if heard.spoken.intent in {Intent.YES, Intent.DONE}:
                return self._hand_in()
            case Picked(value="more_photos") | Picked(value="photo"):
                return Collecting(self.case, self.appointment, self.again).look()
            case Picked(value="later"):
                return turn(starting.Idle(), Say("draft_is_kept"))
            case Said() if heard.spoken.intent is Intent.NO:
                return turn(starting.Idle(), Say("draft_is_kept"))
            case Photographed():
                return turn(
                    Collecting(self.case, self.appointment, self.again), wish=LayPage(self.case, None)
                )
            case Case():
                return turn(starting.Idle(), self._handed_in(heard), *starting.still_to_do(situation))
            case Refused(refusal=MaterialsLacking() | StillToCorrect()):
                return turn(
                    Collecting(self.case, self.appointment, self.again),
                    starting.refused(heard),
                    wish=LookAt(self.case),
                )
            case Refused():
                return turn(starting.Idle(), starting.refused(heard))
            case _:
                return turn(self, wish=LookAt(self.case))

    def summary(self, case: Case) -> Turn:
        """What will be handed in, and what is to be brought."""
        sent = "\n".join(f"{m.name}：{len(m.pages)}张" for m in case.materials if m.pages) or "还没有照片"
        lacking = "、".join(m.name for m in case.lacking())
        facts = {
            "service": case.service_name,
            "applicant": case.applicant_name,
            "sent": sent,
            "lacking": f"\n还缺：{lacking}，请到窗口时带来。" if lacking else "",
        }
        choices = (
            Choice("确认提交", "hand_in"),
            Choice("再补照片", "more_photos"),
            Choice("以后再交", "later"),
        )
        return turn(self, Say("confirm_hand_in", facts, choices, card=case))

    def _hand_in(self) -> Turn:
        if self.again:
            return turn(self, wish=HandInAgain(self.case))
        return turn(self, wish=HandIn(self.case, self.appointment, bring_later=True))

    def _handed_in(self, case: Case) -> Say:
        again = case.state is not CaseState.SUBMITTED
        facts = {"number": case.number, "service": case.service_name, "applicant": case.applicant_name}
        choices = (Choice("查看这个办件", f"case:{case.id}"), Choice("我的办件", "my_cases"))
        return Say("handed_in_again" if again else "handed_in", facts, choices, card=case)
