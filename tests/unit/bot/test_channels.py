"""渠道: the same conversation on a page and in a terminal, with the notices where they belong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.terminal import converse
from bot.channels.web import Cursor, WebChannel
from bot.engine import Engine
from intake.model.people import Caller
from tests.desks import County
from tests.dialogue.talks import talk_as
from tests.journeys import submitted


def web(county: County) -> WebChannel:
    """The channel of the pages."""
    return WebChannel(Engine(county.desk, county.conversations), county.conversations, county.desk)


async def read(channel: WebChannel, caller: Caller, after: str = "", limit: int = 50):
    """What a page draws: who said it and what, and where to go on."""
    messages, last = await channel.messages(caller, after, limit)
    return [(m["from"], m.get("text") or m["reply"]["text"]) for m in messages], last


async def test_a_page_sees_what_was_said_and_what_happened_meanwhile(county):
    """After a reload: the person's words on one side, the desk's on the other, the notice among them."""
    me = await talk_as(county, "citizen-1")
    await me.say("您好")
    await submitted(county)
    await county.deliver_notices()

    shown, _ = await read(web(county), me.caller)

    assert [who for who, _ in shown] == ["me", "desk", "desk"]
    assert shown[0][1] == "您好"
    assert "已提交，办件编号 BJ2026112300001" in shown[2][1]


async def test_a_page_that_goes_on_from_its_cursor_misses_nothing_and_repeats_nothing(county):
    """In steps of two, or all at once: the same messages."""
    me, channel = await talk_as(county, "citizen-1"), web(county)
    for said in ("您好", "我要办高龄津贴", "您好", "谢谢", "您好"):
        await me.say(said)
    await submitted(county)
    await county.deliver_notices()
    whole, end = await read(channel, me.caller)

    steps, after = [], ""
    while (page := await read(channel, me.caller, after, 2))[0]:
        steps += page[0]
        after = page[1]

    assert sorted(steps) == sorted(whole)
    assert after == end


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{1,20}(\.[0-9]{1,20}){0,2}", fullmatch=True))
def test_any_text_is_some_cursor(text):
    """What a page sends is never a fault; what is no cursor reads from the beginning."""
    cursor = Cursor.read(text)

    assert Cursor.read(str(cursor)) == cursor
    assert cursor.exchange < 2**63
    assert cursor.notice < 2**63


async def terminal(county: County, who: str, *lines: str) -> str:
    """What a terminal shows while somebody types these lines and leaves."""
    typed, shown = iter(lines), list[str]()
    caller = await county.caller(who)
    await converse(
        Engine(county.desk, county.conversations),
        county.desk,
        caller,
        ask=lambda: next(typed, None),
        show=shown.append,
    )
    return "\n".join(shown)


async def test_the_terminal_is_the_same_conversation_with_numbered_choices(county, tmp_path):
    """From words to a case number at the prompt; a photograph is a path."""
    card = tmp_path / "card.jpg"
    card.write_bytes(b"id_card")

    shown = await terminal(
        county,
        "citizen-1",
        "我要办高龄津贴",
        "1",
        "1",
        "1",
        "1",
        f"照片 {card}",
        "3",
        "1",
        "再见",
        "不会读到",
    )

    assert "  1. 预约办理" in shown
    assert "收到居民身份证" in shown
    assert "办件编号 BJ2026112300001" in shown
    assert "不会读到" not in shown


async def test_the_terminal_tells_notices_once(county):
    """Between two lines, marked as what they are."""
    await submitted(county)
    await county.deliver_notices()

    shown = await terminal(county, "citizen-1", "您好", "", "谢谢")

    assert shown.count("【通知】“高龄津贴申领”已提交") == 1


async def test_a_wrong_path_is_no_end_of_the_conversation(county, tmp_path):
    """The person is told, and goes on."""
    shown = await terminal(county, "citizen-1", f"照片 {tmp_path}/nothing.jpg", "谢谢")

    assert "打不开这个照片文件" in shown
    assert "不客气" in shown
