"""A folder in which pictures appear, and the promise that each leaves it exactly once.

A finished picture is *taken* first: renamed into ``taken/`` under a fresh id. The rename is atomic, so the
id is made once even if the power fails right after it, and the picture is found there again when the agent
returns. Only when the agent has it in its own spool does it go to ``sent/``; what cannot be used goes to
``refused/``.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar
from uuid import UUID

from device_bridge.agent.device import DeviceUnavailable
from device_bridge.agent.drivers.watch_folder.image_file import is_whole, media_type_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

Outcome = TypeVar("Outcome")

LOOK_SECONDS: Final = 0.5
MAX_IMAGE_BYTES: Final = 20 * 1024 * 1024
_STILL_LOOKS: Final = 2
_HOPELESS_LOOKS: Final = 60
_UNFINISHED_NAMES: Final = (".tmp", ".part", ".partial", ".crdownload", ".download", "~")
_NOT_PICTURES: Final = frozenset({"thumbs.db", "desktop.ini"})
_KEPT_STEM: Final = 40
_UUID_LENGTH: Final = 36
_LEAST_BYTES: Final = 16


class PageTrouble(StrEnum):
    """Why a file in the folder cannot become a page."""

    NOT_AN_IMAGE = "not_an_image"
    TOO_LARGE = "too_large"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class PageTaken:
    """A whole picture under its lasting id; answer it with ``WatchFolder.sent`` or ``WatchFolder.refuse``."""

    page_id: UUID
    path: Path = field(repr=False)
    image: bytes = field(repr=False)
    media_type: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PageSpoiled:
    """A file was put into ``refused/``."""

    trouble: PageTrouble


class _Look(NamedTuple):
    """How a file looked, and how often it has looked just so."""

    size: int
    changed: int
    times: int


class WatchFolder:
    """高拍仪文件夹: yields every finished picture of one folder, oldest first."""

    name = "document_camera"

    def __init__(
        self,
        folder: Path,
        *,
        new_id: Callable[[], UUID],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Watch ``folder``; ``new_id`` names the pages, ``sleep`` waits between looks."""
        self._folder = folder
        self._new_id = new_id
        self._sleep = sleep
        self._seen: dict[Path, _Look] = {}

    async def open(self) -> None:
        """Make the three places, or raise ``DeviceUnavailable`` when the folder cannot be written."""
        try:
            await asyncio.to_thread(self._make_places)
        except OSError as shut:
            raise DeviceUnavailable(self.name, "the folder cannot be written") from shut

    async def close(self) -> None:
        """Forget what was seen; files stay where they are."""
        self._seen.clear()

    async def sights(self) -> AsyncIterator[PageTaken | PageSpoiled]:
        """Yield pictures taken before a crash, then every new one; raise ``DeviceUnavailable``."""
        while True:
            for step in (self._left_behind, self._look):
                for path in await self._safely(step):
                    yield await self._safely(partial(self._understand, path))
            await self._sleep(LOOK_SECONDS)

    async def sent(self, page: PageTaken) -> None:
        """Put a page into ``sent/``: from now on it is the spool's."""
        await asyncio.to_thread(self._move, page.path, "sent")

    async def refuse(self, page: PageTaken) -> None:
        """Put a page into ``refused/``."""
        await asyncio.to_thread(self._move, page.path, "refused")

    async def forget_sent(self, before: float) -> int:
        """Delete sent pictures last changed before ``before``, in seconds since 1970; return how many."""
        return await asyncio.to_thread(self._delete_sent, before)

    def _make_places(self) -> None:
        for place in ("taken", "sent", "refused"):
            (self._folder / place).mkdir(parents=True, exist_ok=True)

    async def _safely(self, step: Callable[[], Outcome]) -> Outcome:
        try:
            return await asyncio.to_thread(step)
        except OSError as gone:
            raise DeviceUnavailable(self.name, "the folder cannot be read") from gone

    def _left_behind(self) -> list[Path]:
        return sorted((self._folder / "taken").iterdir(), key=_age)

    def _look(self) -> list[Path]:
        """Look once; take what has stopped changing and is whole."""
        found = sorted((path for path in self._folder.iterdir() if _is_candidate(path)), key=_age)
        self._seen = {path: self._compare(path) for path in found if path.exists()}
        still = [path for path, look in self._seen.items() if look.times in {_STILL_LOOKS, _HOPELESS_LOOKS}]
        return [taken for path in still if (taken := self._take(path)) is not None]

    def _compare(self, path: Path) -> _Look:
        stat = path.stat()
        before = self._seen.get(path)
        unchanged = before is not None and before[:2] == (stat.st_size, stat.st_mtime_ns)
        return _Look(stat.st_size, stat.st_mtime_ns, before.times + 1 if before and unchanged else 1)

    def _take(self, path: Path) -> Path | None:
        """Rename a finished file under a fresh id; None while it may still be written."""
        look = self._seen[path]
        if _trouble(path, look.size) is PageTrouble.INCOMPLETE and look.times < _HOPELESS_LOOKS:
            return None
        target = self._folder / "taken" / f"{self._new_id()} {path.stem[:_KEPT_STEM]}{path.suffix}"
        try:
            path.rename(target)
        except PermissionError:  # Windows: the camera's program still holds it open, so look afresh.
            del self._seen[path]
            return None
        return target

    def _understand(self, path: Path) -> PageTaken | PageSpoiled:
        trouble = _trouble(path, path.stat().st_size)
        page_id = _id_in(path)
        if trouble is not None or page_id is None:
            self._move(path, "refused")
            return PageSpoiled(trouble or PageTrouble.NOT_AN_IMAGE)
        image = path.read_bytes()
        sha256 = hashlib.sha256(image).hexdigest()
        return PageTaken(page_id, path, image, media_type_of(image) or "", sha256)

    def _move(self, path: Path, place: str) -> None:
        if path.exists():
            path.replace(self._folder / place / path.name)

    def _delete_sent(self, before: float) -> int:
        old = [path for path in (self._folder / "sent").iterdir() if path.stat().st_mtime < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


def _age(path: Path) -> tuple[int, str]:
    try:
        return path.stat().st_mtime_ns, path.name
    except FileNotFoundError:
        return 0, path.name


def _is_candidate(path: Path) -> bool:
    name = path.name.lower()
    hidden = name.startswith((".", "~")) or name in _NOT_PICTURES or name.endswith(_UNFINISHED_NAMES)
    return not hidden and path.is_file()


def _trouble(path: Path, size: int) -> PageTrouble | None:
    """Say what is wrong with the file as it lies there now."""
    if size > MAX_IMAGE_BYTES:
        return PageTrouble.TOO_LARGE
    image = path.read_bytes()
    media_type = media_type_of(image)
    if len(image) < _LEAST_BYTES:
        return PageTrouble.INCOMPLETE
    if media_type is None:
        return PageTrouble.NOT_AN_IMAGE
    return None if is_whole(image, media_type) else PageTrouble.INCOMPLETE


def _id_in(path: Path) -> UUID | None:
    try:
        return UUID(path.name[:_UUID_LENGTH])
    except ValueError:
        return None
