"""权限逐条试: every verb of the desk, as every role, on what is theirs and on what is not, through the real desk.

The desk itself is read for its verbs: one that is new and has no row below fails the first scene. Nothing that is done
here is kept, so that each attempt meets the same county.
"""

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

import pytest
import pytest_asyncio

from intake.desk import Desk
from intake.errors import MandateNeeded, NotAllowed, NotFound, NotYourVillage, Refusal, WrongNumber
from intake.model.authority import TABLE, Reach, Verb
from intake.model.calendar import SHANGHAI
from intake.model.catalogue import CounterGroup
from intake.model.exchange import GivenFile
from intake.model.follow_up import FollowUp, FollowUpState
from intake.model.helping import HelpRequest, HelpState
from intake.model.ids import (
    AccountCode,
    AppointmentId,
    Digest,
    FollowUpId,
    HallCode,
    HelpId,
    MandateId,
    OrderId,
    PageId,
    PersonId,
    QuestionId,
    ServiceCode,
    SlotId,
    VillageCode,
)
from intake.model.learning import Effect, Lesson, Standing
from intake.model.matching import Decision
from intake.model.people import Account, Caller, Door, Mandate, Role
from intake.model.question import Question, QuestionState
from intake.model.staffing import Post
from intake.model.work_order import OrderAbout, OrderImage, OrderState, WorkOrder
from intake.ports import Papers
from intake.usecases.people.staffing import PlanDuty
from intake.usecases.places.booking import FindSlots
from intake.usecases.questions.ordering import OrderAct
from intake.usecases.queue.arriving import TakeNumber
from nlp.live import LiveMatcher
from nlp.tutor import Tutor
from tests.desks import ALLOWANCE, ANWEN, NEW_ID_CARD, County, county_for, person_of
from tests.fakes import MONDAY_MORNING
from tests.journeys import booked, submitted

