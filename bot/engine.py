"""The engine: takes the person's lock, then loads the dialogue, hears, asks the desk, says, and saves."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from bot.dialogue import vocabulary as words
from bot.dialogue.finding import ChoosingItem
from bot.dialogue.starting import Idle, not_understood, overhear
from bot.dialogue.states import State, read_state, write_state
from bot.dialogue.vocabulary import (
    Heard,
    Learned,
    Photographed,
    Picked,
    Refused,
    Said,
    Say,
    Situation,
    Turn,
    Unclear,
    Wish,
)
from bot.replies import Reply, render
from intake.desk import Desk
from intake.errors import BadInput, Busy, NotFound, Refusal
from intake.model.booking import AppointmentState, Slot
from intake.model.calendar import SHANGHAI, local_day
from intake.model.ids import HallCode, IntentKey, PersonId
from intake.model.matching import Decision, Match
from intake.model.people import Caller
from intake.model.queue import OVER
from intake.model.speech import DayPart, Spoken
from intake.ports import Conversations
from intake.usecases.cases.deciding import EvaluateCase
from intake.usecases.cases.drafting import AddPage, OpenDraft, SubmitCase
from intake.usecases.cases.reception import Resupply
from intake.usecases.catalogue.finding import BundleOffer
from intake.usecases.catalogue.learning import NoteHearing
from intake.usecases.people.representing import AddVillager, RecordMandate
from intake.usecases.places.booking import (
    BookAppointment,
    CancelAppointment,
    ConfirmHold,
    FindSlots,
    HoldPlace,
    MoveAppointment,
    ReleaseHold,
)
from intake.usecases.places.lines import JoinLine, LeaveLine
from intake.usecases.places.soonest import FindSoonest
from intake.usecases.questions.asking import AskQuestion

_MOST_WISHES = 8
_LONGEST_TEXT = 10_000
# From here on a candidate is a new matter even in the middle of another.
_CLEAR = 0.4
_WEEK = timedelta(days=6)
_SOONEST = 6
_FEW, _MANY = 40, 200
# One more than are shown, for one may be the place that is to be changed.
_ENOUGH = 7
_HOURS = {
    DayPart.MORNING: (time(0), time(12)),
    DayPart.NOON: (time(11), time(14)),
    DayPart.AFTERNOON: (time(12), time(18)),
    DayPart.EVENING: (time(17), time.max),
}


@dataclass(frozen=True, slots=True)
class Incoming:
    """来话: one message of one person; exactly one of text, choice and photo is there."""

    message_id: str
    text: str | None = None
    choice: str | None = None
    photo: bytes | None = None

    def told(self, offered: tuple[tuple[str, str], ...]) -> str:
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
        return json.dumps({"replies": self.replies, "state": self.state}, ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Answer:
        """The kept answer again."""
        kept = json.loads(text)
        return cls(tuple(kept["replies"]), kept["state"])


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept between two messages: the state, and what was last offered to press."""

    state: State
    offered: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, text: str | None) -> _Kept:
        if text is None:
            return cls(read_state(None))
        kept = json.loads(text)
        return cls(read_state(kept["state"]), tuple((label, value) for label, value in kept["offered"]))

    def write(self) -> str:
        return json.dumps({"state": write_state(self.state), "offered": self.offered}, ensure_ascii=False)


