"""Overhearing (随时听): what is meant the same way wherever the conversation stands."""

from __future__ import annotations

from dataclasses import replace
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
    steps,
)
from bot.dialogue.heard import Explained, Heard, InLineNow, Mine, Picked, Said, Told
from bot.dialogue.turns import Say, Situation, Turn, Whose, turn
from bot.dialogue.wishes import (
    Consider,
    FindItem,
    GiveBack,
    ListMine,
    ListVillagers,
    LookAt,
    LookAtLines,
)
from bot.dialogue.words import when_words
from intake.model.ids import AppointmentId, CaseId, ServiceCode
from intake.model.people import Role
from intake.model.speech import Intent, Spoken

if TYPE_CHECKING:
    from bot.dialogue.states import State

_BARE = 5
_ANSWERS = frozenset({Intent.YES, Intent.NO, Intent.ANY, Intent.BOOK, Intent.LACK, Intent.SKIP, Intent.DONE})
# Whoever asks what they have booked in the middle of these goes on with them.
_GO_ON = frozenset({"choosing_hall", "choosing_slot", "held", "booked", "collecting", "confirming"})
# What somebody who does not understand the question is told before it is asked again.
_HELP = {
    "for_whom": "why_number",
    "giving_mandate": "why_mandate",
    "choosing_hall": "how_to_choose_hall",
    "choosing_slot": "how_to_choose_slot",
    "held": "why_held",
    "collecting": "photo_help",
    "confirming": "why_confirm",
}
_AT_PHOTOGRAPHS = booking.Booked | collecting.Collecting | collecting.Confirming
# A day said before it is asked for is kept.
_BEFORE_THE_PLACE = (
    finding.ChoosingItem | representing.ChoosingPerson | representing.ForWhom | representing.GivingMandate
)
# Elsewhere 取消 and 不办了 can only mean the thing at hand: nothing is booked in it yet.
_SOMETHING_BOOKED = frozenset({"idle", "booked", "which", "collecting", "confirming"})


def overhear(heard: Heard, state: State, situation: Situation) -> Turn | None:
    """What is meant the same way wherever the conversation stands; None leaves it to the state."""
    match heard:
        case Picked():
            return _picked_anywhere(heard.value, state, situation)
        case Said():
            return asking.ask(heard, state) or _said_anywhere(heard, state, situation)
        case Told() | Explained():
            return asking.tell(heard, state, situation)
        case Mine() if state.name in _GO_ON:
            return asking.aside((starting.mine(heard, situation),), state, situation)
        case InLineNow():
            return queueing.tell(heard, state, situation)
        case _:
            return None


def _said_anywhere(heard: Said, state: State, situation: Situation) -> Turn | None:
    """Asides first: after them the thing at hand goes on; then what steers the whole conversation."""
    if (say := _aside(heard, state)) is not None:
        return asking.aside((say,), state, situation)
    if isinstance(state, _BEFORE_THE_PLACE) and (heard.spoken.only_when or heard.spoken.only_where):
        wanted = heard.spoken.after(state.wanted)
        noted = Say("time_noted", {"when": when_words(wanted)})
        return asking.aside((noted,), replace(state, wanted=wanted), situation)
    steered = _steered(_as_meant(heard, state), state, situation)
    if steered is None and isinstance(state, starting.Idle):
        return _next_matter(heard.spoken, situation) or _no_matter_yet(heard.spoken, state, situation)
    return steered


def _aside(heard: Said, state: State) -> Say | None:
    match heard.spoken.intent:
        case Intent.HELP | Intent.WHY if not isinstance(state, starting.Idle):
            return Say(_HELP.get(state.name, "how_to_answer"))
        case Intent.PHOTO if isinstance(state, _AT_PHOTOGRAPHS):
            return Say("photo_help")
        case Intent.DANGER:
            return Say("danger", choices=(starting.a_person(heard.text),))
        case Intent.ANGER:
            return Say("sorry", choices=(starting.a_person(heard.text),))
        case Intent.CHAT:
            return Say("no_chat")
        case Intent.PAUSE:
            return Say("no_hurry")
        case Intent.GREETING if not isinstance(state, starting.Idle):
            return Say("here_i_am")
        case Intent.THANKS:
            return Say("you_are_welcome")
        case _:
            return None


def _as_meant(heard: Said, state: State) -> Said:
    """不办了 gives back what is booked; before that it only puts down what is talked about."""
    gives_back = state.name == "booked" and heard.spoken.intent is Intent.STOP and "不" in heard.text
    if not gives_back or "办" not in heard.text:
        return heard
    return Said(replace(heard.spoken, intent=Intent.CANCEL))


