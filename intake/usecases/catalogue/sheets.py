"""The catalogue as flat tables: the columns of the national exchange tables, and how rows become tables and back.

A workbook has one sheet per table, CSV one file per table. The first row names the columns; a second row with their
Chinese names is for people and skipped. A column that is there must be filled; a column a national file does not have
at all gets the value in `_GAPS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from intake.model.catalogue import Way
from intake.model.exchange import RowFault, SheetRow, SheetTable
from intake.model.places import Hall
from intake.usecases.rows import PlacedRow

_SEPARATORS = re.compile(r"[,，、;；]")
_FLAGS: Mapping[str, bool] = {
    **dict.fromkeys(("是", "有", "1", "true", "y", "yes", "t"), True),
    **dict.fromkeys(("否", "无", "0", "false", "n", "no", "f"), False),
}
WAY_CELLS: Mapping[Way, str] = {Way.DIRECT: "直办", Way.PROXY: "代办", Way.NOT_HERE: "不在此办"}
_WAYS: Mapping[str, str] = {words: way.value for way, words in WAY_CELLS.items()}
_TASK_TYPES: Mapping[str, str] = {
    "1": "行政许可",
    "5": "行政给付",
    "7": "行政确认",
    "8": "行政奖励",
    "9": "行政裁决",
    "10": "其他行政权力",
    "20": "公共服务",
    "21": "公共服务",
}
_PROJECT_TYPES: Mapping[str, str] = {"1": "即办件", "2": "承诺件"}

Cell = Callable[[str], object]


def _text(cell: str) -> object:
    return cell


def _number(cell: str) -> object:
    whole = re.fullmatch(r"\s*([0-9]{1,9})(\.0+)?\s*", cell)
    return int(whole[1]) if whole else cell


def _flag(cell: str) -> object:
    return _FLAGS.get(cell.strip().lower(), cell)


def _lines(cell: str) -> object:
    return [line for line in cell.split("\n") if line.strip()]


def _words(cell: str) -> object:
    """A list of words: one a line, or on one line with commas as the national tables have them."""
    return _lines(cell) if "\n" in cell else [word for word in _SEPARATORS.split(cell) if word.strip()]


def _one_of(words: Mapping[str, str]) -> Cell:
    return lambda cell: words.get(cell.strip().removeprefix("0"), words.get(cell.strip(), cell))


_way = _one_of(_WAYS)


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """列: the national name, what people call it, how a cell is read, and other names the column has."""

    field: str
    label: str
    read: Cell = _text
    optional: bool = False
    also: tuple[str, ...] = ()
    hint: str = ""


_CODE = SheetColumn(
    "task_handle_item",
    "事项编码",
    also=("service_code", "handle_item_code", "local_task_code", "业务办理项编码"),
    hint="本县的业务办理项编码，每个事项一个，不能重复",
)


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """表样: one table of the exchange; `part` is the field of the item its rows become, "" for the items' own."""

    name: str
    part: str
    mark: str
    columns: tuple[SheetColumn, ...]

    def named(self, heading: str) -> SheetColumn | None:
        """The column a heading means, by its national name, its label, or another name."""
        said = heading.strip().lower()
        return next((c for c in self.columns if said in {c.field, c.label, *c.also}), None)


