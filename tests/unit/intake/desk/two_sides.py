"""Two sides of one county: what is the caller's, and what is somebody else's; and a desk where nothing done is kept."""

from __future__ import annotations

import hashlib
import inspect
import typing
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Any, cast

import pytest_asyncio

from intake.desk import Desk
from intake.errors import Refusal
from intake.model.calendar import SHANGHAI
from intake.model.case import CaseState
from intake.model.catalogue import CounterGroup
from intake.model.exchange import GivenFile
from intake.model.follow_up import FollowUp, FollowUpState
from intake.model.helping import HelpRequest, HelpState
from intake.model.ids import (
    AccountCode,
    AppointmentId,
    CardId,
    CaseId,
    CounterCode,
    DepartmentName,
    Digest,
    DutyId,
    EventId,
    FollowUpId,
    HallCode,
    HandoverId,
    HeardId,
    HelpId,
    ImportId,
    MandateId,
    OrderId,
    PageId,
    PersonId,
    QuestionId,
    ServiceCode,
    SlipId,
    SlotId,
    TeachingId,
    TicketId,
    VillageCode,
)
from intake.model.kiosk import Slip, SlipKind
from intake.model.learning import Effect, Ending, Hearing, Lesson, Standing, Teaching
from intake.model.matching import Decision
from intake.model.people import Account, Caller, Door, Mandate, Role
from intake.model.places import OfferKind
from intake.model.question import Question, QuestionState
from intake.model.staffing import Post
from intake.model.work_order import OrderAbout, OrderImage, OrderState, WorkOrder
from intake.ports import Papers
from intake.usecases.cases.assisting import OfferHandover
from intake.usecases.cases.drafting import OpenDraft
from intake.usecases.cases.tray import LayCard, LayPage
from intake.usecases.catalogue.importing import CheckFiles
from intake.usecases.people.staffing import PlanDuty
from intake.usecases.places.booking import BookAppointment, FindSlots
from intake.usecases.questions.ordering import OrderAct
from intake.usecases.queue.arriving import TakeNumber
from nlp.live import LiveMatcher
from nlp.tutor import Tutor
from tests.desks import ALLOWANCE, ANWEN, ELDER_CARD, NEW_ID_CARD, County, county_for, person_of
from tests.fakes import MONDAY_MORNING
from tests.journeys import booked, submitted

ME, OTHER = AccountCode("mine"), AccountCode("somebody-else")
TODAY = date(2026, 11, 23)
_FORM = Digest(hashlib.sha256(b"form").hexdigest())
_AT_HOME = frozenset({OfferKind.HOME_VISIT})
# By these a command names a thing that has an owner.
OWNED = frozenset(
    {
        AppointmentId,
        CardId,
        CaseId,
        DutyId,
        FollowUpId,
        HandoverId,
        HelpId,
        ImportId,
        MandateId,
        OrderId,
        PageId,
        PersonId,
        QuestionId,
        SlipId,
        TeachingId,
        TicketId,
    }
)
# Those who work for the whole county sit in no hall.
_COUNTY_WIDE = frozenset({Role.SUPERVISOR, Role.KEEPER, Role.OPERATOR, Role.APPROVER})


@dataclass(frozen=True)
class Side:
    """The things of one side, by the types and names the desk's commands have for them.

    `by_verb` holds what only one verb is given, said even where the command could do without. `marks` is what a list
    shows when a thing of this side is on it.
    """

    by_type: Mapping[Any, Any]
    by_name: Mapping[str, Any]
    by_verb: Mapping[str, Mapping[str, Any]]
    marks: Mapping[str, str]


class Stage:
    """The county with things of both sides in it, and a desk where nothing that is done is kept."""

    def __init__(self, desk: Desk, account: Account, sides: Mapping[str, Side]) -> None:
        self._desk = desk
        self._account = account
        self.sides = sides

    async def attempt(self, name: str, role: Role, side: str) -> tuple[Refusal | None, Any]:
        """The refusal, or None and what was answered; on the side `nowhere` nothing is there. A fault fails the scene."""
        counter, method = name.split(".")
        verb = getattr(getattr(self._desk, counter), method)
        caller = _as(self._account, role)
        things = (
            _Nothing(caller, self.sides["mine"], name)
            if side == "nowhere"
            else _Things(caller, self.sides[side], name)
        )
        types = {key: kind for key, kind in typing.get_type_hints(verb).items() if key != "return"}
        given = {key: things.of(key, kind) for key, kind in types.items()}
        try:
            answer = verb(**given)
            return None, (await answer if inspect.isawaitable(answer) else answer)
        except Refusal as refusal:
            return refusal, None


