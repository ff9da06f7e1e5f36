"""The live queue: what a hall's desk page shows, pushed within a second of every change."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated

import structlog
from aiohttp import web
from pydantic import Field

from intake.desk import Desk
from intake.errors import NotFound
from intake.model.authority import TABLE, Verb
from intake.model.booking import AppointmentState
from intake.model.calendar import local_text
from intake.model.catalogue import CounterGroup
from intake.model.green import GreenGround
from intake.model.ids import CounterCode, HallCode, PersonId, ServiceCode, TicketId
from intake.model.lines import CounterPost
from intake.model.people import Caller
from intake.model.queue import Ticket
from intake.usecases.queue.arriving import CheckIn, TakeNumber
from intake.usecases.queue.calling import (
    OWN_ACTS,
    AmendTicket,
    CallNext,
    ChangeTicket,
    ForwardTicket,
    SetPost,
    TicketAct,
)
from intake.usecases.queue.greening import GrantGreen
from miniapp_api.county import County
from miniapp_api.forms import Code, Version, Words
from miniapp_api.streams import event_stream
from miniapp_api.typed import Api, Call, Form, FormT, View
from miniapp_api.views import AppointmentView, CaseCard, GroupLineView, OnCounterView, TicketView, local

api = Api("queue")
_POLL = timedelta(milliseconds=250)
_AT_LEAST_EVERY = timedelta(minutes=1)
_log = structlog.get_logger("queue")


class HallForm(Form):
    """Which hall."""

    hall: Code


class CheckInForm(HallForm):
    """The appointment's number."""

    appointment: Code


class TakeForm(HallForm):
    """Who wants what."""

    holder: Annotated[str, Field(max_length=60)] = ""
    service_code: Code | None = None
    person_id: Code | None = None


class CallForm(HallForm):
    """Which counter is free."""

    counter: Code


class TicketForm(Form):
    """Which number, as which version, and what to do with it."""

    ticket: Code
    version: Version


class ForwardForm(TicketForm):
    """Which other kind of counter."""

    group: CounterGroup


class AmendForm(TicketForm):
    """What should stand on the slip."""

    holder: Annotated[str, Field(max_length=60)] = ""
    service_code: Code | None = None


class PostForm(HallForm):
    """Which counter, open or closed."""

    counter: Code
    open: bool


class PostView(View):
    """A counter that is open, or was today, and who opened it."""

    counter: str
    group: str
    clerk: str
    open: bool
    since_text: str

    @classmethod
    def of(cls, post: CounterPost) -> PostView:
        """A counter's post in words."""
        return cls(
            counter=post.counter,
            group=post.group,
            clerk=post.clerk,
            open=post.open,
            since_text=local_text(post.since),
        )


class QueueView(View):
    """A hall's day at a glance."""

    hall: str
    hall_name: str
    revision: int
    at: str
    tickets: list[TicketView]
    booked: list[AppointmentView]
    cases: list[CaseCard]
    questions_open: int
    on_counter: list[OnCounterView]
    groups: list[GroupLineView]
    posts: list[PostView]
    rules_text: str


class Pulse:
    """How often each hall changed, read once for all open pages of this process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: dict[HallCode, int] = {}
        self._changed = asyncio.Event()

    async def watch(self) -> None:
        """Read the halls' pulses four times a second and wake the pages; runs while the server runs."""
        while True:
            pulses = await self._read()
            if pulses != self._seen:
                self._seen = pulses
                changed, self._changed = self._changed, asyncio.Event()
                changed.set()
            await asyncio.sleep(_POLL.total_seconds())

    async def _read(self) -> dict[HallCode, int]:
        """The pulses, or what was seen last while the store is away: the pages wait, they do not go blind for good."""
        try:
            return await self._desk.queue.pulses()
        except Exception as fault:  # noqa: BLE001 (whatever is wrong with the store now, the next look may be right)
            _log.warning("pulse_unread", exc_info=fault)
            return self._seen

    def of(self, hall: HallCode) -> int:
        """The hall's revision as last read."""
        return self._seen.get(hall, 0)

    async def change(self, patience: float) -> None:
        """Wait for any hall to change, or for `patience` seconds."""
        changed = self._changed
        try:
            await asyncio.wait_for(changed.wait(), patience)
        except TimeoutError:
            return


