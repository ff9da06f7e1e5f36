"""报酬单: whole yuan, stars that were reached and not rounded up, and a formula that adds up."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.model.case import CaseState
from intake.model.ids import AccountCode
from intake.model.statement import BusinessRow, GradeRow, PayRules, Statement, stars_of

RULES = PayRules(
    300, 8, 100, 3, {"5": 480, "4": 450, "3": 400, "2": 300, "1": 100}, {"5": 200, "4": 120, "3": 60}
)


@pytest.mark.parametrize(
    ("grades", "stars"),
    [
        ([5, 5], None),
        ([5, 5, 5], 5),
        ([5, 5, 5, 5, 4], 5),
        ([5, 5, 5, 4], 4),
        ([4, 4, 4], 3),
        ([1, 1, 1], 1),
    ],
)
def test_a_star_is_given_when_its_average_is_reached_and_not_a_hundredth_before(grades, stars):
    """4.80 is five stars, 4.75 is four."""
    assert stars_of(grades, RULES) == stars


@given(st.lists(st.integers(1, 5), min_size=3, max_size=60), st.integers(1, 5))
def test_a_better_grade_never_costs_a_star(grades, more):
    """Raising one grade never lowers the stars."""
    raised = [min(5, grades[0] + more), *grades[1:]]

    before, after = stars_of(grades, RULES), stars_of(raised, RULES)

    assert before is not None
    assert after is not None
    assert after >= before


@given(st.integers(0, 130), st.lists(st.integers(1, 5), max_size=12))
def test_the_formula_adds_up(cases, grades):
    """What is paid is the sum of the three parts that are shown."""
    rows = tuple(GradeRow(str(n), "事项", grade, date(2026, 11, 2), False) for n, grade in enumerate(grades))
    handed_in = BusinessRow("BJ", "事项", "某人", date(2026, 11, 2), CaseState.SUBMITTED)
    business = (handed_in,) * cases
    month = Statement(
        AccountCode("p"), "代办员", "村", date(2026, 11, 1), RULES, business, rows, stars_of(grades, RULES)
    )

    assert month.total_yuan == 300 + min(cases, 100) * 8 + month.star_yuan
    assert month.formula[-1].endswith(f"= {month.total_yuan}元")