def _as(account: Account, role: Role) -> Caller:
    hall = None if role in _COUNTY_WIDE else account.hall
    return Caller(replace(account, role=role, hall=hall), Door.DESK_PAGE)


class _Things:
    """Fills a verb's parameters with the things of one side."""

    def __init__(self, caller: Caller, side: Side, verb: str) -> None:
        self._caller = caller
        self._side = side
        self._own = side.by_verb.get(verb, {})

    def of(self, name: str, kind: Any) -> Any:
        """One value, by name, by type, or made up."""
        if kind is Caller:
            return self._caller
        if name in self._own:
            return self._own[name]
        known = self._side.by_name
        if kind is str and f"{name} as text" in known:
            return known[f"{name} as text"]
        if name in known and (kind is not int or isinstance(known[name], int)):
            return known[name]
        if kind in self._side.by_type:
            return self._side.by_type[kind]
        return self._made_up(name, kind)

    def _made_up(self, name: str, kind: Any) -> Any:
        origin = typing.get_origin(kind)
        if origin in {typing.Union, UnionType}:
            return self.of(name, next(each for each in typing.get_args(kind) if each is not NoneType))
        if origin is not None:
            empty: Any = {} if isinstance(origin, type) and issubclass(origin, Mapping) else ()
            return _watch if origin is Callable else empty
        if isinstance(kind, typing.NewType):
            return kind("nothing")
        if is_dataclass(kind) and isinstance(kind, type):
            return self._noun(kind)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return next(iter(kind))
        return _PLAIN[kind]

    def _noun(self, kind: type) -> Any:
        types = typing.get_type_hints(kind)
        asked = (f for f in fields(kind) if f.init and self._needed(f, types[f.name]))
        return kind(**{f.name: self.of(f.name, types[f.name]) for f in asked})

    def _needed(self, field: Any, kind: Any) -> bool:
        """What must be said, and what names a thing of a side although it need not."""
        told = field.name in self._side.by_name and field.name in {"why", "reason", "words", "person", "hall"}
        said = told or field.name in self._own
        return said or (field.default is MISSING and field.default_factory is MISSING) or kind is Caller


class _Nothing(_Things):
    """The same as on a side, but whatever names a thing that somebody has names nothing."""

    def of(self, name: str, kind: Any) -> Any:
        """One value, as it would be, but for ids and numbers of things."""
        named = next(
            (
                one
                for one in (kind, *typing.get_args(kind))
                if isinstance(one, typing.NewType) and one in OWNED
            ),
            None,
        )
        if named is not None:
            return named("nowhere")
        return (
            "nowhere" if kind is str and name in {"number", "code", "appointment"} else super().of(name, kind)
        )


def _watch(*_: object, **__: object) -> None:
    """Whoever watches a long task sees nothing of it here."""


