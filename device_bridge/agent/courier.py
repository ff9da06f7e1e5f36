"""Takes letters from the spool to the server: one at a time, in order, for as long as it takes."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from device_bridge.agent.session import PATIENT, Pauses, Presence, Tell
from device_bridge.agent.uplink import Fate, GateShut, Stumbled
from device_bridge.wire import Accepted, Refused, WalkInOpened

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from device_bridge.agent.counter import Letter
    from device_bridge.agent.spool import Spool, Waiting

_log = logging.getLogger(__name__)

MAX_STUMBLES: Final = 8
GAVE_UP: Final = Refused(
    code="server_fault",
    title="服务器多次没能处理这条记录。",
    next_step="请记下时间，联系县大数据发展中心；处理好后在待发箱里重发。",
)


class Gateway(Protocol):
    """Whatever takes a letter and tells its fate."""

    async def post(self, letter: Letter) -> Fate:
        """Deliver one letter."""


@dataclass(frozen=True, slots=True)
class Courier:
    """送件: the only reader of the spool's queue.

    A shut gate is waited out without limit, because a mountain line may be down all afternoon. A server
    that breaks over one letter gets ``MAX_STUMBLES`` tries, then the letter is set aside so that those
    behind it can go.
    """

    spool: Spool
    gateway: Gateway
    tell: Tell
    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[object]]
    chance: Callable[[], float]
    idle_seconds: float = 0.5
    pauses: Pauses = PATIENT

    async def run(self) -> None:
        """Deliver for ever; ends only by cancellation."""
        presence = Presence("line", self.tell)
        failures = 0
        while True:
            waiting = await asyncio.to_thread(self.spool.next_waiting)
            if waiting is None:
                await self.sleep(self.idle_seconds)
                continue
            fate = await self.gateway.post(waiting.letter)
            failures = self._note(fate, presence, failures)
            await asyncio.to_thread(self._settle, waiting, fate)
            if failures:
                await self.sleep(self._pause(fate, failures))

    def _settle(self, waiting: Waiting, fate: Fate) -> None:
        event_id = waiting.letter.event.event_id
        match fate:
            case Accepted():
                self.spool.delivered(event_id, fate, self.now())
                self._announce(waiting.letter, fate)
            case Refused():
                self._set_aside(waiting, fate)
            case Stumbled() if waiting.tries + 1 >= MAX_STUMBLES:
                self._set_aside(waiting, GAVE_UP)
            case Stumbled():
                self.spool.stumbled(event_id)

    def _set_aside(self, waiting: Waiting, why: Refused) -> None:
        event_id = waiting.letter.event.event_id
        self.spool.refused(event_id, why, self.now())
        _log.warning("event %s refused: %s", event_id, why.code)
        key = "opening_refused" if isinstance(waiting.letter.event, WalkInOpened) else "refused"
        self.tell(key, title=why.title or why.code, next_step=why.next_step)

    def _announce(self, letter: Letter, answer: Accepted) -> None:
        if isinstance(letter.event, WalkInOpened):
            self.tell("case_opened", case_number=answer.case_number or "", say=answer.say)
        else:
            self.tell("delivered", say=answer.say)

    def _note(self, fate: Fate, presence: Presence, failures: int) -> int:
        """Return how many failures in a row there are now, having told a change of the line."""
        if isinstance(fate, GateShut):
            presence.lost(fate.why, fate.key)
            return failures + 1
        presence.there()
        return failures + 1 if isinstance(fate, Stumbled) else 0

    def _pause(self, fate: Fate, failures: int) -> float:
        if isinstance(fate, GateShut) and fate.wait is not None:
            return fate.wait
        return self.pauses.after(failures, self.chance())