PULSE = web.AppKey("pulse", Pulse)


@api.operation("GET", "/api/v1/halls/{hall}/queue", HallForm, QueueView)
async def queue(call: Call[HallForm]) -> QueueView:
    """今日队列: numbers, who is booked, what waits at reception."""
    return await _queue(call, call.caller, HallCode(call.form.hall))


@api.raw("GET", "/api/v1/halls/{hall}/queue/events", HallForm, "text/event-stream")
async def queue_events(call: Call[HallForm]) -> web.StreamResponse:
    """实时队列: event ``queue`` at once and after each change, within a second."""
    hall, caller, pulse = HallCode(call.form.hall), call.caller, call.request.app[PULSE]
    return await live(call, hall, "queue", lambda: _queue(call, caller, hall), pulse)


async def live(
    call: Call[FormT], hall: HallCode, event: str, look: Callable[[], Awaitable[View]], pulse: Pulse
) -> web.StreamResponse:
    """A look at a hall at once, after each change, and once a minute, for waits grow while nothing changes."""
    # Asked once before the stream opens: a refusal can only be told while no status has left yet.
    shown, view, clock = pulse.of(hall), await look(), asyncio.get_running_loop().time
    async with event_stream(call.request) as stream:
        await stream.send(event, view.model_dump_json(), str(shown))
        looked = clock()
        while stream.open:
            await pulse.change(1.0)
            if pulse.of(hall) != shown or clock() - looked >= _AT_LEAST_EVERY.total_seconds():
                shown, looked = pulse.of(hall), clock()
                view = await look()
                await stream.send(event, view.model_dump_json(), str(shown))
            await stream.rest(timedelta())
    return stream.response


@api.operation(
    "POST", "/api/v1/halls/{hall}/check-in", CheckInForm, TicketView, refuses=("not_now", "too_early")
)
async def check_in(call: Call[CheckInForm]) -> TicketView:
    """签到取号: the booked person is here."""
    ticket = await call.desk.queue.check_in(CheckIn(call.caller, call.form.appointment, call.key))
    return await _shown(call, ticket)


@api.operation(
    "POST", "/api/v1/halls/{hall}/tickets", TakeForm, TicketView, status=201, refuses=("unknown_service",)
)
async def take_number(call: Call[TakeForm]) -> TicketView:
    """现场取号."""
    form = call.form
    service = ServiceCode(form.service_code) if form.service_code else None
    person = PersonId(form.person_id) if form.person_id else None
    cmd = TakeNumber(call.caller, HallCode(form.hall), service, person, form.holder, call.key)
    ticket = await call.desk.queue.take_number(cmd)
    return await _shown(call, ticket)


@api.operation("POST", "/api/v1/halls/{hall}/call", CallForm, TicketView, refuses=("nobody_waiting",))
async def call_next(call: Call[CallForm]) -> TicketView:
    """叫号: the first in line comes to this counter, and to no other."""
    form = call.form
    ticket = await call.desk.queue.call_next(
        CallNext(call.caller, HallCode(form.hall), CounterCode(form.counter), call.key)
    )
    return await _shown(call, ticket)


def _route_act(act: TicketAct, words: str) -> None:
    async def change(call: Call[TicketForm]) -> TicketView:
        cmd = ChangeTicket(call.caller, TicketId(call.form.ticket), call.form.version, act, call.key)
        ticket = await call.desk.queue.change(cmd)
        return await _shown(call, ticket)

    change.__doc__ = words
    path = f"/api/v1/tickets/{{ticket}}/{act.value.replace('_', '-')}"
    refuses = (
        ("stale", "not_now", "returned_too_often", "returned_too_late")
        if act in OWN_ACTS
        else ("stale", "not_now")
    )
    api.operation("POST", path, TicketForm, TicketView, refuses=refuses)(change)


