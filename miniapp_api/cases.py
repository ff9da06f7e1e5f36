"""Cases over HTTP: the person's part and the county's part, every act with the version its page showed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from aiohttp import BodyPartReader, web
from pydantic import Field

from intake.errors import BadInput, NotFound, PhotoRefused
from intake.model.case import Verdict
from intake.model.ids import AppointmentId, CaseId, HallCode, PageId, PersonId, ServiceCode
from intake.usecases.cases.acting import OnCase
from intake.usecases.cases.closing import AmendClosed, ReopenCase
from intake.usecases.cases.deciding import (
    DecideCase,
    DeliverCase,
    EvaluateCase,
    ExtendCase,
    IssueCase,
    WithdrawCase,
)
from intake.usecases.cases.drafting import AddPage, DropPage, OpenDraft, SubmitCase
from intake.usecases.cases.escalating import EscalateCase, SettleCase, Settlement
from intake.usecases.cases.moving import TransferCase
from intake.usecases.cases.reception import AcceptCase, AskCorrection, Redirect, Resupply, SupplyLater
from miniapp_api.county import County, whole_case
from miniapp_api.forms import Code, Version, Words
from miniapp_api.typed import Api, Call, Form, NoForm, View
from miniapp_api.views import CaseCard, CaseMaterialView, CaseView, PageView

api = Api("cases")
_MOST_PHOTO = 15 * 1024 * 1024


class OpenForm(Form):
    """Which matter, where, and for whom when not for oneself."""

    service_code: Code
    hall: Code
    person_id: Code | None = None


class CaseForm(Form):
    """Which case, by id or number."""

    case: Code


class PageForm(CaseForm):
    """For which material the photograph is; without one, the reading room says."""

    material: Code | None = None


class OnePageForm(CaseForm):
    """Which photograph of which case."""

    page: Code


class LookForm(Form):
    """Which photograph."""

    page: Code


class SubmitForm(CaseForm):
    """With which appointment, and whether what is lacking will be brought."""

    appointment_id: Code | None = None
    bring_later: bool = False


class WhyForm(CaseForm):
    """Why, if the person says."""

    why: Words = ""


class GradeForm(CaseForm):
    """5 非常满意 … 1 非常不满意."""

    grade: Annotated[int, Field(ge=1, le=5)]
    words: Words = ""


class ActForm(CaseForm):
    """The version that the page showed."""

    version: Version


class AcceptForm(ActForm):
    """What has no photograph, by material key: seen on paper at the counter, or promised for later (容缺后补)."""

    on_paper: list[Code] | None = None
    later: list[Code] | None = None


class PaperForm(ActForm):
    """Which promised materials were brought."""

    on_paper: list[Code]


class ResupplyForm(CaseForm):
    """At a counter: which of the materials asked for the clerk has in hand."""

    on_paper: list[Code] = Field(default_factory=list)


class TransferForm(ActForm):
    """To which hall, and why."""

    hall: Code
    why: Words = ""


class WordsForm(ActForm):
    """What it is about."""

    words: Words


class ReasonForm(ActForm):
    """Why; goes into the audit trail and to the person."""

    why: Words


class SettleForm(ActForm):
    """How an escalated case goes on; sent elsewhere, with reason, ground, and the way that does work."""

    way: Literal["another_round", "more_time", "go_on", "redirect"]
    words: Words = ""
    days: Annotated[int, Field(ge=1, le=365)] | None = None
    reason: Words = ""
    ground: Words = ""
    instead: Words = ""


class ExtendForm(ActForm):
    """By how many working days the limit is made longer, and why."""

    days: Annotated[int, Field(ge=1, le=365)]
    reason: Words


class AmendForm(ReasonForm):
    """What a closed case should say instead; what is left out stays."""

    reason: Words | None = None
    ground: Words | None = None
    instead: Words | None = None
    tracking: Annotated[str, Field(max_length=40)] | None = None
    taken_by: Annotated[str, Field(max_length=40)] | None = None
    note: Words | None = None


class MaterialFault(Form):
    """The word on one material; `days` are working days for correcting it, where they are not the usual ones."""

    verdict: Literal["accepted", "unreadable", "wrong", "missing"]
    remark: Words = ""
    days: Annotated[int, Field(ge=1, le=365)] | None = None


class CorrectionForm(ActForm):
    """Every fault at once, by material key."""

    materials: dict[str, MaterialFault] = Field(default_factory=dict)
    remark: Words = ""


class RedirectForm(ActForm):
    """Never a bare no: reason, ground, and the way that does work."""

    reason: Words
    ground: Words
    instead: Words


class DecideForm(ActForm):
    """The decision; declining needs reason, ground and the way on."""

    granted: bool
    reason: Words = ""
    ground: Words = ""
    instead: Words = ""


class IssueForm(ActForm):
    """How the result goes out."""

    way: Literal["窗口领取", "邮寄", "送上门", "当场交付"] = "窗口领取"
    tracking: Annotated[str, Field(max_length=40)] = ""
    carrier: Annotated[str, Field(max_length=40)] = ""


class DeliverForm(ActForm):
    """The collection code the person shows, or the applicant's ID number; who took the result, when not the applicant."""

    code: Annotated[str, Field(max_length=20)] = ""
    id_number: Annotated[str, Field(max_length=20)] = ""
    to: Annotated[str, Field(max_length=40)] = ""
    relation: Annotated[str, Field(max_length=40)] = ""


