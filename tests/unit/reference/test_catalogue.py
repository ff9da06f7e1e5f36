"""The reference catalogue holds what a county's halls handle, each item whole and consistent with itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[3] / "reference" / "catalogue"
CODES = Path(__file__).with_name("service_codes.json")
Row = dict[str, Any]

# What an item cannot be without; a fee, a neighbour or an old name it may lack.
FILLED = (
    "task_name", "summary", "task_type", "project_type", "dept_name", "server_type", "accept_condition",
    "anticipate_type", "promise_type", "handle_type", "use_level", "by_law", "user_topic_type", "result_name",
    "result_type", "result_delivery", "availability", "counter_group", "minutes", "materials", "questions",
    "aliases", "phrasings",
)  # fmt: skip

# Without 中华人民共和国 in front.
REPEALED = {
    "婚姻法", "继承法", "收养法", "合同法", "物权法", "担保法", "民法总则", "民法通则", "侵权责任法",
    "公司登记管理条例", "个体工商户条例", "食品经营许可管理办法", "药品经营许可证管理办法", "幼儿园管理条例",
    "建设项目竣工环境保护验收管理办法", "农村五保供养工作条例", "外国人入境出境管理法", "公民出境入境管理法",
    "城市房屋拆迁管理条例", "流动人口计划生育工作条例", "社会抚养费征收管理办法", "法律援助条例",
    "浙江省居住房屋租赁管理规定", "浙江省农村房屋使用安全管理条例",
}  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Every item as it stands in the files."""
    return [row for file in sorted(FOLDER.glob("*.json")) for row in _read(file).get("items", ())]


def _read(file: Path) -> Row:
    read: Row = json.loads(file.read_text(encoding="utf-8"))
    return read


def test_every_common_service_has_its_item_under_its_code(rows):
    """Two hundred services that halls handle, and what these lack besides: 320 at least, each code once."""
    codes = [row["service_code"] for row in rows]
    wanted = set(json.loads(CODES.read_text(encoding="utf-8")))

    assert len(wanted) == 200
    assert not wanted - set(codes)
    assert len(codes) == len(set(codes)) >= 320


@pytest.mark.parametrize(
    "matter",
    ["死亡注销户口", "特困人员供养认定", "不动产抵押权登记", "不动产抵押权注销登记", "林木采伐许可", "从业人员健康证明", "民宿",
     "中药材", "香菇", "用水权", "取水许可", "茶园", "水库移民", "野生动物损害补偿", "家庭农场"],
)  # fmt: skip
def test_matters_of_a_mountain_county_are_there(rows, matter):
    """What the list of common services leaves out."""
    assert any(matter in row["task_name"] for row in rows)


def test_no_field_of_an_item_is_empty(rows):
    """A blank in the guide is a question at the counter."""
    assert not [(row["service_code"], field) for row in rows for field in FILLED if not row.get(field)]


def test_no_item_promises_more_time_than_the_law_gives(rows):
    """And what is done on the spot has no days."""
    assert not [
        row["service_code"]
        for row in rows
        if _calendar_days(row, "promise") > _calendar_days(row, "anticipate")
    ]
    assert not [
        row["service_code"] for row in rows if (row["project_type"] == "即办件") != (row["promise_day"] == 0)
    ]


def _calendar_days(row: Row, limit: str) -> float:
    """Days of the calendar that a limit takes at least: five working days are a week."""
    days: int = row[f"{limit}_day"]
    return days * 7 / 5 if row[f"{limit}_type"] == "工作日" else days


def test_each_file_says_that_it_is_to_be_checked_against_the_countys_own_list():
    """A county that takes the reference for its own catalogue has been told."""
    files = [file for file in FOLDER.glob("*.json") if file.name != "bundles.json"]

    assert not [
        file.name
        for file in files
        if "参考清单，须与本县公布的事项清单核对" not in _read(file).get("note", "")
    ]