_PLAIN: Mapping[Any, Any] = {
    str: "一句话",
    int: 1,
    bool: True,
    float: 1.0,
    bytes: b"form",
    date: TODAY,
    datetime: MONDAY_MORNING,
    object: "nothing",
    Any: None,
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(reference_store, tmp_path_factory) -> AsyncIterator[Stage]:
    """One county for all attempts."""
    async with county_for(reference_store, tmp_path_factory.mktemp("every-verb")) as county:
        account, sides = await play(county)

        @asynccontextmanager
        async def undone() -> AsyncIterator[Any]:
            async with county.store.open_uow() as uow:
                uow.commit = _nothing  # type: ignore[method-assign]  # leaving without a commit undoes everything
                yield uow

        tools = county.desk.cases.tools
        papers, tutor = cast("Papers", NoPaper()), NoLesson(LiveMatcher())
        yield Stage(Desk(replace(tools, open_uow=undone, papers=papers, tutor=tutor)), account, sides)


class NoPaper:
    """A papers room that draws nothing: who may have a paper is decided before, and papers have scenes of their own."""

    def __getattr__(self, paper: str) -> Callable[..., Awaitable[Any]]:
        async def drawn(*_: object, **__: object) -> Any:
            return () if paper == "read_tables" else b"paper"

        return drawn


_STANDING = Standing(Decision.NONE, None, None, 1.0, 1.0)


class NoLesson(Tutor):
    """A tutor that rehearses nothing: who may teach is decided before, and teaching has scenes of its own."""

    async def rehearse(self, lesson: Lesson, **_: object) -> Effect:
        del lesson
        return Effect(_STANDING, _STANDING, 1, ())


async def _nothing() -> None:
    """A commit that keeps nothing."""


async def play(county: County) -> tuple[Account, Mapping[str, Side]]:
    """Whoever acts here, and the things of both sides."""
    mine = await county.caller("citizen-1")
    approver = await county.caller("approver-civil_affairs-1")
    async with county.store.open_view() as view:
        village = (await view.people.person(person_of(mine))).village
    account = Account(
        ME,
        "某人",
        Role.CLERK,
        person=person_of(mine),
        hall=ANWEN,
        department=approver.account.department,
        village=village,
        groups=frozenset({CounterGroup.COMPREHENSIVE}),
    )
    async with county.store.open_uow() as uow:
        for course in ("intake-2.0", "accessible-service"):
            await uow.staff.connection.exec_driver_sql(
                "INSERT INTO trainings (id, account, course, until, recorded_by, recorded_at, note) VALUES"  # noqa: S608
                f" ('{course}', 'mine', '{course}', '2028-12-31', 'x', '2026-01-01 00:00:00', '')"
            )
        await uow.commit()
    other_village = VillageCode("330727106219")
    other = replace(account, code=OTHER, hall=HallCode("jianshan"), village=other_village)
    return account, {
        "mine": await _side(county, "citizen-1", ALLOWANCE, account),
        "theirs": await _side(county, "citizen-3", NEW_ID_CARD, other),
    }


async def _side(county: County, who: str, item: ServiceCode, owner: Account) -> Side:
    hall, code, village = owner.hall, owner.code, owner.village
    assert hall is not None
    person = person_of(await county.caller(who))
    case = await submitted(county, who, item, hall)
    appointment = await booked(county, who, ServiceCode("YB05"), hall)
    clerk = await county.caller(f"clerk-{hall}-1")
    ticket = await county.desk.queue.take_number(TakeNumber(clerk, hall, ServiceCode("MZ10"), person))
    director = await county.caller(f"director-{hall}")
    start = datetime(2026, 11, 25, 9, tzinfo=SHANGHAI)
    duty = await county.desk.people.plan_duty(
        PlanDuty(director, clerk.code, Post.RECEPTION, start, start + timedelta(hours=3))
    )
    counter = next(h for h in await county.desk.places.halls() if h.code == hall).counters[0].code
    await county.desk.people.tools.blobs.put(b"form")
    owned = _owned(hall, person, code, village)
    async with county.store.open_uow() as uow:
        await uow.questions.add(owned["question"])
        await uow.questions.add(
            replace(
                owned["question"],
                id=QuestionId(f"open-{code}"),
                number=f"open-{code}",
                state=QuestionState.OPEN,
            )
        )
        await uow.follow_ups.add(owned["follow_up"])
        await uow.help_requests.add(owned["request"])
        await uow.work_orders.add(owned["order"])
        await uow.people.add_mandate(owned["mandate"])
        await uow.kiosks.add_slip(
            Slip(SlipId(f"s-{code}"), code, SlipKind.TICKET, ticket.id, 1, {}, MONDAY_MORNING)
        )
        await uow.commit()
    waiting = await _cases_that_wait(county, owner, person)
    slots = await county.desk.places.find_slots(FindSlots(item, frozenset({hall}), limit=1))
    by_type: dict[Any, Any] = {
        SlotId: slots[0].id,
        AppointmentId: appointment.id,
        HallCode: hall,
        PersonId: person,
        ServiceCode: item,
        AccountCode: clerk.code,
        PageId: case.materials[0].pages[0].id,
    }
    proxy = next(p.code for p in await county.desk.people.accounts(Role.PROXY) if p.village == village)
    by_name = {
        "case": case.id,
        "number": case.id,
        "case_number": "",
        "appointment": appointment.id,
        "appointment as text": appointment.number,
        "person": person,
        "hall": hall,
        "year": 2026,
        "start": start,
        "end": start + timedelta(hours=3),
        "ticket": ticket.id,
        "duty": duty.id,
        "counter": counter,
        "proxy": proxy,
        "version": 1,
        "grade": 3,
        "place": 0,
        "why": "原因",
        "reason": "原因",
        "instead": "办法",
        "words": "一句话",
        "files": (GivenFile("items.csv", b"code"),),
        **{name: thing.id for name, thing in owned.items()},
    }
    marks = {
        **{name: thing.id for name, thing in owned.items()},
        **waiting,
        "open question": f"open-{code}",
        "person": person,
        "device": repr(code),
        "slip": f"s-{code}",
        "colleague": clerk.code,
    }
    by_verb = {
        **await _at_machines(county, owner, person, counter),
        **await _at_home(county, who, hall),
        **await _with_the_keeper(county, owner),
        **await _with_a_helper(county, owner, person),
        "questions.orders": {"closed": False},
        "kiosk.arrive": {"code": appointment.id},
        "kiosk.claim_slip": {"slip": SlipId(f"s-{code}")},
    }
    by_type |= {OrderAct: OrderAct.VERIFY, Role: Role.CLERK}
    return Side(by_type, by_name, by_verb, marks)


async def _cases_that_wait(county: County, owner: Account, person: PersonId) -> dict[str, str]:
    """A case before the director and one on a department's table; how they came there is other scenes' matter."""
    clerk = await county.caller(f"clerk-{owner.hall}-1")
    waiting = {CaseState.ESCALATED: ServiceCode("MZ05"), CaseState.IN_REVIEW: ServiceCode("MZ08")}
    told: dict[str, str] = {}
    for state, item in waiting.items():
        draft = await county.desk.cases.open_draft(
            OpenDraft(clerk, person, item, clerk.account.hall or ANWEN)
        )
        department = draft.department if owner.code == ME else DepartmentName("另一个局")
        async with county.store.open_uow() as uow:
            await uow.cases.save(
                replace(draft, state=state, number=f"{state}-{owner.code}", department=department)
            )
            await uow.commit()
        told[state.value] = str(draft.id)
    return told


async def _at_machines(
    county: County, owner: Account, person: PersonId, counter: CounterCode
) -> dict[str, dict[str, Any]]:
    """The person's card on the owner's own machine, and a card with a page on a counter of the owner's hall."""
    async with county.store.open_view() as view:
        holder = await view.people.person(person)
    number = holder.id_number.value
    kiosk = Caller(replace(owner, role=Role.DEVICE), Door.KIOSK)
    at_counter = Caller(
        replace(owner, code=AccountCode(f"pc-{owner.code}"), role=Role.DEVICE, counter=counter), Door.COUNTER
    )
    card, page = EventId(f"card-{owner.code}"), EventId(f"page-{owner.code}")
    for machine in (kiosk, at_counter):
        await county.desk.cases.lay_card(LayCard(machine, card, holder.name, number))
    await county.desk.cases.lay_page(LayPage(at_counter, page, card, b"form"))
    await county.desk.kiosk.report_abilities(kiosk, (ALLOWANCE,), "1.0")
    clerk = await county.caller(f"clerk-{owner.hall}-1")
    lying = await county.desk.cases.on_counter(clerk, HallCode(owner.hall or ""), counter)
    assert lying is not None
    named = {"name": holder.name, "id_number": number}
    return {
        "cases.lay_page": {"card": card, "event": EventId("another")},
        "cases.see_laid_page": {"page": lying.pages[0].id},
        "people.villager_by_number": {"number": number},
        "people.add_villager": named,
    }


async def _at_home(county: County, who: str, hall: HallCode) -> dict[str, dict[str, Any]]:
    """A visit at the person's home."""
    citizen = await county.caller(who)
    start = datetime(2026, 11, 26, 0, tzinfo=SHANGHAI)
    wish = FindSlots(ALLOWANCE, frozenset({hall}), start, start + timedelta(days=1), _AT_HOME)
    slot = (await county.desk.places.find_slots(wish))[0]
    visit = await county.desk.places.book(BookAppointment(citizen, person_of(citizen), ALLOWANCE, slot.id))
    alone = {key: {"appointment": visit.id} for key in ("visits.contact", "visits.end", "visits.pin")}
    return {**alone, "visits.swap": {"first": visit.id, "second": visit.id}}


async def _with_the_keeper(county: County, owner: Account) -> dict[str, dict[str, Any]]:
    """A checked file, words that were heard, and a lesson."""
    keeper, text = Caller(replace(owner, role=Role.KEEPER), Door.DESK_PAGE), f"说法-{owner.code}"
    staged = await county.desk.catalogue.stage_import(CheckFiles(keeper, [GivenFile("items.csv", b"code")]))
    heard, lesson = HeardId(f"heard-{owner.code}"), TeachingId(f"lesson-{owner.code}")
    async with county.store.open_uow() as uow:
        hearing = Hearing(text, Ending.UNMATCHED, None, owner.code, MONDAY_MORNING)
        await uow.learning.hear(hearing, heard)
        await uow.learning.teach(Teaching(lesson, text, ALLOWANCE, heard, owner.code, MONDAY_MORNING, 1))
        await uow.commit()
    imports = ("catalogue.apply_import", "catalogue.drop_import", "catalogue.waiting_import")
    return {
        **{key: {"waiting": staged.id} for key in imports},
        "catalogue.dismiss": {"heard": heard},
        "catalogue.unteach": {"teaching": lesson},
    }


async def _with_a_helper(county: County, owner: Account, person: PersonId) -> dict[str, dict[str, Any]]:
    """A draft the owner began for the person on a tablet, and the code that hands it to a phone."""
    helper, hall = Caller(owner, Door.DESK_PAGE), HallCode(owner.hall or "")
    draft = await county.desk.cases.open_draft(OpenDraft(helper, person, ELDER_CARD, hall))
    offered = await county.desk.cases.offer_handover(OfferHandover(helper, ELDER_CARD, draft.id))
    return {
        "cases.offer_handover": {"case": draft.id, "service_code": ELDER_CARD},
        "cases.handover_claimed": {"handover": offered.handover.id},
    }


def _owned(
    hall: HallCode, person: PersonId, code: AccountCode, village: VillageCode | None
) -> dict[str, Any]:
    """A thing of each kind that somebody owns."""
    name, at = f"{code}-{hall}", MONDAY_MORNING
    return {
        "question": Question(
            QuestionId(f"q-{name}"), f"ZX-{name}", "一句话", code, person, hall, code, "某人", TODAY,
            QuestionState.ANSWERED, at,
        ),
        "follow_up": FollowUp(
            FollowUpId(f"f-{name}"), f"HF-{name}", None, None, "BJ", "事项", hall, person, code, 2, "",
            frozenset(), code, "某人", TODAY, TODAY, FollowUpState.OPEN, at,
        ),
        "request": HelpRequest(
            HelpId(f"h-{name}"), f"DB-{name}", person, "某人", code, village, hall, None, "", "一句话", code,
            "某人", TODAY, HelpState.ASKED, at,
        ),
        "order": WorkOrder(
            OrderId(f"o-{name}"), f"GD-{name}", OrderAbout.ITEM, ALLOWANCE, "事项", "一句话", (OrderImage(_FORM, 4),), code, "某人",
            hall, OTHER, "某人", TODAY, OrderState.OPEN, at,
        ),
        "mandate": Mandate(
            MandateId(f"m-{name}"), person, code, ALLOWANCE, "同意", _FORM, at, TODAY + timedelta(days=9)
        ),
    }  # fmt: skip
