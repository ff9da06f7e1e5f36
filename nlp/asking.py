"""Asking (反问): of the questions the county has worded, the one whose answers split the likely candidates best."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log
from typing import Final

LIKELY: Final = 0.08
_MOST_CHOICES: Final = 4
_FEWEST_CHOICES: Final = 2
# A question that leaves much of the likelihood without an answer sends people away with none.
_ANSWERED: Final = 0.7


@dataclass(frozen=True, slots=True)
class Likely:
    """A candidate as a question sees it: the concepts of its name, and its probability."""

    named: Collection[str]
    share: float


@dataclass(frozen=True, slots=True)
class Question:
    """反问: a question with its answers by concept, and the answer of items that carry none of them."""

    ask: str
    answers: Mapping[str, str]
    other: str

    def answered(self, candidates: Sequence[Likely]) -> dict[str, float]:
        """The answers that fit some candidate, the likelier first; candidates of one answer weigh together."""
        weights: dict[str, float] = {}
        for candidate in candidates:
            said = next(
                (answer for concept, answer in self.answers.items() if concept in candidate.named), self.other
            )
            if said:
                weights[said] = weights.get(said, 0.0) + candidate.share
        return dict(sorted(weights.items(), key=lambda pair: -pair[1]))

    def spoken(self, answers: Sequence[str]) -> str:
        """The question with its answers, as one says it."""
        return self.ask.format(f"{'、'.join(answers[:-1])}，还是{answers[-1]}")


@cache
def _questions() -> tuple[Question, ...]:
    stored = tomllib.loads(files("nlp").joinpath("lexicon", "asking.toml").read_text(encoding="utf-8"))
    return tuple(Question(q["ask"], q["answers"], q.get("other", "")) for q in stored["question"])


def splitting_question(candidates: Sequence[Likely]) -> str:
    """A question like 您是丢了要补，还是到期或旧了要换？, or "" when none sets these likely candidates apart.

    The best one is that whose answer tells most (the greatest entropy of its answers); equals keep the order of the file.
    """
    told = [(_tells(answers), question, answers) for question, answers in _asked_of(candidates)]
    most, question, answers = max(told, key=lambda each: each[0], default=(0.0, None, {}))
    return question.spoken(list(answers)[:_MOST_CHOICES]) if question is not None and most > 0 else ""


def _asked_of(candidates: Sequence[Likely]) -> list[tuple[Question, dict[str, float]]]:
    """The questions that most of the likelihood has an answer to."""
    whole = sum(candidate.share for candidate in candidates)
    named = frozenset[str]().union(*(candidate.named for candidate in candidates))
    # Where no candidate carries any of its concepts, a question has but one answer.
    apt = (question for question in _questions() if not named.isdisjoint(question.answers))
    asked = ((question, question.answered(candidates)) for question in apt)
    return [
        (question, answers)
        for question, answers in asked
        if len(answers) >= _FEWEST_CHOICES and sum(answers.values()) >= _ANSWERED * whole
    ]


def _tells(answers: Mapping[str, float]) -> float:
    """How much one learns from an answer, in nats, over all the likelihood that has one."""
    whole = sum(answers.values())
    return -sum(weight * log(weight / whole) for weight in answers.values())