ME, OTHER = AccountCode("mine"), AccountCode("somebody-else")
TODAY = date(2026, 11, 23)
_FORM = Digest(hashlib.sha256(b"form").hexdigest())
# What says that a thing is not the caller's: it is not there, it needs a word, or it is another village's.
_NOT_THEIRS = (NotFound, MandateNeeded, NotYourVillage, WrongNumber)
_V = Verb
# Each verb of the desk and the row of the table it lives by. Those in `_ROLE_ONLY` are about nothing that belongs to
# anybody, or list the caller's own: the role alone decides.
NEEDS: Mapping[str, Verb] = {
    **dict.fromkeys(("cases.open_draft", "cases.add_page", "cases.drop_page", "cases.submit"), _V.OPEN_CASE),
    **dict.fromkeys(("cases.resupply",), _V.OPEN_CASE),
    **dict.fromkeys(
        (
            "cases.receive",
            "cases.accept",
            "cases.ask_correction",
            "cases.hand_over",
            "cases.redirect",
        ),
        _V.RECEIVE_CASE,
    ),
    "cases.decide": _V.DECIDE_CASE,
    "cases.of_department": _V.DECIDE_CASE,
    "cases.issue": _V.ISSUE_CASE,
    "cases.deliver": _V.ISSUE_CASE,
    "cases.evaluate": _V.EVALUATE_CASE,
    "cases.withdraw": _V.WITHDRAW_CASE,
    "cases.extend": _V.EXTEND_CASE,
    "cases.transfer": _V.TRANSFER_CASE,
    "cases.settle": _V.SETTLE_CASE,
    "cases.escalated": _V.SETTLE_CASE,
    "cases.archive": _V.ARCHIVE_CASE,
    "cases.amend_closed": _V.AMEND_CLOSED,
    "cases.reopen": _V.AMEND_CLOSED,
    "cases.show": _V.SEE_CASE,
    "cases.papers_of": _V.SEE_CASE,
    "cases.print_paper": _V.SEE_CASE,
    "cases.at_hall": _V.SEE_QUEUE,
    "cases.see_page": _V.SEE_PAGE,
    "cases.reveal_id_number": _V.REVEAL_ID,
    "cases.lay_card": _V.LAY_ON_COUNTER,
    "cases.lay_page": _V.LAY_ON_COUNTER,
    "cases.on_counter": _V.SEE_COUNTER,
    "cases.on_counters": _V.SEE_COUNTER,
    "cases.see_laid_page": _V.SEE_COUNTER,
    "cases.offer_handover": _V.ASSIST,
    "cases.handover_claimed": _V.ASSIST,
    "places.appointments_at": _V.SEE_QUEUE,
    "places.cancel": _V.CANCEL_BOOKING,
    "places.forgive_absence": _V.FORGIVE_ABSENCE,
    "places.hours_of": _V.SET_HOURS,
    "places.preview_hours": _V.SET_HOURS,
    "places.change_hours": _V.SET_HOURS,
    "queue.check_in": _V.CHECK_IN,
    "queue.take_number": _V.CHECK_IN,
    "queue.call_next": _V.RUN_QUEUE,
    "queue.change": _V.RUN_QUEUE,
    "queue.forward": _V.RUN_QUEUE,
    "queue.amend": _V.RUN_QUEUE,
    "queue.set_post": _V.RUN_QUEUE,
    "queue.today": _V.SEE_QUEUE,
    "queue.line": _V.SEE_QUEUE,
    "queue.display": _V.SEE_DISPLAY,
    "queue.rules": _V.SEE_DISPLAY,
    "queue.set_rules": _V.SET_LINE_RULES,
    "queue.grant_green": _V.GRANT_GREEN,
    "kiosk.reprint": _V.RUN_QUEUE,
    "kiosk.slips_waiting": _V.SERVE_AT_KIOSK,
    "kiosk.claim_slip": _V.SERVE_AT_KIOSK,
    "kiosk.own_abilities": _V.SERVE_AT_KIOSK,
    "catalogue.export": _V.IMPORT,
    "catalogue.heard": _V.TEACH,
    "catalogue.dismiss": _V.TEACH,
    "catalogue.preview_teaching": _V.TEACH,
    "catalogue.teach": _V.TEACH,
    "catalogue.unteach": _V.TEACH,
    "catalogue.taught": _V.TEACH,
    "catalogue.explain": _V.TEACH,
    "visits.plan": _V.PLAN_VISITS,
    "visits.name_crew": _V.PLAN_VISITS,
    "visits.pin": _V.PLAN_VISITS,
    "visits.sheet": _V.SEE_VISITS,
    "people.villagers": _V.SEE_VILLAGERS,
    "people.villager_by_number": _V.SEE_VILLAGERS,
    "people.add_villager": _V.SEE_VILLAGERS,
    "people.add_relative": _V.RECORD_MANDATE,
    "people.record_mandate": _V.RECORD_MANDATE,
    "people.revoke_mandate": _V.REVOKE_MANDATE,
    "people.my_mandates": _V.SEE_MANDATES,
    "people.mandates_of": _V.SEE_MANDATES,
    "people.see_evidence": _V.SEE_MANDATES,
    "people.ask_help": _V.ASK_HELP,
    "people.my_help": _V.ASK_HELP,
    "people.ask_again": _V.ASK_HELP,
    "people.handle_help": _V.HANDLE_HELP,
    "people.help_to_give": _V.HANDLE_HELP,
    "people.help_at": _V.HANDLE_HELP,
    "people.statement": _V.SEE_STATEMENT,
    "people.statements_at": _V.SEE_STATEMENT,
    "people.staff": _V.SEE_STAFF,
    "people.approvers": _V.KEEP_APPROVERS,
    "people.record_training": _V.KEEP_STAFF,
    "people.authorise": _V.KEEP_STAFF,
    "people.plan_duty": _V.KEEP_STAFF,
    "people.cancel_duty": _V.KEEP_STAFF,
    "questions.ask": _V.ASK_QUESTION,
    "questions.answer": _V.ANSWER_QUESTION,
    "questions.at_hall": _V.ANSWER_QUESTION,
    "questions.to_answer": _V.ANSWER_QUESTION,
    "questions.colleagues": _V.ANSWER_QUESTION,
    "questions.hand_over": _V.ANSWER_QUESTION,
    "questions.reopen": _V.JUDGE_ANSWER,
    "questions.judge": _V.JUDGE_ANSWER,
    "questions.overdue": _V.SEE_OVERDUE,
    "questions.follow_ups_at": _V.SEE_OVERDUE,
    "questions.my_follow_ups": _V.FOLLOW_UP,
    "questions.show_follow_up": _V.FOLLOW_UP,
    "questions.may_follow_up": _V.FOLLOW_UP,
    "questions.note_contact": _V.FOLLOW_UP,
    "questions.close_follow_up": _V.FOLLOW_UP,
    "questions.hand_over_follow_up": _V.FOLLOW_UP,
    "questions.follow_ups_of_mine": _V.JUDGE_AGAIN,
    "questions.judge_again": _V.JUDGE_AGAIN,
    "questions.open_order": _V.OPEN_ORDER,
    "questions.add_order_image": _V.VERIFY_ORDER,
    "questions.work_on_order": _V.VERIFY_ORDER,
    "questions.orders": _V.SEE_ORDER,
    "questions.show_order": _V.SEE_ORDER,
    "questions.see_order_image": _V.SEE_ORDER,
    **dict.fromkeys(
        (
            "figures.nearby",
            "figures.sheet",
            "figures.trend",
            "figures.rows",
            "figures.workload",
            "figures.shortfalls",
            "figures.report",
            "figures.assessment",
        ),
        _V.SEE_FIGURES,
    ),
    "figures.report_capabilities": _V.REPORT_CAPABILITIES,
    "figures.capabilities_of": _V.REPORT_CAPABILITIES,
    **dict.fromkeys(
        (
            "catalogue.import_items",
            "catalogue.check_files",
            "catalogue.read_files",
            "catalogue.stage_import",
            "catalogue.apply_import",
            "catalogue.drop_import",
            "catalogue.waiting_import",
            "catalogue.recent_imports",
            "places.import_county",
        ),
        _V.IMPORT,
    ),
    **dict.fromkeys(("places.book", "places.hold", "places.join_line"), _V.BOOK),
    "places.move": _V.CHANGE_BOOKING,
    **dict.fromkeys(("visits.contact", "visits.end"), _V.MAKE_VISIT),
    "visits.swap": _V.PLAN_VISITS,
    **dict.fromkeys(
        (
            "kiosk.visitor",
            "kiosk.step_away",
            "kiosk.arrive",
            "kiosk.take_number",
            "kiosk.come_back",
            "kiosk.start",
            "kiosk.collect",
        ),
        _V.SERVE_AT_KIOSK,
    ),
}
# About the caller's own or the caller's hall whoever asks, or about something no scene here has: the role alone is tried.
ROLE_ONLY = frozenset(
    {
        "cases.escalated",
        "cases.handover_claimed",
        "cases.lay_card",
        "cases.lay_page",
        "cases.of_department",
        "cases.offer_handover",
        "cases.see_laid_page",
        "catalogue.apply_import",
        "catalogue.dismiss",
        "catalogue.drop_import",
        "catalogue.unteach",
        "catalogue.waiting_import",
        "figures.capabilities_of",
        "figures.report_capabilities",
        "kiosk.arrive",
        "kiosk.claim_slip",
        "kiosk.collect",
        "kiosk.come_back",
        "kiosk.own_abilities",
        "kiosk.slips_waiting",
        "kiosk.start",
        "kiosk.step_away",
        "kiosk.take_number",
        "kiosk.visitor",
        "people.add_relative",
        "people.add_villager",
        "people.ask_help",
        "people.help_to_give",
        "people.my_help",
        "people.my_mandates",
        "people.villager_by_number",
        "people.villagers",
        "questions.ask",
        "questions.colleagues",
        "questions.follow_ups_of_mine",
        "questions.my_follow_ups",
        "questions.orders",
        "questions.to_answer",
        "visits.contact",
        "visits.end",
        "visits.pin",
        "visits.swap",
    }
)
# Everybody's: what they list or undo is the caller's own, whoever that is, or what they tell is public.
FOR_EVERYBODY: Mapping[str, str] = {
    "cases.mine": "lists the caller's own",
    "cases.claim_handover": "whoever holds the secret of the handed-over page is the one it was handed to",
    "cases.escalate": "needs whoever judges the case now: tried in test_case_life's scenes",
    "cases.supply_later": "the person's own papers, or the clerk's at the counter: tried in test_reception's scenes",
    "cases.open_walk_in": "a device's own card, or a clerk's own counter: tried in the device scenes",
    "places.find_slots": "public",
    "places.soonest": "public",
    "places.confirm": "the caller's own hold",
    "places.release": "the caller's own hold",
    "places.leave_line": "the entry's own row: tried in the booking scenes",
    "places.my_holds": "lists the caller's own",
    "places.my_lines": "lists the caller's own",
    "places.my_appointments": "lists the caller's own",
    "places.home_hall": "public",
    "queue.mine": "lists the caller's own",
    "catalogue.note": "counts words under a keyed hash",
    "people.person_of": "whom the caller may act for: tried in test_representing's scenes",
    "people.notices": "lists the caller's own",
    "people.show_help": "the asker's side and the helper's side are two rows: tried in test_helping's scenes",
    "questions.mine": "lists the caller's own",
    "questions.show": "the asker's side and the hall's side are two rows: tried in test_owning's scenes",
}
# Where the table alone does not decide, and why.
NARROWER: Mapping[tuple[str, Role], str] = {
    ("people.statement", Role.PROXY): "one's own statement: tried in test_helping's scenes",
    (
        "people.record_mandate",
        Role.CITIZEN,
    ): "by the relative's own ID number: tried in test_representing's scenes",
    ("people.help_at", Role.PROXY): "a proxy has the village's list, not the hall's",
    ("people.statements_at", Role.PROXY): "a proxy has the own statement, not the hall's",
    ("people.mandates_of", Role.PROXY): "a proxy sees what was given to the proxy, by its own list",
    ("queue.change", Role.CITIZEN): "one's own number may be given up",
    ("queue.change", Role.PROXY): "one's own number may be given up",
    ("queue.change", Role.DEVICE): "a number may be given up at the kiosk of its hall",
}


