"""Work orders (问题工单): told with pictures, answered by the keeper or the operator, verified by whoever told it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from intake.errors import BadInput, NotFound
from intake.model.authority import TABLE, Belonging, Reach, Verb, require
from intake.model.calendar import day_text, local_day
from intake.model.ids import AccountCode, IntentKey, OrderId, ServiceCode
from intake.model.leaving import AuditEntry
from intake.model.owning import Owner, Step
from intake.model.people import Caller, Role
from intake.model.work_order import OrderAbout, OrderImage, OrderState, WorkOrder
from intake.ports import Tools, Uow
from intake.usecases.intents import once, taking_turns
from intake.usecases.owning import (
    due_in,
    number_of,
    owner_of,
    require_version,
    subject_of,
    take_step,
    tell,
    written,
)

_MOST_IMAGES = 6
_ANSWERS = {OrderAbout.ITEM: Role.KEEPER, OrderAbout.SYSTEM: Role.OPERATOR}
_NOBODY_YET = {OrderAbout.ITEM: "事项管理员", OrderAbout.SYSTEM: "系统运维人员"}


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """What is wrong, in detail; with a service code it is about that item, without one about the system."""

    caller: Caller
    text: str
    service_code: ServiceCode | None = None
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class AddOrderImage:
    """A screenshot or a photograph of what is wrong."""

    caller: Caller
    order: OrderId
    content: bytes = field(repr=False)
    key: IntentKey | None = None


class OrderAct(StrEnum):
    """工单动作."""

    ANSWER = "answer"
    VERIFY = "verify"
    REOPEN = "reopen"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class WorkOnOrder:
    """An act on an order as the page showed it."""

    caller: Caller
    order: OrderId
    version: int
    act: OrderAct
    words: str = ""
    key: IntentKey | None = None


_NEEDS = {
    OrderAct.ANSWER: Verb.ANSWER_ORDER,
    OrderAct.CLOSE: Verb.ANSWER_ORDER,
    OrderAct.VERIFY: Verb.VERIFY_ORDER,
    OrderAct.REOPEN: Verb.VERIFY_ORDER,
}


async def open_order(cmd: OpenOrder, *, tools: Tools) -> WorkOrder:
    """提工单: the keeper answers for items, the operator for the system, by a day."""
    require(cmd.caller, Verb.OPEN_ORDER)
    text = written(cmd.text, "text", "请写清楚哪里不对：看到了什么，应该是什么。")
    async with tools.open_uow() as uow:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "open_order",
            act=lambda: _open(uow, cmd, text, tools),
            again=lambda found: uow.work_orders.get(OrderId(found)),
            name=lambda done: done.id,
        )


async def add_order_image(cmd: AddOrderImage, *, tools: Tools) -> WorkOrder:
    """加截图: opened safely, made upright, freed of its metadata, and kept encrypted, as every picture is."""
    require(cmd.caller, Verb.VERIFY_ORDER)
    async with tools.open_view() as view:
        _require_opener(cmd.caller, await view.work_orders.get(cmd.order))
    photo = await tools.photos.read(cmd.content, expected_kind=None)
    image = OrderImage(await tools.blobs.put(photo.jpeg), len(photo.jpeg))

    async def add(uow: Uow) -> WorkOrder:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "add_order_image",
            act=lambda: _add_image(uow, cmd, image, tools),
            again=lambda found: uow.work_orders.get(OrderId(found)),
            name=lambda done: done.id,
        )

    return await taking_turns(tools, add)


async def work_on_order(cmd: WorkOnOrder, *, tools: Tools) -> WorkOrder:
    """处理工单: answered, verified, opened again or closed, each by whose act it is."""
    require(cmd.caller, _NEEDS[cmd.act])
    async with tools.open_uow() as uow:
        order = await uow.work_orders.get(cmd.order)
        _require_worker(cmd, order)
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "work_on_order",
            act=lambda: _work(uow, cmd, order, tools),
            again=lambda found: uow.work_orders.get(OrderId(found)),
            name=lambda done: done.id,
        )


async def orders_of(caller: Caller, *, closed: bool = False, tools: Tools) -> tuple[WorkOrder, ...]:
    """我的工单: what the caller opened; for the keeper and the operator what waits for them, or with `closed` what did."""
    require(caller, Verb.SEE_ORDER)
    async with tools.open_view() as view:
        for about, role in _ANSWERS.items():
            if caller.role is role:
                return await view.work_orders.about(about, closed=closed)
        if TABLE[Verb.SEE_ORDER][caller.role] is Reach.OWN:
            return await view.work_orders.opened_by(caller.code)
        return await view.work_orders.opened_at(caller.account.hall)


async def show_order(
    caller: Caller, order_id: OrderId, *, tools: Tools
) -> tuple[WorkOrder, tuple[Step, ...]]:
    """One work order with its steps."""
    require(caller, Verb.SEE_ORDER)
    async with tools.open_view() as view:
        order = await view.work_orders.get(order_id)
        require(caller, Verb.SEE_ORDER, Belonging(opened_by=order.opened_by, hall=order.hall))
        return order, await view.steps.of(subject_of(order))


async def see_order_image(caller: Caller, order_id: OrderId, place: int, *, tools: Tools) -> bytes:
    """看截图, by its place from 0: decrypted for one look that is audited."""
    require(caller, Verb.SEE_ORDER)
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        order = await uow.work_orders.get(order_id)
        require(caller, Verb.SEE_ORDER, Belonging(opened_by=order.opened_by, hall=order.hall))
        if not 0 <= place < len(order.images):
            raise NotFound
        facts = {"order": order.number, "place": str(place)}
        await uow.leaving.audit(AuditEntry("order.image_seen", caller.code, caller.door, now, facts=facts))
        await uow.commit()
    return await tools.blobs.get(order.images[place].digest)


def _require_opener(caller: Caller, order: WorkOrder) -> None:
    require(caller, Verb.VERIFY_ORDER, Belonging(opened_by=order.opened_by))


def _require_worker(cmd: WorkOnOrder, order: WorkOrder) -> None:
    if _NEEDS[cmd.act] is Verb.VERIFY_ORDER:
        _require_opener(cmd.caller, order)
    elif cmd.caller.role is not _ANSWERS[order.about]:
        raise NotFound


async def _open(uow: Uow, cmd: OpenOrder, text: str, tools: Tools) -> WorkOrder:
    now = tools.clock.now()
    item = await uow.catalogue.current(cmd.service_code, local_day(now)) if cmd.service_code else None
    about = OrderAbout.ITEM if item else OrderAbout.SYSTEM
    answering = [a for a in await uow.people.accounts(role=_ANSWERS[about]) if a.active]
    owner = owner_of(answering[0]) if answering else Owner(cmd.caller.code, _NOBODY_YET[about])
    account = cmd.caller.account
    order = WorkOrder(
        id=OrderId(tools.ids.new()),
        number=await number_of(uow, "GD", now),
        about=about,
        service_code=item.code if item else None,
        service_name=item.name if item else "系统",
        text=text,
        images=(),
        opened_by=account.code,
        opened_name=account.name,
        hall=account.hall,
        owner=owner.code,
        owner_name=owner.name,
        due_on=await due_in(uow, now, (await uow.places.rules()).order_working_days),
        state=OrderState.OPEN,
        opened_at=now,
    )
    await uow.work_orders.add(order)
    await take_step(uow, cmd.caller, order, "open", now, words=text)
    for receiver in answering:
        await _tell_of(uow, order, receiver.code, "order_opened", account.name)
    return order


async def _add_image(uow: Uow, cmd: AddOrderImage, image: OrderImage, tools: Tools) -> WorkOrder:
    order = await uow.work_orders.get(cmd.order)
    if image not in order.images and len(order.images) >= _MOST_IMAGES:
        raise BadInput(field="photo", why=f"一张工单最多放{_MOST_IMAGES}张图，请再开一张工单。")
    saved = await uow.work_orders.save(order.with_image(image))
    await take_step(uow, cmd.caller, saved, "add_image", tools.clock.now())
    return saved


async def _work(uow: Uow, cmd: WorkOnOrder, order: WorkOrder, tools: Tools) -> WorkOrder:
    require_version(order, cmd.version, "工单")
    now, words = tools.clock.now(), cmd.words.strip()
    saved = await uow.work_orders.save(await _changed(uow, cmd, order, tools))
    await take_step(uow, cmd.caller, saved, cmd.act, now, words=words)
    other = saved.opened_by if _NEEDS[cmd.act] is Verb.ANSWER_ORDER else saved.owner
    await _tell_of(uow, saved, other, f"order_{cmd.act}", cmd.caller.account.name, words)
    return saved


async def _changed(uow: Uow, cmd: WorkOnOrder, order: WorkOrder, tools: Tools) -> WorkOrder:
    match cmd.act:
        case OrderAct.ANSWER:
            words = written(cmd.words, "words", "请写明查到了什么、改了什么。")
            return order.answered(words, owner_of(cmd.caller.account))
        case OrderAct.VERIFY:
            return order.verified()
        case OrderAct.REOPEN:
            written(cmd.words, "words", "请写明还有哪里不对。")
            days = (await uow.places.rules()).order_working_days
            return order.opened_again(await due_in(uow, tools.clock.now(), days))
        case OrderAct.CLOSE:
            return order.closed()


async def _tell_of(uow: Uow, order: WorkOrder, to: AccountCode, kind: str, by: str, words: str = "") -> None:
    told = {"by": by, "about": order.service_name, "text": order.text, "words": words}
    await tell(uow, to, order, kind, due=day_text(order.due_on), **told)
