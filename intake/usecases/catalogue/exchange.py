"""The exchange form of the catalogue: rows with the national column names become service items, and items rows again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

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
from intake.usecases.rows import FaultyParts, FaultyRow, Row, RowFault

_WORKING_DAY, _CALENDAR_DAY = "工作日", "自然日"
_LONGEST_VISIT = 480


def read_items(rows: Sequence[object], valid_from: date) -> tuple[list[ServiceItem], list[RowFault]]:
    """Every row as a first version valid from a day, and every fault with its place and code.

    A row that names a later day itself (`plan_effective_date`) is valid from that day.
    """
    reading = CatalogueReading(valid_from)
    for values in rows:
        reading.read(values)
    return reading.items, reading.faults


class CatalogueReading:
    """清单读入: rows read one after the other, so that whoever reads fifty thousand can pause between them."""

    def __init__(self, valid_from: date) -> None:
        self.items: list[ServiceItem] = []
        self.faults: list[RowFault] = []
        self._valid_from = valid_from
        self._seen: dict[ServiceCode, str] = {}
        self._number = 0

    def read(self, values: object) -> None:
        """One row more: an item, or its faults, all of them."""
        self._number += 1
        place = getattr(values, "place", f"第{self._number}条") + _code_of(values)
        try:
            item = read_item(values, self._valid_from)
        except FaultyParts as faulty:
            self.faults += (RowFault(fault.place or place, fault.field, fault.why) for fault in faulty.faults)
            return
        if item.code in self._seen:
            self.faults.append(
                RowFault(place, "service_code", f"与前面的事项编码重复（{self._seen[item.code]}）")
            )
            return
        self._seen[item.code] = place
        self.items.append(item)


def read_item(values: object, valid_from: date) -> ServiceItem:
    """One row as a service item; raises `FaultyParts` with every field that cannot be read."""
    try:
        row = Row(values)
    except FaultyRow as fault:
        raise FaultyParts([RowFault("", fault.field, fault.why)]) from None
    fields: dict[str, Any] = _read_fields(row, _ITEM)
    begins = fields.pop("valid_from") or valid_from
    return ServiceItem(version=1, valid_from=max(begins, valid_from), valid_to=None, **fields)


def write_item(item: ServiceItem) -> dict[str, object]:
    """The item as one row that `read_item` reads back as the same item."""
    return {
        "service_code": item.code,
        "task_name": item.name,
        "summary": item.summary,
        "task_type": item.task_type,
        "project_type": item.project_type.value,
        "dept_name": item.department,
        "other_dept": list(item.other_departments),
        "server_type": list(item.served),
        "accept_condition": list(item.conditions),
        **_write_limit("anticipate", item.legal_limit),
        **_write_limit("promise", item.promised_limit),
        "limit_scene_num": item.visits,
        "is_fee": bool(item.fees),
        "fees": [{"fee_name": f.name, "fee_stand": f.standard, "by_law": f.ground} for f in item.fees],
        "handle_type": list(item.handled_by),
        "use_level": item.level,
        "by_law": list(item.grounds),
        "user_topic_type": item.topic,
        "result_name": item.result_name,
        "result_type": item.result_type,
        "result_delivery": list(item.delivery),
        "availability": _write_availability(item.availability),
        "kiosk": item.kiosk,
        "home_visit": item.home_visit,
        "online": item.online,
        "counter_group": item.counter_group.value,
        "minutes": item.minutes,
        "materials": [_write_material(material) for material in item.materials],
        "questions": [{"question": q.question, "answer": q.answer} for q in item.questions],
        "aliases": list(item.aliases),
        "phrasings": {register: list(said) for register, said in item.phrasings.items()},
        "old_names": list(item.old_names),
        **({"life": _write_life(item.life)} if item.life else {}),
        "confused_with": [{"service_code": n.service_code, "because": n.because} for n in item.confused_with],
    }


def read_bundles(rows: Sequence[object]) -> tuple[list[Bundle], list[RowFault]]:
    """Every 一件事 of a file, and every fault with its row number (from 1)."""
    bundles: list[Bundle] = []
    faults: list[RowFault] = []
    for number, values in enumerate(rows, start=1):
        place = getattr(values, "place", f"一件事第{number}条")
        try:
            bundles.append(_bundle(Row(values)))
        except FaultyRow as fault:
            faults.append(RowFault(place, fault.field, fault.why))
    return bundles, faults


def write_bundle(bundle: Bundle) -> dict[str, object]:
    """The bundle as one row that `read_bundles` reads back."""
    return {
        "code": bundle.code,
        "name": bundle.name,
        "summary": bundle.summary,
        "aliases": list(bundle.aliases),
        "items": list(bundle.items),
    }


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


_Readers = Mapping[str, Callable[[Row], object]]


def _read_fields(row: Row, readers: _Readers) -> dict[str, Any]:
    """Every field by its reader; raises `FaultyParts` with all that could not be read."""
    values: dict[str, Any] = {}
    faults: list[RowFault] = []
    for name, reader in readers.items():
        try:
            values[name] = reader(row)
        except FaultyRow as fault:
            faults.append(RowFault(row.place, fault.field, fault.why))
        except FaultyParts as parts:
            faults += parts.faults
    if faults:
        raise FaultyParts(faults)
    return values


def _parts(row: Row, field: str, label: str, readers: _Readers, make: Callable[..., Any]) -> tuple[Any, ...]:
    """Every row of a list within a row; raises `FaultyParts` with all faults of all of them."""
    parts: list[Any] = []
    faults: list[RowFault] = []
    for number, part in enumerate(row.rows(field), start=1):
        try:
            parts.append(make(number, **_read_fields(part, readers)))
        except FaultyParts as faulty:
            faults += (
                fault if fault.place else RowFault("", f"{label}第{number}项 {fault.field}", fault.why)
                for fault in faulty.faults
            )
    if faults:
        raise FaultyParts(faults)
    return tuple(parts)


def _day_or_none(row: Row) -> date | None:
    return row.day("plan_effective_date") if row.has("plan_effective_date") else None


def _limit(which: str) -> Callable[[Row], TimeLimit]:
    def read(row: Row) -> TimeLimit:
        unit = row.text(f"{which}_type", _WORKING_DAY)
        if unit not in {_WORKING_DAY, _CALENDAR_DAY}:
            raise FaultyRow(f"{which}_type", f"只能填：{_WORKING_DAY}、{_CALENDAR_DAY}")
        return TimeLimit(row.number(f"{which}_day"), unit == _WORKING_DAY)

    return read


def _write_limit(which: str, limit: TimeLimit) -> dict[str, object]:
    return {
        f"{which}_day": limit.days,
        f"{which}_type": _WORKING_DAY if limit.working else _CALENDAR_DAY,
    }


def _minutes(row: Row) -> int:
    minutes = row.number("minutes")
    if minutes > _LONGEST_VISIT:
        raise FaultyRow("minutes", f"窗口办理时长最多{_LONGEST_VISIT}分钟")
    return minutes


def _availability(row: Row) -> Availability:
    try:
        offered = row.row("availability")
    except FaultyRow as fault:
        raise FaultyRow("availability", fault.why) from None
    read = {level: _way(level) for level in ("county", "township", "village")}
    ways = _read_fields(offered, read)
    if not offered.has("halls"):
        return Availability(**ways)
    halls = offered.row("halls")
    single = _read_fields(halls, {hall: _way(hall) for hall, _ in halls.items()})
    return Availability(**ways, halls={HallCode(hall): way for hall, way in single.items()})


def _way(field: str) -> Callable[[Row], Way]:
    return lambda row: row.one_of(field, Way)


def _write_availability(availability: Availability) -> dict[str, object]:
    halls = {hall: way.value for hall, way in sorted(availability.halls.items())}
    levels: dict[str, object] = {
        "county": availability.county.value,
        "township": availability.township.value,
        "village": availability.village.value,
    }
    return levels | ({"halls": halls} if halls else {})


def _write_material(material: Material) -> dict[str, object]:
    return {
        "material_name": material.name,
        "kind": material.kind,
        "material_type": material.type,
        "material_format": material.format,
        "original": material.original,
        "page_num": material.copies,
        "is_need": material.need.value,
        "when": material.when,
        "source_type": material.source,
        "shared": material.shared,
        "fill_explain": material.how,
    }


def _phrasings(row: Row) -> dict[str, tuple[str, ...]]:
    if not row.has("phrasings"):
        return {}
    spoken = row.row("phrasings")
    read = ((register, spoken.texts(register)) for register, _ in spoken.items())
    return {register: said for register, said in read if said}


def _life(row: Row) -> LifeFacts | None:
    """Facts about a life, or None where none is told: an empty object says no more than an absent one."""
    if not row.has("life"):
        return None
    told = row.row("life")
    facts = LifeFacts(
        min_age=told.number("min_age") if told.has("min_age") else None,
        max_age=told.number("max_age") if told.has("max_age") else None,
        who=told.words("who"),
        lost=told.text("lost", "") if told.has("lost") else "",
        event=told.text("event", "") if told.has("event") else "",
    )
    return None if facts == LifeFacts() else facts


def _write_life(life: LifeFacts) -> dict[str, object]:
    told: dict[str, object] = {"min_age": life.min_age, "max_age": life.max_age}
    told |= {"who": list(life.who), "lost": life.lost, "event": life.event}
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def _text(field: str, default: str | None = None) -> Callable[[Row], str]:
    return lambda row: row.text(field, default)


def _texts(field: str, default: Sequence[str] | None = None) -> Callable[[Row], tuple[str, ...]]:
    return lambda row: row.texts(field, default)


def _flag(field: str, *, default: bool | None = None) -> Callable[[Row], bool]:
    return lambda row: row.flag(field, default=default)


def _number(field: str, default: int | None = None) -> Callable[[Row], int]:
    return lambda row: row.number(field, default)


_MATERIAL: _Readers = {
    "name": _text("material_name"),
    "kind": _text("kind"),
    "type": _text("material_type"),
    "format": _text("material_format"),
    "original": _flag("original", default=False),
    "copies": _number("page_num", 0),
    "need": lambda row: row.one_of("is_need", Need),
    "when": _text("when", ""),
    "source": _text("source_type"),
    "shared": _flag("shared", default=False),
    "how": _text("fill_explain", ""),
}
_FEE: _Readers = {
    "name": _text("fee_name"),
    "standard": _text("fee_stand"),
    "ground": _text("by_law", ""),
}
_QUESTION: _Readers = {"question": _text("question"), "answer": _text("answer")}
_NEIGHBOUR: _Readers = {
    "service_code": lambda row: ServiceCode(row.text("service_code")),
    "because": _text("because"),
}
_ITEM: _Readers = {
    "code": lambda row: ServiceCode(row.text("service_code")),
    "valid_from": _day_or_none,
    "name": _text("task_name"),
    "summary": _text("summary"),
    "task_type": _text("task_type"),
    "project_type": lambda row: row.one_of("project_type", ProjectType),
    "department": lambda row: DepartmentName(row.text("dept_name")),
    "other_departments": lambda row: tuple(map(DepartmentName, row.texts("other_dept", ()))),
    "served": _texts("server_type"),
    "conditions": _texts("accept_condition"),
    "legal_limit": _limit("anticipate"),
    "promised_limit": _limit("promise"),
    "visits": _number("limit_scene_num"),
    "fees": lambda row: _parts(row, "fees", "收费", _FEE, lambda _, **fee: Fee(**fee)),
    "handled_by": _texts("handle_type"),
    "level": _text("use_level"),
    "grounds": _texts("by_law"),
    "topic": _text("user_topic_type", ""),
    "result_name": _text("result_name"),
    "result_type": _text("result_type"),
    "delivery": _texts("result_delivery"),
    "availability": _availability,
    "kiosk": _flag("kiosk"),
    "home_visit": _flag("home_visit"),
    "online": _flag("online"),
    "counter_group": lambda row: row.one_of("counter_group", CounterGroup),
    "minutes": _minutes,
    "materials": lambda row: _parts(
        row, "materials", "材料", _MATERIAL, lambda number, **told: Material(key=f"m{number}", **told)
    ),
    "questions": lambda row: _parts(
        row, "questions", "常见问题", _QUESTION, lambda _, **told: CommonQuestion(**told)
    ),
    "aliases": _texts("aliases", ()),
    "phrasings": _phrasings,
    "old_names": _texts("old_names", ()),
    "life": _life,
    "confused_with": lambda row: _parts(
        row, "confused_with", "易混事项", _NEIGHBOUR, lambda _, **told: Neighbour(**told)
    ),
}
