"""Granting a place (给号): all rules of one booking as one pure decision, for one person or for a batch alike.

Whoever decides first reads the slots under their locks and the books about the person; nothing here looks anything up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from intake.errors import BookedOut, CoolingDown, Paused, SlotPast
from intake.model.booking import BookingRules, Hold, Pool, Slot
from intake.model.calendar import local_text
from intake.model.ids import AppointmentId, PersonId, ServiceCode, SlotId
from intake.model.places import slot_at

_LONGEST_RUN = 8


class Request(NamedTuple):
    """要号: one place in each slot of a run, for one person and one matter, from the first pool that has one.

    `by_office`: a clerk at the desk decides about limits. `in_line`: the place is offered to the person by the line's order.
    """

    person: PersonId
    service_code: ServiceCode
    run: tuple[SlotId, ...]
    pools: tuple[Pool, ...]
    green: bool = False
    by_proxy: bool = False
    by_office: bool = False
    in_line: bool = False
    moving: AppointmentId | None = None


class Standing(NamedTuple):
    """已有情况: what the books say about the person and about whoever books, as it was read before deciding.

    `absences` are the starts of the visits that were not kept and not forgiven, since the person last came.
    `given_back` are the slots the same circle gave a place of back a short while ago, with the end of the cool-down.
    """

    person_live: int = 0
    person_made_today: int = 0
    booker_live: int = 0
    booker_made_today: int = 0
    absences: tuple[datetime, ...] = ()
    given_back: tuple[tuple[SlotId, datetime], ...] = ()


def pools_for(*, counter: bool, green: bool) -> tuple[Pool, ...]:
    """Which quotas somebody draws on, in order: a clerk the counter's, the green channel its own before the common one."""
    common = Pool.COUNTER if counter else Pool.ONLINE
    return (Pool.GREEN, common) if green else (common, Pool.GREEN)


def run_length(minutes: int, slot: Slot) -> int:
    """How many slots in a row a matter of so many minutes takes."""
    each = max(1, round((slot.end - slot.start).total_seconds() / 60))
    return min(_LONGEST_RUN, max(1, ceil(minutes / each)))


def run_of(first: Slot, length: int) -> tuple[SlotId, ...]:
    """The ids of so many slots in a row; one that is not there breaks the run."""
    if length == 1:
        return (first.id,)
    each = first.end - first.start
    rest = (slot_at(first.hall, first.group, first.kind, first.start + each * n) for n in range(1, length))
    return (first.id, *rest)


def is_run(slots: Sequence[Slot]) -> bool:
    """Whether the slots follow one another without a gap at one counter group."""
    return all(
        a.end == b.start and (a.hall, a.group, a.kind) == (b.hall, b.group, b.kind)
        for a, b in pairwise(slots)
    )


def places_left(slots: Sequence[Slot], pools: Sequence[Pool], *, green: bool, now: datetime) -> int:
    """How many such places the run still has for this person: the one count that is shown and that is enforced."""
    return _open_to_all(_left_in(slots, pools, green=green, now=now), slots)


def pool_with_a_place(slots: Sequence[Slot], request: Request, now: datetime) -> Pool | None:
    """The first pool with a place in every slot of the run; None when the run is full or kept for people in line."""
    left = _left_in(slots, request.pools, green=request.green, now=now)
    if not request.in_line and _open_to_all(left, slots) == 0:
        return None
    return next((pool for pool, places in left.items() if places > 0), None)


def grant(
    request: Request, slots: Sequence[Slot], standing: Standing, rules: BookingRules, now: datetime
) -> Pool | None:
    """The pool to take the place from; None when there is none; raises the refusal a rule speaks.

    `slots` are those of the run, read under their locks, with what the same request gives up already taken off.
    """
    require_within_limits(request, standing, rules, now)
    if len(slots) != len(request.run) or not is_run(slots):
        return None
    if not request.in_line and not all(slot.bookable_at(now) for slot in slots):
        raise SlotPast(when=local_text(slots[0].start))
    return pool_with_a_place(slots, request, now)


def require_within_limits(request: Request, standing: Standing, rules: BookingRules, now: datetime) -> None:
    """Pass silently, or say which limit is met and until when; a clerk at the desk is not bound by them."""
    if request.by_office:
        return
    _refuse_circle(request, standing, now)
    if not request.in_line:
        _refuse_absent(request, standing, rules, now)
    if request.moving is None:
        _refuse_many(request, standing, rules)


