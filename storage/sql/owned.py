"""What has an owner and a day, as rows: follow-ups, help requests, work orders, and the steps of them all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import NotFound
from intake.model.follow_up import FollowUp, FollowUpState
from intake.model.helping import WAITING, HelpRequest
from intake.model.ids import AccountCode, CaseId, FollowUpId, HallCode, HelpId, OrderId
from intake.model.owning import Step
from intake.model.work_order import OrderAbout, OrderState, WorkOrder
from storage.sql.rows import as_noun, as_row, one, put, write_version
from storage.sql.tables import follow_ups, help_requests, order_images, owned_steps, work_orders

_LATEST = 200


class SqlSteps:
    """The steps in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add(self, step: Step) -> None:
        await self.connection.execute(owned_steps.insert().values(as_row(step)))

    async def of(self, subject: str) -> tuple[Step, ...]:
        statement = select(owned_steps).where(owned_steps.c.subject == subject).order_by(owned_steps.c.place)
        return tuple(as_noun(Step, row) for row in (await self.connection.execute(statement)).mappings())


class SqlFollowUps:
    """The follow-ups in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add(self, follow_up: FollowUp) -> None:
        await self.connection.execute(follow_ups.insert().values(as_row(follow_up)))

    async def get(self, follow_up: FollowUpId) -> FollowUp:
        row = await one(self.connection, follow_ups, follow_ups.c.id == follow_up)
        if row is None:
            raise NotFound
        return as_noun(FollowUp, row)

    async def of_case(self, case: CaseId) -> FollowUp | None:
        row = await one(self.connection, follow_ups, follow_ups.c.case == case)
        return None if row is None else as_noun(FollowUp, row)

    async def of_grader(self, grader: AccountCode) -> tuple[FollowUp, ...]:
        newest = (follow_ups.c.opened_at.desc(), follow_ups.c.id.desc())
        statement = select(follow_ups).where(follow_ups.c.grader == grader).order_by(*newest).limit(_LATEST)
        return tuple(as_noun(FollowUp, row) for row in (await self.connection.execute(statement)).mappings())

    async def open_at(self, hall: HallCode | None) -> tuple[FollowUp, ...]:
        return await self._open(*([follow_ups.c.hall == hall] if hall else []))

    async def owned_by(self, owner: AccountCode) -> tuple[FollowUp, ...]:
        return await self._open(follow_ups.c.owner == owner)

    async def save(self, follow_up: FollowUp) -> FollowUp:
        await write_version(self.connection, follow_ups, as_row(follow_up), what=f"回访{follow_up.number}")
        return replace(follow_up, version=follow_up.version + 1)

    async def _open(self, *where: ColumnElement[bool]) -> tuple[FollowUp, ...]:
        still_open = (follow_ups.c.state != FollowUpState.CLOSED, *where)
        soonest = (follow_ups.c.due_on, follow_ups.c.opened_at, follow_ups.c.id)
        statement = select(follow_ups).where(*still_open).order_by(*soonest).limit(_LATEST)
        return tuple(as_noun(FollowUp, row) for row in (await self.connection.execute(statement)).mappings())


class SqlHelpRequests:
    """The help requests in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add(self, request: HelpRequest) -> None:
        await self.connection.execute(help_requests.insert().values(as_row(request)))

    async def get(self, request: HelpId) -> HelpRequest:
        row = await one(self.connection, help_requests, help_requests.c.id == request)
        if row is None:
            raise NotFound
        return as_noun(HelpRequest, row)

    async def of_asker(self, asker: AccountCode) -> tuple[HelpRequest, ...]:
        newest = (help_requests.c.asked_at.desc(), help_requests.c.id.desc())
        statement = select(help_requests).where(help_requests.c.asker == asker)
        rows = await self.connection.execute(statement.order_by(*newest).limit(_LATEST))
        return tuple(as_noun(HelpRequest, row) for row in rows.mappings())

    async def owned_by(self, owner: AccountCode) -> tuple[HelpRequest, ...]:
        return await self._waiting(help_requests.c.owner == owner)

    async def waiting_at(self, hall: HallCode) -> tuple[HelpRequest, ...]:
        return await self._waiting(help_requests.c.hall == hall)

    async def overdue(self, today: date, hall: HallCode | None = None) -> tuple[HelpRequest, ...]:
        where = [help_requests.c.due_on < today, *([help_requests.c.hall == hall] if hall else [])]
        return await self._waiting(*where)

    async def save(self, request: HelpRequest) -> HelpRequest:
        await write_version(self.connection, help_requests, as_row(request), what=f"代办申请{request.number}")
        return replace(request, version=request.version + 1)

    async def _waiting(self, *where: ColumnElement[bool]) -> tuple[HelpRequest, ...]:
        still = (help_requests.c.state.in_(sorted(WAITING)), *where)
        soonest = (help_requests.c.due_on, help_requests.c.asked_at, help_requests.c.id)
        statement = select(help_requests).where(*still).order_by(*soonest).limit(_LATEST)
        rows = await self.connection.execute(statement)
        return tuple(as_noun(HelpRequest, row) for row in rows.mappings())


class SqlWorkOrders:
    """The work orders in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add(self, order: WorkOrder) -> None:
        await self.connection.execute(work_orders.insert().values(as_row(order)))
        await self._hold(order)

    async def get(self, order: OrderId) -> WorkOrder:
        row = await one(self.connection, work_orders, work_orders.c.id == order)
        if row is None:
            raise NotFound
        return as_noun(WorkOrder, row)

    async def opened_by(self, account: AccountCode) -> tuple[WorkOrder, ...]:
        return await self._newest(work_orders.c.opened_by == account)

    async def opened_at(self, hall: HallCode | None) -> tuple[WorkOrder, ...]:
        return await self._newest(*([work_orders.c.hall == hall] if hall else []))

    async def about(self, about: OrderAbout, *, closed: bool = False) -> tuple[WorkOrder, ...]:
        wanted = (
            work_orders.c.state == OrderState.CLOSED if closed else work_orders.c.state != OrderState.CLOSED
        )
        soonest = (work_orders.c.due_on, work_orders.c.opened_at, work_orders.c.id)
        statement = select(work_orders).where(work_orders.c.about == about, wanted).order_by(*soonest)
        rows = await self.connection.execute(statement.limit(_LATEST))
        return tuple(as_noun(WorkOrder, row) for row in rows.mappings())

    async def save(self, order: WorkOrder) -> WorkOrder:
        await write_version(self.connection, work_orders, as_row(order), what=f"工单{order.number}")
        await self._hold(order)
        return replace(order, version=order.version + 1)

    async def _hold(self, order: WorkOrder) -> None:
        held = [{"order": order.id, "digest": image.digest} for image in order.images]
        await put(self.connection, order_images, held)

    async def _newest(self, *where: ColumnElement[bool]) -> tuple[WorkOrder, ...]:
        newest = (work_orders.c.opened_at.desc(), work_orders.c.id.desc())
        statement = select(work_orders).where(*where).order_by(*newest).limit(_LATEST)
        rows = await self.connection.execute(statement)
        return tuple(as_noun(WorkOrder, row) for row in rows.mappings())