class CasesView(View):
    """Cases in a list."""

    cases: list[CaseCard]


class AddedView(View):
    """Where a photograph was laid, and the case as it is now."""

    page: PageView
    material: CaseMaterialView
    case: CaseView


class IdNumberView(View):
    """A full ID number, after the look was written down."""

    id_number: str


@api.operation(
    "POST",
    "/api/v1/cases",
    OpenForm,
    CaseView,
    status=201,
    refuses=("unknown_service", "already_open", "not_offered_here", "mandate_needed"),
)
async def open_case(call: Call[OpenForm]) -> CaseView:
    """开始办理: a draft, or the one already begun for the same person and item."""
    form = call.form
    person = form.person_id or call.caller.account.person
    if person is None:
        raise NotFound(what="申请人")
    cmd = OpenDraft(
        call.caller, PersonId(person), ServiceCode(form.service_code), HallCode(form.hall), call.key
    )
    return await whole_case(call, await call.desk.cases.open_draft(cmd))


@api.operation("GET", "/api/v1/cases", NoForm, CasesView)
async def my_cases(call: Call[NoForm]) -> CasesView:
    """我的办件: the caller's own and those opened for others, newest first."""
    county = await County.of(call.desk)
    return CasesView(cases=[county.card(case) for case in await call.desk.cases.mine(call.caller)])


@api.operation("GET", "/api/v1/cases/{case}", CaseForm, CaseView)
async def show_case(call: Call[CaseForm]) -> CaseView:
    """办件详情: the case, its materials, its history, and what the caller may do now."""
    return await whole_case(call, call.form.case)


@api.raw(
    "POST",
    "/api/v1/cases/{case}/pages",
    PageForm,
    AddedView,
    status=201,
    refuses=("photo_refused", "unknown_material", "busy"),
    takes="image/jpeg, image/png, image/webp, image/heic, application/octet-stream",
)
async def add_page(call: Call[PageForm]) -> web.StreamResponse:
    """上传照片: upright, without metadata, encrypted, laid under the material it shows."""
    content = await read_photo(call.request)
    cmd = AddPage(call.caller, CaseId(call.form.case), content, call.form.material, call.key)
    added = await call.desk.cases.add_page(cmd)
    shown = AddedView(
        page=PageView.of(added.page),
        material=CaseMaterialView.of(added.material),
        case=await whole_case(call, added.case),
    )
    return web.json_response(body=shown.model_dump_json().encode(), status=201)


@api.operation("DELETE", "/api/v1/cases/{case}/pages/{page}", OnePageForm, CaseView)
async def drop_page(call: Call[OnePageForm]) -> CaseView:
    """删除照片."""
    cmd = DropPage(call.caller, CaseId(call.form.case), PageId(call.form.page), call.key)
    return await whole_case(call, await call.desk.cases.drop_page(cmd))


