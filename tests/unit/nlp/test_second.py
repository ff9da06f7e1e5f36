"""The second look: asked where words are unsure, off the event loop, and never waited for in vain."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event, get_ident
from time import perf_counter, sleep

import numpy as np
import pytest

from intake.model.catalogue import ServiceItem
from intake.model.matching import Decision
from nlp import LiveMatcher
from nlp.encoder import Stopped, Vectors, VectorShelf
from nlp.explaining import explained
from nlp.second import SecondLook, is_unsure
from nlp.tutor import Tutor

UNSURE = "家里的事情该怎么弄才好"
SURE = "种了几亩水稻，种粮补贴怎么领"


class Plain:
    """An encoder that counts characters; it notes what it did on which thread, and waits where it is told to."""

    name = "plain-1"

    def __init__(self, pause: float = 0.0, stop: Event | None = None) -> None:
        self.asked: list[str] = []
        self.read: list[str] = []
        self.readings = 0
        self.threads: set[int] = set()
        self.reading = Event()
        self.may_read, self.may_answer = Event(), Event()
        self.may_read.set()
        self.may_answer.set()
        self._pause, self._stop = pause, stop

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text."""
        self.threads.add(get_ident())
        if len(texts) == 1:
            self.asked.extend(texts)
            self.may_answer.wait(10)
        else:
            self._note_reading(texts)
        rows = np.ones((len(texts), 16), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for char in text:
                row[ord(char) % 16] += 1
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """The same."""
        return self.encode(texts)

    def _note_reading(self, texts: Sequence[str]) -> None:
        self.reading.set()
        self.read.extend(texts)
        self.readings += 1
        if self._stop is not None:
            self._stop.set()
        sleep(self._pause)
        self.may_read.wait(10)


class Broken(Plain):
    """An encoder that fails over a catalogue."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Raises."""
        raise OSError(f"no room left for {len(texts)} vectors")


@pytest.fixture
def plain() -> Iterator[Plain]:
    """An encoder; whatever waits for it is let go in the end."""
    encoder = Plain()
    yield encoder
    encoder.may_read.set()
    encoder.may_answer.set()


@pytest.fixture
def some(items: list[ServiceItem]) -> list[ServiceItem]:
    """Enough items for words to be unsure among them."""
    return items[:60]


@asynccontextmanager
async def looking(
    some: Sequence[ServiceItem], encoder: Plain, *, until_read: bool = True
) -> AsyncIterator[LiveMatcher]:
    """A matcher in service with a second look."""
    live = LiveMatcher(second=SecondLook(encoder, Event()))
    try:
        live.renew(some, 1)
        if until_read:
            await until(lambda: live.now() == {"encoder_ready": 1.0})
        yield live
    finally:
        encoder.may_read.set()
        encoder.may_answer.set()
        await live.close()


async def until(holds: Callable[[], bool]) -> None:
    """Wait for it, ten seconds at most."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 (what is waited for happens on another thread)
            await asyncio.sleep(0.005)


async def test_sure_words_need_no_second_look(some, plain):
    """Two of three messages cost what they did before."""
    async with looking(some, plain) as live:
        found = await live.consider(SURE)

        assert found is live.match(SURE)
        assert not is_unsure(found)
        assert plain.asked == []
        assert live.tallies()["encoder_asked"] == 0


async def test_a_bare_word_is_asked_back_and_not_guessed_from_its_meaning(some, plain):
    """“老人” may mean a card, a benefit or a meal; no vector knows which."""
    async with looking(some, plain) as live:
        found = await live.consider("老人")

        assert found.decision is not Decision.MATCH
        assert found is live.match("老人")
        assert plain.asked == []


async def test_unsure_words_are_compared_in_meaning_on_another_thread(some, plain):
    """The answer is that of the same items with the encoder, and the event loop did not encode."""
    async with looking(some, plain) as live:
        found = await live.consider(UNSURE)

        assert is_unsure(live.match(UNSURE))
        assert found == live.current.with_encoder(Plain()).match(UNSURE)
        assert found != live.match(UNSURE)
        assert get_ident() not in plain.threads
        assert live.tallies()["encoder_asked"] == 1


async def test_the_same_unsure_words_are_encoded_once(some, plain):
    """Whoever says them next is answered from memory."""
    async with looking(some, plain) as live:
        assert await live.consider(UNSURE) is await live.consider(UNSURE)
        assert len(plain.asked) == 1


async def test_the_keeper_sees_the_grounds_of_what_people_are_answered(some, plain):
    """An explanation of the words alone would explain another answer."""
    async with looking(some, plain) as live:
        told = await Tutor(live).explain(UNSURE)

        assert told.match == await live.consider(UNSURE)
        assert told != explained(live.explain(UNSURE))


async def test_until_the_catalogue_is_read_words_answer_alone(some, plain):
    """A server is of use from its first second."""
    plain.may_read.clear()
    async with looking(some, plain, until_read=False) as live:
        found = await live.consider(UNSURE)

        assert found is live.match(UNSURE)
        assert live.now() == {"encoder_ready": 0.0}
        assert live.tallies()["encoder_unready"] == 1


async def test_vectors_of_old_items_answer_for_no_new_ones(some, plain):
    """Between an import and its vectors the words answer, from the new items."""
    async with looking(some, plain) as live:
        plain.may_read.clear()
        live.renew(some[:50], 2)

        assert await live.consider(UNSURE) is live.match(UNSURE)

        plain.may_read.set()
        await until(lambda: live.now() == {"encoder_ready": 1.0})
        assert await live.consider(UNSURE) is not live.match(UNSURE)


async def test_an_edition_that_was_overtaken_is_not_read(some, plain):
    """Three imports in a row cost one reading after the one at hand."""
    plain.may_read.clear()
    async with looking(some, plain, until_read=False) as live:
        await until(plain.reading.is_set)
        live.renew(some[:40], 2)
        live.renew(some[:50], 3)
        plain.may_read.set()
        await until(lambda: live.now() == {"encoder_ready": 1.0})

        assert plain.readings == 2


async def test_whoever_would_have_to_wait_gets_the_words_answer(some, plain):
    """Eight wait for the encoder at most; the ninth is answered at once, and the loop goes on."""
    async with looking(some, plain) as live:
        plain.may_answer.clear()
        wishes = [f"{UNSURE}{number}" for number in range(9)]
        first = [asyncio.create_task(live.consider(wish)) for wish in wishes[:8]]
        await asyncio.sleep(0.05)

        begun = perf_counter()
        ninth = await live.consider(wishes[8])

        assert perf_counter() - begun < 1
        assert ninth is live.match(wishes[8])
        assert not any(task.done() for task in first)
        plain.may_answer.set()
        assert all(answer.candidates for answer in await asyncio.gather(*first))
        assert live.tallies()["encoder_busy"] == 1


async def test_a_failing_encoder_takes_no_answer_away(some, caplog):
    """The words go on, the failure is logged and counted."""
    with caplog.at_level(logging.ERROR):
        async with looking(some, Broken(), until_read=False) as live:
            await until(lambda: live.tallies()["encoder_failed"] == 1)

            assert await live.consider(UNSURE) is live.match(UNSURE)
    assert "encoder_failed" in caplog.text


async def test_a_stop_leaves_a_long_catalogue_and_keeps_what_was_encoded(some, tmp_path):
    """A server that is told to end does so, and the next start goes on from there."""
    stop, slow = Event(), Plain(pause=0.1)
    live = LiveMatcher(second=SecondLook(VectorShelf(slow, tmp_path / "vectors.npz", stop), stop))
    live.renew(some, 1)
    await until(slow.reading.is_set)

    begun = perf_counter()
    await live.close()

    assert perf_counter() - begun < 2
    assert live.now() == {"encoder_ready": 0.0}
    assert await live.consider(UNSURE) is live.match(UNSURE)
    again = VectorShelf(after := Plain(), tmp_path / "vectors.npz")
    again.encode([*slow.read, "新来的一句"])
    assert after.asked == ["新来的一句"]


def test_a_stopped_shelf_says_so(tmp_path: Path) -> None:
    """Half a catalogue is no catalogue."""
    stop = Event()
    encoder = Plain(stop=stop)

    with pytest.raises(Stopped):
        VectorShelf(encoder, tmp_path / "vectors.npz", stop).encode([f"第{number}句" for number in range(64)])

    assert 0 < len(encoder.read) < 64
