"""The folder of a backup: its files, its manifest, and the list of checksums that any machine can check.

SHA256SUMS              one line for every other file, as `sha256sum -c` reads it
manifest.json           when, from what, which keys it needs, and what each table holds
tables/NAME.jsonl.gz    one row a line
photographs/ab/DIGEST   sealed, as they lie in the store
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from intake.model.ids import Digest
from storage.backup.plain import Content, PlainTable
from storage.sql.columns import adapter

FORMAT = 1
SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
_CHUNK = 1 << 20
_LEVEL = 5
_SUM = re.compile(r"([0-9a-f]{64})  (\S.*)")


class BackupRefused(Exception):
    """A backup cannot be taken, or not be restored here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class TableEntry:
    """清单里的一张表: its columns, and what it held."""

    table: PlainTable
    content: Content


@dataclass(frozen=True, slots=True)
class Manifest:
    """备份清单: what the folder holds; `keys` are the fingerprints of the keys that can read it."""

    format: int
    release: str
    taken_at: datetime
    database: str
    revision: str
    keys: Mapping[str, str]
    tables: tuple[TableEntry, ...]
    series: Mapping[str, int]
    photographs: int
    lost_photographs: tuple[Digest, ...]

    @property
    def rows(self) -> int:
        """How many rows all tables held."""
        return sum(entry.content.rows for entry in self.tables)

    def dump(self) -> bytes:
        """The manifest as its file holds it."""
        return adapter(Manifest).dump_json(self, indent=1) + b"\n"

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest of a folder; raises `BackupRefused`."""
        try:
            manifest: Manifest = adapter(Manifest).validate_json((folder / MANIFEST).read_bytes())
        except FileNotFoundError:
            raise BackupRefused(f"{folder} 里没有 {MANIFEST}，不是一个备份") from None
        except ValueError:
            raise BackupRefused(f"{MANIFEST} 读不出来，备份已损坏") from None
        if manifest.format != FORMAT:
            raise BackupRefused(f"备份格式是 {manifest.format}，本程序只认识 {FORMAT}")
        return manifest


def table_path(name: str) -> str:
    """Where a table lies in the folder."""
    return f"tables/{name}.jsonl.gz"


def photograph_path(digest: str) -> str:
    """Where a photograph lies in the folder."""
    return f"photographs/{digest[:2]}/{digest}"


async def write_lines(file: Path, lines: AsyncIterator[bytes]) -> Content:
    """Write a table's lines; returns what was written."""
    file.parent.mkdir(exist_ok=True)
    digest, rows = hashlib.sha256(), 0
    # Without the time of day in its head: the same rows are the same file.
    with file.open("wb") as sink, gzip.GzipFile("", "wb", _LEVEL, sink, mtime=0) as packed:
        async for line in lines:
            packed.write(line)
            digest.update(line)
            rows += 1
    return Content(rows, digest.hexdigest())


def read_lines(file: Path) -> Iterator[bytes]:
    """The lines of a table; raises `OSError`, `EOFError` or `zlib.error` when the file is damaged."""
    with gzip.open(file, "rb") as packed:
        yield from packed


def content_of_file(file: Path) -> Content:
    """What a table's file holds; raises as `read_lines`."""
    digest, rows = hashlib.sha256(), 0
    for line in read_lines(file):
        digest.update(line)
        rows += 1
    return Content(rows, digest.hexdigest())


def sum_of(file: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with file.open("rb") as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def files_in(folder: Path) -> set[str]:
    """Every file below the folder by its relative name, the list of checksums excepted."""
    names = (found.relative_to(folder).as_posix() for found in folder.rglob("*") if not found.is_dir())
    return {name for name in names if name != SUMS}


def write_sums(folder: Path, sums: Mapping[str, str]) -> str:
    """Write the list of checksums; returns its own, which stands for the whole backup."""
    listed = _listed(sums)
    (folder / SUMS).write_text(listed, "utf-8")
    return hashlib.sha256(listed.encode()).hexdigest()


def read_sums(folder: Path) -> dict[str, str]:
    """The list of checksums by file name; raises `BackupRefused`."""
    try:
        listed = (folder / SUMS).read_bytes().decode()
    except FileNotFoundError:
        raise BackupRefused(f"{folder} 里没有 {SUMS}，不是一个备份") from None
    except UnicodeDecodeError:
        raise BackupRefused(f"{SUMS} 读不出来，备份已损坏") from None
    found = [_SUM.fullmatch(line) for line in listed.split("\n")]
    sums = {match[2]: match[1] for match in found if match}
    if _listed(sums) != listed:
        raise BackupRefused(f"{SUMS} 被改动过，备份已损坏")
    return sums


def _listed(sums: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
