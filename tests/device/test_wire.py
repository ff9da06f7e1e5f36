"""The words between agent and gateway: what is said is what is heard, or it is refused by field."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_bridge.agent.simulator.cards import PHOTO, SAMPLES, Sample
from device_bridge.wire import (
    PAGE_TYPES,
    Accepted,
    CardRead,
    PageCaptured,
    UnintelligibleMessage,
    WalkInOpened,
    decode_answer,
    decode_event,
    encode_answer,
    encode_event,
)
from tests.device.scenery import NOON, POST

ENVELOPE: dict[str, Any] = {
    "event_id": UUID(int=7),
    "happened_at": NOON,
    "hall": POST.hall,
    "counter": POST.counter,
}
EVENTS = [
    *(CardRead(**ENVELOPE, holder=SAMPLES[sample].reading, photo_wlt=None) for sample in Sample),
    CardRead(**ENVELOPE, holder=SAMPLES[Sample.ELDER].reading, photo_wlt=PHOTO),
    PageCaptured(**ENVELOPE, card=UUID(int=1), sequence=60, sha256="0" * 64, media_type="image/jpeg"),
    WalkInOpened(**ENVELOPE, card=UUID(int=1), service_code="MZ10", pages=(UUID(int=2), UUID(int=3))),
    WalkInOpened(**ENVELOPE, card=UUID(int=1), service_code="MZ10", pages=()),
]


@pytest.mark.parametrize("event", EVENTS, ids=range(len(EVENTS)))
def test_what_is_said_is_what_is_heard(event):
    """Every event comes through JSON unchanged, 长期 and photo included."""
    assert decode_event(json.loads(json.dumps(encode_event(event)))) == event


@pytest.mark.parametrize("answer", [Accepted("好"), Accepted("好", "3307272611230001")], ids=["card", "case"])
def test_an_answer_comes_through_unchanged(answer):
    """The clerk reads what the server said."""
    assert decode_answer(encode_answer(answer)) == answer


def test_a_field_of_a_newer_server_is_ignored():
    """Agents in the mountains are updated last."""
    assert decode_event(encode_event(EVENTS[0]) | {"mood": "good"}) == EVENTS[0]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"v": 2}, "v"),
        ({"v": "1"}, "v"),
        ({"kind": "card_eaten"}, "kind"),
        ({"event_id": "7"}, "event_id"),
        ({"happened_at": "2026-11-23T12:00:00"}, "happened_at"),
        ({"hall": ""}, "hall"),
        ({"counter": "A 01"}, "counter"),
        ({"service_code": "../../etc"}, "service_code"),
        ({"pages": ["x"]}, "pages.0"),
        ({"pages": [str(UUID(int=1))] * 61}, "pages"),
        ({"card": None}, "card"),
    ],
)
def test_a_message_that_makes_no_sense_is_refused_by_field(change, path):
    """Whoever writes an agent of their own learns which field is wrong."""
    with pytest.raises(UnintelligibleMessage) as refusal:
        decode_event(encode_event(EVENTS[-1]) | change)

    assert refusal.value.path == path


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"sequence": 0}, "sequence"),
        ({"sequence": True}, "sequence"),
        ({"sha256": "xyz"}, "sha256"),
        ({"media_type": "image/svg+xml"}, "media_type"),
    ],
)
def test_a_page_that_makes_no_sense_is_refused_by_field(change, path):
    """Only numbered, hashed images of known types are pages."""
    with pytest.raises(UnintelligibleMessage) as refusal:
        decode_event(encode_event(EVENTS[-3]) | change)

    assert refusal.value.path == path
    assert "image/svg+xml" not in PAGE_TYPES


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"birth": "19900307x"}, "holder.birth"),
        ({"number": ""}, "holder.number"),
        ({"name": "长" * 201}, "holder.name"),
        ({"kind": "passport"}, "holder.kind"),
    ],
)
def test_a_holder_that_makes_no_sense_is_refused_without_being_quoted(change, path):
    """The refusal names the field and repeats nothing personal."""
    message = encode_event(EVENTS[0])
    message["holder"] = message["holder"] | change

    with pytest.raises(UnintelligibleMessage) as refusal:
        decode_event(message)

    assert refusal.value.path == path
    assert "1990" not in str(refusal.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(index=st.integers(0, len(EVENTS) - 1), field=st.text(max_size=12), value=json_values, data=st.data())
def test_no_message_however_wild_is_a_fault(index, field, value, data):
    """Any JSON is an event or a refusal; the gateway never answers 500 to it."""
    message = encode_event(EVENTS[index])
    name = data.draw(st.sampled_from(sorted(message)) | st.just(field))
    with suppress(UnintelligibleMessage):
        assert encode_event(decode_event(message | {name: value}))