_Col = SheetColumn
_NEEDS = "必要、非必要、容缺后补"
ITEMS = SheetPlan(
    "事项",
    "",
    "task_name",
    (
        _CODE,
        _Col("task_name", "事项名称"),
        _Col("summary", "一句话说明", hint="谁凭这个事项能得到什么，一句大白话"),
        _Col("task_type", "事项类型", _one_of(_TASK_TYPES), hint="行政许可、行政给付、行政确认、公共服务……"),
        _Col("project_type", "办件类型", _one_of(_PROJECT_TYPES), hint="即办件、承诺件"),
        _Col("dept_name", "实施主体", hint="审批部门，与部门表里的名称一致"),
        _Col("other_dept", "联办机构", _words),
        _Col("server_type", "服务对象", _words, hint="自然人、企业法人……"),
        _Col("accept_condition", "受理条件", _lines, hint="一条一行"),
        _Col("anticipate_day", "法定办结时限", _number, hint="天数；当场办结填0"),
        _Col("anticipate_type", "法定时限单位", hint="工作日、自然日"),
        _Col("promise_day", "承诺办结时限", _number, hint="天数；当场办结填0"),
        _Col("promise_type", "承诺时限单位", hint="工作日、自然日"),
        _Col("limit_scene_num", "到现场次数", _number),
        _Col("handle_type", "办理形式", _words, hint="窗口、网上、自助机、上门、代办"),
        _Col("use_level", "行使层级", hint="县级、镇级、村级"),
        _Col("by_law", "设定依据", _lines, hint="一条一行"),
        _Col("user_topic_type", "主题分类", optional=True),
        _Col("result_name", "审批结果名称"),
        _Col("result_type", "审批结果类型", hint="证照、批文、证明、其他"),
        _Col("result_delivery", "结果送达", _words, hint="窗口领取、邮寄、送上门、电子证照"),
        _Col("county_way", "县中心怎么办", _way, hint="直办、代办、不在此办"),
        _Col("township_way", "乡镇中心怎么办", _way, hint="直办、代办、不在此办"),
        _Col("village_way", "村里怎么办", _way, hint="直办、代办、不在此办"),
        _Col("is_service_terminals", "自助终端能办", _flag, also=("kiosk",), hint="是、否"),
        _Col("home_visit", "能上门办", _flag, hint="是、否"),
        _Col("is_online", "能网上办", _flag, also=("online",), hint="是、否"),
        _Col("counter_group", "窗口分组", hint="comprehensive、police、market、utility、tax、property"),
        _Col("minutes", "窗口时长（分钟）", _number),
        _Col("aliases", "别名", _lines, optional=True, hint="一个一行"),
        _Col("old_names", "旧名称", _lines, optional=True, hint="一个一行"),
        _Col("life_min_age", "年龄从", _number, optional=True),
        _Col("life_max_age", "年龄到", _number, optional=True),
        _Col("life_who", "替谁办", _lines, optional=True),
        _Col("life_lost", "丢了什么", optional=True),
        _Col("life_event", "人生大事", optional=True),
        _Col("plan_effective_date", "生效日期", optional=True, hint="2027-01-01；不填从导入那天起"),
    ),
)
MATERIALS = SheetPlan(
    "材料",
    "materials",
    "material_name",
    (
        _CODE,
        _Col("material_name", "材料名称"),
        _Col("kind", "材料种类", hint="id_card、household_register、photo、form、other……"),
        _Col("material_type", "材料类型", hint="证件证书证明、申请表格文书、其他"),
        _Col("material_format", "材料形式", hint="纸质、电子、均可"),
        _Col("original", "要看原件", _flag, hint="是、否"),
        _Col("page_num", "份数", _number, optional=True),
        _Col("is_need", "材料必要性", hint=_NEEDS),
        _Col("when", "什么情况才要", optional=True),
        _Col("source_type", "来源渠道", hint="申请人自备、政府部门核发、其他"),
        _Col("shared", "部门已有不用交", _flag, hint="是、否"),
        _Col("fill_explain", "填报须知", optional=True),
    ),
)
FEES = SheetPlan(
    "收费",
    "fees",
    "fee_name",
    (
        _CODE,
        _Col("fee_name", "收费项目"),
        _Col("fee_stand", "收费标准"),
        _Col("by_law", "收费依据", optional=True),
    ),
)
QUESTIONS = SheetPlan(
    "常见问题",
    "questions",
    "question",
    (_CODE, _Col("question", "问题"), _Col("answer", "解答")),
)
PLACES = SheetPlan(
    "各地办理",
    "halls",
    "handle_way",
    (
        _CODE,
        _Col("town_code", "区划代码", optional=True),
        _Col("town_name", "乡镇或中心", optional=True, hint="中心编号、中心名称或乡镇名称"),
        _Col("handle_way", "怎么办", _way, hint="直办、代办、不在此办"),
    ),
)
SAYINGS = SheetPlan(
    "说法",
    "phrasings",
    "sentence",
    (
        _CODE,
        _Col("register", "谁会这样说", hint="everyday、elder、online、village"),
        _Col("sentence", "说法"),
    ),
)
NEIGHBOURS = SheetPlan(
    "易混事项",
    "confused_with",
    "because",
    (_CODE, _Col("other_code", "容易混的事项"), _Col("because", "怎么分清")),
)
BUNDLES = SheetPlan(
    "一件事",
    "bundles",
    "bundle_code",
    (
        _Col("bundle_code", "编号"),
        _Col("bundle_name", "名称"),
        _Col("summary", "一句话说明", optional=True),
        _Col("aliases", "别名", _lines, optional=True),
        _Col("items", "包含的事项", _words),
    ),
)
PLANS = (ITEMS, MATERIALS, FEES, QUESTIONS, PLACES, SAYINGS, NEIGHBOURS, BUNDLES)
# The marks are looked for in this order: a national material table repeats the item's name on every row.
_BY_MARK = (MATERIALS, FEES, QUESTIONS, PLACES, SAYINGS, NEIGHBOURS, BUNDLES, ITEMS)
_GAPS: Mapping[str, Callable[[Mapping[str, object]], object]] = {
    "summary": lambda row: f"办理“{row.get('task_name', '')}”。",
    "task_type": lambda _: "公共服务",
    "other_dept": lambda _: [],
    "accept_condition": lambda _: [],
    "anticipate_type": lambda _: "工作日",
    "promise_type": lambda _: "工作日",
    "limit_scene_num": lambda _: 1,
    "handle_type": lambda _: ["窗口"],
    "use_level": lambda _: "县级",
    "by_law": lambda _: [],
    "result_name": lambda _: "办理结果",
    "result_type": lambda _: "其他",
    "result_delivery": lambda _: ["窗口领取"],
    "county_way": lambda _: Way.DIRECT.value,
    "township_way": lambda row: (
        (Way.NOT_HERE if row.get("use_level", "县级") == "县级" else Way.DIRECT).value
    ),
    "village_way": lambda row: (Way.DIRECT if row.get("use_level") == "村级" else Way.NOT_HERE).value,
    "is_service_terminals": lambda _: False,
    "home_visit": lambda _: False,
    "is_online": lambda _: False,
    "counter_group": lambda _: "comprehensive",
    "minutes": lambda _: 15,
    "kind": lambda _: "other",
    "material_type": lambda _: "其他",
    "material_format": lambda _: "纸质",
    "original": lambda _: True,
    "is_need": lambda _: "必要",
    "source_type": lambda _: "申请人自备",
    "shared": lambda _: False,
    "fee_stand": lambda _: "见收费依据",
    "register": lambda _: "everyday",
}


