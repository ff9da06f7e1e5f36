"""What the gateway asks of the desk, and nothing else: who a machine is, and the verbs of the counter tray."""

from __future__ import annotations

from typing import Protocol

from intake.model.case import PageFacts
from intake.model.people import Caller, Door
from intake.usecases.cases.tray import LayCard, LayPage, OpenWalkIn, WalkIn


class PeopleVerbs(Protocol):
    """The desk's people counter, as far as a machine may ask of it."""

    async def device_by_token(self, token: str, door: Door, address: str = "") -> Caller: ...


class CaseVerbs(Protocol):
    """The desk's cases counter, as far as a machine may ask of it; each act is done once per event id."""

    async def lay_card(self, cmd: LayCard) -> None: ...
    async def lay_page(self, cmd: LayPage) -> PageFacts: ...
    async def open_walk_in(self, cmd: OpenWalkIn) -> WalkIn: ...
