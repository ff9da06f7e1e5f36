"""A shared transaction (合并提交): many acts, each with a unit of work of its own, read together and written together.

Everything the commands tell of is read in one go, before the first act; what an act writes lies on the books in memory,
seen by the acts after it, and is written with theirs. Whatever is not foreseen here raises `Unforeseen`: that act is then
run on the ordinary repositories, in a savepoint, after everything before it was written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any, Generic, NoReturn, TypeVar, cast

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import AlreadyBooked, KeyReused
from intake.model.booking import Appointment, AppointmentState, BookingRules, Hold, HoldState, Pool, Slot
from intake.model.calendar import local_text
from intake.model.catalogue import ServiceItem
from intake.model.granting import Standing
from intake.model.ids import (
    AccountCode,
    AppointmentId,
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
from intake.ports import Foreseen, Uow
from storage.sql.books import Books, look
from storage.sql.intents import advanced
from storage.sql.prepared import at_once
from storage.sql.rows import altered
from storage.sql.standing import Ask
from storage.sql.uow import SqlUow
from storage.sql.writing import Changes, Clash, write

__all__ = ["Act", "Clash", "Outcome", "Shared", "SharedUow", "Unforeseen"]

Done = TypeVar("Done")
Act = Callable[[Uow], Awaitable[Done]]


class Unforeseen(Exception):
    """The act asks for something that a shared transaction has not read, or does what it cannot keep in memory."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Done]):
    """What became of one act."""

    done: Done | None = None
    fault: Exception | None = None


@dataclass
class SinceRead:
    """What acts of the transaction have changed of what the books were read to say: for whom and by whom."""

    made_for: Counter[PersonId] = field(default_factory=Counter)
    made_by: Counter[AccountCode] = field(default_factory=Counter)
    unsettled: set[str] = field(default_factory=set)

    def note(self, changes: Changes) -> None:
        """A booking counts for its person and its booker; after any other change their books are read anew."""
        for appointment in (*changes.added.values(), *changes.saved.values()):
            if appointment.state is AppointmentState.BOOKED and appointment.version == 1:
                self.made_for[appointment.person] += 1
                self.made_by[appointment.booked_by] += 1
            else:
                self.unsettled |= {f"person {appointment.person}", f"booker {appointment.booked_by}"}
        for hold in (*changes.held.values(), *changes.ended.values()):
            self.unsettled.add(f"person {hold.person}")

    def counted(self, standing: Standing, ask: Ask) -> Standing:
        """What the books say by now. Raises `Unforeseen` where that is not just a count."""
        if self.unsettled:
            about = {f"person {person}" for person in (ask.person, *ask.circle)} | {f"booker {ask.booker}"}
            if not self.unsettled.isdisjoint(about):
                raise Unforeseen(ask.person)
        mine, theirs = self.made_for[ask.person], self.made_by[ask.booker]
        if not mine and not theirs:
            return standing
        return replace(
            standing,
            person_live=standing.person_live + mine,
            person_made_today=standing.person_made_today + mine,
            booker_live=standing.booker_live + theirs,
            booker_made_today=standing.booker_made_today + theirs,
        )