@dataclass(frozen=True)
class Side:
    """The things of one side, by the types and names the desk's commands have for them."""

    by_type: Mapping[Any, Any]
    by_name: Mapping[str, Any]


def verbs_of_the_desk() -> dict[str, dict[str, Any]]:
    """Every method of every counter of the desk with its parameters' types."""
    found = {}
    for attribute, kind in _counters(inspect.getsource(Desk.__init__)).items():
        for name, method in vars(kind).items():
            if not name.startswith("_") and inspect.isfunction(method):
                types = typing.get_type_hints(method)
                found[f"{attribute}.{name}"] = {key: t for key, t in types.items() if key != "return"}
    return found


def _counters(source: str) -> dict[str, type]:
    """The desk's counters by the attribute they hang on."""
    import intake.desk as module  # noqa: PLC0415 (read as a whole, for its classes)

    lines = [line.strip() for line in source.splitlines() if line.strip().startswith("self.")]
    named = (line.removeprefix("self.").split(" = ") for line in lines if "Counter(" in line)
    return {attribute: getattr(module, made.split("(")[0]) for attribute, made in named}


def speaks(types: Mapping[str, Any]) -> bool:
    """Whether somebody is asking: by a caller, or by a command that carries one."""
    return any(
        t is Caller or (is_dataclass(t) and "caller" in {f.name for f in fields(t)}) for t in types.values()
    )


