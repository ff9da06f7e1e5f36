"""A server that takes photographs as they come and learns no words: everything else is `jiujinban serve`.

Reading a photograph takes longer than all the rest of a submission, and learning the catalogue longer than all the rest of
a start; a crash drill wants many of both. With
`halving` it is the careless twin: it commits a case first, and what belongs to it a moment later.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from typing import Any

from intake.model.case import PageFacts
from intake.ports import ReadPhoto
from intake.usecases.cases import drafting
from intake.usecases.trail import leave_trail
from jiujinban import wiring
from jiujinban.cli import app

_LAST_TIME = 30
_times = itertools.count(1)


class TakesAll:
    """A reading room that believes what it is told."""

    def __init__(self, _: object) -> None:
        pass

    async def read(self, content: bytes, *, expected_kind: str | None) -> ReadPhoto:
        """The bytes as the page."""
        return ReadPhoto(content, PageFacts(expected_kind or "other", 0.5, "good", "", "", {}))


class NeedsNobody:
    """Photo readers who are never called, and so are always there."""

    def __init__(self, _: object) -> None:
        pass

    async def warm(self) -> None:
        """Nothing to load."""

    async def ping(self) -> None:
        """Ready."""

    async def close(self) -> None:
        """Nothing to end."""


async def learns_nothing(_: wiring.House) -> bool:
    """Nobody talks in the drill."""
    return False


async def trail_later(uow: Any, *trail: Any, **words: Any) -> None:
    """Commit, and write the trail afterwards; at the thirtieth time the power fails in between."""
    await uow._connection.commit()  # noqa: SLF001 (the careless server on purpose)
    if next(_times) == _LAST_TIME:
        os.kill(os.getpid(), signal.SIGKILL)
    await uow._connection.begin()  # noqa: SLF001 (likewise)
    await leave_trail(uow, *trail, **words)


def leave_out_reading() -> None:
    """For every server of this process."""
    wiring.ReadingRoom = TakesAll  # type: ignore[attr-defined,assignment]  # what the wiring puts at the desk's side
    wiring.PhotoReader = NeedsNobody  # type: ignore[attr-defined,assignment]  # likewise
    wiring.House.learn_catalogue = learns_nothing  # type: ignore[assignment]  # see above


def serve(*, halving: bool = False) -> None:
    """Run the server."""
    leave_out_reading()
    if halving:
        drafting.leave_trail = trail_later  # type: ignore[attr-defined]  # what its verbs call
    sys.argv = ["jiujinban", "serve"]
    app()


if __name__ == "__main__":
    serve(halving="halving" in sys.argv)
