"""办件 as rows: the case with its materials is one row; its history is appended beside it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, RowMapping, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import AlreadyOpen, NotFound, Stale
from intake.model.case import CASE_WORDS, OPEN_STATES, Case, CaseEvent, CaseState, Page
from intake.model.ids import AccountCode, CaseId, DepartmentName, HallCode, PageId, PersonId, ServiceCode
from storage.sql.facts import keep_facts
from storage.sql.rows import Values, add_once, as_noun, as_row, first_of_each, insert_into, one, write_version
from storage.sql.tables import case_events, case_pages, cases, code_tries


class SqlCases:
    """The cases in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add(self, case: Case) -> None:
        if not await add_once(self.connection, cases, case_row(case)):
            raise Stale(what=f"“{case.service_name}”的草稿")
        await self._index_pages(case)
        await keep_facts(self.connection, case)

    async def get(self, case: CaseId) -> Case:
        return _found(await one(self.connection, cases, cases.c.id == case))

    async def those(self, ids: Collection[CaseId]) -> dict[CaseId, Case]:
        rows = await self.connection.execute(select(cases).where(cases.c.id.in_(sorted(ids))))
        return {row["id"]: case_in(row) for row in rows.mappings()}

    async def by_number(self, number: str) -> Case:
        return _found(await one(self.connection, cases, cases.c.number == number))

    async def open_for(self, person: PersonId, service: ServiceCode) -> Case | None:
        same = (cases.c.applicant == person, cases.c.service_code == service)
        row = await one(self.connection, cases, *same, cases.c.state.in_(sorted(OPEN_STATES)))
        return None if row is None else case_in(row)

    async def draft_of(self, person: PersonId, service: ServiceCode, by: AccountCode) -> Case | None:
        same = (cases.c.applicant == person, cases.c.service_code == service, cases.c.opened_by == by)
        row = await one(self.connection, cases, *same, cases.c.state == CaseState.DRAFT)
        return None if row is None else case_in(row)

    async def of_person(self, person: PersonId, limit: int = 50) -> tuple[Case, ...]:
        return await self._newest(cases.c.applicant == person, limit)

    async def opened_by(self, account: AccountCode, limit: int = 50) -> tuple[Case, ...]:
        return await self._newest(cases.c.opened_by == account, limit)

    async def drafts_for(self, person: PersonId, service: ServiceCode) -> tuple[Case, ...]:
        draft = (
            cases.c.applicant == person,
            cases.c.service_code == service,
            cases.c.state == CaseState.DRAFT,
        )
        statement = select(cases).where(*draft).order_by(cases.c.opened_at, cases.c.id)
        return tuple(map(case_in, (await self.connection.execute(statement)).mappings()))

    async def of_proxy(self, proxy: AccountCode, since: datetime) -> tuple[Case, ...]:
        theirs = (cases.c.opened_by == proxy, cases.c.opened_at >= since, cases.c.state != CaseState.DRAFT)
        statement = select(cases).where(*theirs).order_by(cases.c.opened_at, cases.c.id)
        return tuple(map(case_in, (await self.connection.execute(statement)).mappings()))

    async def at_hall(
        self, hall: HallCode, states: Collection[CaseState], limit: int = 200
    ) -> tuple[Case, ...]:
        return await self._in_states(cases.c.hall == hall, states, "submitted_at", limit)

    async def of_department(
        self, department: DepartmentName, states: Collection[CaseState], limit: int = 200
    ) -> tuple[Case, ...]:
        return await self._in_states(cases.c.department == department, states, "due_on", limit)

    async def save(self, case: Case) -> Case:
        try:
            async with self.connection.begin_nested():
                await write_version(self.connection, cases, case_row(case), what=_name(case))
        except IntegrityError:
            raise await self._second(case) from None
        await self._index_pages(case)
        await keep_facts(self.connection, case)
        return replace(case, version=case.version + 1)

    async def tell(self, event: CaseEvent) -> None:
        await self.connection.execute(case_events.insert().values(as_row(event)))

    async def history(self, case: CaseId) -> tuple[CaseEvent, ...]:
        statement = select(case_events).where(case_events.c.case == case).order_by(case_events.c.place)
        return tuple(as_noun(CaseEvent, row) for row in (await self.connection.execute(statement)).mappings())

    async def page(self, page: PageId) -> tuple[CaseId, Page]:
        row = await one(self.connection, case_pages, case_pages.c.page == page)
        if row is None:
            raise NotFound
        case = await self.get(row["case"])
        return case.id, next(p for material in case.materials for p in material.pages if p.id == page)

    async def at_rest(
        self, states: Collection[CaseState], since: datetime, after: CaseId | None, limit: int
    ) -> tuple[Case, ...]:
        pages = select(case_pages.c.page).where(case_pages.c.case == cases.c.id)
        touched = select(case_events.c.place).where(
            case_events.c.case == cases.c.id, case_events.c.at >= since
        )
        resting = (cases.c.state.in_(states), cases.c.opened_at < since, pages.exists(), ~touched.exists())
        statement = (
            select(cases).where(*resting, cases.c.id > (after or "")).order_by(cases.c.id).limit(limit)
        )
        return tuple(map(case_in, (await self.connection.execute(statement)).mappings()))

    async def to_look_at(self, on: date, limit: int) -> tuple[Case, ...]:
        due = select(cases).where(cases.c.look_on <= on).order_by(cases.c.look_on, cases.c.id).limit(limit)
        return tuple(map(case_in, (await self.connection.execute(due)).mappings()))

    async def tried(self, case: CaseId) -> int:
        row = await one(self.connection, code_tries, code_tries.c.case == case)
        return 0 if row is None else int(row["tries"])

    async def count_try(self, case: CaseId) -> int:
        insert = insert_into(self.connection, code_tries).values(case=case, tries=1)
        again = insert.on_conflict_do_update(index_elements=["case"], set_={"tries": code_tries.c.tries + 1})
        return int((await self.connection.execute(again.returning(code_tries.c.tries))).scalar_one())

    async def _second(self, case: Case) -> AlreadyOpen | Stale:
        """The refusal for a case that became the second open one of its person and item."""
        existing = await self.open_for(case.applicant, case.service_code)
        if existing is None:
            return Stale(what=_name(case))
        return AlreadyOpen(
            service=existing.service_name,
            number=existing.number,
            state=CASE_WORDS[existing.state],
            case=existing.id,
        )

    async def _newest(self, whose: ColumnElement[bool], limit: int) -> tuple[Case, ...]:
        statement = select(cases).where(whose, cases.c.state != CaseState.DRAFT)
        newest = statement.order_by(cases.c.opened_at.desc(), cases.c.id.desc()).limit(limit)
        return tuple(map(case_in, (await self.connection.execute(newest)).mappings()))

    async def _in_states(
        self, where: ColumnElement[bool], states: Collection[CaseState], order: str, limit: int
    ) -> tuple[Case, ...]:
        if not states:
            return ()
        statement = first_of_each(cases, [where], cases.c.state, states, [order, "id"], limit)
        return tuple(map(case_in, (await self.connection.execute(statement)).mappings()))

    async def _index_pages(self, case: Case) -> None:
        rows = [
            {"page": page.id, "case": case.id, "digest": page.digest}
            for material in case.materials
            for page in material.pages
        ]
        kept = [row["page"] for row in rows]
        dropped = (case_pages.c.case == case.id) & case_pages.c.page.not_in(kept)
        await self.connection.execute(delete(case_pages).where(dropped))
        if rows:
            await self.connection.execute(
                insert_into(self.connection, case_pages).on_conflict_do_nothing(), rows
            )


def case_row(case: Case) -> Values:
    """A draft has no number yet: NULL is the one number that many rows may share.

    What has no limit yet is due on the last of days, for the two databases sort NULL to opposite ends.
    """
    return {
        **as_row(case),
        "number": case.number or None,
        "due_on": case.due.day if case.due else date.max,
    }


def case_in(row: RowMapping | Values) -> Case:
    """The case a row holds."""
    return as_noun(Case, {**row, "number": row["number"] or ""})


def _found(row: RowMapping | None) -> Case:
    if row is None:
        raise NotFound
    return case_in(row)


def _name(case: Case) -> str:
    return f"办件{case.number}" if case.number else f"“{case.service_name}”"
