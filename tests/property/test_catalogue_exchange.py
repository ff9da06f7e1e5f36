"""清单交换: whatever a catalogue holds, it comes back from every file format as it went out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from intake.model.catalogue import (
    Availability,
    CommonQuestion,
    CounterGroup,
    Fee,
    LifeFacts,
    Material,
    Need,
    Neighbour,
    ProjectType,
    ServiceItem,
    TimeLimit,
    Way,
)
from intake.model.exchange import FileForm, GivenFile
from intake.model.ids import DepartmentName, HallCode, ServiceCode
from intake.usecases.catalogue.exchange import read_items, write_item
from intake.usecases.catalogue.importing import json_rows
from intake.usecases.catalogue.sheets import read_sheets, write_sheets
from papers.tables import read_tables, write_tables
from tests.unit.papers.desk_things import HALL, item

DAY = date(2026, 11, 23)
# Everything a keeper could type or paste: commas that look like lists, formulas, quotes, rare characters, blanks.
_SIGNS = st.sampled_from([*"办证老年身份，、；,;=+-@\"'<>&_x000D_ 0123456789.%　𠮷é\t"])
lines = (
    st.text(_SIGNS, min_size=1, max_size=12).map(lambda text: text.strip().replace("\t", " ")).filter(bool)
)
texts = st.lists(lines, min_size=1, max_size=3).map("\n".join)
some = st.lists(lines, max_size=3).map(tuple)
ways = st.sampled_from(Way)
halls = st.dictionaries(st.just(HallCode("jianshan")), st.sampled_from(Way), max_size=1)
lives = st.builds(
    LifeFacts,
    st.none() | st.integers(0, 120),
    st.none() | st.integers(0, 120),
    some,
    st.just("") | lines,
    st.just("") | lines,
).filter(lambda life: life != LifeFacts())
materials = st.lists(
    st.tuples(texts, texts, st.booleans(), st.integers(0, 9), st.sampled_from(Need), st.just("") | texts),
    max_size=3,
).map(
    lambda rows: tuple(
        Material(f"m{n}", name, kind, kind, kind, own, copies, need, when, kind, not own, when)
        for n, (name, kind, own, copies, need, when) in enumerate(rows, start=1)
    )
)
limits = st.builds(TimeLimit, st.integers(0, 999), st.booleans())


@st.composite
def service_items(draw: st.DrawFn, code: str) -> ServiceItem:
    """An item with anything in it that a file could be asked to carry."""
    return replace(
        item(code),
        valid_from=DAY,
        name=draw(texts),
        summary=draw(texts),
        project_type=draw(st.sampled_from(ProjectType)),
        other_departments=tuple(map(DepartmentName, draw(some))),
        served=draw(some),
        conditions=draw(some),
        legal_limit=draw(limits),
        promised_limit=draw(limits),
        fees=tuple(
            Fee(name, name, ground) for name, ground in draw(st.lists(st.tuples(texts, texts), max_size=2))
        ),
        handled_by=draw(some),
        grounds=draw(some),
        topic=draw(st.just("") | texts),
        delivery=draw(some),
        availability=Availability(draw(ways), draw(ways), draw(ways), draw(halls)),
        kiosk=draw(st.booleans()),
        counter_group=draw(st.sampled_from(CounterGroup)),
        materials=draw(materials),
        questions=tuple(CommonQuestion(q, a) for q, a in draw(st.lists(st.tuples(texts, texts), max_size=2))),
        aliases=draw(some),
        phrasings=draw(st.dictionaries(lines, some.filter(bool), max_size=2)),
        old_names=draw(some),
        life=draw(st.none() | lives),
        confused_with=tuple(Neighbour(ServiceCode("A1"), why) for why in draw(some)),
    )


catalogues = st.tuples(service_items("A1"), service_items("A2"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(catalogues)
def test_every_format_brings_back_the_same_items(items: tuple[ServiceItem, ...]) -> None:
    """JSON, workbook and CSV: no field is lost, no list is torn at a comma, nothing becomes a number or a formula."""
    rows = [write_item(each) for each in items]
    tables = write_sheets(rows, [])

    from_json = json_rows(json.loads(json.dumps({"items": rows}))).items
    from_book = read_sheets(read_tables(GivenFile("a.xlsx", write_tables(tables, FileForm.XLSX))), [HALL])
    from_csv = read_sheets(read_tables(GivenFile("a.zip", write_tables(tables, FileForm.CSV))), [HALL])

    assert (from_book.faults, from_csv.faults) == ([], [])
    for back in (from_json, from_book.items, from_csv.items):
        assert read_items(back, DAY) == (list(items), [])
