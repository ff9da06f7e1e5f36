"""Lines (候补排队): a place that comes free is offered to the first it suits, for a set time, and to nobody else."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from intake.errors import AlreadyBooked, AlreadyWaiting, NotFound, NotNow, PlacesFree, Refusal, SlotPast
from intake.model.authority import Belonging, Verb, require
from intake.model.booking import AppointmentState, Hold, HoldPurpose, HoldState, Slot
from intake.model.calendar import local_day, local_text
from intake.model.granting import Request, grant, pools_for, run_length, run_of
from intake.model.ids import (
    CaseId,
    HallCode,
    HoldId,
    IntentKey,
    PersonId,
    ServiceCode,
    SlotId,
    WaitingId,
)
from intake.model.leaving import AuditEntry, Outgoing, Topic
from intake.model.people import Caller
from intake.model.places import OfferKind
from intake.model.waiting import AT_THE_COUNTER, WAITING_WORDS, Waiting, WaitingState
from intake.ports import Tools, Uow
from intake.usecases.cases.drafting import require_offered
from intake.usecases.intents import once, taking_turns
from intake.usecases.people.mandates import require_may_act
from intake.usecases.places.searching import (
    FindSlots,
    drawing,
    free,
    goes_with,
    serving_group,
    slot_text,
)
from intake.usecases.places.taking import is_over

_LOOKED_AT = 20
_ROUND = 50


@dataclass(frozen=True, slots=True)
class JoinLine:
    """Tell me when a place comes free: at a hall, between two instants, in any way at the counter or in one named."""

    caller: Caller
    person: PersonId
    service_code: ServiceCode
    hall: HallCode
    after: datetime
    before: datetime
    kind: OfferKind | None = None
    case: CaseId | None = None
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class LeaveLine:
    """I wait no longer."""

    caller: Caller
    entry: WaitingId
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class InLine:
    """排队情况: an entry with its position (1 is next), how long an offer stands, and the place it is offered, if any."""

    entry: Waiting
    position: int
    answer_minutes: int
    offer: Hold | None = None

    @property
    def in_words(self) -> str:
        """By what rule one comes to a place, for those who wait."""
        return (
            f"先登记的先轮到。有人退号，只留给最前面、时间合适的一位，保留{self.answer_minutes}分钟，"
            "不要或没有答复才给下一位。"
        )


async def join_line(cmd: JoinLine, *, tools: Tools) -> InLine:
    """Stand in line, only where nothing is free; the position is told at once."""
    require(cmd.caller, Verb.BOOK)

    async def act(uow: Uow) -> Waiting:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "join_line",
            act=lambda: _join(uow, cmd, tools),
            again=lambda found: uow.waitings.get(WaitingId(found)),
            name=lambda done: done.id,
        )

    entry = await taking_turns(tools, act)
    async with tools.open_view() as view:
        return await _seen(view, entry, tools)


async def leave_line_of(cmd: LeaveLine, *, tools: Tools) -> Waiting:
    """Leave the line; an offer that was open goes to the next in the same breath. Twice changes nothing."""
    require(cmd.caller, Verb.CHANGE_BOOKING)

    async def act(uow: Uow) -> Waiting:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "leave_line",
            act=lambda: _leave(uow, cmd, tools),
            again=lambda found: uow.waitings.get(WaitingId(found)),
            name=lambda done: done.id,
        )

    return await taking_turns(tools, act)


async def my_lines(caller: Caller, *, tools: Tools) -> tuple[InLine, ...]:
    """Where the caller stands in line, for whomever, with what is offered."""
    people = [caller.account.person] if caller.account.person else []
    async with tools.open_view() as view:
        entries = await view.waitings.of_people(people, caller.code)
        return tuple(
            [await _seen(view, entry, tools) for entry in entries if not entry.lapsed_at(tools.clock.now())]
        )


async def tend_lines(*, tools: Tools) -> int:
    """The chore behind the lines: pass on what was not answered, offer what lies free; nothing depends on its hour.

    Returns how many entries changed. A place in between two rounds belongs to nobody but the line.
    """
    now = tools.clock.now()
    async with tools.open_view() as view:
        unanswered = await view.waitings.unanswered(now, _ROUND)
        expired = await view.holds.expired(now, _ROUND)
        in_line = await view.waitings.in_line(_ROUND * 10)
    changed = 0
    for entry in unanswered:
        changed += await _lapse(entry, tools)
    for hold in expired:
        await _tidy(hold, tools)
    for entry in in_line:
        changed += await _serve(entry, tools)
    return changed


async def offer_freed(uow: Uow, freed: Collection[SlotId], tools: Tools) -> None:
    """Offer locked slots in which a place may have come free to the first in line each of them suits."""
    if not freed:
        return
    now = tools.clock.now()
    for slot in await uow.slots.read(freed, now):
        if slot.waiting == 0 or not slot.bookable_at(now):
            continue
        for entry in await uow.waitings.next_for(slot, _LOOKED_AT):
            if await _offer(uow, entry, slot, frozenset(freed), tools):
                break


async def leave_line(
    uow: Uow, person: PersonId, service: ServiceCode, state: WaitingState, *, only_offered: bool = False
) -> None:
    """The person waits no longer: the matter has its place, or the offer was turned down."""
    entry = await uow.waitings.live_for(person, service)
    if entry is None or (only_offered and entry.state is not WaitingState.OFFERED):
        return
    await uow.waitings.save(replace(entry, state=state))


async def _join(uow: Uow, cmd: JoinLine, tools: Tools) -> Waiting:
    now = tools.clock.now()
    today = local_day(now)
    person = await uow.people.person(cmd.person)
    await require_may_act(uow, cmd.caller, Verb.BOOK, person, cmd.service_code, today)
    item = await uow.catalogue.current(cmd.service_code, today)
    hall = await uow.places.hall(cmd.hall)
    await require_offered(uow, item, hall)
    if cmd.kind is not None and not goes_with(item, cmd.kind):
        raise NotFound(what="号源")
    if cmd.before <= now or cmd.after >= cmd.before:
        raise SlotPast(when=local_text(cmd.before))
    await _refuse_booked(uow, cmd, tools)
    before = await uow.waitings.live_for(person.id, item.code)
    if before is not None and not before.lapsed_at(now):
        raise AlreadyWaiting(service=item.name, position=1 + await uow.waitings.before(before))
    if before is not None:
        await uow.waitings.save(replace(before, state=WaitingState.LAPSED))
    green = bool(person.green_channel(today))
    draws = drawing(cmd.caller, green=green)
    kinds = frozenset({cmd.kind}) if cmd.kind else None
    wish = FindSlots(item.code, None, max(now, cmd.after), cmd.before, kinds, 3)
    found = await free(uow, item, [hall], wish, now, draws)
    if found:
        texts = [(slot_text(slot, hall), slot.id) for slot in found]
        nearest = "".join(f"{text}；" for text, _ in texts)
        raise PlacesFree(nearest=nearest, alternatives=tuple(texts))
    entry = Waiting(
        id=WaitingId(tools.ids.new()),
        person=person.id,
        joined_by=cmd.caller.code,
        service_code=item.code,
        service_name=item.name,
        hall=hall.code,
        group=serving_group(item, hall),
        kind=None if cmd.kind in AT_THE_COUNTER else cmd.kind,
        after=max(now, cmd.after),
        before=cmd.before,
        places=await _places_in_a_row(uow, item.minutes, cmd, tools),
        minutes=item.minutes,
        green=green,
        case=cmd.case,
        state=WaitingState.WAITING,
        joined_at=now,
    )
    if not await uow.waitings.add(entry):
        raise AlreadyWaiting(service=item.name, position=1)
    await _audit(uow, entry, cmd.caller, "line.join", now)
    return entry


async def _places_in_a_row(uow: Uow, minutes: int, cmd: JoinLine, tools: Tools) -> int:
    """By the length of the hall's slots, as its rules cut them."""
    patterns, _ = await uow.places.hours()
    kinds = AT_THE_COUNTER if cmd.kind is None else {cmd.kind}
    lengths = [p.slot_minutes for p in patterns if p.kind in kinds and p.hall in {None, cmd.hall}]
    del tools
    return max(1, -(-minutes // min(lengths, default=minutes or 1)))


async def _refuse_booked(uow: Uow, cmd: JoinLine, tools: Tools) -> None:
    live = await uow.appointments.live_for(cmd.person, cmd.service_code)
    if (
        live is None
        or live.state is AppointmentState.DISPLACED
        or is_over(live, tools.clock.now(), tools.rules)
    ):
        return
    hall = await uow.places.hall(live.hall)
    raise AlreadyBooked(
        service=live.service_name,
        when=local_text(live.start),
        hall=hall.name,
        number=live.number,
        appointment=live.id,
    )


async def _leave(uow: Uow, cmd: LeaveLine, tools: Tools) -> Waiting:
    entry = await uow.waitings.get(cmd.entry)
    require(cmd.caller, Verb.CHANGE_BOOKING, Belonging(entry.person, entry.joined_by, hall=entry.hall))
    if entry.state not in {WaitingState.WAITING, WaitingState.OFFERED}:
        return entry
    now = tools.clock.now()
    hold = await uow.holds.get(entry.hold) if entry.hold else None
    freed = frozenset(hold.run) if hold is not None and hold.state is HoldState.HELD else frozenset()
    await uow.slots.lock(freed)
    left = await uow.waitings.save(replace(entry, state=WaitingState.LEFT))
    if left is None:
        raise NotNow(what="候补登记", state=WAITING_WORDS[(await uow.waitings.get(entry.id)).state])
    if hold is not None:
        await uow.holds.end(hold, HoldState.RELEASED, now)
    await _audit(uow, left, cmd.caller, "line.leave", now)
    await offer_freed(uow, freed, tools)
    return left


async def _offer(uow: Uow, entry: Waiting, slot: Slot, locked: frozenset[SlotId], tools: Tools) -> bool:
    """Hold a place of a locked slot for somebody in line; False when it does not go to them now."""
    now = tools.clock.now()
    run = run_of(slot, run_length(entry.minutes, slot))
    live = await uow.appointments.live_for(entry.person, entry.service_code)
    has_one = live is not None and live.state is AppointmentState.BOOKED
    if has_one or not locked.issuperset(run) or await _holds_another(uow, entry, now):
        return False
    request = Request(
        person=entry.person,
        service_code=entry.service_code,
        run=run,
        pools=pools_for(counter=False, green=entry.green),
        green=entry.green,
        in_line=True,
    )
    slots = await uow.slots.read(run, now)
    standing = await uow.appointments.standing(
        entry.person, entry.joined_by, entry.service_code, circle=(), now=now, rules=tools.rules.booking
    )
    try:
        pool = grant(request, slots, standing, tools.rules.booking, now)
    except Refusal:
        return False
    if pool is None:
        return False
    hold = replace(_offer_of(entry, slots, run, tools), pool=pool, appointment=live.id if live else None)
    offered = replace(entry, state=WaitingState.OFFERED, hold=hold.id, answer_by=hold.expires_at)
    if await uow.waitings.save(offered) is None:
        return False
    await uow.holds.add(hold)
    await _tell(uow, offered, "line_offer", when=local_text(hold.start), until=local_text(hold.expires_at))
    return True


def _offer_of(entry: Waiting, slots: Sequence[Slot], run: tuple[SlotId, ...], tools: Tools) -> Hold:
    now = tools.clock.now()
    first, last = slots[0], slots[-1]
    until = now + timedelta(minutes=tools.rules.booking.offer_minutes)
    return Hold(
        id=HoldId(tools.ids.new()),
        purpose=HoldPurpose.OFFER,
        slot=first.id,
        run=run,
        pool=pools_for(counter=False, green=entry.green)[0],
        hall=first.hall,
        group=first.group,
        kind=first.kind,
        start=first.start,
        end=last.end,
        person=entry.person,
        held_by=entry.joined_by,
        service_code=entry.service_code,
        service_name=entry.service_name,
        case=entry.case,
        state=HoldState.HELD,
        held_at=now,
        expires_at=min(until, first.book_before),
        minutes=entry.minutes,
    )


async def _holds_another(uow: Uow, entry: Waiting, now: datetime) -> bool:
    """Whether a place is held for the person for the same thing; a hold that is over stands in no way."""
    hold = await uow.holds.of_matter(entry.person, entry.service_code)
    if hold is None or hold.live_at(now):
        return hold is not None
    await uow.holds.end(hold, HoldState.LAPSED, now)
    return False


async def _lapse(entry: Waiting, tools: Tools) -> bool:
    """Write down that an offer was not answered in time, and pass its place on."""

    async def act(uow: Uow) -> bool:
        hold = await uow.holds.get(entry.hold) if entry.hold else None
        run = hold.run if hold else ()
        await uow.slots.lock(run)
        lapsed = await uow.waitings.save(replace(entry, state=WaitingState.LAPSED))
        if lapsed is None:
            return False
        if hold is not None:
            await uow.holds.end(hold, HoldState.LAPSED, tools.clock.now())
        await _tell(uow, lapsed, "line_lapsed")
        await offer_freed(uow, run, tools)
        await uow.commit()
        return True

    return await taking_turns(tools, act)


async def _tidy(hold: Hold, tools: Tools) -> None:
    """Write down that a hold is over, and pass its place on; it counted for nothing before."""

    async def act(uow: Uow) -> None:
        await uow.slots.lock(hold.run)
        if await uow.holds.end(hold, HoldState.LAPSED, tools.clock.now()):
            await offer_freed(uow, hold.run, tools)
        await uow.commit()

    await taking_turns(tools, act)


async def _serve(entry: Waiting, tools: Tools) -> bool:
    """Offer the first place that lies free for somebody in line to the first it suits; end a wait that is over."""
    now = tools.clock.now()
    if entry.before <= now:
        return await _end(entry, tools)
    async with tools.open_view() as view:
        lying_free = await view.slots.free(
            at=[(entry.hall, entry.group)],
            now=now,
            after=max(now, entry.after),
            before=entry.before,
            kinds=AT_THE_COUNTER if entry.kind is None else {entry.kind},
            pools=pools_for(counter=False, green=entry.green),
            green=entry.green,
            limit=_LOOKED_AT,
        )
    known = {slot.id for slot in lying_free}
    runs = (run_of(slot, run_length(entry.minutes, slot)) for slot in lying_free)
    run = next((run for run in runs if known.issuperset(run)), None)
    if run is None:
        return False

    async def act(uow: Uow) -> bool:
        await uow.slots.lock(run)
        await offer_freed(uow, run, tools)
        await uow.commit()
        return True

    return await taking_turns(tools, act)


async def _end(entry: Waiting, tools: Tools) -> bool:

    async def act(uow: Uow) -> bool:
        over = await uow.waitings.save(replace(entry, state=WaitingState.OVER))
        if over is None:
            return False
        await _tell(uow, over, "line_over")
        await uow.commit()
        return True

    return await taking_turns(tools, act)


async def _seen(view: Uow, entry: Waiting, tools: Tools) -> InLine:
    offer = await view.holds.get(entry.hold) if entry.state is WaitingState.OFFERED and entry.hold else None
    ahead = 0 if offer else await view.waitings.before(entry)
    return InLine(entry, ahead + 1, tools.rules.booking.offer_minutes, offer)


async def _tell(uow: Uow, entry: Waiting, kind: str, **more: str) -> None:
    hall = await uow.places.hall(entry.hall)
    account = await uow.people.account_of(entry.person)
    told = {
        "waiting": entry.id,
        "hold": entry.hold or "",
        "service": entry.service_name,
        "hall": hall.name,
        "phone": hall.phone,
        **more,
    }
    for receiver in sorted({entry.joined_by, *([account.code] if account else [])}):
        await uow.leaving.send(Outgoing(Topic.NOTICE, f"waiting:{entry.id}", kind, receiver, told))


async def _audit(uow: Uow, entry: Waiting, caller: Caller, act: str, at: datetime) -> None:
    facts = {"hall": entry.hall, "service": entry.service_code}
    await uow.leaving.audit(AuditEntry(act, caller.code, caller.door, at, person=entry.person, facts=facts))
