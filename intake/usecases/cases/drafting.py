"""From the first page to a case number: the same verbs for phone, proxy, kiosk and counter.

Each verb has its inner half beside it (`draft_in`, `lay_in`, `submit_in`), which works within an open unit of work
and commits nothing, so that a counter, where the papers come first, does all three as one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from intake.errors import (
    AlreadyOpen,
    MaterialsLacking,
    NotFound,
    NotOfferedHere,
    UnknownMaterial,
)
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import local_day
from intake.model.case import CASE_WORDS, Case, CaseMaterial, CaseState, Page, PageFacts
from intake.model.catalogue import ServiceItem, Way
from intake.model.ids import (
    AppointmentId,
    CaseId,
    Digest,
    HallCode,
    IntentKey,
    MandateId,
    PageId,
    PersonId,
    ServiceCode,
)
from intake.model.people import Caller, Mandate, Person, Role
from intake.model.places import Hall
from intake.ports import Tools, Uow
from intake.usecases.cases.acting import act_once, keep
from intake.usecases.cases.doubling import warn_of_attempt, warn_of_others
from intake.usecases.intents import once, taking_turns
from intake.usecases.people.mandates import require_may_act, require_still_trusted
from intake.usecases.trail import leave_trail, notify

# Below this the reading room's guess of what a photograph shows does not overrule what the person was asked for.
_SURE = 0.8


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """Begin one person's one matter at a hall; a proxy needs a mandate for it."""

    caller: Caller
    person: PersonId
    service_code: ServiceCode
    hall: HallCode
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class AddPage:
    """A photograph for one material; with no `material`, the reading room says which it shows."""

    caller: Caller
    case: CaseId
    content: bytes
    material: str | None = None
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class PageAdded:
    """Where a photograph was laid, and what was seen on it."""

    case: Case
    material: CaseMaterial
    page: Page


@dataclass(frozen=True, slots=True)
class DropPage:
    """Take a photograph back."""

    caller: Caller
    case: CaseId
    page: PageId
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class SubmitCase:
    """Put the draft on the desk; with `bring_later`, what is lacking is brought to the counter instead."""

    caller: Caller
    case: CaseId
    appointment: AppointmentId | None = None
    bring_later: bool = False
    key: IntentKey | None = None


async def open_draft(cmd: OpenDraft, *, tools: Tools) -> Case:
    """Open the draft, or bring back the one this account already keeps for the person and the item."""

    async def begin(uow: Uow) -> Case:
        case = await draft_in(uow, cmd, tools=tools)
        await warn_of_others(uow, cmd.caller, case)
        return case

    try:
        return await taking_turns(
            tools,
            lambda uow: once(
                uow,
                cmd.caller,
                cmd.key,
                f"open_draft:{cmd.person}:{cmd.service_code}",
                act=lambda: begin(uow),
                again=lambda found: uow.cases.get(CaseId(found)),
                name=lambda done: done.id,
            ),
        )
    except AlreadyOpen as refused:
        await warn_of_attempt(cmd.caller, CaseId(refused.facts["case"]), tools)
        raise


async def draft_in(uow: Uow, cmd: OpenDraft, *, tools: Tools) -> Case:
    """The inner half of `open_draft`."""
    require(cmd.caller, Verb.OPEN_CASE)
    now = tools.clock.now()
    person = await uow.people.person(cmd.person)
    today = local_day(now)
    mandate = await require_may_act(uow, cmd.caller, Verb.OPEN_CASE, person, cmd.service_code, today)
    await _refuse_second(uow, person.id, cmd.service_code)
    kept = await uow.cases.draft_of(person.id, cmd.service_code, cmd.caller.code)
    if kept is not None:
        return kept
    item = await uow.catalogue.current(cmd.service_code, today)
    hall = await uow.places.hall(cmd.hall)
    await require_offered(uow, item, hall)
    case = _draft(CaseId(tools.ids.new()), cmd, person, item, mandate, tools)
    await uow.cases.add(case)
    await leave_trail(uow, case, cmd.caller, "open", now)
    return case


