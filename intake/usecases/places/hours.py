"""Changing hours (调整开放时间): first seen, then done, and nobody ends silently outside opening hours."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial

from intake.errors import BadInput, UnknownService
from intake.model.authority import Belonging, Verb, require
from intake.model.booking import Appointment, Slot
from intake.model.calendar import SHANGHAI, local_day
from intake.model.hours import Closure, Displacement, Hours, HoursChange, NewHours, periods_text
from intake.model.ids import AccountCode, ChangeId, HallCode, IntentKey, SlotId
from intake.model.people import Caller
from intake.model.places import KIND_WORDS, Hall, HoursException, HoursPattern, OpenTime
from intake.ports import Tools, Uow
from intake.usecases.intents import once, taking_turns
from intake.usecases.places.displacing import (
    displace,
    end_unanswered,
    free_again,
    hold_alternatives,
    suggested,
)
from intake.usecases.places.openers import tell_opener, tell_openers
from intake.usecases.places.opening import times_ahead
from intake.usecases.places.searching import Drawing, FindSlots, free, takes
from intake.usecases.trail import audit

_BY_RULE = AccountCode("system")
_LATEST = 30
_LONGEST_CLOSURE = 90


@dataclass(frozen=True, slots=True)
class ChangeHours:
    """Close a hall for some days, or give one of its offers new hours; the reason is read by the people it touches."""

    caller: Caller
    hall: HallCode
    change: Closure | NewHours
    reason: str
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class Affected:
    """受影响者: a booking that would lose its place, and the nearest other place as things are."""

    appointment: Appointment
    instead: Slot | None


@dataclass(frozen=True, slots=True)
class HoursPreview:
    """变更预览: what a change would do, before it is done."""

    opens: int
    closes: int
    affected: tuple[Affected, ...]


@dataclass(frozen=True, slots=True)
class HallHours:
    """中心开放情况: the rows in force or to come, the dated exceptions ahead, the changes made, and who answered what."""

    patterns: tuple[HoursPattern, ...]
    exceptions: tuple[HoursException, ...]
    changes: tuple[HoursChange, ...]
    displaced: tuple[Displacement, ...]


async def preview_hours(cmd: ChangeHours, *, tools: Tools) -> HoursPreview:
    """Show whose bookings a change would touch and where they could go; changes nothing."""
    _require_sound(cmd, tools)
    async with tools.open_view() as view:
        hall = await view.places.hall(cmd.hall)
        plan, known = await _plan_and_known(view, hall, await _after(view, cmd), tools)
        closing = _closing(plan, known)
        touched = await view.appointments.taking([slot.id for slot in closing])
        affected = [a for a in touched if a.start > tools.clock.now()]
        return HoursPreview(
            opens=len([one for one in plan if one not in known or known[one].closed]),
            closes=len(closing),
            affected=await _with_alternatives(view, affected, {slot.id for slot in closing}, tools),
        )


async def change_hours(cmd: ChangeHours, *, tools: Tools) -> HoursChange:
    """Put the change in force, take the touched bookings out of what closes, and hold and offer each another place."""
    _require_sound(cmd, tools)

    async def act(uow: Uow) -> HoursChange:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "change_hours",
            act=lambda: _change(uow, cmd, tools),
            again=lambda found: uow.hours.change(ChangeId(found)),
            name=lambda done: done.id,
        )

    change = await taking_turns(tools, act)
    await hold_alternatives(tools=tools)
    return change


async def hall_hours(caller: Caller, hall: HallCode, *, tools: Tools) -> HallHours:
    """All about a hall's hours, for its director."""
    require(caller, Verb.SET_HOURS, Belonging(hall=hall))
    today = local_day(tools.clock.now())
    async with tools.open_view() as view:
        patterns, exceptions = await view.places.hours()
        return HallHours(
            tuple(p for p in patterns if p.hall in {None, hall} and (p.valid_to or date.max) >= today),
            tuple(e for e in exceptions if e.hall == hall and e.day >= today),
            await view.hours.changes(hall, _LATEST),
            await view.hours.displaced(hall, _LATEST * 10),
        )


