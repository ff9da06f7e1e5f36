"""The conversation with an SDT reader: one card, one reading, and only one fault."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from device_bridge.agent.device import DeviceUnavailable
from device_bridge.agent.drivers.sdt.commands import (
    LINE_GARBLED,
    READER_IS_BROKEN,
    Command,
    MalformedAnswer,
    Reply,
    Status,
    parse_base,
    parse_reply,
    parse_sam_id,
)
from device_bridge.agent.drivers.sdt.frame import FrameHunter
from device_bridge.agent.drivers.sdt.textblock import UnreadableText, decode_address, decode_block

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from device_bridge.agent.link import Link
    from device_bridge.wire import IdCardReading

POLL_SECONDS: Final = 0.3
"""Readers advise at least this pause between two find commands."""
_TRIES: Final = 3
_LOOKS_WITHOUT_A_CARD: Final = 2


@dataclass(frozen=True, slots=True)
class CardPresented:
    """A card was read; the photo stays as the reader gave it: only its vendor's library can open it."""

    reading: IdCardReading
    photo: bytes = field(repr=False)


class CardTrouble(StrEnum):
    """Why a card that lies on the reader was not read; the cure is always to lift it and put it back."""

    MOVED = "moved"
    REJECTED = "rejected"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class CardNotRead:
    """A card lies there and cannot be read."""

    trouble: CardTrouble


class SdtReader:
    """读卡器: an SDT reader on a line; yields each presentation of a card once."""

    name = "card_reader"

    def __init__(self, link: Link, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        """Use ``link``, and ``sleep`` between looks."""
        self._link = link
        self._sleep = sleep
        self.sam_id = ""

    async def open(self) -> None:
        """Return once the reader reports itself fit for work, or raise ``DeviceUnavailable``."""
        try:
            await self._link.open()
        except OSError as shut:
            raise DeviceUnavailable(self.name, "the port cannot be opened") from shut
        status = await self._ask(Command.SAM_STATUS)
        if status.status != Status.SUCCESS:
            raise DeviceUnavailable(self.name, f"the security module answers {status.status:02X}")
        self.sam_id = await self._read_sam_id()

    async def close(self) -> None:
        """Give the port back."""
        await self._link.close()

    async def sights(self) -> AsyncIterator[CardPresented | CardNotRead]:
        """Yield every card once per presentation, and a card that will not be read once as ``CardNotRead``.

        After either, nothing is yielded until the card was lifted. Raises ``DeviceUnavailable``.
        """
        while True:
            if await self._card_lies_there():
                yield await self._read_card()
                await self._card_lifted()
            await self._sleep(POLL_SECONDS)

    async def _card_lies_there(self) -> bool:
        return (await self._ask(Command.FIND_CARD)).status == Status.CARD_FOUND

    async def _card_lifted(self) -> None:
        """Return after two looks in a row without a card; one alone may be a card that shivers."""
        absent = 0
        while absent < _LOOKS_WITHOUT_A_CARD:
            await self._sleep(POLL_SECONDS)
            absent = 0 if await self._card_lies_there() else absent + 1

    async def _read_card(self) -> CardPresented | CardNotRead:
        """Select and read; a card pulled away in the middle gets as many tries as a garbled line does."""
        trouble = CardTrouble.MOVED
        for _ in range(_TRIES):
            await self._ask(Command.SELECT_CARD)
            base = await self._ask(Command.READ_BASE)
            if base.status == Status.SUCCESS:
                return await self._understand(base)
            trouble = _TROUBLE.get(base.status, CardTrouble.MOVED)
            await self._sleep(POLL_SECONDS)
            if not await self._card_lies_there():
                break
        return CardNotRead(trouble)

    async def _understand(self, base: Reply) -> CardPresented | CardNotRead:
        try:
            record = parse_base(base.body)
            reading = decode_block(record.text)
            newest = await self._newest_address()
        except (MalformedAnswer, UnreadableText):
            return CardNotRead(CardTrouble.UNREADABLE)
        return CardPresented(replace(reading, address=newest or reading.address), record.photo)

    async def _newest_address(self) -> str:
        """Return the address appended after the card was made, or nothing; most cards have none."""
        reply = await self._ask(Command.READ_NEWEST_ADDRESS)
        return decode_address(reply.body) if reply.status == Status.SUCCESS else ""

    async def _read_sam_id(self) -> str:
        reply = await self._ask(Command.SAM_ID)
        try:
            return parse_sam_id(reply.body)
        except MalformedAnswer:
            return ""

    async def _ask(self, command: Command) -> Reply:
        """Return the answer, asking again when the line garbled it; silence is ``DeviceUnavailable``."""
        for _ in range(_TRIES):
            try:
                reply = await self._link.exchange(command.request, _first_reply(), within=command.patience)
            except TimeoutError:
                continue
            except OSError as gone:
                raise DeviceUnavailable(self.name, "the line is gone") from gone
            if reply.status in READER_IS_BROKEN:
                raise DeviceUnavailable(self.name, f"the security module answers {reply.status:02X}")
            if reply.status not in LINE_GARBLED:
                return reply
        raise DeviceUnavailable(self.name, "no intelligible answer")


def _first_reply() -> Callable[[bytes], Reply | None]:
    """Return an ear for one exchange: half an answer to the question before must not spoil this one's."""
    hunter = FrameHunter()

    def hear(chunk: bytes) -> Reply | None:
        for payload in hunter.feed(chunk):
            try:
                return parse_reply(payload)
            except MalformedAnswer:
                continue
        return None

    return hear


_TROUBLE: dict[int, CardTrouble] = {
    Status.CARD_REJECTED_SAM: CardTrouble.REJECTED,
    Status.SAM_REJECTED_CARD: CardTrouble.REJECTED,
    Status.UNKNOWN_CARD_TYPE: CardTrouble.REJECTED,
    Status.NOT_VERIFIED: CardTrouble.REJECTED,
}
