"""The states of a conversation: each a frozen dataclass that is its data, with no clock and no desk in it.

A state hears and answers with a `Turn`. It never does anything itself: it wishes, and hears what came of it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, TypeAdapter

from bot.dialogue.asking import PassingOn
from bot.dialogue.booking import Booked, ChoosingHall, ChoosingSlot
from bot.dialogue.changing import Answering, Held, Moving, Which
from bot.dialogue.collecting import Collecting, Confirming
from bot.dialogue.finding import ChoosingItem, ConsideringItem
from bot.dialogue.judging import Evaluating
from bot.dialogue.representing import ChoosingPerson, ForWhom, GivingMandate, NamingPerson
from bot.dialogue.starting import Idle

State = (
    Idle
    | Evaluating
    | PassingOn
    | ChoosingItem
    | ConsideringItem
    | ChoosingPerson
    | NamingPerson
    | ForWhom
    | GivingMandate
    | ChoosingHall
    | ChoosingSlot
    | Booked
    | Held
    | Moving
    | Which
    | Answering
    | Collecting
    | Confirming
)

_STATES: TypeAdapter[State] = TypeAdapter(Annotated[State, Field(discriminator="name")])


def write_state(state: State) -> str:
    """The state as it is kept between two messages."""
    return _STATES.dump_json(state).decode()


def read_state(text: str | None) -> State:
    """The kept state; a conversation begins idle, and one kept by an older release begins anew."""
    if text is None:
        return Idle()
    try:
        return _STATES.validate_json(text)
    except ValueError:
        return Idle()
