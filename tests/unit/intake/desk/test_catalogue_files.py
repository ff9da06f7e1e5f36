"""清单导入导出: a file is judged whole, shown before it counts, and what goes out comes back as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from intake.errors import NotAllowed, NotFound, NotNow, Stale, UnknownService
from intake.model.catalogue import ServiceItem, Way
from intake.model.exchange import ChangeKind, FileForm, GivenFile, ImportState, Progress, SheetRow, SheetTable
from intake.model.ids import ImportId, ServiceCode
from intake.model.people import Caller
from intake.usecases.catalogue.exchange import write_item
from intake.usecases.catalogue.importing import CheckFiles, ImportCatalogue
from papers.tables import write_tables
from tests.desks import ELDER_CARD, MARRIAGE, County


async def keeper(county: County) -> Caller:
    """The keeper of the reference county."""
    return await county.caller("keeper")


def as_file(*items: ServiceItem, name: str = "清单.json") -> GivenFile:
    """A JSON file with these items."""
    return GivenFile(name, json.dumps({"items": [write_item(item) for item in items]}).encode())


def sheet(name: str, headings: list[str], *rows: list[str]) -> SheetTable:
    """A sheet whose first row below the headings is line 2."""
    return SheetTable(name, headings, [SheetRow(line, row) for line, row in enumerate(rows, start=2)])


@pytest.mark.parametrize(
    ("form", "ending"), [(FileForm.XLSX, "xlsx"), (FileForm.CSV, "zip"), (FileForm.JSON, "json")]
)
async def test_what_was_exported_changes_nothing_when_it_is_imported(
    county: County, form: FileForm, ending: str
) -> None:
    """The whole reference catalogue goes out in each format and comes back item for item."""
    by = await keeper(county)
    content = await county.desk.catalogue.export(by, form)

    report = await county.desk.catalogue.check_files(
        CheckFiles(by, [GivenFile(f"out.{ending}", content)], whole=True)
    )

    assert (report.faults, report.changes, report.ignored) == ((), (), ())
    assert report.items == len(await county.desk.catalogue.all())
    assert report.bundles == len(await county.desk.catalogue.bundles())


async def test_every_fault_is_named_and_nothing_is_imported(county: County) -> None:
    """Three bad cells in two sheets and one missing item: four faults with sheet, line, field and reason."""
    by = await keeper(county)
    items = sheet(
        "事项",
        ["task_handle_item", "task_name", "project_type", "dept_name", "server_type", "anticipate_day", "promise_day"],
        ["XX01", "试办", "承诺件", "县民政局", "自然人", "20", "十天"],
        ["XX02", "", "加急件", "县民政局", "自然人", "20", "5"],
        ["XX03", "好的一条", "即办件", "县民政局", "自然人", "0", "0"],
    )  # fmt: skip
    materials = sheet(
        "材料",
        ["task_handle_item", "material_name", "is_need"],
        ["XX03", "身份证", "必须"],
        ["YY99", "身份证", "必要"],
    )
    file = GivenFile("坏.xlsx", write_tables([items, materials], FileForm.XLSX))

    waiting = await county.desk.catalogue.stage_import(CheckFiles(by, [file]))

    told = {(fault.place, fault.field) for fault in waiting.report.faults}
    assert told == {
        ("“材料”第3行", "事项编码"),
        ("“事项”第2行", "promise_day"),
        ("“事项”第3行", "task_name"),
        ("“事项”第3行", "project_type"),
        ("“材料”第2行", "is_need"),
    }
    assert all(fault.why for fault in waiting.report.faults)
    assert waiting.state is ImportState.FAULTY
    with pytest.raises(NotNow):
        await county.desk.catalogue.apply_import(by, waiting.id)
    with pytest.raises(UnknownService):
        await county.desk.catalogue.show(ServiceCode("XX03"))


async def test_a_national_file_without_our_own_columns_is_understood(county: County) -> None:
    """Codes instead of words, comma lists, towns by their names: what the national tables hold becomes items."""
    by = await keeper(county)
    items = sheet(
        "up_task_general_basic",
        ["task_handle_item", "task_name", "task_type", "project_type", "dept_name", "server_type",
         "anticipate_day", "promise_day", "use_level", "is_online", "is_service_terminals", "row_guid"],
        ["G01", "国标事项", "20", "1", "县民政局", "自然人,企业法人", "20", "0.0", "县级", "1", "0", "abc"],
    )  # fmt: skip
    materials = sheet(
        "up_task_general_material",
        ["task_handle_item", "task_name", "material_name", "is_need", "source_type", "page_num"],
        ["G01", "国标事项", "身份证", "容缺后补", "申请人自备", "2"],
    )
    fees = sheet(
        "up_task_fee_project", ["task_handle_item", "fee_name", "fee_stand"], ["G01", "工本费", "5元"]
    )
    places = sheet("towns", ["task_handle_item", "town_name", "handle_way"], ["G01", "尖山镇", "代办"])
    file = GivenFile("国标.zip", write_tables([items, materials, fees, places], FileForm.CSV))

    waiting = await county.desk.catalogue.stage_import(CheckFiles(by, [file]))
    assert waiting.report.faults == ()
    assert any("row_guid" in column for column in waiting.report.ignored)
    await county.desk.catalogue.apply_import(by, waiting.id)

    item = await county.desk.catalogue.show(ServiceCode("G01"))
    assert (item.task_type, item.project_type, item.served) == ("公共服务", "即办件", ("自然人", "企业法人"))
    assert (item.online, item.kiosk, item.promised_limit.days) == (True, False, 0)
    assert [(m.need, m.copies) for m in item.materials] == [("容缺后补", 2)]
    assert [(fee.name, fee.standard) for fee in item.fees] == [("工本费", "5元")]
    assert dict(item.availability.halls) == {"jianshan": Way.PROXY}


async def test_the_keeper_sees_each_changed_field_before_it_counts(county: County) -> None:
    """One item with another time and a paper less: two lines, each with before and after; only then is it applied."""
    by = await keeper(county)
    before = await county.desk.catalogue.show(ELDER_CARD)
    after = replace(before, minutes=before.minutes + 5, materials=before.materials[1:])

    waiting = await county.desk.catalogue.stage_import(CheckFiles(by, [as_file(after)]))

    (change,) = waiting.report.changes
    assert change.kind is ChangeKind.CHANGED
    told = {field.label: (field.before, field.after) for field in change.fields}
    assert told["窗口时长（分钟）"] == (str(before.minutes), str(before.minutes + 5))
    assert told[f"材料“{before.materials[0].name}”"] == ("有", "删去")
    assert (await county.desk.catalogue.show(ELDER_CARD)).minutes == before.minutes

    applied = await county.desk.catalogue.apply_import(by, waiting.id)

    assert applied.state is ImportState.APPLIED
    assert (await county.desk.catalogue.show(ELDER_CARD)).minutes == before.minutes + 5
    with pytest.raises(NotNow):
        await county.desk.catalogue.apply_import(by, waiting.id)


async def test_what_was_compared_with_another_catalogue_is_not_applied(county: County) -> None:
    """A colleague imported in between: the keeper looks at the new differences instead of undoing that work."""
    by = await keeper(county)
    card = await county.desk.catalogue.show(ELDER_CARD)
    waiting = await county.desk.catalogue.stage_import(CheckFiles(by, [as_file(replace(card, minutes=33))]))
    await county.desk.catalogue.import_items(ImportCatalogue(by, [replace(card, summary="同事改过的说明。")]))

    with pytest.raises(Stale):
        await county.desk.catalogue.apply_import(by, waiting.id)

    now = await county.desk.catalogue.show(ELDER_CARD)
    assert (now.summary, now.minutes) == ("同事改过的说明。", card.minutes)


async def test_a_whole_catalogue_withdraws_what_it_does_not_name(county: County) -> None:
    """Left out of a partial file an item stays; left out of the whole catalogue it is shown as withdrawn, and goes."""
    by = await keeper(county)
    everything = await county.desk.catalogue.all()
    in_bundles = {item.code for offer in await county.desk.catalogue.bundles() for item in offer.items}
    gone = next(item for item in everything if item.code not in in_bundles)
    rest = [item for item in everything if item != gone]

    partly = await county.desk.catalogue.check_files(CheckFiles(by, [as_file(*rest)]))
    waiting = await county.desk.catalogue.stage_import(CheckFiles(by, [as_file(*rest)], whole=True))

    assert partly.changes == ()
    assert [(c.kind, c.code) for c in waiting.report.changes] == [(ChangeKind.WITHDRAWN, gone.code)]
    await county.desk.catalogue.apply_import(by, waiting.id)
    with pytest.raises(UnknownService):
        await county.desk.catalogue.show(gone.code)


async def test_a_change_may_be_decided_for_a_later_day(county: County) -> None:
    """From next month on it is another item; until then, and in every case opened until then, nothing has changed."""
    by = await keeper(county)
    card = await county.desk.catalogue.show(ELDER_CARD)
    next_month = county.desk.today + timedelta(days=30)
    file = as_file(replace(card, minutes=42))

    waiting = await county.desk.catalogue.stage_import(CheckFiles(by, [file], begins=next_month))
    await county.desk.catalogue.apply_import(by, waiting.id)

    assert [change.begins for change in waiting.report.changes] == [next_month]
    assert (await county.desk.catalogue.show(ELDER_CARD)).minutes == card.minutes
    county.clock.forward(days=30)
    assert (await county.desk.catalogue.show(ELDER_CARD)).minutes == 42


async def test_a_bundle_must_not_lose_an_item(county: County) -> None:
    """Withdrawing what 一件事 leads to would send people into the void: the check says which."""
    by = await keeper(county)
    offer = (await county.desk.catalogue.bundles())[0]
    rest = [item for item in await county.desk.catalogue.all() if item.code != offer.items[0].code]

    report = await county.desk.catalogue.check_files(CheckFiles(by, [as_file(*rest)], whole=True))

    assert any(offer.bundle.name in fault.place for fault in report.faults)


async def test_an_unknown_hall_is_a_fault(county: County) -> None:
    """A slip of the pen in a hall's code must not silently leave the hall out."""
    by = await keeper(county)
    row = write_item(await county.desk.catalogue.show(MARRIAGE))
    row["availability"] = {
        "county": "direct",
        "township": "none",
        "village": "none",
        "halls": {"anwn": "direct"},
    }
    file = GivenFile("x.json", json.dumps([row]).encode())

    report = await county.desk.catalogue.check_files(CheckFiles(by, [file]))

    assert [fault.why for fault in report.faults] == ["没有“anwn”这个中心"]