class Engine:
    """对话引擎: one for all channels; safe to call from many processes at once."""

    def __init__(self, desk: Desk, conversations: Conversations) -> None:
        self._desk = desk
        self._conversations = conversations

    async def hear(self, caller: Caller, incoming: Incoming) -> Answer:
        """Answer one message; the same message again gets the first answer again."""
        async with self._conversations.hold(caller.code, incoming.message_id) as talk:
            before = await talk.answered(incoming.message_id)
            if before is not None:
                return Answer.read(before)
            kept = _Kept.read(await talk.load())
            says, state = await self._converse(caller, incoming, kept)
            halls = await self._desk.places.halls()
            replies = tuple(render(say, halls) for say in says)
            answer = Answer(tuple(reply.as_json() for reply in replies), state.name)
            await talk.save(
                _Kept(state, _offered(replies)).write(),
                incoming.message_id,
                incoming.told(kept.offered),
                answer.write(),
            )
        return answer

    async def _converse(self, caller: Caller, incoming: Incoming, kept: _Kept) -> tuple[list[Say], State]:
        heard = self._heard(incoming, kept)
        situation = Situation(caller.role)
        turn = overhear(heard, kept.state, situation) or kept.state.hear(heard, situation)
        says = list(turn.says)
        await self._note(caller, turn.meant)
        for step in range(_MOST_WISHES):
            if turn.wish is None:
                break
            key = IntentKey(f"chat:{incoming.message_id}:{step}")
            learned = await self._put(caller, turn.wish, key, incoming)
            if isinstance(turn.wish, words.FindItem) and (
                explained := await self._common(turn.wish, kept.state)
            ):
                learned, turn, says = explained, Turn((), kept.state), []
            elif _is_mumbling(learned, kept.state):
                learned, turn, says = Unclear(), Turn((), kept.state), [not_understood(incoming.text or "")]
            turn = overhear(learned, turn.then, situation) or turn.then.hear(learned, situation)
            says += turn.says
            await self._note(caller, turn.meant)
        return says, turn.then

    def _heard(self, incoming: Incoming, kept: _Kept) -> Heard:
        if incoming.photo is not None:
            return Photographed()
        if incoming.choice is not None:
            return Picked(incoming.choice)
        if incoming.text is None or not incoming.text.strip():
            raise BadInput(field="text", why="请说一句话、选一项，或者发一张照片。")
        spoken = self._desk.catalogue.listen(incoming.text[:_LONGEST_TEXT])
        if (pressed := _pressed(spoken, kept.offered)) is not None:
            return pressed
        partly = None if isinstance(kept.state, Idle) else _partly(spoken, kept.offered)
        return partly or Said(spoken)

    async def _put(self, caller: Caller, wish: Wish, key: IntentKey, incoming: Incoming) -> Learned:
        """Put a wish to the desk; a refusal is something heard, like any other answer."""
        try:
            return await self._grant(caller, wish, key, incoming)
        except Refusal as refusal:
            return Refused(refusal)

    async def _grant(self, caller: Caller, wish: Wish, key: IntentKey, incoming: Incoming) -> Learned:  # noqa: C901, PLR0911, PLR0912 (a table of wishes, one line each)
        desk = self._desk
        match wish:
            case words.FindItem():
                return await self._find(wish)
            case words.Consider():
                return await desk.catalogue.consider(caller, wish.service_code, wish.person, wish.asked)
            case words.Tell():
                return await self._tell(caller, wish)
            case words.FindPlaces():
                return await self._places(wish)
            case words.FindSoonest():
                asked = FindSoonest(wish.service_code, caller, wish.person, limit=_SOONEST)
                return words.SoonestPlaces(await desk.places.soonest(asked))
            case words.LookAtLines():
                return await self._lines(caller)
            case words.TakePlace():
                person = _for_whom(caller, wish.person)
                return await desk.places.book(
                    BookAppointment(caller, person, wish.service_code, wish.slot, key=key)
                )
            case words.GiveBack():
                return await desk.places.cancel(CancelAppointment(caller, wish.appointment, key))
            case words.HoldIt():
                person = _for_whom(caller, wish.person)
                return await desk.places.hold(
                    HoldPlace(caller, person, wish.service_code, wish.slot, key=key)
                )
            case words.ConfirmPlace():
                return await desk.places.confirm(ConfirmHold(caller, wish.hold, key))
            case words.ReleasePlace():
                return await desk.places.release(ReleaseHold(caller, wish.hold, key))
            case words.FindMoves():
                return await self._moves(caller, wish)
            case words.MovePlace():
                return await desk.places.move(MoveAppointment(caller, wish.appointment, wish.slot, key))
            case words.StandInLine():
                return await desk.places.join_line(self._line(caller, wish, key))
            case words.LeaveTheLine():
                return await desk.places.leave_line(LeaveLine(caller, wish.entry, key))
            case words.Begin():
                return await self._begin(caller, wish)
            case words.LayPage():
                return await desk.cases.add_page(
                    AddPage(caller, wish.case, incoming.photo or b"", wish.material, key)
                )
            case words.HandIn():
                cmd = SubmitCase(caller, wish.case, wish.appointment, bring_later=wish.bring_later, key=key)
                return await desk.cases.submit(cmd)
            case words.HandInAgain():
                return await desk.cases.resupply(Resupply(caller, wish.case, key))
            case words.LookAt():
                return await desk.cases.show(caller, wish.number)
            case words.ListMine():
                return await self._mine(caller)
            case words.Judge():
                return await desk.cases.evaluate(EvaluateCase(caller, wish.case, wish.grade, wish.words, key))
            case words.AskPerson():
                return await desk.questions.ask(AskQuestion(caller, wish.text, key=key))
            case words.ListVillagers():
                return words.Villagers(await desk.people.villagers(caller))
            case words.FindVillager():
                person_found = await desk.people.villager_by_number(caller, wish.id_number)
                return person_found or words.Unknown(wish.id_number)
            case words.AddVillager():
                return await desk.people.add_villager(AddVillager(caller, wish.name, wish.id_number))
            case words.AddRelative():
                return await desk.people.add_relative(AddVillager(caller, wish.name, wish.id_number))
            case words.RecordMandate():
                return await desk.people.record_mandate(
                    RecordMandate(
                        caller, wish.person, wish.service_code, wish.statement, wish.id_number, key=key
                    )
                )

    async def _find(self, wish: words.FindItem) -> Match | BundleOffer:
        """A 一件事 that is meant is what was asked for, whatever else the words resemble."""
        found = await self._desk.catalogue.match(wish.text, wish.facts)
        return await self._desk.catalogue.bundle_meant(found) or found

    async def _note(self, caller: Caller, meant: words.Meant | None) -> None:
        """For the catalogue's keeper; a count lost to a busy store is cheaper than an answer lost."""
        if meant is not None:
            with suppress(Busy):
                await self._desk.catalogue.note(NoteHearing(caller, meant.words, meant.item))

    async def _common(self, wish: words.FindItem, state: State) -> words.Explained | None:
        """Words in the middle of a matter that ask one of its common questions."""
        code = getattr(state, "service_code", None)
        if code is None:
            return None
        item = await self._desk.catalogue.show(code)
        answer = self._desk.catalogue.question_asked(wish.text, item)
        return words.Explained(answer) if answer else None

    async def _tell(self, caller: Caller, wish: words.Tell) -> words.Told:
        """Of the matter at hand, else of what is booked next; of the hall named, else booked, else nearest."""
        booked = next(iter(await self._desk.places.my_appointments(caller)), None)
        code = wish.service_code or (booked.service_code if booked else None)
        halls = {hall.code: hall for hall in await self._desk.places.halls()}
        named = next((hall for hall in halls.values() if hall.name == wish.spoken.place), None)
        chosen = wish.hall or (booked.hall if booked and not wish.service_code else None)
        hall = named or (halls[chosen] if chosen else await self._desk.places.home_hall(caller, wish.person))
        first = wish.spoken.first_day or self._desk.today
        last = wish.spoken.last_day or (wish.spoken.first_day or first + _WEEK)
        days = (await self._desk.places.open_days(first, (last - first).days + 1))[hall.code]
        about = None
        if code is not None and not (named and wish.service_code is None):
            about = await self._desk.catalogue.consider(caller, code, wish.person, "")
        return words.Told(wish.spoken.asks, hall, days, about)

    async def _places(self, wish: words.FindPlaces) -> words.Places:
        halls = {hall.code: hall for hall in await self._desk.places.halls()}
        after, before = _span(wish.when)
        one_hall = frozenset({wish.hall}) if wish.hall else None
        # Six are shown, and soon ones come first: many are read only where few do not do.
        for most in (_FEW, _MANY):
            cmd = FindSlots(wish.service_code, one_hall, after=after, before=before, limit=most)
            found = await self._desk.places.find_slots(cmd)
            fitting = [slot for slot in found if _fits(slot, wish.when)]
            spread = _spread(fitting, one_place=wish.hall is not None)[wish.skip :]
            if len(spread) >= _ENOUGH:
                break
        if spread or wish.hall is None or wish.when is None or wish.when.first_day is None:
            return words.Places(tuple(spread), halls)
        first, last = wish.when.first_day, wish.when.last_day or wish.when.first_day
        days = (await self._desk.places.open_days(first, (last - first).days + 1))[wish.hall]
        return words.Places((), halls, days, self._desk.places.last_day)

    async def _moves(self, caller: Caller, wish: words.FindMoves) -> words.MovePlaces:
        """Where somebody's own appointment could go: its hall first, and other halls when that has nothing."""
        mine = await self._desk.places.my_appointments(caller)
        appointment = next((one for one in mine if one.id == wish.appointment), None)
        if appointment is None:
            raise NotFound
        found = words.FindPlaces(appointment.service_code, appointment.hall, wish.when)
        places = await self._places(found)
        if not places.slots:
            places = await self._places(replace(found, hall=None))
        slots = tuple(slot for slot in places.slots if slot.id != appointment.slot)
        return words.MovePlaces(appointment, slots, places.halls, wish.when)

    async def _lines(self, caller: Caller) -> words.InLineNow:
        desk, today = self._desk, self._desk.today
        booked = (a for a in await desk.places.my_appointments(caller) if a.state is AppointmentState.BOOKED)
        return words.InLineNow(
            tuple(one for one in await desk.queue.mine(caller) if one.ticket.state not in OVER),
            await desk.places.my_lines(caller),
            next((one for one in booked if local_day(one.start) >= today), None),
        )

    def _line(self, caller: Caller, wish: words.StandInLine, key: IntentKey) -> JoinLine:
        """The days that were asked for, or the week to come."""
        first = wish.first_day or self._desk.today
        last = wish.last_day or first + _WEEK
        start = datetime.combine(first, time.min, SHANGHAI)
        end = datetime.combine(last, time.min, SHANGHAI) + timedelta(days=1)
        person = _for_whom(caller, wish.person)
        return JoinLine(caller, person, wish.service_code, wish.hall, start, end, key=key)

    async def _begin(self, caller: Caller, wish: words.Begin) -> words.Opened:
        person = _for_whom(caller, wish.person)
        hall = wish.hall or (await self._desk.places.home_hall(caller, person)).code
        case = await self._desk.cases.open_draft(OpenDraft(caller, person, wish.service_code, HallCode(hall)))
        return words.Opened(case, await self._desk.catalogue.show(wish.service_code))

    async def _mine(self, caller: Caller) -> words.Mine:
        halls = {hall.code: hall for hall in await self._desk.places.halls()}
        appointments = await self._desk.places.my_appointments(caller)
        return words.Mine(await self._desk.cases.mine(caller), appointments, halls)


