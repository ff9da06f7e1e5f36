"""对话的可靠: repeated, cut off, nonsensical or hostile messages do nothing twice and lose nothing."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import asdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dialogue.states import read_state, write_state
from bot.engine import Engine
from bot.messages import Incoming
from intake.errors import BadInput
from intake.model.case import CaseState
from intake.model.ids import AccountCode
from intake.model.people import Door
from tests.desks import person_of
from tests.dialogue.talks import (
    Talk,
    booked_allowance,
    confirming_allowance,
    handed_in_allowance,
    talk_as,
)
from tests.fakes import PowerCut
from tests.journeys import booked, correction_asked, delivered, drafted, issued, submitted


async def walk(county, who, *steps):
    """A conversation that has come so far: a word is said, what begins with = is picked."""
    me = await talk_as(county, who)
    for step in steps:
        await (me.pick(step[1:]) if step.startswith("=") else me.say(step))
    return me


ALLOWANCE_WORDS = "我要办高龄津贴"
MOTHER = "我妈七十了，想办老年优待证"
PLACES = {
    "idle": ("citizen-1", "您好"),
    "choosing_item": ("citizen-1", "办证"),
    "considering_item": ("citizen-1", ALLOWANCE_WORDS),
    "for_whom": ("citizen-1", MOTHER, "=go_on"),
    "giving_mandate": ("citizen-1", MOTHER, "=go_on", "=for_relative", "330000195006300127", "楼淑芬"),
    "choosing_hall": ("citizen-1", ALLOWANCE_WORDS, "=go_on"),
    "choosing_slot": ("citizen-1", ALLOWANCE_WORDS, "=go_on", "=any_hall"),
    "booked": ("citizen-1", ALLOWANCE_WORDS, "=go_on", "=any_hall", "第一个"),
    "collecting": ("citizen-1", ALLOWANCE_WORDS, "=go_on", "=any_hall", "第一个", "=go_on"),
    "confirming": ("citizen-1", ALLOWANCE_WORDS, "=go_on", "=any_hall", "第一个", "=go_on", "=enough"),
    "choosing_person": ("proxy-1", "=for_somebody"),
    "naming_person": ("proxy-1", "=for_somebody", "330000196001010010"),
}


@pytest.mark.parametrize("state", PLACES)
async def test_a_press_that_was_not_offered_keeps_the_question_open(county, state):
    """A button of yesterday's screen: the same question again, with the same answers to press."""
    me = await walk(county, *PLACES[state])
    assert me.state == state
    offered = set(me.offered)

    assert await me.pick("yesterday's button")

    assert me.state == state
    assert set(me.offered) == offered or state in {"idle", "considering_item", "booked"}


@pytest.mark.parametrize("state", sorted(set(PLACES) - {"naming_person"}))
@pytest.mark.parametrize("said", ["11", "第99个"])
async def test_a_number_that_was_not_offered_is_no_answer(county, state, said):
    """11 is never 1: the question stays open, and nothing was chosen. Only a name may be any words."""
    me = await walk(county, *PLACES[state])

    assert await me.say(said)

    assert me.state == state


@pytest.mark.parametrize("said", ["1", "1。", "第1个", "一", "第一个", "１"])
async def test_a_choice_may_be_said_as_a_number(county, said):
    """However a seventy-year-old writes one."""
    me = await walk(county, *PLACES["choosing_item"])
    first = next(iter(me.offered))

    assert first in await me.say(said)
    assert me.state == "considering_item"


async def test_a_choice_may_be_said_in_its_own_words(county):
    """Reading it out is pressing it."""
    me = await walk(county, *PLACES["choosing_item"])
    second = list(me.offered)[1]

    assert second in await me.say(second)


@pytest.mark.parametrize("state", PLACES)
async def test_a_conversation_survives_being_put_away(county, state):
    """Kept as text and read again, it is the same; so another process can go on with it."""
    me = await walk(county, *PLACES[state])
    async with county.conversations.hold(me.caller.code) as talk:
        kept = json.loads(await talk.load())["state"]

    assert write_state(read_state(kept)) == kept
    assert read_state(kept).name == state


