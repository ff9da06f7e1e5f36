"""The terminal channel: the same conversation, typed; choices are numbered, a photograph is a path after 照片."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from bot.engine import Engine
from bot.messages import Incoming
from bot.replies import render_notice
from intake.desk import Desk
from intake.errors import Refusal
from intake.model.people import Caller

_PHOTO = ("照片", "photo")
_GOODBYE = frozenset({"再见", "退出", "exit", "quit"})


async def converse(
    engine: Engine, desk: Desk, caller: Caller, *, ask: Callable[[], str | None], show: Callable[[str], None]
) -> None:
    """Talk until the person says goodbye or the input ends; `ask` gives the next line, `show` prints."""
    seen = 0
    await _say(engine, caller, "您好", show)
    while True:
        for notice in await desk.people.notices(caller, seen):
            seen = notice.id
            show(_drawn(render_notice(notice).as_json(), "【通知】"))
        line = await asyncio.to_thread(ask)
        if line is None or line.strip() in _GOODBYE:
            return
        if line.strip():
            await _say(engine, caller, line.strip(), show)


async def _say(engine: Engine, caller: Caller, line: str, show: Callable[[str], None]) -> None:
    try:
        answer = await engine.hear(caller, await _incoming(line))
    except Refusal as refusal:
        show(f"{refusal.title}{refusal.next_step}")
    except OSError as fault:
        show(f"打不开这个照片文件：{fault.strerror}。请检查路径后再发一次。")
    else:
        for reply in answer.replies:
            show(_drawn(reply))


async def _incoming(line: str) -> Incoming:
    word, _, rest = line.partition(" ")
    if word in _PHOTO and rest.strip():
        content = await asyncio.to_thread(_read_photo, rest.strip())
        return Incoming(uuid4().hex, photo=content)
    return Incoming(uuid4().hex, text=line)


def _read_photo(path: str) -> bytes:
    return Path(path).expanduser().read_bytes()


def _drawn(reply: dict[str, Any], mark: str = "") -> str:
    lines = [f"{mark}{reply['text']}"]
    for number, choice in enumerate(reply["choices"], start=1):
        hint = f"（{choice['hint']}）" if choice["hint"] else ""
        lines.append(f"  {number}. {choice['label']}{hint}")
    return "\n".join(lines)
