"""Playing with the simulated machines: by hand, by themselves, or once through a whole case."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from device_bridge.agent.config import BridgeSettings, CameraSettings, ReaderSettings
from device_bridge.agent.duty import stand
from device_bridge.agent.keys import typed_keys
from device_bridge.agent.simulator.camera import SimulatedCamera
from device_bridge.agent.simulator.cards import SAMPLES, Sample
from device_bridge.agent.simulator.reader import SimulatedReader
from device_bridge.agent.simulator.terminal import plugged_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from device_bridge.agent.session import Tell

_LIES_SECONDS: Final = 4.0
_AWAY_SECONDS: Final = 2.0
_PATIENCE_SECONDS: Final = 60.0
_PAGES: Final = 2
KEYS: Final = "p 放卡  l 拿走  n 换一张卡  c 拍一页  q 退出"


@dataclass(slots=True)
class Stage:
    """The simulated machines and the card in the player's hand."""

    reader: SimulatedReader
    camera: SimulatedCamera | None
    show: Callable[[str], object]
    hand: Sample

    async def press(self, key: str) -> None:
        """Do what a key stands for; other keys do nothing."""
        match key:
            case "p":
                self.reader.place(SAMPLES[self.hand])
                self.show(f"放上了 {self.hand}")
            case "l":
                self.reader.lift()
                self.show("拿走了")
            case "n":
                names = list(Sample)
                self.hand = names[(names.index(self.hand) + 1) % len(names)]
                self.show(f"手里是 {self.hand}")
            case "c" if self.camera is not None:
                await self.camera.snap()
                self.show("拍了一页")


async def play(stage: Stage, link: Path | None, *, by_itself: bool) -> None:
    """Offer the reader on a port until ``q``, or for ever ``by_itself``."""
    with plugged_in(stage.reader, link) as port:
        stage.show(f"模拟读卡器在 {link or port}")
        await (_perform(stage) if by_itself else _by_hand(stage))


async def _by_hand(stage: Stage) -> None:
    stage.show(KEYS)
    async for key in typed_keys():
        if key == "q":
            return
        await stage.press(key)


async def _perform(stage: Stage) -> None:
    for key, pause in cycle((("p", _LIES_SECONDS), ("c", _LIES_SECONDS), ("l", _AWAY_SECONDS), ("n", 0.0))):
        await stage.press(key)
        await asyncio.sleep(pause)


class DemoFailed(Exception):
    """The demonstration did not end in a case; the sentences shown before say why."""


@dataclass(frozen=True, slots=True)
class DemoPost:
    """Where the demonstration's agent stands, and the item it opens."""

    server: str
    token: str
    hall: str
    counter: str
    service: str
    card: Sample = Sample.ELDER


class _Told:
    """Passes sentences on and lets the demonstration wait for one of them."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._heard: asyncio.Queue[tuple[str, dict[str, str]]] = asyncio.Queue()

    def __call__(self, key: str, **facts: str) -> None:
        self._tell(key, **facts)
        self._heard.put_nowait((key, facts))

    async def until(self, *keys: str) -> dict[str, str]:
        """Return the facts of the next sentence among ``keys``; refusal and silence fail the show."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while True:
                    key, facts = await self._heard.get()
                    if key in keys:
                        return facts
                    if key in {"refused", "opening_refused", "nobody_here"}:
                        break
        raise DemoFailed(keys[0])


async def demonstrate(post: DemoPost, tell: Tell) -> str:
    """Run reader, camera and agent here, take one person through the counter, return the case number."""
    told = _Told(tell)
    lines: asyncio.Queue[str] = asyncio.Queue()
    reader = SimulatedReader()
    with TemporaryDirectory(prefix="jiujinban-demo-") as scratch, plugged_in(reader) as port:
        settings = _demo_settings(post, port, Path(scratch))
        agent = asyncio.create_task(stand(settings, told, _queued(lines)))
        script = asyncio.create_task(_script(post, reader, Path(scratch) / "camera", told, lines))
        try:
            await asyncio.wait({agent, script}, return_when=asyncio.FIRST_COMPLETED)
            if agent.done():
                agent.result()
            return await script
        finally:
            await _stop(script, agent)


async def _script(
    post: DemoPost, reader: SimulatedReader, folder: Path, told: _Told, lines: asyncio.Queue[str]
) -> str:
    await told.until("ready")
    reader.place(SAMPLES[post.card])
    await told.until("card_presented")
    camera = SimulatedCamera(folder)
    for _ in range(_PAGES):
        await camera.snap()
        await told.until("page_taken")
    reader.lift()
    lines.put_nowait(post.service)
    return (await told.until("case_opened"))["case_number"]


def _demo_settings(post: DemoPost, port: str, scratch: Path) -> BridgeSettings:
    (scratch / "camera").mkdir()
    return BridgeSettings(
        server=post.server,
        token=post.token,
        hall=post.hall,
        counter=post.counter,
        spool=scratch / "spool",
        reader=ReaderSettings(port=port),
        camera=CameraSettings(folder=scratch / "camera"),
    )


async def _queued(lines: asyncio.Queue[str]) -> AsyncIterator[str]:
    while True:
        yield await lines.get()


async def _stop(*tasks: asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
