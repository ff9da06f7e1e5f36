"""咨询件 as rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import NotFound
from intake.model.ids import AccountCode, HallCode, QuestionId
from intake.model.question import Question, QuestionState
from storage.sql.rows import as_noun, as_row, one, write_version
from storage.sql.tables import questions

_LATEST = 200


class SqlQuestions:
    """The questions in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add(self, question: Question) -> None:
        await self.connection.execute(questions.insert().values(as_row(question)))

    async def get(self, question: QuestionId) -> Question:
        row = await one(self.connection, questions, questions.c.id == question)
        if row is None:
            raise NotFound
        return as_noun(Question, row)

    async def of_asker(self, asker: AccountCode) -> tuple[Question, ...]:
        newest = (questions.c.asked_at.desc(), questions.c.id.desc())
        statement = select(questions).where(questions.c.asker == asker).order_by(*newest).limit(_LATEST)
        return tuple(as_noun(Question, row) for row in (await self.connection.execute(statement)).mappings())

    async def at_hall(self, hall: HallCode) -> tuple[Question, ...]:
        return await self._open(questions.c.hall == hall)

    async def owned_by(self, owner: AccountCode) -> tuple[Question, ...]:
        return await self._open(questions.c.owner == owner)

    async def overdue(self, today: date, hall: HallCode | None = None) -> tuple[Question, ...]:
        where = [questions.c.due_on < today, *([questions.c.hall == hall] if hall else [])]
        return await self._open(*where)

    async def _open(self, *where: ColumnElement[bool]) -> tuple[Question, ...]:
        soonest = (questions.c.due_on, questions.c.asked_at, questions.c.id)
        still_open = (questions.c.state == QuestionState.OPEN, *where)
        statement = select(questions).where(*still_open).order_by(*soonest).limit(_LATEST)
        return tuple(as_noun(Question, row) for row in (await self.connection.execute(statement)).mappings())

    async def save(self, question: Question) -> Question:
        await write_version(self.connection, questions, as_row(question), what=f"咨询{question.number}")
        return replace(question, version=question.version + 1)
