"""公众号: the conversation as WeChat carries it, from the first word of a stranger to a case number, resent as WeChat resends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.channels.wechat import WeChatChannel
from bot.channels.wechat_api import WeChatAccount, WeChatApi
from bot.channels.wechat_door import WeChatDoor
from bot.channels.wechat_words import LONGEST
from intake.model.ids import AccountCode
from intake.model.leaving import Topic
from jiujinban.clock import SystemClock
from jiujinban.postmen import InboxPostman, Postman
from jiujinban.wechat import SealedLetters, WeChatPost
from tests.desks import County
from tests.fakes import PowerCut
from tests.journeys import submitted
from tests.services.wechat import (
    APP_ID,
    SECRET,
    FakeWeChat,
    Telephone,
    fake_wechat,
    picture_xml,
    seal,
    text_xml,
)

SEND = "/cgi-bin/message/custom/send"
ME = "oyORnuP8q7ou2gfYjqLzSIWZf0rs"
PAGE = "https://jiujinban.example/#/wechat"


@dataclass(frozen=True, slots=True)
class Scene:
    """A county whose service account is open at one server of perhaps several."""

    county: County
    wechat: FakeWeChat
    http: ClientSession
    channel: WeChatChannel
    post: WeChatPost
    url: str

    def telephone(self, openid: str = ME, mode: str = "safe") -> Telephone:
        """Somebody's WeChat."""
        return Telephone(self.http, self.url, openid, mode)

    async def bound(self, who: str = "citizen-1", openid: str = ME) -> Telephone:
        """The same, bound as people do it."""
        offered = await self.county.desk.people.offer_binding(await self.county.caller(who))
        assert "绑定好了" in await self.telephone(openid).say(offered.code)
        return self.telephone(openid)

    async def deliver(self) -> None:
        """What the worker does all day: letters that wait are answered, and the answers sent."""
        postman = Postman(self.county.store, self.county.clock, Topic.WECHAT, self.post.deliver)
        await InboxPostman(self.county.store, self.county.clock, wechat=True).round()
        while await postman.round():
            pass

    async def booked(self) -> int:
        """How many places the person has."""
        async with self.county.store.open_view() as view:
            return len(await view.appointments.booked_by(AccountCode("citizen-1")))


@asynccontextmanager
async def server(
    county: County, wechat: FakeWeChat, http: ClientSession, *, patience: float = 4.0, longest: int = LONGEST
) -> AsyncIterator[Scene]:
    """A server with nothing but the callback; posts are stamped by this machine's clock, the county's stands still."""
    api, letters = WeChatApi(WeChatAccount(wechat.url, APP_ID, SECRET)), SealedLetters(county.store)
    channel = WeChatChannel(
        county.desk, county.conversations, api, letters, PAGE, patience=patience, longest=longest
    )
    app = web.Application()
    app.add_routes(WeChatDoor(seal(), channel, SystemClock().now).routes())
    async with TestServer(app) as serving:
        post = WeChatPost(county.store, channel, api, letters, county.clock, "https://jiujinban.example")
        yield Scene(county, wechat, http, channel, post, str(serving.make_url("")).rstrip("/"))
        await channel.close()


@pytest_asyncio.fixture
async def scene(county: County) -> AsyncIterator[Scene]:
    """The callback on a port, over the reference county, with a WeChat to talk to."""
    async with fake_wechat() as wechat, ClientSession() as http, server(county, wechat, http) as made:
        yield made


@pytest_asyncio.fixture
async def hurried(scene: Scene) -> AsyncIterator[Scene]:
    """Another server of the same county, which gives no letter any time at all."""
    async with server(scene.county, scene.wechat, scene.http, patience=0.0) as made:
        yield made


