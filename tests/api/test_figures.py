"""Figures, catalogue files and papers over HTTP: what a dashboard and a keeper's page ask for."""

from __future__ import annotations

import json

from tests import journeys
from tests.api.visitors import Door, refusal
from tests.desks import ELDER_CARD, County


def lines(content: bytes) -> list[dict[str, object]]:
    """The JSON objects of an answer, one a line."""
    return [json.loads(line) for line in content.splitlines()]


async def test_a_number_opens_onto_its_rows(door: Door, county: County) -> None:
    """The director sees the hall's sheet, follows a figure to its rows, and pages through them."""
    case = await journeys.accepted(county)
    director = await door.sign_in("director-anwen")

    sheet = (await director.get("/api/v1/figures", month="2026-11")).said
    network = next(f for f in sheet["halls"][0]["figures"] if f["code"] == "one_network")
    rows = (await director.get(f"/api/v1/figures/rows/{network['listings'][2]}", month="2026-11")).said
    items = (await director.get("/api/v1/figures/rows/items", limit=100)).said
    more = (await director.get("/api/v1/figures/rows/items", limit=100, after=items["next"])).said

    assert [h["hall"] for h in sheet["halls"]] == ["anwen"]
    assert (network["text"], network["short"], network["bottom"]) == ("0.0%", True, 1)
    assert [row["number"] for row in rows["rows"]] == [case.number]
    assert rows["rows"][0]["person"].startswith("*")
    assert rows["next"] is None
    assert items["rows"][-1]["at"] < more["rows"][0]["at"]


async def test_another_halls_rows_do_not_exist_for_a_director(door: Door) -> None:
    """Neither numbers nor rows nor the report of another hall; a clerk has none at all."""
    director, clerk = await door.sign_in("director-anwen"), await door.sign_in("clerk-anwen-1")
    for path in ("", "/rows/accepted", "/report", "/workload", "/shortfalls", "/trend", "/assessment"):
        refusal(await director.get(f"/api/v1/figures{path}", hall="county"), 404, "not_found")
        refusal(await clerk.get(f"/api/v1/figures{path}", hall="anwen"), 403, "not_allowed")


async def test_the_supervisor_takes_the_counties_month_along(door: Door) -> None:
    """Trend, shortfalls with owners, people's work, and the report as files with names."""
    supervisor = await door.sign_in("supervisor")

    trend = (await supervisor.get("/api/v1/figures/trend", months=3)).said
    short = (await supervisor.get("/api/v1/figures/shortfalls")).said
    work = (await supervisor.get("/api/v1/figures/workload")).said
    pdf = await supervisor.get("/api/v1/figures/report", form="pdf")
    book = await supervisor.get("/api/v1/figures/assessment")

    assert len(trend["months"]) == 3
    assert all(each["owner"] for each in short["shortfalls"] if each["hall"])
    assert {w["role"] for w in work["workload"]} >= {"clerk", "approver", "proxy"}
    assert pdf.content.startswith(b"%PDF")
    assert "filename*=UTF-8''" in pdf.headers["Content-Disposition"]
    assert book.content.startswith(b"PK")


async def test_a_keeper_checks_sees_and_applies_a_file(door: Door, county: County) -> None:
    """Progress while the file is read, the change field by field, then in force; nothing counted before that."""
    keeper = await door.sign_in("keeper")
    row = next(
        r
        for r in json.loads((await keeper.get("/api/v1/catalogue/export", form="json")).content)["items"]
        if r["service_code"] == ELDER_CARD
    )
    row["minutes"] += 7
    file = json.dumps({"items": [row]}).encode()

    told = lines((await keeper.ask("POST", "/api/v1/catalogue/imports?name=a.json", data=file)).content)
    waiting = told[-1]["result"]
    assert isinstance(waiting, dict)
    report = (await keeper.get(f"/api/v1/catalogue/imports/{waiting['id']}/report", part="changed")).said
    before = (await county.desk.catalogue.show(ELDER_CARD)).minutes
    applied = lines((await keeper.post(f"/api/v1/catalogue/imports/{waiting['id']}/apply")).content)
    again = lines((await keeper.post(f"/api/v1/catalogue/imports/{waiting['id']}/apply")).content)

    assert {"progress"} == set(told[0])
    assert (waiting["state"], waiting["changed"], waiting["faults"]) == ("checked", 1, 0)
    assert not waiting["changes_nothing"]
    assert [f["label"] for f in report["changes"][0]["fields"]] == ["窗口时长（分钟）"]
    assert applied[-1]["result"]["state"] == "applied"  # type: ignore[index]  # the result of the act
    assert (await county.desk.catalogue.show(ELDER_CARD)).minutes == before + 7
    assert again[-1]["refused"]["code"] == "not_now"  # type: ignore[index]  # likewise
    listed = (await keeper.get("/api/v1/catalogue/imports")).said["imports"]
    assert [i["state"] for i in listed] == ["applied"]


