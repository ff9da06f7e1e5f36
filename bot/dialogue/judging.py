"""Judging (评价): a finished case gets its grade, and a low one its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.dialogue import starting
from bot.dialogue.heard import Heard, Picked, Refused, Said
from bot.dialogue.turns import Choice, Say, Situation, Turn, turn
from bot.dialogue.wishes import (
    Judge,
)
from intake.model.case import Case
from intake.model.grades import GRADES
from intake.model.ids import CaseId

_ASKED_WHY_UP_TO = 2


@dataclass(frozen=True, slots=True)
class Evaluating:
    """Waiting for words to go with a low grade."""

    case: CaseId
    grade: int
    name: Literal["evaluating"] = "evaluating"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """The words, or none, then the evaluation."""
        match heard:
            case Said():
                return turn(self, wish=Judge(self.case, self.grade, heard.text))
            case Picked(value="no_words"):
                return turn(self, wish=Judge(self.case, self.grade))
            case Case():
                return turn(starting.Idle(), Say("evaluated", {"grade": GRADES[self.grade]}))
            case Refused():
                return turn(starting.Idle(), starting.refused(heard))
            case _:
                return turn(self, ask_why(self.grade))


def evaluate(case: CaseId, grade: int) -> Turn:
    """A grade that was pressed; the two lowest are asked for a reason first, and what is no grade gets all five again."""
    state = Evaluating(case, grade)
    if grade in GRADES and grade > _ASKED_WHY_UP_TO:
        return turn(state, wish=Judge(case, grade))
    return turn(state, ask_why(grade)) if grade in GRADES else turn(starting.Idle(), grades(case))


def grades(case: CaseId) -> Say:
    """The five grades to press."""
    return Say(
        "please_evaluate", choices=tuple(Choice(word, f"evaluate:{case}:{g}") for g, word in GRADES.items())
    )


def ask_why(grade: int) -> Say:
    """A low grade is asked for its reason, and taken without one."""
    return Say("evaluate_why", {"grade": GRADES.get(grade, "")}, (Choice("不说了，直接提交", "no_words"),))