async def test_from_the_first_word_to_a_case_number(scene):
    """Ask, be bound, choose by number, book, photograph two papers, hand in: all within WeChat."""
    me = scene.telephone()
    scene.wechat.photographs |= {"front": b"id_card", "bank": b"bank_card"}
    asked = await me.say("我要办高龄津贴")
    me = await scene.bound()

    guide = await me.say("我要办高龄津贴")
    steps = [await me.say(said) for said in ("1", "1", "1")]
    collecting = await me.say("现在拍照交材料")
    photos = [await me.photograph("front"), await me.photograph("bank")]
    confirming = await me.say("就交这些")
    done = await me.say("确认提交")

    assert "高龄津贴" in asked
    assert PAGE in asked
    assert "1. 预约办理" in guide
    assert "回复数字" in guide
    assert "1. " in steps[0]
    assert "预约" in steps[-1]
    assert "居民身份证" in collecting
    assert "收到居民身份证" in photos[0]
    assert "确认提交" in confirming
    assert "办件编号 BJ2026112300001" in done


@pytest.mark.parametrize("mode", ["compatible", "safe"])
async def test_sealed_modes_are_the_same_conversation(scene, mode):
    """In the compatible one the plain fields beside the seal are not looked at."""
    await scene.bound()

    assert "1. 预约办理" in await scene.telephone(mode=mode).say("我要办高龄津贴")


async def test_a_stranger_learns_what_a_matter_needs_and_books_nothing(scene):
    """The guide in full, the way to be bound, and nothing to press that would need a person."""
    me = scene.telephone()

    guide, booked, photographed = (
        await me.say("我要办高龄津贴"),
        await me.say("1"),
        await me.photograph("front"),
    )

    assert "要带的材料" in guide
    assert "预约办理" not in guide
    assert PAGE in guide
    assert "预约成功" not in booked
    assert PAGE in photographed
    assert await scene.booked() == 0


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("您好", "这里是就近办"),
        ("谢谢", "不客气"),
        ("我的办件", "电话0579-"),
        ("找人工", "电话0579-"),
        ("取消预约", "电话0579-"),
        ("今天天气真好啊适合晒太阳", "电话0579-"),
    ],
)
async def test_a_stranger_always_hears_a_way_on(scene, said, heard):
    """What would need a person leads to the binding page, and to a telephone that somebody answers."""
    answer = await scene.telephone().say(said)

    assert heard in answer
    assert PAGE in answer
    assert "1. " not in answer


async def test_a_stranger_chooses_by_number(scene):
    """A few items could be meant; the number of one brings its guide, resent or not."""
    me = scene.telephone()
    offered = await me.say("我要办证")
    assert "1. " in offered
    first = offered.split("1. ")[1].splitlines()[0]

    told, again = await me.say("1", 7), await me.say("1", 7)

    assert told == again
    assert first in told


async def test_a_wrong_code_binds_nobody_and_the_right_one_once(scene):
    """Resent, the right one is still answered with what it did."""
    me, people = scene.telephone(), scene.county.desk.people
    offered = await people.offer_binding(await scene.county.caller("citizen-1"))
    wrong = f"{(int(offered.code) + 1) % 10**8:08d}"

    refused = await me.say(wrong)
    said = [await me.say(f"绑定码 {offered.code}", 11) for _ in range(3)]

    assert "不对" in refused
    assert len(set(said)) == 1
    assert "绑定好了" in said[0]
    assert len(await scene.county.audited("binding.make")) == 1


async def test_eight_digits_of_somebody_bound_are_no_code_unless_they_say_so(scene):
    """A landline has as many; a telephone that changes hands is bound anew with a word."""
    me, people = await scene.bound(), scene.county.desk.people
    offered = await people.offer_binding(await scene.county.caller("citizen-2"))

    assert "绑定" not in await me.say("84660001")
    assert "绑定" not in await me.say(offered.code)
    assert "绑定好了" in await me.say(f"绑定 {offered.code}")
    assert [entry.by for entry in await scene.county.audited("binding.make")] == ["citizen-1", "citizen-2"]