@api.raw("GET", "/api/v1/pages/{page}", LookForm, "image/jpeg")
async def see_page(call: Call[LookForm]) -> web.StreamResponse:
    """看照片: decrypted for one look, which is written down."""
    _, content = await call.desk.cases.see_page(call.caller, PageId(call.form.page))
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": "inline"}
    return web.Response(body=content, content_type="image/jpeg", headers=headers)


@api.operation(
    "POST", "/api/v1/cases/{case}/submit", SubmitForm, CaseView, refuses=("materials_lacking", "already_open")
)
async def submit(call: Call[SubmitForm]) -> CaseView:
    """提交: the case gets its number."""
    form = call.form
    appointment = AppointmentId(form.appointment_id) if form.appointment_id else None
    cmd = SubmitCase(call.caller, CaseId(form.case), appointment, form.bring_later, call.key)
    return await whole_case(call, await call.desk.cases.submit(cmd))


@api.operation("POST", "/api/v1/cases/{case}/withdraw", WhyForm, CaseView)
async def withdraw(call: Call[WhyForm]) -> CaseView:
    """撤回, before it is accepted."""
    cmd = WithdrawCase(call.caller, CaseId(call.form.case), call.form.why, call.key)
    return await whole_case(call, await call.desk.cases.withdraw(cmd))


@api.operation(
    "POST", "/api/v1/cases/{case}/resupply", ResupplyForm, CaseView, refuses=("still_to_correct", "not_now")
)
async def resupply(call: Call[ResupplyForm]) -> CaseView:
    """补正完成: back to whoever asked, when everything asked for is there."""
    cmd = Resupply(call.caller, CaseId(call.form.case), call.key, frozenset(call.form.on_paper))
    return await whole_case(call, await call.desk.cases.resupply(cmd))


@api.operation("POST", "/api/v1/cases/{case}/evaluate", GradeForm, CaseView)
async def evaluate(call: Call[GradeForm]) -> CaseView:
    """好差评: one of five grades, once."""
    form = call.form
    cmd = EvaluateCase(call.caller, CaseId(form.case), form.grade, form.words, call.key)
    return await whole_case(call, await call.desk.cases.evaluate(cmd))


@api.operation("POST", "/api/v1/cases/{case}/receive", ActForm, CaseView, refuses=("stale",))
async def receive(call: Call[ActForm]) -> CaseView:
    """收件: at whichever hall the person stands."""
    return await whole_case(call, await call.desk.cases.receive(_on(call)))


@api.operation(
    "POST",
    "/api/v1/cases/{case}/accept",
    AcceptForm,
    CaseView,
    refuses=("stale", "materials_lacking", "not_to_be_promised"),
)
async def accept(call: Call[AcceptForm]) -> CaseView:
    """受理: the promised days begin to run."""
    form = call.form
    cmd = AcceptCase(
        call.caller, CaseId(form.case), form.version, call.key, _keys(form.on_paper), _keys(form.later)
    )
    return await whole_case(call, await call.desk.cases.accept(cmd))


@api.operation("POST", "/api/v1/cases/{case}/supply", PaperForm, CaseView, refuses=("stale", "bad_input"))
async def supply(call: Call[PaperForm]) -> CaseView:
    """后补收讫: what was promised at acceptance was brought to the counter."""
    form = call.form
    cmd = SupplyLater(call.caller, CaseId(form.case), form.version, call.key, frozenset(form.on_paper))
    return await whole_case(call, await call.desk.cases.supply_later(cmd))


@api.operation(
    "POST", "/api/v1/cases/{case}/transfer", TransferForm, CaseView, refuses=("stale", "not_offered_here")
)
async def transfer(call: Call[TransferForm]) -> CaseView:
    """转到其他中心 (全城通办): its history goes with it."""
    form = call.form
    cmd = TransferCase(
        call.caller, CaseId(form.case), form.version, call.key, hall=HallCode(form.hall), why=form.why
    )
    return await whole_case(call, await call.desk.cases.transfer(cmd))


