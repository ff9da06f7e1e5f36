"""Taking a backup of a store that goes on working: one moment of the tables, then the photographs they refer to."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import NotFound
from intake.model.ids import Digest
from storage.backup.folder import (
    FORMAT,
    MANIFEST,
    BackupRefused,
    Manifest,
    TableEntry,
    photograph_path,
    sum_of,
    table_path,
    write_lines,
    write_sums,
)
from storage.backup.plain import lines_of, revision_of, series_of, tables_of
from storage.blobs import SealedBlobs
from storage.sql.holding import held_photographs
from storage.sql.store import Store

_PHOTOGRAPHS_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Taken:
    """备份结果: what was saved, and the one checksum that stands for all of it."""

    manifest: Manifest
    checksum: str


async def take_backup(
    store: Store, blobs: SealedBlobs, folder: Path, *, now: datetime, release: str
) -> Taken:
    """Save the store into a folder that is empty or does not exist yet; raises `BackupRefused`.

    Everything acknowledged before the call is in it. The folder appears when it is whole, never before.
    """
    async with _draft_of(_fresh(folder)) as draft:
        async with store.reading() as connection:
            manifest, digests = await _save_tables(connection, draft, store, now, release)
        lost = await _save_photographs(blobs, digests, draft)
        saved = len(digests) - len(lost)
        manifest = replace(manifest, photographs=saved, lost_photographs=tuple(lost))
        (draft / MANIFEST).write_bytes(manifest.dump())
        checksum = write_sums(
            draft, await asyncio.to_thread(_sums, draft, manifest, set(digests) - set(lost))
        )
    return Taken(manifest, checksum)


def _fresh(folder: Path) -> Path:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupRefused(f"{folder} 不是空文件夹，请换一个新的")
    return folder.resolve()


@asynccontextmanager
async def _draft_of(folder: Path) -> AsyncIterator[Path]:
    """A folder that takes its name when everything in it is on the disk, or is gone."""
    draft = folder.with_name(f".{folder.name}.unfinished")
    try:
        draft.mkdir(parents=True, mode=0o700)
    except FileExistsError:
        raise BackupRefused(f"上一次备份没有做完；确认没有别的备份在进行，删除 {draft} 后再试") from None
    try:
        yield draft
        await asyncio.to_thread(os.sync)
        draft.replace(folder)
    except BaseException:
        shutil.rmtree(draft)
        raise


async def _save_tables(
    connection: AsyncConnection, draft: Path, store: Store, now: datetime, release: str
) -> tuple[Manifest, list[Digest]]:
    """All in one transaction that sees one moment: a snapshot in PostgreSQL, the WAL's end mark in SQLite."""
    revision = await revision_of(connection)
    if not revision:
        raise BackupRefused("数据库是空的，没有可备份的内容")
    tables = await tables_of(connection)
    entries = [
        TableEntry(plain, await write_lines(draft / table_path(plain.name), lines_of(connection, plain)))
        for plain in tables
    ]
    manifest = Manifest(
        format=FORMAT,
        release=release,
        taken_at=now,
        database=connection.dialect.name,
        revision=revision,
        keys=store.keys.fingerprints(),
        tables=tuple(entries),
        series=await series_of(connection, tables),
        photographs=0,
        lost_photographs=(),
    )
    return manifest, await held_photographs(connection)


async def _save_photographs(blobs: SealedBlobs, digests: Sequence[Digest], draft: Path) -> list[Digest]:
    """Copy them sealed; returns those the store does not have. They never change, so a moment later is as good."""
    some = asyncio.Semaphore(_PHOTOGRAPHS_AT_ONCE)

    async def save(digest: Digest) -> Digest | None:
        async with some:
            try:
                sealed = await blobs.sealed(digest)
            except NotFound:
                return digest
            await asyncio.to_thread(_write, draft / photograph_path(digest), sealed)
            return None

    saved: list[Digest | None] = []
    for batch in _batches(digests, 1_000):
        saved += await asyncio.gather(*map(save, batch))
    return [digest for digest in saved if digest is not None]


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _sums(draft: Path, manifest: Manifest, digests: Iterable[Digest]) -> dict[str, str]:
    """The checksums of all files, read back from where they were written."""
    names = [
        MANIFEST,
        *(table_path(entry.table.name) for entry in manifest.tables),
        *map(photograph_path, digests),
    ]
    return {name: sum_of(draft / name) for name in names}


def _batches(digests: Sequence[Digest], size: int) -> Iterable[Sequence[Digest]]:
    return (digests[start : start + size] for start in range(0, len(digests), size))
