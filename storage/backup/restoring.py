"""Restoring: an empty store becomes what the backup holds, and is read again before it counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.model.ids import Digest
from storage.backup.checking import check_backup
from storage.backup.folder import BackupRefused, Manifest, TableEntry, read_lines, read_sums, table_path
from storage.backup.plain import content_of, continue_series, revision_of, tables_of
from storage.blobs import SealedBlobs
from storage.crypto import KeyRing
from storage.sql.migrations import knows
from storage.sql.store import Store

_AT_ONCE = 1_000
_PHOTOGRAPHS = "photographs/"


@dataclass(frozen=True, slots=True)
class Restored:
    """恢复结果: the backup it came from."""

    manifest: Manifest


async def restore_backup(folder: Path, store: Store, blobs: SealedBlobs) -> Restored:
    """Fill an empty store; raises `BackupRefused` and changes nothing when it is not empty or the backup not whole.

    Photographs come first and rows last, in one transaction: one that was broken off is begun again by the same call.
    """
    manifest = _whole(folder)
    _require_keys(manifest, store.keys)
    await _require_empty(store, manifest)
    digests = [Digest(Path(name).name) for name in read_sums(folder) if name.startswith(_PHOTOGRAPHS)]
    await _require_no_others(blobs, frozenset(digests))
    for digest in digests:
        await blobs.lay(digest, (folder / _PHOTOGRAPHS / digest[:2] / digest).read_bytes())
    await store.migrate(manifest.revision)
    async with store.writing() as connection:
        await _fill(connection, folder, manifest)
        await connection.commit()
    await store.migrate()
    return Restored(manifest)


def _whole(folder: Path) -> Manifest:
    checked = check_backup(folder)
    if checked.manifest is None or not checked.whole:
        raise BackupRefused(f"备份已损坏，没有恢复任何内容：{checked.faults[0]}")
    if not knows(checked.manifest.revision):
        raise BackupRefused(f"这个备份来自更新的版本（{checked.manifest.release}），请先升级程序")
    return checked.manifest


def _require_keys(manifest: Manifest, keys: KeyRing) -> None:
    here = keys.fingerprints()
    missing = sorted(name for name, mark in manifest.keys.items() if here.get(name) != mark)
    if missing:
        raise BackupRefused(
            f"这里的密钥不是备份时的密钥（{'、'.join(missing)} 不同），请先放回原来的密钥文件"
        )


async def _require_empty(store: Store, manifest: Manifest) -> None:
    async with store.reading() as connection:
        if not await tables_of(connection) or await _left_by_a_restore(connection, manifest):
            return
    raise BackupRefused("数据库里已经有内容。只能恢复到空的数据库，请换一个地方")


async def _left_by_a_restore(connection: AsyncConnection, manifest: Manifest) -> bool:
    """Whether there are but the empty tables that a restore which was broken off has made."""
    if await revision_of(connection) != manifest.revision:
        return False
    for entry in manifest.tables:
        counted = select(func.count()).select_from(entry.table.clause)
        if (await connection.execute(counted)).scalar_one():
            return False
    return True


async def _require_no_others(blobs: SealedBlobs, digests: frozenset[Digest]) -> None:
    async for some in blobs.each():
        if any(kept.digest not in digests for kept in some):
            raise BackupRefused("照片库里已经有别的照片。只能恢复到空的照片库，请换一个地方")


async def _fill(connection: AsyncConnection, folder: Path, manifest: Manifest) -> None:
    tables = [entry.table for entry in manifest.tables]
    for entry in manifest.tables:
        for rows in _batches(folder, entry):
            await connection.execute(entry.table.clause.insert(), rows)
    await continue_series(connection, tables, manifest.series)
    for entry in manifest.tables:
        if await content_of(connection, entry.table) != entry.content:
            raise BackupRefused(f"表 {entry.table.name} 恢复后与备份不一致，已全部撤销")


def _batches(folder: Path, entry: TableEntry) -> Iterator[Sequence[dict[str, object]]]:
    lines = read_lines(folder / table_path(entry.table.name))
    while batch := [entry.table.row(line) for line in islice(lines, _AT_ONCE)]:
        yield batch