@pytest.mark.parametrize(
    "kept", ["", "{}", '{"name": "of an older release"}', "no json", '{"name": "booked"}']
)
async def test_a_conversation_of_an_older_release_begins_anew(kept):
    """An upgrade costs a greeting, never a fault."""
    assert read_state(kept).name == "idle"


async def test_a_repeated_message_gets_the_first_answer_and_does_nothing_twice(county):
    """A bad mobile network: 确认提交 arrives three times."""
    me = await confirming_allowance(county)
    first = await me.press("确认提交")

    for _ in range(2):
        assert await me.again() == first

    assert len(await county.desk.cases.mine(me.caller)) == 1
    assert len(await county.told("case_submitted")) == 1


async def test_an_old_message_that_arrives_late_does_not_turn_the_conversation_back(county):
    """Its first answer is given again; what came after stands."""
    me = await talk_as(county, "citizen-1")
    told = await me.say(ALLOWANCE_WORDS)
    old = me.sent
    await me.press("预约办理")

    me.sent = old
    assert await me.again() == told

    assert "这些时间有空位" in await me.say("安文街道")


@pytest.mark.parametrize("step", ["book", "begin", "photograph", "submit"])
async def test_power_cut_between_the_desk_and_the_conversation_does_nothing_twice(county, step):
    """The desk had done it, the conversation was not saved: the repeated message gets the very thing that was done."""
    me = await booked_allowance(county) if step != "book" else await walk(county, *PLACES["choosing_slot"])
    if step in {"photograph", "submit"}:
        await me.press("现在拍照交材料")
    if step == "submit":
        await me.press("就交这些")
    county.conversations.die_before_saving = 1

    with pytest.raises(PowerCut):
        await _do(me, step)
    told = await me.again()

    assert told
    assert len(await county.desk.places.my_appointments(me.caller)) == 1
    cases = await county.desk.cases.mine(me.caller)
    if step == "submit":
        (case,) = cases
        assert case.number in told
        assert len(await county.told("case_submitted")) == 1
    if step == "photograph":
        assert [len(material.pages) for material in (await drafted(county)).materials[:2]] == [1, 0]


async def _do(me: Talk, step: str) -> None:
    if step == "book":
        await me.say("第一个")
    elif step == "photograph":
        await me.photograph("id_card")
    else:
        await me.press("确认提交" if step == "submit" else "现在拍照交材料")


@pytest.mark.parametrize("what", ["giving a place back", "a correction", "a grade"])
async def test_what_was_done_before_the_power_cut_is_answered_as_done(county, what):
    """Cancelled, corrected or judged: the repetition hears that it worked, not that it cannot be done any more."""
    me = await talk_as(county, "citizen-1")
    if what == "giving a place back":
        press = f"cancel_appointment:{(await booked(county)).id}"
    elif what == "a grade":
        press = f"evaluate:{(await delivered(county)).id}:5"
    else:
        await me.pick(f"resupply:{(await correction_asked(county)).id}")
        await me.photograph("id_card")
        press = "hand_in"
    county.conversations.die_before_saving = 1

    with pytest.raises(PowerCut):
        await me.pick(press)

    assert re.search("已取消|谢谢您的评价|已经交上去了", await me.again())


async def test_two_doors_at_once_take_turns(county):
    """The phone in the hand and the tablet of the hall: one after the other, and each message is answered."""
    phone = await talk_as(county, "citizen-1")
    tablet = Engine(county.desk, county.conversations)
    caller = await county.caller("citizen-1", Door.TERMINAL)
    await phone.say(ALLOWANCE_WORDS)

    sends = [
        phone.engine.hear(phone.caller, Incoming("p1", choice="go_on")),
        tablet.hear(caller, Incoming("t1", choice="go_on")),
        tablet.hear(caller, Incoming("t2", text="安文街道")),
        phone.engine.hear(phone.caller, Incoming("p2", text="第一个")),
    ]
    answers = await asyncio.gather(*sends)

    assert [answer.state for answer in answers] == [
        "choosing_hall",
        "choosing_hall",
        "choosing_slot",
        "booked",
    ]
    assert len(await county.desk.places.my_appointments(phone.caller)) == 1
    told = await county.conversations.history(AccountCode("citizen-1"), 0, 50)
    assert [exchange.message_id for exchange in told[1:]] == ["p1", "t1", "t2", "p2"]


