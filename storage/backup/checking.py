"""Checking a backup where it lies, without the store and without the keys."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from storage.backup.folder import (
    MANIFEST,
    SUMS,
    BackupRefused,
    Manifest,
    content_of_file,
    files_in,
    read_sums,
    sum_of,
    table_path,
)


@dataclass(frozen=True, slots=True)
class Checked:
    """核对结果: what the backup says it holds (nothing when even that cannot be read), and every fault found."""

    manifest: Manifest | None
    checksum: str
    faults: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether every byte is as it was written."""
        return not self.faults


def check_backup(folder: Path) -> Checked:
    """Read every file of a backup again; raises `BackupRefused` when there is no backup."""
    sums = read_sums(folder)
    faults = list(_faulty_files(folder, sums))
    try:
        manifest = Manifest.read(folder)
    except BackupRefused as refused:
        return Checked(None, sum_of(folder / SUMS), (*faults, str(refused)))
    faults += _faulty_counts(folder, manifest, sums)
    return Checked(manifest, sum_of(folder / SUMS), tuple(faults))


def _faulty_files(folder: Path, sums: dict[str, str]) -> Iterator[str]:
    there = files_in(folder)
    for name in sorted(there | sums.keys() | {MANIFEST}):
        if name not in there:
            yield f"{name}：文件不见了"
        elif name not in sums:
            yield f"{name}：不在校验和清单里"
        elif sum_of(folder / name) != sums[name]:
            yield f"{name}：内容与校验和不符"


def _faulty_counts(folder: Path, manifest: Manifest, sums: dict[str, str]) -> Iterator[str]:
    """What a file that is whole by its checksum may still lack: the manifest counts rows and photographs itself."""
    for entry in manifest.tables:
        name = table_path(entry.table.name)
        try:
            content = content_of_file(folder / name)
        except (OSError, EOFError, zlib.error):
            yield f"{name}：读不出来"
            continue
        if content != entry.content:
            yield f"{name}：应有 {entry.content.rows} 行，实有 {content.rows} 行，或内容不同"
    photographs = sum(name.startswith("photographs/") for name in sums)
    if photographs != manifest.photographs:
        yield f"照片应有 {manifest.photographs} 张，清单里有 {photographs} 张"
