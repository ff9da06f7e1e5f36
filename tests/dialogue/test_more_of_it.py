"""再说一点: what somebody adds to the matter at hand belongs to it, and costs nothing that was found or chosen."""

from __future__ import annotations

import pytest

from bot.dialogue.finding import ChoosingItem
from intake.model.speech import Spoken
from tests.dialogue.talks import booked_allowance, talk_as


async def after(county, *said):
    """A citizen who has said all that."""
    me = await talk_as(county, "citizen-1")
    for words in said:
        await me.say(words)
    return me


@pytest.mark.parametrize(
    ("matter", "more"),
    [
        ("老板欠我八万块工钱不给", "我现在人在外地"),
        ("我妈在杭州住院了能不能报销", "人已经住进去了"),
        ("听说回乡创业有贷款", "大学毕业三年了"),
        ("我家想搞民宿", "消防要不要"),
        ("我儿子要结婚了登记去哪里", "女方是江西的"),
        ("给孩子办身份证，第一次办", "他16岁"),
        ("我山上的树想砍几棵做棺材", "自己家的山"),
    ],
)
async def test_what_is_added_to_a_matter_keeps_it(county, matter, more):
    """Nobody who says where they work is given another item for it; who wants to know reaches a person."""
    me = await after(county, matter)
    card = me.replies[-1]["item"]["name"]

    told = await me.say(more)

    assert me.state == "considering_item"
    assert card not in told
    assert {"预约办理", "不是这个"} < me.offered.keys()
    assert any(label.startswith(("转给工作人员", "改办")) for label in me.offered)


@pytest.mark.parametrize("another", ["高龄津贴", "那公交卡呢", "残疾证怎么办", "我要问医保报销"])
async def test_another_matter_is_still_another(county, another):
    """A bare name, or how something is done."""
    me = await after(county, "我要办老年证")

    await me.say(another)

    assert "老年人优待证办理" not in me.heard


async def test_a_plain_question_with_more_in_it_is_answered_of_the_matter_at_hand(county):
    """“要本人去吗” is no reason to turn to an item for children."""
    me = await after(county, "我弟弟是聋哑人残疾证怎么办")

    told = await me.say("他自己不会说话要本人去吗")

    assert "代办" in told
    assert "残疾儿童" not in told


async def test_the_clerk_reads_what_was_said_before(county):
    """“什么时候报名” alone says nothing to whoever has to answer it."""
    me = await after(county, "听说回乡创业有贷款", "利息多少")

    await me.press("转给工作人员")

    (question,) = await county.desk.questions.mine(me.caller)
    assert question.text == "听说回乡创业有贷款，利息多少"


async def test_who_is_called_knows_what_about(county):
    """A telephone number alone is no question."""
    me = await after(county, "老板欠我八万块工钱不给", "能打电话给我吗", "139 0000 0001")

    (question,) = await county.desk.questions.mine(me.caller)
    assert question.text == "老板欠我八万块工钱不给，139 0000 0001"


async def test_what_is_added_to_a_choice_narrows_it(county):
    """租房 tells which of the ways to school it is, and is no wish for a flat."""
    me = await after(county, "我家小孩明年要上小学了户口不在这里")
    assert me.state == "choosing_item"

    assert "流动人口随迁子女入学" in await me.say("我们是租房子住的")


async def test_words_that_alone_are_nothing_open_no_question_beside_a_choice(county):
    """Bit by bit is how many people tell something."""
    me = await after(county, "我那个钱上个月没到", "就是每个月打到卡里的")

    assert me.state == "choosing_item"
    assert await county.audited("question.ask") == []


async def test_yes_to_several_is_asked_which(county):
    """嗯 to a list drops nothing."""
    me = await after(county, "残疾人")
    offered = list(me.offered)

    assert "第几个" in await me.say("嗯")
    assert list(me.offered) == offered


async def test_what_is_asked_beside_a_choice_is_not_answered_of_something_booked(county):
    """“我去哪” is about none of the items yet, and not about last week's."""
    me = await booked_allowance(county)
    await me.press("到窗口再交")
    await me.say("身份证")

    assert "高龄津贴" not in await me.say("要多少钱")


async def test_for_whom_is_kept_when_the_words_turn_to_another_item(county):
    """“我妈” holds for what comes after it."""
    me = await after(county, "我妈七十了，想办老年优待证", "高龄津贴")

    assert "给谁办" in await me.press("预约办理")


async def test_who_was_spoken_of_is_asked_about_and_yes_is_an_answer(county):
    """“我妈” was said: nobody has to say again for whom."""
    me = await after(county, "我妈七十了，想办老年优待证")

    assert "是给您爸妈办的吗" in await me.press("预约办理")
    assert "这位家人的身份证号码" in await me.say("对")


async def test_no_to_whom_it_is_for_is_asked_again_in_other_words(county):
    """“不是” does not tell for whom, and is not called unintelligible."""
    me = await after(county, "我妈七十了，想办老年优待证")
    await me.press("预约办理")

    assert "请说“我自己”" in await me.say("不是")
    assert me.state == "for_whom"