async def test_a_storm_of_resendings_is_one_answer_and_one_booking(scene):
    """WeChat asks three times, and a second server of ours hears the copies, too."""
    me = await scene.bound()
    for said in ("我要办高龄津贴", "1", "1"):
        await me.say(said)

    async with server(scene.county, scene.wechat, scene.http) as second:
        phones = (second.telephone(), me)
        answers = await asyncio.gather(*(phones[n % 2].say("1", 99) for n in range(30)))

    assert len(set(answers)) == 1
    assert "预约" in answers[0]
    assert await scene.booked() == 1


async def test_what_takes_longer_is_answered_later_once(scene, hurried):
    """WeChat is told that all is well; the resent copies are, too; the answer follows as one message."""
    me = await hurried.bound()

    at_once = [await me.say("我要办高龄津贴", 5) for _ in range(3)]
    await hurried.deliver()
    later = [await me.say("我要办高龄津贴", 5), await scene.telephone().say("我要办高龄津贴", 5)]
    await hurried.deliver()

    assert [*at_once, *later] == [""] * 5
    (said,) = scene.wechat.said_to(ME)
    assert "1. 预约办理" in said


async def test_a_booking_that_took_too_long_is_one_booking(scene, hurried):
    """The hearing goes on behind the `success`, and the postman hears the letter, too."""
    me = await scene.bound()
    for said in ("我要办高龄津贴", "1", "1"):
        await me.say(said)

    answers = await asyncio.gather(*(hurried.telephone().say("1", 99) for _ in range(3)))
    await asyncio.gather(hurried.deliver(), scene.deliver())

    assert answers == ["", "", ""]
    notice, said = sorted(scene.wechat.said_to(ME))
    assert notice.startswith("已预约：")
    assert said.startswith("约好了：")
    assert await scene.booked() == 1


async def test_nothing_that_was_put_off_is_lost_when_a_server_dies(scene, hurried):
    """It was in the outbox before WeChat heard `success`; the other server answers it."""
    me = await hurried.bound()
    scene.county.conversations.die_before_saving = 1
    await me.say("我要办高龄津贴")
    await hurried.channel.close()

    with contextlib.suppress(PowerCut):
        await scene.deliver()
    scene.county.clock.forward(minutes=2)
    await scene.deliver()

    (said,) = scene.wechat.said_to(ME)
    assert "1. 预约办理" in said


async def test_a_long_answer_comes_in_messages_in_order_each_once(scene):
    """The second fails at first: the first is not sent again for its sake, and the third waits for its turn."""
    await scene.bound()
    whole = await scene.telephone().say("我要办高龄津贴")
    async with server(scene.county, scene.wechat, scene.http, longest=200) as short:
        assert await short.telephone().say("我要办高龄津贴") == ""
        scene.wechat.faults[SEND] = [0, -1]
        await short.deliver()
        assert len(scene.wechat.said_to(ME)) == 1
        scene.county.clock.forward(minutes=5)
        await short.deliver()

    parts = scene.wechat.said_to(ME)
    assert len(parts) > 3
    assert all(len(part.encode()) <= 200 for part in parts)
    assert "".join("".join(parts).split()) == "".join(whole.split())


async def test_two_postmen_with_one_letter_send_one_answer(scene, hurried):
    """The first was slow, its lease ran out, and the second took the letter, too."""
    me = await hurried.bound()
    await me.say("我要办高龄津贴")
    (letter,) = await scene.county.told("wechat.hear")

    for each in (await scene.post.deliver(letter), await hurried.post.deliver(letter)):
        async with scene.county.store.open_uow() as uow:
            await each(uow)
            await uow.leaving.delivered(letter, scene.county.clock.now())
            await uow.commit()
    await scene.deliver()

    assert len(scene.wechat.said_to(ME)) == 1


async def test_a_strangers_question_is_waited_for(scene, hurried):
    """Nothing they ask changes anything, so there is nothing to put off."""
    assert "要带的材料" in await hurried.telephone().say("我要办高龄津贴")
    assert await scene.county.told("wechat.hear") == []


