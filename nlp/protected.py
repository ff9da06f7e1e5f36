"""Protected sentences (应保住的说法): what the product must go on answering well, whatever is taught."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files

from intake.model.catalogue import ServiceItem
from intake.model.ids import ServiceCode
from intake.model.learning import GoodAnswer, Lesson
from nlp.evaluation import Row, rows_in
from nlp.text import grams, normalise

_PAIR = 2
# Two characters (低保, 户口) are a word that many sentences about other matters have; three name something.
_NAME = 3


@cache
def protected_rows() -> tuple[Row, ...]:
    """The sentences shipped in cases/*.jsonl; own sentences, never indexed and never learnt from."""
    folder = files("nlp").joinpath("cases")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".jsonl"))
    return tuple(
        row
        for name in names
        for row in rows_in(folder.joinpath(name).read_text(encoding="utf-8").splitlines())
    )


def answers_to_keep(
    lesson: Lesson, items: Sequence[ServiceItem], more: Iterable[GoodAnswer]
) -> tuple[GoodAnswer, ...]:
    """What a lesson might move: every protected sentence and item name, `more`, and all phrases it shares a word with.

    A phrase that shares no two neighbouring characters with the lesson can only move by how rare a character is
    among thousands of phrases; the protected sentences watch over that.
    """
    codes = frozenset(item.code for item in items)
    meant: dict[str, tuple[ServiceCode, ...]] = {}
    for answer in (*_shipped(codes), *_own_words(lesson, items), *more):
        text = normalise(answer.text)
        meant[text] = tuple(dict.fromkeys((*meant.get(text, ()), *answer.meant)))
    return tuple(GoodAnswer(text, codes) for text, codes in meant.items())


def _shipped(codes: frozenset[ServiceCode]) -> Iterator[GoodAnswer]:
    """The rows whose items this catalogue has; another county may have other items under other codes."""
    for row in protected_rows():
        meant = () if row.declines else tuple(map(ServiceCode, row.gold))
        if codes.issuperset(meant):
            yield GoodAnswer(row.query, meant)


def _own_words(lesson: Lesson, items: Sequence[ServiceItem]) -> Iterator[GoodAnswer]:
    near = _pairs(lesson.text)
    for item in items:
        yield GoodAnswer(item.name, (item.code,))
        phrases = (*item.aliases, *item.old_names, *(p for said in item.phrasings.values() for p in said))
        yield from (GoodAnswer(p, (item.code,)) for p in phrases if not near.isdisjoint(_pairs(p)))


def named_in(lesson: Lesson, items: Sequence[ServiceItem]) -> Iterator[GoodAnswer]:
    """The lesson's own words as a good answer of each item that they call by a name of its own (办个老人证 …)."""
    said = normalise(lesson.text)
    for item in items:
        names = map(normalise, (item.name, *item.aliases, *item.old_names))
        if any(len(name) >= _NAME and name in said for name in names):
            yield GoodAnswer(lesson.text, (item.code,))


def _pairs(text: str) -> frozenset[str]:
    return frozenset(gram for gram in grams(normalise(text)) if len(gram) >= _PAIR)
