"""Whose page is it? What the counter remembers between a card, its papers and the case."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from device_bridge.agent.counter import (
    MAX_PAGES,
    VISIT_ENDS_AFTER,
    NotNow,
    Objection,
    Stamp,
    Visit,
    capture_page,
    open_walk_in,
    read_card,
    settle,
)
from device_bridge.agent.drivers.watch_folder.folder import PageTaken
from device_bridge.agent.simulator.cards import SAMPLES, Sample
from device_bridge.wire import CardRead, PageCaptured, WalkInOpened
from tests.device.scenery import NOON, POST

ELDER = SAMPLES[Sample.ELDER].reading
RESIDENT = SAMPLES[Sample.RESIDENT].reading


def stamp(number: int, *, after: timedelta = timedelta()) -> Stamp:
    """An id, and noon or some time after it."""
    return Stamp(UUID(int=number), NOON + after)


def picture(number: int) -> PageTaken:
    """A page whose content is its number."""
    return PageTaken(UUID(int=number), Path("p.jpg"), b"image", "image/jpeg", f"{number:064x}")


def at_the_counter(*pages: int) -> Visit:
    """Return a visit of the elder with the given pages captured."""
    visit = read_card(None, ELDER, None, POST, stamp(1)).visit
    for page in pages:
        visit = capture_page(visit, picture(page), POST, stamp(page)).visit
    assert visit is not None
    return visit


def test_a_case_takes_the_pages_captured_since_the_card_in_order():
    """Card, two sheets, 收件: one case with two pages, the counter free for the next once it is accepted."""
    step = open_walk_in(at_the_counter(11, 12), "MZ10", POST, stamp(20))

    assert settle(step.visit, stamp(20).event_id, accepted=True) is None
    assert isinstance(step.letter.event, WalkInOpened)
    assert step.letter.event.card == UUID(int=1)
    assert step.letter.event.pages == (UUID(int=11), UUID(int=12))


def test_pages_are_numbered_as_they_come():
    """The case lists the sheets as the clerk laid them down."""
    step = capture_page(at_the_counter(11, 12), picture(13), POST, stamp(13))

    assert isinstance(step.letter.event, PageCaptured)
    assert (step.letter.event.sequence, step.letter.enclosure) == (3, b"image")


def test_the_next_person_does_not_inherit_the_pages_of_the_last():
    """Another card on the reader, and the sheets of before are out of reach."""
    step = read_card(at_the_counter(11), RESIDENT, None, POST, stamp(2))

    assert step.visit is not None
    assert step.visit.pages == ()


def test_the_same_person_put_down_again_keeps_their_pages():
    """A card that slipped off costs nobody a second round of scanning."""
    step = read_card(at_the_counter(11), ELDER, None, POST, stamp(2))

    assert step.visit is not None
    assert [page.page_id for page in step.visit.pages] == [UUID(int=11)]
    assert isinstance(step.letter.event, CardRead)


@pytest.mark.parametrize(
    "act",
    [
        lambda: capture_page(None, picture(11), POST, stamp(11)),
        lambda: open_walk_in(None, "MZ10", POST, stamp(11)),
    ],
    ids=["capture", "open"],
)
def test_without_a_card_nothing_is_taken(act):
    """A sheet nobody owns stays out of every case."""
    with pytest.raises(NotNow) as refusal:
        act()

    assert refusal.value.objection is Objection.NOBODY_HERE


def test_a_mistyped_code_costs_a_word_and_not_the_scanning():
    """The server knows no MZ11: card and sheets are still there for MZ10."""
    mistyped = open_walk_in(at_the_counter(11, 12), "MZ11", POST, stamp(20))

    visit = settle(mistyped.visit, stamp(20).event_id, accepted=False)

    corrected = open_walk_in(visit, "MZ10", POST, stamp(21)).letter.event
    assert isinstance(corrected, WalkInOpened)
    assert corrected.pages == (UUID(int=11), UUID(int=12))


def test_while_a_case_is_being_opened_no_page_slips_in():
    """With the line down, the next person's sheet waits for the next person's card."""
    opening = open_walk_in(at_the_counter(11), "MZ10", POST, stamp(20)).visit

    with pytest.raises(NotNow, match="being_opened"):
        capture_page(opening, picture(12), POST, stamp(12))

    following = read_card(opening, RESIDENT, None, POST, stamp(21)).visit
    assert following is not None
    assert following.pages == ()


def test_pages_already_sent_off_do_not_go_into_a_second_case():
    """The same person, put down again while their case is being opened, starts with an empty counter."""
    opening = open_walk_in(at_the_counter(11), "MZ10", POST, stamp(20)).visit

    again = read_card(opening, ELDER, None, POST, stamp(21)).visit

    assert again is not None
    assert again.pages == ()


def test_a_late_answer_does_not_touch_the_next_person():
    """The answer to the morning's case arrives when somebody else stands there."""
    visit = at_the_counter(11)

    assert settle(visit, UUID(int=999), accepted=True) is visit
    assert settle(None, UUID(int=999), accepted=False) is None


def test_a_visit_nobody_touched_for_half_an_hour_is_over():
    """After lunch, the first sheet does not go to the last person of the morning."""
    late = VISIT_ENDS_AFTER + timedelta(seconds=1)

    with pytest.raises(NotNow, match="nobody_here"):
        capture_page(at_the_counter(11), picture(12), POST, stamp(12, after=late))


def test_each_page_keeps_the_visit_alive():
    """A thick dossier may take as long as it takes."""
    visit = at_the_counter(11)
    step = capture_page(visit, picture(12), POST, stamp(12, after=timedelta(minutes=29)))

    step = capture_page(step.visit, picture(13), POST, stamp(13, after=timedelta(minutes=58)))

    assert step.visit is not None
    assert len(step.visit.pages) == 3


def test_the_same_picture_twice_is_one_page():
    """A file copied into the folder again changes nothing."""
    with pytest.raises(NotNow, match="page_repeated"):
        capture_page(at_the_counter(11), picture(11), POST, stamp(99))


def test_a_case_has_room_for_sixty_pages():
    """The clerk is told before the server would refuse."""
    visit = at_the_counter(*range(100, 100 + MAX_PAGES))

    with pytest.raises(NotNow, match="too_many_pages"):
        capture_page(visit, picture(500), POST, stamp(500))


def test_what_is_on_the_counter_survives_a_restart():
    """The visit comes back from its kept form as it was, and its repr names nobody."""
    visit = at_the_counter(11, 12)
    opening = open_walk_in(visit, "MZ10", POST, stamp(20)).visit

    assert Visit.from_json(visit.to_json()) == visit
    assert opening is not None
    assert Visit.from_json(opening.to_json()) == opening
    assert ELDER.number not in repr(visit)
