"""人员: staff, proxies, devices and the fictitious people of the demo."""

import json
import re
from collections import Counter
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

Record = dict[str, Any]

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ROLES = {"clerk", "approver", "director", "supervisor", "keeper", "operator"}
TAGS = {"elder", "disabled", "pregnant", "service_member", "veteran", "low_income"}


def _check_digit(number: str) -> str:
    """ISO 7064 MOD 11-2 over the first 17 digits, as GB 11643 asks."""
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    return "10X98765432"[total % 11]


def _named_departments(catalogue: Path) -> set[str]:
    items = chain.from_iterable(
        json.loads(path.read_text(encoding="utf-8")).get("items", [])
        for path in sorted(catalogue.glob("*.json"))
    )
    return set(chain.from_iterable([item["dept_name"], *item["other_dept"]] for item in items))


def _codes(records: list[Record]) -> list[str]:
    return [record["code"] for record in records]


def test_a_code_names_one_person_or_machine(staff: Record, people: Record) -> None:
    """Signing in as `proxy-1` is signing in as somebody, and as nobody else."""
    codes = _codes(staff["staff"] + staff["proxies"] + staff["devices"] + people["people"])

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("code", ["supervisor", "keeper", "operator", "director-county", "clerk-county-6"])
def test_the_demo_staff_are_there(staff: Record, code: str) -> None:
    """Every printed sign-in has a person behind it."""
    assert code in _codes(staff["staff"])


def test_every_hall_has_its_people(staff: Record, hall_by_code: dict[str, Record]) -> None:
    """A director, two comprehensive clerks, and a first-responsible clerk of that very hall."""
    by_code = {person["code"]: person for person in staff["staff"]}
    for slug, hall in hall_by_code.items():
        assert by_code[f"director-{slug}"]["hall"] == slug
        assert all("comprehensive" in by_code[f"clerk-{slug}-{n}"]["groups"] for n in (1, 2))
        assert by_code[hall["first_responsible"]]["hall"] == slug
        assert by_code[hall["first_responsible"]]["role"] == "clerk"


def test_every_counter_group_of_a_hall_has_a_clerk(staff: Record, hall_by_code: dict[str, Record]) -> None:
    """No counter is offered that nobody may sit at, and no clerk sits at a counter the hall lacks."""
    for slug, hall in hall_by_code.items():
        manned = set(chain.from_iterable(p["groups"] for p in staff["staff"] if p["hall"] == slug))
        assert manned == {counter["group"] for counter in hall["counters"]}


def test_every_department_has_an_approver(staff: Record, departments: Record) -> None:
    """Whatever department an item belongs to, somebody can decide it."""
    approvers = {p["code"]: p["department"] for p in staff["staff"] if p["role"] == "approver"}

    assert approvers == {f"approver-{d['code']}-1": d["code"] for d in departments["departments"]}


def test_reception_and_decision_are_different_people(staff: Record) -> None:
    """前台受理、后台审批: who receives has a hall and no department, who decides the reverse."""
    for person in staff["staff"]:
        assert person["role"] in ROLES
        assert (person["hall"] is not None) is (person["role"] in {"clerk", "director"})
        assert (person["department"] is not None) is (person["role"] == "approver")


def test_clerks_hold_the_training_that_reception_requires(staff: Record, rules: Record) -> None:
    """The demo's clerks may all receive on the day the demo runs."""
    for person in staff["staff"]:
        required = rules["training"]["required_courses"].get(person["role"], [])
        assert set(required) <= {training["course"] for training in person["trained"]}
        assert all(date.fromisoformat(training["until"]).year >= 2028 for training in person["trained"])


def test_department_names_are_distinct(departments: Record) -> None:
    """A catalogue row's 实施主体 leads to one department."""
    names = [department["name"] for department in departments["departments"]]

    assert len(names) == len(set(names))
    assert len(_codes(departments["departments"])) == len(set(_codes(departments["departments"])))


def test_every_department_of_the_catalogue_is_known(departments: Record, county_folder: Path) -> None:
    """No item is handed over to a department that the county does not have."""
    known = {department["name"] for department in departments["departments"]}

    assert _named_departments(county_folder.parent / "catalogue") - known == set()


def test_every_item_is_decided_by_one_department(departments: Record, county_folder: Path) -> None:
    """An approver signs in for one department: an item that names two at once would wait for nobody."""
    known = {department["name"] for department in departments["departments"]}
    files = (county_folder.parent / "catalogue").glob("*.json")
    items = [item for file in files for item in json.loads(file.read_text("utf-8")).get("items", [])]

    assert [item["service_code"] for item in items if item["dept_name"] not in known] == []