def _is_mumbling(learned: Learned, state: State) -> bool:
    """Words in the middle of something that name no matter clearly: the thing at hand goes on, nothing is dropped."""
    if not isinstance(learned, Match) or isinstance(state, Idle | ChoosingItem):
        return False
    sure = learned.candidates[0].score if learned.candidates else 0.0
    return learned.decision is not Decision.MATCH and sure < _CLEAR


def _for_whom(caller: Caller, person: PersonId | None) -> PersonId:
    own = person or caller.account.person
    if own is None:
        raise NotFound(what="申请人")
    return own


def _pressed(spoken: Spoken, offered: tuple[tuple[str, str], ...]) -> Picked | None:
    """What was offered, said as its number or in its very words: 第1个 is 1, and 11 is never 1.

    A number that was not offered is a day of the month (26号) or an unknown choice: then the question stays, for it is no
    new matter.
    """
    if spoken.number is not None and offered:
        if 1 <= spoken.number <= len(offered):
            return Picked(offered[spoken.number - 1][1])
        return None if spoken.first_day else Picked(str(spoken.number))
    return next((Picked(value) for label, value in offered if label == spoken.text.strip()), None)


def _partly(spoken: Spoken, offered: tuple[tuple[str, str], ...]) -> Picked | None:
    """The one choice whose label the words are a part of, or hold: 同意, 出生登记吧. Giving something up needs its button."""
    said = spoken.text.strip(" 。.!！?？,，吧")
    if len(said) < _SHORTEST_PART or spoken.asks or spoken.first_day or spoken.part or spoken.at:
        return None
    hits = {value for label, value in offered if said in label or label in said}
    value = hits.pop() if len(hits) == 1 else ""
    return Picked(value) if value and not value.startswith(_GIVING_UP) else None


