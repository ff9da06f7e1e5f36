"""Messages (来话): what comes in, what is answered, and what is kept between two of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from bot.dialogue.states import State, read_state, write_state
from intake.model.ids import ServiceCode

Offered = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """来话: one message of one person; exactly one of text, choice and photo is there."""

    message_id: str
    text: str | None = None
    choice: str | None = None
    photo: bytes | None = None

    def told(self, offered: Offered) -> str:
        """The message as the history keeps it: a choice by what it read, a photograph only mentioned."""
        if self.photo is not None:
            return "［照片］"
        pressed = next((label for label, value in offered if value == self.choice), self.choice)
        return self.text or pressed or ""


@dataclass(frozen=True, slots=True)
class Answer:
    """应答: the replies to one message, and the name of the state the conversation is in now."""

    replies: tuple[dict[str, Any], ...]
    state: str

    def write(self) -> str:
        """As kept for a repeated message."""
        return to_json({"replies": self.replies, "state": self.state}).decode()

    @classmethod
    def read(cls, text: str) -> Answer:
        """The kept answer again."""
        kept = from_json(text)
        return cls(tuple(kept["replies"]), kept["state"])


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept between two messages: the state, what was last offered to press, and the items named for afterwards."""

    state: State
    offered: Offered = ()
    later: tuple[tuple[ServiceCode, str], ...] = ()

    @classmethod
    def read(cls, text: str | None) -> Kept:
        """The kept text again; None is a conversation that begins."""
        if text is None:
            return cls(read_state(None))
        kept = from_json(text)
        later = tuple((ServiceCode(code), name) for code, name in kept.get("later", ()))
        return cls(
            read_state(kept["state"]), tuple((label, value) for label, value in kept["offered"]), later
        )

    def write(self) -> str:
        """As the store of conversations keeps it."""
        kept = {"state": write_state(self.state), "offered": self.offered, "later": self.later}
        return to_json(kept).decode()
