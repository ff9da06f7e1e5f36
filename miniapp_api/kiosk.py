"""The kiosk over HTTP: a machine's own short list of requests; it reads the hall's screen, and nobody's line."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from intake.model.calendar import local_text
from intake.model.case import CASE_WORDS, CaseState
from intake.model.ids import AccountCode, AppointmentId, CaseId, ServiceCode, SlipId, TicketId
from intake.model.kiosk import Slip, Visitor
from intake.model.people import Door, mask_name
from intake.model.queue import TICKET_WORDS, Ticket, TicketState
from intake.usecases.kiosk.printing import Reprint
from intake.usecases.kiosk.visiting import ArriveHere, CollectHere, StartHere, TakeNumberHere
from miniapp_api.forms import Code
from miniapp_api.signing import COOKIE, SECURE
from miniapp_api.typed import Api, Call, Form, FormT, NoForm, OpenTo, View

api = Api("kiosk")
_SESSION_SECONDS = 12 * 3600


class TokenForm(Form):
    """The token the machine was enrolled with."""

    token: Annotated[str, Field(min_length=1, max_length=200)]


class ArriveForm(Form):
    """The code on the phone; without one, the card on the machine speaks."""

    code: Code | None = None


class TakeHereForm(Form):
    """Which matter, if the person knows."""

    service_code: Code | None = None


class StartForm(Form):
    """Which matter is handed in."""

    service_code: Code


class CaseForm(Form):
    """Which case."""

    case: Code


class TicketForm(Form):
    """Which number."""

    ticket: Code


class SlipForm(Form):
    """Which slip."""

    slip: Code


class ReprintForm(TicketForm):
    """Which machine prints it."""

    device: Code


class AbilitiesForm(Form):
    """Everything the kiosk takes to its end, and the release of its software."""

    services: Annotated[list[Code], Field(max_length=2000)]
    release: Annotated[str, Field(min_length=1, max_length=40)]


class AbilitiesView(View):
    """What is recorded of a kiosk now, and how much of it changed."""

    services: list[str]
    changed: int


class KioskView(View):
    """Which machine this is, and what it can do."""

    device: str
    name: str
    hall: str
    hall_name: str
    phone: str
    can_start: list[str]
    can_finish: list[str]
    wrong_entries: list[str]


class KioskTicketView(View):
    """A number as the machine tells it to the person before it."""

    id: str
    number: str
    service_name: str
    state: str
    state_text: str
    wait_text: str
    missed: bool

    @classmethod
    def of(cls, ticket: Ticket, wait_text: str = "") -> KioskTicketView:
        """Without a name."""
        return cls(
            id=ticket.id,
            number=ticket.number,
            service_name=ticket.service_name,
            state=ticket.state,
            state_text=TICKET_WORDS[ticket.state],
            wait_text=wait_text,
            missed=ticket.state is TicketState.MISSED,
        )


class KioskCaseView(View):
    """An own case: how far it is, and whether its result can be taken here."""

    id: str
    number: str
    service_code: str
    service_name: str
    state: str
    state_text: str
    ready: bool


class BookedView(View):
    """An own appointment of today."""

    number: str
    start_text: str
    service_name: str


class LaidView(View):
    """A page that lies on the machine: what it shows, and whether it can be read."""

    kind: str
    verdict: str
    advice: str


class VisitorView(View):
    """Who stands there, masked, with what is theirs here today; all empty while no card lies on the machine."""

    card: bool
    name: str
    pages: list[LaidView]
    appointments: list[BookedView]
    tickets: list[KioskTicketView]
    cases: list[KioskCaseView]

    @classmethod
    def of(cls, found: Visitor | None) -> VisitorView:
        """The person's things in words."""
        if found is None:
            return cls(card=False, name="", pages=[], appointments=[], tickets=[], cases=[])
        return cls(
            card=True,
            name=mask_name(found.person.name),
            pages=[
                LaidView(kind=p.facts.kind, verdict=p.facts.verdict, advice=p.facts.advice)
                for p in found.pages
            ],
            appointments=[
                BookedView(number=a.number, start_text=local_text(a.start), service_name=a.service_name)
                for a in found.appointments
            ],
            tickets=[KioskTicketView.of(ticket) for ticket in found.tickets],
            cases=[
                KioskCaseView(
                    id=case.id,
                    number=case.number,
                    service_code=case.service_code,
                    service_name=case.service_name,
                    state=case.state,
                    state_text=CASE_WORDS[case.state],
                    ready=case.state is CaseState.ISSUED,
                )
                for case in found.cases
            ],
        )