async def add_page(cmd: AddPage, *, tools: Tools) -> PageAdded:
    """Keep a photograph, encrypted, and lay it under the material it shows.

    Reading and storing come before the transaction: a page nobody refers to is harmless, a lock held for a second is not.
    """
    expected = await _expected_kind(cmd, tools)
    photo = await tools.photos.read(cmd.content, expected_kind=expected)
    digest = await tools.blobs.put(photo.jpeg)

    async def lay(uow: Uow) -> PageAdded:
        case = await own_case(uow, cmd.caller, cmd.case, tools)

        async def act() -> PageAdded:
            page = _page(tools, cmd, digest, photo.jpeg, photo.facts)
            target = target_of(case, cmd.material, photo.facts)
            return await lay_in(uow, cmd.caller, case, page, target, tools=tools)

        async def again(page: str) -> PageAdded:
            laid = ((m, p) for m in case.materials for p in m.pages if p.id == page)
            material, kept = next(laid, (None, None))
            if material is None or kept is None:
                raise NotFound
            return PageAdded(case, material, kept)

        return await once(
            uow, cmd.caller, cmd.key, "add_page", act=act, again=again, name=lambda done: done.page.id
        )

    return await taking_turns(tools, lay)


async def lay_in(
    uow: Uow, caller: Caller, case: Case, page: Page, target: CaseMaterial, *, tools: Tools
) -> PageAdded:
    """The inner half of `add_page`, for a page that has been read and stored."""
    saved = await keep(uow, case.with_page(target.key, page), tools)
    await leave_trail(uow, saved, caller, "add_page", tools.clock.now())
    return PageAdded(saved, _named(saved, target.key), page)


async def drop_page(cmd: DropPage, *, tools: Tools) -> Case:
    """Take a photograph back while the case may still be changed."""

    async def drop(uow: Uow) -> Case:
        case = await own_case(uow, cmd.caller, cmd.case, tools)
        saved = await keep(uow, case.without_page(cmd.page), tools)
        await leave_trail(uow, saved, cmd.caller, "drop_page", tools.clock.now())
        return saved

    return await taking_turns(
        tools,
        lambda uow: act_once(uow, cmd.caller, cmd.key, f"drop_page:{cmd.page}", cmd.case, lambda: drop(uow)),
    )


async def submit_case(cmd: SubmitCase, *, tools: Tools) -> Case:
    """Give the matter its number; from here the county answers for it."""

    async def submit(uow: Uow) -> Case:
        return await submit_in(uow, cmd, await own_case(uow, cmd.caller, cmd.case, tools), tools=tools)

    return await taking_turns(
        tools,
        lambda uow: act_once(uow, cmd.caller, cmd.key, "submit_case", cmd.case, lambda: submit(uow)),
    )


async def submit_in(uow: Uow, cmd: SubmitCase, case: Case, *, tools: Tools) -> Case:
    """The inner half of `submit_case`."""
    now = tools.clock.now()
    await _refuse_second(uow, case.applicant, case.service_code)
    lacking = case.lacking()
    if lacking and not cmd.bring_later:
        raise MaterialsLacking(materials="、".join(m.name for m in lacking))
    number = await _case_number(uow, tools)
    submitted = replace(case.submit(number, now), appointment=cmd.appointment or case.appointment)
    saved = await keep(uow, submitted, tools)
    if saved.appointment is not None:
        appointment = await uow.appointments.get(saved.appointment)
        if (appointment.person, appointment.service_code) != (case.applicant, case.service_code):
            raise NotFound
        await uow.appointments.save(replace(appointment, case=saved.id))
    await leave_trail(uow, saved, cmd.caller, "submit", now)
    await notify(uow, saved, "case_submitted", {})
    return saved


async def require_offered(uow: Uow, item: ServiceItem, hall: Hall) -> None:
    """Pass, or name the hall that does take the item: a hall never just says no."""
    if item.availability.at(hall.code, hall.level) is not Way.NOT_HERE:
        return
    halls = await uow.places.halls()
    other = next((h for h in halls if item.availability.at(h.code, h.level) is not Way.NOT_HERE), None)
    instead = (
        f"请到{other.name}（{other.address}，电话{other.phone}）办理。"
        if other
        else "请留言，由首问责任人答复您。"
    )
    alternatives = ((other.name, other.code),) if other else ()
    raise NotOfferedHere(hall=hall.name, service=item.name, instead=instead, alternatives=alternatives)


