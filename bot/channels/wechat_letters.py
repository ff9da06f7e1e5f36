"""WeChat's letters (来信): what the platform posts, read from XML, and the XML that answers it. Pure; nothing is trusted.

Only what the conversation can use is read; of all other kinds the name is kept, so that the person can be told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.channels.callback_seal import Stamp

LARGEST = 64 * 1024
_LONGEST_WORDS = 10_000
_NAME = re.compile(r"[A-Za-z0-9_@.\-]{1,64}")
_MEDIA = re.compile(r"[A-Za-z0-9_\-]{1,256}")
_DIGITS = re.compile(r"[0-9]{1,20}")
# What XML 1.0 cannot hold, in whatever way it is written.
_UNWRITABLE = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Unreadable(Exception):
    """This is no letter of WeChat's; `why` repeats nothing of it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Words:
    """文字: what somebody typed, or dictated where WeChat's own speech recognition understood it."""

    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """图片: a photograph that waits at WeChat under a media id for three days."""

    media: str


@dataclass(frozen=True, slots=True)
class Mumbled:
    """没听清: a voice message without recognised words."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """菜单: an entry of the menu that has a key."""

    key: str


@dataclass(frozen=True, slots=True)
class Came:
    """关注: somebody follows the account."""


@dataclass(frozen=True, slots=True)
class Left:
    """取消关注: somebody does no longer."""


@dataclass(frozen=True, slots=True)
class Else:
    """其他: a kind nobody here can use. An event happens to somebody; a message waits for an answer."""

    kind: str
    waits: bool


Content = Words | Picture | Mumbled | Pressed | Came | Left | Else


@dataclass(frozen=True, slots=True)
class Letter:
    """来信: one message or event. `id` is equal for every resending of it, and for nothing else of the same sender."""

    sender: str
    account: str
    id: str
    content: Content


def read_encrypted(body: bytes) -> str | None:
    """The ciphertext of a body in the compatible or the safe mode; None in the plain one. Raises `Unreadable`."""
    sealed = _root(body).findtext("Encrypt")
    return sealed.strip() if sealed else None


def read_letter(document: bytes) -> Letter:
    """The letter in a plain document; raises `Unreadable`."""
    root = _root(document)
    sender, account = _field(root, "FromUserName", _NAME), _field(root, "ToUserName", _NAME)
    kind = root.findtext("MsgType", "").strip()
    if kind == "event":
        return Letter(sender, account, _event_id(root), _event(root))
    return Letter(sender, account, f"wechat:{_field(root, 'MsgId', _DIGITS)}", _message(root, kind))


def passive_reply(letter: Letter, text: str, at: int) -> bytes:
    """The answer to a letter in a plain document; `at` is in seconds since 1970."""
    content = _UNWRITABLE.sub("", text).replace("]]>", "]]]]><![CDATA[>")
    return (
        f"<xml><ToUserName><![CDATA[{letter.sender}]]></ToUserName>"
        f"<FromUserName><![CDATA[{letter.account}]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{content}]]></Content></xml>"
    ).encode()


def sealed_reply(encrypted: str, signed: str, stamp: Stamp) -> bytes:
    """An answer that was sealed, as the compatible and the safe mode want it."""
    return (
        f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
        f"<MsgSignature><![CDATA[{signed}]]></MsgSignature>"
        f"<TimeStamp>{stamp.timestamp}</TimeStamp><Nonce><![CDATA[{stamp.nonce}]]></Nonce></xml>"
    ).encode()


def _root(document: bytes) -> ET.Element:
    if len(document) > LARGEST:
        raise Unreadable(f"{len(document)} bytes are too many for a letter")
    try:
        root: ET.Element = fromstring(document, forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException, ValueError, LookupError) as fault:
        raise Unreadable(f"this is no plain XML: {type(fault).__name__}") from fault
    if root.tag != "xml":
        raise Unreadable("the root is not <xml>")
    return root


def _field(root: ET.Element, tag: str, shape: re.Pattern[str]) -> str:
    text = root.findtext(tag, "").strip()
    if not shape.fullmatch(text):
        raise Unreadable(f"{tag} is missing or has another shape")
    return text


def _message(root: ET.Element, kind: str) -> Content:
    match kind:
        case "text":
            return _words(root.findtext("Content", ""))
        case "voice":
            said = root.findtext("Recognition", "").strip()
            return _words(said) if said else Mumbled()
        case "image":
            return Picture(_field(root, "MediaId", _MEDIA))
        case _:
            return Else(kind[:40], waits=True)


def _words(text: str) -> Words:
    return Words(text[:_LONGEST_WORDS])


def _event(root: ET.Element) -> Content:
    # WeCom and old accounts write events in small letters, new ones in capitals.
    match root.findtext("Event", "").strip().lower():
        case "subscribe":
            return Came()
        case "unsubscribe":
            return Left()
        case "click":
            return Pressed(root.findtext("EventKey", "").strip()[:128])
        case other:
            return Else(other[:40], waits=False)


def _event_id(root: ET.Element) -> str:
    """Events have no number. Sender and second name one; what happened is added, for two may share a second."""
    at = _field(root, "CreateTime", _DIGITS)
    happened = root.findtext("Event", "").strip().lower()[:40]
    return f"wechat:{at}:{happened}:{root.findtext('EventKey', '').strip()[:40]}"