def test_no_item_rests_on_a_rule_that_is_no_longer_in_force(rows):
    """民法典 took the place of nine acts; the others were repealed, renamed or merged since."""
    named = {law for row in rows for law in (*row["by_law"], *(fee["by_law"] for fee in row["fees"]))}

    assert not {law for law in named if law.removeprefix("中华人民共和国") in REPEALED}


def test_who_marries_or_divorces_is_not_sent_online(rows):
    """Both have to stand before the registrar; only the time is booked on a phone."""
    in_person = {"MZ01", "MZ02", "MZ03", "MZ04", "SF01", "SF03"}

    assert not [row["service_code"] for row in rows if row["service_code"] in in_person and row["online"]]


def test_who_need_not_come_has_another_way(rows):
    """No visit at all (零次跑) is online or at home."""
    assert not [
        row["service_code"]
        for row in rows
        if row["limit_scene_num"] == 0 and not (row["online"] or row["home_visit"])
    ]


def test_whoever_pays_is_told_what_and_by_which_rule(rows):
    """A fee has a name, a standard and its ground; no fee has none."""
    assert not [row["service_code"] for row in rows if row["is_fee"] != bool(row["fees"])]
    for row in rows:
        assert all(fee["fee_name"] and fee["fee_stand"] and fee["by_law"] for fee in row["fees"]), row[
            "service_code"
        ]


def test_ways_and_places_do_not_contradict_each_other(rows):
    """Online, at the kiosk, at home and by proxy are said once as a way and once as a place."""
    for row in rows:
        ways, places = row["handle_type"], row["availability"]
        assert row["online"] == ("网上" in ways), row["service_code"]
        assert row["kiosk"] == ("自助机" in ways), row["service_code"]
        assert row["home_visit"] == ("上门" in ways), row["service_code"]
        assert "proxy" not in places.values() or "代办" in ways, row["service_code"]
        assert any(places[level] != "none" for level in ("county", "township", "village")), row[
            "service_code"
        ]
        assert row["use_level"] != "县级" or places["county"] != "none", row["service_code"]


def test_materials_say_whether_they_must_be_there_and_where_they_come_from(rows):
    """And some may follow later (容缺后补)."""
    for row in rows:
        for material in row["materials"]:
            assert material["is_need"] in {"必要", "非必要", "容缺后补"}, row["service_code"]
            assert material["source_type"] in {"申请人自备", "政府部门核发", "其他"}, row["service_code"]
            assert material["fill_explain"], (row["service_code"], material["material_name"])
            told = material["is_need"] != "非必要" or material["when"]
            assert told, (row["service_code"], material["material_name"])
    assert sum(any(m["is_need"] == "容缺后补" for m in row["materials"]) for row in rows) >= 100


def test_every_item_is_said_in_four_registers_and_no_sentence_is_given_to_two(rows):
    """Everyday, elder, online and village speech."""
    owners: dict[str, set[str]] = {}
    for row in rows:
        assert {"everyday", "elder", "online", "village"} <= set(row["phrasings"]), row["service_code"]
        for sentence in _said(row):
            owners.setdefault(sentence, set()).add(row["service_code"])

    assert not {sentence: codes for sentence, codes in owners.items() if len(codes) > 1}


def _said(row: Row) -> Iterator[str]:
    for sentences in row["phrasings"].values():
        yield from sentences


@pytest.mark.parametrize(("old", "code"), [("新农合", "YB01"), ("准生证", "WJ01"), ("暂住证", "JZ02")])
def test_old_names_are_kept(rows, old, code):
    """People say what it was called when they last needed it."""
    (row,) = (row for row in rows if row["service_code"] == code)

    assert any(old in name for name in row["old_names"])


def test_bundles_and_neighbours_name_items_that_are_there(rows):
    """一件事 of birth, death, retirement and the like; 易混事项 with what tells them apart."""
    codes = {row["service_code"] for row in rows}
    bundles = _read(FOLDER / "bundles.json")["bundles"]

    assert len(bundles) >= 10
    assert not {code for bundle in bundles for code in bundle["items"]} - codes
    assert not {n["service_code"] for row in rows for n in row.get("confused_with", ())} - codes
