"""A shared transaction (合并提交): many acts, each with a unit of work of its own, read together and written together.

The first act that asks for something asks for all of them in one statement; what an act writes is kept in memory, seen by
the acts after it, and written with theirs. Whatever is not foreseen here raises `Unforeseen`: that act is then run on the
ordinary repositories, in a savepoint, after everything before it was written.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Generic, NoReturn, TypeVar, cast

from sqlalchemy import bindparam, select, update
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
    IntentKey,
    PersonId,
    ServiceCode,
    SlotId,
)
from intake.model.leaving import AuditEntry, Outgoing
from intake.model.people import Account, Mandate, Person
from intake.model.places import Hall
from intake.model.waiting import Waiting, WaitingState
from intake.ports import Foreseen, Uow
from storage.sql import tables
from storage.sql.leaving import as_outbox_row
from storage.sql.rows import Values, as_noun, as_row, insert_into
from storage.sql.slots import held_of, held_rows, with_waiting
from storage.sql.standing import LIVE, Ask, standings
from storage.sql.uow import SqlUow

Done = TypeVar("Done")
Act = Callable[[Uow], Awaitable[Done]]


class Unforeseen(Exception):
    """The act asks for something that a shared transaction has not read, or does what it cannot keep in memory."""


class Clash(Exception):
    """What was decided in memory could not be written: another process was faster. Everybody tries again alone."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Done]):
    """What became of one act."""

    done: Done | None = None
    fault: Exception | None = None


@dataclass
class Changes:
    """What acts have written and nobody has stored yet, in the order they were written."""

    added: dict[AppointmentId, Appointment] = field(default_factory=dict)
    saved: dict[AppointmentId, Appointment] = field(default_factory=dict)
    taken: dict[tuple[SlotId, Pool], int] = field(default_factory=lambda: defaultdict(int))
    intents: dict[tuple[AccountCode, IntentKey], tuple[str, str | None]] = field(default_factory=dict)
    audits: list[AuditEntry] = field(default_factory=list)
    messages: list[Outgoing] = field(default_factory=list)
    beats: set[HallCode] = field(default_factory=set)
    at: datetime | None = None

    def take_in(self, other: Changes) -> None:
        """Add what a further act has written."""
        self.added |= other.added
        self.saved |= other.saved
        for place, count in other.taken.items():
            self.taken[place] += count
        self.intents |= other.intents
        self.audits += other.audits
        self.messages += other.messages
        self.beats |= other.beats
        self.at = other.at or self.at


