"""What an index learns of many texts at once is what one sentence is read as."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlp.pieces import Letters, Pieces
from nlp.postings import Bag, Counts, Nested, Postings, Terms
from nlp.sounds import sound_grams
from nlp.text import grams, normalise
from nlp.words import Dictionary, content_words, cut, words_within

WRITTEN = st.text(
    st.one_of(st.sampled_from("身份证丢了补办老年优待证〇㐀龥abz09 ，。😀"), st.characters(codec="utf-8")),
    max_size=30,
).map(normalise)


def held(pieces: Pieces, terms: Terms, text: int) -> Counter[str]:
    """The terms of one text by name."""
    names = list(terms)
    return Counter(names[number] for number in pieces.within(np.array([text])))


@settings(deadline=None)  # the first one loads the readings
@given(st.lists(WRITTEN, max_size=6))
def test_many_texts_hold_the_grams_and_sounds_that_each_holds_alone(texts: list[str]) -> None:
    """A gram known only to the index, or only to the sentence, would never meet the other."""
    gram_terms, sound_terms = Terms.none(), Terms.none()
    letters = Letters.of(texts)
    gram_pieces, sound_pieces = letters.grams(gram_terms), letters.sounds(sound_terms)

    for number, text in enumerate(texts):
        assert held(gram_pieces, gram_terms, number) == Counter(grams(text))
        assert held(sound_pieces, sound_terms, number) == Counter(sound_grams(text))


@settings(deadline=None)  # the first one loads the dictionary
@given(st.lists(WRITTEN, max_size=6))
@example(["二〇二六年身份证", "〇", "身份证丢了", "a1 社保abc 120 12"])
def test_many_texts_hold_the_words_that_each_holds_alone(texts: list[str]) -> None:
    """Nor may a word end elsewhere because another text stands beside it."""
    terms = Terms.none()
    words = words_within(Letters.of(texts), terms)

    for number, text in enumerate(texts):
        assert held(words, terms, number) == Counter(content_words(cut(text)))


def test_a_word_ends_with_the_chinese_that_it_began_in() -> None:
    """Also when a keeper teaches a word that goes on in Latin: a sentence is cut run by run."""
    words = Dictionary.of({"社": 9, "保": 9, "社保": 9, "社保app": 90})

    assert words.cut("社保") == ["社保"]
    assert words.ends(Letters.of(["社保app"]))[:2] == [2, 2]


@given(st.lists(st.lists(st.integers(0, 5), max_size=8), min_size=1, max_size=5))
def test_each_term_is_once_in_a_text_when_only_that_matters(rows: list[list[int]]) -> None:
    """A phrase that says a word twice is as near as one that says it once."""
    distinct = Pieces.of(rows).distinct()

    for number, row in enumerate(rows):
        assert sorted(distinct.within(np.array([number]))) == sorted(set(row))


ROWS = st.lists(st.dictionaries(st.integers(0, 7), st.integers(1, 4), max_size=6), min_size=1, max_size=6)


@given(ROWS, ROWS, st.dictionaries(st.integers(0, 7), st.integers(1, 3), max_size=5))
def test_postings_add_up_what_every_owner_holds_of_a_sentence(
    first: list[dict[int, int]], second: list[dict[int, int]], asked: dict[int, int]
) -> None:
    """By hand and by postings, alone and stacked on others, the sums are the same."""
    size = max(len(first), len(second))
    bag = Bag(np.array(list(asked), dtype=np.int64), np.array(list(asked.values()), dtype=np.float64))
    both = Postings.stacked([postings(first, size), postings(second, size)])
    beside = Bag.side_by_side((bag, bag), (0, 8), (1.0, 2.0))

    assert postings(first, size).score(bag).tolist() == by_hand(first, asked, size)
    assert both.score(beside).tolist() == [
        *by_hand(first, asked, size),
        *(2 * sum_ for sum_ in by_hand(second, asked, size)),
    ]


def postings(rows: list[dict[int, int]], size: int) -> Postings:
    """Postings of rows, over eight terms."""
    terms = np.array([term for row in rows for term in row], dtype=np.int64)
    owners = np.array([owner for owner, row in enumerate(rows) for _ in row], dtype=np.int64)
    worth = np.array([count for row in rows for count in row.values()], dtype=np.float64)
    counts = Counts.summed(terms, owners, worth, size)
    return Postings.of(counts, counts.counts, 8)


def by_hand(rows: list[dict[int, int]], asked: dict[int, int], size: int) -> list[float]:
    """The sum over the terms asked, row by row."""
    sums = [float(sum(row.get(term, 0) * weight for term, weight in asked.items())) for row in rows]
    return sums + [0.0] * (size - len(sums))


@given(
    st.lists(
        st.lists(st.sets(st.integers(0, 7), max_size=5), min_size=1, max_size=4), min_size=1, max_size=5
    ),
    st.dictionaries(st.integers(0, 7), st.integers(1, 3), max_size=5),
)
def test_a_few_documents_are_read_as_if_row_by_row(
    documents: list[list[set[int]]], asked: dict[int, int]
) -> None:
    """The nested index skips what is not asked, and loses nothing of what is."""
    lines = [(number, terms) for number, phrases in enumerate(documents) for terms in phrases]
    cells = [(document, term, line) for line, (document, terms) in enumerate(lines) for term in terms]
    columns = [np.array(column, dtype=np.int64) for column in zip(*cells, strict=True)] or [
        np.zeros(0, np.int64)
    ] * 3
    nested = Nested.of(columns[0], columns[1], columns[2], len(documents))
    chosen = list(range(len(documents)))[::2]
    kept = [line for line, (document, _) in enumerate(lines) if document in chosen]
    firsts = [min(line for line, (document, _) in enumerate(lines) if document == one) for one in chosen]
    shifts = np.array([kept.index(first) - first for first in firsts], dtype=np.int32)
    bag = Bag(np.array(list(asked), dtype=np.int64), np.array(list(asked.values()), dtype=np.float64))

    sums = nested.shared(np.array(chosen, dtype=np.int32), bag, 8, shifts, len(kept))

    assert sums.tolist() == [sum(asked.get(term, 0) for term in lines[line][1]) for line in kept]


@pytest.mark.parametrize("text", ["", "，", "\ud800"])
def test_a_text_without_words_holds_nothing(text: str) -> None:
    """Nothing to index is no fault."""
    assert held(Letters.of([text]).grams(Terms.none()), Terms.none(), 0) == Counter()
