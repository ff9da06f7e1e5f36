"""Free places (空位): at a hall in the days that were named, anywhere soonest, or for an appointment that is to be moved."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final

from bot.dialogue.heard import MovePlaces, Places, SoonestPlaces
from bot.dialogue.wishes import FindMoves, FindPlaces, FindSoonest, FreePlaceWish
from bot.errands.errand import Errand
from intake.desk import Desk
from intake.errors import NotFound
from intake.model.booking import Slot
from intake.model.calendar import SHANGHAI, local_day
from intake.model.ids import HallCode
from intake.model.places import Hall
from intake.model.speech import DayPart, Spoken, Unfit
from intake.usecases.places.booking import FindSlots
from intake.usecases.places.soonest import FindSoonest as AskSoonest

_SOONEST: Final = 6
_FEW, _MANY = 40, 200
# One more than are shown, for one may be the place that is to be changed.
_ENOUGH: Final = 7
_MOST_OF_A_HALF_DAY: Final = 3
_NOON: Final = 12
_HOURS: Final = {
    DayPart.MORNING: (time(0), time(12)),
    DayPart.NOON: (time(11), time(14)),
    DayPart.AFTERNOON: (time(12), time(18)),
    DayPart.EVENING: (time(17), time.max),
}


async def grant(wish: FreePlaceWish, errand: Errand) -> Places | SoonestPlaces | MovePlaces:
    """What is free."""
    match wish:
        case FindPlaces():
            return await _places(wish, errand.desk)
        case FindSoonest():
            asked = AskSoonest(wish.service_code, errand.caller, wish.person, limit=_SOONEST)
            return SoonestPlaces(await errand.desk.places.soonest(asked))
        case FindMoves():
            return await _moves(wish, errand)


async def _places(wish: FindPlaces, desk: Desk) -> Places:
    halls = {hall.code: hall for hall in await desk.places.halls()}
    free = await _free(wish, desk)
    if free or wish.when is None or wish.when.first_day is None:
        return Places(free, halls)
    return await _why_none(wish.hall, wish.when, halls, desk)


async def _free(wish: FindPlaces, desk: Desk) -> tuple[Slot, ...]:
    """Six are shown, and soon ones come first: many are read only where few do not do."""
    one_hall = frozenset({wish.hall}) if wish.hall else None
    kinds = frozenset({wish.kind}) if wish.kind else None
    after, before = _span(wish.when)
    spread: list[Slot] = []
    for most in (_FEW, _MANY):
        found = await desk.places.find_slots(
            FindSlots(wish.service_code, one_hall, after=after, before=before, kinds=kinds, limit=most)
        )
        fitting = [slot for slot in found if _fits(slot, wish.when)]
        spread = _spread(fitting, one_place=wish.hall is not None)[wish.skip :]
        if len(spread) >= _ENOUGH:
            break
    return tuple(spread)


async def _why_none(hall: HallCode | None, when: Spoken, halls: dict[HallCode, Hall], desk: Desk) -> Places:
    """No place, with the hall's opening on the days that were named: it may be closed, full, or not open to booking yet."""
    first = when.first_day or desk.today
    last = when.last_day or first
    days = (await desk.places.open_days(first, (last - first).days + 1))[hall] if hall else ()
    return Places((), halls, days, desk.places.last_day)


async def _moves(wish: FindMoves, errand: Errand) -> MovePlaces:
    """Where somebody's own appointment could go: its hall first, and other halls when that has nothing."""
    mine = await errand.desk.places.my_appointments(errand.caller)
    appointment = next((one for one in mine if one.id == wish.appointment), None)
    if appointment is None:
        raise NotFound
    when = wish.when and wish.when.on(local_day(appointment.start))
    found = FindPlaces(appointment.service_code, appointment.hall, when)
    places = await _places(found, errand.desk)
    if not places.slots:
        places = await _places(replace(found, hall=None), errand.desk)
    slots = tuple(slot for slot in places.slots if slot.id != appointment.slot)
    return MovePlaces(appointment, slots, places.halls, when)


def _span(when: Spoken | None) -> tuple[datetime | None, datetime | None]:
    if when is None or when.first_day is None:
        return None, None
    last = when.last_day or when.first_day
    start = datetime.combine(when.first_day, time.min, SHANGHAI)
    return start, datetime.combine(last, time.min, SHANGHAI) + timedelta(days=1)


def _fits(slot: Slot, when: Spoken | None) -> bool:
    """Whether it begins at the hours that were named, and not at a time that does not suit; the days are asked for by their span."""
    if when is None:
        return True
    start = slot.start.astimezone(SHANGHAI)
    if when.unfit and _is_unfit(start, when.unfit):
        return False
    if when.at or when.until:
        return (when.at or time.min) <= start.time() < (when.until or time.max)
    return when.part is None or _within(when.part, start.time())


def _is_unfit(start: datetime, unfit: Unfit) -> bool:
    if unfit.first_day and not unfit.first_day <= start.date() <= (unfit.last_day or unfit.first_day):
        return False
    if unfit.at:
        return start.time() == unfit.at
    return unfit.part is None or _within(unfit.part, start.time())


def _within(part: DayPart, at: time) -> bool:
    first, last = _HOURS[part]
    return first <= at < last


def _spread(slots: list[Slot], *, one_place: bool) -> list[Slot]:
    """Not six times the same morning: at one hall at most three times of a half day, elsewhere one time per hall and day."""
    counted: Counter[tuple[object, ...]] = Counter()
    spread: list[Slot] = []
    for slot in slots:
        at = slot.start.astimezone(SHANGHAI)
        alike = (slot.hall, at.date(), at.hour < _NOON) if one_place else (slot.hall, at.date())
        counted[alike] += 1
        if counted[alike] <= (_MOST_OF_A_HALF_DAY if one_place else 1):
            spread.append(slot)
    return spread