def _steered(heard: Said, state: State, situation: Situation) -> Turn | None:
    match heard.spoken.intent:
        case Intent.STOP:
            return steps.stop(state, situation)
        case Intent.BACK:
            return steps.back(state, situation)
        case Intent.RESTART:
            return _anew(situation)
        case Intent.STATUS | Intent.BOOKED:
            goes_on = heard.spoken.intent is Intent.BOOKED and state.name in _GO_ON
            return turn(state if goes_on else starting.Idle(), wish=ListMine())
        case Intent.CANCEL if state.name not in {*_SOMETHING_BOOKED, "moving"}:
            return steps.stop(state, situation)
        case Intent.SOMEBODY | Intent.SKIP if situation.role is Role.PROXY and _may_turn_to_another(
            heard, state
        ):
            return turn(representing.ChoosingPerson(), wish=ListVillagers())
        case Intent.MOVE | Intent.CANCEL if state.name in _SOMETHING_BOOKED:
            return changing.change(heard.spoken, state)
        case Intent.LINE:
            return turn(state, wish=LookAtLines())
        case Intent.COMPLAINT:
            return asking.call_somebody(heard.text, _BARE)
        case Intent.PERSON:
            return asking.call_somebody(heard.text, before=getattr(state, "asked", ""))
        case Intent.GREETING | Intent.HELP if isinstance(state, starting.Idle):
            return turn(state, starting.welcome(situation, state.whose))
        case _:
            return None


def _may_turn_to_another(heard: Said, state: State) -> bool:
    """下一个 is the next paper at the photographs, and the next villager where nothing is under way."""
    return heard.spoken.intent is Intent.SOMEBODY or isinstance(state, starting.Idle)


def _next_matter(spoken: Spoken, situation: Situation) -> Turn | None:
    """Yes and no to the matter that was named together with the one just done."""
    if not situation.later or spoken.intent not in {Intent.YES, Intent.NO}:
        return None
    if spoken.intent is Intent.NO:
        return Turn((Say("stopped", choices=starting.again(situation)),), starting.Idle(), later=())
    (code, _), *rest = situation.later
    return replace(_take(starting.Idle(), code), later=tuple(rest))


def _no_matter_yet(spoken: Spoken, idle: starting.Idle, situation: Situation) -> Turn | None:
    """Yes, no, a day, a number or a person, and nothing to be done: what is asked for, and what was said is kept."""
    alone = spoken.intent in _ANSWERS or spoken.only_when or spoken.number or _is_only_a_number(spoken)
    if not alone:
        return None
    kept = replace(idle, wanted=spoken if spoken.names_a_time else idle.wanted, who=spoken.who or idle.who)
    when = when_words(kept.wanted)
    return turn(kept, Say("what_matter", {"when": f"{when}，" if when else ""}, starting.again(situation)))


def _is_only_a_number(spoken: Spoken) -> bool:
    """An ID or a telephone number answers a question that nobody asked."""
    said = spoken.id_number or spoken.phone
    return bool(said) and len(spoken.text.strip()) <= len(said) + _BARE


def _picked_anywhere(value: str, state: State, situation: Situation) -> Turn | None:
    command, _, rest = value.partition(":")
    match command:
        case "restart":
            return _anew(situation)
        case "my_cases":
            return turn(starting.Idle(), wish=ListMine())
        case "case":
            return turn(starting.Idle(), wish=LookAt(rest))
        case "cancel_appointment":
            return turn(starting.Idle(), wish=GiveBack(AppointmentId(rest)))
        case "item":
            later = tuple(item for item in situation.later if item[0] != rest)
            return replace(_take(state, ServiceCode(rest)), later=later)
        case "bundle":
            return turn(starting.Idle(whose=_whose(state), asked=rest), wish=FindItem(rest))
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
    considering = finding.ConsideringItem(
        code,
        whose=_whose(state),
        who=getattr(state, "who", ""),
        wanted=getattr(state, "wanted", None),
        asks=getattr(state, "asks", ()),
    )
    meant = state.meant(code) if isinstance(state, finding.ChoosingItem) else None
    return turn(
        considering, wish=Consider(code, _whose(state).person, getattr(state, "asked", "")), meant=meant
    )


def _whose(state: State) -> Whose:
    return getattr(state, "whose", Whose())


def _anew(situation: Situation) -> Turn:
    says = (Say("restarted"), starting.welcome(situation, Whose()))
    return Turn(says, starting.Idle(), later=())
