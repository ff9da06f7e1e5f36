"""The agent's outgoing tray: what happened at the counter, on disk and sealed, until the server has it.

One SQLite file in WAL mode with full synchronisation: an event is either committed together with the
counter's new state, or it did not happen. Several programs may use the file at once, which is how
``jiujinban-bridge open`` reaches a running agent without a port that anything else on the PC could reach
too.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from device_bridge.agent.counter import Letter, Step, Visit, settle
from device_bridge.wire import Accepted, Refused, decode_event, encode_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from device_bridge.agent.seal import Seal

_BUSY_SECONDS: Final = 10.0
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS letter (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'refused')),
    tries INTEGER NOT NULL DEFAULT 0,
    written_at TEXT NOT NULL,
    answered_at TEXT,
    sealed BLOB,
    enclosure BLOB,
    answer BLOB
);
CREATE INDEX IF NOT EXISTS letter_waiting ON letter (place) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS visit (only INTEGER PRIMARY KEY CHECK (only = 1), sealed BLOB NOT NULL);
"""


class State(StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Waiting:
    """The next letter to deliver, and how often the server has stumbled over it."""

    letter: Letter
    tries: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the tray's list: nothing in it names a person, unless the server's own sentence does."""

    event_id: UUID
    kind: str
    state: State
    tries: int
    written_at: str
    answer: Accepted | Refused | None = field(repr=False)


class Spool:
    """待发箱: durable, sealed, in order; safe to use from several threads and several programs."""

    def __init__(self, path: Path, seal: Seal) -> None:
        """Open or make the file at ``path``, readable by its owner only."""
        path.touch(mode=0o600)
        self._seal = seal
        self._turn = threading.Lock()
        self._base = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = FULL")
        self._base.execute("PRAGMA secure_delete = ON")
        self._base.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            self._base.close()

    def write(self, act: Callable[[Visit | None], Step], now: datetime) -> Step:
        """Run ``act`` on the visit now at the counter; keep its new visit and its letter in one commit.

        A letter whose event id is already here changes nothing: whoever writes it again did not know it had
        succeeded.
        """
        with self._writing():
            step = act(self._visit())
            if self._put(step.letter, now):
                self._keep_visit(step.visit)
        return step

    def holds(self, event_id: UUID) -> bool:
        """Tell whether an event was ever written here."""
        with self._turn:
            return (
                self._base.execute("SELECT 1 FROM letter WHERE event_id = ?", (str(event_id),)).fetchone()
                is not None
            )

    def next_waiting(self) -> Waiting | None:
        """Return the oldest undelivered letter; the ones behind it wait, because they may refer to it."""
        with self._turn:
            row = self._base.execute(
                "SELECT event_id, sealed, enclosure, tries FROM letter"
                " WHERE state = 'waiting' ORDER BY place LIMIT 1"
            ).fetchone()
        if row is None:
            return None
        event_id, sealed, enclosure, tries = row
        event = decode_event(json.loads(self._seal.open(sealed, f"letter {event_id}")))
        image = self._seal.open(enclosure, f"enclosure {event_id}") if enclosure else b""
        return Waiting(Letter(event, image), tries)

    def stumbled(self, event_id: UUID) -> None:
        """Count one try in which the server broke over this very letter."""
        with self._writing():
            self._base.execute("UPDATE letter SET tries = tries + 1 WHERE event_id = ?", (str(event_id),))

    def delivered(self, event_id: UUID, answer: Accepted, now: datetime) -> None:
        """Keep the answer and erase the content: the counter PC holds nobody's papers longer than it must."""
        kept = self._seal_answer(event_id, {"say": answer.say, "case_number": answer.case_number})
        with self._writing():
            self._base.execute(
                "UPDATE letter SET state = 'delivered', answered_at = ?, answer = ?,"
                " sealed = NULL, enclosure = NULL"
                " WHERE event_id = ?",
                (now.isoformat(), kept, str(event_id)),
            )
            self._keep_visit(settle(self._visit(), event_id, accepted=True))

    def refused(self, event_id: UUID, answer: Refused, now: datetime) -> None:
        """Set a letter aside with the reason; it stays whole until it is retried or swept."""
        kept = self._seal_answer(
            event_id, {"code": answer.code, "title": answer.title, "next_step": answer.next_step}
        )
        with self._writing():
            self._base.execute(
                "UPDATE letter SET state = 'refused', answered_at = ?, answer = ? WHERE event_id = ?",
                (now.isoformat(), kept, str(event_id)),
            )
            self._keep_visit(settle(self._visit(), event_id, accepted=False))

    def retry(self, event_id: UUID | None = None) -> int:
        """Put one refused letter, or all of them, back in their old places; return how many."""
        with self._writing():
            return self._base.execute(
                "UPDATE letter SET state = 'waiting', tries = 0, answered_at = NULL, answer = NULL"
                " WHERE state = 'refused' AND (?1 IS NULL OR event_id = ?1)",
                (None if event_id is None else str(event_id),),
            ).rowcount

    def entries(self, *states: State) -> list[Entry]:
        """Return the tray's list in order, of the given states or of all."""
        wanted = [state.value for state in states or tuple(State)]
        marks = ", ".join("?" for _ in wanted)
        with self._turn:
            rows = self._base.execute(f"{_ENTRY} WHERE state IN ({marks}) ORDER BY place", wanted).fetchall()
        return [self._entry(row) for row in rows]

    def entry(self, event_id: UUID) -> Entry | None:
        """Return one line of the list."""
        with self._turn:
            row = self._base.execute(f"{_ENTRY} WHERE event_id = ?", (str(event_id),)).fetchone()
        return None if row is None else self._entry(row)

    def sweep(self, delivered_before: datetime, refused_before: datetime) -> int:
        """Delete old answered letters; return how many. Waiting ones are never swept, however old."""
        with self._writing():
            return self._base.execute(
                "DELETE FROM letter WHERE (state = 'delivered' AND answered_at < ?)"
                " OR (state = 'refused' AND answered_at < ?)",
                (delivered_before.isoformat(), refused_before.isoformat()),
            ).rowcount

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the file for one change; BEGIN IMMEDIATE: two programs must not both read the visit first."""
        with self._turn:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    def _put(self, letter: Letter, now: datetime) -> bool:
        event_id = str(letter.event.event_id)
        message = encode_event(letter.event)
        sealed = self._seal.close(json.dumps(message).encode(), f"letter {event_id}")
        enclosure = self._seal.close(letter.enclosure, f"enclosure {event_id}") if letter.enclosure else None
        row = (event_id, message["kind"], now.isoformat(), sealed, enclosure)
        return bool(
            self._base.execute(
                "INSERT INTO letter (event_id, kind, state, written_at, sealed, enclosure)"
                " VALUES (?, ?, 'waiting', ?, ?, ?) ON CONFLICT (event_id) DO NOTHING",
                row,
            ).rowcount
        )

    def _visit(self) -> Visit | None:
        row = self._base.execute("SELECT sealed FROM visit").fetchone()
        return None if row is None else Visit.from_json(self._seal.open(row[0], "visit").decode())

    def _keep_visit(self, visit: Visit | None) -> None:
        self._base.execute("DELETE FROM visit")
        if visit is not None:
            sealed = self._seal.close(visit.to_json().encode(), "visit")
            self._base.execute("INSERT INTO visit (only, sealed) VALUES (1, ?)", (sealed,))

    def _seal_answer(self, event_id: UUID, answer: dict[str, str | None]) -> bytes:
        return self._seal.close(json.dumps(answer).encode(), f"answer {event_id}")

    def _entry(self, row: tuple[str, str, str, int, str, bytes | None]) -> Entry:
        event_id, kind, state, tries, written_at, sealed = row
        answer: Accepted | Refused | None = None
        if sealed is not None:
            kept = json.loads(self._seal.open(sealed, f"answer {event_id}"))
            answer = Accepted(**kept) if state == State.DELIVERED else Refused(**kept)
        return Entry(UUID(event_id), kind, State(state), tries, written_at, answer)


_ENTRY = "SELECT event_id, kind, state, tries, written_at, answer FROM letter"
