"""Hearing (听): a message becomes what a state hears: words, one of the choices just offered, or a photograph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.dialogue.heard import Photographed, Picked, Said
from bot.dialogue.starting import Idle
from bot.messages import Incoming, Kept, Offered
from intake.errors import BadInput
from intake.model.speech import LAST, Spoken

_LONGEST_TEXT = 10_000
_SHORTEST_PART = 2
_GIVING_UP = ("cancel_", "leave_", "ask_person", "evaluate:", "case:")


def hear(incoming: Incoming, kept: Kept, listen: Callable[[str], Spoken]) -> Said | Picked | Photographed:
    """What the message says to the kept state; raises `BadInput` for one that says nothing."""
    if incoming.photo is not None:
        return Photographed()
    if incoming.choice is not None:
        return Picked(incoming.choice)
    if incoming.text is None or not incoming.text.strip():
        raise BadInput(field="text", why="请说一句话、选一项，或者发一张照片。")
    spoken = _listen(incoming.text[:_LONGEST_TEXT], kept, listen)
    if (pressed := _pressed(spoken, kept.offered)) is not None:
        return pressed
    partly = None if isinstance(kept.state, Idle) else _partly(spoken, kept.offered)
    return partly or Said(spoken)


def _listen(text: str, kept: Kept, listen: Callable[[str], Spoken]) -> Spoken:
    """In the middle of a matter 不是我，是我妈 says 是我妈; at its beginning the whole sentence tells what it is."""
    spoken = listen(text)
    if not spoken.put_right or isinstance(kept.state, Idle):
        return spoken
    return replace(listen(spoken.put_right), put_right=spoken.put_right)


def _pressed(spoken: Spoken, offered: Offered) -> Picked | None:
    """What was offered, said as its number or in its very words: 第1个 is 1, and 11 is never 1.

    A number that was not offered is a day of the month (26号) or an unknown choice: then the question stays, for it is no
    new matter.
    """
    if spoken.number is not None and offered:
        number = len(offered) if spoken.number == LAST else spoken.number
        if 1 <= number <= len(offered):
            return Picked(offered[number - 1][1])
        return None if spoken.first_day else Picked(str(number))
    return next((Picked(value) for label, value in offered if label == spoken.text.strip()), None)


def _partly(spoken: Spoken, offered: Offered) -> Picked | None:
    """The one choice whose label the words are a part of, or hold: 同意, 出生登记吧. Giving something up needs its button.

    One character tells items apart (补 and 换), and nothing else.
    """
    said = spoken.text.strip(" 。.!！?？,，吧")
    if not said or spoken.asks or spoken.first_day or spoken.part or spoken.at:
        return None
    among = [pair for pair in offered if len(said) >= _SHORTEST_PART or pair[1].startswith("item:")]
    hits = {value for label, value in among if said in label or label in said}
    value = hits.pop() if len(hits) == 1 else ""
    return Picked(value) if value and not value.startswith(_GIVING_UP) else None
