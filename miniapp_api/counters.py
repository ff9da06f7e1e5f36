"""Counters over HTTP: what the machines laid down there, and a case opened from it by the clerk who sits there."""

from __future__ import annotations

from aiohttp import web

from intake.model.ids import CardId, CounterCode, HallCode, PageId, ServiceCode
from intake.usecases.cases.tray import FromCounter, OpenWalkIn
from miniapp_api.county import whole_case
from miniapp_api.forms import Code
from miniapp_api.typed import Api, Call, Form
from miniapp_api.views import CaseView, CounterTrayView

api = Api("counters")


class CounterForm(Form):
    """Which counter of which hall."""

    hall: Code
    counter: Code


class LaidPageForm(CounterForm):
    """Which page that lies there."""

    page: Code


class WalkInForm(CounterForm):
    """Which matter; with `card`, only if it is still the card the page showed."""

    service_code: Code
    card: Code | None = None


@api.operation("GET", "/api/v1/halls/{hall}/counters/{counter}/card", CounterForm, CounterTrayView)
async def on_counter(call: Call[CounterForm]) -> CounterTrayView:
    """窗口上的证件: whose card lies there now, masked, and the pages captured for them."""
    hall, counter = HallCode(call.form.hall), CounterCode(call.form.counter)
    tray = await call.desk.cases.on_counter(call.caller, hall, counter)
    return CounterTrayView.of(counter, tray, call.desk.today)


@api.raw("GET", "/api/v1/halls/{hall}/counters/{counter}/pages/{page}", LaidPageForm, "image/jpeg")
async def see_laid_page(call: Call[LaidPageForm]) -> web.StreamResponse:
    """看窗口上的照片: decrypted for one look, which is written down."""
    form = call.form
    hall, counter = HallCode(form.hall), CounterCode(form.counter)
    content = await call.desk.cases.see_laid_page(call.caller, hall, counter, PageId(form.page))
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": "inline"}
    return web.Response(body=content, content_type="image/jpeg", headers=headers)


@api.operation(
    "POST",
    "/api/v1/halls/{hall}/counters/{counter}/cases",
    WalkInForm,
    CaseView,
    status=201,
    refuses=("no_card_read", "stale", "unknown_service", "already_open", "not_offered_here"),
)
async def open_walk_in(call: Call[WalkInForm]) -> CaseView:
    """窗口收件: a case with a number from the card and the pages on the counter, which is free again."""
    form = call.form
    seen = CardId(form.card) if form.card else None
    place = FromCounter(HallCode(form.hall), CounterCode(form.counter), seen)
    cmd = OpenWalkIn(call.caller, ServiceCode(form.service_code), place, call.key)
    return await whole_case(call, (await call.desk.cases.open_walk_in(cmd)).case)
