"""办不了的回答: every refusal has a code, a sentence and a next step, and none is a bare no."""

from __future__ import annotations

import pytest

from intake import errors
from intake.errors import Refusal, SlotFull, sentences
from miniapp_api.typed import InvalidForm

KINDS = [
    kind
    for kind in (*vars(errors).values(), InvalidForm)
    if isinstance(kind, type) and issubclass(kind, Refusal)
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_says_what_is_the_matter_and_what_to_do_now(kind):
    """Whatever is refused, the person knows the next step."""
    said = sentences()[kind.code]

    assert said["title"].strip()
    assert said["next_step"].strip()


def test_no_sentence_is_left_without_a_refusal_and_no_code_is_used_twice():
    """A county that words its refusals words those that exist."""
    assert sorted(kind.code for kind in KINDS) == sorted(sentences())


def test_the_facts_fill_the_sentences_and_a_missing_one_reads_as_nothing():
    """A forgotten fact must not become a KeyError at the counter."""
    full = SlotFull(when="11月28日（星期六）09:00", nearest="10:00；")

    assert full.title == "11月28日（星期六）09:00已约满。"
    assert "10:00" in full.next_step
    assert SlotFull().title == "已约满。"


def test_a_fact_with_braces_is_shown_as_it_was_written():
    """Somebody's words are never taken for a pattern."""
    assert SlotFull(when="{0.__class__}").title == "{0.__class__}已约满。"
