"""The tray of outgoing letters: nothing lost, nothing doubled, nothing legible."""

from __future__ import annotations

import sqlite3
import stat
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from device_bridge.agent.counter import Letter, Step, read_card
from device_bridge.agent.seal import Seal, SealError
from device_bridge.agent.simulator.cards import SAMPLES, Sample
from device_bridge.agent.spool import Spool, State
from device_bridge.wire import Accepted, PageCaptured, Refused
from tests.device.scenery import NOON, POST, HandClock

ELDER = SAMPLES[Sample.ELDER].reading
REFUSAL = Refused(code="unknown_service", title="没有这个事项", next_step="请核对编码")


@pytest.fixture
def clock() -> HandClock:
    """Noon, until told otherwise."""
    return HandClock()


@pytest.fixture
def seal(tmp_path) -> Seal:
    """This counter PC's seal."""
    return Seal.from_file(tmp_path / "spool.key")


@pytest.fixture
def spool(tmp_path, seal):
    """This counter PC's tray."""
    opened = Spool(tmp_path / "spool.sqlite3", seal)
    yield opened
    opened.close()


def put_card(spool: Spool, clock: HandClock) -> UUID:
    """Put the elder's card on the counter; return the event."""
    stamp = clock.clockwork.stamp()
    spool.write(partial(read_card, reading=ELDER, photo=None, post=POST, stamp=stamp), stamp.now)
    return stamp.event_id


def page_step(event_id: UUID) -> Step:
    """An act that writes one page and leaves nobody at the counter."""
    event = PageCaptured(
        event_id=event_id,
        happened_at=NOON,
        hall=POST.hall,
        counter=POST.counter,
        card=UUID(int=1),
        sequence=1,
        sha256="0" * 64,
        media_type="image/jpeg",
    )
    return Step(None, Letter(event, b"PICTURE-OF-A-FAMILY-REGISTER"))


def test_letters_leave_in_the_order_they_were_written(spool, clock):
    """A case never arrives before the card it is for."""
    first, second = put_card(spool, clock), put_card(spool, clock)

    assert spool.next_waiting().letter.event.event_id == first
    spool.delivered(first, Accepted(say="好"), clock.now)
    assert spool.next_waiting().letter.event.event_id == second


def test_a_letter_comes_back_word_for_word_with_its_picture(spool, clock):
    """What the server gets is what happened at the counter."""
    step = page_step(UUID(int=5))

    spool.write(lambda _: step, clock.now)

    assert spool.next_waiting().letter == step.letter


def test_a_letter_written_twice_is_one_letter(spool, clock):
    """An agent that did not hear its own success writes again, and nothing doubles."""
    spool.write(lambda _: page_step(UUID(int=5)), clock.now)
    spool.write(lambda _: page_step(UUID(int=5)), clock.now)

    assert len(spool.entries()) == 1
    assert spool.holds(UUID(int=5))


def test_an_act_that_fails_leaves_no_trace(spool, clock):
    """The visit and the letter are one commit: either both, or neither."""
    card = put_card(spool, clock)

    def fails(visit):
        raise RuntimeError(visit.card)

    with pytest.raises(RuntimeError):
        spool.write(fails, clock.now)
    assert [entry.event_id for entry in spool.entries()] == [card]


def test_the_visit_is_there_after_a_restart(tmp_path, seal, clock):
    """The agent restarts while a person stands at the counter, and still knows who it is."""
    before = Spool(tmp_path / "spool.sqlite3", seal)
    card = put_card(before, clock)
    before.close()
    after = Spool(tmp_path / "spool.sqlite3", seal)
    visits = []

    def look(visit):
        visits.append(visit)
        return page_step(UUID(int=5))

    after.write(look, clock.now)
    after.close()

    assert [visit.card for visit in visits] == [card]


def test_two_programs_share_the_tray(tmp_path, seal, spool, clock):
    """``jiujinban-bridge open`` writes while ``run`` delivers."""
    other = Spool(tmp_path / "spool.sqlite3", seal)
    card = put_card(other, clock)
    other.close()

    assert spool.next_waiting().letter.event.event_id == card


