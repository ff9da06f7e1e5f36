"""Planning home visits (排上门路线): routes for a hall's day, again whenever what they were made from has changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from intake.errors import BadInput, NotFound, Stale, VisitNotPlaced
from intake.model.authority import Belonging, Verb, require
from intake.model.booking import Appointment, AppointmentState
from intake.model.calendar import SHANGHAI, day_text, local_day
from intake.model.ids import AccountCode, AppointmentId, HallCode, IntentKey
from intake.model.leaving import AuditEntry, Outgoing, Topic
from intake.model.people import Caller, Door, Role
from intake.model.places import OfferKind
from intake.model.visits import Plan, Reason, VisitDay, VisitOrder, Window, promise
from intake.ports import Tools, Uow
from intake.usecases.visits.gathering import Gathered, able_to_go, gather

# Somebody may book, cancel or pin while the routes are being sought: then they are sought once more.
_ROUNDS = 3
_WORKER = AccountCode("worker")


@dataclass(frozen=True, slots=True)
class OnDay:
    """A hall's visits of one day."""

    caller: Caller
    hall: HallCode
    day: date


@dataclass(frozen=True, slots=True)
class PinVisit:
    """This visit by this clerk, or as this stop of the day (1 is the first); neither takes the pin away."""

    caller: Caller
    appointment: AppointmentId
    clerk: AccountCode | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class SwapVisits:
    """Two visits change places, each to the other's clerk and turn."""

    caller: Caller
    first: AppointmentId
    second: AppointmentId
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class NameCrew:
    """Who goes that day; nobody named leaves it to the county's rule."""

    caller: Caller
    hall: HallCode
    day: date
    clerks: tuple[AccountCode, ...] = ()


async def plan_visits(cmd: OnDay, *, tools: Tools) -> VisitDay:
    """The day's routes, sought anew when visits, crew, pins or roads have changed since."""
    require(cmd.caller, Verb.PLAN_VISITS, Belonging(hall=cmd.hall))
    return await _plan(cmd.hall, cmd.day, cmd.caller, {}, tools=tools)


async def plan_coming_visits(*, tools: Tools) -> int:
    """What the worker does: every day with visits within the horizon whose plan is out of date; returns how many."""
    now = tools.clock.now()
    ahead = now + timedelta(days=tools.rules.horizon_days + 1)
    async with tools.open_view() as view:
        days = await view.visits.days_ahead(datetime.combine(local_day(now), time.min, SHANGHAI), ahead)
        made = [await gather(view, hall, day, tools.rules.visits) for hall, day in days]
    due = [g for g in made if g.stored.basis != g.basis or _to_promise(g, tools)]
    for gathered in due:
        await _plan(gathered.hall.code, gathered.stored.day, None, {}, tools=tools)
    return len(due)


async def pin_visit(cmd: PinVisit, *, tools: Tools) -> VisitDay:
    """Keep the visit with a clerk or at a turn, if the day can still be kept so; else `VisitNotPlaced`, and nothing changed."""
    appointment = await _visit(cmd.caller, cmd.appointment, tools)
    wish = {cmd.appointment: (cmd.clerk, cmd.position)}
    return await _plan(
        appointment.hall, local_day(appointment.start), cmd.caller, wish, tools=tools, act="pin"
    )


async def swap_visits(cmd: SwapVisits, *, tools: Tools) -> VisitDay:
    """Let two visits change places, if both can be kept so; else `VisitNotPlaced`, and nothing changed."""
    first = await _visit(cmd.caller, cmd.first, tools)
    second = await _visit(cmd.caller, cmd.second, tools)
    day = local_day(first.start)
    if await _swapped_before(cmd, tools):
        async with tools.open_view() as view:
            return await view.visits.day(first.hall, day)
    if (second.hall, local_day(second.start)) != (first.hall, day):
        raise BadInput(field="second", why="只能对调同一个中心同一天的两次上门。")
    async with tools.open_view() as view:
        plan = (await view.visits.day(first.hall, day)).plan
    turns = _turns(plan) if plan else {}
    if cmd.first not in turns or cmd.second not in turns:
        raise BadInput(field="second", why="两次上门都要已排上路线，才能对调。")
    wish = {cmd.first: turns[cmd.second], cmd.second: turns[cmd.first]}
    return await _plan(first.hall, day, cmd.caller, wish, tools=tools, act="swap", key=cmd.key)


