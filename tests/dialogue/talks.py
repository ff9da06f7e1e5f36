"""One person's conversation as a script: what they say and press, and what they hear."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from bot.engine import Engine
from bot.messages import Answer, Incoming
from intake.model.people import Caller
from tests.desks import County

_messages = count(1)


@dataclass
class Talk:
    """Somebody at one of the doors; `heard` and `offered` are what the last answer said and gave to press."""

    engine: Engine
    caller: Caller
    replies: tuple[dict[str, Any], ...] = ()
    state: str = ""
    sent: Incoming | None = None

    @property
    def heard(self) -> str:
        """Everything the last answer said."""
        return "\n".join(reply["text"] for reply in self.replies)

    @property
    def offered(self) -> dict[str, str]:
        """What can be pressed, by its label."""
        return {choice["label"]: choice["value"] for reply in self.replies for choice in reply["choices"]}

    async def say(self, text: str) -> str:
        """Say something; returns what is heard."""
        return await self._send(Incoming(self._next(), text=text))

    async def press(self, label: str) -> str:
        """Press what reads so, or begins so."""
        fitting = [value for read, value in self.offered.items() if read.startswith(label)]
        assert fitting, f"“{label}” is not among {list(self.offered)}"
        return await self.pick(fitting[0])

    async def pick(self, value: str) -> str:
        """Send a choice by its value, offered or not."""
        return await self._send(Incoming(self._next(), choice=value))

    async def photograph(self, kind: str) -> str:
        """Send a photograph of some kind of paper."""
        return await self._send(Incoming(self._next(), photo=kind.encode()))

    async def again(self) -> str:
        """The network repeats the last message."""
        assert self.sent is not None
        return await self._send(self.sent)

    async def _send(self, incoming: Incoming) -> str:
        self.sent = incoming
        answer: Answer = await self.engine.hear(self.caller, incoming)
        self.replies, self.state = answer.replies, answer.state
        return self.heard

    def _next(self) -> str:
        return f"{self.caller.code}-{next(_messages)}"


async def talk_as(county: County, who: str) -> Talk:
    """Somebody of the county begins to talk."""
    return Talk(Engine(county.desk, county.conversations), await county.caller(who))


async def booked_allowance(county: County, who: str = "citizen-1") -> Talk:
    """A citizen who has booked the soonest place at the nearest hall for their own allowance."""
    me = await talk_as(county, who)
    await me.say("我要办高龄津贴")
    await me.press("预约办理")
    await me.say("第一个")
    await me.say("第一个")
    assert me.state == "booked", me.heard
    return me


async def confirming_allowance(county: County, who: str = "citizen-1") -> Talk:
    """The same citizen with both papers photographed, asked to confirm."""
    me = await booked_allowance(county, who)
    await me.press("现在拍照交材料")
    await me.photograph("id_card")
    await me.photograph("bank_card")
    await me.press("就交这些")
    assert me.state == "confirming", me.heard
    return me


async def handed_in_allowance(county: County, who: str = "citizen-1") -> Talk:
    """The same citizen with a case number."""
    me = await confirming_allowance(county, who)
    await me.press("确认提交")
    assert "办件编号" in me.heard, me.heard
    return me
