"""卡住: somebody does not know how to go on at a step, and is helped on without losing it."""

from __future__ import annotations

import pytest

from tests.dialogue.talks import booked_allowance, talk_as


async def asked_for_number(county):
    """A citizen asked for their mother's ID number."""
    me = await talk_as(county, "citizen-1")
    await me.say("我妈七十了，想办老年优待证")
    await me.press("预约办理")
    await me.press("家人")
    return me


async def collecting(county):
    """A citizen asked for the first photograph."""
    me = await booked_allowance(county)
    await me.press("现在拍照交材料")
    return me


async def test_who_does_not_know_the_number_can_go_on_without(county):
    """Where it stands, and that the counter can read the card."""
    me = await asked_for_number(county)

    assert "正面最下面" in await me.say("身份证号不记得了怎么办")

    await me.press("先约时间")
    assert me.state == "choosing_hall"


async def test_a_wrong_number_is_said_to_be_wrong(county):
    """Seventeen digits are not met with the same question."""
    me = await asked_for_number(county)

    assert "号码不对" in await me.say("33000019500630012")
    assert me.state == "for_whom"


async def test_another_matter_is_taken_up_where_a_number_is_asked_for(county):
    """No number, no way out: that was a trap."""
    me = await asked_for_number(county)

    assert "结婚登记" in await me.say("我要办结婚登记")


@pytest.mark.parametrize("said", ["为什么要身份证号", "这是什么意思", "怎么用"])
async def test_why_a_number_is_asked_for_is_told(county, said):
    """And then it is asked for again."""
    me = await asked_for_number(county)

    told = await me.say(said)

    assert "才不会弄错" in told
    assert "身份证号码（18位）" in told


async def test_what_is_agreed_to_is_explained(county):
    """同意 should know what to."""
    me = await asked_for_number(county)
    await me.say("330000195006300127")
    await me.say("楼淑芬")

    assert "要他（她）本人同意" in await me.say("这是什么意思")

    assert "本人同意，继续" in me.offered


@pytest.mark.parametrize("said", ["要拍反面吗", "拍不清楚怎么办", "我不会拍照"])
async def test_how_to_photograph_is_told_when_asked(county, said):
    """Both sides, in the light, and it may be left to the counter."""
    me = await collecting(county)

    told = await me.say(said)

    assert "正反两面" in told
    assert "请拍：居民身份证" in told


@pytest.mark.parametrize("said", ["没有这个东西", "下一个", "跳过"])
async def test_a_paper_that_is_not_there_is_passed_over(county, said):
    """However it is said."""
    me = await collecting(county)

    assert "请拍：银行卡" in await me.say(said)


async def test_a_later_paper_that_is_not_there_does_not_pass_over_this_one(county):
    """“我没有银行卡” is no word about the identity card."""
    me = await collecting(county)

    told = await me.say("我没有银行卡怎么办")

    assert "没有也不要紧" in told
    assert "请拍：居民身份证" in told


@pytest.mark.parametrize("said", ["拍好了", "就这些", "提交", "交了"])
async def test_all_that_there_is_goes_to_the_summary(county, said):
    """提交 is no driving licence."""
    me = await collecting(county)

    assert "请核对" in await me.say(said)


async def test_a_question_at_the_photographs_is_about_the_matter_at_hand(county):
    """Not about another one that happens to be booked next."""
    me = await talk_as(county, "citizen-1")
    for words in ("我要办高龄津贴", "老年优待证"):
        await me.say(words)
        await me.press("预约办理")
        await me.press("安文街道")
        await me.say("第一个" if words.startswith("我要") else "第二个")
    await me.press("现在拍照交材料")

    assert "“老年人优待证办理”要带" in await me.say("还要带什么")


async def test_a_photograph_at_the_halls_is_put_off_in_words(county):
    """Silence would have it sent again."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")
    await me.press("预约办理")

    told = await me.photograph("id_card")

    assert "约好了再发" in told
    assert "您想去哪里办" in told


async def test_what_is_booked_is_told_and_the_photographs_go_on(county):
    """“我约的是几点” does not cost the step."""
    me = await booked_allowance(county)

    assert "10:30" in await me.say("我约的是几点")

    assert me.state == "booked"
    assert "现在拍照交材料" in me.offered


@pytest.mark.parametrize("said", ["我要办医保", "我想办户口"])
async def test_a_new_wish_is_a_new_matter_even_where_it_is_vague(county, said):
    """It gets the question a clerk would ask, and the photographs are kept."""
    me = await collecting(county)

    told = await me.say(said)

    assert "没听明白" not in told
    assert "都给您存着" in told
    assert me.state == "choosing_item"


async def test_a_bare_word_at_an_item_that_nobody_took_yet_is_a_new_matter(county):
    """医保 after looking at the allowance."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")

    await me.say("医保")

    assert me.state == "choosing_item"


