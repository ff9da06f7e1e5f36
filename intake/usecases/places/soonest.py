"""When is the soonest? (最早什么时候能办): all halls, kinds and days in one query, ranked by time and distance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from intake.model.booking import BookingRules, Slot
from intake.model.calendar import local_day
from intake.model.catalogue import ServiceItem
from intake.model.ids import PersonId, ServiceCode
from intake.model.people import Caller
from intake.model.places import Hall, OfferKind, Village, straight_km
from intake.model.waiting import AT_THE_COUNTER
from intake.ports import Tools, Uow
from intake.usecases.places.searching import Drawing, drawing, fitting, goes_with, serving_group, takes

_EACH = 3
_EACH_LONG = 12
_SHORT = 30
_MACHINES = 2
# A volunteer helps with the forms; the matter itself is done elsewhere.
_WHERE_IT_IS_DONE = tuple(kind for kind in OfferKind if kind is not OfferKind.VOLUNTEER)
_AT_HOME = "工作人员到家里来，不用出门"


@dataclass(frozen=True, slots=True)
class FindSoonest:
    """For one item and one person: the caller, or whom the caller acts for; nobody known counts time alone."""

    service_code: ServiceCode
    caller: Caller | None = None
    person: PersonId | None = None
    limit: int = 8


@dataclass(frozen=True, slots=True)
class Soonest:
    """最早的一个: a place with its hall, how far it is by road (None when that is not known), and why it stands there."""

    slot: Slot
    hall: Hall
    km: float | None
    why: tuple[str, ...]


async def find_soonest(cmd: FindSoonest, *, tools: Tools) -> tuple[Soonest, ...]:
    """The soonest place of each hall and kind, best first: an hour's wait weighs as much as so many kilometres."""
    now = tools.clock.now()
    async with tools.open_view() as view:
        item = await view.catalogue.current(cmd.service_code, local_day(now))
        halls = {hall.code: hall for hall in await view.places.halls() if takes(item, hall)}
        village, draws = await _whose(view, cmd, now)
        found = await view.slots.soonest(
            at=[(hall.code, serving_group(item, hall)) for hall in halls.values()],
            now=now,
            kinds=[kind for kind in _WHERE_IT_IS_DONE if goes_with(item, kind)],
            pools=draws.pools,
            green=draws.green,
            each=_EACH_LONG if item.minutes > _SHORT else _EACH,
        )
    places = [(slot, halls[slot.hall]) for slot in _first_of_each(found, item, draws, now)]
    reached = [place for place in places if _reaches(*place, village)]
    return _varied(_ranked(reached, village, tools.rules.booking, now))[: cmd.limit]


def _varied(ranked: Sequence[Soonest]) -> tuple[Soonest, ...]:
    """Not one machine after the other: of a kind that needs no counter, the best few only."""
    seen: Counter[OfferKind] = Counter()
    varied = []
    for row in ranked:
        seen[row.slot.kind] += 1
        if row.slot.kind in AT_THE_COUNTER or seen[row.slot.kind] <= _MACHINES:
            varied.append(row)
    return tuple(varied)


async def _whose(view: Uow, cmd: FindSoonest, now: datetime) -> tuple[Village | None, Drawing]:
    person_id = cmd.person or (cmd.caller.account.person if cmd.caller else None)
    if person_id is None:
        return None, drawing(cmd.caller, green=False)
    person = await view.people.person(person_id)
    village = await view.places.village(person.village) if person.village else None
    return village, drawing(cmd.caller, green=bool(person.green_channel(local_day(now))))


def _first_of_each(found: Sequence[Slot], item: ServiceItem, draws: Drawing, now: datetime) -> list[Slot]:
    first: dict[tuple[object, ...], Slot] = {}
    for slot in fitting(found, item.minutes, draws, now):
        first.setdefault((slot.hall, slot.kind), slot)
    return list(first.values())


def _reaches(slot: Slot, hall: Hall, village: Village | None) -> bool:
    """A visit goes to the villages its hall serves."""
    return slot.kind is not OfferKind.HOME_VISIT or (village is not None and village.township in hall.serves)


def _ranked(
    places: Sequence[tuple[Slot, Hall]], village: Village | None, rules: BookingRules, now: datetime
) -> tuple[Soonest, ...]:
    if not places:
        return ()
    far = {hall.code: _km(hall, village, rules) for _, hall in places}
    earliest = min(slot.start for slot, _ in places)
    nearest = min((km for km in far.values() if km is not None), default=None)
    rows = [
        Soonest(slot, hall, far[hall.code], _why(slot, far[hall.code], earliest, nearest))
        for slot, hall in places
    ]
    return tuple(sorted(rows, key=lambda row: (_weight(row, rules, now), row.slot.id)))


def _km(hall: Hall, village: Village | None, rules: BookingRules) -> float | None:
    return None if village is None else round(straight_km(hall, village) * rules.road_factor, 1)


def _weight(row: Soonest, rules: BookingRules, now: datetime) -> float:
    """Minutes until then, and what the way is worth in minutes; a visit costs the person no way."""
    way = 0.0 if row.km is None or row.slot.kind is OfferKind.HOME_VISIT else row.km
    return (row.slot.start - now).total_seconds() / 60 + way * rules.km_worth_minutes


def _why(slot: Slot, km: float | None, earliest: datetime, nearest: float | None) -> tuple[str, ...]:
    if slot.kind is OfferKind.HOME_VISIT:
        return (*(("时间最早",) if slot.start == earliest else ()), _AT_HOME)
    reasons = [
        "时间最早" if slot.start == earliest else "",
        "离您最近" if km is not None and km == nearest else "",
        f"路程约{km:g}公里" if km is not None else "",
        _machine(slot),
    ]
    return tuple(reason for reason in reasons if reason)


def _machine(slot: Slot) -> str:
    if slot.kind is not OfferKind.KIOSK:
        return ""
    return "自助机，有人在旁边帮忙" if slot.helper else "自助机，没有人值守"
