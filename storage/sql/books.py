"""The books of a shared transaction (账面): everything its acts look at, read in one go, and the changes that lie on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import literal_column, select

from intake.model.booking import Appointment, AppointmentState, Hold, HoldState, Pool, Slot
from intake.model.case import Case
from intake.model.granting import Standing, run_length, run_of
from intake.model.ids import (
    AccountCode,
    AppointmentId,
    CaseId,
    HoldId,
    IntentKey,
    PersonId,
    ServiceCode,
    SlotId,
)
from intake.model.people import Account, Mandate, Person, Role
from intake.model.waiting import Waiting, WaitingState
from intake.ports import Foreseen
from storage.sql import tables
from storage.sql.cases import case_in
from storage.sql.intents import advanced
from storage.sql.journal import Journal
from storage.sql.kept import read_revisions
from storage.sql.people import SqlPeople
from storage.sql.prepared import Nouns, Prepared, Run, among, named, nouns, one_of
from storage.sql.rows import altered
from storage.sql.slots import with_waiting
from storage.sql.standing import LIVE, Ask, standings

Matter = tuple[PersonId, ServiceCode]

_NOTHING_HELD = {f"{pool.value}_held": 0 for pool in Pool}


@dataclass(slots=True)
class Books:
    """What the store says, as the acts of one transaction find it; what one act changes the next one sees.

    What nobody foresaw is not in it; `everybody` are the people whose matters are, and `sought` the slots that were looked
    for, whether or not there are such.
    `made_for` and `made_by` count the bookings made since it was read; whose books changed otherwise is in `unsettled`.
    """

    everybody: frozenset[PersonId]
    revisions: Mapping[str, int]
    intents: dict[tuple[AccountCode, IntentKey], tuple[str, str | None]]
    people: dict[PersonId, Person]
    accounts: dict[PersonId, Account]
    mandates: Mapping[tuple[PersonId, AccountCode], Sequence[Mandate]]
    cases: dict[CaseId, Case]
    sought: frozenset[SlotId]
    slots: dict[SlotId, Slot]
    held: dict[SlotId, Mapping[HoldId, tuple[Pool, datetime]]]
    appointments: dict[AppointmentId, Appointment]
    live: dict[Matter, Appointment]
    holds: dict[HoldId, Hold]
    matters: dict[Matter, HoldId]
    waiting: dict[Matter, Waiting]
    standings: Mapping[Ask, Standing]
    numbers: list[int]
    journal: Journal = field(default_factory=Journal)
    made_for: dict[PersonId, int] = field(default_factory=dict)
    made_by: dict[AccountCode, int] = field(default_factory=dict)
    unsettled: dict[PersonId | AccountCode, None] = field(default_factory=dict)

    def seen(self, slot: Slot, now: datetime) -> Slot:
        """A slot with what is held of it at an instant."""
        held = self.held.get(slot.id)
        if not held:
            return slot
        counts = dict(_NOTHING_HELD)
        for pool, expires_at in held.values():
            counts[f"{pool.value}_held"] += expires_at > now
        return altered(slot, **counts)

    def place(self, appointment: Appointment) -> None:
        """Write an appointment as it is now."""
        matter = (appointment.person, appointment.service_code)
        self.journal.put(self.appointments, appointment.id, appointment)
        if appointment.state in LIVE:
            self.journal.put(self.live, matter, appointment)
        elif matter in self.live and self.live[matter].id == appointment.id:
            self.journal.strike(self.live, matter)
        self._count(appointment)

    def hold(self, hold: Hold) -> None:
        """Write a hold as it is now, with the places it keeps or keeps no more."""
        self.journal.put(self.holds, hold.id, hold)
        matter, places = (hold.person, hold.service_code), (hold.pool, hold.expires_at)
        if hold.state is HoldState.HELD:
            self.journal.put(self.matters, matter, hold.id)
        elif self.matters.get(matter) == hold.id:
            self.journal.strike(self.matters, matter)
        for slot in hold.run:
            others = {one: of for one, of in self.held.get(slot, {}).items() if one != hold.id}
            now = {**others, hold.id: places} if hold.state is HoldState.HELD else others
            self.journal.put(self.held, slot, now)
        self.journal.put(self.unsettled, hold.person, None)

    def standing(self, ask: Ask) -> Standing | None:
        """What the books say by now of somebody; None where it is not foreseen or has changed by more than a count."""
        standing = self.standings.get(ask)
        if self.unsettled and not self.unsettled.keys().isdisjoint((ask.person, ask.booker, *ask.circle)):
            return None
        mine, theirs = self.made_for.get(ask.person, 0), self.made_by.get(ask.booker, 0)
        if standing is None or not (mine or theirs):
            return standing
        return standing._replace(
            person_live=standing.person_live + mine,
            person_made_today=standing.person_made_today + mine,
            booker_live=standing.booker_live + theirs,
            booker_made_today=standing.booker_made_today + theirs,
        )

    def _count(self, appointment: Appointment) -> None:
        """A booking counts for its person and its booker; after any other change their books must be read anew."""
        put, person, by = self.journal.put, appointment.person, appointment.booked_by
        if appointment.state is AppointmentState.BOOKED and appointment.version == 1:
            put(self.made_for, person, self.made_for.get(person, 0) + 1)
            put(self.made_by, by, self.made_by.get(by, 0) + 1)
        else:
            put(self.unsettled, person, None)
            put(self.unsettled, by, None)


class Sight(NamedTuple):
    """What some acts will probably look at: what their commands tell, the series whose numbers they will want (empty where
    that is not known), and how many minutes an item took when it was read last.
    """

    foreseen: Sequence[Foreseen]
    series: str
    minutes_of: Callable[[ServiceCode], int]


class _Look:
    """Reads the books: first whose and which places it is about, then the locks, then everything under them."""

    def __init__(self, run: Run, sight: Sight, people: SqlPeople) -> None:
        self._run, self._sight, self._foreseen, self._people = run, sight, sight.foreseen, people
        self._appointments = _sorted(one.appointment for one in sight.foreseen)
        self._named_holds = _sorted(one.hold for one in sight.foreseen)
        self.everybody: list[PersonId] = []

    def books(self) -> Books:
        """Locked in the order of all who lock, then read: no lock, no count."""
        run = self._run
        appointments = self._named()
        holds = self._holds(appointments)
        slots = self._sought(appointments, holds)
        if run.locks:
            run(_LOCK_SLOTS, {"ids": slots})
            appointments = self._locked(_APPOINTMENTS_LOCKED, self._appointments)
            holds = self._locked(_HOLDS_LOCKED, sorted(hold.id for hold in holds))
        about = {"people": self.everybody}
        read = self._slots(slots)
        live = nouns(run, _LIVE, about)
        return Books(
            everybody=frozenset(self.everybody),
            revisions=read_revisions(run),
            intents=self._intents(),
            people={row["id"]: self._people.person_in(row) for row in named(run, _PEOPLE, about)},
            accounts=self._accounts(),
            mandates=self._mandates(),
            cases=self._cases(holds),
            sought=frozenset(slots),
            slots={slot.id: slot for slot in read},
            held=self._held(slots),
            appointments={appointment.id: appointment for appointment in appointments},
            live={(appointment.person, appointment.service_code): appointment for appointment in live},
            holds={hold.id: hold for hold in holds},
            matters={(h.person, h.service_code): h.id for h in holds if h.state is HoldState.HELD},
            waiting={(entry.person, entry.service_code): entry for entry in nouns(run, _WAITING, about)},
            standings=self._standings(appointments),
            numbers=self._numbers(read),
        )

    def _sought(self, appointments: Sequence[Appointment], holds: Sequence[Hold]) -> list[SlotId]:
        """Every slot an act may touch, those in a row for a long matter included, in the order of all who lock."""
        slots = {slot for appointment in appointments for slot in appointment.slots}
        slots |= {slot for hold in holds for slot in hold.run}
        lengths = self._lengths(appointments)
        for row in self._run(_SHAPES, {"ids": sorted(lengths)}) if any(lengths.values()) else ():
            first = Slot(*row)
            slots.update(run_of(first, run_length(lengths[first.id], first)))
        return sorted(slots | lengths.keys())

    def _lengths(self, appointments: Sequence[Appointment]) -> dict[SlotId, int]:
        """The slots that are named, each with the minutes of the longest matter that is to begin there."""
        moving = {appointment.id: appointment.service_code for appointment in appointments}
        lengths: dict[SlotId, int] = {}
        for one in self._foreseen:
            service = one.service or (moving.get(one.appointment) if one.appointment else None)
            if one.slot:
                minutes = self._sight.minutes_of(service) if service else 0
                lengths[one.slot] = max(minutes, lengths.get(one.slot, 0))
        return lengths

    def _cases(self, holds: Sequence[Hold]) -> dict[CaseId, Case]:
        ids = _sorted((*(one.case for one in self._foreseen), *(hold.case for hold in holds)))
        rows = named(self._run, _CASES, {"ids": ids}) if ids else []
        return {row["id"]: case_in(row) for row in rows}

    def _accounts(self) -> dict[PersonId, Account]:
        """The citizen accounts. Asked for by person alone, for SQLite would look through the index of the roles."""
        rows = named(self._run, _ACCOUNTS, {"people": self.everybody})
        return {row["person"]: self._people.account_in(row) for row in rows if row["role"] is Role.CITIZEN}

    def _named(self) -> list[Appointment]:
        """The appointments that are named, before anything is locked: whose they are and where never changes without
        a lock on their slots.
        """
        return nouns(self._run, _APPOINTMENTS, {"ids": self._appointments}) if self._appointments else []

    def _holds(self, appointments: Sequence[Appointment]) -> list[Hold]:
        """Those that are named, and those of everybody's matters; with them it is known who everybody is."""
        run = self._run
        wanted = nouns(run, _HOLDS, {"ids": self._named_holds}) if self._named_holds else []
        people = {one.person for one in self._foreseen if one.person} | {hold.person for hold in wanted}
        people |= {appointment.person for appointment in appointments}
        self.everybody = sorted(people)
        theirs = nouns(run, _HOLDS_OF, {"people": self.everybody})
        return [*wanted, *(hold for hold in theirs if hold.id not in self._named_holds)]

    def _locked(self, statement: Nouns[Any], ids: Sequence[str]) -> list[Any]:
        return nouns(self._run, statement, {"ids": ids}) if ids else []

    def _standings(self, appointments: Sequence[Appointment]) -> Mapping[Ask, Standing]:
        """What the books say about everybody who will be asked about."""
        moving = {appointment.id: appointment for appointment in appointments}
        asks = {ask for one in self._foreseen if (ask := _ask_of(one, moving)) is not None}
        counted = [(one.at, one.rules) for one in self._foreseen if one.at and one.rules]
        if not asks or not counted:
            return {}
        at, rules = max(counted, key=lambda by: by[0])
        return standings(self._run, list(asks), at, rules)

    def _numbers(self, slots: Sequence[Slot]) -> list[int]:
        """For each who may get a place a number of the series that was asked for last; the lowest comes first."""
        wanted = sum(one.slot is not None and one.appointment is None for one in self._foreseen)
        count = min(wanted, sum(max(0, slot.left(pool)) for slot in slots for pool in Pool))
        if not self._sight.series or count == 0:
            return []
        last = advanced(self._run, series=self._sight.series, count=count)
        return list(range(last, last - count, -1))

    def _intents(self) -> dict[tuple[AccountCode, IntentKey], tuple[str, str | None]]:
        keys = _sorted(one.key for one in self._foreseen)
        if not keys:
            return {}
        asked = {"keys": keys, "accounts": _sorted(one.by for one in self._foreseen)}
        return {(by, key): (verb, result) for by, key, verb, result in self._run(_INTENTS, asked)}

    def _mandates(self) -> dict[tuple[PersonId, AccountCode], list[Mandate]]:
        found: dict[tuple[PersonId, AccountCode], list[Mandate]] = defaultdict(list)
        asked = {"people": self.everybody, "proxies": _sorted(one.by for one in self._foreseen)}
        if any(one.own != one.person for one in self._foreseen):
            for mandate in nouns(self._run, _MANDATES, asked):
                found[mandate.person, mandate.proxy].append(mandate)
        return found

    def _slots(self, ids: Sequence[SlotId]) -> list[Slot]:
        return [Slot(**{**_NOTHING_HELD, **row}) for row in named(self._run, _SLOTS, {"ids": ids})]

    def _held(self, ids: Sequence[SlotId]) -> dict[SlotId, Mapping[HoldId, tuple[Pool, datetime]]]:
        found: dict[SlotId, dict[HoldId, tuple[Pool, datetime]]] = defaultdict(dict)
        for hold, slot, pool, expires_at in self._run(_HELD, {"ids": ids}):
            found[slot][hold] = (pool, expires_at)
        return dict(found)


