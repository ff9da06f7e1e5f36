"""The rooms of a shared transaction (台账): the repositories' names over the books, for one act after the other.

What they do not have, or was not foreseen, raises `Unforeseen`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from intake.errors import AlreadyBooked, KeyReused
from intake.model.booking import Appointment, BookingRules, Hold, HoldState, Pool, Slot
from intake.model.calendar import local_text
from intake.model.case import Case
from intake.model.catalogue import ServiceItem
from intake.model.granting import Standing
from intake.model.ids import (
    AccountCode,
    AppointmentId,
    CaseId,
    HallCode,
    HoldId,
    IntentKey,
    PersonId,
    ServiceCode,
    SlotId,
)
from intake.model.leaving import AuditEntry, Outgoing
from intake.model.people import Account, Mandate, Person
from intake.model.places import Hall
from intake.model.waiting import Waiting
from storage.sql.intents import advanced
from storage.sql.prepared import at_once
from storage.sql.rows import altered
from storage.sql.standing import Ask

if TYPE_CHECKING:
    from storage.sql.books import Books
    from storage.sql.sharing import Shared

Done = TypeVar("Done")


class Unforeseen(Exception):
    """The act asks for something that a shared transaction has not read, or does what it cannot keep in memory."""


class _Room:
    """A repository of a shared transaction: what it does not have is not foreseen."""

    def __init__(self, shared: Shared, books: Books) -> None:
        self._shared = shared
        self._books = books
        self._journal = books.journal

    def __getattr__(self, name: str) -> NoReturn:
        raise Unforeseen(name)

    def _require_foreseen(self, person: PersonId) -> None:
        if person not in self._books.everybody:
            raise Unforeseen(person)


class SharedUow(_Room):
    """A unit of work in a shared transaction, for one act after the other."""

    def __init__(self, shared: Shared, books: Books) -> None:
        super().__init__(shared, books)
        self.journal = books.journal
        self.committed = False
        self.catalogue = _Catalogue(shared, books)
        self.places = _Places(shared, books)
        self.people = _People(shared, books)
        self.slots = _Slots(shared, books)
        self.holds = _Holds(shared, books)
        self.appointments = _Appointments(shared, books)
        self.cases = _Cases(shared, books)
        self.waitings = _Waitings(shared, books)
        self.intents = _Intents(shared, books)
        self.leaving = _Leaving(shared, books)
        self.numbers = _Numbers(shared, books)

    async def commit(self) -> None:
        """The act is done; its changes count for those after it, and are stored with theirs."""
        self.committed = True


class _Catalogue(_Room):
    async def current(self, code: ServiceCode, on: date) -> ServiceItem:
        read = partial(self._shared.real.catalogue.current, code, on)
        return cast("ServiceItem", await self._shared.once((code, on), read))


class _Places(_Room):
    async def hall(self, code: HallCode) -> Hall:
        read = partial(self._shared.real.places.hall, code)
        return cast("Hall", await self._shared.once(("hall", code), read))

    async def halls(self) -> tuple[Hall, ...]:
        return cast("tuple[Hall, ...]", await self._shared.once(("halls",), self._shared.real.places.halls))


class _People(_Room):
    async def person(self, person: PersonId) -> Person:
        return _foreseen(self._books.people, person)

    async def account_of(self, person: PersonId) -> Account | None:
        self._require_foreseen(person)
        return self._books.accounts.get(person)

    async def mandates(self, person: PersonId, proxy: AccountCode) -> tuple[Mandate, ...]:
        self._require_foreseen(person)
        return tuple(self._books.mandates.get((person, proxy), ()))


class _Slots(_Room):
    async def get(self, slot: SlotId, now: datetime) -> Slot:
        return self._seen(slot, now)

    async def lock(self, wanted: Collection[SlotId]) -> None:
        if not self._books.sought.issuperset(wanted):
            raise Unforeseen

    async def read(self, wanted: Collection[SlotId], now: datetime) -> tuple[Slot, ...]:
        slots = [self._seen(slot, now) for slot in self._books.slots.keys() & set(wanted)]
        return tuple(sorted(slots, key=lambda slot: (slot.start, slot.id)))

    async def take(self, run: Collection[SlotId], pool: Pool, now: datetime) -> bool:
        slots = [self._seen(slot, now) for slot in run]
        if not all(slot.left(pool) > 0 and not slot.closed for slot in slots):
            return False
        for slot in run:
            self._count(slot, pool, 1)
        self._shared.changes.at = now
        return True

    async def give_back(self, run: Collection[SlotId], pool: Pool) -> None:
        for slot in run:
            if getattr(_foreseen(self._books.slots, slot), f"{pool.value}_taken") > 0:
                self._count(slot, pool, -1)

    async def free(self, **wish: Any) -> tuple[Slot, ...]:  # noqa: ANN401 (passed on as it is)
        """Asked when somebody is refused, who has changed nothing: what others took has to be written first."""
        shared = self._shared
        if self._journal:
            raise Unforeseen
        if shared.changes.moves_places:
            await shared.flush()
            shared.read.pop(_FREE, None)
        asked = shared.read.setdefault(_FREE, {})
        key = repr(
            sorted((name, repr(value)) for name, value in wish.items() if name not in {"now", "after"})
        )
        if key not in asked:
            asked[key] = await shared.real.slots.free(**wish)
        return cast("tuple[Slot, ...]", asked[key])

    def _seen(self, slot: SlotId, now: datetime) -> Slot:
        return self._books.seen(_foreseen(self._books.slots, slot), now)

    def _count(self, slot: SlotId, pool: Pool, by: int) -> None:
        slots, taken, name = self._books.slots, self._shared.changes.taken, f"{pool.value}_taken"
        was = slots[slot]
        self._journal.put(slots, slot, altered(was, **{name: getattr(was, name) + by}))
        self._journal.put(taken, (slot, pool), taken.get((slot, pool), 0) + by)


class _Holds(_Room):
    async def get(self, hold: HoldId) -> Hold:
        return _foreseen(self._books.holds, hold)

    async def of_matter(self, person: PersonId, service: ServiceCode) -> Hold | None:
        self._require_foreseen(person)
        found = self._books.matters.get((person, service))
        return None if found is None else self._books.holds[found]

    async def add(self, hold: Hold) -> None:
        self._require_foreseen(hold.person)
        if (hold.person, hold.service_code) in self._books.matters:
            raise Unforeseen(hold.person)
        self._books.hold(hold)
        self._journal.put(self._shared.changes.held, hold.id, hold)

    async def end(
        self, hold: Hold, state: HoldState, now: datetime, appointment: AppointmentId | None = None
    ) -> bool:
        known = _foreseen(self._books.holds, hold.id)
        if known.state is not HoldState.HELD or (state is HoldState.CONFIRMED and now >= known.expires_at):
            return False
        ended = replace(known, state=state, appointment=appointment or known.appointment)
        self._books.hold(ended)
        self._journal.put(self._shared.changes.ended, ended.id, ended)
        return True


class _Waitings(_Room):
    async def live_for(self, person: PersonId, service: ServiceCode) -> Waiting | None:
        self._require_foreseen(person)
        return self._books.waiting.get((person, service))


class _Appointments(_Room):
    async def get(self, appointment: AppointmentId) -> Appointment:
        return _foreseen(self._books.appointments, appointment)

    async def live_for(self, person: PersonId, service: ServiceCode) -> Appointment | None:
        self._require_foreseen(person)
        return self._books.live.get((person, service))

    async def standing(
        self,
        person: PersonId,
        booker: AccountCode,
        service: ServiceCode,
        *,
        circle: Collection[PersonId],
        now: datetime,
        rules: BookingRules,
    ) -> Standing:
        del now, rules
        found = self._books.standing(Ask(person, booker, service, frozenset(circle)))
        if found is None:
            raise Unforeseen(person)
        return found

    async def add(self, appointment: Appointment) -> None:
        live = await self.live_for(appointment.person, appointment.service_code)
        if live is not None:
            hall = await _Places(self._shared, self._books).hall(live.hall)
            raise AlreadyBooked(
                service=live.service_name,
                when=local_text(live.start),
                hall=hall.name,
                number=live.number,
                appointment=live.id,
            )
        self._books.place(appointment)
        self._journal.put(self._shared.changes.added, appointment.id, appointment)

    async def save(self, appointment: Appointment) -> Appointment:
        if (await self.get(appointment.id)).version != appointment.version:
            raise Unforeseen(appointment.id)
        saved = replace(appointment, version=appointment.version + 1)
        self._books.place(saved)
        self._journal.put(self._shared.changes.saved, saved.id, saved)
        return saved


class _Cases(_Room):
    async def get(self, case: CaseId) -> Case:
        return _foreseen(self._books.cases, case)

    async def save(self, case: Case) -> Case:
        """Only of a draft, and only where it will be handled: nothing else of it depends on that."""
        known = await self.get(case.id)
        if case.submitted_at is not None or case != replace(
            known, appointment=case.appointment, hall=case.hall
        ):
            raise Unforeseen(case.id)
        saved = replace(case, version=case.version + 1)
        for book in (self._books.cases, self._shared.changes.tied):
            self._journal.put(book, saved.id, saved)
        return saved


class _Intents(_Room):
    async def begin(self, by: AccountCode, key: IntentKey, verb: str) -> str | None:
        if (by, key) not in self._shared.keys:
            raise Unforeseen(key)
        self._verb, before = verb, self._books.intents.get((by, key))
        if before is None:
            return None
        if before[0] != verb:
            raise KeyReused
        if before[1] is None:
            raise Unforeseen(key)
        return before[1]

    async def finish(self, by: AccountCode, key: IntentKey, result: str) -> None:
        for book in (self._books.intents, self._shared.changes.intents):
            self._journal.put(book, (by, key), (self._verb, result))


class _Leaving(_Room):
    async def send(self, message: Outgoing) -> None:
        self._journal.add(self._shared.changes.messages, message)

    async def audit(self, entry: AuditEntry) -> None:
        self._journal.add(self._shared.changes.audits, entry)

    async def beat(self, hall: HallCode) -> None:
        self._journal.put(self._shared.changes.beats, hall, 1)


class _Numbers(_Room):
    async def next(self, series: str) -> int:
        """From a block for all that are foreseen: a number nobody used is a gap, and never comes again."""
        left = self._books.numbers
        if series != self._shared.series or not left:
            self._shared.series = series
            count = max(1, sum(one.slot is not None for one in self._shared.foreseen))
            last = await at_once(self._shared.connection, partial(advanced, series=series, count=count))
            left[:] = range(last, last - count, -1)
        return left.pop()


_FREE = ("free",)


def _foreseen(known: Mapping[Any, Done], key: object) -> Done:
    try:
        return known[key]
    except KeyError:
        raise Unforeseen(key) from None