ALL = verbs_of_the_desk()
ASKED = {name for name, types in ALL.items() if speaks(types)}


def test_every_verb_that_somebody_asks_for_has_its_row_and_its_scene():
    """A new verb of the desk is named here with the row it lives by, or with the reason why everybody may."""
    assert len(ALL) > 150
    assert set(NEEDS) | set(FOR_EVERYBODY) == ASKED
    assert not set(NEEDS) & set(FOR_EVERYBODY)
    assert set(ROLE_ONLY) <= set(NEEDS)


def test_every_row_of_the_table_is_lived_by():
    """A row that no verb asks for promises something nobody keeps."""
    lived = set(NEEDS.values()) | {Verb.ANSWER_ORDER}

    assert set(Verb) - lived == set()


@pytest.mark.parametrize("name", sorted(NEEDS))
async def test_a_verb_is_done_by_whom_and_on_what_the_table_says(stage, name):
    """The wrong role hears whose task it is; the right one does not know what is not theirs, and may touch what is."""
    verb = NEEDS[name]
    wrong = []
    for role in Role:
        for side in ("mine",) if name in ROLE_ONLY else ("mine", "theirs"):
            if (name, role) in NARROWER:
                continue
            expected, seen = _expected(verb, role, side), await stage.attempt(name, role, side)
            if not _fits(expected, seen, role_only=name in ROLE_ONLY):
                wrong.append(f"{role} {side}: expected {expected}, was {seen!r}")

    assert wrong == []