async def _swapped_before(cmd: SwapVisits, tools: Tools) -> bool:
    """Whether the same press has come before: swapping again would undo it. Nothing is kept of the question."""
    if cmd.key is None:
        return False
    async with tools.open_uow() as uow:
        return await uow.intents.begin(cmd.caller.code, cmd.key, "swap") is not None


async def name_crew(cmd: NameCrew, *, tools: Tools) -> VisitDay:
    """Say who goes that day, and plan it so."""
    require(cmd.caller, Verb.PLAN_VISITS, Belonging(hall=cmd.hall))
    async with tools.open_uow() as uow:
        able = {clerk.code for clerk in able_to_go(await uow.people.accounts(role=Role.CLERK), cmd.hall)}
        if not able.issuperset(cmd.clerks):
            raise BadInput(field="clerks", why="只能派本中心在岗的工作人员。")
        stored = await uow.visits.day(cmd.hall, cmd.day)
        await uow.visits.save_day(replace(stored, crew=cmd.clerks or None))
        facts = {"hall": cmd.hall, "day": cmd.day.isoformat(), "clerks": ",".join(cmd.clerks)}
        await uow.leaving.audit(_entry(cmd.caller, "crew", tools.clock.now(), facts))
        await uow.commit()
    return await _plan(cmd.hall, cmd.day, cmd.caller, {}, tools=tools)


Wish = dict[AppointmentId, tuple[AccountCode | None, int | None]]


async def _plan(
    hall: HallCode,
    day: date,
    caller: Caller | None,
    wish: Wish,
    *,
    tools: Tools,
    act: str = "plan",
    key: IntentKey | None = None,
) -> VisitDay:
    """Seek routes outside any transaction, and write them only if they still rest on what is so."""
    for _ in range(_ROUNDS):
        async with tools.open_view() as view:
            seen = _wished(await gather(view, hall, day, tools.rules.visits), wish)
        plan = await _seek(seen, tools)
        freed = _turns_lost(plan) - wish.keys()
        if freed:
            seen = _freed(seen, freed)
            plan = await _seek(seen, tools)
        _require_placed(plan, seen, wish)
        try:
            async with tools.open_uow() as uow:
                now_is = _freed(_wished(await gather(uow, hall, day, tools.rules.visits), wish), freed)
                if now_is.basis == seen.basis:
                    if not await _first_time(uow, caller, key, act):
                        return now_is.stored
                    return await _write(uow, now_is, plan, caller, act, tools)
        except Stale:
            continue
    raise Stale(what=f"{day_text(day)}的上门安排")


async def _first_time(uow: Uow, caller: Caller | None, key: IntentKey | None, act: str) -> bool:
    """Claim the key with the change itself; False when the same press was quicker through another process."""
    if caller is None or key is None:
        return True
    if await uow.intents.begin(caller.code, key, act) is not None:
        return False
    await uow.intents.finish(caller.code, key, act)
    return True


async def _seek(seen: Gathered, tools: Tools) -> Plan:
    stored = seen.stored
    if stored.plan is not None and stored.basis == seen.basis:
        return stored.plan
    return await tools.routes.plan(seen.visits, seen.shifts, seen.roads, stored.plan)


async def _write(
    uow: Uow, made: Gathered, plan: Plan, caller: Caller | None, act: str, tools: Tools
) -> VisitDay:
    """The plan, the pins it keeps, and the windows people are told, in one transaction."""
    now = tools.clock.now()
    promised = _promises(made, plan) if _near(made, tools) else {}
    orders = {a: made.orders.get(a, VisitOrder(a)) for a in made.booked}
    changed = {a: replace(orders[a], promised=window) for a, window in promised.items()}
    await uow.visits.put_orders([*(orders | changed).values()] if orders else [])
    # The promises narrow the windows that the plan rests on, and the plan keeps them: it need not be sought again.
    kept = replace(made, orders=orders | changed)
    stored = made.stored
    if (stored.plan, stored.basis) == (plan, kept.basis) and not promised:
        return stored
    saved = await uow.visits.save_day(replace(stored, plan=plan, basis=kept.basis))
    for appointment, window in promised.items():
        await _tell(uow, made, made.booked[appointment], window)
    await _tell_hall(uow, made, plan)
    facts = {"hall": made.hall.code, "day": stored.day.isoformat(), "left_out": str(len(plan.left_out))}
    await uow.leaving.audit(_entry(caller, act, now, facts))
    await uow.leaving.beat(made.hall.code)
    await uow.commit()
    return saved