@dataclass
class SinceRead:
    """What acts of the transaction have changed of what the books were read to say: for whom and by whom."""

    made_for: Counter[PersonId] = field(default_factory=Counter)
    made_by: Counter[AccountCode] = field(default_factory=Counter)
    unsettled: set[str] = field(default_factory=set)

    def note(self, appointment: Appointment) -> None:
        """A booking counts for its person and its booker; after any other change their books are read anew."""
        if appointment.state is AppointmentState.BOOKED and appointment.version == 1:
            self.made_for[appointment.person] += 1
            self.made_by[appointment.booked_by] += 1
        else:
            self.unsettled |= {f"person {appointment.person}", f"booker {appointment.booked_by}"}

    def counted(self, standing: Standing, ask: Ask) -> Standing:
        """What the books say by now. Raises `Unforeseen` where that is not just a count."""
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
        self, connection: AsyncConnection, open_uow: Callable[[], SqlUow], foreseen: Sequence[Foreseen]
    ) -> None:
        self.connection = connection
        self.foreseen = foreseen
        self.keys = frozenset((one.by, one.key) for one in foreseen)
        self.real = open_uow()
        self._nested = open_uow
        self.changes = Changes()
        self.since = SinceRead()
        self.read: dict[str, Any] = {}
        self.beats: set[HallCode] = set()

    async def run(self, act: Act[Done]) -> Outcome[Done]:
        """Run one act; its refusal is its own, and leaves nothing behind."""
        uow = SharedUow(self)
        try:
            done = await act(cast("Uow", uow))
        except Unforeseen:
            return await self._run_really(act)
        except DBAPIError:
            raise
        except Exception as fault:  # noqa: BLE001 (whatever it is, it is this caller's answer and nobody else's)
            return Outcome(fault=fault)
        if uow.committed:
            self._keep(uow.changes)
        return Outcome(done)

    async def flush(self) -> None:
        """Write what was kept in memory. Raises `Clash` when another process was faster."""
        changes, self.changes = self.changes, Changes()
        connection = self.connection
        await _write_taken(connection, changes)
        await _write_appointments(connection, changes)
        await _write_intents(connection, changes)
        if changes.audits:
            await connection.execute(tables.audit_entries.insert(), list(map(as_row, changes.audits)))
        if changes.messages:
            await connection.execute(tables.outbox.insert(), list(map(as_outbox_row, changes.messages)))
        self.beats |= changes.beats

    async def finish(self) -> None:
        """Write everything, the halls' pulses last."""
        await self.flush()
        for hall in sorted(self.beats):
            await self.real.leaving.beat(hall)
        await self.real.leaving.write_beats()

    async def once(self, what: str, read: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 (of as many kinds as there are reads)
        """What is read for all acts by whichever asks first."""
        if what not in self.read:
            self.read[what] = await read()
        return self.read[what]

    def _keep(self, changes: Changes) -> None:
        self.changes.take_in(changes)
        if "slots" in self.read:
            for (slot, pool), count in changes.taken.items():
                self.read["slots"][slot] = _taken(self.read["slots"][slot], pool, count)
        for appointment in (*changes.added.values(), *changes.saved.values()):
            self.read.setdefault("appointments", {})[appointment.id] = appointment
            self.read.setdefault("changed", {})[appointment.person, appointment.service_code] = appointment
            self.since.note(appointment)

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
        self.read.clear()
        self.since = SinceRead()
        return Outcome(done)


def _commits_into(shared: Shared, uow: SqlUow) -> list[bool]:
    """Let the unit of work's commit end its savepoint's part only; what it returns is true afterwards."""
    committed: list[bool] = []

    async def commit() -> None:
        shared.beats |= uow.leaving.take_beats()
        committed.append(True)

    uow.commit = commit  # type: ignore[method-assign]  # the same unit of work, with another end
    return committed


class _Room:
    """A repository of a shared transaction: what it does not have is not foreseen."""

    def __init__(self, shared: Shared, changes: Changes) -> None:
        self._shared = shared
        self._changes = changes

    def __getattr__(self, name: str) -> NoReturn:
        raise Unforeseen(name)


class SharedUow(_Room):
    """One act's unit of work in a shared transaction."""

    def __init__(self, shared: Shared) -> None:
        changes = Changes()
        super().__init__(shared, changes)
        self.changes = changes
        self.committed = False
        self.catalogue = _Catalogue(shared, changes)
        self.places = _Places(shared, changes)
        self.people = _People(shared, changes)
        self.slots = _Slots(shared, changes)
        self.holds = _Holds(shared, changes)
        self.appointments = _Appointments(shared, changes)
        self.waitings = _Waitings(shared, changes)
        self.intents = _Intents(shared, changes)
        self.leaving = _Leaving(shared, changes)
        self.numbers = _Numbers(shared, changes)

    async def commit(self) -> None:
        """The act is done; its changes count for those after it, and are stored with theirs."""
        self.committed = True


class _Catalogue(_Room):
    async def current(self, code: ServiceCode, on: date) -> ServiceItem:
        read = lambda: self._shared.real.catalogue.current(code, on)  # noqa: E731 (what to ask, if nobody has)
        return cast("ServiceItem", await self._shared.once(f"item {code} {on}", read))


class _Places(_Room):
    async def hall(self, code: HallCode) -> Hall:
        read = lambda: self._shared.real.places.hall(code)  # noqa: E731 (as above)
        return cast("Hall", await self._shared.once(f"hall {code}", read))

    async def halls(self) -> tuple[Hall, ...]:
        return cast("tuple[Hall, ...]", await self._shared.once("halls", self._shared.real.places.halls))


class _People(_Room):
    async def person(self, person: PersonId) -> Person:
        known = await self._shared.once("people", self._read_people)
        return cast("Person", _foreseen(known, person))

    async def account_of(self, person: PersonId) -> Account | None:
        known = await self._shared.once("accounts", self._read_accounts)
        if person not in await _people_of(self._shared):
            raise Unforeseen(person)
        return cast("Account | None", known.get(person))

    async def mandates(self, person: PersonId, proxy: AccountCode) -> tuple[Mandate, ...]:
        known = await self._shared.once("mandates", self._read_mandates)
        if person not in await _people_of(self._shared):
            raise Unforeseen(person)
        return tuple(known[person, proxy])

    async def _read_people(self) -> dict[PersonId, Person]:
        wanted = sorted(await _people_of(self._shared))
        return await self._shared.real.people.among(wanted)

    async def _read_accounts(self) -> dict[PersonId, Account]:
        wanted = sorted(await _people_of(self._shared))
        return await self._shared.real.people.citizens_among(wanted)

    async def _read_mandates(self) -> dict[tuple[PersonId, AccountCode], list[Mandate]]:
        c = tables.mandates.c
        people, proxies = sorted(await _people_of(self._shared)), sorted(_bookers(self._shared))
        statement = select(tables.mandates).where(c.person.in_(people), c.proxy.in_(proxies))
        found: dict[tuple[PersonId, AccountCode], list[Mandate]] = defaultdict(list)
        newest = statement.order_by(c.given_at.desc(), c.id.desc())
        for row in (await self._shared.connection.execute(newest)).mappings():
            found[row["person"], row["proxy"]].append(as_noun(Mandate, row))
        return found


class _Slots(_Room):
    async def get(self, slot: SlotId, now: datetime) -> Slot:
        known = await self._known()
        if slot not in known:
            raise Unforeseen(slot)
        return await self._seen(known[slot], now)

    async def lock(self, wanted: Collection[SlotId]) -> None:
        if not set(wanted) <= (await self._known()).keys():
            raise Unforeseen

    async def read(self, wanted: Collection[SlotId], now: datetime) -> tuple[Slot, ...]:
        known = await self._known()
        slots = [await self._seen(_foreseen(known, slot), now) for slot in set(wanted)]
        return tuple(sorted(slots, key=lambda slot: (slot.start, slot.id)))

    async def take(self, run: Collection[SlotId], pool: Pool, now: datetime) -> bool:
        if not all(slot.left(pool) > 0 and not slot.closed for slot in await self.read(run, now)):
            return False
        for slot in run:
            self._changes.taken[slot, pool] += 1
        self._changes.at = now
        return True

    async def give_back(self, run: Collection[SlotId], pool: Pool) -> None:
        known = await self._known()
        for slot in run:
            if getattr(_foreseen(known, slot), f"{pool.value}_taken") > 0:
                self._changes.taken[slot, pool] -= 1

    async def free(self, **wish: Any) -> tuple[Slot, ...]:  # noqa: ANN401 (passed on as it is)
        """Asked when somebody is refused, who has changed nothing: what others took has to be written first."""
        if self._changes.taken:
            raise Unforeseen
        shared = self._shared
        if any(shared.changes.taken.values()):
            await shared.flush()
            shared.read.pop("free", None)
        asked = shared.read.setdefault("free", {})
        key = repr(
            sorted((name, repr(value)) for name, value in wish.items() if name not in {"now", "after"})
        )
        if key not in asked:
            asked[key] = await shared.real.slots.free(**wish)
        return cast("tuple[Slot, ...]", asked[key])

    async def _known(self) -> dict[SlotId, Slot]:
        return cast("dict[SlotId, Slot]", await self._shared.once("slots", self._read_slots))

    async def _read_slots(self) -> dict[SlotId, Slot]:
        """Locked in the order of all who lock, then read: no lock, no count."""
        shared = self._shared
        wanted = {one.slot for one in shared.foreseen if one.slot}
        wanted |= {
            slot for appointment in (await _seen_before(shared)).values() for slot in appointment.slots
        }
        if shared.connection.dialect.name == "postgresql":
            await shared.real.slots.lock(wanted)
        statement = with_waiting().where(tables.slots.c.id.in_(sorted(wanted)))
        rows = (await shared.connection.execute(statement)).mappings()
        return {row["id"]: as_noun(Slot, {**_NOTHING_HELD, **row}) for row in rows}

    async def _seen(self, slot: Slot, now: datetime) -> Slot:
        held = await self._shared.once("held places", self._read_held)
        if slot.id not in held:
            return slot
        counts = {f"{pool.value}_held": 0 for pool in Pool}
        for pool, expires_at in held[slot.id]:
            counts[f"{pool.value}_held"] += expires_at > now
        return replace(slot, **counts)  # type: ignore[arg-type]  # three counts by their names

    async def _read_held(self) -> dict[SlotId, list[tuple[Pool, datetime]]]:
        found: dict[SlotId, list[tuple[Pool, datetime]]] = defaultdict(list)
        rows = await self._shared.connection.execute(held_rows(sorted(await self._known())))
        for slot, pool, expires_at in rows.all():
            found[slot].append((pool, expires_at))
        return found


_NOTHING_HELD = {f"{pool.value}_held": 0 for pool in Pool}


class _Holds(_Room):
    async def of_matter(self, person: PersonId, service: ServiceCode) -> Hold | None:
        known = await self._shared.once("holds", self._read_holds)
        if person not in await _people_of(self._shared):
            raise Unforeseen(person)
        return cast("Hold | None", known.get((person, service)))

    async def _read_holds(self) -> dict[tuple[PersonId, ServiceCode], Hold]:
        c = tables.holds.c
        theirs = (c.person.in_(sorted(await _people_of(self._shared))), c.state == HoldState.HELD)
        rows = (await self._shared.connection.execute(select(tables.holds).where(*theirs))).mappings()
        return {(row["person"], row["service_code"]): as_noun(Hold, row) for row in rows}


class _Waitings(_Room):
    async def live_for(self, person: PersonId, service: ServiceCode) -> Waiting | None:
        known = await self._shared.once("waiting", self._read_waiting)
        if person not in await _people_of(self._shared):
            raise Unforeseen(person)
        return cast("Waiting | None", known.get((person, service)))

    async def _read_waiting(self) -> dict[tuple[PersonId, ServiceCode], Waiting]:
        c = tables.waiting.c
        live = c.state.in_([WaitingState.WAITING, WaitingState.OFFERED])
        theirs = c.person.in_(sorted(await _people_of(self._shared)))
        rows = (await self._shared.connection.execute(select(tables.waiting).where(theirs, live))).mappings()
        return {(row["person"], row["service_code"]): as_noun(Waiting, row) for row in rows}


class _Appointments(_Room):
    async def get(self, appointment: AppointmentId) -> Appointment:
        await self._shared.once("locked", self._lock)
        known: dict[AppointmentId, Appointment] = self._shared.read.get("appointments", {})
        if appointment not in known:
            raise Unforeseen(appointment)
        return known[appointment]

    async def live_for(self, person: PersonId, service: ServiceCode) -> Appointment | None:
        live = await self._shared.once("live", self._read_live)
        if person not in await _people_of(self._shared):
            raise Unforeseen(person)
        changed = self._shared.read.get("changed", {}).get((person, service))
        if changed is not None:
            return changed if changed.state in LIVE else None
        return cast("Appointment | None", live.get((person, service)))

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
        known = await self._shared.once("standings", lambda: self._read_standings(now, rules))
        return self._shared.since.counted(_foreseen(known, ask), ask)

    async def add(self, appointment: Appointment) -> None:
        live = await self.live_for(appointment.person, appointment.service_code)
        if live is not None:
            hall = await _Places(self._shared, self._changes).hall(live.hall)
            raise AlreadyBooked(
                service=live.service_name,
                when=local_text(live.start),
                hall=hall.name,
                number=live.number,
                appointment=live.id,
            )
        self._changes.added[appointment.id] = appointment

    async def save(self, appointment: Appointment) -> Appointment:
        known = await self.get(appointment.id)
        if known.version != appointment.version or appointment.id in self._shared.changes.added:
            raise Unforeseen(appointment.id)
        saved = replace(appointment, version=appointment.version + 1)
        self._changes.saved[saved.id] = saved
        return saved

    async def _lock(self) -> bool:
        """Read again under their own locks, after those of their slots."""
        shared = self._shared
        wanted = sorted(one.appointment for one in shared.foreseen if one.appointment)
        if wanted:
            await _Slots(shared, self._changes).lock(())
            c = tables.appointments.c
            statement = select(tables.appointments).where(c.id.in_(wanted)).order_by(c.id).with_for_update()
            rows = (await shared.connection.execute(statement)).mappings()
            shared.read.setdefault("appointments", {}).update(
                {row["id"]: as_noun(Appointment, row) for row in rows}
            )
        return True

    async def _read_live(self) -> dict[tuple[PersonId, ServiceCode], Appointment]:
        c = tables.appointments.c
        theirs = c.person.in_(sorted(await _people_of(self._shared)))
        statement = select(tables.appointments).where(theirs, c.state.in_(LIVE))
        rows = (await self._shared.connection.execute(statement)).mappings()
        return {(row["person"], row["service_code"]): as_noun(Appointment, row) for row in rows}

    async def _read_standings(self, now: datetime, rules: BookingRules) -> dict[Ask, Standing]:
        asks = [
            Ask(one.person, one.by, one.service, frozenset({one.own} if one.own else ()))
            for one in self._shared.foreseen
            if one.person and one.service
        ]
        return await standings(self._shared.connection, asks, now, rules)


class _Intents(_Room):
    async def begin(self, by: AccountCode, key: IntentKey, verb: str) -> str | None:
        stored = await self._shared.once("intents", self._read_intents)
        if (by, key) not in self._shared.keys:
            raise Unforeseen(key)
        before = self._shared.changes.intents.get((by, key)) or stored.get((by, key))
        if before is None:
            self._changes.intents[by, key] = (verb, None)
            return None
        if before[0] != verb:
            raise KeyReused
        return cast("str | None", before[1])

    async def finish(self, by: AccountCode, key: IntentKey, result: str) -> None:
        if (by, key) not in self._changes.intents:
            raise Unforeseen(key)
        self._changes.intents[by, key] = (self._changes.intents[by, key][0], result)

    async def _read_intents(self) -> dict[tuple[AccountCode, IntentKey], tuple[str, str | None]]:
        c = tables.intents.c
        keys = sorted(one.key for one in self._shared.foreseen if one.key)
        if not keys:
            return {}
        statement = select(c.account, c.key, c.verb, c.result)
        rows = await self._shared.connection.execute(
            statement.where(c.account.in_(sorted(_bookers(self._shared))), c.key.in_(keys))
        )
        return {(account, key): (verb, result) for account, key, verb, result in rows}


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
        left = self._shared.read.setdefault("numbers", {}).setdefault(series, [])
        if not left:
            count = max(1, sum(one.slot is not None for one in self._shared.foreseen))
            last = await self._shared.real.numbers.advance(series, count)
            left += range(last, last - count, -1)
        return int(left.pop())


async def _people_of(shared: Shared) -> frozenset[PersonId]:
    """Everybody whom the acts are about: named by their commands, or by the appointments these name."""

    async def read() -> frozenset[PersonId]:
        named = {one.person for one in shared.foreseen if one.person}
        return frozenset(named | {a.person for a in (await _seen_before(shared)).values()})

    return cast("frozenset[PersonId]", await shared.once("everybody", read))


async def _seen_before(shared: Shared) -> dict[AppointmentId, Appointment]:
    """The appointments that are named, as they were before anything was locked: whose they are and where never changes
    without a lock on their slots.
    """

    async def read() -> dict[AppointmentId, Appointment]:
        wanted = sorted(one.appointment for one in shared.foreseen if one.appointment)
        if not wanted:
            return {}
        statement = select(tables.appointments).where(tables.appointments.c.id.in_(wanted))
        rows = (await shared.connection.execute(statement)).mappings()
        return {row["id"]: as_noun(Appointment, row) for row in rows}

    return cast("dict[AppointmentId, Appointment]", await shared.once("named appointments", read))


def _bookers(shared: Shared) -> frozenset[AccountCode]:
    return frozenset(one.by for one in shared.foreseen)


def _foreseen(known: Mapping[Any, Done], key: object) -> Done:
    if key not in known:
        raise Unforeseen(key)
    return known[key]


def _taken(slot: Slot, pool: Pool, count: int) -> Slot:
    name = f"{pool.value}_taken"
    return replace(slot, **{name: getattr(slot, name) + count})


async def _write_taken(connection: AsyncConnection, changes: Changes) -> None:
    """The same count once more, in the statement that takes; slots with an equal change go into one statement."""
    alike: dict[tuple[Pool, int], list[SlotId]] = defaultdict(list)
    for (slot, pool), count in changes.taken.items():
        if count:
            alike[pool, count].append(slot)
    for (pool, count), slots in sorted(alike.items()):
        c = tables.slots.c
        taken, capacity = c[f"{pool.value}_taken"], c[f"{pool.value}_capacity"]
        held = held_of(pool, changes.at) if changes.at else 0
        room = (taken + count + held <= capacity, c.closed.is_(False)) if count > 0 else (taken + count >= 0,)
        statement = update(tables.slots).where(c.id.in_(sorted(slots)), *room).values({taken: taken + count})
        if (await connection.execute(statement)).rowcount != len(slots):
            raise Clash


async def _write_appointments(connection: AsyncConnection, changes: Changes) -> None:
    if changes.added:
        rows = [as_row(changes.saved.get(a.id, a)) for a in changes.added.values()]
        table = tables.appointments
        statement = insert_into(connection, table).on_conflict_do_nothing().returning(table.c.id)
        if len((await connection.execute(statement, rows)).all()) != len(rows):
            raise Clash
    saved = [a for a in changes.saved.values() if a.id not in changes.added]
    if saved:
        # Nobody can have changed them since they were read: their rows are locked, on SQLite by the one writer.
        c = tables.appointments.c
        was = (c.id == bindparam("its_id"), c.version == bindparam("its_version"))
        rows = [{"its_id": a.id, "its_version": a.version - 1, **as_row(a)} for a in saved]
        await connection.execute(update(tables.appointments).where(*was).values(_BOUND), rows)


_BOUND: dict[str, Any] = {column.name: bindparam(column.name) for column in tables.appointments.c}


async def _write_intents(connection: AsyncConnection, changes: Changes) -> None:
    if not changes.intents:
        return
    rows: list[Values] = [
        {"account": by, "key": key, "verb": verb, "result": result}
        for (by, key), (verb, result) in changes.intents.items()
    ]
    table = tables.intents
    statement = insert_into(connection, table).on_conflict_do_nothing().returning(table.c.key)
    if len((await connection.execute(statement, rows)).all()) != len(rows):
        raise Clash