for _act, _words in {
    TicketAct.RECALL: "再叫一次, up to the hall's limit, then 过号.",
    TicketAct.SERVE: "开始办理.",
    TicketAct.MISS: "过号.",
    TicketAct.PARK: "暂离.",
    TicketAct.COME_BACK: "回到队列, in the old place.",
    TicketAct.FINISH: "办理完毕.",
    TicketAct.LEAVE: "不办了, gone without being served.",
}.items():
    _route_act(_act, _words)


@api.operation(
    "POST", "/api/v1/tickets/{ticket}/forward", ForwardForm, TicketView, refuses=("stale", "not_now")
)
async def forward(call: Call[ForwardForm]) -> TicketView:
    """转窗口: into the line of another group, with the same number and the same place."""
    form = call.form
    cmd = ForwardTicket(call.caller, TicketId(form.ticket), form.version, form.group, call.key)
    return await _shown(call, await call.desk.queue.forward(cmd))


@api.operation(
    "POST",
    "/api/v1/tickets/{ticket}/amend",
    AmendForm,
    TicketView,
    refuses=("stale", "not_now", "unknown_service"),
)
async def amend(call: Call[AmendForm]) -> TicketView:
    """改名字或事项: the place in line stays what it was."""
    form = call.form
    service = ServiceCode(form.service_code) if form.service_code else None
    cmd = AmendTicket(call.caller, TicketId(form.ticket), form.version, form.holder, service, call.key)
    return await _shown(call, await call.desk.queue.amend(cmd))


@api.operation("PUT", "/api/v1/halls/{hall}/counters/{counter}/post", PostForm, PostView)
async def set_post(call: Call[PostForm]) -> PostView:
    """窗口开放或暂停: what those who wait are told is reckoned with the open counters."""
    form = call.form
    cmd = SetPost(call.caller, HallCode(form.hall), CounterCode(form.counter), form.open)
    return PostView.of(await call.desk.queue.set_post(cmd))


async def _queue(call: Call[FormT], caller: Caller, hall_code: HallCode) -> QueueView:
    desk = call.desk
    revision = (await desk.queue.pulses()).get(hall_code, 0)
    line = await desk.queue.line(caller, hall_code)
    county = await County.of(desk)
    hall = county.halls.get(hall_code)
    if hall is None:
        raise NotFound(what="服务中心")
    booked = await desk.places.appointments_at(caller, hall_code, county.today)
    may_answer = caller.role.value in {"clerk", "director"}
    questions = await desk.questions.at_hall(caller, hall_code) if may_answer else ()
    sees_counters = caller.role in TABLE[Verb.SEE_COUNTER]
    trays = await desk.cases.on_counters(caller, hall_code) if sees_counters else ()
    return QueueView(
        hall=hall.code,
        hall_name=hall.name,
        revision=revision,
        at=local(desk.now),
        tickets=[TicketView.of(ticket, hall, desk.now, line) for ticket in line.tickets],
        booked=[county.appointment(a) for a in booked if a.state is AppointmentState.BOOKED],
        cases=[county.card(case) for case in await desk.cases.at_hall(caller, hall_code)],
        questions_open=len(questions),
        on_counter=[OnCounterView.of(tray, hall) for tray in trays],
        groups=[GroupLineView.of(group) for group in line.groups],
        posts=[PostView.of(post) for post in line.posts],
        rules_text=line.rules.in_words,
    )


async def _shown(call: Call[FormT], ticket: Ticket) -> TicketView:
    halls = {hall.code: hall for hall in await call.desk.places.halls()}
    return TicketView.of(ticket, halls[ticket.hall], call.desk.now)


class GreenForm(TicketForm):
    """On what ground, and what the clerk saw."""

    ground: GreenGround
    why: Words


@api.operation("POST", "/api/v1/tickets/{ticket}/green", GreenForm, TicketView, refuses=("stale", "not_now"))
async def grant_green(call: Call[GreenForm]) -> TicketView:
    """优先认定: by a clerk's eye, with the reason on record."""
    form = call.form
    cmd = GrantGreen(call.caller, TicketId(form.ticket), form.version, form.ground, form.why, call.key)
    return await _shown(call, await call.desk.queue.grant_green(cmd))