@pytest.mark.parametrize(
    "file",
    [
        GivenFile("x.json", b'{"items": ['),
        GivenFile("x.json", b"\xff\xfe"),
        GivenFile("x.json", b"{}"),
        GivenFile("x.csv", "随便,写的\n1,2\n".encode()),
        GivenFile("x.csv", b""),
    ],
)
async def test_a_file_that_holds_no_catalogue_says_so(county: County, file: GivenFile) -> None:
    """Broken JSON, another encoding, no items: a sentence, never a half import."""
    report = await county.desk.catalogue.check_files(CheckFiles(await keeper(county), [file]))

    assert report.faults
    assert report.changes == ()


async def test_the_template_is_an_empty_catalogue_file(county: County) -> None:
    """What a county downloads to fill in is read without a fault but for its emptiness, and no column is unknown."""
    template = await county.desk.catalogue.template(FileForm.XLSX)

    report = await county.desk.catalogue.check_files(
        CheckFiles(await keeper(county), [GivenFile("模板.xlsx", template)])
    )

    assert (report.items, report.ignored) == (0, ())
    assert [fault.field for fault in report.faults] == ["事项"]


async def test_the_keeper_sees_how_far_a_large_file_has_come(county: County) -> None:
    """Opening, checking and comparing are told step by step, and the last step reaches its end."""
    by = await keeper(county)
    seen: list[Progress] = []
    waiting = await county.desk.catalogue.stage_import(
        CheckFiles(by, [as_file(*await county.desk.catalogue.all())]), seen.append
    )

    assert {progress.step for progress in seen} == {"打开文件", "核对事项", "比对变动"}
    assert waiting.report.changes == ()


