"""The proxies' months over HTTP: the statement with its formula and its rows, as a page, a workbook and a paper."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from intake.errors import BadInput, NotFound
from intake.model.case import CASE_WORDS
from intake.model.grades import GRADES
from intake.model.ids import AccountCode, HallCode
from intake.model.statement import Statement
from miniapp_api.forms import Code
from miniapp_api.typed import Api, Call, Form, View

api = Api("statements")


@dataclass(frozen=True, slots=True)
class StatementPapers:
    """How a statement becomes a file; brought by the front step, for a door does not print."""

    pdf: Callable[[Statement, str, datetime], bytes]
    xlsx: Callable[[Statement], bytes]


PAPERS: web.AppKey[StatementPapers] = web.AppKey("statement_papers", StatementPapers)
_MEDIA: Mapping[str, str] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class StatementForm(Form):
    """Whose month; one's own without a proxy, this month without one. A month is YYYY-MM."""

    proxy: Code | None = None
    month: Annotated[str, Field(pattern=r"^(\d{4}-\d{2})?$")] = ""


class StatementFileForm(StatementForm):
    """As which kind of file."""

    kind: Literal["pdf", "xlsx"]


class HallForm(Form):
    """Which hall."""

    hall: Code
    month: Annotated[str, Field(pattern=r"^(\d{4}-\d{2})?$")] = ""


class BusinessView(View):
    """A case that counts as business."""

    number: str
    service_name: str
    applicant_name: str
    submitted_on: date
    state_text: str


class GradeView(View):
    """A closed evaluation that counts for the stars."""

    number: str
    service_name: str
    grade: int
    grade_text: str
    given_on: date
    after_follow_up: bool


class StatementView(View):
    """A proxy's month."""

    proxy: str
    proxy_name: str
    village_name: str
    month: str
    stars: int | None
    average: str
    base_yuan: int
    business_yuan: int
    star_yuan: int
    total_yuan: int
    formula: list[str]
    business: list[BusinessView]
    grades: list[GradeView]

    @classmethod
    def of(cls, statement: Statement) -> StatementView:
        """The statement whole."""
        return cls(
            proxy=statement.proxy,
            proxy_name=statement.proxy_name,
            village_name=statement.village_name,
            month=f"{statement.month:%Y-%m}",
            stars=statement.stars,
            average=statement.average,
            base_yuan=statement.rules.base_yuan,
            business_yuan=statement.business_yuan,
            star_yuan=statement.star_yuan,
            total_yuan=statement.total_yuan,
            formula=list(statement.formula),
            business=[
                BusinessView(
                    number=row.number,
                    service_name=row.service_name,
                    applicant_name=row.applicant_name,
                    submitted_on=row.submitted_on,
                    state_text=CASE_WORDS[row.state],
                )
                for row in statement.business
            ],
            grades=[
                GradeView(
                    number=row.number,
                    service_name=row.service_name,
                    grade=row.grade,
                    grade_text=GRADES[row.grade],
                    given_on=row.given_on,
                    after_follow_up=row.after_follow_up,
                )
                for row in statement.grades
            ],
        )


class ProxyRowView(View):
    """A proxy's month in one row."""

    proxy: str
    proxy_name: str
    village_name: str
    cases: int
    stars: int | None
    average: str
    total_yuan: int


class ProxyRowsView(View):
    """The proxies of a hall's villages."""

    month: str
    proxies: list[ProxyRowView]


@api.operation("GET", "/api/v1/statement", StatementForm, StatementView)
async def statement(call: Call[StatementForm]) -> StatementView:
    """代办员月度报酬单: base, business and stars, with the formula and the rows."""
    return StatementView.of(await _found(call, call.form))


@api.raw("GET", "/api/v1/statement/{kind}", StatementFileForm, _MEDIA["pdf"])
async def statement_file(call: Call[StatementFileForm]) -> web.StreamResponse:
    """报酬单文件: XLSX or PDF, with the same rows."""
    found = await _found(call, call.form)
    papers, kind = call.request.app.get(PAPERS), call.form.kind
    if papers is None:
        raise NotFound(what="报酬单文件")
    if kind == "pdf":
        body = await asyncio.to_thread(papers.pdf, found, "就近办代办员管理", call.desk.now)
    else:
        body = await asyncio.to_thread(papers.xlsx, found)
    name = f"statement-{found.proxy}-{found.month:%Y-%m}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, content_type=_MEDIA[kind], headers=headers)


@api.operation("GET", "/api/v1/halls/{hall}/proxies", HallForm, ProxyRowsView)
async def proxies(call: Call[HallForm]) -> ProxyRowsView:
    """所辖村代办员: each one's month in a row."""
    month = _month(call.form.month) or call.desk.today.replace(day=1)
    months = await call.desk.people.statements_at(call.caller, HallCode(call.form.hall), month)
    rows = [
        ProxyRowView(
            proxy=one.proxy,
            proxy_name=one.proxy_name,
            village_name=one.village_name,
            cases=len(one.business),
            stars=one.stars,
            average=one.average,
            total_yuan=one.total_yuan,
        )
        for one in months
    ]
    return ProxyRowsView(month=f"{month:%Y-%m}", proxies=rows)


async def _found(call: Call[StatementForm] | Call[StatementFileForm], form: StatementForm) -> Statement:
    proxy = AccountCode(form.proxy or call.caller.code)
    return await call.desk.people.statement(call.caller, proxy, _month(form.month))


def _month(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise BadInput(field="month", why="月份应写成 2026-11 的样子。") from None