def _promises(made: Gathered, plan: Plan) -> dict[AppointmentId, Window]:
    """The windows that may now be told for the first time."""
    open_ones = [visit for visit in made.visits if not visit.promised]
    told = promise(open_ones, plan, leeway=made.rules.leeway_minutes)
    return {visit.id: visit.window for visit in told if visit.promised}


def _near(made: Gathered, tools: Tools) -> bool:
    ahead = (made.stored.day - local_day(tools.clock.now())).days
    return 0 <= ahead <= made.rules.promise_days


def _to_promise(made: Gathered, tools: Tools) -> bool:
    return made.stored.plan is not None and _near(made, tools) and bool(_promises(made, made.stored.plan))


def _wished(made: Gathered, wish: Wish) -> Gathered:
    """As if the wish were granted."""
    if not wish:
        return made
    missing = [a for a in wish if a not in made.booked]
    if missing:
        raise NotFound
    pinned = {
        a: replace(made.orders.get(a, VisitOrder(a)), pinned_to=clerk, pinned_at=turn)
        for a, (clerk, turn) in wish.items()
    }
    return replace(made, orders={**made.orders, **pinned})


def _turns_lost(plan: Plan) -> set[AppointmentId]:
    return {left.visit for left in plan.left_out if left.reason is Reason.POSITION_TAKEN}


def _freed(made: Gathered, visits: set[AppointmentId]) -> Gathered:
    """Without the turn some visits were pinned to: a third stop no longer exists when the first two have cancelled."""
    kept = {a: replace(made.orders[a], pinned_at=None) for a in visits if a in made.orders}
    return replace(made, orders={**made.orders, **kept})


def _require_placed(plan: Plan, seen: Gathered, wish: Wish) -> None:
    """A clerk's wish may cost nobody their place: neither those wished for, nor those who had one before."""
    if not wish:
        return
    had = {stop.visit for route in (seen.stored.plan or Plan((), ())).routes for stop in route.stops}
    lost = [left for left in plan.left_out if left.visit in had or left.visit in wish]
    if lost:
        who = seen.people[seen.booked[lost[0].visit].person].name
        raise VisitNotPlaced(who=who, why=lost[0].words)


def _turns(plan: Plan) -> dict[AppointmentId, tuple[AccountCode | None, int | None]]:
    return {
        stop.visit: (route.clerk, turn)
        for route in plan.routes
        for turn, stop in enumerate(route.stops, start=1)
    }


async def _visit(caller: Caller, appointment_id: AppointmentId, tools: Tools) -> Appointment:
    require(caller, Verb.PLAN_VISITS)
    async with tools.open_view() as view:
        appointment = await view.appointments.get(appointment_id)
    require(caller, Verb.PLAN_VISITS, Belonging(hall=appointment.hall))
    if appointment.kind is not OfferKind.HOME_VISIT or appointment.state is not AppointmentState.BOOKED:
        raise NotFound
    return appointment


async def _tell(uow: Uow, made: Gathered, appointment: Appointment, window: Window) -> None:
    account = await uow.people.account_of(appointment.person)
    told = {
        "number": appointment.number,
        "service": appointment.service_name,
        "day": day_text(made.stored.day),
        "from": f"{window.start.astimezone(SHANGHAI):%H:%M}",
        "until": f"{window.end.astimezone(SHANGHAI):%H:%M}",
        "hall": made.hall.name,
        "phone": made.hall.phone,
    }
    for receiver in sorted({appointment.booked_by, *([account.code] if account else [])}):
        message = Outgoing(Topic.NOTICE, f"appointment:{appointment.id}", "visit_promised", receiver, told)
        await uow.leaving.send(message)


async def _tell_hall(uow: Uow, made: Gathered, plan: Plan) -> None:
    """Whoever is newly left out is the first-responsible clerk's to settle: a visit is never quietly dropped."""
    before = {left.visit for left in (made.stored.plan or Plan((), ())).left_out}
    for left in plan.left_out:
        if left.visit in before:
            continue
        appointment = made.booked[left.visit]
        told = {
            "number": appointment.number,
            "service": appointment.service_name,
            "day": day_text(made.stored.day),
            "why": left.words,
        }
        stream, to = f"appointment:{appointment.id}", made.hall.first_responsible
        await uow.leaving.send(Outgoing(Topic.NOTICE, stream, "visit_left_out", to, told))


def _entry(caller: Caller | None, act: str, at: datetime, facts: dict[str, str]) -> AuditEntry:
    by, door = (caller.code, caller.door) if caller else (_WORKER, Door.COMMAND_LINE)
    return AuditEntry(f"visits.{act}", by, door, at, facts=facts)
