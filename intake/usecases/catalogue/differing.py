"""What an import would change (导入前比对): item by item, field by field, in words a keeper can check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from intake.model.catalogue import ServiceItem
from intake.model.exchange import ChangeKind, FieldChange, ItemChange
from intake.usecases.catalogue.exchange import write_item
from intake.usecases.catalogue.sheets import ITEMS, MATERIALS, WAY_CELLS

_LABELS: Mapping[str, str] = {
    column.field: column.label for column in (*MATERIALS.columns, *ITEMS.columns)
} | {
    "fees": "收费",
    "availability": "各地办理",
    "kiosk": "自助终端能办",
    "online": "能网上办",
    "materials": "材料",
    "questions": "常见问题",
    "phrasings": "说法",
    "life": "人生情形",
    "confused_with": "易混事项",
    "is_fee": "是否收费",
    "service_code": "事项编码",
}
_PART_NAMES: Mapping[str, str] = {
    "materials": "material_name",
    "fees": "fee_name",
    "questions": "question",
    "confused_with": "service_code",
}


def item_change(now: ServiceItem | None, wanted: ServiceItem, ends: date | None = None) -> ItemChange | None:
    """What the wanted version does to the one in force on its first day; None when it says the same."""
    if now is None:
        return ItemChange(ChangeKind.NEW, wanted.code, wanted.name, wanted.valid_from, ends)
    stamped = replace(wanted, version=now.version, valid_from=now.valid_from, valid_to=now.valid_to)
    if stamped == now:
        return None
    fields = field_changes(now, wanted)
    return ItemChange(ChangeKind.CHANGED, wanted.code, wanted.name, wanted.valid_from, ends, fields)


def withdrawal(now: ServiceItem, on: date) -> ItemChange:
    """An item that the new catalogue no longer has."""
    return ItemChange(ChangeKind.WITHDRAWN, now.code, now.name, on)


def field_changes(before: ServiceItem, after: ServiceItem) -> tuple[FieldChange, ...]:
    """Every field that differs, in the order of the exchange form; parts of a list one by one."""
    old, new = write_item(before), write_item(after)
    changes: list[FieldChange] = []
    for name in dict.fromkeys((*old, *new)):
        was, will = old.get(name), new.get(name)
        if was == will or name == "is_fee":
            continue
        if name in _PART_NAMES:
            changes += _part_changes(name, was, will)
        elif name in {"availability", "life", "phrasings"}:
            changes += _inner_changes(name, was, will)
        else:
            changes.append(FieldChange(name, _LABELS.get(name, name), _words(was), _words(will)))
    return tuple(changes)


def _part_changes(name: str, was: object, will: object) -> list[FieldChange]:
    """Materials, fees, questions: which came, which went, which differ, and whether only their order did."""
    key = _PART_NAMES[name]
    old, new = _named(was, key), _named(will, key)
    changes: list[FieldChange] = []
    for part in dict.fromkeys((*old, *new)):
        label = f"{_LABELS[name]}“{part}”"
        if part not in new:
            changes.append(FieldChange(name, label, "有", "删去"))
        elif part not in old:
            changes.append(FieldChange(name, label, "没有", _told(new[part], key)))
        else:
            changes += _differing(name, label, old[part], new[part])
    return changes or [FieldChange(name, _LABELS[name], "原来的顺序", "顺序有变")]


def _named(parts: object, key: str) -> dict[str, dict[str, object]]:
    """Parts by their name; a second one of the same name is told by its number."""
    named: dict[str, dict[str, object]] = {}
    for part in parts if isinstance(parts, list) else []:
        name = str(part[key])
        named[name if name not in named else f"{name}（{len(named) + 1}）"] = part
    return named


def _differing(
    name: str, label: str, old: Mapping[str, object], new: Mapping[str, object]
) -> list[FieldChange]:
    return [
        FieldChange(
            f"{name}.{each}",
            f"{label}的{_LABELS.get(each, each)}",
            _words(old.get(each)),
            _words(new.get(each)),
        )
        for each in dict.fromkeys((*old, *new))
        if old.get(each) != new.get(each)
    ]


def _inner_changes(name: str, was: object, will: object) -> list[FieldChange]:
    old, new = (_flattened(value) for value in (was, will))
    return _differing(name, _LABELS[name], old, new)


def _flattened(value: object) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, each in value.items() if isinstance(value, Mapping) else ():
        flat |= (
            {str(k): v for k, v in each.items()}
            if isinstance(each, Mapping)
            else {_INNER.get(name, name): each}
        )
    return flat


_INNER: Mapping[str, str] = {
    "county": "县中心",
    "township": "乡镇中心",
    "village": "村里",
    "min_age": "年龄从",
    "max_age": "年龄到",
    "who": "替谁办",
    "lost": "丢了什么",
    "event": "人生大事",
    "everyday": "平常话",
    "elder": "老人话",
    "online": "网上话",
}
_WAY_WORDS: Mapping[str, str] = {way.value: words for way, words in WAY_CELLS.items()}


def _told(part: Mapping[str, object], key: str) -> str:
    rest = (
        f"{_LABELS.get(name, name)}：{_words(value)}" for name, value in part.items() if name != key and value
    )
    return "；".join(rest) or "有"


def _words(value: object) -> str:
    match value:
        case None | "" | []:
            return "（空）"
        case bool():
            return "是" if value else "否"
        case list():
            return "；".join(map(_words, value))
        case _:
            return _WAY_WORDS.get(str(value), str(value))