class StartedView(View):
    """A case that was handed in, and what is still lacking."""

    id: str
    number: str
    service_name: str
    state_text: str
    lacking: list[str]


class SlipView(View):
    """A slip to print; no name stands on it."""

    id: str
    kind: str
    copy_number: int
    facts: dict[str, str]

    @classmethod
    def of(cls, slip: Slip) -> SlipView:
        """As it is laid out."""
        return cls(id=slip.id, kind=slip.kind, copy_number=slip.copy, facts=dict(slip.facts))


class SlipsView(View):
    """What is still to be printed."""

    slips: list[SlipView]


@api.raw(
    "POST",
    "/api/v1/kiosk/session",
    TokenForm,
    KioskView,
    status=201,
    open_to=OpenTo.ALL,
    refuses=("unknown_device",),
)
async def begin(call: Call[TokenForm]) -> web.StreamResponse:
    """自助机开机: the enrolled token for a session; whatever lay on the machine before is lifted."""
    device = await call.desk.people.device_by_token(call.form.token, Door.KIOSK)
    signed_in = await call.desk.people.sign_in_as(device.code, Door.KIOSK)
    await call.desk.kiosk.step_away(signed_in.caller)
    response = web.json_response({"device": device.code}, status=201)
    response.set_cookie(
        COOKIE,
        signed_in.token,
        max_age=_SESSION_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=call.request.app[SECURE],
    )
    return response


@api.operation("GET", "/api/v1/kiosk", NoForm, KioskView)
async def kiosk(call: Call[NoForm]) -> KioskView:
    """本机: which hall it stands in, and which items it can start and finish."""
    setup = await call.desk.kiosk.own_setup(call.caller)
    account = call.caller.account
    hall = next(hall for hall in await call.desk.places.halls() if hall.code == account.hall)
    return KioskView(
        device=account.code,
        name=account.name,
        hall=hall.code,
        hall_name=hall.name,
        phone=hall.phone,
        can_start=[one.service_code for one in setup.items if one.start],
        can_finish=[one.service_code for one in setup.items if one.finish],
        wrong_entries=list(setup.wrong_entries),
    )


@api.operation(
    "PUT", "/api/v1/kiosk/abilities", AbilitiesForm, AbilitiesView, refuses=("not_allowed", "bad_input")
)
async def report_abilities(call: Call[AbilitiesForm]) -> AbilitiesView:
    """上报能力: the items this kiosk takes to their end, from today on; the adaptation rate counts them."""
    services = [ServiceCode(code) for code in dict.fromkeys(call.form.services)]
    changed = await call.desk.kiosk.report_abilities(call.caller, services, call.form.release)
    return AbilitiesView(services=list(services), changed=changed)


@api.operation("GET", "/api/v1/kiosk/visitor", NoForm, VisitorView)
async def visitor(call: Call[NoForm]) -> VisitorView:
    """机前的人: whose card lies on the machine, masked, and what is theirs here today."""
    return VisitorView.of(await call.desk.kiosk.visitor(call.caller))


@api.operation("POST", "/api/v1/kiosk/step-away", NoForm, VisitorView)
async def step_away(call: Call[NoForm]) -> VisitorView:
    """退出: the machine forgets who stood there; doing it twice is no error."""
    await call.desk.kiosk.step_away(call.caller)
    return VisitorView.of(None)


@api.operation(
    "POST",
    "/api/v1/kiosk/check-in",
    ArriveForm,
    KioskTicketView,
    refuses=("not_now", "too_early", "no_card_read"),
)
async def check_in(call: Call[ArriveForm]) -> KioskTicketView:
    """自助签到: by the code on the phone, or by the card."""
    code = AppointmentId(call.form.code) if call.form.code else None
    return await _told(call, await call.desk.kiosk.arrive(ArriveHere(call.caller, code, call.key)))