def test_nothing_personal_lies_readable_on_the_disk(tmp_path, spool, clock):
    """Whoever carries the PC away reads no name, no number and no picture."""
    put_card(spool, clock)
    spool.write(lambda _: page_step(UUID(int=5)), clock.now)
    spool.refused(UUID(int=5), Refused(code="x", title="李样例的材料", next_step=""), clock.now)

    raw = b"".join(path.read_bytes() for path in tmp_path.glob("spool.sqlite3*"))

    for secret in (ELDER.name, ELDER.number, ELDER.address, "FAMILY-REGISTER"):
        assert secret.encode() not in raw
        assert secret.encode("unicode_escape") not in raw


def test_a_delivered_letter_leaves_only_its_answer(tmp_path, spool, clock):
    """The counter PC does not keep what the county has."""
    card = put_card(spool, clock)

    spool.delivered(card, Accepted(say="已收到", case_number="330727-1"), clock.now)

    with sqlite3.connect(tmp_path / "spool.sqlite3") as base:
        assert base.execute("SELECT sealed, enclosure FROM letter").fetchall() == [(None, None)]
    base.close()
    assert spool.entry(card).answer == Accepted(say="已收到", case_number="330727-1")


def test_a_refused_letter_steps_aside_and_can_be_sent_again_in_its_old_place(spool, clock):
    """Once the keeper has fixed the item, the clerk presses retry, and order is kept."""
    first, second = put_card(spool, clock), put_card(spool, clock)
    spool.refused(first, REFUSAL, clock.now)

    assert spool.next_waiting().letter.event.event_id == second
    assert [entry.answer for entry in spool.entries(State.REFUSED)] == [REFUSAL]
    assert spool.retry(first) == 1
    assert spool.next_waiting().letter.event.event_id == first


def test_retry_without_an_id_sends_everything_refused_again(spool, clock):
    """After a server mishap one command is enough."""
    for card in (put_card(spool, clock), put_card(spool, clock)):
        spool.refused(card, REFUSAL, clock.now)

    assert spool.retry() == 2
    assert spool.retry() == 0


def test_the_sweep_takes_old_answers_and_never_a_waiting_letter(spool, clock):
    """A month of outage loses nothing; a month of answers does not fill the disk."""
    delivered, refused, waiting = (put_card(spool, clock) for _ in range(3))
    spool.delivered(delivered, Accepted(say=""), clock.now)
    spool.refused(refused, REFUSAL, clock.now)

    assert spool.sweep(NOON + timedelta(days=1), NOON - timedelta(days=1)) == 1
    assert spool.sweep(NOON + timedelta(days=400), NOON + timedelta(days=400)) == 1
    assert [entry.event_id for entry in spool.entries()] == [waiting]


def test_files_are_for_their_owner_alone(tmp_path, spool):
    """Another user of the counter PC opens neither tray nor key."""
    assert stat.S_IMODE((tmp_path / "spool.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "spool.sqlite3").stat().st_mode) == 0o600


def test_a_key_others_can_read_stops_the_start(tmp_path, seal):
    """A loosened key is noticed at once, and by name."""
    (tmp_path / "spool.key").chmod(0o644)

    with pytest.raises(SealError, match=r"spool\.key may be read by others"):
        Seal.from_file(tmp_path / "spool.key")


def test_a_cut_key_stops_the_start(tmp_path):
    """Half a key would seal letters nobody could ever open."""
    key = tmp_path / "spool.key"
    key.write_bytes(b"short")
    key.chmod(0o600)

    with pytest.raises(SealError, match="32 bytes"):
        Seal.from_file(key)


def test_a_foreign_key_opens_nothing(tmp_path, spool, clock):
    """A copied database without its key is noise, and says so."""
    put_card(spool, clock)
    thief = Spool(tmp_path / "spool.sqlite3", Seal(bytes(32)))

    with pytest.raises(SealError, match="another key"):
        thief.next_waiting()
    thief.close()


def test_a_sealed_row_does_not_open_in_the_place_of_another(seal):
    """Swapping two rows by hand is noticed."""
    sealed = seal.close(b"letter", "letter 1")

    assert seal.open(sealed, "letter 1") == b"letter"
    with pytest.raises(SealError):
        seal.open(sealed, "letter 2")
