"""代办员的一路: choose an elder of the own village, record the word given, and do all of it for them."""

from __future__ import annotations

import pytest

from intake.model.case import CaseState
from tests.dialogue.talks import talk_as


async def test_a_proxy_does_the_whole_path_for_an_elder_and_both_names_stand_on_the_case(county):
    """From the village list to the number; the elder hears of it too."""
    me = await talk_as(county, "proxy-1")
    await me.say("您好")

    assert "给谁办" in await me.press("代村民办事")
    assert "现在为楼淑芬办事" in await me.press("楼淑芬")
    assert "（为楼淑芬办理）" in await me.say("办高龄津贴")
    assert "请当面读给楼淑芬听" in await me.press("预约办理")
    told = await me.press("本人同意")
    assert "授权已记录" in told
    assert next(iter(me.offered)) == "尖山镇便民服务中心"
    await me.say("第一个")
    assert "楼淑芬" in await me.say("第一个")
    await me.press("现在拍照交材料")
    await me.photograph("id_card")
    await me.press("就交这些")
    assert "办件编号" in await me.press("确认提交")

    (case,) = await county.desk.cases.mine(me.caller)
    assert (case.state, case.applicant_name, case.proxy_name) == (
        CaseState.SUBMITTED,
        "楼淑芬",
        me.caller.account.name,
    )
    (given,) = await county.audited("mandate.give")
    assert (given.by, given.person) == ("proxy-1", case.applicant)
    assert "（楼淑芬）" in await me.say("我的办件")


async def test_the_matter_may_come_before_the_person(county):
    """“办优待证” first, and then for whom: no order is forced on anybody."""
    me = await talk_as(county, "proxy-1")
    await me.say("办老年优待证")

    assert "给谁办" in await me.press("预约办理")
    assert "请当面读给俞德福听" in await me.say("俞德福")


async def test_an_elder_of_another_village_is_refused_with_whom_to_ask(county):
    """Whose elder it is, their proxy by name, the hall's telephone; and the list is still there."""
    me = await talk_as(county, "proxy-1")
    await me.pick("for_somebody")
    proxy = await county.caller("proxy-2")

    told = await me.say("330000194309200129")

    for part in ("里光洋", "佳村", proxy.account.name, "玉山镇便民服务中心"):
        assert part in told
    assert "现在为楼淑芬办事" in await me.say("楼淑芬")


async def test_somebody_missing_from_the_list_is_added_by_number_and_name(county):
    """A new neighbour is served the same day."""
    me = await talk_as(county, "proxy-1")
    await me.pick("for_somebody")

    assert "没有“王大爷”" in await me.say("王大爷")
    assert "姓名" in await me.say("330000196001010010")
    assert "现在为王大爷办事" in await me.say("王大爷")
    people = await county.desk.people.villagers(me.caller)
    assert "王大爷" in {person.name for person in people}


async def test_an_elder_who_does_not_agree_is_not_acted_for(county):
    """And the proxy hears what the elder can do instead."""
    me = await talk_as(county, "proxy-1")
    await me.pick("for_somebody")
    await me.press("楼淑芬")
    await me.say("办高龄津贴")
    await me.press("预约办理")

    assert "不办" in await me.press("本人不同意")

    assert await county.audited("mandate.give") == []


async def test_a_citizen_is_never_shown_a_village_list(county):
    """Not even by sending the button's value."""
    me = await talk_as(county, "citizen-1")

    told = await me.pick("for_somebody")

    assert "楼淑芬" not in told
    assert not any("楼淑芬" in label for label in me.offered)


@pytest.mark.parametrize("said", ["好", "同意的", "就是村口那家的老太太"])
async def test_what_is_no_name_is_not_looked_for_as_one(county, said):
    """“本村名单里没有‘好’” would be a strange thing to say."""
    me = await talk_as(county, "proxy-1")
    await me.say("办老年优待证")
    await me.press("预约办理")

    told = await me.say(said)

    assert "没有" not in told
    assert "给谁办" in told


async def test_a_day_said_before_the_person_is_kept(county):
    """后天上午 is nobody's name."""
    me = await talk_as(county, "proxy-1")
    await me.say("办老年优待证")
    await me.press("预约办理")

    assert "11月25日（星期三）上午先记下了" in await me.say("后天上午")
    await me.press("楼淑芬")

    assert "11月25日（星期三）上午" in await me.press("本人同意")


async def test_a_village_without_names_yet_is_said_to_be_so(county):
    """Nobody is asked to choose from nothing, a number there is no name, and the way out is open."""
    me = await talk_as(county, "proxy-20")

    assert "还没有人" in await me.say("代村民办事")
    assert "还没有人" in await me.say("第三个")
    assert "本村名单里没有“俞德福”" in await me.say("俞德福")
    await me.say("算了今天先这样")

    assert me.state == "idle"


async def test_a_villagers_name_alone_begins_with_them(county):
    """“何爱霞” is said by whoever has her sitting beside them."""
    me = await talk_as(county, "proxy-1")

    assert "现在为何爱霞办事" in await me.say("何爱霞")
    assert "（为何爱霞办理）" in await me.say("高龄津贴")


async def test_the_next_one_is_the_next_villager_where_nothing_is_under_way(county):
    """Three elders in ten minutes."""
    me = await talk_as(county, "proxy-1")

    await me.say("下一个")

    assert me.state == "choosing_person"