async def settle_hours(*, tools: Tools) -> int:
    """The chore behind the hours: settle what opens for enough people only, hold other places, close what nobody answered.

    Returns how many bookings lost their place.
    """
    lost = await settle_sessions(tools=tools)
    await tell_openers(tools=tools)
    await hold_alternatives(tools=tools)
    await end_unanswered(tools=tools)
    return lost


async def line_up_slots(*, tools: Tools) -> int:
    """Bring the slots that exist in line with the rules, hall by hall, as after an import; a booking is never lost.

    Nothing is to do in most rounds. Returns how many bookings lost their place and were held another.
    """
    async with tools.open_view() as view:
        halls = await view.places.halls()
        hours = Hours(*await view.places.hours())
        off = [hall for hall in halls if await _differs(view, hall, hours, tools)]
    lost = 0
    for hall in off:
        lost += await taking_turns(tools, partial(_lined_up, hall, tools))
    await hold_alternatives(tools=tools)
    return lost


async def settle_sessions(*, tools: Tools) -> int:
    """Once the time to book a session is over: enough have booked and it opens, or it does not and all are told."""
    now = tools.clock.now()
    async with tools.open_view() as view:
        due = await view.slots.sessions_due(now)
    lost = 0
    for session in due:
        lost += await taking_turns(tools, partial(_settled, session, tools))
    return lost


async def _lined_up(hall: Hall, tools: Tools, uow: Uow) -> int:
    lost = await _rebuild(uow, hall, _by_rule(hall.code, "开放时间按规则调整", tools), tools)
    await uow.commit()
    return lost


async def _settled(session: str, tools: Tools, uow: Uow) -> int:
    lost = await _settle_session(uow, session, tools)
    await uow.commit()
    return lost


async def _settle_session(uow: Uow, session: str, tools: Tools) -> int:
    now = tools.clock.now()
    ids = await uow.slots.of_session(session)
    await uow.slots.lock(ids)
    slots = [slot for slot in await uow.slots.read(ids, now) if slot.min_bookings > 1]
    if not slots:
        return 0
    booked = await uow.appointments.taking([slot.id for slot in slots])
    least = slots[0].min_bookings
    await tell_opener(uow, slots, booked, opens=len(booked) >= least)
    if len(booked) >= least:
        await uow.slots.reshape([replace(slot, min_bookings=1) for slot in slots])
        return 0
    change = _by_rule(slots[0].hall, f"约的人不到{least}位，这次{KIND_WORDS[slots[0].kind]}服务不开", tools)
    touched = await displace(uow, slots, change.id, tools)
    await uow.slots.reshape([_shut(replace(slot, min_bookings=1)) for slot in await uow.slots.read(ids, now)])
    if touched:
        await uow.hours.add_change(replace(change, affected=len(touched)))
    await uow.leaving.beat(slots[0].hall)
    return len(touched)


async def _change(uow: Uow, cmd: ChangeHours, tools: Tools) -> HoursChange:
    # The rules of all halls are one list: whoever changes it stands in line here, and reads it afterwards.
    await uow.numbers.next("hours")
    hall = await uow.places.hall(cmd.hall)
    hours = await _after(uow, cmd)
    await uow.places.put_hours(hours.patterns, hours.exceptions)
    made = HoursChange(
        id=ChangeId(tools.ids.new()),
        hall=hall.code,
        made_by=cmd.caller.code,
        made_by_name=cmd.caller.account.name,
        made_at=tools.clock.now(),
        reason=cmd.reason.strip(),
        what=_words(cmd.change),
        affected=0,
    )
    affected = await _rebuild(uow, hall, made, tools, always=True)
    await audit(
        uow,
        cmd.caller,
        "hours.change",
        made.made_at,
        hall=hall.code,
        what=made.what,
        reason=made.reason,
        affected=str(affected),
    )
    return replace(made, affected=affected)


