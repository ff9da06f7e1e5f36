"""区划与便民服务中心: the map of the county that every hall, proxy and person stands on."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

Record = dict[str, Any]

FILES = ["calendar", "departments", "divisions", "halls", "hours", "people", "rules", "staff"]
TOWNSHIP_SLUGS = {
    "anwen", "xinwo", "renchuan", "dapan", "fangqian", "yushan", "shanghu", "lengshui",
    "jianshan", "shuangfeng", "shuangxi", "yaochuan", "jiuhe", "panfeng",
}  # fmt: skip
COUNTY_COUNTERS = {"comprehensive": 6, "police": 2, "market": 2, "tax": 1, "property": 2, "utility": 1}


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_written_the_one_way(name: str, county_folder: Path) -> None:
    """Two exports of the same facts differ in nothing, so a county's diff shows only what changed."""
    text = (county_folder / f"{name}.json").read_bytes().decode("utf-8")

    written_again = json.dumps(json.loads(text), ensure_ascii=False, indent=1) + "\n"

    assert text == written_again


def test_the_county_has_all_townships_and_villages(divisions: Record, village_codes: set[str]) -> None:
    """Everyone finds their own village in the list, once."""
    kinds = Counter(township["kind"] for township in divisions["townships"])

    assert divisions["county"] == {"code": "330727", "name": "磐安县"}
    assert kinds == {"街道": 2, "镇": 7, "乡": 5}
    assert sum(len(township["villages"]) for township in divisions["townships"]) == 236
    assert len(village_codes) == 236


def test_division_codes_nest(divisions: Record) -> None:
    """A village's code says which township it belongs to, and the township's which county (GB/T 2260)."""
    for township in divisions["townships"]:
        assert township["code"].startswith(divisions["county"]["code"])
        assert township["name"].endswith(township["kind"])
        assert all(
            len(village["code"]) == 12 and village["code"].startswith(township["code"])
            for village in township["villages"]
        )


def test_short_names_drop_the_committee_and_stay_distinct(divisions: Record) -> None:
    """A person reads 里光洋, not 里光洋村委会, and never two villages of one township under one name."""
    for township in divisions["townships"]:
        names = [village["short_name"] for village in township["villages"]]
        assert len(names) == len(set(names))
        assert all(
            village["name"] in {village["short_name"] + "村委会", village["short_name"] + "居委会"}
            for village in township["villages"]
        )


def test_villages_lie_around_their_own_hall(divisions: Record, halls: Record) -> None:
    """A home-visit route starts near the people it goes to: within about five kilometres of the hall."""
    hall_of = {hall["division_code"]: hall for hall in halls["halls"]}

    points = [(village["lat"], village["lon"]) for t in divisions["townships"] for village in t["villages"]]
    far = [
        village["name"]
        for township in divisions["townships"]
        for village in township["villages"]
        if abs(village["lat"] - hall_of[township["code"]]["lat"]) > 0.045
        or abs(village["lon"] - hall_of[township["code"]]["lon"]) > 0.045
    ]

    assert divisions["approximate"] is True
    assert len(set(points)) == len(points)
    assert far == []


def test_one_county_hall_and_one_hall_in_each_township(divisions: Record, halls: Record) -> None:
    """Nobody's township is without a hall, and the county hall takes everyone."""
    townships = {township["code"] for township in divisions["townships"]}
    by_kind = Counter(hall["kind"] for hall in halls["halls"])
    county = next(hall for hall in halls["halls"] if hall["kind"] == "county")
    local = [hall for hall in halls["halls"] if hall["kind"] == "township"]

    assert by_kind == {"county": 1, "township": 14}
    assert {hall["code"] for hall in local} == TOWNSHIP_SLUGS
    assert set(county["serves"]) == townships
    assert {hall["division_code"] for hall in local} == townships
    assert all(hall["serves"] == [hall["division_code"]] for hall in local)


def test_every_hall_has_a_comprehensive_area(halls: Record) -> None:
    """'1+X': whoever walks in finds two comprehensive counters at least; the county hall has all groups."""
    for hall in halls["halls"]:
        groups = Counter(counter["group"] for counter in hall["counters"])
        assert groups["comprehensive"] >= 2
        assert set(groups) <= set(COUNTY_COUNTERS)
        if hall["kind"] == "county":
            assert groups == COUNTY_COUNTERS


def test_counter_numbers_are_called_without_doubt(halls: Record) -> None:
    """'请到 03 号窗口' points at one counter of the hall."""
    codes = [counter["code"] for hall in halls["halls"] for counter in hall["counters"]]

    assert len(codes) == len(set(codes))
    for hall in halls["halls"]:
        numbers = [counter["number"] for counter in hall["counters"]]
        assert len(numbers) == len(set(numbers))


def test_volunteer_points_can_be_told_apart(halls: Record) -> None:
    """Help can be booked at one named place in every hall."""
    codes = [point["code"] for hall in halls["halls"] for point in hall["volunteer_points"]]

    assert all(hall["volunteer_points"] for hall in halls["halls"])
    assert len(codes) == len(set(codes))