@api.operation("POST", "/api/v1/cases/{case}/escalate", WordsForm, CaseView, refuses=("stale", "bad_input"))
async def escalate(call: Call[WordsForm]) -> CaseView:
    """提请主任: the director decides by a day how it goes on."""
    form = call.form
    cmd = EscalateCase(call.caller, CaseId(form.case), form.version, call.key, form.words)
    return await whole_case(call, await call.desk.cases.escalate(cmd))


@api.operation("POST", "/api/v1/cases/{case}/settle", SettleForm, CaseView, refuses=("stale", "bad_input"))
async def settle(call: Call[SettleForm]) -> CaseView:
    """主任决定: another round, more time, on with what there is, or another way."""
    form = call.form
    cmd = SettleCase(
        call.caller,
        CaseId(form.case),
        form.version,
        call.key,
        way=Settlement(form.way),
        words=form.words,
        days=form.days,
        reason=form.reason,
        ground=form.ground,
        instead=form.instead,
    )
    return await whole_case(call, await call.desk.cases.settle(cmd))


@api.operation(
    "POST",
    "/api/v1/cases/{case}/extend",
    ExtendForm,
    CaseView,
    refuses=("stale", "no_extension", "bad_input"),
)
async def extend(call: Call[ExtendForm]) -> CaseView:
    """延长期限: once, where the law of the item knows it, with the reason told."""
    form = call.form
    cmd = ExtendCase(call.caller, CaseId(form.case), form.version, call.key, form.reason, form.days)
    return await whole_case(call, await call.desk.cases.extend(cmd))


@api.operation("POST", "/api/v1/cases/{case}/archive", ActForm, CaseView, refuses=("stale",))
async def archive(call: Call[ActForm]) -> CaseView:
    """归档."""
    return await whole_case(call, await call.desk.cases.archive(_on(call)))


@api.operation("POST", "/api/v1/cases/{case}/amend", AmendForm, CaseView, refuses=("stale", "bad_input"))
async def amend(call: Call[AmendForm]) -> CaseView:
    """更正已办结的办件: by the privilege to do so, with the reason on record."""
    form = call.form
    cmd = AmendClosed(
        call.caller,
        CaseId(form.case),
        form.version,
        call.key,
        why=form.why,
        reason=form.reason,
        ground=form.ground,
        instead=form.instead,
        tracking=form.tracking,
        taken_by=form.taken_by,
        note=form.note,
    )
    return await whole_case(call, await call.desk.cases.amend_closed(cmd))


@api.operation("POST", "/api/v1/cases/{case}/reopen", ReasonForm, CaseView, refuses=("stale", "already_open"))
async def reopen(call: Call[ReasonForm]) -> CaseView:
    """重新办理已办结的办件: back to who had it last."""
    form = call.form
    cmd = ReopenCase(call.caller, CaseId(form.case), form.version, call.key, form.why)
    return await whole_case(call, await call.desk.cases.reopen(cmd))


@api.operation("GET", "/api/v1/escalations", NoForm, CasesView)
async def escalations(call: Call[NoForm]) -> CasesView:
    """待主任决定: the earliest due first."""
    county = await County.of(call.desk)
    return CasesView(cases=[county.card(case) for case in await call.desk.cases.escalated(call.caller)])


@api.operation("POST", "/api/v1/cases/{case}/hand-over", ActForm, CaseView, refuses=("stale",))
async def hand_over(call: Call[ActForm]) -> CaseView:
    """转部门审批."""
    return await whole_case(call, await call.desk.cases.hand_over(_on(call)))


@api.operation(
    "POST",
    "/api/v1/cases/{case}/correction",
    CorrectionForm,
    CaseView,
    refuses=("stale", "too_many_rounds", "bad_input"),
)
async def ask_correction(call: Call[CorrectionForm]) -> CaseView:
    """要求补正: everything wrong, at once; the clock stands still."""
    form = call.form
    faults = {key: (Verdict(fault.verdict), fault.remark) for key, fault in form.materials.items()}
    days = {key: fault.days for key, fault in form.materials.items() if fault.days is not None}
    cmd = AskCorrection(call.caller, CaseId(form.case), form.version, faults, form.remark, call.key, days)
    return await whole_case(call, await call.desk.cases.ask_correction(cmd))


