"""How things read in a chat: lists, limits, fees and places, in words a 70-year-old knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from intake.model.booking import Appointment, Hold, Slot
from intake.model.calendar import day_text, local_text
from intake.model.case import CASE_WORDS, Case
from intake.model.catalogue import (
    Material,
    Need,
    ProjectType,
    ServiceItem,
    TimeLimit,
    Way,
)
from intake.model.ids import HallCode
from intake.model.places import Hall, OfferKind
from intake.model.speech import DayPart, Spoken
from intake.usecases.places.opentimes import OpenDay, hours_lines

KIND_WORDS: Mapping[OfferKind, str] = {
    OfferKind.RESERVED: "",
    OfferKind.STAGGERED: "错时服务",
    OfferKind.AFTER_HOURS: "延时服务",
    OfferKind.HOME_VISIT: "上门服务",
    OfferKind.KIOSK: "自助机",
    OfferKind.VOLUNTEER: "志愿帮办",
}


_MACHINES_NAMED = 4
_PAID_IN, _PAID_OUT = ("缴", "税"), ("补贴", "补助", "津贴", "奖", "救助", "待遇", "惠民")
# What the county's own hall is called by those who live outside of it.
IN_TOWN = ("县里", "县城", "县上", "县中心", "城里")


def limit_words(item: ServiceItem) -> str:
    """The time limit: 当场办结, or a number of days from acceptance."""
    if item.project_type is ProjectType.IMMEDIATE or item.promised_limit.days == 0:
        return "材料齐全当场办结"
    return f"受理后{_days(item.promised_limit)}内办结"


def fee_words(item: ServiceItem) -> str:
    """The fee in one line."""
    if not item.fees:
        return "不收费"
    return "；".join(f"{fee.name}：{fee.standard}" for fee in item.fees)


def money_words(item: ServiceItem) -> str:
    """The fee for whoever asks 多少钱; what is paid in or out by the item is another thing."""
    fee = f"费用：{fee_words(item)}"
    if any(word in item.name for word in _PAID_IN):
        return f"{fee}。该缴的保费、税款另算，问工作人员最准。"
    if any(word in item.name for word in _PAID_OUT):
        return f"{fee}。能领多少，工作人员核过后告诉您。"
    return fee


def material_words(item: ServiceItem) -> str:
    """What to bring, numbered, one material a line."""
    lines = [f"{n}. {_material(m)}" for n, m in enumerate(item.to_bring, start=1)]
    lines += [_held(m) for m in item.materials if not m.asked_for]
    return "\n".join(lines) if item.to_bring else "\n".join(["什么都不用带，报身份证号就行。", *lines])


def online_words(item: ServiceItem) -> str:
    """Whether one has to come at all, and how often."""
    if item.online:
        return "不用跑：在这里拍照交材料就能办，也可以到窗口办。"
    trips = "一趟" if item.visits <= 1 else f"{item.visits}趟"
    return f"网上办不全，要到窗口{trips}；先在这里约好时间、拍照交材料，到了就不用等、不用再交。"


def another_words(item: ServiceItem) -> str:
    """Whether somebody else may come, and with what; who has to be seen or fingerprinted has to come."""
    if present := next((condition for condition in item.conditions if "到场" in condition), ""):
        return f"这件事别人代不了：{present}。{'走不动的可以预约上门。' if item.home_visit else ''}"
    if item.availability.village is Way.PROXY or "代办" in item.handled_by:
        return "本人来不了，可以请家人代办，带上双方身份证；也可以请本村代办员代办。"
    return "这件事一般要本人办。来不了的，先打电话问一问，工作人员帮您想办法。"


def home_words(item: ServiceItem) -> str:
    """Whether somebody comes to the house."""
    if item.home_visit:
        return "行动不便可以预约上门办，预约时选“上门服务”。"
    return "这件事不能在家里办完；走不动的，可以请村代办员或家人代办，也可以找工作人员想办法。"


def kiosk_words(item: ServiceItem | None, halls: Sequence[Hall]) -> str:
    """Whether a machine does it, and where the machines are, the nearest first."""
    if item is not None and not item.kiosk:
        return f"“{item.name}”自助机上办不了，要到窗口办。"
    which = f"“{item.name}”自助机上就能办。" if item is not None else ""
    if not halls:
        return f"{which}本县大厅里现在没有自助机。"
    others = "、".join(hall.name for hall in halls[1:_MACHINES_NAMED])
    more = f"；{others}{'等' if len(halls) > _MACHINES_NAMED else ''}也有" if others else ""
    return f"{which}离您最近的自助机在{halls[0].name}（{halls[0].address}）{more}。白天有人在旁边帮忙。"


def proxy_words(hall: Hall) -> str:
    """How to come by the village's proxy; the hall knows them all."""
    return f"每个村都有代办员。在“请人代办”里说一声，他会来联系您；也可以打{hall.name}电话{hall.phone}，请他们帮您找。"