async def test_what_somebody_wrote_is_not_to_be_read_in_the_outbox(scene, hurried):
    """It may hold an ID number; nor is their openid there, before it is answered or after."""
    me = await hurried.bound()
    await me.say("我叫蔡秀英，330727194003041226，要办高龄津贴")
    await hurried.deliver()

    waited = repr(await scene.county.told("wechat.hear") + await scene.county.told("wechat.say"))

    assert "wechat.say" in waited
    for secret in ("330727194003041226", "蔡秀英", "高龄津贴", ME):
        assert secret not in waited


async def test_a_photograph_that_wechat_keeps_back_is_fetched_later(scene):
    """WeChat's interface is out of order for a while: the person need not send it again."""
    me = await scene.bound()
    scene.wechat.photographs["front"] = b"id_card"
    scene.wechat.faults["/cgi-bin/media/get"] = [-1, -1]

    at_once = await me.photograph("front")
    await scene.deliver()
    scene.county.clock.forward(minutes=5)
    await scene.deliver()

    assert at_once == ""
    (said,) = scene.wechat.said_to(ME)
    assert "照片先别急着发" in said


async def test_a_photograph_that_is_gone_is_asked_for_again(scene):
    """At once, for waiting would not bring it back."""
    me = await scene.bound()

    assert "请再发一次" in await me.photograph("gone")


async def test_news_of_a_case_come_to_whom_they_concern_and_to_nobody_else(scene):
    """受理了 reaches WeChat; whoever is not bound reads it in the inbox."""
    await scene.bound()
    await scene.bound("citizen-2", "oSomebodyElse")
    await submitted(scene.county)
    await scene.deliver()

    (told,) = scene.wechat.said_to(ME)
    assert "已提交，办件编号 BJ2026112300001" in told
    assert scene.wechat.said_to("oSomebodyElse") == []


async def test_whoever_has_not_written_for_two_days_is_no_dead_letter(scene):
    """WeChat would refuse for ever; the notice lies in the inbox."""
    await scene.bound()
    scene.wechat.faults[SEND] = [45015]
    await submitted(scene.county)
    await scene.deliver()

    async with scene.county.store.open_view() as view:
        assert await view.leaving.laid_aside() == ()
        assert len(await view.leaving.notices("citizen-1", 0)) == 1


async def test_whoever_says_so_or_leaves_is_unbound(scene):
    """And is a stranger from the next word on; nothing more is sent there."""
    me = await scene.bound()
    assert "已经解除绑定" in await me.say("解除绑定")
    assert "还没有绑定" in await me.say("解除绑定")

    me = await scene.bound()
    assert await me.event("unsubscribe") == ""
    await submitted(scene.county)
    await scene.deliver()

    assert PAGE in await me.say("我要办高龄津贴")
    assert scene.wechat.said_to(ME) == []
    async with scene.county.store.open_view() as view:
        assert await view.leaving.laid_aside() == ()


async def test_events_and_the_menu(scene):
    """Whoever comes is greeted and told how to be bound; a menu entry is as good as its words; a link asks nothing."""
    stranger = scene.telephone("oStranger")
    greeted = await stranger.event("subscribe", "qrscene_1")
    me = await scene.bound()
    pressed, again = await me.event("CLICK", "我的办件"), await me.event("CLICK", "我的办件")

    assert "您好" in greeted
    assert PAGE in greeted
    assert pressed == again
    assert pressed == await me.say("我的办件")
    assert await me.event("VIEW", "https://x/") == ""
    assert "欢迎回来" in await me.event("subscribe")


async def test_dictated_words_are_words_and_what_cannot_be_read_says_so(scene):
    """A voice message that WeChat did not understand is asked for again."""
    me = await scene.bound()

    def voice(said: str, number: int) -> str:
        typed = text_xml(ME, "", number).replace("[text]", "[voice]")
        return typed.replace(
            "</xml>", f"<MediaId>v</MediaId><Recognition><![CDATA[{said}]]></Recognition></xml>"
        )

    assert "高龄津贴" in await me.post(voice("我要办高龄津贴。", 1))
    assert "没听清" in await me.post(voice("", 2))
    assert "还看不懂" in await me.post(picture_xml(ME, "m", 3).replace("[image]", "[video]"))
