"""Codes to scan: an appointment's for checking in, and the one by which a matter goes from a hall's tablet to a phone."""

from __future__ import annotations

from typing import Annotated, Protocol

from aiohttp import web
from pydantic import Field

from intake.errors import NotFound
from intake.model.ids import CaseId, HandoverId, ServiceCode
from intake.usecases.cases.assisting import ClaimHandover, OfferHandover
from miniapp_api.county import whole_case
from miniapp_api.forms import Code
from miniapp_api.signing import SECURE
from miniapp_api.typed import Api, Call, Form, OpenTo, View
from miniapp_api.views import CaseView, local

api = Api("assisting")


class PaintCode(Protocol):
    """Draws a text as a QR code (SVG)."""

    def __call__(self, text: str) -> bytes: ...


PAINT_CODE: web.AppKey[PaintCode] = web.AppKey("paint_code", PaintCode)
_SVG = "image/svg+xml"


class OfferForm(Form):
    """Which item; with `case`, the draft begun on this tablet."""

    service_code: Code
    case: Code | None = None


class HandoverForm(Form):
    """Which code."""

    handover: Code


class HallForm(Form):
    """Which hall."""

    hall: Code


class ClaimForm(Form):
    """What the phone has read."""

    token: Annotated[str, Field(min_length=16, max_length=200)]


class AppointmentForm(Form):
    """Which appointment."""

    appointment: Code


class OfferedView(View):
    """A code for the tablet's screen: a drawing (SVG) and when it ends. The token stands in the drawing alone."""

    id: str
    service_name: str
    expires_at: str
    svg: str


class ClaimedView(View):
    """Whether a phone has it."""

    claimed: bool


@api.operation(
    "POST",
    "/api/v1/handovers",
    OfferForm,
    OfferedView,
    status=201,
    refuses=("unknown_service", "not_offered_here"),
)
async def offer(call: Call[OfferForm]) -> OfferedView:
    """转到手机: a fresh code that one phone can use, within ten minutes; earlier ones of this tablet are void."""
    form = call.form
    case = CaseId(form.case) if form.case else None
    cmd = OfferHandover(call.caller, ServiceCode(form.service_code), case)
    offered = await call.desk.cases.offer_handover(cmd)
    # After the #: what a browser keeps to itself, so that no server on the way writes it into a log.
    address = f"{_origin(call.request)}/#/take/{offered.token}"
    return OfferedView(
        id=offered.handover.id,
        service_name=offered.handover.service_name,
        expires_at=local(offered.handover.expires_at),
        svg=call.request.app[PAINT_CODE](address).decode(),
    )


@api.operation("GET", "/api/v1/handovers/{handover}", HandoverForm, ClaimedView)
async def claimed(call: Call[HandoverForm]) -> ClaimedView:
    """转办码状态: once a phone has it, the tablet forgets the person."""
    return ClaimedView(
        claimed=await call.desk.cases.handover_claimed(call.caller, HandoverId(call.form.handover))
    )


@api.operation(
    "POST",
    "/api/v1/handovers/claim",
    ClaimForm,
    CaseView,
    refuses=("handover_over", "already_open", "mandate_needed"),
)
async def claim(call: Call[ClaimForm]) -> CaseView:
    """接着办: the matter and its pages are on this phone from here."""
    return await whole_case(
        call, await call.desk.cases.claim_handover(ClaimHandover(call.caller, call.form.token))
    )


@api.raw("GET", "/api/v1/halls/{hall}/poster.svg", HallForm, _SVG, open_to=OpenTo.ALL)
async def poster(call: Call[HallForm]) -> web.StreamResponse:
    """大厅海报码: a phone that scans it checks in or takes a number in this hall."""
    known = {hall.code for hall in await call.desk.places.halls()}
    if call.form.hall not in known:
        raise NotFound(what="服务中心")
    drawn = call.request.app[PAINT_CODE](f"{_origin(call.request)}/#/arrive/{call.form.hall}")
    return web.Response(body=drawn, content_type=_SVG)


@api.raw("GET", "/api/v1/appointments/{appointment}/code.svg", AppointmentForm, _SVG)
async def check_in_code(call: Call[AppointmentForm]) -> web.StreamResponse:
    """签到码: for the kiosk's scanner or the clerk's."""
    mine = await call.desk.places.my_appointments(call.caller)
    found = next((one for one in mine if one.id == call.form.appointment), None)
    if found is None:
        raise NotFound
    drawn = call.request.app[PAINT_CODE](found.id)
    return web.Response(body=drawn, content_type=_SVG, headers={"Cache-Control": "private, no-store"})


def _origin(request: web.Request) -> str:
    """The address people reach the pages under, as the request came to it."""
    scheme = "https" if request.app[SECURE] else request.scheme
    return f"{scheme}://{request.host}"
