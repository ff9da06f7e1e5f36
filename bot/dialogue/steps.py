"""Steps (进退): putting the thing at hand down (算了), and going one step back (上一步)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.dialogue import booking, changing, collecting, finding, judging, representing, starting
from bot.dialogue.turns import Choice, Say, Situation, Turn, Whose, turn
from bot.dialogue.wishes import Consider, Judge, ListVillagers, ReleasePlace
from intake.model.ids import ServiceCode
from intake.model.people import Role

if TYPE_CHECKING:
    from bot.dialogue.states import State


def stop(state: State, situation: Situation) -> Turn:
    """算了: the thing at hand is put down; what is booked stays, a kept place is let go, photographs are kept."""
    match state:
        case changing.Held():
            return turn(changing.Answering(), wish=ReleasePlace(state.hold))
        case changing.Moving():
            return turn(starting.Idle(), Say("place_stays"))
        case booking.Booked():
            return state.see_you(situation)
        case collecting.Collecting() | collecting.Confirming():
            return turn(starting.Idle(), Say("draft_is_kept"), *starting.still_to_do(situation))
        case judging.Evaluating():
            return turn(state, wish=Judge(state.case, state.grade))
        case starting.Idle():
            return Turn((Say("stopped", choices=starting.again(situation)),), starting.Idle(), later=())
        case _:
            stopped = Say("stopped", choices=starting.again(situation))
            return turn(starting.Idle(), stopped, *starting.still_to_do(situation))


def back(state: State, situation: Situation) -> Turn:
    """上一步: the question before this one, asked again; what is booked is not undone by it."""
    match state:
        case finding.ConsideringItem() if state.others:
            return state.others_instead()
        case representing.ForWhom():
            return _item(state.service_code, Whose(), situation)
        case booking.ChoosingHall():
            return _item(state.service_code, state.whose, situation)
        case representing.GivingMandate():
            return _whom(state, situation)
        case booking.ChoosingSlot():
            return booking.ChoosingHall(state.service_code, state.whose).look()
        case changing.Held():
            return turn(state, wish=ReleasePlace(state.hold))
        case booking.Booked():
            return _booked(state)
        case collecting.Collecting():
            return replace(state, wanted="", passed=state.passed[:-1]).look()
        case collecting.Confirming():
            return collecting.Collecting(state.case, state.appointment, state.again).look()
        case representing.NamingPerson():
            return turn(representing.ChoosingPerson(state.service_code), wish=ListVillagers())
        case starting.Idle() | finding.ChoosingItem() | finding.ConsideringItem():
            return turn(starting.Idle(whose=state.whose), Say("say_it_again"))
        case _:
            return stop(state, situation)


def _item(code: ServiceCode, whose: Whose, situation: Situation) -> Turn:
    """The item's card; for whom it is will be asked again, unless a proxy acts for somebody already."""
    kept = whose if situation.role is Role.PROXY else Whose()
    return turn(finding.ConsideringItem(code, whose=kept), wish=Consider(code, kept.person))


def _whom(state: representing.GivingMandate, situation: Situation) -> Turn:
    if situation.role is Role.PROXY:
        return turn(
            representing.ChoosingPerson(state.service_code, wanted=state.wanted), wish=ListVillagers()
        )
    return representing.ForWhom(state.service_code, state.wanted).ask()


def _booked(state: booking.Booked) -> Turn:
    """A place that is taken is changed or given back by its button only."""
    choices = [Choice("现在拍照交材料", "go_on")]
    if state.appointment is not None:
        choices += [
            Choice("改时间", f"move_appointment:{state.appointment}"),
            Choice("取消这个预约", f"cancel_appointment:{state.appointment}"),
        ]
    return turn(state, Say("booked_already", choices=tuple(choices)))
