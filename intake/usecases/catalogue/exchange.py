"""The exchange form of the catalogue: rows with the national column names become service items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from intake.model.catalogue import (
    Availability,
    Bundle,
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
from intake.model.ids import BundleCode, DepartmentName, HallCode, ServiceCode
from intake.usecases.rows import FaultyRow, Row, RowFault

_WORKING_DAY = "工作日"


def read_items(rows: Sequence[object], valid_from: date) -> tuple[list[ServiceItem], list[RowFault]]:
    """Every row as a first version valid from a day, and every fault with its row number (from 1) and code."""
    items: list[ServiceItem] = []
    faults: list[RowFault] = []
    seen: set[ServiceCode] = set()
    for number, values in enumerate(rows, start=1):
        place = f"第{number}条{_code_of(values)}"
        try:
            item = read_item(values, valid_from)
        except FaultyRow as fault:
            faults.append(RowFault(place, fault.field, fault.why))
            continue
        if item.code in seen:
            faults.append(RowFault(place, "service_code", "与前面的事项编码重复"))
        seen.add(item.code)
        items.append(item)
    return items, faults


def read_item(values: object, valid_from: date) -> ServiceItem:
    """One row as a service item; raises `FaultyRow` for the first field that cannot be read."""
    row = Row(values)
    return ServiceItem(
        code=ServiceCode(row.text("service_code")),
        version=1,
        valid_from=valid_from,
        valid_to=None,
        name=row.text("task_name"),
        summary=row.text("summary"),
        task_type=row.text("task_type"),
        project_type=row.one_of("project_type", ProjectType),
        department=DepartmentName(row.text("dept_name")),
        other_departments=tuple(map(DepartmentName, row.texts("other_dept", ()))),
        served=row.texts("server_type"),
        conditions=row.texts("accept_condition"),
        legal_limit=_limit(row, "anticipate"),
        promised_limit=_limit(row, "promise"),
        visits=row.number("limit_scene_num"),
        fees=tuple(
            Fee(f.text("fee_name"), f.text("fee_stand"), f.text("by_law", "")) for f in row.rows("fees")
        ),
        handled_by=row.texts("handle_type"),
        level=row.text("use_level"),
        grounds=row.texts("by_law"),
        topic=row.text("user_topic_type", ""),
        result_name=row.text("result_name"),
        result_type=row.text("result_type"),
        delivery=row.texts("result_delivery"),
        availability=_availability(row.row("availability")),
        kiosk=row.flag("kiosk"),
        home_visit=row.flag("home_visit"),
        online=row.flag("online"),
        counter_group=row.one_of("counter_group", CounterGroup),
        minutes=row.number("minutes"),
        materials=tuple(_material(n, m) for n, m in enumerate(row.rows("materials"), start=1)),
        questions=tuple(CommonQuestion(q.text("question"), q.text("answer")) for q in row.rows("questions")),
        aliases=row.texts("aliases", ()),
        phrasings=_phrasings(row),
        old_names=row.texts("old_names", ()),
        life=_life(row.row("life")) if row.has("life") else None,
        confused_with=tuple(
            Neighbour(ServiceCode(n.text("service_code")), n.text("because"))
            for n in row.rows("confused_with")
        ),
    )


def read_bundles(rows: Sequence[object]) -> tuple[list[Bundle], list[RowFault]]:
    """Every 一件事 of a file, and every fault with its row number (from 1)."""
    bundles: list[Bundle] = []
    faults: list[RowFault] = []
    for number, values in enumerate(rows, start=1):
        try:
            bundles.append(_bundle(Row(values)))
        except FaultyRow as fault:
            faults.append(RowFault(f"一件事第{number}条", fault.field, fault.why))
    return bundles, faults


def _bundle(row: Row) -> Bundle:
    items = tuple(map(ServiceCode, row.texts("items")))
    if not items:
        raise FaultyRow("items", "至少要有一个事项")
    return Bundle(
        code=BundleCode(row.text("code")),
        name=row.text("name"),
        summary=row.text("summary", ""),
        aliases=row.texts("aliases", ()),
        items=items,
    )


def _code_of(values: object) -> str:
    code = values.get("service_code") if isinstance(values, Mapping) else None
    return f"（{code}）" if code else ""


def _limit(row: Row, which: str) -> TimeLimit:
    return TimeLimit(row.number(f"{which}_day"), row.text(f"{which}_type", _WORKING_DAY) == _WORKING_DAY)


def _availability(row: Row) -> Availability:
    halls = (
        {HallCode(hall): Way(str(way)) for hall, way in row.row("halls").items()} if row.has("halls") else {}
    )
    return Availability(
        row.one_of("county", Way), row.one_of("township", Way), row.one_of("village", Way), halls
    )


def _material(number: int, row: Row) -> Material:
    return Material(
        key=f"m{number}",
        name=row.text("material_name"),
        kind=row.text("kind"),
        type=row.text("material_type"),
        format=row.text("material_format"),
        original=row.flag("original", default=False),
        copies=row.number("page_num", 0),
        need=row.one_of("is_need", Need),
        when=row.text("when", ""),
        source=row.text("source_type"),
        shared=row.flag("shared", default=False),
        how=row.text("fill_explain", ""),
    )


def _phrasings(row: Row) -> dict[str, tuple[str, ...]]:
    if not row.has("phrasings"):
        return {}
    spoken = row.row("phrasings")
    return {register: spoken.texts(register) for register, _ in spoken.items()}


def _life(row: Row) -> LifeFacts:
    return LifeFacts(
        min_age=row.number("min_age") if row.has("min_age") else None,
        max_age=row.number("max_age") if row.has("max_age") else None,
        who=row.words("who"),
        lost=row.text("lost", "") if row.has("lost") else "",
        event=row.text("event", "") if row.has("event") else "",
    )