def paused_until(
    absences: Sequence[datetime], rules: BookingRules, now: datetime, *, green: bool
) -> datetime | None:
    """Until when somebody who stayed away too often cannot book from home; None when they can. 0 as limit never pauses."""
    limit = rules.no_show_limit_green if green else rules.no_show_limit
    since = now - timedelta(days=rules.no_show_window_days)
    counted = [start for start in absences if start >= since]
    if limit == 0 or len(counted) < limit:
        return None
    until = max(counted) + timedelta(days=rules.no_show_pause_days)
    return until if now < until else None


def without(slots: Sequence[Slot], given_up: Sequence[SlotId], pool: Pool, *, held: bool) -> tuple[Slot, ...]:
    """The slots as they will be once the same request has given up its own places or hold."""
    return tuple(_less(slot, pool, held=held) if slot.id in given_up else slot for slot in slots)


def after_taking(slots: Sequence[Slot], pool: Pool) -> tuple[Slot, ...]:
    """The slots once a place of each is taken: what the next in a batch decides on."""
    return tuple(_change(slot, f"{pool.value}_taken", 1) for slot in slots)


def own_hold_of(hold: Hold | None, person: PersonId, service: ServiceCode, now: datetime) -> Hold | None:
    """The hold, when it is a live one of this person for this matter: it never stands in their own way."""
    mine = hold is not None and (hold.person, hold.service_code) == (person, service) and hold.live_at(now)
    return hold if mine else None


def _left_in(slots: Sequence[Slot], pools: Sequence[Pool], *, green: bool, now: datetime) -> dict[Pool, int]:
    return {pool: _left(slots, pool, green=green, now=now) for pool in pools}


def _open_to_all(left: Mapping[Pool, int], slots: Sequence[Slot]) -> int:
    """What is left in some pools less what people in line are waiting for."""
    return max(0, sum(left.values()) - _waiting(slots, left))


def _left(slots: Sequence[Slot], pool: Pool, *, green: bool, now: datetime) -> int:
    left = [slot.left(pool) if _may_use(slot, pool, green=green, now=now) else 0 for slot in slots]
    return max(0, min(left, default=0))


def _may_use(slot: Slot, pool: Pool, *, green: bool, now: datetime) -> bool:
    """The green places open to everybody shortly before the slot, so that none stays empty for nobody."""
    return pool is not Pool.GREEN or green or (slot.green_until is not None and now >= slot.green_until)


def _waiting(slots: Sequence[Slot], pools: Collection[Pool]) -> int:
    """People in line wait for what is booked from home; the counter's quota is the hall's own."""
    return 0 if Pool.COUNTER in pools else max([slot.waiting for slot in slots], default=0)


def _refuse_circle(request: Request, standing: Standing, now: datetime) -> None:
    for slot, until in standing.given_back:
        if slot in request.run and now < until:
            raise CoolingDown(until=local_text(until))


def _refuse_absent(request: Request, standing: Standing, rules: BookingRules, now: datetime) -> None:
    until = paused_until(standing.absences, rules, now, green=request.green)
    if until is not None:
        raise Paused(times=len(standing.absences), until=local_text(until))


def _refuse_many(request: Request, standing: Standing, rules: BookingRules) -> None:
    limits = [
        (standing.person_live, rules.live_per_person, "没办的预约"),
        (standing.person_made_today, rules.made_per_person_and_day, "今天新约的号"),
    ]
    if request.by_proxy:
        limits += [
            (standing.booker_live, rules.live_per_proxy, "代办员手上没办的预约"),
            (standing.booker_made_today, rules.made_per_proxy_and_day, "代办员今天新约的号"),
        ]
    for has, most, what in limits:
        if has >= most:
            raise BookedOut(what=what, most=most)


def _less(slot: Slot, pool: Pool, *, held: bool) -> Slot:
    return _change(slot, f"{pool.value}_{'held' if held else 'taken'}", -1)


def _change(slot: Slot, field_name: str, by: int) -> Slot:
    return replace(slot, **{field_name: getattr(slot, field_name) + by})
