"""A keep in a folder of the server's state, for one server machine with any number of processes."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Protocol


class Sealer(Protocol):
    """Whatever encrypts at rest in this house."""

    def seal(self, plain: bytes, about: str) -> bytes:
        """The sealed bytes, good only for the same `about`."""

    def open(self, sealed: bytes, about: str) -> bytes:
        """What was sealed for `about`."""


class FolderKeep:
    """收件盘存放处: one sealed file per key, named by the key's hash, replaced atomically; see `Keep`."""

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._sealer = sealer

    async def put(self, key: str, content: bytes) -> None:
        await asyncio.to_thread(self._write, key, content)

    async def get(self, key: str) -> bytes | None:
        return await asyncio.to_thread(self._read, key)

    async def drop(self, key: str) -> None:
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    async def sweep(self, before: float) -> int:
        """Forget what was last written before an instant, in seconds since 1970; returns how many."""
        return await asyncio.to_thread(self._delete, before)

    def _path(self, key: str) -> Path:
        return self._folder / hashlib.sha256(key.encode()).hexdigest()

    def _write(self, key: str, content: bytes) -> None:
        """Write beside, sync, rename: another process sees the old content or the new, never half of it."""
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as draft:
            draft.write(self._sealer.seal(content, key))
            draft.flush()
            os.fsync(draft.fileno())
        Path(draft.name).replace(self._path(key))

    def _read(self, key: str) -> bytes | None:
        try:
            sealed = self._path(key).read_bytes()
        except FileNotFoundError:
            return None
        return self._sealer.open(sealed, key)

    def _delete(self, before: float) -> int:
        old = [path for path in self._folder.iterdir() if path.stat().st_mtime < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)
