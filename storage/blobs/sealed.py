"""Sealed photographs under the SHA-256 of what they show, so that the same one twice is kept once."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

from obstore import delete_async, get_async, head_async, put_async
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, MemoryStore, ObjectStore, S3Store

from intake.errors import NotFound
from intake.model.ids import Digest
from storage.crypto import KeyRing, Purpose, SealBroken, Sealer

_DIGEST = re.compile(r"[0-9a-f]{64}")


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


class SealedBlobs:
    """`intake.ports.BlobStore` over an object store."""

    def __init__(self, store: ObjectStore, sealer: Sealer, folder: Path | None = None) -> None:
        self._store = store
        self._sealer = sealer
        self._folder = folder

    async def put(self, content: bytes) -> Digest:
        """Keep bytes, whole or not at all; on the disk and not only on its way there when this returns."""
        digest = Digest(hashlib.sha256(content).hexdigest())
        sealed = self._sealer.seal(content, f"page:{digest}")
        with suppress(AlreadyExistsError):
            await put_async(self._store, _path(digest), sealed, mode="create")
        # Also when it was there already: whoever put it may still be waiting for the disk.
        if self._folder is not None:
            await asyncio.to_thread(_settle, self._folder / _path(digest))
        return digest

    async def get(self, digest: Digest) -> bytes:
        """The bytes again; raises `NotFound`, or `SealBroken` when they are not what was put."""
        if not _DIGEST.fullmatch(digest):
            raise NotFound(what="材料照片")
        try:
            found = await get_async(self._store, _path(digest))
        except FileNotFoundError:
            raise NotFound(what="材料照片") from None
        content = self._sealer.open(bytes(await found.bytes_async()), f"page:{digest}")
        if hashlib.sha256(content).hexdigest() != digest:
            raise SealBroken("照片内容与其编号不符")
        return content

    async def forget(self, digest: Digest) -> None:
        """Erase the bytes; forgetting what is not there is no error."""
        with suppress(FileNotFoundError):
            await delete_async(self._store, _path(digest))

    async def ping(self) -> None:
        """Return if the place answers, raise its fault if not."""
        if self._folder is not None:
            await asyncio.to_thread(os.listdir, self._folder)
            return
        with suppress(FileNotFoundError):
            await head_async(self._store, "ping")


def _path(digest: Digest) -> str:
    return f"{digest[:2]}/{digest}"


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
