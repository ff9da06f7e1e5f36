"""Asking (反问): the one question that splits likely candidates, where a step of the same matter sets them apart."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from nlp.index import Meaning

_LIKELY: Final = 0.08
_MOST_CHOICES: Final = 4


@dataclass(frozen=True, slots=True)
class Likely:
    """A candidate as the question sees it: what its document is about, and its probability."""

    meaning: Meaning
    share: float


@cache
def _wording() -> dict[str, Any]:
    return tomllib.loads(files("nlp").joinpath("lexicon", "asking.toml").read_text(encoding="utf-8"))


def splitting_question(candidates: Sequence[Likely]) -> str:
    """A question like 您是丢了要补，还是到期或旧了要换？, or "" when no step sets the likely ones apart.

    Candidates of one step weigh together; the likelier step is named first.
    """
    steps: dict[str, float] = {}
    for candidate in candidates:
        if candidate.share >= _LIKELY:
            step = _step(candidate.meaning)
            steps[step] = steps.get(step, 0.0) + candidate.share
    named = sorted(steps, key=lambda step: -steps[step])[:_MOST_CHOICES]
    if len(named) < 2:  # noqa: PLR2004 - one step splits nothing
        return ""
    return f"您是{'、'.join(named[:-1])}，还是{named[-1]}？"


def _step(meaning: Meaning) -> str:
    """The first step of a document's name that has a wording; a name without one is about the first time."""
    wording = _wording()
    spoken: dict[str, str] = wording["later"]
    return next((spoken[act] for act in spoken if act in meaning.acts), str(wording["first"]))