@api.operation(
    "POST",
    "/api/v1/kiosk/tickets",
    TakeHereForm,
    KioskTicketView,
    status=201,
    refuses=("unknown_service",),
)
async def take_number(call: Call[TakeHereForm]) -> KioskTicketView:
    """自助取号: with the card, or without one."""
    code = ServiceCode(call.form.service_code) if call.form.service_code else None
    return await _told(call, await call.desk.kiosk.take_number(TakeNumberHere(call.caller, code, call.key)))


@api.operation(
    "POST",
    "/api/v1/kiosk/tickets/{ticket}/come-back",
    TicketForm,
    KioskTicketView,
    refuses=("no_card_read", "not_now", "returned_too_often", "returned_too_late"),
)
async def come_back(call: Call[TicketForm]) -> KioskTicketView:
    """我回来了: the card's holder was called and not there."""
    return await _told(call, await call.desk.kiosk.come_back(call.caller, TicketId(call.form.ticket)))


@api.operation(
    "POST",
    "/api/v1/kiosk/cases",
    StartForm,
    StartedView,
    status=201,
    refuses=("not_at_kiosk", "no_card_read", "unknown_service", "already_open", "not_offered_here"),
)
async def start(call: Call[StartForm]) -> StartedView:
    """自助申请: hand in what lies on the machine."""
    opened = await call.desk.kiosk.start(
        StartHere(call.caller, ServiceCode(call.form.service_code), call.key)
    )
    case = opened.case
    return StartedView(
        id=case.id,
        number=case.number,
        service_name=case.service_name,
        state_text=CASE_WORDS[case.state],
        lacking=[material.name for material in case.lacking()],
    )


@api.operation(
    "POST",
    "/api/v1/kiosk/cases/{case}/collect",
    CaseForm,
    KioskCaseView,
    refuses=("not_at_kiosk", "no_card_read", "not_now"),
)
async def collect(call: Call[CaseForm]) -> KioskCaseView:
    """自助取件: the card stands for the collection code."""
    case = await call.desk.kiosk.collect(CollectHere(call.caller, CaseId(call.form.case), call.key))
    return KioskCaseView(
        id=case.id,
        number=case.number,
        service_code=case.service_code,
        service_name=case.service_name,
        state=case.state,
        state_text=CASE_WORDS[case.state],
        ready=False,
    )


@api.operation("GET", "/api/v1/kiosk/slips", NoForm, SlipsView)
async def slips(call: Call[NoForm]) -> SlipsView:
    """待打印凭条, the oldest first."""
    return SlipsView(slips=[SlipView.of(slip) for slip in await call.desk.kiosk.slips_waiting(call.caller)])


@api.operation("POST", "/api/v1/kiosk/slips/{slip}/claim", SlipForm, SlipView, refuses=("already_printed",))
async def claim(call: Call[SlipForm]) -> SlipView:
    """取走打印: given out once."""
    return SlipView.of(await call.desk.kiosk.claim_slip(call.caller, SlipId(call.form.slip)))


@api.operation("POST", "/api/v1/tickets/{ticket}/reprint", ReprintForm, SlipView, status=201)
async def reprint(call: Call[ReprintForm]) -> SlipView:
    """补打凭条: a clerk asks for one more copy of a number's slip."""
    form = call.form
    cmd = Reprint(call.caller, TicketId(form.ticket), AccountCode(form.device), call.key)
    return SlipView.of(await call.desk.kiosk.reprint(cmd))


async def _told(call: Call[FormT], ticket: Ticket) -> KioskTicketView:
    """The number with its wait, as it stands on the hall's screen: the machine sees that, and not the line."""
    board = await call.desk.queue.display(call.caller, ticket.hall)
    wait = next((shown.wait for shown in board.next if shown.number == ticket.number), "")
    return KioskTicketView.of(ticket, wait)