async def _case_number(uow: Uow, tools: Tools) -> str:
    day = local_day(tools.clock.now())
    return f"BJ{day:%Y%m%d}{await uow.numbers.next(f'case:{day:%Y%m%d}'):05d}"


async def _refuse_second(uow: Uow, person: PersonId, service: ServiceCode) -> None:
    existing = await uow.cases.open_for(person, service)
    if existing is not None:
        raise AlreadyOpen(
            service=existing.service_name,
            number=existing.number,
            state=CASE_WORDS[existing.state],
            case=existing.id,
        )


def _draft(
    case: CaseId, cmd: OpenDraft, person: Person, item: ServiceItem, mandate: Mandate | None, tools: Tools
) -> Case:
    materials = tuple(CaseMaterial(m.key, m.name, m.kind, m.need, m.when) for m in item.to_bring)
    return Case(
        id=case,
        number="",
        service_code=item.code,
        service_name=item.name,
        item_version=item.version,
        project_type=item.project_type,
        department=item.department,
        applicant=person.id,
        applicant_name=person.name,
        opened_by=cmd.caller.code,
        proxy_name=cmd.caller.account.name if mandate else "",
        mandate=MandateId(mandate.id) if mandate else None,
        door=cmd.caller.door,
        opened_hall=cmd.hall,
        hall=cmd.hall,
        appointment=None,
        state=CaseState.DRAFT,
        materials=materials,
        opened_at=tools.clock.now(),
    )


async def own_case(uow: Uow, caller: Caller, case_id: CaseId, tools: Tools) -> Case:
    """A case the caller may lay pages into or hand in: one's own, one opened for somebody, or by office any.

    Whoever acts under a mandate needs one that is still in force: an elder may have taken it back.
    """
    require(caller, Verb.OPEN_CASE)
    case = await uow.cases.get(case_id)
    person = await uow.people.person(case.applicant)
    mine = case.opened_by == caller.code or case.applicant == caller.account.person
    if caller.role in {Role.CITIZEN, Role.PROXY} and not mine:
        raise NotFound
    require(
        caller,
        Verb.OPEN_CASE,
        Belonging(person=case.applicant, opened_by=caller.code, village=person.village),
    )
    await require_still_trusted(uow, caller, case, local_day(tools.clock.now()))
    return case


async def _expected_kind(cmd: AddPage, tools: Tools) -> str | None:
    async with tools.open_view() as view:
        case = await own_case(view, cmd.caller, cmd.case, tools)
    if cmd.material is None:
        return None
    return _named(case, cmd.material).kind


def _named(case: Case, key: str) -> CaseMaterial:
    material = case.material(key)
    if material is None:
        raise UnknownMaterial
    return material


def target_of(case: Case, asked: str | None, seen: PageFacts) -> CaseMaterial:
    """The material the photograph shows; the one asked for when the reading room is not sure."""
    shown = next((m for m in case.materials if m.kind == seen.kind), None)
    if asked is None and not case.materials:
        raise UnknownMaterial
    if asked is None:
        return shown or next((m for m in case.materials if not m.pages), case.materials[-1])
    named = _named(case, asked)
    sure = seen.confidence >= _SURE and shown is not None and named.kind not in {"other", "form", seen.kind}
    return shown if sure and shown is not None else named


def _page(tools: Tools, cmd: AddPage, digest: Digest, jpeg: bytes, seen: PageFacts) -> Page:
    return Page(
        id=PageId(tools.ids.new()),
        digest=digest,
        size=len(jpeg),
        kind=seen.kind,
        verdict=seen.verdict,
        advice=seen.advice,
        door=cmd.caller.door,
        added_by=cmd.caller.code,
        added_at=tools.clock.now(),
    )