def delivery_words(item: ServiceItem) -> str:
    """What comes out of it, and how it gets to the person."""
    result = f"办好后拿到{item.result_name}，" if item.result_name else "办好后"
    return f"{result}可以{'、'.join(item.delivery) or '窗口领取'}。"


def hours_words(hall: Hall, days: Sequence[OpenDay]) -> str:
    """A hall's coming days and its telephone."""
    return "\n".join([f"{hall.name}开门时间：", *hours_lines(days), f"电话：{hall.phone}"])


def place_words(halls: tuple[tuple[Hall, Way], ...]) -> str:
    """Where it can be done: the nearest place first, and how many others there are."""
    if not halls:
        return "可在网上办理"
    hall, way = halls[0]
    how = "（由中心代办）" if way is Way.PROXY else ""
    rest = f"，全县{len(halls)}个便民服务中心都能办" if len(halls) > 1 else ""
    return f"{hall.name}{how}{rest}"


def slot_label(slot: Slot | Hold | Appointment, hall: Hall | None) -> str:
    """A slot to press or to read back: 11月28日（星期六）09:00 上午, with the hall when several are offered."""
    kind = KIND_WORDS[slot.kind]
    place = f" {hall.name}" if hall else ""
    return f"{local_text(slot.start)}{f' {kind}' if kind else ''}{place}"


def slot_hint(slot: Slot) -> str:
    """What stands smaller below a slot: how many places are left, and whether it opens in any case."""
    unsure = f"，约满{slot.min_bookings}人才开" if slot.min_bookings > 1 else ""
    return f"还有{max(1, slot.online_left)}个号{unsure}"


def case_line(case: Case, halls: Mapping[HallCode, Hall]) -> str:
    """One case in one line."""
    due = (
        f"，{day_text(case.due.day)}前办结"
        if case.due and case.state.value in {"accepted", "in_review"}
        else ""
    )
    whose = f"（{case.applicant_name}）" if case.proxy_name else ""
    place = halls[case.hall].name if case.hall in halls else ""
    return f"{case.service_name}{whose}\n编号 {case.number}　{CASE_WORDS[case.state]}{due}\n{place}"


def when_words(spoken: Spoken | None) -> str:
    """The days asked for, read back as a date with its weekday, and what does not suit as 除了 it."""
    if spoken is None:
        return ""
    said = f"{_span_words(spoken.first_day, spoken.last_day)}{_hours_words(spoken)}"
    if not (but := spoken.unfit) or not (but.first_day or but.part):
        return said
    unfit = f"除了{_span_words(but.first_day, but.last_day)}{_PART_WORDS[but.part] if but.part else ''}"
    return f"{said}，{unfit}" if said else f"{unfit}都行"


def _hours_words(spoken: Spoken) -> str:
    if spoken.at is not None:
        return f"{spoken.at:%H:%M}以后"
    if spoken.until is not None:
        return f"{spoken.until:%H:%M}以前"
    return _PART_WORDS[spoken.part] if spoken.part else ""


def _span_words(first: date | None, last: date | None) -> str:
    if first is None:
        return ""
    return day_text(first) if last is None or last == first else f"{day_text(first)}到{day_text(last)}"


_PART_WORDS: Mapping[DayPart, str] = {
    DayPart.MORNING: "上午",
    DayPart.NOON: "中午",
    DayPart.AFTERNOON: "下午",
    DayPart.EVENING: "晚上",
}


def _days(limit: TimeLimit) -> str:
    return f"{limit.days}个{'工作日' if limit.working else '自然日'}"


def _held(material: Material) -> str:
    """A paper a department holds already: not asked for, but people look for it in the list."""
    return f"不用带：{material.name}（{material.how or '部门能查到'}）"


def _material(material: Material) -> str:
    marks = [
        "原件" if material.original else "",
        f"复印件{material.copies}份" if material.copies else "",
        "可以后补" if material.need is Need.LATER else "",
        "可不带" if material.need is Need.OPTIONAL else "",
    ]
    said = "，".join(mark for mark in marks if mark)
    when = f"（{material.when}）" if material.when else ""
    return f"{material.name}{when}{f'：{said}' if said else ''}"