@api.operation(
    "POST", "/api/v1/cases/{case}/redirect", RedirectForm, CaseView, refuses=("stale", "bad_input")
)
async def redirect(call: Call[RedirectForm]) -> CaseView:
    """指明办法: not here, but."""
    form = call.form
    cmd = Redirect(
        call.caller, CaseId(form.case), form.version, form.reason, form.ground, form.instead, call.key
    )
    return await whole_case(call, await call.desk.cases.redirect(cmd))


@api.operation("POST", "/api/v1/cases/{case}/decide", DecideForm, CaseView, refuses=("stale", "bad_input"))
async def decide(call: Call[DecideForm]) -> CaseView:
    """审批: by the department's approver only."""
    form = call.form
    cmd = DecideCase(
        call.caller,
        CaseId(form.case),
        form.version,
        form.granted,
        form.reason,
        form.ground,
        form.instead,
        call.key,
    )
    return await whole_case(call, await call.desk.cases.decide(cmd))


@api.operation(
    "POST", "/api/v1/cases/{case}/issue", IssueForm, CaseView, refuses=("stale", "still_owed", "bad_input")
)
async def issue(call: Call[IssueForm]) -> CaseView:
    """出件: at the one issuing window."""
    form = call.form
    cmd = IssueCase(
        call.caller, CaseId(form.case), form.version, form.way, form.tracking, call.key, form.carrier
    )
    return await whole_case(call, await call.desk.cases.issue(cmd))


@api.operation(
    "POST",
    "/api/v1/cases/{case}/deliver",
    DeliverForm,
    CaseView,
    refuses=("stale", "wrong_code", "code_locked", "wrong_identity"),
)
async def deliver(call: Call[DeliverForm]) -> CaseView:
    """送达: against the collection code, or the applicant's identity card."""
    form = call.form
    cmd = DeliverCase(
        call.caller,
        CaseId(form.case),
        form.version,
        form.code,
        call.key,
        form.id_number,
        form.to,
        form.relation,
    )
    return await whole_case(call, await call.desk.cases.deliver(cmd))


@api.operation("POST", "/api/v1/cases/{case}/id-number", CaseForm, IdNumberView)
async def reveal(call: Call[CaseForm]) -> IdNumberView:
    """查看证件号: the full number, and the look goes on record."""
    return IdNumberView(id_number=await call.desk.cases.reveal_id_number(call.caller, CaseId(call.form.case)))


@api.operation("GET", "/api/v1/department/cases", NoForm, CasesView)
async def department_cases(call: Call[NoForm]) -> CasesView:
    """部门待审批: soonest due first."""
    county = await County.of(call.desk)
    return CasesView(cases=[county.card(case) for case in await call.desk.cases.of_department(call.caller)])


async def read_photo(request: web.Request) -> bytes:
    """The photograph in a request: the bare body, or the first file of a form; capped while it streams."""
    if request.content_type != "multipart/form-data":
        return await _capped(request.content.readany)
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.filename is not None:
                return await _capped(part.read_chunk)
    except ValueError as broken:
        # A form without its boundary, or cut off before it: aiohttp has no refusal of its own for either.
        raise BadInput(field="photo", why="照片没有传完整，请重新发一次。") from broken
    raise BadInput(field="photo", why="没有收到照片，请重新选择。")


async def _capped(read: Callable[[], Awaitable[bytes | bytearray]]) -> bytes:
    content = bytearray()
    while chunk := await read():
        content += chunk
        if len(content) > _MOST_PHOTO:
            raise PhotoRefused(why="照片太大了，超过15MB。", how="请用手机重新拍一张，或者选小一点的照片。")
    if not content:
        raise BadInput(field="photo", why="没有收到照片，请重新选择。")
    return bytes(content)


def _on(call: Call[ActForm]) -> OnCase:
    return OnCase(call.caller, CaseId(call.form.case), call.form.version, call.key)


def _keys(said: list[str] | None) -> frozenset[str] | None:
    return None if said is None else frozenset(said)
