"""The stage of nlp's scenes: the reference catalogue, its matcher, and the sets of sentences."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from intake.model.catalogue import ServiceItem
from intake.model.matching import Decision
from intake.usecases.catalogue.exchange import read_items
from nlp import Matcher
from nlp.evaluation import Answer, Row, rows_in

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def items() -> list[ServiceItem]:
    """Every service item of the reference county."""
    files = sorted((ROOT / "reference" / "catalogue").glob("*.json"))
    rows = [row for file in files for row in json.loads(file.read_text(encoding="utf-8")).get("items", ())]
    read, faults = read_items(rows, date(2026, 1, 1))
    assert not faults
    return read


@pytest.fixture(scope="session")
def matcher(items: list[ServiceItem]) -> Matcher:
    """The matcher over the reference catalogue."""
    return Matcher.build(items)


@pytest.fixture(scope="session")
def answer(matcher: Matcher) -> Callable[[str], Answer]:
    """What the evaluation hears from the matcher; each sentence is put to it once, however many scenes ask."""
    return cache(answering(matcher))


def answering(matcher: Matcher) -> Callable[[str], Answer]:
    """A matcher as the evaluation hears it."""

    def answer(text: str) -> Answer:
        found = matcher.match(text, limit=10)
        return Answer(tuple(c.service_code for c in found.candidates), found.decision is Decision.NONE)

    return answer


@pytest.fixture(scope="session")
def own_rows() -> list[Row]:
    """The project's own sentences in seven registers; never indexed, never learnt from."""
    return list(rows_in(_lines(".")))


@pytest.fixture(scope="session")
def independent_rows() -> list[Row]:
    """Sentences of a writer who knew the names of the services only; labelled, never indexed, never learnt from."""
    return list(rows_in(_lines("independent")))


@pytest.fixture(scope="session")
def afresh_rows() -> list[Row]:
    """A third writer's sentences, drawn over the names of the services alone; labelled, never indexed, never learnt from."""
    return list(rows_in(_lines("afresh")))


@pytest.fixture(scope="session")
def blind_rows() -> list[Row]:
    """Letters, searches and stories of seven writers who saw nothing but what the services are; labelled, never indexed, never learnt from."""
    return list(rows_in(_lines("blind")))


@pytest.fixture(scope="session")
def unread_rows() -> list[Row]:
    """The half of these last two sets whose misses nobody read while the matcher was mended."""
    return list(
        rows_in(line for line in (*_lines("afresh"), *_lines("blind")) if not json.loads(line)["read"])
    )


def _lines(folder: str) -> list[str]:
    files = sorted((Path(__file__).parent / "phrasings" / folder).glob("*.jsonl"))
    return [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="session")
def shared_rows() -> Callable[[str], list[Row]]:
    """Rows of a shared set, which may not be committed; the scene is skipped where it is absent."""

    def rows(name: str) -> list[Row]:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"{name} may not be committed and is not beside this checkout")
        return list(rows_in(path.read_text(encoding="utf-8").splitlines()))

    return rows
