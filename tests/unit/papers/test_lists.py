"""The public list of a hall, read back from the spreadsheet."""

from datetime import date
from io import BytesIO

from openpyxl import load_workbook

from intake.model.catalogue import Availability, Way
from papers.lists import hall_list
from tests.unit.papers.desk_things import COUNTY_HALL, HALL, item

ON = date(2026, 11, 27)


def rows_of(*offered) -> list[dict[str, str]]:
    """The list as it is seen, a row per item."""
    sheet = load_workbook(BytesIO(hall_list(HALL, offered, halls=[COUNTY_HALL, HALL], on=ON))).worksheets[0]
    headings, *rows = ([str(cell) for cell in row] for row in sheet.iter_rows(min_row=3, values_only=True))
    return [dict(zip(headings, row, strict=True)) for row in rows]


def test_what_the_hall_does_itself_comes_first():
    """Then what a proxy takes along, then what is done elsewhere."""
    rows = rows_of((item("A"), Way.NOT_HERE), (item("B"), Way.PROXY), (item("C"), Way.DIRECT))

    assert [(row["事项编码"], row["办理方式"]) for row in rows] == [
        ("C", "直办"),
        ("B", "代办"),
        ("A", "到别处办"),
    ]
    assert [row["序号"] for row in rows] == ["1", "2", "3"]


def test_what_is_not_done_here_says_where_it_is():
    """The list never ends in a bare no."""
    only_county = item(availability=Availability(Way.DIRECT, Way.NOT_HERE, Way.NOT_HERE))
    nowhere = item("Z", availability=Availability(Way.NOT_HERE, Way.NOT_HERE, Way.NOT_HERE))

    rows = rows_of((only_county, Way.NOT_HERE), (nowhere, Way.NOT_HERE))

    assert [row["在哪里办"] for row in rows] == ["县365行政服务中心", "请问县民政局"]


def test_a_row_tells_what_to_bring_and_how_long_it_takes():
    """What is asked at every counter, answered on the wall."""
    (row,) = rows_of((item(), Way.DIRECT))

    assert row["要带的材料"] == "1. 居民身份证\n2. 近期一寸免冠照片"
    assert row["承诺时限"] == "10个工作日"
    assert row["收费"] == "不收费"
    assert row["还可以"] == "网上办、上门办"


def test_the_heading_counts_what_is_listed():
    """So that a page that fell off the wall is missed."""
    content = hall_list(HALL, [(item("A"), Way.DIRECT), (item("B"), Way.PROXY)], halls=[HALL], on=ON)

    sheet = load_workbook(BytesIO(content)).worksheets[0]

    assert sheet["A2"].value == "2026年11月27日，共2项：直办1项，代办1项，到别处办0项。电话：0579-84660101"


def test_an_imported_name_is_never_run_as_a_formula():
    """A catalogue from elsewhere opens in an office that trusts us."""
    content = hall_list(HALL, [(item(name="=HYPERLINK(A1)\x0b"), Way.DIRECT)], halls=[HALL], on=ON)

    cell = load_workbook(BytesIO(content)).worksheets[0]["C4"]

    assert (cell.value, cell.data_type) == ("=HYPERLINK(A1)", "s")