def look(run: Run, sight: Sight, people: SqlPeople) -> Books:
    """Read everything some acts will look at, as many statements for a hundred acts as for one."""
    return _Look(run, sight, people).books()


def _ask_of(one: Foreseen, moving: Mapping[AppointmentId, Appointment]) -> Ask | None:
    own = frozenset({one.own} if one.own else ())
    moved = moving.get(one.appointment) if one.appointment and one.slot else None
    if moved is not None:
        return Ask(moved.person, one.by, moved.service_code, own)
    return Ask(one.person, one.by, one.service, own) if one.person and one.service else None


def _sorted(words: Iterable[Any]) -> list[Any]:
    return sorted({word for word in words if word})


_APPOINTMENTS = Nouns(Appointment, tables.appointments, among(tables.appointments.c.id, "ids"))
_APPOINTMENTS_LOCKED = Nouns(
    Appointment, tables.appointments, among(tables.appointments.c.id, "ids"), locked=True
)
_LIVE = Nouns(
    Appointment,
    tables.appointments,
    among(tables.appointments.c.person, "people"),
    one_of(tables.appointments.c.state, LIVE),
)
_HOLDS = Nouns(Hold, tables.holds, among(tables.holds.c.id, "ids"))
_HOLDS_LOCKED = Nouns(Hold, tables.holds, among(tables.holds.c.id, "ids"), locked=True)
_HOLDS_OF = Nouns(
    Hold,
    tables.holds,
    among(tables.holds.c.person, "people"),
    one_of(tables.holds.c.state, [HoldState.HELD]),
)
_WAITING = Nouns(
    Waiting,
    tables.waiting,
    among(tables.waiting.c.person, "people"),
    one_of(tables.waiting.c.state, [WaitingState.WAITING, WaitingState.OFFERED]),
)
_MANDATES = Nouns(
    Mandate,
    tables.mandates,
    among(tables.mandates.c.person, "people"),
    among(tables.mandates.c.proxy, "proxies"),
    order=(tables.mandates.c.given_at.desc(), tables.mandates.c.id.desc()),
)
_CASES = Prepared(
    select(tables.cases).where(among(tables.cases.c.id, "ids")).order_by(tables.cases.c.id).with_for_update()
)
_INTENTS = Prepared(
    select(tables.intents.c.account, tables.intents.c.key, tables.intents.c.verb, tables.intents.c.result)
    .where(among(tables.intents.c.account, "accounts"))
    .where(among(tables.intents.c.key, "keys"))
)
_PEOPLE = Prepared(select(tables.people).where(among(tables.people.c.id, "people")))
_ACCOUNTS = Prepared(select(tables.accounts).where(among(tables.accounts.c.person, "people")))
_SLOTS = Prepared(with_waiting().where(among(tables.slots.c.id, "ids")))
# Where and how long a slot is, before it is locked: should that change meanwhile, the act goes the long way.
_SHAPES = Prepared(
    select(
        *(tables.slots.c[name] for name in ("id", "hall", "group", "kind", "start", "end", "book_before")),
        *(
            literal_column("0").label(f"{pool.value}_{count}")
            for pool in Pool
            for count in ("capacity", "taken")
        ),
    ).where(among(tables.slots.c.id, "ids"))
)
_LOCK_SLOTS = Prepared(
    select(tables.slots.c.id)
    .where(among(tables.slots.c.id, "ids"))
    .order_by(tables.slots.c.id)
    .with_for_update()
)
_HELD = Prepared(
    select(
        tables.held_places.c.hold,
        tables.held_places.c.slot,
        tables.held_places.c.pool,
        tables.held_places.c.expires_at,
    ).where(among(tables.held_places.c.slot, "ids"))
)