class Shared:
    """One transaction that several acts share; one act at a time works in it."""

    def __init__(
        self,
        connection: AsyncConnection,
        open_uow: Callable[[], SqlUow],
        foreseen: Sequence[Foreseen],
        series: str = "",
    ) -> None:
        self.connection = connection
        self.foreseen = foreseen
        self.keys = frozenset((one.by, one.key) for one in foreseen)
        self.real = open_uow()
        self.changes = Changes()
        self.since = SinceRead()
        self.read: dict[str, Any] = {}
        self.series = series
        self._nested = open_uow
        self._books: Books | None = None
        self._uow: SharedUow | None = None

    @property
    def books(self) -> Books:
        """What was read, and what lies on it."""
        if self._books is None:
            raise LookupError("nothing was read yet")
        return self._books

    async def run(self, act: Act[Done]) -> Outcome[Done]:
        """Run one act; its refusal is its own, and leaves nothing behind."""
        if self._books is None:
            await self._look()
        uow = self._uow = self._uow or SharedUow(self)
        uow.begin()
        try:
            done = await act(cast("Uow", uow))
        except Unforeseen:
            self.books.undo()
            return await self._run_really(act)
        except DBAPIError:
            raise
        except Exception as fault:  # noqa: BLE001 (whatever it is, it is this caller's answer and nobody else's)
            self.books.undo()
            return Outcome(fault=fault)
        if uow.committed:
            self.books.settle()
            self.books.intents.update(uow.changes.intents)
            self.changes.take_in(uow.changes)
            self.since.note(uow.changes)
        else:
            self.books.undo()
        return Outcome(done)

    async def flush(self) -> None:
        """Write what was kept in memory. Raises `Clash` when another process was faster."""
        changes, self.changes = self.changes, Changes(beats=self.changes.beats)
        if changes.worth_writing:
            await at_once(self.connection, partial(write, changes=changes))

    async def finish(self) -> None:
        """Write everything, the halls' pulses last, and commit."""
        await at_once(self.connection, partial(write, changes=self.changes, last=True))
        await self.connection.commit()

    async def once(self, what: str, read: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 (of as many kinds as there are reads)
        """What is read for all acts by whichever asks first."""
        if what not in self.read:
            self.read[what] = await read()
        return self.read[what]

    async def _look(self) -> None:
        people = self.real.people
        self._books = await at_once(
            self.connection, lambda run: look(run, self.foreseen, people, self.series)
        )
        self.real.places.know(self._books.revisions)
        self.real.catalogue.know(self._books.revisions)

    async def _run_really(self, act: Act[Done]) -> Outcome[Done]:
        await self.flush()
        savepoint = await self.connection.begin_nested()
        uow = self._nested()
        committed = _commits_into(self, uow)
        try:
            done = await act(uow)
        except DBAPIError:
            raise
        except Exception as fault:  # noqa: BLE001 (as above)
            await savepoint.rollback()
            return Outcome(fault=fault)
        await (savepoint.commit() if committed else savepoint.rollback())
        if committed:
            self.read.clear()
            self.since = SinceRead()
            self._books = self._uow = None
        return Outcome(done)


def _commits_into(shared: Shared, uow: SqlUow) -> list[bool]:
    """Let the unit of work's commit end its savepoint's part only; what it returns is true afterwards."""
    committed: list[bool] = []

    async def commit() -> None:
        shared.changes.beats |= uow.leaving.take_beats()
        committed.append(True)

    uow.commit = commit  # type: ignore[method-assign]  # the same unit of work, with another end
    return committed


class _Room:
    """A repository of a shared transaction: what it does not have is not foreseen."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._books = shared.books
        self._changes = Changes()

    def __getattr__(self, name: str) -> NoReturn:
        raise Unforeseen(name)

    def writes_into(self, changes: Changes) -> None:
        """Where its changes go from now on."""
        self._changes = changes

    def _require_foreseen(self, person: PersonId) -> None:
        if person not in self._books.everybody:
            raise Unforeseen(person)


class SharedUow(_Room):
    """A unit of work in a shared transaction, for one act after the other."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self.changes = self._changes
        self.committed = False
        self.catalogue = _Catalogue(shared)
        self.places = _Places(shared)
        self.people = _People(shared)
        self.slots = _Slots(shared)
        self.holds = _Holds(shared)
        self.appointments = _Appointments(shared)
        self.waitings = _Waitings(shared)
        self.intents = _Intents(shared)
        self.leaving = _Leaving(shared)
        self.numbers = _Numbers(shared)
        self._writing = (self.slots, self.holds, self.appointments, self.intents, self.leaving)

    def begin(self) -> None:
        """The next act: what the one before has changed is not its own."""
        self.changes, self.committed = Changes(), False
        for room in self._writing:
            room.writes_into(self.changes)

    async def commit(self) -> None:
        """The act is done; its changes count for those after it, and are stored with theirs."""
        self.committed = True


class _Catalogue(_Room):
    async def current(self, code: ServiceCode, on: date) -> ServiceItem:
        read = partial(self._shared.real.catalogue.current, code, on)
        return cast("ServiceItem", await self._shared.once(f"item {code} {on}", read))


class _Places(_Room):
    async def hall(self, code: HallCode) -> Hall:
        read = partial(self._shared.real.places.hall, code)
        return cast("Hall", await self._shared.once(f"hall {code}", read))

    async def halls(self) -> tuple[Hall, ...]:
        return cast("tuple[Hall, ...]", await self._shared.once("halls", self._shared.real.places.halls))


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
        return self._books.seen(_foreseen(self._books.slots, slot), now)

    async def lock(self, wanted: Collection[SlotId]) -> None:
        if not self._books.slots.keys() >= set(wanted):
            raise Unforeseen

    async def read(self, wanted: Collection[SlotId], now: datetime) -> tuple[Slot, ...]:
        books = self._books
        slots = [books.seen(_foreseen(books.slots, slot), now) for slot in set(wanted)]
        return tuple(sorted(slots, key=lambda slot: (slot.start, slot.id)))

    async def take(self, run: Collection[SlotId], pool: Pool, now: datetime) -> bool:
        if not all(slot.left(pool) > 0 and not slot.closed for slot in await self.read(run, now)):
            return False
        for slot in run:
            self._count(slot, pool, 1)
        self._changes.at = now
        return True

    async def give_back(self, run: Collection[SlotId], pool: Pool) -> None:
        for slot in run:
            if getattr(_foreseen(self._books.slots, slot), f"{pool.value}_taken") > 0:
                self._count(slot, pool, -1)

    async def free(self, **wish: Any) -> tuple[Slot, ...]:  # noqa: ANN401 (passed on as it is)
        """Asked when somebody is refused, who has changed nothing: what others took has to be written first."""
        shared = self._shared
        if self._books.journal:
            raise Unforeseen
        if shared.changes.moves_places:
            await shared.flush()
            shared.read.pop("free", None)
        asked = shared.read.setdefault("free", {})
        key = repr(
            sorted((name, repr(value)) for name, value in wish.items() if name not in {"now", "after"})
        )
        if key not in asked:
            asked[key] = await shared.real.slots.free(**wish)
        return cast("tuple[Slot, ...]", asked[key])

    def _count(self, slot: SlotId, pool: Pool, by: int) -> None:
        books, name = self._books, f"{pool.value}_taken"
        was = books.slots[slot]
        books.put(books.slots, slot, altered(was, **{name: getattr(was, name) + by}))
        self._changes.taken[slot, pool] += by


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
        self._changes.held[hold.id] = hold

    async def end(
        self, hold: Hold, state: HoldState, now: datetime, appointment: AppointmentId | None = None
    ) -> bool:
        known = _foreseen(self._books.holds, hold.id)
        if known.state is not HoldState.HELD or (state is HoldState.CONFIRMED and now >= known.expires_at):
            return False
        ended = replace(known, state=state, appointment=appointment or known.appointment)
        self._books.hold(ended)
        self._changes.ended[ended.id] = ended
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
        ask = Ask(person, booker, service, frozenset(circle))
        del now, rules
        return self._shared.since.counted(_foreseen(self._books.standings, ask), ask)

    async def add(self, appointment: Appointment) -> None:
        live = await self.live_for(appointment.person, appointment.service_code)
        if live is not None:
            hall = await _Places(self._shared).hall(live.hall)
            raise AlreadyBooked(
                service=live.service_name,
                when=local_text(live.start),
                hall=hall.name,
                number=live.number,
                appointment=live.id,
            )
        self._books.place(appointment)
        self._changes.added[appointment.id] = appointment

    async def save(self, appointment: Appointment) -> Appointment:
        if (await self.get(appointment.id)).version != appointment.version:
            raise Unforeseen(appointment.id)
        saved = replace(appointment, version=appointment.version + 1)
        self._books.place(saved)
        self._changes.saved[saved.id] = saved
        return saved


class _Intents(_Room):
    async def begin(self, by: AccountCode, key: IntentKey, verb: str) -> str | None:
        if (by, key) not in self._shared.keys:
            raise Unforeseen(key)
        before = self._books.intents.get((by, key))
        if before is None:
            self._note(by, key, verb, None)
            return None
        if before[0] != verb:
            raise KeyReused
        return before[1]

    async def finish(self, by: AccountCode, key: IntentKey, result: str) -> None:
        if (by, key) not in self._changes.intents:
            raise Unforeseen(key)
        self._note(by, key, self._changes.intents[by, key][0], result)

    def _note(self, by: AccountCode, key: IntentKey, verb: str, result: str | None) -> None:
        self._changes.intents[by, key] = (verb, result)


class _Leaving(_Room):
    async def send(self, message: Outgoing) -> None:
        self._changes.messages.append(message)

    async def audit(self, entry: AuditEntry) -> None:
        self._changes.audits.append(entry)

    async def beat(self, hall: HallCode) -> None:
        self._changes.beats.add(hall)


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


def _foreseen(known: Mapping[Any, Done], key: object) -> Done:
    try:
        return known[key]
    except KeyError:
        raise Unforeseen(key) from None