async def test_a_dropped_import_is_never_applied(county: County) -> None:
    """Given up is given up; its file is gone, and the list says how it ended."""
    by = await keeper(county)
    card = await county.desk.catalogue.show(ELDER_CARD)
    waiting = await county.desk.catalogue.stage_import(CheckFiles(by, [as_file(replace(card, minutes=33))]))

    await county.desk.catalogue.drop_import(by, waiting.id)

    with pytest.raises(NotNow):
        await county.desk.catalogue.apply_import(by, waiting.id)
    assert [i.state for i in await county.desk.catalogue.recent_imports(by)] == [ImportState.DROPPED]
    assert (await county.desk.catalogue.show(ELDER_CARD)).minutes == card.minutes


async def test_only_the_keeper_and_the_operator_exchange_catalogues(county: County) -> None:
    """A clerk can neither take the catalogue out nor bring one in, nor look at what waits."""
    clerk = await county.caller("clerk-anwen-1")
    catalogue = county.desk.catalogue
    with pytest.raises(NotAllowed):
        await catalogue.stage_import(CheckFiles(clerk, [GivenFile("x.json", b"[]")]))
    with pytest.raises(NotAllowed):
        await catalogue.export(clerk, FileForm.JSON)
    with pytest.raises(NotAllowed):
        await catalogue.recent_imports(clerk)
    with pytest.raises(NotFound):
        await catalogue.waiting_import(await keeper(county), ImportId("nothing"))
