"""Who opens (开门人): whoever keeps an evening open is told in time whether it opens, for how many, and who they are."""

from __future__ import annotations

from collections.abc import Sequence

from intake.model.booking import Appointment, Slot
from intake.model.calendar import local_day, local_text
from intake.model.ids import AccountCode
from intake.model.leaving import Outgoing, Topic
from intake.model.people import Role
from intake.model.places import KIND_WORDS, Hall
from intake.ports import Uow
from intake.usecases.owning import first_responsible


async def tell_opener(uow: Uow, slots: Sequence[Slot], booked: Sequence[Appointment], *, opens: bool) -> None:
    """Put the word about one session on the way, once: to the one the rule names, else to the hall's first responsible."""
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
        "numbers": "、".join(a.number for a in sorted(booked, key=lambda a: a.start)),
    }
    kind = "session_opens" if opens else "session_rests"
    for receiver in await _receivers(uow, hall, named):
        await uow.leaving.send(Outgoing(Topic.NOTICE, f"session:{first.session}", kind, receiver, told))


async def _named(uow: Uow, slot: Slot) -> str:
    """Whom the rule names that opens this session: a person of the hall, or an office such as 当周值班主任."""
    patterns, _ = await uow.places.hours()
    day = local_day(slot.start)
    found = [
        pattern.opened_by
        for pattern in patterns
        if (pattern.kind, pattern.min_bookings > 1) == (slot.kind, True)
        and pattern.hall in {None, slot.hall}
        and pattern.group in {None, slot.group}
        and pattern.valid_from <= day
        and (pattern.valid_to is None or day <= pattern.valid_to)
        and pattern.opened_by
    ]
    return found[0] if found else ""


async def _receivers(uow: Uow, hall: Hall, named: str) -> list[AccountCode]:
    """The person of that name or code; for an office, whoever leads the hall and whoever is first responsible there."""
    staff = await uow.people.at_hall(hall.code)
    persons = [account.code for account in staff if named in {account.name, account.code}]
    if persons:
        return persons
    leading = {account.code for account in staff if account.role is Role.DIRECTOR}
    return sorted({*leading, (await first_responsible(uow, hall)).code})
