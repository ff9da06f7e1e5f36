"""开口: what people begin with: a greeting, a day, a yes to nothing, a person, anger, or everything at once."""

from __future__ import annotations

import pytest

from tests.dialogue.talks import talk_as


@pytest.mark.parametrize(
    "said", ["是的", "不是", "好的", "我要预约", "随便", "13857912345", "330000195006300127", "没有这个", "3"]
)
async def test_an_answer_to_no_question_is_asked_for_its_matter(county, said):
    """“我要预约” costs no clerk a working day, and “要” is no invoice."""
    me = await talk_as(county, "citizen-1")

    assert "您想办什么事" in await me.say(said)

    assert me.state == "idle"
    assert await county.audited("question.ask") == []


@pytest.mark.parametrize("said", ["阿弟啊我问问", "我想办个证", "好的知道了"])
async def test_who_has_not_said_what_about_yet_costs_no_clerk_a_question(county, said):
    """There is nothing to answer until more is said."""
    me = await talk_as(county, "citizen-1")

    await me.say(said)

    assert me.state == "idle"
    assert await county.audited("question.ask") == []


async def test_a_day_before_the_matter_is_kept_for_it(county):
    """“明天上午”, then what: the halls are asked for that morning."""
    me = await talk_as(county, "citizen-1")

    assert "11月24日（星期二）上午，您想办什么事" in await me.say("明天上午")
    await me.say("我要办高龄津贴")

    assert "11月24日（星期二）上午，您想去哪里办" in await me.press("预约办理")


async def test_a_day_and_a_hall_in_the_first_sentence_are_kept(county):
    """“周六上午想去尖山办高龄津贴”: the next question is which of that morning's times."""
    me = await talk_as(county, "citizen-1")

    assert "高龄津贴申领" in await me.say("周六上午想去尖山办高龄津贴")
    told = await me.press("预约办理")

    assert me.state == "choosing_slot"
    assert "11月28日（星期六）上午，尖山镇便民服务中心" in told


async def test_the_countys_own_hall_is_named_as_people_do(county):
    """“去县里办” in the first sentence is the county's hall."""
    me = await talk_as(county, "citizen-1")
    await me.say("后天下午去县里办高龄津贴")

    assert "11月25日（星期三）下午，县365行政服务中心" in await me.press("预约办理")


async def test_a_day_in_the_first_sentence_does_not_hide_the_matter(county):
    """“帮我约明天上午办身份证” gets the question about the card, and the morning is kept."""
    me = await talk_as(county, "citizen-1")

    assert "居民身份证换领" in str((await me.say("帮我约明天上午办身份证"), me.offered))
    await me.press("居民身份证换领")

    assert "11月24日（星期二）上午，您想去哪里办" in await me.press("预约办理")


async def test_a_day_on_which_something_happened_is_no_day_to_come(county):
    """“12月3号丢了身份证” books nothing for that day."""
    me = await talk_as(county, "citizen-1")
    await me.say("1月3号丢了身份证要补")

    assert (await me.press("预约办理")).startswith("您想去哪里办")


async def test_a_home_visit_for_mother_is_possible_and_she_is_remembered(county):
    """“帮我妈预约上门” says yes and asks for the matter; later it is hers."""
    me = await talk_as(county, "citizen-1")

    told = await me.say("帮我妈预约上门")
    await me.say("老年优待证")

    assert "可以上门" in told
    assert "这件事给谁办" in await me.press("预约办理")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("自助机在哪里", "离您最近的自助机在安文街道便民服务中心"),
        ("有没有绿色通道", "70岁以上老人"),
        ("可以优先吗", "70岁以上老人"),
        ("有没有志愿者帮忙", "志愿者"),
        ("我们村代办员是谁", "每个村都有代办员"),
        ("代办员电话", "0579-"),
        ("我妈不会写字怎么办", "有人帮您填"),
        ("能代办吗", "代办"),
        ("网上能办吗", "拍照交材料"),
        ("办好了寄到家里行吗", "寄到家"),
        ("县里大厅在哪里", "县365行政服务中心："),
        ("过年放假吗", "2月6日（星期六）"),
    ],
)
async def test_what_holds_for_every_matter_is_answered_before_there_is_one(county, said, answer):
    """Each ends with what to do next, and none is passed on."""
    me = await talk_as(county, "citizen-1")

    assert answer in await me.say(said)

    assert me.offered
    assert await county.audited("question.ask") == []


@pytest.mark.parametrize("said", ["你个傻逼机器人", "滚", "什么破东西，笨死了"])
async def test_anger_gets_an_apology_and_a_person(county, said):
    """滚 is no wish to dig up a road, and nobody is made to read it tomorrow."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")
    await me.press("预约办理")

    told = await me.say(said)

    assert "对不起" in told
    assert "您想去哪里办" in told
    assert "转给工作人员" in me.offered
    assert await county.audited("question.ask") == []


@pytest.mark.parametrize("said", ["你是谁", "今天天气怎么样", "讲个笑话"])
async def test_small_talk_is_declined_kindly(county, said):
    """Nobody at the desk has to answer for the weather."""
    me = await talk_as(county, "citizen-1")

    assert "只会帮人办事" in await me.say(said)
    assert await county.audited("question.ask") == []


async def test_a_grievance_about_the_counter_goes_to_who_answers_for_it(county):
    """A long story about rude people is for whoever is responsible first, not a petition to book a place for."""
    me = await talk_as(county, "citizen-1")

    assert "已经转给" in await me.say("你们窗口的人态度太差了，我跑了三趟都没办成")

    (question,) = await county.desk.questions.mine(me.caller)
    assert question.text.startswith("你们窗口")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("身份证丢了补办要多少钱", "费用：居民身份证工本费"),
        ("老年证能代办吗", "可以请家人代办"),
        ("残疾证可以上门办吗", "行动不便可以预约上门办"),
        ("高龄津贴要多久才能拿到", "10个工作日"),
        ("高龄津贴网上可以办吗", "拍照交材料"),
        ("我想给我妈办老年证，要不要她自己去", "可以请家人代办"),
    ],
)
async def test_what_was_asked_of_the_matter_stands_before_its_card(county, said, answer):
    """Nobody has to look for the one line they wanted in the twelve of a card."""
    me = await talk_as(county, "citizen-1")

    await me.say(said)

    assert answer in me.replies[0]["text"]
    assert me.state == "considering_item"
    assert "预约办理" in me.offered


async def test_a_thing_told_in_several_messages_opens_one_question(county):
    """The clerk does not get five halves of a story; to add one takes a press, and then both stand in it."""
    me = await talk_as(county, "citizen-1")
    await me.say("村里路灯坏了半个月了")

    assert "已经转给工作人员" in await me.say("晚上走路都看不见了呀")
    await me.press("把这句话也转过去")

    questions = await county.desk.questions.mine(me.caller)
    assert [question.text for question in questions] == [
        "村里路灯坏了半个月了，晚上走路都看不见了呀",
        "村里路灯坏了半个月了",
    ]


async def test_after_a_question_was_passed_on_a_matter_is_found_as_ever(county):
    """Only what is no matter is taken for more of the question."""
    me = await talk_as(county, "citizen-1")
    await me.say("村里路灯坏了半个月了")

    assert "老年人优待证办理" in await me.say("老年证")
