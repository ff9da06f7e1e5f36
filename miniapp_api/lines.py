"""The line for those who wait in it: the hall's screen without names, one's own number, and the hall's rules."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from intake.desk import Desk
from intake.model.calendar import local_text
from intake.model.catalogue import GROUP_WORDS
from intake.model.ids import HallCode
from intake.model.lines import HallRules, LineRules
from intake.model.people import Caller
from intake.model.queue import TICKET_WORDS
from intake.usecases.queue.ruling import SetLineRules
from intake.usecases.queue.watching import Display, Place, Shown
from miniapp_api.queue import PULSE, HallForm, live
from miniapp_api.typed import Api, Call, NoForm, View
from miniapp_api.views import GroupLineView, local

api = Api("lines")
_NEXT = 12
_MISSED = 12


class ShownView(View):
    """A number as it hangs on the wall."""

    number: str
    holder: str
    group: str
    state: str
    state_text: str
    counter: str
    counter_number: str
    calls: int
    first: bool

    @classmethod
    def of(cls, shown: Shown) -> ShownView:
        """One line of the screen."""
        return cls(
            number=shown.number,
            holder=shown.holder,
            group=shown.group,
            state=shown.state,
            state_text=TICKET_WORDS[shown.state],
            counter=shown.counter,
            counter_number=shown.counter_number,
            calls=shown.calls,
            first=shown.first,
        )


class DisplayView(View):
    """叫号屏: called, next, missed; nothing by which a passer-by could learn who wants what."""

    hall: str
    hall_name: str
    revision: int
    at: str
    called: list[ShownView]
    next: list[ShownView]
    missed: list[ShownView]
    waiting: int
    groups: list[GroupLineView]
    rules_text: str

    @classmethod
    def of(cls, board: Display, revision: int, at: str) -> DisplayView:
        """The screen, cut to what it has room for."""
        return cls(
            hall=board.hall.code,
            hall_name=board.hall.name,
            revision=revision,
            at=at,
            called=[ShownView.of(shown) for shown in board.called],
            next=[ShownView.of(shown) for shown in board.next[:_NEXT]],
            missed=[ShownView.of(shown) for shown in board.missed[:_MISSED]],
            waiting=len(board.next),
            groups=[GroupLineView.of(group) for group in board.groups],
            rules_text=board.rules.in_words,
        )


class PlaceView(View):
    """我的号: where one stands, and about how long it takes."""

    id: str
    number: str
    hall: str
    hall_name: str
    service_name: str
    group_text: str
    state: str
    state_text: str
    counter_name: str
    wait_text: str
    rules_text: str
    may_come_back: bool
    back_until_text: str
    version: int

    @classmethod
    def of(cls, place: Place) -> PlaceView:
        """One's own number in words."""
        ticket = place.ticket
        counter = next((c.name for c in place.hall.counters if c.code == ticket.counter), "")
        return cls(
            id=ticket.id,
            number=ticket.number,
            hall=ticket.hall,
            hall_name=place.hall.name,
            service_name=ticket.service_name,
            group_text=GROUP_WORDS[ticket.group],
            state=ticket.state,
            state_text=TICKET_WORDS[ticket.state],
            counter_name=counter,
            wait_text=place.estimate.in_words if place.estimate else "",
            rules_text=place.rules.in_words,
            may_come_back=place.back_until is not None,
            back_until_text=local_text(place.back_until) if place.back_until else "",
            version=ticket.version,
        )


class PlacesView(View):
    """One's numbers of today."""

    tickets: list[PlaceView]


class RulesForm(HallForm):
    """A hall's rules over the version the page showed; 0 when the county's held so far."""

    check_in_early_minutes: int
    late_grace_minutes: int
    booked_credit_minutes: int
    green_credit_minutes: int
    most_overtaken: int
    recall_limit: int
    return_limit: int
    return_minutes: int
    version: Annotated[int, Field(ge=0, le=1_000_000_000)]

    @property
    def rules(self) -> LineRules:
        """The rules without hall and version."""
        return LineRules(
            check_in_early_minutes=self.check_in_early_minutes,
            late_grace_minutes=self.late_grace_minutes,
            booked_credit_minutes=self.booked_credit_minutes,
            green_credit_minutes=self.green_credit_minutes,
            most_overtaken=self.most_overtaken,
            recall_limit=self.recall_limit,
            return_limit=self.return_limit,
            return_minutes=self.return_minutes,
        )


class RulesView(View):
    """排队规则 of a hall, and whether they are its own."""

    check_in_early_minutes: int
    late_grace_minutes: int
    booked_credit_minutes: int
    green_credit_minutes: int
    most_overtaken: int
    recall_limit: int
    return_limit: int
    return_minutes: int
    version: int
    own: bool
    in_words: str

    @classmethod
    def of(cls, known: HallRules) -> RulesView:
        """The rules with their sentence."""
        rules = known.rules
        return cls(
            check_in_early_minutes=rules.check_in_early_minutes,
            late_grace_minutes=rules.late_grace_minutes,
            booked_credit_minutes=rules.booked_credit_minutes,
            green_credit_minutes=rules.green_credit_minutes,
            most_overtaken=rules.most_overtaken,
            recall_limit=rules.recall_limit,
            return_limit=rules.return_limit,
            return_minutes=rules.return_minutes,
            version=known.version,
            own=known.version > 0,
            in_words=rules.in_words,
        )


@api.operation("GET", "/api/v1/halls/{hall}/display", HallForm, DisplayView)
async def display(call: Call[HallForm]) -> DisplayView:
    """叫号屏: what hangs on the wall of a hall."""
    return await _look(call.desk, call.caller, HallCode(call.form.hall))


@api.raw("GET", "/api/v1/halls/{hall}/display/events", HallForm, "text/event-stream")
async def display_events(call: Call[HallForm]) -> web.StreamResponse:
    """实时叫号屏: event ``display`` at once, after each change, and once a minute."""
    desk, caller, hall = call.desk, call.caller, HallCode(call.form.hall)
    return await live(call, hall, "display", lambda: _look(desk, caller, hall), call.request.app[PULSE])


@api.operation("GET", "/api/v1/my/tickets", NoForm, PlacesView)
async def my_tickets(call: Call[NoForm]) -> PlacesView:
    """我的号: one's numbers of today, with how many are ahead and about how long it takes."""
    return PlacesView(tickets=[PlaceView.of(place) for place in await call.desk.queue.mine(call.caller)])


@api.operation("GET", "/api/v1/halls/{hall}/line-rules", HallForm, RulesView)
async def line_rules(call: Call[HallForm]) -> RulesView:
    """排队规则: the hall's own, or the county's."""
    return RulesView.of(await call.desk.queue.rules(call.caller, HallCode(call.form.hall)))


@api.operation("PUT", "/api/v1/halls/{hall}/line-rules", RulesForm, RulesView, refuses=("stale",))
async def set_line_rules(call: Call[RulesForm]) -> RulesView:
    """设定排队规则: the director's, for the own hall; who already waits keeps their credit."""
    form = call.form
    cmd = SetLineRules(call.caller, HallCode(form.hall), form.rules, form.version)
    return RulesView.of(await call.desk.queue.set_rules(cmd))


async def _look(desk: Desk, caller: Caller, hall: HallCode) -> DisplayView:
    revision = (await desk.queue.pulses()).get(hall, 0)
    return DisplayView.of(await desk.queue.display(caller, hall), revision, local(desk.now))
