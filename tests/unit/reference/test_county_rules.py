"""政策数字: every number the policy leaves to the county, in one place and explained."""

import re
from pathlib import Path
from typing import Any

Record = dict[str, Any]

SECTIONS = (
    "calendar",
    "booking",
    "queue",
    "visits",
    "case",
    "evaluation",
    "training",
    "proxy",
    "proxy_pay",
    "work_order",
    "sign_in",
    "retention",
)


def test_every_rule_is_explained(rules: Record, county_folder: Path) -> None:
    """Who sets a number for another county reads what it does, and finds no number that does nothing."""
    page = (county_folder.parents[1] / "docs" / "county-format.md").read_text(encoding="utf-8")
    chapter = page.partition("## `rules.json`")[2]

    explained = set(re.findall(r"`(\w+)`", chapter)) - set(SECTIONS)

    assert explained == {key for section in SECTIONS for key in rules[section]}


def test_every_quantity_is_a_positive_whole_number(rules: Record) -> None:
    """A hold of zero minutes or a limit of minus one would shut the hall without saying so."""
    quantities = [
        value
        for section in SECTIONS
        for name, value in rules[section].items()
        if name != "no_show_limit_green"  # 0: never pauses them
        if not isinstance(value, (str, list, dict))
    ]

    assert quantities
    assert all(type(value) is int and value > 0 for value in quantities)


def test_bad_grades_are_grades(rules: Record) -> None:
    """好差评: five grades, and what must be followed up is the lower end of them."""
    grades, bad = rules["evaluation"]["grades"], rules["evaluation"]["bad_grades"]

    assert grades == [5, 4, 3, 2, 1]
    assert set(bad) == set(grades[-len(bad) :])


def test_photographs_go_before_the_case_they_belong_to(rules: Record) -> None:
    """Least data: pictures of papers go no later than the case, and the case no later than its audit."""
    keep = rules["retention"]

    assert keep["draft_photographs_days"] <= keep["closed_case_photographs_days"]
    assert keep["closed_case_photographs_days"] <= keep["closed_case_days"] <= keep["audit_days"]
