"""One photograph from a file, for the command line; a worker process opens it, as on the server."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from materials.model import PhotoReading, PhotoRefused, Refusal
from materials.pool import PhotoReader
from materials.rules import PhotoRules


def inspect_photo(
    path: Path, *, expected_kind: str | None = None, rules: PhotoRules | None = None
) -> PhotoReading:
    """Read the photograph in a file; raises `PhotoRefused` as the server does, OSError without a file."""
    alone = replace(rules or PhotoRules(), workers=1)
    if path.stat().st_size > alone.max_bytes:
        raise PhotoRefused(Refusal.TOO_LARGE)
    return asyncio.run(_read(path.read_bytes(), expected_kind, alone))


async def _read(content: bytes, expected_kind: str | None, rules: PhotoRules) -> PhotoReading:
    async with PhotoReader(rules) as reader:
        return await reader.read(content, expected_kind=expected_kind)