def field_text(field: str) -> str:
    """A field as the keeper knows it: 事项名称（task_name）; what has no label stays as it is."""
    label = _FIELD_LABELS.get(field.rpartition(" ")[2])
    return f"{label}（{field}）" if label else field


_FIELD_LABELS: Mapping[str, str] = {
    name: column.label
    for plan in reversed(PLANS)
    for column in plan.columns
    for name in (column.field, *(also for also in column.also if also.isascii()))
} | {
    "county": "县中心怎么办",
    "township": "乡镇中心怎么办",
    "village": "村里怎么办",
    "availability": "各地办理",
}


@dataclass(slots=True)
class SheetReading:
    """表格读入: what the tables of a file hold as rows of the exchange form, and what could not be placed."""

    items: list[PlacedRow] = field(default_factory=list)
    bundles: list[PlacedRow] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def read_sheets(tables: Sequence[SheetTable], halls: Sequence[Hall]) -> SheetReading:
    """Nested rows from flat tables; every row keeps its sheet and line for the faults found later."""
    reading = SheetReading()
    rows: dict[str, list[PlacedRow]] = {plan.part: [] for plan in PLANS}
    for table in tables:
        plan = _plan_of(table)
        if plan is None:
            reading.ignored.append(f"“{table.name}”整张表")
            continue
        rows[plan.part] += _rows_of(table, plan, reading)
    reading.items = rows[""]
    reading.bundles = [_bundle(row) for row in rows["bundles"]]
    by_code = {row["service_code"]: row for row in reversed(reading.items)}
    for row in reading.items:
        _open_item(row)
    for plan in PLANS:
        if plan.part not in {"", "bundles"}:
            _hang(plan.part, rows[plan.part], by_code, halls, reading.faults)
    return reading


def write_sheets(
    items: Sequence[Mapping[str, object]], bundles: Sequence[Mapping[str, object]]
) -> list[SheetTable]:
    """Flat tables from rows of the exchange form; reading them brings back the same rows."""
    flat = {plan.part: [cells for row in items for cells in _flat(plan.part, row)] for plan in PLANS}
    flat["bundles"] = [_flat_bundle(row) for row in bundles]
    return [_table(plan, flat[plan.part]) for plan in PLANS]


