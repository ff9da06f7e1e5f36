"""Reaching people (上门范围): whether a matter can be done that way, which villages a hall's staff come to, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from intake.errors import NotThisWay
from intake.model.booking import BookingRules
from intake.model.catalogue import ServiceItem
from intake.model.ids import VillageCode
from intake.model.people import Person
from intake.model.places import KIND_WORDS, Hall, HoursPattern, OfferKind, Village, straight_km
from intake.ports import Uow
from intake.usecases.places.searching import goes_with

_AT_HOME = KIND_WORDS[OfferKind.HOME_VISIT]


async def way_to(
    uow: Uow, item: ServiceItem, person: Person, hall: Hall, kind: OfferKind, rules: BookingRules
) -> tuple[VillageCode | None, int]:
    """The village a visit goes to and how many minutes of the place the matter takes; or why it cannot be this way."""
    if not goes_with(item, kind):
        why = "这件事要到窗口办" if kind is OfferKind.HOME_VISIT else "自助机上还办不了这件事"
        raise NotThisWay(service=item.name, kind=KIND_WORDS[kind], why=why)
    if kind is not OfferKind.HOME_VISIT:
        return None, item.minutes
    if person.village is None:
        raise NotThisWay(service=item.name, kind=_AT_HOME, why="还不知道您住在哪个村（社区）")
    village = await uow.places.village(person.village)
    patterns, _ = await uow.places.hours()
    return village.code, visit_minutes(item, hall, village, patterns, rules)


def visit_minutes(
    item: ServiceItem, hall: Hall, village: Village, patterns: Sequence[HoursPattern], rules: BookingRules
) -> int:
    """Minutes of the hall's staff for the matter and the way; `NotThisWay` where its rule does not let them go so far."""
    pattern = _visiting_rule(patterns, hall)
    area = pattern.area if pattern is not None and pattern.area else hall.serves
    if village.township not in area:
        raise NotThisWay(service=item.name, kind=_AT_HOME, why=f"{hall.name}只上门到自己服务的乡镇（街道）")
    minutes = ceil(straight_km(hall, village) * rules.road_factor / rules.km_per_hour * 60)
    if pattern is not None and 0 < pattern.travel_minutes_limit < minutes:
        why = f"到{village.name}路上要{minutes}分钟，超过了{hall.name}上门的范围"
        raise NotThisWay(service=item.name, kind=_AT_HOME, why=why)
    return item.minutes + minutes


def _visiting_rule(patterns: Sequence[HoursPattern], hall: Hall) -> HoursPattern | None:
    """The hall's rule for visits at home: its own before the one for every hall."""
    visits = (p for p in patterns if p.kind is OfferKind.HOME_VISIT and p.hall in {None, hall.code})
    return max(visits, key=lambda pattern: pattern.hall is not None, default=None)
