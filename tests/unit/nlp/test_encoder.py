"""The optional encoder: switched on by giving it, remembered on disk, never needed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from intake.model.catalogue import ServiceItem
from nlp import Matcher
from nlp.corpus import Corpus, Text
from nlp.encoder import Vectors, VectorShelf, installed_encoder


class Counting:
    """An encoder that knows letters only and counts the texts it was given."""

    name = "counting-1"

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text: how often each of sixteen groups of characters occurs in it."""
        self.encoded.extend(texts)
        rows = np.ones((len(texts), 16), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for char in text:
                row[ord(char) % 16] += 1
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """The same."""
        return self.encode(texts)


def test_the_same_text_is_encoded_once(tmp_path: Path) -> None:
    """A second start with the same catalogue encodes nothing."""
    first = Counting()
    VectorShelf(first, tmp_path / "vectors.npz").encode(["户口", "护照", "户口"])
    second = Counting()

    again = VectorShelf(second, tmp_path / "vectors.npz").encode(["户口", "护照"])

    assert first.encoded == ["户口", "护照"]
    assert second.encoded == []
    assert np.allclose(again, first.encode(["户口", "护照"]), atol=1e-3)


def test_a_persons_sentence_is_never_written_down(tmp_path: Path) -> None:
    """What somebody asked is answered and forgotten."""
    VectorShelf(Counting(), tmp_path / "vectors.npz").encode(["我妈的病要花多少钱"])

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("left", ["no archive", "nothing", "half", "one bit"])
@pytest.mark.filterwarnings("error::ResourceWarning")
def test_a_damaged_shelf_is_made_anew(tmp_path: Path, left: str) -> None:
    """A torn file costs time, not the start; and it is closed again, though nothing could be read from it."""
    file = tmp_path / "vectors.npz"
    VectorShelf(Counting(), file).encode(["户口", "护照"])
    file.write_bytes(_damaged(file.read_bytes())[left])
    encoder = Counting()

    VectorShelf(encoder, file).encode(["户口", "护照"])

    assert encoder.encoded == ["户口", "护照"]
    assert VectorShelf(Counting(), file).encode(["户口", "护照"]).shape == (2, 16)
    assert not _handles_on(file)


def _damaged(whole: bytes) -> dict[str, bytes]:
    middle = len(whole) // 2
    turned = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    return {"no archive": b"not an archive", "nothing": b"", "half": whole[:middle], "one bit": turned}


def _handles_on(file: Path) -> list[str]:
    """Which of this process's open files are that one, where the system tells."""
    opened = Path("/proc/self/fd")
    links = opened.iterdir() if opened.is_dir() else ()
    return [link.name for link in links if link.exists() and link.resolve() == file]


def test_another_encoders_shelf_is_not_read(tmp_path: Path) -> None:
    """Vectors of one encoder mean nothing to another."""
    file = tmp_path / "vectors.npz"
    VectorShelf(Counting(), file).encode(["户口", "护照"])
    other = Counting()
    other.name = "counting-2"

    VectorShelf(other, file).encode(["户口", "护照"])

    assert other.encoded == ["户口", "护照"]


def test_a_matcher_with_an_encoder_answers_as_one_without(items: list[ServiceItem]) -> None:
    """The same face: candidates in order, probabilities that leave room for none."""
    found = Matcher.build(items[:30], Counting()).match(items[0].name, limit=5)

    assert found.candidates[0].service_code == items[0].code
    assert sum(candidate.score for candidate in found.candidates) <= 1.001


def test_the_wheel_is_found_when_it_is_installed() -> None:
    """The extra `encoder` brings it; without it nothing is missing."""
    encoder = installed_encoder()
    if encoder is None:
        pytest.skip("the extra `encoder` is not installed")

    near, far = (
        encoder.encode(["身份证丢了怎么补", "补领居民身份证", "今天天气真好"])[1:]
        @ encoder.encode(["身份证丢了怎么补"])[0]
    )

    assert near > far


def test_documents_are_compared_in_meaning_too() -> None:
    """With an encoder a document that shares few words with the question still has its say."""
    texts = [Text("a", "户口迁移的手续"), Text("b", "护照办理的手续"), Text("c", "公交线路调整")]

    found = Corpus.build(texts, Counting()).find("户口怎么迁")
    alone = Corpus.build(texts).find("户口怎么迁")

    assert found[0][0] == "a"
    assert dict(found)["a"] > dict(alone)["a"]