def national_row(row: Mapping[str, object]) -> Mapping[str, object]:
    """A JSON row in national names as one of ours; a row that has `service_code` is ours already."""
    if "service_code" in row or "task_handle_item" not in row:
        return row
    told = {name: value for name, value in row.items() if value not in (None, "")}
    made: dict[str, object] = {**_national(told, ITEMS), "materials": [], "fees": [], "questions": []}
    _open_item(made)
    for plan in (MATERIALS, FEES, QUESTIONS):
        parts = row.get(plan.part)
        if isinstance(parts, list):
            made[plan.part] = [_national(part, plan) for part in parts]
    return made


def _national(row: object, plan: SheetPlan) -> dict[str, object]:
    if not isinstance(row, Mapping):
        return {}
    read = {
        c.field: c.read(v) if isinstance(v := row[c.field], str) else v
        for c in plan.columns
        if c.field in row
    }
    if plan is ITEMS:
        read["service_code"] = read.pop("task_handle_item", "")
    present = {c.field for c in plan.columns if not {c.field, *c.also}.isdisjoint(row.keys())}
    for name, fill in _gaps(plan, present):
        read[name] = fill(read)
    return read


def _plan_of(table: SheetTable) -> SheetPlan | None:
    for plan in _BY_MARK:
        if any((column := plan.named(h)) is not None and column.field == plan.mark for h in table.headings):
            return plan
    return None


def _rows_of(table: SheetTable, plan: SheetPlan, reading: SheetReading) -> Iterable[PlacedRow]:
    columns = [plan.named(heading) for heading in table.headings]
    unknown = [h for h, c in zip(table.headings, columns, strict=True) if c is None and h.strip()]
    reading.ignored += [f"“{table.name}”的“{heading}”列" for heading in unknown]
    known = [(place, column) for place, column in enumerate(columns) if column is not None]
    gaps = _gaps(plan, {column.field for _, column in known})
    # Taken apart before the loop: of a large catalogue there are millions of rows, and each passes here.
    cells_of = [(place, c.field, None if c.read is _text else c.read, c.optional) for place, c in known]
    people = {row.line for row in table.rows[:_FOR_PEOPLE] if _is_labels(row, known)}
    for row in table.rows:
        if row.line in people:
            continue
        values = PlacedRow(f"“{table.name}”第{row.line}行")
        cells, width = row.cells, len(row.cells)
        for place, name, read, optional in cells_of:
            if place < width and not (optional and not cells[place].strip()):
                values[name] = cells[place] if read is None else read(cells[place])
        if not any(values.values()):
            continue
        if "task_handle_item" in values:
            values["service_code"] = str(values.pop("task_handle_item")).strip()
        for name, fill in gaps:
            values[name] = fill(values)
        yield values


def _is_labels(row: SheetRow, known: Sequence[tuple[int, SheetColumn]]) -> bool:
    """The rows below the headings of our own files: labels, or hints, for people to read."""
    told = ((column, row.cells[place]) for place, column in known if place < len(row.cells))
    return all(cell.strip() in {"", column.label, column.hint} for column, cell in told)


def _gaps(
    plan: SheetPlan, present: Collection[str]
) -> list[tuple[str, Callable[[Mapping[str, object]], object]]]:
    """What fills the columns a file does not have."""
    missing = (c.field for c in plan.columns if not c.optional and c.field not in present)
    return [(field, _GAPS[field]) for field in missing if field in _GAPS]


def _open_item(row: dict[str, object]) -> None:
    """The flat fields of an item in the places where the exchange form has them."""
    ways = {level: row.pop(f"{level}_way", "") for level in ("county", "township", "village")}
    row["availability"] = ways
    row["kiosk"], row["online"] = row.pop("is_service_terminals", ""), row.pop("is_online", "")
    life = {name: row.pop(f"life_{name}") for name in _LIFE if f"life_{name}" in row}
    if life:
        row["life"] = life


_FOR_PEOPLE = 2
_LIFE = ("min_age", "max_age", "who", "lost", "event")


def _bundle(row: PlacedRow) -> PlacedRow:
    renamed = {"code": row.get("bundle_code", ""), "name": row.get("bundle_name", "")}
    return PlacedRow(row.place, renamed | {k: v for k, v in row.items() if not k.startswith("bundle_")})