async def test_a_file_that_says_what_is_in_force_is_told_as_that(door: Door) -> None:
    """Before it is applied and after: in a word for programs, and in a sentence for the keeper."""
    keeper = await door.sign_in("keeper")
    exported = (await keeper.get("/api/v1/catalogue/export", form="json")).said
    file = json.dumps({"items": exported["items"][:3], "bundles": exported["bundles"]}).encode()

    told = lines((await keeper.ask("POST", "/api/v1/catalogue/imports?name=a.json", data=file)).content)
    checked = told[-1]["result"]
    assert isinstance(checked, dict)
    applied = lines((await keeper.post(f"/api/v1/catalogue/imports/{checked['id']}/apply")).content)[-1]

    assert (checked["changes_nothing"], checked["state_text"]) == (True, "和现行清单一样，不用导入")
    result = applied["result"]
    assert isinstance(result, dict)
    assert (result["changes_nothing"], result["state_text"]) == (True, "已确认，清单没有变动")


async def test_a_broken_file_is_told_with_places(door: Door) -> None:
    """Rejected rows are listed with line, field and reason; what is no table at all is refused in a sentence."""
    keeper = await door.sign_in("keeper")
    table = "task_handle_item,task_name,project_type\nA1,,承诺件\n".encode()

    told = lines((await keeper.ask("POST", "/api/v1/catalogue/imports?name=a.csv", data=table)).content)
    waiting = told[-1]["result"]
    assert isinstance(waiting, dict)
    report = (await keeper.get(f"/api/v1/catalogue/imports/{waiting['id']}/report")).said
    refused = lines((await keeper.ask("POST", "/api/v1/catalogue/imports?name=a.doc", data=b"x")).content)
    dropped = (await keeper.post(f"/api/v1/catalogue/imports/{waiting['id']}/drop")).said

    assert waiting["state"] == "faulty"
    fields = {f["field"] for f in report["faults"]}
    assert fields >= {"事项名称（task_name）", "实施主体（dept_name）", "承诺办结时限（promise_day）"}
    assert all(f["place"] == "“a”第2行" and f["why"] for f in report["faults"])
    assert refused[-1]["refused"]["code"] == "bad_input"  # type: ignore[index]  # the refusal
    assert dropped["state"] == "dropped"


async def test_everybody_may_have_the_template_and_the_public_list(door: Door) -> None:
    """Without signing in: an empty catalogue file, and each hall's list with where else, in three formats."""
    template = await door.stranger.get("/api/v1/catalogue/template")
    listed = (await door.stranger.get("/api/v1/halls/anwen/items")).said["items"]
    files = [
        await door.stranger.get("/api/v1/halls/anwen/list", form=form) for form in ("pdf", "xlsx", "csv")
    ]

    assert template.content.startswith(b"PK")
    assert any(item["elsewhere"] for item in listed if item["way"] == "none")
    assert all(not item["elsewhere"] for item in listed if item["way"] != "none")
    assert [f.content[:2] for f in files] == [b"%P", b"PK", b"\xef\xbb"]
    refusal(await door.stranger.get("/api/v1/catalogue/export"), 401, "not_signed_in")


async def test_papers_are_printed_for_whom_they_are(door: Door, county: County) -> None:
    """The citizen's list of papers, each behind its address as PDF; a stranger finds no such case."""
    case = await journeys.accepted(county)
    citizen, other = await door.sign_in("citizen-1"), await door.sign_in("person-1")

    papers = (await citizen.get(f"/api/v1/cases/{case.id}/papers")).said["papers"]
    printed = [await citizen.get(paper["url"]) for paper in papers]

    assert [paper["name"] for paper in papers] == ["收件回执", "受理通知书"]
    assert all(p.headers["Content-Type"] == "application/pdf" for p in printed)
    refusal(await other.get(papers[0]["url"]), 404, "not_found")
    refusal(await citizen.get(f"/api/v1/cases/{case.id}/papers/collection"), 409, "not_now")
