"""IndexShelf (索引架): the latest index on disk, so that a start with the same catalogue need not read it word by word."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import version
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar, get_origin, get_type_hints
from zipfile import BadZipFile

import numpy as np

from nlp.documents import Document
from nlp.index import Index

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Part = TypeVar("Part")

INDEX: Final = "index.npz"
_APART: Final = frozenset({"documents", "sense"})
_TOLD, _DIGEST = "told", "digest"
_READ: Final = frozenset({".py", ".toml", ".txt"})
_SOURCES: Final = ("jieba", "numpy", "opencc-python-reimplemented", "pypinyin")
_DAMAGED: Final = (OSError, EOFError, KeyError, ValueError, RuntimeError, BadZipFile)
_log = getLogger(__name__)


class IndexShelf:
    """索引架: the latest index built here, in one file that holds arrays and JSON, nothing that could be run.

    It counts for the very same documents, read by the very same code, lexicon and dictionaries; anything else, and a damaged file, is
    built anew. A folder that cannot be written costs the next start its time, nothing more.
    """

    def __init__(self, file: Path, build: Callable[[Sequence[Document]], Index] = Index.build) -> None:
        self._file = file
        self._build = build

    def index(self, documents: Sequence[Document]) -> Index:
        """What is built of the documents, by words alone; an empty catalogue, as before a server has read its own, is not kept."""
        if not documents:
            return self._build(documents)
        digest = _digest(documents)
        kept = self._read(digest, documents)
        if kept is not None:
            return kept
        built = self._build(documents)
        try:
            self._write(digest, built)
        except OSError:
            _log.warning("index_not_kept", exc_info=True)
        return built

    def _read(self, digest: str, documents: Sequence[Document]) -> Index | None:
        try:
            with self._file.open("rb") as file, np.load(file) as kept:
                if str(kept[_DIGEST]) != digest:
                    return None
                told = json.loads(kept[_TOLD].tobytes().decode("utf-8", "surrogatepass"))
                arrays = {name: kept[name] for name in kept.files}
        except _DAMAGED:
            return None
        return _made(Index, "", {**arrays, **told, "documents": tuple(documents), "sense": None})

    def _write(self, digest: str, index: Index) -> None:
        """Write beside and rename: a reader sees the old file or the new one."""
        leaves = dict(_leaves(index, ""))
        arrays = {name: leaf for name, leaf in leaves.items() if isinstance(leaf, np.ndarray)}
        told = {name: leaf for name, leaf in leaves.items() if name not in arrays}
        written = json.dumps(told, ensure_ascii=False, default=sorted).encode("utf-8", "surrogatepass")
        arrays |= {_TOLD: np.frombuffer(written, np.uint8), _DIGEST: np.array(digest)}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        beside = self._file.with_suffix(f".{os.getpid()}.tmp")
        try:
            with beside.open("wb") as out:
                np.savez(out, allow_pickle=False, **arrays)
            beside.replace(self._file)
        finally:
            beside.unlink(missing_ok=True)


def _leaves(part: DataclassInstance, name: str) -> Iterator[tuple[str, object]]:
    """Whatever is no dataclass itself, by the path to it."""
    for field in fields(part):
        value = getattr(part, field.name)
        if is_dataclass(value) and not isinstance(value, type):
            yield from _leaves(value, f"{name}{field.name}.")
        elif field.name not in _APART:
            yield f"{name}{field.name}", value


def _made(kind: Callable[..., Part], name: str, leaves: Mapping[str, object]) -> Part:
    """A dataclass from its leaves."""
    parts: dict[str, object] = {}
    for field, hint in get_type_hints(kind).items():
        path = f"{name}{field}"
        parts[field] = (
            _made(hint, f"{path}.", leaves)
            if isinstance(hint, type) and is_dataclass(hint)
            else _as(hint, leaves[path])
        )
    return kind(**parts)


def _as(hint: object, leaf: object) -> object:
    """A leaf as it was before JSON, which knows lists alone."""
    origin = get_origin(hint)
    return origin(leaf) if origin in {tuple, frozenset} else leaf


def _digest(documents: Sequence[Document]) -> str:
    """What an index follows from."""
    return hashlib.sha256(f"{_reader()}{documents!r}".encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _reader() -> str:
    """A digest of all that reads documents: this room's code and data, and the dictionaries by version."""
    told = hashlib.sha256(repr([version(source) for source in _SOURCES]).encode())
    room = Path(__file__).parent
    for file in sorted(file for file in room.rglob("*") if file.suffix in _READ):
        told.update(f"{file.relative_to(room)} ".encode() + file.read_bytes())
    return told.hexdigest()
