"""几件事: two wishes in one breath are both kept, and a bare word leads to the turn of life it is about."""

from __future__ import annotations

import pytest

from tests.dialogue.talks import talk_as


@pytest.mark.parametrize(
    ("said", "first", "second"),
    [
        ("我要给孙子上户口，还有我的老年证也要办", "出生登记", "老年人优待证办理"),
        ("身份证丢了要补，顺便把社保卡也换了", "居民身份证补领及丢失申报", "社会保障卡挂失与补换"),
        ("驾照到期了要换，汽车也要年检", "机动车驾驶证换证", "机动车检验合格标志核发"),
    ],
)
async def test_both_of_two_wishes_are_heard(county, said, first, second):
    """Neither is quietly dropped, and they stand in the order of the words."""
    me = await talk_as(county, "citizen-1")

    assert "您说了两件事" in await me.say(said)

    assert list(me.offered) == [first, second]


@pytest.mark.parametrize(
    "said", ["身份证丢了要补，还有要带什么", "孩子上学，还有三个月就要报名了", "驾驶证还有二十天到期"]
)
async def test_one_wish_in_many_words_stays_one(county, said):
    """还有 joins more than wishes."""
    me = await talk_as(county, "citizen-1")

    assert "您说了两件事" not in await me.say(said)


async def test_the_second_wish_is_come_back_to_when_the_first_is_booked(county):
    """Nobody has to say it again, and a plain yes goes on with it."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴，还有老年优待证也要办")
    await me.press("高龄津贴申领")
    await me.press("预约办理")
    await me.say("最近的就行")
    await me.say("第一个")

    told = await me.press("到窗口再交")

    assert "您还说过要办“老年人优待证办理”" in told
    assert "老年人优待证办理" in await me.say("好的")
    assert me.state == "considering_item"


async def test_a_wish_taken_up_in_words_waits_no_longer(county):
    """What is booked is not offered again as what is still to do."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴，还有老年优待证也要办")
    await me.say("先办高龄津贴")
    await me.press("预约办理")
    await me.say("最近的就行")
    await me.say("第一个")

    assert "您还说过要办“老年人优待证办理”，" in await me.press("到窗口再交")


async def test_the_second_wish_may_be_given_up(county):
    """算了 is not answered with the same reminder for ever."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴，还有老年优待证也要办")
    await me.press("高龄津贴申领")

    assert "您还说过" in await me.say("算了")
    assert "您还说过" not in await me.say("不用了")
    assert "您还说过" not in await me.say("算了")


@pytest.mark.parametrize(
    ("word", "bundle", "first"),
    [
        ("生孩子", "出生一件事", None),
        ("生娃", "出生一件事", None),
        ("怀孕", "结婚生育一件事", "生育登记"),
        ("退伍", "退役军人一件事", None),
    ],
)
async def test_a_bare_word_of_a_turn_of_life_shows_all_of_it(county, word, bundle, first):
    """The likeliest first; nobody is told to say more."""
    me = await talk_as(county, "citizen-1")

    assert f"“{bundle}”包括" in await me.say(word)

    assert first is None or next(iter(me.offered)) == first


@pytest.mark.parametrize("word", ["小孩", "孩子"])
async def test_a_bare_word_of_two_turns_of_life_is_asked_which(county, word):
    """Birth or school: the word alone does not tell."""
    me = await talk_as(county, "citizen-1")

    assert f"“{word}”的事有好几样" in await me.say(word)
    assert list(me.offered)[:2] == ["出生一件事", "入学一件事"]

    await me.say("第二个")
    assert "义务教育阶段入学" in me.offered


@pytest.mark.parametrize("word", ["离婚", "结婚"])
async def test_a_bare_word_of_one_item_is_that_item(county, word):
    """结婚 is the registration, not seven matters around it."""
    me = await talk_as(county, "citizen-1")

    await me.say(word)

    assert me.state == "considering_item"
