"""Work orders over HTTP: what is wrong, with pictures, until it is verified and closed."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from intake.model.ids import OrderId, ServiceCode
from intake.usecases.questions.ordering import AddOrderImage, OpenOrder, OrderAct, WorkOnOrder
from miniapp_api.cases import read_photo
from miniapp_api.forms import Code, Version, Words
from miniapp_api.owned import OrderFileView, OrdersView, OrderView, steps
from miniapp_api.typed import Api, Call, Form

api = Api("work-orders")


class ListForm(Form):
    """Those that are closed, or those that are not."""

    closed: bool = False


class OpenForm(Form):
    """What is wrong, in detail; about an item where one is named."""

    text: Annotated[str, Field(min_length=1, max_length=2000)]
    service_code: Code | None = None


class OrderForm(Form):
    """Which work order."""

    order: Code


class ImageForm(OrderForm):
    """Which picture of it, from 0."""

    place: Annotated[int, Field(ge=0, le=100)]


class WorkForm(OrderForm):
    """The version the page showed, and what is said."""

    version: Version
    words: Words = ""


@api.operation("POST", "/api/v1/work-orders", OpenForm, OrderView, status=201, refuses=("unknown_service",))
async def open_order(call: Call[OpenForm]) -> OrderView:
    """提工单."""
    service = ServiceCode(call.form.service_code) if call.form.service_code else None
    order = await call.desk.questions.open_order(OpenOrder(call.caller, call.form.text, service, call.key))
    return OrderView.of(order, call.desk.today)


@api.operation("GET", "/api/v1/work-orders", ListForm, OrdersView)
async def orders(call: Call[ListForm]) -> OrdersView:
    """工单: one's own; for the keeper and the operator, what waits for them."""
    found = await call.desk.questions.orders(call.caller, closed=call.form.closed)
    return OrdersView(orders=[OrderView.of(order, call.desk.today) for order in found])


@api.operation("GET", "/api/v1/work-orders/{order}", OrderForm, OrderFileView)
async def show(call: Call[OrderForm]) -> OrderFileView:
    """工单详情: with its history."""
    found, history = await call.desk.questions.show_order(call.caller, OrderId(call.form.order))
    shown = OrderView.of(found, call.desk.today)
    return OrderFileView(**shown.model_dump(), history=steps(history))


@api.raw(
    "POST",
    "/api/v1/work-orders/{order}/images",
    OrderForm,
    OrderView,
    status=201,
    refuses=("photo_refused", "not_now", "busy"),
    takes="image/jpeg, image/png, image/webp, image/heic, application/octet-stream",
)
async def add_image(call: Call[OrderForm]) -> web.StreamResponse:
    """加截图: opened safely and kept encrypted."""
    content = await read_photo(call.request)
    cmd = AddOrderImage(call.caller, OrderId(call.form.order), content, call.key)
    shown = OrderView.of(await call.desk.questions.add_order_image(cmd), call.desk.today)
    return web.json_response(body=shown.model_dump_json().encode(), status=201)


@api.raw("GET", "/api/v1/work-orders/{order}/images/{place}", ImageForm, "image/jpeg")
async def see_image(call: Call[ImageForm]) -> web.StreamResponse:
    """看截图: decrypted for one look, which is written down."""
    form = call.form
    content = await call.desk.questions.see_order_image(call.caller, OrderId(form.order), form.place)
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": "inline"}
    return web.Response(body=content, content_type="image/jpeg", headers=headers)


def _route_act(act: OrderAct, words: str) -> None:
    async def work(call: Call[WorkForm]) -> OrderView:
        form = call.form
        cmd = WorkOnOrder(call.caller, OrderId(form.order), form.version, act, form.words, call.key)
        return OrderView.of(await call.desk.questions.work_on_order(cmd), call.desk.today)

    work.__doc__ = words
    path = f"/api/v1/work-orders/{{order}}/{act.value}"
    api.operation("POST", path, WorkForm, OrderView, refuses=("stale", "not_now", "bad_input"))(work)


for _act, _words in {
    OrderAct.ANSWER: "答复工单, by the keeper or the operator.",
    OrderAct.VERIFY: "核实已解决, by whoever opened it.",
    OrderAct.REOPEN: "没有解决, by whoever opened it.",
    OrderAct.CLOSE: "归档, once it is verified.",
}.items():
    _route_act(_act, _words)
