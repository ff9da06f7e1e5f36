"""Papers of a case over HTTP: which there are, and each as PDF."""

from __future__ import annotations

from aiohttp import web

from intake.model.papers import PAPER_WORDS, CasePaper
from miniapp_api.files import MEDIA, download
from miniapp_api.forms import Code
from miniapp_api.typed import Api, Call, Form, View

api = Api("papers")


class PapersForm(Form):
    """Which case, by id or number."""

    case: Code


class PaperFormOf(PapersForm):
    """Which paper of which case."""

    paper: CasePaper


class PaperView(View):
    """A paper that can be printed now."""

    paper: CasePaper
    name: str
    url: str


class PapersView(View):
    """The papers of a case, in the order in which they are handed out."""

    papers: list[PaperView]


@api.operation("GET", "/api/v1/cases/{case}/papers", PapersForm, PapersView, refuses=("not_found",))
async def papers(call: Call[PapersForm]) -> PapersView:
    """办件文书: what can be printed now."""
    kinds = await call.desk.cases.papers_of(call.caller, call.form.case)
    address = f"/api/v1/cases/{call.form.case}/papers"
    return PapersView(papers=[PaperView(paper=k, name=PAPER_WORDS[k], url=f"{address}/{k}") for k in kinds])


@api.raw(
    "GET",
    "/api/v1/cases/{case}/papers/{paper}",
    PaperFormOf,
    MEDIA["pdf"],
    refuses=("not_found", "not_now"),
)
async def paper(call: Call[PaperFormOf]) -> web.StreamResponse:
    """文书打印: one paper as PDF, with its QR code."""
    kind = call.form.paper
    content = await call.desk.cases.print_paper(call.caller, call.form.case, kind)
    return download(content, f"{PAPER_WORDS[kind]}.pdf")