async def test_for_whom_is_kept_while_the_item_is_chosen(county):
    """“是我婆婆” at a choice is for whom, not a question for a clerk."""
    me = await talk_as(county, "citizen-1")
    await me.say("残疾")
    assert me.state == "choosing_item"

    await me.say("是我婆婆")
    await me.press("残疾人证新办")

    assert "这件事给谁办" in await me.press("预约办理")
    assert await county.audited("question.ask") == []


@pytest.mark.parametrize(("said", "first"), [("头一个", 0), ("最后一个", -1)])
async def test_the_first_and_the_last_are_choices(county, said, first):
    """头一个 is no power cut."""
    me = await talk_as(county, "citizen-1")
    await me.say("办证")
    label = list(me.offered)[first]

    await me.say(said)

    assert me.state == ("considering_item" if first == 0 else "idle"), label


async def test_a_proxy_names_the_villager_with_the_matter(county):
    """“楼淑芬要办高龄津贴” does not ask for whom."""
    me = await talk_as(county, "proxy-1")
    await me.press("代村民办事") if "代村民办事" in me.offered else await me.say("代村民办事")
    name = next(iter(me.offered))
    await me.say("重来")
    await me.say(f"{name}要办高龄津贴")

    assert f"请当面读给{name}听" in await me.press("预约办理")


@pytest.mark.parametrize("said", ["代村民办事", "换一个人"])
async def test_a_proxy_turns_to_somebody_else_in_words(county, said):
    """Also without the button."""
    me = await talk_as(county, "proxy-1")
    await me.say("我要办高龄津贴")

    await me.say(said)

    assert me.state == "choosing_person"


async def test_a_name_beside_the_number_is_not_asked_for_again(county):
    """One message, as it is copied from a card."""
    me = await asked_for_number(county)

    assert "楼淑芬本人同意" in await me.say("我妈叫楼淑芬，身份证330000195006300127")


@pytest.mark.parametrize("said", ["身份证丢了怎么办", "户口本也不见了"])
async def test_what_resembles_another_matter_costs_no_step(county, said):
    """To change to it takes a press; the hall is still asked for."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")
    await me.press("预约办理")

    told = await me.say(said)

    assert "您是要改办" in told
    assert me.state == "choosing_hall"
    assert "您想去哪里办" in told


async def test_the_other_matter_is_a_press_away(county):
    """改办 is on the button."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")
    await me.press("预约办理")
    await me.say("身份证丢了怎么办")

    assert "居民身份证补领及丢失申报" in await me.press("改办")
    assert me.state == "considering_item"


@pytest.mark.parametrize("said", ["我看看", "等一下", "哦哦", "这样啊"])
async def test_a_pause_is_given(county, said):
    """Nobody is told that they are not understood for saying “我看看”."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")
    await me.press("预约办理")
    await me.press("安文街道")

    assert "不急" in await me.say(said)
    assert me.state == "choosing_slot"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("只有周末有空", "11月28日"),
        ("还有没有别的时间", "这些时间有空位"),
        ("下班以后行不行", "17:30"),
        ("好的", "请先选一个时间"),
    ],
)
async def test_when_somebody_can_come_is_heard_among_the_times(county, said, told):
    """As one says it, and never as another matter."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")
    await me.press("预约办理")
    await me.press("安文街道")

    assert told in str((await me.say(said), me.offered))
    assert me.state == "choosing_slot"


async def test_not_to_be_done_any_more_gives_back_what_is_booked(county):
    """“我不办了” right after booking is no “到时带上材料来”; giving up still takes its button."""
    me = await booked_allowance(county)

    assert "确定要取消" in await me.say("我不办了")


@pytest.mark.parametrize("said", ["asdfghjkl", "111111", "啊啊啊啊啊"])
async def test_keys_and_sounds_cost_no_clerk_a_question(county, said):
    """There is nothing in them to answer."""
    me = await talk_as(county, "citizen-1")

    assert "再多说一点" in await me.say(said)
    assert await county.audited("question.ask") == []
