"""What the acts of a shared transaction have changed (改动), and how it is written: a few statements, however many acts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, update

from intake.model.booking import Appointment, Hold, Pool
from intake.model.case import Case
from intake.model.ids import AccountCode, AppointmentId, CaseId, HallCode, HoldId, IntentKey, SlotId
from intake.model.leaving import AuditEntry, Outgoing
from storage.sql import tables
from storage.sql.columns import Instant
from storage.sql.leaving import as_outbox_row
from storage.sql.prepared import Adding, InsertInto, Prepared, Run, Statement, among, either, given
from storage.sql.rows import as_row
from storage.sql.slots import held_of


class Clash(Exception):
    """What was decided in memory could not be written: another process was faster. Everybody tries again alone."""


@dataclass
class Changes:
    """What acts have written and nobody has stored yet, in the order they were written."""

    added: dict[AppointmentId, Appointment] = field(default_factory=dict)
    saved: dict[AppointmentId, Appointment] = field(default_factory=dict)
    held: dict[HoldId, Hold] = field(default_factory=dict)
    ended: dict[HoldId, Hold] = field(default_factory=dict)
    tied: dict[CaseId, Case] = field(default_factory=dict)
    taken: dict[tuple[SlotId, Pool], int] = field(default_factory=dict)
    intents: dict[tuple[AccountCode, IntentKey], tuple[str, str | None]] = field(default_factory=dict)
    audits: list[AuditEntry] = field(default_factory=list)
    messages: list[Outgoing] = field(default_factory=list)
    beats: dict[HallCode, int] = field(default_factory=dict)
    at: datetime | None = None

    @property
    def moves_places(self) -> bool:
        """Whether anybody else would find another number of free places once it is written."""
        return bool(self.held or self.ended or any(self.taken.values()))

    @property
    def worth_writing(self) -> bool:
        """Whether there is anything but a pulse."""
        return bool(
            self.added or self.saved or self.moves_places or self.intents or self.audits or self.messages
        )


def write(run: Run, *, changes: Changes, last: bool = False) -> None:
    """Write all of it; with the `last`, the halls' pulses too, after which nothing but the commit may come.

    Raises `Clash` where the store no longer has room for what was decided.
    """
    _write_holds(run, changes)
    _write_taken(run, changes)
    _write_appointments(run, changes)
    _add(run, _TIE, [
        {"its_id": case.id, "its_appointment": case.appointment, "its_hall": case.hall, "its_version": case.version}
        for case in changes.tied.values()
    ])  # fmt: skip
    _add(run, _INTENT, [
        {"account": by, "key": key, "verb": verb, "result": result}
        for (by, key), (verb, result) in changes.intents.items()
    ])  # fmt: skip
    _add(run, _AUDIT, list(map(as_row, changes.audits)))
    _add(run, _MESSAGE, list(map(as_outbox_row, changes.messages)))
    if last:
        _add(run, _BEAT, [{"hall": hall, "beats": 1} for hall in sorted(changes.beats)])
        run.keep()


def _write_holds(run: Run, changes: Changes) -> None:
    """Before the places are counted: a hold that ends makes room for the booking it becomes."""
    # Nobody can have changed them since they were read: their rows are locked, on SQLite by the one writer.
    ended = [hold for hold in changes.ended.values() if hold.id not in changes.held]
    if ended:
        run.many(_END_HOLD, [{"of": h.id, "to": h.state, "became": h.appointment} for h in ended])
        run.count(_FREE_PLACES, {"ids": [hold.id for hold in ended]})
    fresh = [changes.ended.get(hold.id, hold) for hold in changes.held.values()]
    _add(run, _HOLD, list(map(as_row, fresh)))
    _add(run, _HELD_PLACE, [
        {"hold": hold.id, "slot": slot, "pool": hold.pool, "expires_at": hold.expires_at}
        for hold in fresh if hold.id not in changes.ended for slot in hold.run
    ])  # fmt: skip


def _write_taken(run: Run, changes: Changes) -> None:
    """The same count once more, in the statement that takes; slots with an equal change go into one statement."""
    alike: dict[tuple[Pool, int], list[SlotId]] = defaultdict(list)
    for (slot, pool), count in changes.taken.items():
        if count:
            alike[pool, count].append(slot)
    for (pool, count), slots in sorted(alike.items()):
        statement = _TAKE[pool] if count > 0 else _GIVE_BACK[pool]
        values = {"ids": sorted(slots), "count": count, "now": changes.at}
        if run.count(statement, values) != len(slots):
            raise Clash


def _write_appointments(run: Run, changes: Changes) -> None:
    _add(run, _APPOINTMENT, [as_row(changes.saved.get(a.id, a)) for a in changes.added.values()])
    saved = [a for a in changes.saved.values() if a.id not in changes.added]
    _add(run, _SAVE, [{"its_id": a.id, **as_row(a)} for a in saved])


def _add(run: Run, statement: Prepared, rows: list[dict[str, Any]]) -> None:
    if rows:
        run.many(statement, rows)


def _taking(pool: Pool) -> Prepared:
    c = tables.slots.c
    taken, capacity = c[f"{pool.value}_taken"], c[f"{pool.value}_capacity"]
    count = given("count", taken)
    room = taken + count + held_of(pool, bindparam("now", None, type_=Instant())) <= capacity
    statement = update(tables.slots).where(among(c.id, "ids"), room, c.closed.is_(False))
    return Prepared(statement.values({taken: taken + count}))


def _giving_back(pool: Pool) -> Prepared:
    c = tables.slots.c
    taken = c[f"{pool.value}_taken"]
    count = given("count", taken)
    there = (among(c.id, "ids"), taken + count >= 0)
    return Prepared(update(tables.slots).where(*there).values({taken: taken + count}))


def _beating(insert_into: InsertInto) -> Statement:
    c = tables.pulses.c
    statement = insert_into(tables.pulses).values(hall=given("hall", c.hall), beats=given("beats", c.beats))
    return statement.on_conflict_do_update(index_elements=["hall"], set_={"beats": c.beats + 1})


_HOLDS = tables.holds.c
_END_HOLD = Prepared(
    update(tables.holds)
    .where(_HOLDS.id == given("of", _HOLDS.id))
    .values(state=given("to", _HOLDS.state), appointment=given("became", _HOLDS.appointment))
)
_FREE_PLACES = Prepared(delete(tables.held_places).where(among(tables.held_places.c.hold, "ids")))
_HOLD, _HELD_PLACE = Adding(tables.holds), Adding(tables.held_places)
_TAKE = {pool: _taking(pool) for pool in Pool}
_GIVE_BACK = {pool: _giving_back(pool) for pool in Pool}
_APPOINTMENT = Adding(tables.appointments)
_SAVE = Prepared(
    update(tables.appointments)
    .where(tables.appointments.c.id == given("its_id", tables.appointments.c.id))
    .values({column: given(column.name, column) for column in tables.appointments.c})
)
_CASES = tables.cases.c
_TIE = Prepared(
    update(tables.cases)
    .where(_CASES.id == given("its_id", _CASES.id))
    .values(
        appointment=given("its_appointment", _CASES.appointment),
        hall=given("its_hall", _CASES.hall),
        version=given("its_version", _CASES.version),
    )
)
_INTENT = Adding(tables.intents, "begun_at")
_AUDIT = Adding(tables.audit_entries, "place")
_MESSAGE = Adding(tables.outbox, "id", "not_before", "closed_at")
_BEAT = either(_beating)
