"""说法与结局: what a conversation came to is noted for the catalogue's keeper, and a 一件事 offers its items."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

import pytest

from bot.engine import Engine
from bot.replies import render_notice
from intake.desk import Desk
from intake.errors import Busy
from intake.model.ids import ServiceCode
from intake.model.learning import Ending, Heard, HeardState, Led
from intake.model.leaving import Notice
from tests.desks import ALLOWANCE, ELDER_CARD, NEW_ID_CARD, County
from tests.dialogue.talks import talk_as

# A wish that is clear, one that could be several things, and one for no counter of the county.
CLEAR, UNCLEAR, FOREIGN = "我要办高龄津贴", "身份证", "帮我写一首关于春天的诗"


async def noted(county: County, state: HeardState = HeardState.OPEN) -> list[Heard]:
    """What the keeper finds in the list."""
    _, rows = await county.desk.catalogue.heard(await county.caller("keeper"), state)
    return list(rows)


async def test_going_on_with_the_first_answer_says_it_was_right(county):
    """Seeing it is not enough: the person has to go on."""
    me = await talk_as(county, "citizen-1")

    await me.say(CLEAR)
    before = await noted(county, HeardState.ANSWERED)
    await me.press("预约办理")

    assert before == []
    (row,) = await noted(county, HeardState.ANSWERED)
    assert (row.text, row.led) == (CLEAR, (Led(Ending.AGREED, ALLOWANCE, 1),))


async def test_taking_one_of_several_says_which_was_meant(county):
    """Once, though the person then goes on with it."""
    me = await talk_as(county, "citizen-1")

    await me.say(UNCLEAR)
    assert me.state == "choosing_item", me.heard
    await me.pick(f"item:{NEW_ID_CARD}")
    await me.press("预约办理")

    (row,) = await noted(county)
    assert (row.text, row.times) == (UNCLEAR, 1)
    assert row.led == (Led(Ending.CHOSEN, NEW_ID_CARD, 1),)


async def test_none_of_these_is_noted_and_goes_to_a_person(county):
    """The clerk answers the person; the keeper learns that the words were not understood."""
    me = await talk_as(county, "citizen-1")

    await me.say(UNCLEAR)
    assert "已经转给" in await me.press("都不是")

    (row,) = await noted(county)
    assert (row.text, row.unmatched) == (UNCLEAR, 1)


async def test_words_nothing_fits_are_noted(county):
    """So that the keeper sees what people ask for and the list does not have."""
    me = await talk_as(county, "citizen-1")

    await me.say(FOREIGN)

    (row,) = await noted(county)
    assert (row.text, row.led) == (FOREIGN, (Led(Ending.UNMATCHED, None, 1),))


async def test_turning_the_answer_down_is_noted_with_what_was_meant_instead(county):
    """不是这个, and one of the others: the first answer was wrong."""
    me = await talk_as(county, "citizen-1")

    await me.say(CLEAR)
    await me.press("不是这个")
    other = next(v for v in me.offered.values() if v.startswith("item:"))
    await me.pick(other)

    (row,) = await noted(county)
    assert row.led == (Led(Ending.CHOSEN, ServiceCode(other.removeprefix("item:")), 1),)


async def test_an_item_of_an_older_message_says_nothing_of_the_last_words(county):
    """Somebody scrolls up and presses what was offered for another sentence."""
    me = await talk_as(county, "citizen-1")

    await me.say(UNCLEAR)
    await me.pick(f"item:{ELDER_CARD}")
    await me.press("预约办理")

    assert await noted(county) == []
    assert await noted(county, HeardState.ANSWERED) == []


async def test_a_repeated_message_is_noted_once(county):
    """The network sends it again; the answer is the first one, and so is the count."""
    me = await talk_as(county, "citizen-1")

    await me.say(FOREIGN)
    for _ in range(5):
        await me.again()

    (row,) = await noted(county)
    assert row.times == 1


async def test_an_answer_is_not_lost_to_a_busy_list(county):
    """A thousand people write at once and the note cannot be taken: the person is answered all the same."""

    def busy() -> NoReturn:
        raise Busy

    me = await talk_as(county, "citizen-1")
    tools = county.desk.catalogue.tools
    desk = Desk(tools)
    desk.catalogue = replace(desk.catalogue, tools=replace(tools, open_uow=busy))
    me.engine = Engine(desk, county.conversations)

    assert "已经转给" in await me.say(FOREIGN)
    assert await noted(county) == []


@pytest.mark.parametrize(
    ("said", "first"), [("想办出生一件事", "出生医学证明"), ("老人的身后事怎么办", "死亡注销户口")]
)
async def test_a_bundle_offers_its_items(county, said, first):
    """One turn of life, its matters to choose from; the choice is about the bundle and teaches nothing of the words."""
    me = await talk_as(county, "citizen-1")

    told = await me.say(said)

    assert "包括下面这些，您先办哪一件？" in told
    assert next(iter(me.offered)).startswith(first)
    assert "要带的材料" in await me.say("第1个")
    assert await noted(county) == []


async def test_an_answer_that_names_the_item_can_be_gone_on_from(county):
    """The clerk wrote which item was meant: under the answer stands the way to it."""
    me = await talk_as(county, "citizen-1")
    facts = {"text": "那个本本", "answer": "带身份证来。", "item": ELDER_CARD, "service": "老年人优待证办理"}

    told = render_notice(Notice(1, me.caller.code, "question_answered", facts, county.clock.now()))

    (choice,) = told.choices
    assert choice.label == "去办：老年人优待证办理"
    assert "要带的材料" in await me.pick(choice.value)