def test_every_village_has_one_proxy(staff: Record, village_codes: set[str]) -> None:
    """村村有代办员."""
    villages = [proxy["village_code"] for proxy in staff["proxies"]]

    assert len(villages) == len(set(villages))
    assert set(villages) == village_codes


def test_the_demo_proxies_have_elders_to_serve(staff: Record, people: Record, divisions: Record) -> None:
    """`proxy-1` of 尖山镇 and `proxy-2` of 玉山镇 each find at least six elders of their own village."""
    township = {village["code"]: t["name"] for t in divisions["townships"] for village in t["villages"]}
    elders = Counter(person["village_code"] for person in people["people"] if "elder" in person["tags"])
    first, second = staff["proxies"][:2]

    assert (first["code"], township[first["village_code"]]) == ("proxy-1", "尖山镇")
    assert (second["code"], township[second["village_code"]]) == ("proxy-2", "玉山镇")
    assert min(elders[first["village_code"]], elders[second["village_code"]]) >= 6


def test_devices_stand_in_their_hall(staff: Record, hall_by_code: dict[str, Record]) -> None:
    """A kiosk is listed by the hall it stands in; a counter device belongs to a counter of its hall."""
    for device in staff["devices"]:
        hall = hall_by_code[device["hall"]]
        if device["kind"] == "kiosk":
            assert device["code"] in hall["kiosks"]
            assert device["counter"] is None
        else:
            assert device["counter"] in _codes(hall["counters"])
    kiosks = {device["code"] for device in staff["devices"] if device["kind"] == "kiosk"}
    assert kiosks == set(chain.from_iterable(hall["kiosks"] for hall in hall_by_code.values()))


def test_device_capabilities_are_service_codes(staff: Record) -> None:
    """The kiosk adaptation rate counts real service codes, each once."""
    for device in staff["devices"]:
        listed = device["capabilities"]
        if listed != "*":
            assert len(listed) == len(set(listed))
            assert all(re.fullmatch(r"[A-Z]{2}\d{2,3}", code) for code in listed)


def test_id_numbers_are_right_and_belong_to_nobody(people: Record) -> None:
    """Each number passes GB 11643, says the birth date and sex beside it, and bears a region never issued."""
    numbers = [person["id_number"] for person in people["people"]]
    assert len(numbers) == len(set(numbers))
    for person in people["people"]:
        number = person["id_number"]
        assert number[:6] == "330000"
        assert number[6:14] == person["birth"].replace("-", "")
        assert ("女", "男")[int(number[16]) % 2] == person["sex"]
        assert number[17] == _check_digit(number)


def test_the_elders_are_seventy(people: Record, rules: Record) -> None:
    """Who is tagged an elder is old enough for priority on every day of the demo, and nobody is missed."""
    turned = 2026 - rules["queue"]["priority_age"]
    elders = [person for person in people["people"] if "elder" in person["tags"]]

    assert len(elders) >= 60
    assert elders == [person for person in people["people"] if int(person["birth"][:4]) < turned]


def test_people_live_in_the_county(people: Record, village_codes: set[str]) -> None:
    """Everyone has a village, known tags, and the three demo citizens are among them."""
    assert {"citizen-1", "citizen-2", "citizen-3"} <= set(_codes(people["people"]))
    for person in people["people"]:
        assert person["village_code"] in village_codes
        assert set(person["tags"]) <= TAGS


def test_elders_live_in_every_township(people: Record, divisions: Record) -> None:
    """Any hall of the demo can show its green channel."""
    homes = {person["village_code"][:9] for person in people["people"] if "elder" in person["tags"]}

    assert homes == {township["code"] for township in divisions["townships"]}


def test_phones_are_fictitious_and_distinct(staff: Record, people: Record) -> None:
    """No text message of the demo can reach a stranger: all numbers are in the demo block 1390000xxxx."""
    phones = [record["phone"] for record in staff["proxies"] + people["people"]]

    assert len(phones) == len(set(phones))
    assert all(re.fullmatch(r"1390000\d{4}", phone) for phone in phones)


def test_priority_tags_are_tags_people_have(people: Record, rules: Record) -> None:
    """Each reason for the green channel can be shown on somebody of the demo."""
    worn = set(chain.from_iterable(person["tags"] for person in people["people"]))

    assert set(rules["queue"]["priority_tags"]) <= worn
