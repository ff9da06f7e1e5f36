"""Sealed photographs under the SHA-256 of what they show, so that the same one twice is kept once."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from obstore import delete_async, get_async, get_range_async, head_async, put_async
from obstore import list as list_objects
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, MemoryStore, ObjectStore, S3Store

from intake.errors import NotFound
from intake.model.ids import Digest
from storage.crypto import KeyRing, Purpose, SealBroken, Sealer

_DIGEST = re.compile(r"[0-9a-f]{64}")
_ASIDE = "aside/"
_LONGEST_HEAD = 16


def open_blobs(place: str, keys: KeyRing) -> SealedBlobs:
    """Photographs in a folder (made if missing), at `s3://bucket/prefix`, or at `memory:` for tests.

    S3 takes its region, keys and endpoint from the AWS_… variables of the environment.
    """
    sealer = Sealer(keys, Purpose.PAGES)
    if place == "memory:":
        return SealedBlobs(MemoryStore(), sealer)
    if place.startswith("s3://"):
        return SealedBlobs(S3Store.from_url(place), sealer)
    folder = Path(place.removeprefix("file://")).resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return SealedBlobs(LocalStore(folder), sealer, folder)


@dataclass(frozen=True, slots=True)
class Kept:
    """库存照片: a photograph in the store, and since when it lies where it lies."""

    digest: Digest
    since: datetime


class SealedBlobs:
    """`intake.ports.BlobStore` over an object store."""

    def __init__(self, store: ObjectStore, sealer: Sealer, folder: Path | None = None) -> None:
        self._store = store
        self._sealer = sealer
        self._folder = folder

    async def put(self, content: bytes) -> Digest:
        """Keep bytes, whole or not at all; on the disk and not only on its way there when this returns."""
        digest = Digest(hashlib.sha256(content).hexdigest())
        sealed = self._sealer.seal(content, _about(digest))
        with suppress(AlreadyExistsError):
            await put_async(self._store, _path(digest), sealed, mode="create")
        # Also when it was there already: whoever put it may still be waiting for the disk.
        if self._folder is not None:
            await asyncio.to_thread(_settle, self._folder / _path(digest))
        return digest

    async def get(self, digest: Digest) -> bytes:
        """The bytes again; raises `NotFound`, or `SealBroken` when they are not what was put."""
        content = self._sealer.open(await self.sealed(digest), _about(digest))
        if hashlib.sha256(content).hexdigest() != digest:
            raise SealBroken("照片内容与其编号不符")
        return content

    async def forget(self, digest: Digest) -> None:
        """Erase the bytes; forgetting what is not there is no error."""
        for path in (_path(digest), _aside(digest)):
            with suppress(FileNotFoundError):
                await delete_async(self._store, path)

    async def sealed(self, digest: Digest) -> bytes:
        """The bytes as they lie there, sealed, also when they are laid aside; raises `NotFound`."""
        if _DIGEST.fullmatch(digest):
            for path in (_path(digest), _aside(digest)):
                with suppress(FileNotFoundError):
                    return bytes(await (await get_async(self._store, path)).bytes_async())
        raise NotFound

    async def lay(self, digest: Digest, sealed: bytes) -> None:
        """Keep bytes that are sealed already, as `sealed` gave them; what was there is replaced whole."""
        await put_async(self._store, _path(digest), sealed)
        if self._folder is not None:
            await asyncio.to_thread(_settle, self._folder / _path(digest))

    async def reseal(self, digest: Digest) -> bool:
        """Seal a photograph anew under the current key; False when it is already, or is gone meanwhile."""
        try:
            head = bytes(await get_range_async(self._store, _path(digest), start=0, end=_LONGEST_HEAD))
            again = None if self._sealer.is_current(head) else await self._resealed(digest)
        except (FileNotFoundError, NotFound):
            return False
        if again is not None:
            await self.lay(digest, again)
        return again is not None

    async def _resealed(self, digest: Digest) -> bytes | None:
        return self._sealer.resealed(await self.sealed(digest), _about(digest))

    # A photograph that no row refers to is erased in two steps, a day apart. Somebody may be handing in the very same
    # picture while we look: `put` finds it there, and the row that refers to it comes a moment after we looked. What
    # is laid aside can still be read, and is put back when such a row turns up.

    async def each(self, *, aside: bool = False) -> AsyncIterator[list[Kept]]:
        """All photographs in small batches, or those laid aside; what changes meanwhile may or may not be among them."""
        for first in range(256):
            prefix = f"{_ASIDE if aside else ''}{first:02x}/"
            found = [entry async for some in list_objects(self._store, prefix) for entry in some]
            named = ((entry["path"].rpartition("/")[2], entry["last_modified"]) for entry in found)
            kept = [Kept(Digest(name), since) for name, since in named if _DIGEST.fullmatch(name)]
            if kept:
                yield kept

    async def lay_aside(self, digest: Digest) -> None:
        """The first step of erasing: out of the way, but `get` still finds it. Two at once do it once."""
        await self._move(digest, _path(digest), _aside(digest))

    async def put_back(self, digest: Digest) -> None:
        """Undo `lay_aside`."""
        await self._move(digest, _aside(digest), _path(digest))

    async def forget_aside(self, digest: Digest) -> None:
        """The second step; a copy that was handed in anew meanwhile stays."""
        with suppress(FileNotFoundError):
            await delete_async(self._store, _aside(digest))

    async def _move(self, digest: Digest, before: str, after: str) -> None:
        """Written anew and not renamed: the time it lies there since is the time it came there."""
        with suppress(FileNotFoundError, NotFound):
            await put_async(self._store, after, await self.sealed(digest))
            if self._folder is not None:
                await asyncio.to_thread(_settle, self._folder / after)
            await delete_async(self._store, before)

    async def ping(self) -> None:
        """Return if the place answers, raise its fault if not."""
        if self._folder is not None:
            await asyncio.to_thread(os.listdir, self._folder)
            return
        with suppress(FileNotFoundError):
            await head_async(self._store, "ping")


def _path(digest: Digest) -> str:
    return f"{digest[:2]}/{digest}"


def _aside(digest: Digest) -> str:
    return f"{_ASIDE}{_path(digest)}"


def _about(digest: Digest) -> str:
    return f"page:{digest}"


def _settle(file: Path) -> None:
    """The object store renames into place and leaves the rest to the system, which may lose it with the power.

    A page the person was told is kept must not depend on that.
    """
    for entry in (file, file.parent, file.parent.parent):
        descriptor = os.open(entry, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
