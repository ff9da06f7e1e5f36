"""Who opens (开门人): whoever keeps an evening open knows in time whether it opens, for how many, and who they are.

As soon as enough have booked (the first one, where one is enough), again when that turns, and once more with all who come
when the time to book is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from intake.model.booking import Appointment, Slot
from intake.model.calendar import SHANGHAI, local_day, local_text
from intake.model.ids import AccountCode
from intake.model.leaving import Outgoing, Topic
from intake.model.people import Role
from intake.model.places import KIND_WORDS, Hall, HoursPattern
from intake.ports import Tools, Uow
from intake.usecases.intents import taking_turns
from intake.usecases.owning import first_responsible
from intake.usecases.places.opening import weekday_of


async def tell_openers(*, tools: Tools) -> int:
    """Tell of every session for which it has turned whether enough have booked; returns how many."""
    async with tools.open_view() as view:
        turned = await view.slots.sessions_turned(tools.clock.now())
    told = 0
    for session in turned:
        told += await taking_turns(tools, partial(_tell_turn, session, tools))
    return told


async def tell_opener(uow: Uow, slots: Sequence[Slot], booked: Sequence[Appointment], *, opens: bool) -> None:
    """The last word about one session, with all who come, on its way to whoever opens it."""
    await _tell(uow, slots, booked, "session_opens" if opens else "session_rests")
    await uow.slots.told_session(slots[0].session, opens=opens)


async def _tell_turn(session: str, tools: Tools, uow: Uow) -> bool:
    now = tools.clock.now()
    ids = await uow.slots.of_session(session)
    await uow.slots.lock(ids)
    if session not in await uow.slots.sessions_turned(now):
        return False
    slots = await uow.slots.read(ids, now)
    booked = await uow.appointments.taking(ids)
    enough = len(booked) >= slots[0].min_bookings
    still_open = any(slot.bookable_at(now) for slot in slots)
    kind = "session_enough" if enough else "session_short" if still_open else "session_empty"
    await _tell(uow, slots, booked, kind)
    await uow.slots.told_session(session, opens=enough)
    await uow.commit()
    return True


async def _tell(uow: Uow, slots: Sequence[Slot], booked: Sequence[Appointment], kind: str) -> None:
    first = min(slots, key=lambda slot: slot.start)
    hall = await uow.places.hall(first.hall)
    named = await _named(uow, first)
    told = {
        "when": local_text(first.start),
        "kind": KIND_WORDS[first.kind],
        "hall": hall.name,
        "opener": named or "值班人员",
        "booked": str(len(booked)),
        "least": str(first.min_bookings),
        "until": local_text(first.book_before),
        "numbers": "、".join(a.number for a in sorted(booked, key=lambda a: a.start)),
    }
    for receiver in await _receivers(uow, hall, named):
        await uow.leaving.send(Outgoing(Topic.NOTICE, f"session:{first.session}", kind, receiver, told))


async def _named(uow: Uow, slot: Slot) -> str:
    """Whom the rule names that opens this session: a person of the hall, or an office such as 当周值班主任."""
    patterns, _ = await uow.places.hours()
    weekday = weekday_of(local_day(slot.start), await uow.places.calendar())
    opening = [pattern for pattern in patterns if pattern.opened_by and _opens(pattern, slot, weekday)]
    own = max(opening, key=lambda pattern: pattern.hall is not None, default=None)
    return own.opened_by if own is not None else ""


def _opens(pattern: HoursPattern, slot: Slot, weekday: int) -> bool:
    """Whether a session that begins with the slot comes from this rule."""
    day, begins = local_day(slot.start), slot.start.astimezone(SHANGHAI).time()
    return (
        pattern.kind is slot.kind
        and pattern.hall in {None, slot.hall}
        and pattern.group in {None, slot.group}
        and pattern.valid_from <= day
        and (pattern.valid_to is None or day <= pattern.valid_to)
        and weekday in pattern.weekdays
        and begins in {period.start for period in pattern.periods}
    )


async def _receivers(uow: Uow, hall: Hall, named: str) -> list[AccountCode]:
    """The person of that name or code; for an office, whoever leads the hall and whoever is first responsible there."""
    staff = await uow.people.at_hall(hall.code)
    persons = [account.code for account in staff if named in {account.name, account.code}]
    if persons:
        return persons
    leading = {account.code for account in staff if account.role is Role.DIRECTOR}
    return sorted({*leading, (await first_responsible(uow, hall)).code})
