"""The agent on duty: joins the machines, the counter, the spool and the line, until told to stop."""

from __future__ import annotations

import asyncio
import random
import re
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import UUID, uuid4

from device_bridge.agent.counter import (
    NotNow,
    Objection,
    Post,
    Stamp,
    capture_page,
    open_walk_in,
    read_card,
)
from device_bridge.agent.courier import Courier
from device_bridge.agent.drivers.sdt.reader import CardPresented, SdtReader
from device_bridge.agent.drivers.watch_folder.folder import PageTaken, WatchFolder
from device_bridge.agent.link import SerialLink
from device_bridge.agent.seal import Seal
from device_bridge.agent.session import Tell, attend
from device_bridge.agent.spool import Spool
from device_bridge.agent.uplink import Uplink

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from device_bridge.agent.config import BridgeSettings, CameraSettings
    from device_bridge.agent.device import Device
    from device_bridge.agent.drivers.sdt.reader import CardNotRead
    from device_bridge.agent.drivers.watch_folder.folder import PageSpoiled

Seen = TypeVar("Seen")

SERVICE_CODE: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_SWEEP_SECONDS: Final = 3600.0
_KEEP_DELIVERED: Final = timedelta(days=30)
_KEEP_REFUSED: Final = timedelta(days=90)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clockwork:
    """Time and ids, so that a test can hold both still."""

    now: Callable[[], datetime] = _now
    new_id: Callable[[], UUID] = uuid4

    def stamp(self, event_id: UUID | None = None) -> Stamp:
        """Return the stamp of an event that happens now."""
        return Stamp(event_id or self.new_id(), self.now())


@dataclass(frozen=True, slots=True)
class Duty:
    """值守: what happens at one counter, written to its spool before anything else is done about it."""

    post: Post
    spool: Spool
    tell: Tell
    clock: Clockwork
    send_card_photo: bool = False

    async def card_seen(self, seen: CardPresented | CardNotRead) -> None:
        """Put a presented card's holder at the counter, or tell the clerk how to present it better."""
        if not isinstance(seen, CardPresented):
            self.tell(f"card_{seen.trouble}")
            return
        photo = seen.photo if self.send_card_photo else None
        stamp = self.clock.stamp()
        act = partial(read_card, reading=seen.reading, photo=photo, post=self.post, stamp=stamp)
        await asyncio.to_thread(self.spool.write, act, stamp.now)
        self.tell("card_presented")

    async def page_seen(self, seen: PageTaken | PageSpoiled, folder: WatchFolder) -> None:
        """Give a picture to the person at the counter, or move it aside and say why."""
        if not isinstance(seen, PageTaken):
            self.tell(f"page_{seen.trouble}")
        elif await asyncio.to_thread(self.spool.holds, seen.page_id):
            await folder.sent(seen)
        else:
            await self._capture(seen, folder)

    def open_walk_in(self, service_code: str) -> UUID:
        """Spool the opening of a case for the person at the counter; return its event or raise ``NotNow``."""
        stamp = self.clock.stamp()
        act = partial(open_walk_in, service_code=service_code, post=self.post, stamp=stamp)
        self.spool.write(act, stamp.now)
        return stamp.event_id

    async def typed(self, line: str, default: str) -> None:
        """Open a case for a service code typed at the console; an empty line means ``default``."""
        code = line.strip().upper() or default
        if SERVICE_CODE.fullmatch(code) is None:
            self.tell("not_a_code")
            return
        try:
            await asyncio.to_thread(self.open_walk_in, code)
        except NotNow as refusal:
            self.tell(refusal.objection)
        else:
            self.tell("opening")

    async def _capture(self, page: PageTaken, folder: WatchFolder) -> None:
        stamp = self.clock.stamp(page.page_id)
        act = partial(capture_page, page=page, post=self.post, stamp=stamp)
        try:
            await asyncio.to_thread(self.spool.write, act, stamp.now)
        except NotNow as refusal:
            repeated = refusal.objection is Objection.PAGE_REPEATED
            await (folder.sent(page) if repeated else folder.refuse(page))
            self.tell(refusal.objection)
        else:
            await folder.sent(page)
            self.tell("page_taken")


def open_spool(settings: BridgeSettings) -> Spool:
    """Open the settings' spool folder: its database and, beside it, the key that seals it."""
    settings.spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    seal = Seal.from_file(settings.spool / "spool.key")
    return Spool(settings.spool / "spool.sqlite3", seal)


async def stand(
    settings: BridgeSettings, tell: Tell, lines: AsyncIterator[str], clock: Clockwork | None = None
) -> None:
    """Be on duty until cancelled: read cards, take pages, open cases typed on ``lines``, deliver all."""
    ticking = clock or Clockwork()
    async with (
        _at_the_counter(settings, tell, ticking) as duty,
        Uplink(settings.server, settings.token, trust=_trust(settings)) as uplink,
    ):
        courier = Courier(duty.spool, uplink, tell, ticking.now, asyncio.sleep, random.random)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(courier.run())
            tasks.create_task(_sweep(duty))
            if settings.reader is not None:
                reader = SdtReader(SerialLink(settings.reader.port, baud=settings.reader.baud))
                tasks.create_task(_attend(reader, duty.card_seen, tell))
            if settings.camera is not None:
                tasks.create_task(_watch(settings.camera, duty))
            tell("ready", hall=settings.hall, counter=settings.counter)
            tell("prompt")
            async for line in lines:
                await duty.typed(line, settings.service)


@asynccontextmanager
async def _at_the_counter(settings: BridgeSettings, tell: Tell, clock: Clockwork) -> AsyncIterator[Duty]:
    spool = open_spool(settings)
    try:
        yield Duty(Post(settings.hall, settings.counter), spool, tell, clock, settings.send_card_photo)
    finally:
        spool.close()


async def _watch(camera: CameraSettings, duty: Duty) -> None:
    folder = WatchFolder(camera.folder, new_id=duty.clock.new_id)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_attend(folder, partial(duty.page_seen, folder=folder), duty.tell))
        tasks.create_task(_forget_sent(folder, timedelta(hours=camera.keep_sent_hours), duty.clock))


async def _attend(device: Device[Seen], hear: Callable[[Seen], Awaitable[None]], tell: Tell) -> None:
    await attend(device, hear, tell=tell, sleep=asyncio.sleep, chance=random.random)


async def _sweep(duty: Duty) -> None:
    """Delete answered letters once an hour, long after anybody would ask about them."""
    while True:
        now = duty.clock.now()
        await asyncio.to_thread(duty.spool.sweep, now - _KEEP_DELIVERED, now - _KEEP_REFUSED)
        await asyncio.sleep(_SWEEP_SECONDS)


async def _forget_sent(folder: WatchFolder, keep: timedelta, clock: Clockwork) -> None:
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        await folder.forget_sent((clock.now() - keep).timestamp())


def _trust(settings: BridgeSettings) -> ssl.SSLContext | None:
    return None if settings.ca_file is None else ssl.create_default_context(cafile=settings.ca_file)
