"""来信: what WeChat posts, read into what the conversation can use; and nothing that can be posted makes it stumble."""

from __future__ import annotations

import contextlib

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat_letters import (
    LARGEST,
    Came,
    Else,
    Left,
    Letter,
    Mumbled,
    Picture,
    Pressed,
    Unreadable,
    Words,
    passive_reply,
    read_encrypted,
    read_letter,
)
from tests.unit.bot.at_once import at_once

HEAD = (
    "<ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName>"
    "<FromUserName><![CDATA[oyORnuP8q7ou2gfYjqLzSIWZf0rs]]></FromUserName>"
    "<CreateTime>1409735668</CreateTime>"
)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><xml>&j;</xml>"
)
READING_A_FILE = '<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/hostname">]><xml>&f;</xml>'


def letter(inside: str) -> Letter:
    """A letter with something inside."""
    return read_letter(f"<xml>{HEAD}\n{inside}</xml>".encode())


def message(kind: str, inside: str = "") -> Letter:
    """A message of some kind."""
    return letter(f"<MsgType><![CDATA[{kind}]]></MsgType>{inside}<MsgId>6054768590064713728</MsgId>")


def event(name: str, inside: str = "") -> Letter:
    """An event."""
    return letter(f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>{inside}")


@pytest.mark.parametrize(
    ("read", "content"),
    [
        (
            message("text", "<Content><![CDATA[我妈七十了，想办老年证]]></Content>"),
            Words("我妈七十了，想办老年证"),
        ),
        (message("text"), Words("")),
        (message("image", "<PicUrl>http://x/y</PicUrl><MediaId>abc_-9</MediaId>"), Picture("abc_-9")),
        (message("voice", "<MediaId>m</MediaId><Recognition>办老年证。</Recognition>"), Words("办老年证。")),
        (message("voice", "<MediaId>m</MediaId><Format>amr</Format>"), Mumbled()),
        (message("location", "<Location_X>29.0</Location_X>"), Else("location", waits=True)),
        (event("subscribe"), Came()),
        (event("SUBSCRIBE", "<EventKey>qrscene_1</EventKey>"), Came()),
        (event("unsubscribe"), Left()),
        (event("CLICK", "<EventKey>我的办件</EventKey>"), Pressed("我的办件")),
        (event("VIEW", "<EventKey>https://x/</EventKey>"), Else("view", waits=False)),
    ],
    ids=[
        "words",
        "no words",
        "photograph",
        "dictated",
        "mumbled",
        "place",
        "came",
        "scanned and came",
        "left",
        "menu",
        "link",
    ],
)
def test_each_kind_reads_as_what_it_means(read, content):
    """Dictated words are words; what nobody can use keeps its name."""
    assert read.content == content
    assert (read.sender, read.account) == ("oyORnuP8q7ou2gfYjqLzSIWZf0rs", "gh_10f6c3c3ac5a")


def test_a_resent_message_has_the_same_id_and_another_one_has_not():
    """WeChat numbers messages, but events only by sender and second."""
    assert message("text").id == message("text").id == "wechat:6054768590064713728"
    assert event("CLICK", "<EventKey>a</EventKey>").id == event("CLICK", "<EventKey>a</EventKey>").id
    assert event("CLICK", "<EventKey>a</EventKey>").id != event("CLICK", "<EventKey>b</EventKey>").id
    assert event("subscribe").id != event("unsubscribe").id


def test_the_sender_is_in_no_id():
    """Ids are kept in the clear; who somebody is at WeChat is not."""
    assert "oyORnuP8q7ou2gfYjqLzSIWZf0rs" not in event("subscribe").id + message("text").id


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"<xml>",
        b"<html/>",
        b"<xml/>",
        b'{"json": 1}',
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="nonsense"?><xml/>',
        f"<xml>{HEAD}<MsgType>text</MsgType></xml>".encode(),
        f"<xml>{HEAD}<MsgType>text</MsgType><MsgId>-1</MsgId></xml>".encode(),
        f"<xml>{HEAD}<MsgType>image</MsgType><MsgId>1</MsgId><MediaId>../x</MediaId></xml>".encode(),
        f"<xml>{HEAD.replace('oyO', '<b/>')}<MsgType>text</MsgType><MsgId>1</MsgId></xml>".encode(),
        f"<xml>{HEAD}<MsgType>text</MsgType><MsgId>1</MsgId>{' ' * LARGEST}</xml>".encode(),
        f"<!DOCTYPE xml><xml>{HEAD}<MsgType>text</MsgType><MsgId>1</MsgId></xml>".encode(),
        BOMB.encode(),
        READING_A_FILE.encode(),
    ],
)
def test_what_is_no_letter_is_refused(body):
    """A bomb of entities and a pointer to a file among it, both before anything is unfolded."""
    with at_once(), pytest.raises(Unreadable):
        read_letter(body)


def test_a_ciphertext_is_found_beside_plain_fields_and_alone():
    """The compatible and the safe mode; the plain one has none."""
    assert read_encrypted(f"<xml>{HEAD}<Encrypt><![CDATA[abc]]></Encrypt></xml>".encode()) == "abc"
    assert read_encrypted(b"<xml><Encrypt>\nabc\n</Encrypt></xml>") == "abc"
    assert read_encrypted(f"<xml>{HEAD}</xml>".encode()) is None
    assert read_encrypted(b"<xml><Encrypt></Encrypt></xml>") is None


@given(st.text(max_size=200))
def test_whatever_is_said_the_answer_is_readable(text):
    """Also with the end of a CDATA section, control characters or half an emoji in it."""
    root = fromstring(passive_reply(message("text"), text, 1409735669))

    said = root.findtext("Content") or ""
    assert root.findtext("ToUserName") == "oyORnuP8q7ou2gfYjqLzSIWZf0rs"
    assert root.findtext("FromUserName") == "gh_10f6c3c3ac5a"
    assert said.replace("\n", "") in text.replace("\r", "\n").replace("\n", "") or not text.isprintable()


tags = st.sampled_from(
    [
        "MsgType",
        "Content",
        "MsgId",
        "Event",
        "EventKey",
        "MediaId",
        "FromUserName",
        "CreateTime",
        "Encrypt",
        "b",
    ]
)
values = (
    st.sampled_from(["text", "event", "image", "voice", "1", "<![CDATA[", "]]>", "&x;", "&#0;", "汉"])
    | st.text()
)
pieces = st.builds(lambda tag, value: f"<{tag}>{value}</{tag}>", tags, values)
bodies = st.lists(pieces, max_size=12).map(lambda parts: f"<xml>{HEAD}{''.join(parts)}</xml>")


@given(
    st.binary(max_size=2000) | (st.text(max_size=500) | bodies).map(lambda t: t.encode("utf-8", "replace"))
)
def test_any_bytes_are_a_letter_or_refused_at_once(body):
    """In 20 ms, and never with a fault."""
    for read in (read_letter, read_encrypted):
        with at_once(), contextlib.suppress(Unreadable):
            read(body)


def test_the_deepest_and_the_widest_letter_take_no_longer():
    """64 KB of nothing but beginnings, or of siblings."""
    deep = b"<xml>" + b"<a>" * 9000 + b"</a>" * 9000 + b"</xml>"
    wide = b"<xml>" + b"<a/>" * 16000 + b"</xml>"
    for body in (deep, wide):
        with at_once(), pytest.raises(Unreadable):
            read_letter(body)