def _hang(
    part: str,
    rows: Sequence[PlacedRow],
    by_code: Mapping[object, PlacedRow],
    halls: Sequence[Hall],
    faults: list[RowFault],
) -> None:
    """The rows of one table under their items; who names no item of the file is a fault."""
    found = _halls_by_name(halls) if part == "halls" else {}
    for row in rows:
        item = by_code.get(row.pop("service_code", ""))
        if item is None:
            faults.append(RowFault(row.place, _CODE.label, "这个事项编码不在“事项”表里"))
        elif part == "halls":
            _hang_hall(row, item, found, faults)
        elif part == "phrasings":
            _hang_saying(row, item, faults)
        else:
            if part == "confused_with":
                row["service_code"] = row.pop("other_code", "")
            parts = item.setdefault(part, [])
            if isinstance(parts, list):
                parts.append(row)


def _hang_hall(row: PlacedRow, item: PlacedRow, found: Mapping[str, str], faults: list[RowFault]) -> None:
    named = [str(row[name]).strip() for name in ("town_code", "town_name") if row.get(name)]
    hall = next((found[name] for name in named if name in found), None)
    offered = item["availability"]
    if hall is None or not isinstance(offered, dict):
        faults.append(RowFault(row.place, "乡镇或中心", f"没有“{'、'.join(named)}”这个乡镇或中心"))
        return
    ways = offered.setdefault("halls", PlacedRow(row.place, {}))
    if hall in ways:
        faults.append(RowFault(row.place, "乡镇或中心", "这个事项在这里已经写过怎么办"))
    ways[hall] = row.get("handle_way", "")


def _halls_by_name(halls: Sequence[Hall]) -> dict[str, str]:
    names: dict[str, str] = {}
    for hall in halls:
        names |= dict.fromkeys(
            (hall.code, hall.division, hall.name, hall.name.removesuffix("便民服务中心")), hall.code
        )
    return names


def _hang_saying(row: PlacedRow, item: PlacedRow, faults: list[RowFault]) -> None:
    said, register = str(row.get("sentence", "")), str(row.get("register", "")).strip()
    if not said.strip() or not register:
        faults.append(RowFault(row.place, "说法", "应填写文字"))
        return
    phrasings = item.setdefault("phrasings", {})
    if isinstance(phrasings, dict):
        phrasings.setdefault(register, []).append(said)


def _flat(part: str, row: Mapping[str, object]) -> list[dict[str, object]]:
    """The rows an item has in one table."""
    match part:
        case "":
            return [_flat_item(row)]
        case "halls":
            ways = _mapping(_mapping(row["availability"]).get("halls", {}))
            rows = [{"town_name": hall, "handle_way": way} for hall, way in ways.items()]
        case "phrasings":
            said = _mapping(row.get("phrasings", {}))
            rows = [{"register": r, "sentence": s} for r, each in said.items() for s in _list(each)]
        case "confused_with":
            rows = [{"other_code": n["service_code"], "because": n["because"]} for n in _dicts(row, part)]
        case _:
            rows = _dicts(row, part)
    return [{**each, "task_handle_item": row["service_code"]} for each in rows]


def _flat_item(row: Mapping[str, object]) -> dict[str, object]:
    ways = {f"{level}_way": way for level, way in _mapping(row["availability"]).items()}
    life = {f"life_{name}": value for name, value in _mapping(row.get("life", {})).items()}
    own = {"task_handle_item": row["service_code"]}
    own |= {"is_service_terminals": row["kiosk"], "is_online": row["online"]}
    return {**row, **ways, **life, **own}


def _flat_bundle(row: Mapping[str, object]) -> dict[str, object]:
    return {**row, "bundle_code": row["code"], "bundle_name": row["name"]}


def _table(plan: SheetPlan, rows: Sequence[Mapping[str, object]]) -> SheetTable:
    labels = SheetRow(2, [column.label for column in plan.columns])
    filled = [
        SheetRow(line, [_cell(row.get(column.field), column) for column in plan.columns])
        for line, row in enumerate(rows, start=3)
    ]
    return SheetTable(plan.name, [column.field for column in plan.columns], [labels, *filled])


def _cell(value: object, column: SheetColumn) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case list():
            lines = "\n".join(map(str, value))
            # One word that has a comma in it must not be read as two.
            alone = len(value) == 1 and column.read is _words and _SEPARATORS.search(lines)
            return f"{lines}\n" if alone else lines
        case _:
            return WAY_CELLS[Way(str(value))] if column.read is _way else str(value)


def _mapping(value: object) -> dict[str, object]:
    return {str(k): v for k, v in value.items()} if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _dicts(row: Mapping[str, object], part: str) -> list[dict[str, object]]:
    return [_mapping(each) for each in _list(row.get(part, []))]
