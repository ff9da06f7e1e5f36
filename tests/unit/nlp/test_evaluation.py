"""The evaluation counts what it says it counts."""

from __future__ import annotations

import pytest

from nlp.evaluation import Answer, Row, evaluate, rows_in

ROWS = [
    Row("甲", ("A",), "search"),
    Row("乙", ("B", "C"), "search"),
    Row("丙", ("D",), "voice"),
    Row("丁", ("NONE",), "voice"),
    Row("戊", ("NONE", "A"), "voice"),
]
ANSWERS = {
    "甲": Answer(("A", "B"), declined=False),
    "乙": Answer(("A", "C"), declined=False),
    "丙": Answer(("A", "B", "C", "E"), declined=True),
    "丁": Answer(("A",), declined=True),
    "戊": Answer(("A",), declined=False),
}


def test_hits_ranks_and_refusals_are_counted_apart() -> None:
    """Any accepted code counts; a refusal of an in-scope row still shows its ranking."""
    report = evaluate(ROWS, ANSWERS.__getitem__, frozenset({"A", "C"}))

    assert report.all.in_scope == 3
    assert report.all.hit_at_1 == pytest.approx(1 / 3)
    assert report.all.hit_at_3 == pytest.approx(2 / 3)
    assert report.all.mrr_at_10 == pytest.approx((1 + 1 / 2) / 3)
    assert report.all.wrongly_declined == pytest.approx(1 / 3)
    assert report.all.none_declined == pytest.approx(1 / 2)
    assert report.coverage == pytest.approx(2 / 3)
    assert set(report.styles) == {"search", "voice"}


def test_the_report_is_readable_and_plain_json() -> None:
    """The table goes to a terminal, the values to a machine."""
    report = evaluate(ROWS, ANSWERS.__getitem__)

    assert report.as_text().splitlines()[1].split()[:2] == ["all", "3"]
    assert report.as_json()["all"]["in_scope"] == 3
    assert {miss["query"] for miss in report.as_json()["missed"]} == {"乙", "丙", "戊"}


def test_no_rows_give_zeros_and_no_error() -> None:
    """An empty file is a report of nothing."""
    assert evaluate([], ANSWERS.__getitem__).all.hit_at_1 == 0


def test_a_wrong_line_is_named() -> None:
    """Whoever wrote the file learns where to look."""
    with pytest.raises(ValueError, match="line 2"):
        list(rows_in(['{"query": "甲", "gold": ["A"]}', '{"query": "乙"}']))


def test_gold_may_be_a_single_code() -> None:
    """A list of one may be written without brackets."""
    assert next(rows_in(['{"query": "甲", "gold": "A"}'])).gold == ("A",)