async def _rebuild(uow: Uow, hall: Hall, change: HoursChange, tools: Tools, *, always: bool = False) -> int:
    """Bring a hall's slots in line with the rules as they are now; returns how many bookings lost their place.

    The slots that differ are locked in the order of their ids, like a booking's, so that the two never wait in a ring.
    """
    hours = Hours(*await uow.places.hours())
    plan, known = await _plan_and_known(uow, hall, hours, tools)
    differing = [*(slot.id for slot in _closing(plan, known)), *_reshaped(plan, known)]
    await uow.slots.lock(_around(differing, known))
    slots = {slot.id: slot for slot in await uow.slots.read(differing, tools.clock.now())}
    closing = [slot for slot in slots.values() if slot.id not in plan]
    touched = await displace(uow, closing, change.id, tools)
    now_are = await uow.slots.read([slot.id for slot in closing], tools.clock.now())
    shaped = [_shaped(slot, plan[slot.id]) for slot in slots.values() if slot.id in plan]
    await uow.slots.reshape([*map(_shut, now_are), *shaped])
    await uow.slots.open([plan[one] for one in plan if one not in known])
    if always or touched:
        await uow.hours.add_change(replace(change, affected=len(touched)))
    await free_again(uow, [slot.id for slot in shaped], tools)
    await uow.leaving.beat(hall.code)
    return len(touched)


async def _differs(view: Uow, hall: Hall, hours: Hours, tools: Tools) -> bool:
    plan, known = await _plan_and_known(view, hall, hours, tools)
    return bool(_closing(plan, known) or _reshaped(plan, known))


async def _plan_and_known(
    uow: Uow, hall: Hall, hours: Hours, tools: Tools
) -> tuple[dict[SlotId, OpenTime], dict[SlotId, Slot]]:
    """What should be and what is, from now to the horizon; what has begun is left as it was."""
    now, days = tools.clock.now(), tools.rules.horizon_days
    calendar = await uow.places.calendar()
    # A month of a hall is a tenth of a second's work: not on the loop that answers everybody.
    times = await to_thread(times_ahead, hall, hours, calendar, now, days)
    plan = {t.slot: t for t in times if t.start > now}
    last = datetime.combine(local_day(now) + timedelta(days=days + 1), time.min, SHANGHAI)
    known = {slot.id: slot for slot in await uow.slots.planned(hall.code, now, last)}
    return plan, known


def _around(differing: Sequence[SlotId], known: Mapping[SlotId, Slot]) -> set[SlotId]:
    """Those slots with all of the same offer and day: a run that ends in one of them may begin before it."""
    whole = {_of_day(known[one]) for one in differing}
    return {one for one, slot in known.items() if _of_day(slot) in whole}


def _of_day(slot: Slot) -> tuple[object, ...]:
    return slot.group, slot.kind, local_day(slot.start)


def _closing(plan: Mapping[SlotId, OpenTime], known: Mapping[SlotId, Slot]) -> list[Slot]:
    return [slot for one, slot in known.items() if one not in plan and not slot.closed]


def _reshaped(plan: Mapping[SlotId, OpenTime], known: Mapping[SlotId, Slot]) -> list[SlotId]:
    return [
        one for one, slot in known.items() if one in plan and _shape(_shaped(slot, plan[one])) != _shape(slot)
    ]


def _shape(slot: Slot) -> tuple[object, ...]:
    return (
        slot.end,
        slot.online_capacity,
        slot.counter_capacity,
        slot.green_capacity,
        slot.closed,
        slot.helper,
        slot.session,
        slot.min_bookings,
        slot.notice_hours,
        slot.book_before,
        slot.green_until,
    )


def _shaped(slot: Slot, planned: OpenTime) -> Slot:
    """The slot as the rules want it; it shrinks only as far as what is promised allows.

    A session that was settled stays settled: it opened, or it did not.
    """
    settled = slot.session == planned.session and slot.min_bookings == 1 < planned.min_bookings
    return replace(
        slot,
        end=planned.end,
        online_capacity=max(planned.online_capacity, slot.online_taken + slot.online_held),
        counter_capacity=max(planned.counter_capacity, slot.counter_taken + slot.counter_held),
        green_capacity=max(planned.green_capacity, slot.green_taken + slot.green_held),
        closed=slot.closed if settled else False,
        helper=planned.helper,
        session=planned.session,
        min_bookings=1 if settled else planned.min_bookings,
        notice_hours=planned.notice_hours,
        book_before=planned.last_call,
        green_until=planned.green_until,
    )


