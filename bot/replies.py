"""Replies: what is said, put into sentences and into the shape every channel can render."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.dialogue.turns import Choice, Say
from bot.dialogue.words import slot_label
from intake.model.booking import Appointment, Hold
from intake.model.calendar import SHANGHAI, local_text
from intake.model.case import CASE_WORDS, Case
from intake.model.catalogue import ServiceItem
from intake.model.grades import GRADES
from intake.model.leaving import Notice
from intake.model.places import Hall
from intake.usecases.cases.drafting import PageAdded

_CARDS = {ServiceItem: "item", Case: "case", Appointment: "appointment", PageAdded: "photo"}


@dataclass(frozen=True, slots=True)
class Reply:
    """回复: a sentence, the choices below it, and the facts of a card, ready for any channel."""

    kind: str
    text: str
    choices: tuple[Choice, ...]
    card: Mapping[str, object]

    def as_json(self) -> dict[str, Any]:
        """The reply as the HTTP channel sends it."""
        shown: dict[str, Any] = {"kind": self.kind, "text": self.text}
        shown["choices"] = [{"label": c.label, "value": c.value, "hint": c.hint} for c in self.choices]
        if self.card:
            shown[self.kind] = dict(self.card)
        return shown


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


@cache
def _sentences() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("replies.zh.toml").read_text("utf-8"))


def sentence(key: str, facts: Mapping[str, str]) -> str:
    """The sentence of a key with its facts filled in; a fact that is missing reads as nothing."""
    return str(_sentences()[key]).format_map(_Blank(facts)).strip()


def names_a_place(say: Say) -> bool:
    """Whether what is said tells of a place that only the county's halls give its name."""
    return isinstance(say.card, Hold | Appointment)


def render(say: Say, halls: Iterable[Hall]) -> Reply:
    """One thing said, as a reply; where it `names_a_place`, with the county's halls."""
    kind = _CARDS.get(type(say.card), "choices" if say.choices else "text")
    facts = {**say.facts, **_place(say.card, halls)}
    return Reply(kind, sentence(say.key, facts), say.choices, _card(say.card))


def _place(card: object, halls: Iterable[Hall]) -> Mapping[str, str]:
    if not isinstance(card, Hold | Appointment):
        return {}
    hall = next((hall for hall in halls if hall.code == card.hall), None)
    return {"place": slot_label(card, hall)}


def render_notice(notice: Notice) -> Reply:
    """A notice from the inbox, with what can be done about it."""
    sentences: Mapping[str, str] = _sentences()["notice"]
    text = sentences[notice.kind].format_map(_Blank(notice.facts)).strip()
    return Reply("notice", text, _notice_choices(notice), {"kind": notice.kind, **notice.facts})


def _notice_choices(notice: Notice) -> tuple[Choice, ...]:
    case = notice.facts.get("case", "")
    match notice.kind:
        case "correction_asked" | "correction_reminder" | "correction_lapsed" | "correction_longer":
            return (Choice("现在补交", f"resupply:{case}"), Choice("查看办件", f"case:{case}"))
        case "line_offer" | "appointment_displaced_held" | "appointment_displaced":
            return _place_choices(notice)
        case "please_evaluate":
            return tuple(Choice(word, f"evaluate:{case}:{grade}") for grade, word in GRADES.items())
        case "question_answered" if notice.facts.get("item"):
            return (Choice(f"去办：{notice.facts['service']}", f"item:{notice.facts['item']}"),)
        case kind if kind.startswith(("case_", "later_", "collect_")):
            return (Choice("查看办件", f"case:{case}"),)
        case _:
            return ()


def _place_choices(notice: Notice) -> tuple[Choice, ...]:
    """Yes to what is held; else from a line no, and for a place that closes another time or none."""
    hold = notice.facts.get("hold", "")
    return (*((Choice("要这个时间", f"confirm_hold:{hold}"),) if hold else ()), *_otherwise(notice))


def _otherwise(notice: Notice) -> tuple[Choice, ...]:
    appointment = notice.facts.get("appointment")
    if appointment is None:
        return (Choice("不要了", f"leave_line:{notice.facts.get('waiting', '')}"),)
    return (
        Choice("改别的时间", f"move_appointment:{appointment}"),
        Choice("取消预约", f"cancel_appointment:{appointment}"),
    )


def _card(card: ServiceItem | Case | Hold | Appointment | PageAdded | None) -> Mapping[str, object]:
    match card:
        case ServiceItem():
            return {"service_code": card.code, "name": card.name, "summary": card.summary}
        case Case():
            return _case_card(card)
        case PageAdded():
            return {"verdict": card.page.verdict, "advice": card.page.advice, "material": card.material.name}
        case Appointment():
            return _appointment_card(card)
        case _:
            return {}


def _case_card(case: Case) -> Mapping[str, object]:
    return {
        "id": case.id,
        "number": case.number,
        "service_name": case.service_name,
        "applicant_name": case.applicant_name,
        "state": case.state,
        "state_text": CASE_WORDS[case.state],
    }


def _appointment_card(appointment: Appointment) -> Mapping[str, object]:
    return {
        "id": appointment.id,
        "number": appointment.number,
        "service_name": appointment.service_name,
        "hall": appointment.hall,
        "start": appointment.start.astimezone(SHANGHAI).isoformat(),
        "when_text": local_text(appointment.start),
    }
