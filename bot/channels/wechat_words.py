"""How things read in WeChat (微信文字): text only, choices numbered, and nothing longer than one message may be."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

# WeChat takes 2048 bytes of text; what a phone shows of it without 展开 is far less.
LONGEST = 2000
# A message is best cut between paragraphs, else between lines, else after a sentence; a Chinese sentence may have no end.
_CUTS = ("\n\n", "\n", "。", "；", "，")
_CODE = re.compile(r"\D{0,8}?(\d{4}) ?(\d{4})\D{0,4}")


@cache
def _sentences() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("wechat.zh.toml").read_text("utf-8"))


def words(key: str, **facts: str) -> str:
    """A sentence of the channel's own with its facts filled in."""
    return str(_sentences()[key]).format(**facts)


def menu(address: str) -> Mapping[str, Sequence[Mapping[str, str]]]:
    """The menu below the conversation, as WeChat's `menu/create` takes it; what only views leads to the binding page."""
    buttons: list[dict[str, str]] = [dict(button) for button in _sentences()["menu"]]
    return {"button": [b | ({"url": address} if b["type"] == "view" else {}) for b in buttons]}


def drawn(replies: Sequence[Mapping[str, Any]]) -> str:
    """Replies as one text; the choices that a number stands for now are the last ones, so no others have numbers."""
    last = max((n for n, reply in enumerate(replies) if reply["choices"]), default=None)
    parts = [reply["text"] if n != last else _numbered(reply) for n, reply in enumerate(replies)]
    return "\n\n".join(part for part in parts if part)


def split(text: str, longest: int = LONGEST) -> tuple[str, ...]:
    """The text in messages of at most so many bytes, none of them empty; nothing but white space at a cut is lost."""
    return tuple(_messages(text.strip(), longest))


def code_in(text: str) -> str | None:
    """The binding code somebody sent, with a few words around it at most."""
    found = _CODE.fullmatch(text.strip())
    return found[1] + found[2] if found and found[1].isascii() and found[2].isascii() else None


def _numbered(reply: Mapping[str, Any]) -> str:
    lines = [reply["text"]]
    for number, choice in enumerate(reply["choices"], start=1):
        hint = f"（{choice['hint']}）" if choice["hint"] else ""
        lines.append(f"{number}. {choice['label']}{hint}")
    return "\n".join([*lines, words("by_number")])


def _messages(text: str, longest: int) -> Iterator[str]:
    while len(text.encode()) > longest:
        fitting = text.encode()[:longest].decode(errors="ignore")
        begin = fitting[: _cut(fitting)]
        yield begin.rstrip()
        text = text[len(begin) :].lstrip()
    if text:
        yield text


def _cut(fitting: str) -> int:
    """Where to end the first message: in its second half if it can be, so that no message is a stump."""
    for cut in _CUTS:
        place = fitting.rfind(cut)
        if place >= len(fitting) // 2:
            return place + len(cut)
    return len(fitting)