@pytest.mark.parametrize(
    "said",
    [
        "办" * 10_000,
        "👵🏻🪪📷" * 50,
        "\x07\x1b[2J\u202e办证\u2028",
        "'; DROP TABLE cases; --",
        "{title}{0.__class__}",
        "\U000e0001",
    ],
    ids=["ten thousand characters", "pictures", "control characters", "SQL", "braces", "a tag character"],
)
async def test_whatever_is_written_is_answered(county, said):
    """With something one can go on with, and what was written is kept as it was written."""
    me = await talk_as(county, "citizen-1")

    await me.say(said)

    assert me.heard
    (exchange,) = await county.conversations.history(me.caller.code, 0, 5)
    assert exchange.heard == said


@pytest.mark.parametrize("said", ["", "   ", "\n"])
async def test_an_empty_message_is_refused_with_what_to_do(county, said):
    """And the conversation stays where it was."""
    me = await walk(county, *PLACES["choosing_item"])

    with pytest.raises(BadInput) as refused:
        await me.say(said)

    assert "请说一句话" in refused.value.title
    assert next(iter(me.offered)) in await me.say("1")


@given(words=st.lists(st.text(max_size=40), min_size=1, max_size=6))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_no_words_in_any_order_break_the_conversation(county, words):
    """Whatever somebody writes, six times in a row."""
    me = await talk_as(county, "citizen-2")
    for said in words:
        if said.strip():
            assert await me.say(said)


async def test_a_crafted_choice_touches_nothing_of_anybody_else(county):
    """Every value a page sends, with somebody else's ids in it: nothing is told, nothing is changed."""
    theirs, appointment = await issued(county), await booked(county, "citizen-2")
    other = await submitted(county, "citizen-3")
    elder = person_of(await county.caller("elder-1"))
    me = await talk_as(county, "citizen-2")
    before = [await _stored(county, case) for case in (theirs, other)]

    for value in (
        f"case:{theirs.id}",
        f"case:{theirs.number}",
        f"evaluate:{theirs.id}:5",
        f"resupply:{other.id}",
        f"cancel_appointment:{theirs.id}",
        f"person:{elder}",
        "item:XX99",
        f"hall:{theirs.hall}",
    ):
        told = await me.pick(value)
        assert told
        assert theirs.applicant_name not in told
        assert theirs.number not in told.replace(value, "")

    assert [await _stored(county, case) for case in (theirs, other)] == before
    stranger = await talk_as(county, "citizen-1")
    await stranger.pick(f"cancel_appointment:{appointment.id}")
    (kept,) = await county.desk.places.my_appointments(await county.caller("citizen-2"))
    assert kept == appointment


async def _stored(county, case):
    async with county.store.open_view() as view:
        return asdict(await view.cases.get(case.id))


async def test_a_photograph_never_enters_the_kept_conversation(county):
    """The history says that one was sent; the picture lies encrypted elsewhere."""
    me = await booked_allowance(county)
    await me.press("现在拍照交材料")

    await me.photograph("id_card")

    *_, last = await county.conversations.history(me.caller.code, 0, 50)
    assert last.heard == "［照片］"
    async with county.conversations.hold(me.caller.code) as talk:
        assert "id_card" not in (await talk.load() or "")


async def test_the_history_shows_a_press_as_it_read(county):
    """Not “hall:anwen”, but what the finger touched."""
    me = await walk(county, *PLACES["choosing_hall"])

    await me.press("安文街道")

    *_, last = await county.conversations.history(me.caller.code, 0, 50)
    assert last.heard == "安文街道便民服务中心"


async def test_after_the_number_a_new_matter_begins_fresh(county):
    """Nothing of the first sticks to the second."""
    me = await handed_in_allowance(county)

    assert me.state == "idle"
    assert "老年人优待证办理" in await me.say("我要办老年优待证")
    (case,) = await county.desk.cases.mine(me.caller)
    assert case.state is CaseState.SUBMITTED
