"""When is the soonest? (最早什么时候能办): all halls, kinds and days in one query, ranked by time and distance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from intake.errors import CoolingDown, NotThisWay, SlotPast
from intake.model.booking import Appointment, AppointmentState, BookingRules, Hold, Slot
from intake.model.calendar import local_day
from intake.model.catalogue import ServiceItem
from intake.model.granting import (
    Request,
    Standing,
    grant,
    own_hold_of,
    require_within_limits,
    run_length,
    run_of,
    without,
)
from intake.model.ids import HallCode, PersonId, ServiceCode, SlotId
from intake.model.people import RECEPTION, Caller, Role
from intake.model.places import Hall, OfferKind, Village, straight_km
from intake.model.waiting import AT_THE_COUNTER
from intake.ports import Tools, Uow
from intake.usecases.places.reaching import visit_minutes
from intake.usecases.places.searching import drawing, goes_with, serving_group, takes
from intake.usecases.places.taking import is_over

_EACH = 3
_EACH_LONG = 12
_FURTHER = 8
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
    """The soonest place of each hall and kind, best first: an hour's wait weighs as much as so many kilometres.

    Decided as a booking is, so that each of them would be granted; who would be granted none hears the limit. Who has a
    place for the matter already sees where it could be moved. What opens only for enough people stands beside, not
    instead of, what opens for certain.
    """
    now, rules = tools.clock.now(), tools.rules.booking
    async with tools.open_view() as view:
        item = await view.catalogue.current(cmd.service_code, local_day(now))
        halls = {hall.code: hall for hall in await view.places.halls() if takes(item, hall)}
        seeker = await _seeker(view, cmd, tools, now)
        require_within_limits(seeker.request, seeker.standing, rules, now)
        search = _Search(seeker, item, await _visits(view, item, halls, seeker, rules), rules, now)
        places = [(slot, halls[slot.hall]) for slot in await _first_of_each(view, search, halls)]
    return _varied(_ranked(places, seeker.village, rules, now))[: cmd.limit]


@dataclass(frozen=True, slots=True)
class _Seeker:
    """找号的人: who looks, as a booking would see them, with what they have for the matter already."""

    request: Request
    standing: Standing = field(default_factory=Standing)
    village: Village | None = None
    hold: Hold | None = None
    appointment: Appointment | None = None

    @property
    def own(self) -> frozenset[SlotId]:
        """The slots in which a place is theirs."""
        held = self.hold.run if self.hold else ()
        return frozenset((*held, *(self.appointment.slots if self.appointment else ())))

    def relieved(self, slots: Sequence[Slot]) -> tuple[Slot, ...]:
        """The slots without what is theirs, for that would be given up."""
        if self.hold is not None:
            slots = without(slots, self.hold.run, self.hold.pool, held=True)
        if self.appointment is not None:
            slots = without(slots, self.appointment.slots, self.appointment.pool, held=False)
        return tuple(slots)


@dataclass(frozen=True, slots=True)
class _Search:
    """One search at one instant: for whom, for what, and how many minutes a visit from each hall that comes would take."""

    seeker: _Seeker
    item: ServiceItem
    visits: Mapping[HallCode, int]
    rules: BookingRules
    now: datetime

    def reaches(self, slot: Slot) -> bool:
        """A visit comes only from where the hall's rule lets its staff go so far."""
        return slot.kind is not OfferKind.HOME_VISIT or slot.hall in self.visits

    def first_of_each(self, slots: Sequence[Slot]) -> dict[_Stand, Slot]:
        """Of each hall and kind the first slot at which the whole matter would be granted."""
        known = {slot.id: slot for slot in self.seeker.relieved(slots)}
        first: dict[_Stand, Slot] = {}
        for slot in sorted(known.values(), key=lambda slot: (slot.start, slot.id)):
            if _stand(slot) not in first and self._granted(slot, known):
                first[_stand(slot)] = slot
        return first

    def _granted(self, slot: Slot, known: Mapping[SlotId, Slot]) -> bool:
        minutes = self.visits[slot.hall] if slot.kind is OfferKind.HOME_VISIT else self.item.minutes
        run = run_of(slot, run_length(minutes, slot))
        have = self.seeker.appointment
        if have is not None and have.slots == run:
            return False
        there = [known[one] for one in run if one in known]
        try:
            wish = self.seeker.request._replace(run=run)
            return grant(wish, there, self.seeker.standing, self.rules, self.now) is not None
        except (CoolingDown, SlotPast):
            return False


