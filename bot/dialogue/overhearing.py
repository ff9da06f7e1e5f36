"""Overhearing (随时听): what is meant the same way wherever the conversation stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue import (
    asking,
    booking,
    changing,
    collecting,
    finding,
    judging,
    queueing,
    representing,
    starting,
)
from bot.dialogue.heard import Explained, Heard, InLineNow, Picked, Said, Told
from bot.dialogue.turns import Say, Situation, Turn, Whose, turn
from bot.dialogue.wishes import (
    Consider,
    GiveBack,
    Judge,
    ListMine,
    ListVillagers,
    LookAt,
    LookAtLines,
    ReleasePlace,
)
from intake.model.ids import AppointmentId, CaseId, ServiceCode
from intake.model.people import Role
from intake.model.speech import Intent

if TYPE_CHECKING:
    from bot.dialogue.states import State

_BARE = 5
# Elsewhere 取消 and 不办了 can only mean the thing at hand: nothing is booked in it yet.
_SOMETHING_BOOKED = frozenset({"idle", "booked", "collecting", "confirming"})


def overhear(heard: Heard, state: State, situation: Situation) -> Turn | None:
    """What is meant the same way wherever the conversation stands; None leaves it to the state."""
    match heard:
        case Picked():
            return _picked_anywhere(heard.value, state, situation)
        case Said():
            return asking.ask(heard, state) or _said_anywhere(heard, state, situation)
        case Told() | Explained():
            return asking.tell(heard, state, situation)
        case InLineNow():
            return queueing.tell(heard, state, situation)
        case _:
            return None


def _said_anywhere(heard: Said, state: State, situation: Situation) -> Turn | None:
    match heard.spoken.intent:
        case Intent.STOP:
            return stop(state, situation)
        case Intent.RESTART:
            return turn(starting.Idle(), Say("restarted"), starting.welcome(situation, Whose()))
        case Intent.HELP:
            return turn(state, starting.welcome(situation, Whose()))
        case Intent.STATUS:
            return turn(starting.Idle(), wish=ListMine())
        case Intent.CANCEL if state.name not in {*_SOMETHING_BOOKED, "moving"}:
            return stop(state, situation)
        case Intent.MOVE | Intent.CANCEL if state.name in _SOMETHING_BOOKED:
            return changing.change(heard.spoken, state)
        case Intent.LINE:
            return turn(state, wish=LookAtLines())
        case Intent.COMPLAINT if not isinstance(state, starting.Idle) or len(heard.text) <= _BARE:
            return asking.call_somebody(heard.text, _BARE)
        case Intent.GREETING if isinstance(state, starting.Idle):
            return turn(state, starting.welcome(situation, state.whose))
        case Intent.THANKS:
            return turn(state, Say("you_are_welcome"))
        case Intent.PERSON:
            return asking.call_somebody(heard.text)
        case _:
            return None


def stop(state: State, situation: Situation) -> Turn:
    """算了: the thing at hand is put down; what is booked stays, a kept place is let go, photographs are kept."""
    match state:
        case changing.Held():
            return turn(changing.Answering(), wish=ReleasePlace(state.hold))
        case changing.Moving():
            return turn(starting.Idle(), Say("place_stays"))
        case booking.Booked():
            return turn(starting.Idle(), Say("see_you_there"))
        case collecting.Collecting() | collecting.Confirming():
            return turn(starting.Idle(), Say("draft_is_kept"))
        case judging.Evaluating():
            return turn(state, wish=Judge(state.case, state.grade))
        case _:
            return turn(starting.Idle(), Say("stopped", choices=starting.again(situation)))


def _picked_anywhere(value: str, state: State, situation: Situation) -> Turn | None:
    command, _, rest = value.partition(":")
    match command:
        case "restart":
            return turn(starting.Idle(), Say("restarted"), starting.welcome(situation, Whose()))
        case "my_cases":
            return turn(starting.Idle(), wish=ListMine())
        case "case":
            return turn(starting.Idle(), wish=LookAt(rest))
        case "cancel_appointment":
            return turn(starting.Idle(), wish=GiveBack(AppointmentId(rest)))
        case "item":
            return _take(state, ServiceCode(rest))
        case "for_somebody" if situation.role is Role.PROXY:
            return turn(representing.ChoosingPerson(), wish=ListVillagers())
        case "ask_person":
            return asking.call_somebody(rest)
        case "evaluate":
            case, _, grade = rest.partition(":")
            return judging.evaluate(CaseId(case), int(grade) if grade.isdecimal() else 0)
        case "resupply":
            return turn(collecting.Collecting(CaseId(rest), again=True), wish=LookAt(rest))
        case _:
            return changing.pressed(command, rest)


def _take(state: State, code: ServiceCode) -> Turn:
    """An item was pressed: of those just offered it says what was meant, of an older message it says nothing."""
    considering = finding.ConsideringItem(code, whose=_whose(state), who=getattr(state, "who", ""))
    meant = state.meant(code) if isinstance(state, finding.ChoosingItem) else None
    return turn(
        considering, wish=Consider(code, _whose(state).person, getattr(state, "asked", "")), meant=meant
    )


def _whose(state: State) -> Whose:
    return getattr(state, "whose", Whose())