_SHORTEST_PART = 2
_GIVING_UP = ("cancel_", "leave_", "ask_person", "evaluate:", "case:")


def _offered(replies: tuple[Reply, ...]) -> tuple[tuple[str, str], ...]:
    last = next((reply.choices for reply in reversed(replies) if reply.choices), ())
    return tuple((choice.label, choice.value) for choice in last)


def _span(when: Spoken | None) -> tuple[datetime | None, datetime | None]:
    if when is None or when.first_day is None:
        return None, None
    last = when.last_day or when.first_day
    start = datetime.combine(when.first_day, time.min, SHANGHAI)
    return start, datetime.combine(last, time.min, SHANGHAI) + timedelta(days=1)


def _fits(slot: Slot, when: Spoken | None) -> bool:
    if when is None:
        return True
    at = slot.start.astimezone(SHANGHAI).time()
    if when.at is not None:
        return at >= when.at
    if when.part is None:
        return True
    first, last = _HOURS[when.part]
    return first <= at < last


def _spread(slots: list[Slot], *, one_place: bool) -> list[Slot]:
    """Not six times the same morning: at one hall at most three times of a half day, elsewhere one time per hall and day."""
    most = 3 if one_place else 1
    counted: dict[tuple[object, ...], int] = {}
    spread: list[Slot] = []
    for slot in slots:
        at = slot.start.astimezone(SHANGHAI)
        half_day = (slot.hall, at.date(), at.hour < 12) if one_place else (slot.hall, at.date())  # noqa: PLR2004 (noon)
        counted[half_day] = counted.get(half_day, 0) + 1
        if counted[half_day] <= most:
            spread.append(slot)
    return spread
