"""指标 at the desk: who may see which, each with its rows, the shortfalls with owners, and the month's report."""

from __future__ import annotations

import re
from io import BytesIO

import pypdfium2
import pytest
from openpyxl import load_workbook

from intake.errors import BadInput, NotAllowed, NotFound
from intake.model.figures import FIGURES, LISTING_WORDS, Listing, Month, PrintForm, Split
from intake.model.people import Door
from intake.usecases.figures.counting import AskRows
from tests import journeys
from tests.desks import ANWEN, COUNTY, County

NOVEMBER = Month(2026, 11)


def text_of(pdf: bytes) -> str:
    """What stands in a PDF, without blanks."""
    return "".join(re.sub(r"\s", "", p.get_textpage().get_text_range()) for p in pypdfium2.PdfDocument(pdf))


async def test_a_director_sees_the_own_hall_and_the_county_sees_all(county: County) -> None:
    """The hall's figures to its director; every hall's and the county's to the supervisor; a clerk's place is the counter."""
    director = await county.caller("director-anwen")
    supervisor = await county.caller("supervisor")
    figures = county.desk.figures

    own = await figures.sheet(director, NOVEMBER, ANWEN)
    everywhere = await figures.sheet(supervisor, NOVEMBER, None)

    assert {value.hall for value in own.values} == {ANWEN}
    assert {value.hall for value in everywhere.values} == {hall.code for hall in everywhere.halls} | {None}
    for hall in (COUNTY, None):
        with pytest.raises(NotFound):
            await figures.sheet(director, NOVEMBER, hall)
    with pytest.raises(NotAllowed):
        await figures.sheet(await county.caller("clerk-anwen-1"), NOVEMBER, ANWEN)


async def test_an_accepted_case_stands_in_the_figures_and_in_their_rows(county: County) -> None:
    """One case accepted at 安文 this month: it is counted, and the row shows its number with the name masked."""
    case = await journeys.accepted(county)
    director = await county.caller("director-anwen")

    sheet = await county.desk.figures.sheet(director, NOVEMBER, ANWEN)
    rows = await county.desk.figures.rows(AskRows(director, Listing.NOT_HANDED, NOVEMBER, ANWEN))

    network = sheet.of("one_network", ANWEN)
    assert (network.top, network.bottom, network.text) == (0, 1, "0.0%")
    assert [(shown.row.number, shown.person) for shown in rows] == [
        (case.number, f"*{case.applicant_name[1:]}")
    ]
    assert rows[0].who_name
    (entry,) = await county.audited("figures.rows_seen")
    assert (entry.by, entry.facts["listing"], entry.facts["rows"]) == ("director-anwen", "not_handed", "1")


async def test_every_figures_rows_are_as_many_as_it_says(county: County) -> None:
    """Whatever number the dashboard shows, a click on it lists so many rows: also for the catalogue and the kiosks."""
    await journeys.accepted(county)
    supervisor = await county.caller("supervisor")
    sheet = await county.desk.figures.sheet(supervisor, NOVEMBER, ANWEN)

    for figure in FIGURES:
        value = sheet.of(figure.code, ANWEN)
        assert await _count(county, figure.top) == value.top, figure.code
        if figure.bottom:
            assert await _count(county, figure.bottom) == value.bottom, figure.code
            assert figure.missing is not None
            assert await _count(county, figure.missing) == value.bottom - value.top, figure.code


async def _count(county: County, listing: Listing) -> int:
    supervisor, rows, after = await county.caller("supervisor"), 0, ""
    while True:
        page = await county.desk.figures.rows(
            AskRows(supervisor, listing, NOVEMBER, ANWEN, after=after, limit=200)
        )
        rows += len(page)
        if len(page) < 200:
            return rows
        after = page[-1].row.at


async def test_a_kiosks_record_counts_from_its_day(county: County) -> None:
    """The adaptation rate rises by what kiosks report, and only the halls' own kiosks and kiosk items count."""
    supervisor = await county.caller("supervisor")
    hall = next(h for h in await county.desk.places.halls() if h.kiosks)
    before = (await county.desk.figures.sheet(supervisor, NOVEMBER, hall.code)).of("kiosk", hall.code)
    adapted = [item.code for item in await county.desk.catalogue.all() if item.kiosk][:7]

    kiosk = await county.caller(hall.kiosks[0], Door.KIOSK)
    await county.desk.kiosk.report_abilities(kiosk, adapted, "2.1")

    after = (await county.desk.figures.sheet(supervisor, NOVEMBER, hall.code)).of("kiosk", hall.code)
    assert (before.top, after.top, after.bottom) == (0, 7, before.bottom)
    last_month = await county.desk.figures.sheet(supervisor, NOVEMBER.before(), hall.code)
    assert last_month.of("kiosk", hall.code).top == 0
    with pytest.raises(BadInput):
        await county.desk.kiosk.report_abilities(kiosk, ["XX99"], "2.1")  # type: ignore[list-item]  # no such item
    with pytest.raises(NotAllowed):
        await county.desk.kiosk.report_abilities(supervisor, adapted, "2.1")