_Stand = tuple[HallCode, OfferKind, bool]


def _stand(slot: Slot) -> _Stand:
    return slot.hall, slot.kind, slot.min_bookings > 1


async def _first_of_each(view: Uow, search: _Search, halls: Mapping[HallCode, Hall]) -> list[Slot]:
    """In one query; again, further ahead, only where all that was looked at is kept for others or too short."""
    item, request = search.item, search.seeker.request
    own = [slot for slot in await view.slots.read(search.seeker.own, search.now) if slot.start >= search.now]
    each = _EACH_LONG if item.minutes > _SHORT else _EACH
    while True:
        found = await view.slots.soonest(
            at=[(hall.code, serving_group(item, hall)) for hall in halls.values()],
            now=search.now,
            kinds=[kind for kind in _WHERE_IT_IS_DONE if goes_with(item, kind)],
            pools=request.pools,
            green=request.green,
            each=each,
        )
        reached = [slot for slot in found if search.reaches(slot)]
        first = search.first_of_each([*reached, *own])
        looked_at = Counter(map(_stand, reached))
        if all(stand in first or count < each for stand, count in looked_at.items()):
            return list(first.values())
        each *= _FURTHER


def _varied(ranked: Sequence[Soonest]) -> tuple[Soonest, ...]:
    """Not one machine after the other: of a kind that needs no counter, the best few only."""
    seen: Counter[OfferKind] = Counter()
    varied = []
    for row in ranked:
        seen[row.slot.kind] += 1
        if row.slot.kind in AT_THE_COUNTER or seen[row.slot.kind] <= _MACHINES:
            varied.append(row)
    return tuple(varied)


async def _seeker(view: Uow, cmd: FindSoonest, tools: Tools, now: datetime) -> _Seeker:
    """Whoever looks; of nobody known only the common places."""
    caller, office = cmd.caller, cmd.caller is not None and cmd.caller.role in RECEPTION
    known = cmd.person or (caller.account.person if caller else None)
    if known is None or caller is None:
        pools = drawing(caller, green=False).pools
        return _Seeker(Request(PersonId(""), cmd.service_code, (), pools, by_office=office))
    person = await view.people.person(known)
    green = bool(person.green_channel(local_day(now)))
    have = await view.appointments.live_for(person.id, cmd.service_code)
    if have is not None and is_over(have, now, tools.rules):
        have = None
    request = Request(
        person.id,
        cmd.service_code,
        (),
        drawing(caller, green=green).pools,
        green=green,
        by_proxy=caller.role is Role.PROXY,
        by_office=office,
        moving=have.id if have else None,
    )
    hold = await view.holds.of_matter(person.id, cmd.service_code)
    return _Seeker(
        request,
        await view.appointments.standing(
            person.id,
            caller.code,
            cmd.service_code,
            circle=[caller.account.person] if caller.account.person else [],
            now=now,
            rules=tools.rules.booking,
        ),
        await view.places.village(person.village) if person.village else None,
        own_hold_of(hold, person.id, cmd.service_code, now),
        have if have is not None and have.state is AppointmentState.BOOKED else None,
    )


async def _visits(
    view: Uow, item: ServiceItem, halls: Mapping[HallCode, Hall], seeker: _Seeker, rules: BookingRules
) -> Mapping[HallCode, int]:
    """How many minutes a visit takes the staff of each hall whose rule lets them come."""
    if not item.home_visit or seeker.village is None:
        return {}
    patterns, _ = await view.places.hours()
    minutes: dict[HallCode, int] = {}
    for hall in halls.values():
        with suppress(NotThisWay):
            minutes[hall.code] = visit_minutes(item, hall, seeker.village, patterns, rules)
    return minutes


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
    return tuple(sorted(rows, key=lambda row: (_weight(row, rules, now), row.km or 0.0, row.slot.id)))


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
        f"约满{slot.min_bookings}人才开" if slot.min_bookings > 1 else "",
    ]
    return tuple(reason for reason in reasons if reason)


def _machine(slot: Slot) -> str:
    if slot.kind is not OfferKind.KIOSK:
        return ""
    return "自助机，有人在旁边帮忙" if slot.helper else "自助机，没有人值守"
