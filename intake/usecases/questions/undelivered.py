"""What could not be delivered (死信): the operator sees it without names and numbers of people, and has it sent once more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from intake.errors import BadInput
from intake.model.authority import Verb, require
from intake.model.leaving import LaidAside, Topic
from intake.model.people import Caller, mask_name
from intake.ports import Tools
from intake.usecases.trail import audit

# An ID or telephone number in a receiver's complaint; our own numbers begin with letters.
_NUMBER = re.compile(r"(?<![A-Za-z0-9])\d{7,17}[\dXx]")
_ENDS = 3


@dataclass(frozen=True, slots=True)
class Undelivered:
    """没有送达的消息: what it was about, when it was given up and why, fit to be shown."""

    id: int
    topic: Topic
    kind: str
    number: str
    applicant: str
    at: datetime
    why: str


async def undelivered(caller: Caller, *, tools: Tools) -> tuple[Undelivered, ...]:
    """The messages that were given up, oldest first."""
    require(caller, Verb.SEND_AGAIN)
    async with tools.open_view() as view:
        return tuple(map(_shown, await view.leaving.laid_aside()))


async def send_again(caller: Caller, numbers: Sequence[int], *, tools: Tools) -> None:
    """Make these due once more, all or none; raises `BadInput` naming those that do not lie there."""
    require(caller, Verb.SEND_AGAIN)
    async with tools.open_uow() as uow:
        unknown = [number for number in numbers if not await uow.leaving.send_again(number)]
        if unknown:
            named = "、".join(map(str, unknown))
            raise BadInput(field="numbers", why=f"没有编号为 {named} 的搁置消息，一条也没有重发。")
        for number in numbers:
            await audit(uow, caller, "outbox.send_again", tools.clock.now(), message=str(number))
        await uow.commit()


def masked(text: str) -> str:
    """A text without the middle of any long number."""
    return _NUMBER.sub(lambda found: f"{found[0][:_ENDS]}****{found[0][-2:]}", text)


def _shown(letter: LaidAside) -> Undelivered:
    message = letter.message
    return Undelivered(
        message.id,
        message.topic,
        message.kind,
        message.facts.get("number", ""),
        mask_name(message.facts.get("applicant", "")),
        letter.at,
        masked(letter.why),
    )
