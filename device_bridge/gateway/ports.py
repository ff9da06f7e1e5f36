"""What the gateway needs of the house, in the words of a counter: lay down a card, a page, open a case.

The desk's own verbs begin with an item; at a counter the card and the papers come first. `Tray` names what
lies between the two, and `tray.py` builds it from the desk's verbs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from device_bridge.wire import IdCardReading
from intake.model.case import Case
from intake.model.people import Caller, Door, Person
from intake.usecases.cases.drafting import AddPage, OpenDraft, PageAdded, SubmitCase
from intake.usecases.people.representing import AddVillager


@dataclass(frozen=True, slots=True)
class LayCard:
    """A machine has read a person's card."""

    caller: Caller
    event_id: UUID
    holder: IdCardReading


@dataclass(frozen=True, slots=True)
class LayPage:
    """A machine has captured a page for the holder of a card."""

    caller: Caller
    event_id: UUID
    card: UUID
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenWalkIn:
    """A clerk opens a case for the holder of a card, with the pages laid down for them, in order."""

    caller: Caller
    event_id: UUID
    card: UUID
    service_code: str
    pages: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """收件结果: the case number, what the clerk still has to see, how many pages to take again."""

    number: str
    service_name: str
    lacking: tuple[str, ...]
    unusable_pages: int


class Tray(Protocol):
    """收件盘: what lies on the counters between a card and a case.

    Each act is done when it returns, and done once however often its event comes; or it raises a `Refusal`.
    """

    async def lay_card(self, cmd: LayCard) -> None: ...
    async def lay_page(self, cmd: LayPage) -> None: ...
    async def open_walk_in(self, cmd: OpenWalkIn) -> Opened: ...


class Keep(Protocol):
    """Small durable memory under a key, shared by every server process; what is kept lies encrypted."""

    async def put(self, key: str, content: bytes) -> None:
        """Keep `content` under `key` in place of what was there; durable on return."""

    async def get(self, key: str) -> bytes | None:
        """What is kept under `key`."""

    async def drop(self, key: str) -> None:
        """Forget `key`; no error when there is nothing."""


class PeopleVerbs(Protocol):
    """The desk's people counter, as far as a machine may ask of it."""

    async def device_by_token(self, token: str, door: Door) -> Caller: ...
    async def meet(self, cmd: AddVillager) -> Person: ...


class CaseVerbs(Protocol):
    """The desk's cases counter, as far as a machine may ask of it: the same verbs a phone uses."""

    async def open_draft(self, cmd: OpenDraft) -> Case: ...
    async def add_page(self, cmd: AddPage) -> PageAdded: ...
    async def submit(self, cmd: SubmitCase) -> Case: ...
