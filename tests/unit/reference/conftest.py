"""The reference county as its files hold it, one fixture per file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

COUNTY = Path(__file__).parents[3] / "reference" / "county"


def _fixture_for(name: str) -> Callable[[], dict[str, Any]]:
    @pytest.fixture(scope="session", name=name)
    def content() -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((COUNTY / f"{name}.json").read_text(encoding="utf-8"))
        return loaded

    return content


divisions = _fixture_for("divisions")
halls = _fixture_for("halls")
hours = _fixture_for("hours")
calendar = _fixture_for("calendar")
departments = _fixture_for("departments")
staff = _fixture_for("staff")
people = _fixture_for("people")
rules = _fixture_for("rules")


@pytest.fixture(scope="session")
def county_folder() -> Path:
    """Return the folder whose files `jiujinban import county` loads."""
    return COUNTY


@pytest.fixture(scope="session")
def village_codes(divisions: dict[str, Any]) -> set[str]:
    """Return the 12-digit code of every village of the county."""
    return {village["code"] for township in divisions["townships"] for village in township["villages"]}


@pytest.fixture(scope="session")
def hall_by_code(halls: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return each hall under its slug."""
    return {hall["code"]: hall for hall in halls["halls"]}