async def test_each_clerks_work_is_told_with_its_rows(county: County) -> None:
    """Who received and accepted this month's case is told by name, and the numbers open onto that clerk's rows."""
    case = await journeys.accepted(county)
    director = await county.caller("director-anwen")

    work = await county.desk.figures.workload(director, NOVEMBER, ANWEN)
    busy = {w.account: w for w in work if w.counts[Listing.RECEIVE_ACTS]}
    rows = await county.desk.figures.rows(
        AskRows(director, Listing.ACCEPT_ACTS, NOVEMBER, ANWEN, Split.WHO, case.receiver or "")
    )

    assert list(busy) == [case.receiver]
    assert busy[next(iter(busy))].counts[Listing.ACCEPT_ACTS] == 1
    assert [shown.row.number for shown in rows] == [case.number]
    assert all(w.hall == ANWEN for w in work)


async def test_a_shortfall_has_an_owner_and_the_number_of_rows_missing(county: County) -> None:
    """Nothing was handed to the province yet: the hall's director answers for the one missing case."""
    await journeys.accepted(county)
    director = await county.caller("director-anwen")

    short = await county.desk.figures.shortfalls(director, NOVEMBER, ANWEN)

    network = next(s for s in short if s.value.figure.code == "one_network")
    assert (network.owner, network.missing) == (director.account.name, 1)


async def test_the_report_holds_every_figure_and_every_row(county: County) -> None:
    """XLSX: summary, shortfalls, people, and a sheet of rows for each figure; PDF: the same numbers, to be read."""
    case = await journeys.accepted(county)
    director = await county.caller("director-anwen")
    sheet = await county.desk.figures.sheet(director, NOVEMBER, ANWEN)

    book = load_workbook(
        BytesIO(await county.desk.figures.report(director, NOVEMBER, ANWEN, PrintForm.XLSX)), read_only=True
    )
    pdf = text_of(await county.desk.figures.report(director, NOVEMBER, ANWEN, PrintForm.PDF))

    summary = {row[1]: row for row in book["2026-11指标"].iter_rows(min_row=2, values_only=True)}
    for value in sheet.values:
        assert summary[value.figure.name][2] == value.text
        rows = list(book[value.figure.name].iter_rows(min_row=2, values_only=True))
        counted = [row for row in rows if row[-1] == "是"]
        assert len(counted) == value.top, value.figure.code
        assert len(rows) == (value.bottom if value.figure.bottom else value.top)
        assert value.figure.name in pdf
        assert value.text in pdf
    assert case.number in {row[1] for row in book["一网通办率"].iter_rows(min_row=2, values_only=True)}
    assert "短板" in pdf
    assert director.account.name in pdf
    assert [e.facts["form"] for e in await county.audited("figures.report")] == ["xlsx", "pdf"]


async def test_the_assessment_of_people_can_be_taken_along(county: County) -> None:
    """考核数据 of the hall's people as a spreadsheet and as a sheet to sign."""
    await journeys.accepted(county)
    director = await county.caller("director-anwen")

    book = load_workbook(
        BytesIO(await county.desk.figures.assessment(director, NOVEMBER, ANWEN, PrintForm.XLSX))
    )
    pdf = text_of(await county.desk.figures.assessment(director, NOVEMBER, ANWEN, PrintForm.PDF))
    table = (await county.desk.figures.assessment(director, NOVEMBER, ANWEN, PrintForm.CSV)).decode(
        "utf-8-sig"
    )

    assert book.worksheets[0]["A1"].value == "编号"
    assert "2026年11月人员工作量" in pdf
    assert table.startswith("编号,姓名,岗位")


async def test_the_public_list_says_where_else(county: County) -> None:
    """S4: for every item direct, by proxy, or not here and then where; on paper, as spreadsheet and as rows."""
    listed = await county.desk.catalogue.places_of_list(ANWEN)
    away = next(each for each in listed if each.way == "none" and each.elsewhere)

    pdf = text_of(await county.desk.catalogue.print_list(ANWEN, PrintForm.PDF))
    rows = (await county.desk.catalogue.print_list(ANWEN, PrintForm.CSV)).decode("utf-8-sig")
    book = load_workbook(BytesIO(await county.desk.catalogue.print_list(ANWEN, PrintForm.XLSX)))

    assert all((each.way == "none") == bool(each.elsewhere) or each.way == "none" for each in listed)
    for text in (pdf, rows):
        assert away.item.code in text
        assert away.elsewhere[0].name in text
    assert rows.count("\n") > len(listed)
    assert book.worksheets[0].max_row == len(listed) + 3


async def test_months_follow_each_other(county: County) -> None:
    """Half a year up to now, the present month last; a month that is none is refused."""
    supervisor = await county.caller("supervisor")

    trend = await county.desk.figures.trend(supervisor, NOVEMBER, None, months=3)

    assert [str(sheet.month) for sheet in trend] == ["2026-09", "2026-10", "2026-11"]
    with pytest.raises(BadInput):
        Month.parse("2026-13")
    assert str(Month(2026, 12).next()) == "2027-01"


def test_every_listing_has_words() -> None:
    """A page never shows a code for a number's name."""
    assert set(LISTING_WORDS) == set(Listing)
