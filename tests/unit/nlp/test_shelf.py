"""An index of the shelf answers as one built anew, and whatever is not quite it is not read."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from intake.model.catalogue import ServiceItem
from nlp import Matcher
from nlp.documents import Document, item_document
from nlp.index import Index
from nlp.shelf import IndexShelf


class Builder:
    """Builds, and counts how often it had to."""

    def __init__(self) -> None:
        self.built = 0

    def __call__(self, documents: Sequence[Document]) -> Index:
        self.built += 1
        return Index.build(documents)


@pytest.fixture(scope="module")
def documents(items: list[ServiceItem]) -> list[Document]:
    """Some of the reference catalogue, as an index sees it."""
    return [item_document(item) for item in items[::40]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the shelf is; its folder is not there yet."""
    return tmp_path / "state" / "index.npz"


def kept(file: Path, documents: Sequence[Document]) -> bytes:
    """What the shelf holds after it was asked for these documents."""
    IndexShelf(file).index(documents)
    return file.read_bytes()


def same(one: object, other: object) -> bool:
    """Whether two parts of indexes are of one kind and equal throughout, in order where there is one."""
    if is_dataclass(one):
        return type(one) is type(other) and all(
            same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one)
        )
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one.items()) == list(other.items())
    return type(one) is type(other) and one == other


def test_what_is_kept_is_what_was_built(file: Path, documents: list[Document]) -> None:
    """Every number, phrase and term, in the order it had."""
    build = Builder()
    first = IndexShelf(file, build).index(documents)
    again = IndexShelf(file, build).index(documents)

    assert build.built == 1
    assert again is not first
    assert same(again, first)


def test_the_matcher_answers_the_same_from_the_shelf(file: Path, items: list[ServiceItem]) -> None:
    """A start that took a quarter of the time is no other start."""
    shelf, said = (
        IndexShelf(file),
        ("身份证丢了怎么补", "我妈七十了，想办优待证", "营业直照", "今天天气怎么样"),
    )
    first, again = Matcher.build(items[:40], shelf=shelf), Matcher.build(items[:40], shelf=shelf)

    assert [again.explain(text) for text in said] == [first.explain(text) for text in said]


def test_a_changed_catalogue_is_read_anew_and_kept_instead(file: Path, documents: list[Document]) -> None:
    """One word taught, one item fewer, or another order is another index."""
    taught = [replace(documents[0], written=(*documents[0].written, ("alias", "随手拍"))), *documents[1:]]
    build = Builder()
    for version in (documents, taught, documents[1:], documents[::-1]):
        index = IndexShelf(file, build).index(version)

        assert same(index, Index.build(version))
    IndexShelf(file, build).index(documents[::-1])

    assert build.built == 4


def test_another_edition_of_the_code_does_not_trust_the_shelf(
    file: Path, documents: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade may read the same words otherwise."""
    build = Builder()
    IndexShelf(file, build).index(documents)
    monkeypatch.setattr("nlp.shelf._reader", lambda: "another")
    IndexShelf(file, build).index(documents)

    assert build.built == 2


@pytest.mark.parametrize("damage", ["empty", "half", "without its end", "a spoilt page", "no archive"])
def test_a_damaged_file_is_made_anew(file: Path, documents: list[Document], damage: str) -> None:
    """A disk that was full, or a hand that slipped, costs a second."""
    whole, build = kept(file, documents), Builder()
    third = len(whole) // 3
    spoilt = {
        "empty": b"",
        "half": whole[: len(whole) // 2],
        "without its end": whole[:-1000] + bytes(1000),
        "a spoilt page": whole[:third] + b"\xff" * 64 + whole[third + 64 :],
        "no archive": b"no archive at all",
    }
    file.write_bytes(spoilt[damage])

    IndexShelf(file, build).index(documents)
    IndexShelf(file, build).index(documents)

    assert build.built == 1


def test_a_file_that_could_run_something_is_not_opened(file: Path, documents: list[Document]) -> None:
    """Arrays of objects are pickles, and a pickle is a program."""
    kept(file, documents)
    with np.load(file) as shelf:
        arrays = {name: shelf[name] for name in shelf.files}
    arrays["gram_tells"] = np.array([object], dtype=object)
    with file.open("wb") as out:
        np.savez(out, **arrays)
    build = Builder()

    IndexShelf(file, build).index(documents)

    assert build.built == 1


def test_a_folder_that_cannot_be_written_costs_only_time(
    tmp_path: Path, documents: list[Document], caplog: pytest.LogCaptureFixture
) -> None:
    """People are answered; who looks after the server reads why each start is slow."""
    in_the_way = tmp_path / "state"
    in_the_way.write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING):
        index = IndexShelf(in_the_way / "index.npz").index(documents)

    assert same(index, Index.build(documents))
    assert caplog.messages == ["index_not_kept"]


def test_an_empty_catalogue_does_not_displace_the_one_kept(file: Path, documents: list[Document]) -> None:
    """A server knows no items until it has opened its store."""
    whole = kept(file, documents)

    assert IndexShelf(file).index([]).documents == ()
    assert file.read_bytes() == whole


def test_nothing_half_written_is_left_behind(file: Path, documents: list[Document]) -> None:
    """The file is whole or not there; its draft is gone."""
    kept(file, documents)

    assert [one.name for one in file.parent.iterdir()] == [file.name]