@pytest.mark.parametrize("said", ["下午就去", "尖山吧"])
async def test_when_and_where_said_at_a_choice_are_kept(county, said):
    """They are asked for again by nobody."""
    me = await after(county, "身份证")

    assert "先记下了" in await me.say(said)
    await me.say("第一个")
    await me.press("预约办理")

    assert ("下午" in me.heard) if "下午" in said else ("尖山镇" in me.heard and me.state == "choosing_slot")


async def test_which_comes_first_may_be_none_of_those_shown(county):
    """“先办结婚证” is no identity card."""
    me = await after(county, "身份证", "先办结婚证")

    assert "结婚登记" in str(me.replies)
    assert "居民身份证换领" not in str(me.replies)


async def test_who_does_not_want_to_cancel_after_all_keeps_the_place(county):
    """别取消了 is a no to “确定要取消”."""
    me = await booked_allowance(county)
    await me.say("不来了")

    assert "原来的预约不变" in await me.say("别取消了")


async def test_who_cannot_photograph_is_helped_right_after_booking(county):
    """Before the first paper is asked for."""
    me = await booked_allowance(county)

    assert "不会拍也不要紧" in await me.say("我不会拍照")
    assert me.state == "booked"


@pytest.mark.parametrize("said", ["周六上午", "县里"])
async def test_a_day_or_a_hall_said_while_asked_for_whom_is_kept(county, said):
    """It is not forgotten until the place is chosen."""
    me = await after(county, "我妈七十了，想办老年优待证")
    await me.press("预约办理")

    assert "先记下了" in await me.say(said)
    assert me.state == "for_whom"

    await me.press("我自己")
    assert "11月28日" in me.heard if said == "周六上午" else me.state == "choosing_slot"


@pytest.mark.parametrize("said", ["就去尖山吧", "尖山那边可以吗"])
async def test_a_hall_said_at_the_item_is_gone_on_to(county, said):
    """Nobody has to press 预约办理 first."""
    me = await after(county, "我要办高龄津贴", said)

    assert me.state == "choosing_slot"
    assert "尖山镇便民服务中心" in me.heard


async def test_a_question_at_the_photographs_does_not_leave_them(county):
    """“户口本要不要拍” asks for no household register."""
    me = await booked_allowance(county)
    await me.press("现在拍照交材料")

    told = await me.say("户口本要不要拍")

    assert "“高龄津贴申领”要带" in told
    assert me.state == "collecting"


async def test_what_is_done_already_is_offered_no_longer(county):
    """“出生证明有了” wants everything but that."""
    me = await after(county, "小孩刚生出来三天要办啥")

    await me.say("出生证明有了")

    assert me.state == "choosing_item"
    assert "出生登记" in me.offered
    assert not any("出生医学证明" in label for label in me.offered)


@pytest.mark.parametrize("said", ["然后呢", "骨灰放哪里"])
async def test_few_words_at_the_halls_are_not_met_with_the_bare_question(county, said):
    """Never the same question twice without a word why."""
    me = await after(county, "我要办高龄津贴")
    await me.press("预约办理")

    assert not (await me.say(said)).startswith("您想去哪里办")
    assert "您想去哪里办" in me.heard


async def test_an_hour_without_a_day_is_read_back_too(county):
    """十点左右 was heard."""
    me = await after(county, "我要办高龄津贴")
    await me.press("预约办理")

    assert "10:00以后，您想去哪里办" in await me.say("十点左右")


async def test_one_character_tells_two_items_apart(county):
    """Asked 要换还是要补, people say 换, and then 不是，补."""
    me = await after(county, "身份证")

    assert "居民身份证换领" in await me.say("换")

    again = await after(county, "重来", "身份证", "不是，补")
    assert "居民身份证补领" in again.heard


def test_what_is_put_right_at_a_choice_takes_the_place_of_the_last_words():
    """The clerk who is asked instead reads what holds, and not both."""
    choice = ChoosingItem((), asked="身份证，换")

    assert choice.told(Spoken("急用")).asked == "身份证，换，急用"
    assert choice.told(Spoken("补", put_right="补")).asked == "身份证，补"


@pytest.mark.parametrize("said", ["我要报警", "他打我"])
async def test_who_is_in_danger_is_told_whom_to_call(county, said):
    """Not where to have a report's receipt made."""
    me = await after(county, "我要离婚")

    assert "110" in await me.say(said)
    assert me.state == "considering_item"


@pytest.mark.parametrize("said", ["他不同意", "没领过", "都在家"])
async def test_a_few_words_that_tell_something_are_no_name_of_a_matter(county, said):
    """“他不同意” is no lift for an old house."""
    me = await after(county, "我要离婚")

    await me.say(said)

    assert me.state == "considering_item"
    assert me.replies[-1]["kind"] == "choices"


async def test_what_is_said_of_a_word_finds_what_both_mean(county):
    """医保卡, and then 换一张, is no identity card."""
    me = await after(county, "医保卡", "换一张")

    assert "社会保障卡挂失与补换" in str(me.replies)


async def test_a_paper_that_is_there_is_no_matter_to_turn_to(county):
    """“老年证有了” is said so that it is not asked for."""
    me = await after(county, "我要办高龄津贴")

    assert "老年人优待证办理" not in await me.say("老年证有了")
    assert me.state == "considering_item"