def _expected(verb: Verb, role: Role, side: str) -> str:
    reach = TABLE[verb].get(role)
    if reach is None:
        return "not their task"
    return "theirs" if side == "mine" or reach is Reach.COUNTY else "not theirs"


def _fits(expected: str, seen: BaseException | None, *, role_only: bool) -> bool:
    match expected:
        case "not their task":
            return isinstance(seen, NotAllowed)
        case "not theirs":
            return isinstance(seen, _NOT_THEIRS)
        case _:
            return not isinstance(seen, NotAllowed) and (role_only or not isinstance(seen, _NOT_THEIRS))


class Stage:
    """The county with things of both sides in it, and a desk where nothing that is done is kept."""

    def __init__(self, desk: Desk, account: Account, sides: Mapping[str, Side]) -> None:
        self._desk = desk
        self._account = account
        self._sides = sides

    async def attempt(self, name: str, role: Role, side: str) -> Refusal | None:
        """What came of it: a refusal, or None when it was done. A fault fails the scene."""
        counter, method = name.split(".")
        caller = Caller(replace(self._account, role=role), Door.DESK_PAGE)
        things = _Things(caller, self._sides[side])
        given = {key: things.of(key, kind) for key, kind in ALL[name].items()}
        try:
            asked = getattr(getattr(self._desk, counter), method)(**given)
            if inspect.isawaitable(asked):
                await asked
        except Refusal as refusal:
            return refusal
        return None


class _Things:
    """Fills a verb's parameters with the things of one side."""

    def __init__(self, caller: Caller, side: Side) -> None:
        self._caller = caller
        self._side = side

    def of(self, name: str, kind: Any) -> Any:
        """One value, by name, by type, or made up."""
        if kind is Caller:
            return self._caller
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
        return told or (field.default is MISSING and field.default_factory is MISSING) or kind is Caller


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
        account, sides = await _play(county)

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


async def _play(county: County) -> tuple[Account, Mapping[str, Side]]:
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
    return account, {
        "mine": await _side(county, "citizen-1", "anwen", ALLOWANCE, ME, village),
        "theirs": await _side(county, "citizen-3", "jianshan", NEW_ID_CARD, OTHER, other_village),
    }


async def _side(
    county: County,
    who: str,
    hall_code: str,
    item: ServiceCode,
    code: AccountCode,
    village: VillageCode | None,
) -> Side:
    hall = HallCode(hall_code)
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
        await uow.follow_ups.add(owned["follow_up"])
        await uow.help_requests.add(owned["request"])
        await uow.work_orders.add(owned["order"])
        await uow.people.add_mandate(owned["mandate"])
        await uow.commit()
    page = case.materials[0].pages[0].id
    slots = await county.desk.places.find_slots(FindSlots(item, frozenset({hall}), limit=1))
    by_type = {
        SlotId: slots[0].id,
        AppointmentId: appointment.id,
        HallCode: hall,
        PersonId: person,
        ServiceCode: item,
        AccountCode: clerk.code,
        PageId: page,
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
    return Side({**by_type, OrderAct: OrderAct.VERIFY, Role: Role.CLERK}, by_name)


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
