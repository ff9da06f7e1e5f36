"""A document camera that photographs two sample sheets for ever and saves as slowly as a real one."""

from __future__ import annotations

import asyncio
from importlib.resources import files
from itertools import count, cycle
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

_SHEETS: Final = ("application.jpg", "household.jpg")
_MARKER_BYTES: Final = 2


class SimulatedCamera:
    """模拟高拍仪: drops sample sheets into a folder; no two files are alike, as no two photographs are."""

    def __init__(self, folder: Path, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        """Save into ``folder``, pausing with ``sleep`` in the middle of every file."""
        self._folder = folder
        self._sleep = sleep
        self._sheets = cycle(_SHEETS)
        self._shots = count(1)

    async def snap(self) -> Path:
        """Save the next sheet, half of it late, and return its path."""
        shot = next(self._shots)
        image = numbered(_sheet(next(self._sheets)), shot)
        path = self._folder / f"page-{shot:03d}.jpg"
        middle = len(image) // 2
        path.write_bytes(image[:middle])
        await self._sleep(0.2)
        with path.open("ab") as file:
            file.write(image[middle:])
        return path


def numbered(image: bytes, shot: int) -> bytes:
    """Return the JPEG with a comment that tells this shot from every other; the pixels stay as they are."""
    comment = f"shot {shot}".encode("ascii")
    segment = b"\xff\xfe" + (len(comment) + _MARKER_BYTES).to_bytes(2, "big") + comment
    # JFIF readers look for APP0 right behind the start marker, so the comment goes behind APP0.
    first_length = int.from_bytes(image[4:6], "big")
    place = 2 * _MARKER_BYTES + first_length
    return image[:place] + segment + image[place:]


def _sheet(name: str) -> bytes:
    return files(__package__).joinpath("sheets", name).read_bytes()