def _shut(slot: Slot) -> Slot:
    """Nothing more is given; what has a place there keeps it in the count."""
    return replace(
        slot,
        closed=True,
        online_capacity=slot.online_taken,
        counter_capacity=slot.counter_taken,
        green_capacity=slot.green_taken,
    )


async def _after(uow: Uow, cmd: ChangeHours) -> Hours:
    return Hours(*await uow.places.hours()).after(cmd.change, cmd.hall, cmd.reason.strip())


async def _with_alternatives(
    view: Uow, affected: Sequence[Appointment], closing: set[SlotId], tools: Tools
) -> tuple[Affected, ...]:
    halls = await view.places.halls()
    spoken_for: set[SlotId] = set(closing)
    found: list[Affected] = []
    for appointment in affected:
        instead = await _instead(view, appointment, halls, spoken_for, tools)
        if instead is not None and instead.online_left == 1:
            spoken_for.add(instead.id)
        found.append(Affected(appointment, instead))
    return tuple(found)


async def _instead(
    view: Uow, appointment: Appointment, halls: Sequence[Hall], spoken_for: set[SlotId], tools: Tools
) -> Slot | None:
    now = tools.clock.now()
    try:
        item = await view.catalogue.current(appointment.service_code, local_day(now))
    except UnknownService:
        return None
    own = [hall for hall in halls if hall.code == appointment.hall]
    others = [hall for hall in halls if hall.code != appointment.hall and takes(item, hall)]
    wish = FindSlots(item.code, after=max(now, appointment.start - timedelta(days=2)))
    for where in (own, others):
        slot = suggested(appointment, await free(view, item, where, wish, now, Drawing()), spoken_for)
        if slot is not None:
            return slot
    return None


def _by_rule(hall: HallCode, reason: str, tools: Tools) -> HoursChange:
    return HoursChange(
        id=ChangeId(tools.ids.new()),
        hall=hall,
        made_by=_BY_RULE,
        made_by_name="按规则",
        made_at=tools.clock.now(),
        reason=reason,
        what="开放时间按规则调整",
        affected=0,
    )


def _words(change: Closure | NewHours) -> str:
    if isinstance(change, Closure):
        days = f"{change.first_day:%Y-%m-%d}" + (
            f"到{change.last_day:%Y-%m-%d}" if change.last_day > change.first_day else ""
        )
        return f"{days}{f'只开{periods_text(change.periods)}' if change.periods else '停办（自助机照常）'}"
    pattern = change.pattern
    weekdays = "、".join("一二三四五六日"[n - 1] for n in sorted(pattern.weekdays))
    hours = periods_text(pattern.periods) if pattern.periods else "不再开放"
    return f"{pattern.valid_from:%Y-%m-%d}起，周{weekdays}的{KIND_WORDS[pattern.kind]}服务：{hours}"


def _require_sound(cmd: ChangeHours, tools: Tools) -> None:
    require(cmd.caller, Verb.SET_HOURS, Belonging(hall=cmd.hall))
    today = local_day(tools.clock.now())
    if not cmd.reason.strip():
        raise BadInput(field="reason", why="请写明原因，群众会看到。")
    if isinstance(cmd.change, NewHours):
        _require_periods(cmd.change.pattern, today)
        return
    change = cmd.change
    if change.first_day < today or change.last_day < change.first_day:
        raise BadInput(field="first_day", why="停办的日期要从今天或以后开始，并且结束不早于开始。")
    if (change.last_day - change.first_day).days >= _LONGEST_CLOSURE:
        raise BadInput(field="last_day", why=f"一次最多停办{_LONGEST_CLOSURE}天。")


def _require_periods(pattern: HoursPattern, today: date) -> None:
    if pattern.valid_from < today:
        raise BadInput(field="valid_from", why="新的时间要从今天或以后开始。")
    if not pattern.weekdays:
        raise BadInput(field="weekdays", why="请至少选一个星期几。")
    if pattern.slot_minutes < 1 and pattern.periods:
        raise BadInput(field="slot_minutes", why="一个号至少1分钟。")
    if any(period.end <= period.start for period in pattern.periods):
        raise BadInput(field="periods", why="每个时段的结束要晚于开始。")
