"""What an index learns of many texts at once is what one sentence is read as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from math import log

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlp.blocks import concepts_within, words_within
from nlp.lexicon import lexicon
from nlp.pieces import CHARS, Keys, Letters, Pieces
from nlp.postings import Bag, Counts, Nested, Postings, Terms, ascending, numbered
from nlp.reading import concepts_in
from nlp.text import grams, normalise
from nlp.words import Dictionary, content_words, dictionary

WRITTEN = st.text(
    st.one_of(st.sampled_from("身份证丢了补办老年优待证〇㐀龥abz09 ，。😀"), st.characters(codec="utf-8")),
    max_size=30,
).map(normalise)


def named(pieces: Pieces, terms: Terms, text: int) -> Counter[str]:
    """The terms of one text by name."""
    names = list(terms)
    return Counter(names[number] for number in pieces.within(np.array([text])))


def counted(counts: Mapping[str, int]) -> Dictionary:
    """The dictionary of these counts."""
    return Dictionary.of(list(counts), np.array(list(counts.values())))


def key(gram: str) -> int:
    """The number of a gram that stands alone; that of a pair is greater than those of its characters."""
    return int(Letters.of([gram]).grams().keys.max())


@given(st.lists(WRITTEN, max_size=6))
def test_many_texts_hold_the_grams_that_each_holds_alone(texts: list[str]) -> None:
    """A gram known only to the index, or only to the sentence, would never meet the other."""
    letters = Letters.of(texts)
    keys, pieces = letters.pieces(letters.grams())

    for number, text in enumerate(texts):
        held = keys[pieces.within(np.array([number]))]
        assert Counter(held.tolist()) == Counter(map(key, grams(text)))


@given(st.sets(WRITTEN.flatmap(lambda text: st.sampled_from(grams(text) or ["证"]))))
def test_no_two_grams_have_one_number(met: set[str]) -> None:
    """But for long words of Latin letters that begin alike."""
    assert len(set(map(key, met))) == len({gram[:11] for gram in met})


@given(st.lists(st.integers(1, 1 << 41)), st.lists(st.integers(1, 1 << 41)))
def test_what_is_not_known_is_a_term_that_nobody_holds(met: list[int], asked: list[int]) -> None:
    """A strange character is one term, anything longer that is strange another; all else has its own."""
    keys = Keys.of(np.array(met, dtype=np.int64))
    terms = keys.terms(np.array(asked, dtype=np.int64)).tolist()

    for piece, term in zip(asked, terms, strict=True):
        strange = 0 if piece < CHARS else len(keys) - 1
        assert term == (keys.known.tolist().index(piece) if piece in met else strange)


@settings(deadline=None)  # the first one loads the readings
@given(st.lists(WRITTEN, max_size=6))
def test_many_texts_sound_as_each_does_alone(texts: list[str]) -> None:
    """No pair of syllables reaches from one text into the next."""
    together = Letters.of(texts).sounds().keys.tolist()

    assert together == [sound for text in texts for sound in Letters.of([text]).sounds().keys.tolist()]


@settings(deadline=None)  # the first one loads the dictionary
@given(st.lists(WRITTEN, max_size=6))
@example(["二〇二六年身份证", "〇", "身份证丢了", "a1 社保abc 120 12"])
def test_many_texts_hold_the_words_that_each_holds_alone(texts: list[str]) -> None:
    """Nor may a word end elsewhere because another text stands beside it."""
    terms = Terms.none()
    words = words_within(texts, terms)

    for number, text in enumerate(texts):
        assert named(words, terms, number) == Counter(
            list(content_words(dictionary().cut(Letters.of([text]))))
        )


@settings(deadline=None)  # the first one loads the lexicon
@given(st.lists(WRITTEN, max_size=6))
@example(["我满65周岁了", "4.5吨的车", "n+1怎么赔", "4s店，id卡", "嫁到外地去了", "a1"])
def test_many_texts_hold_the_concepts_that_each_holds_alone(texts: list[str]) -> None:
    """Also by a term that is spelt with Latin letters or marks, or is but one character."""
    terms = Terms.none()
    concepts = concepts_within(texts, terms)

    for number, text in enumerate(texts):
        assert named(concepts, terms, number) == Counter(list(concepts_in(Letters.of([text]))))


def test_no_term_is_overlooked_where_many_texts_are_read_at_once() -> None:
    """A keeper may spell a term with whatever people write."""
    said, terms = list(lexicon().terms), Terms.none()
    concepts = concepts_within(said, terms)

    for number, term in enumerate(said):
        assert set(named(concepts, terms, number)) == set(concepts_in(Letters.of([term])))


def test_a_word_ends_with_the_chinese_that_it_began_in() -> None:
    """Also when a keeper teaches a word that goes on in Latin: a sentence is cut run by run."""
    words = counted({"社": 9, "保": 9, "社保": 9, "社保app": 90, "社保卡丢了app": 90})

    assert words.cut(Letters.of(["社保"])).words == ["社保"]
    assert words.cut(Letters.of(["社保app"])).words == ["社保", "app"]


RUNS = st.text(st.sampled_from("身份"), min_size=1, max_size=7)


@given(st.dictionaries(RUNS, st.integers(1, 99), min_size=1), RUNS)
def test_a_run_is_cut_into_the_likeliest_words(counts: dict[str, int], run: str) -> None:
    """Whether a word is short enough for a number or not, and whatever else begins like it."""
    whole = log(sum(counts.values()))

    @cache
    def best(rest: str) -> float:
        ends = [end for end in range(1, len(rest) + 1) if end == 1 or rest[:end] in counts]
        return max((log(counts.get(rest[:end], 1)) - whole + best(rest[end:]) for end in ends), default=0.0)

    found = counted(counts).cut(Letters.of([run]))

    assert "".join(found.words) == run
    assert sum(found.likely) == pytest.approx(best(run))


@given(st.lists(st.lists(st.integers(0, 5), max_size=8), min_size=1, max_size=5))
def test_each_term_is_once_in_a_text_when_only_that_matters(rows: list[list[int]]) -> None:
    """A phrase that says a word twice is as near as one that says it once."""
    owners = np.arange(len(rows)).repeat([len(row) for row in rows])
    numbers = np.array([number for row in rows for number in row], dtype=np.int64)
    distinct = Pieces.sorted(owners, numbers, len(rows)).distinct()

    for number, row in enumerate(rows):
        assert sorted(distinct.within(np.array([number]))) == sorted(set(row))


@given(st.lists(st.one_of(st.integers(0, 9), st.integers(0, 1 << 62))))
def test_numbers_of_any_length_are_put_in_order_by_their_digits(keys: list[int]) -> None:
    """Equal ones stay as they stand: what is added up is then added in one order."""
    array = np.array(keys, dtype=np.int64)
    different, places = numbered(array)

    assert ascending(array).tolist() == sorted(range(len(keys)), key=keys.__getitem__)
    assert different.tolist() == sorted(set(keys))
    assert different[places].tolist() == keys


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
    letters = Letters.of([text])

    assert not len(letters.grams().keys)
    assert not letters.sounds().keys.tolist()
