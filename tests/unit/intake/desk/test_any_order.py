"""随便谁、随便什么时候、随便做什么: anybody does anything at the desk in any order, and what people rely on still holds."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from intake.desk import Desk
from intake.errors import AlreadyOpen, Refusal
from intake.model.calendar import CalendarDay, DayKind, local_day
from intake.model.case import CLOSED_STATES, LIFE, OPEN_STATES, Act, Case, CaseEvent, CaseState, Verdict
from intake.model.catalogue import Availability, CounterGroup, Material, Need, TimeLimit, Way
from intake.model.ids import AccountCode, CaseId, HallCode, IntentKey
from intake.model.people import Account, Caller, Door, Role
from intake.model.places import Department
from intake.ports import Rules, Tools
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
from intake.usecases.cases.drafting import AddPage, OpenDraft, SubmitCase
from intake.usecases.cases.escalating import EscalateCase, SettleCase, Settlement
from intake.usecases.cases.moving import TransferCase
from intake.usecases.cases.reception import AcceptCase, AskCorrection, Redirect, Resupply, SupplyLater
from jiujinban.clock import RandomIds
from storage.sql.store import Store
from tests.contract.nouns import NOW, account, hall, item, person
from tests.contract.stores import KEYS
from tests.fakes import MONDAY_MORNING, MemoryBlobs, ScriptedReader, SetClock

DRAWING = Path(__file__).resolve().parents[4] / "docs" / "case-life.md"
ARROWS = set(re.findall(r"^ {4}(\w+) --> (\w+): (\w+)$", DRAWING.read_text("utf-8"), re.MULTILINE))
HERE, THERE = HallCode("county"), HallCode("anwen")
ITEM = item(
    task_type="行政许可",
    promised_limit=TimeLimit(3),
    legal_limit=TimeLimit(6),
    availability=Availability(Way.DIRECT, Way.DIRECT, Way.PROXY),
    materials=tuple(
        Material(key, name, kind, "原件", "纸质", True, 1, need, "", "本人", False, "")
        for key, name, kind, need in (
            ("m1", "身份证", "id_card", Need.REQUIRED),
            ("m2", "申请表", "form", Need.LATER),
        )
    ),
)
WHO_MAY: Mapping[str, frozenset[Role]] = {
    "receive": frozenset({Role.CLERK}),
    "accept": frozenset({Role.CLERK}),
    "redirect": frozenset({Role.CLERK}),
    "issue": frozenset({Role.CLERK}),
    "decide": frozenset({Role.APPROVER}),
    "settle": frozenset({Role.DIRECTOR, Role.SUPERVISOR}),
    "extend": frozenset({Role.DIRECTOR, Role.SUPERVISOR}),
    "amend": frozenset({Role.DIRECTOR, Role.SUPERVISOR}),
    "reopen": frozenset({Role.DIRECTOR, Role.SUPERVISOR}),
    "evaluate": frozenset({Role.CITIZEN}),
}
# What may still be told of a closed case.
AFTERWARDS = {"amend", "reopen", "archive", "evaluate"}
NO: dict[str, Any] = {"reason": "条件不合", "ground": "办法第三条", "instead": "请到户籍地办理"}


@dataclass
class Small:
    """A county of two halls, one item and nine people; the clock stands until it is let go on."""

    store: Store
    desk: Desk
    clock: SetClock
    callers: dict[str, Caller]


def staff() -> list[Account]:
    """Whoever may have a hand in a case, and some who may not."""
    comprehensive = frozenset({CounterGroup.COMPREHENSIVE})
    return [
        account(code=AccountCode("clerk-1"), hall=HERE, groups=comprehensive),
        account(code=AccountCode("clerk-2"), hall=THERE, groups=comprehensive),
        account(code=AccountCode("approver"), role=Role.APPROVER, hall=None, department="县民政局"),
        account(code=AccountCode("stranger"), role=Role.APPROVER, hall=None, department="县公安局"),
        account(code=AccountCode("director"), role=Role.DIRECTOR, hall=HERE, groups=frozenset()),
        account(code=AccountCode("supervisor"), role=Role.SUPERVISOR, hall=None, groups=frozenset()),
    ]


async def found(store: Store) -> None:
    """The county, before anything happens in it."""
    await store.migrate()
    async with store.open_uow() as uow:
        await uow.catalogue.replace([ITEM], ITEM.valid_from)
        await uow.places.put_halls([hall(), hall(code=THERE, name="安文街道便民服务中心", serves=())])
        await uow.places.put_departments([Department("civil", ITEM.department, "0579-80000001")])
        holiday = CalendarDay(date(2027, 1, 1), DayKind.HOLIDAY, "元旦")
        await uow.places.put_calendar([holiday], {2026, 2027})
        for number, code in enumerate(("citizen-1", "citizen-2")):
            someone = person(name=f"群众{number}", village=None)
            await uow.people.add(someone)
            await uow.people.put_account(Account(AccountCode(code), someone.name, Role.CITIZEN, someone.id))
        for one in staff():
            await uow.people.put_account(one)
        await uow.commit()


TEMPLATE: list[Path] = []


async def opened(folder: Path) -> Small:
    """A copy of the founded county, for one run."""
    if not TEMPLATE:
        made = Path(tempfile.mkdtemp()) / "template.db"
        first = Store.open(f"sqlite:///{made}", KEYS)
        await found(first)
        await first.close()
        TEMPLATE.append(made)
    shutil.copy(TEMPLATE[0], folder / "county.db")
    store, clock = Store.open(f"sqlite:///{folder / 'county.db'}", KEYS), SetClock(MONDAY_MORNING)
    nothing: Any = None
    tools = Tools(
        open_uow=store.open_uow,
        open_view=store.open_view,
        clock=clock,
        ids=RandomIds(),
        matcher=nothing,
        tutor=nothing,
        speech=nothing,
        photos=ScriptedReader(),
        blobs=MemoryBlobs(),
        papers=nothing,
        rules=Rules(correction_rounds=2, correction_working_days=3),
        routes=nothing,
    )
    async with store.open_view() as view:
        accounts = await view.people.accounts()
    doors = {Role.CITIZEN: Door.PHONE}
    callers = {a.code: Caller(a, doors.get(a.role, Door.DESK_PAGE)) for a in accounts}
    return Small(store, Desk(tools), clock, {str(code): caller for code, caller in callers.items()})


def presses(who: Caller, case: Case, version: int, key: IntentKey | None) -> dict[str, Callable[[], Any]]:
    """Every act there is, as somebody would press it on a case they saw."""
    on = (who, case.id, version)
    code = case.issue.code if case.issue else "000000"
    return {
        "receive": lambda: OnCase(*on, key),
        "accept": lambda: OnCase(*on, key),
        "accept on a promise": lambda: AcceptCase(
            *on, key, on_paper=frozenset({"m1"}), later=frozenset({"m2"})
        ),
        "hand_over": lambda: OnCase(*on, key),
        "archive": lambda: OnCase(*on, key),
        "ask_correction": lambda: AskCorrection(*on, {"m1": (Verdict.WRONG, "不对")}, key=key),
        "resupply": lambda: Resupply(who, case.id, key),
        "resupply on paper": lambda: Resupply(who, case.id, key, on_paper=frozenset({"m1"})),
        "supply_later": lambda: SupplyLater(*on, key, on_paper=frozenset({"m2"})),
        "redirect": lambda: Redirect(*on, **NO, key=key),
        "decide": lambda: DecideCase(*on, granted=True, key=key),
        "decline": lambda: DecideCase(*on, granted=False, **NO, key=key),
        "issue": lambda: IssueCase(*on, key=key),
        "issue on the spot": lambda: IssueCase(*on, "当场交付", key=key),
        "deliver": lambda: DeliverCase(*on, code, key=key),
        "deliver wrongly": lambda: DeliverCase(*on, "9", key=key),
        "evaluate": lambda: EvaluateCase(who, case.id, 4, key=key),
        "withdraw": lambda: WithdrawCase(who, case.id, key=key),
        "transfer": lambda: TransferCase(*on, key, hall=THERE if case.hall == HERE else HERE),
        "escalate": lambda: EscalateCase(*on, key, "拿不准"),
        "settle by going on": lambda: SettleCase(*on, key),
        "settle by a round": lambda: SettleCase(*on, key, way=Settlement.ANOTHER_ROUND),
        "settle by time": lambda: SettleCase(*on, key, way=Settlement.MORE_TIME),
        "settle elsewhere": lambda: SettleCase(*on, key, way=Settlement.REDIRECT, **NO),
        "extend": lambda: ExtendCase(*on, key, "要现场核查", 5),
        "amend_closed": lambda: AmendClosed(*on, key, why="写错了", note=f"更正于第{case.version}版"),
        "reopen": lambda: ReopenCase(*on, key, "判错了"),
        "add_page": lambda: AddPage(who, case.id, b"id_card", "m1", key),
        "add later": lambda: AddPage(who, case.id, b"form", "m2", key),
    }


VERBS = (
    *("receive", "accept", "accept on a promise", "hand_over", "archive", "ask_correction", "resupply"),
    *("resupply on paper", "supply_later", "redirect", "decide", "decline", "issue", "issue on the spot"),
    *("deliver", "deliver wrongly", "evaluate", "withdraw", "transfer", "escalate", "settle by going on"),
    *("settle by a round", "settle by time", "settle elsewhere", "extend", "amend_closed", "reopen"),
    *("add_page", "add later"),
)
NAMES = {
    "accept on a promise": "accept",
    "resupply on paper": "resupply",
    "decline": "decide",
    "issue on the spot": "issue",
    "deliver wrongly": "deliver",
    "add later": "add_page",
}
# The act of the machine that a press means.
ACTS: dict[str, Act] = {
    "accept on a promise": Act.ACCEPT,
    "resupply on paper": Act.RESUPPLY,
    "supply_later": Act.SUPPLY,
    "decline": Act.DECIDE,
    "issue on the spot": Act.ISSUE,
    "deliver wrongly": Act.DELIVER,
    "amend_closed": Act.AMEND,
    "add_page": Act.RESUPPLY,
    "add later": Act.SUPPLY,
    **{verb: Act.SETTLE for verb in VERBS if verb.startswith("settle")},
    **{act.value: act for act in Act if act.value in VERBS},
}
ROADS = (
    (
        *("receive", "accept on a promise", "hand_over", "decide", "add later", "issue", "deliver"),
        *("evaluate", "resupply on paper", "settle by a round", "archive"),
    ),
    ("receive", "accept", "hand_over", "decline", "issue on the spot", "archive", "reopen"),
    ("receive", "ask_correction", "settle by time"),
    ("receive", "escalate", "settle by a round", "hand_over"),
)
PEOPLE = ("citizen-1", "citizen-2", *(str(one.code) for one in staff()))
# Whose act it usually is: drawn half of the time, so that cases come to their end and not only to refusals.
USUALLY = {
    **dict.fromkeys(("resupply", "evaluate", "withdraw", "add_page", "add later"), "citizen-1"),
    **dict.fromkeys(("decide", "decline"), "approver"),
    **dict.fromkeys(
        (verb for verb in VERBS if verb.startswith(("settle", "extend", "amend", "reopen"))), "director"
    ),
}


def leads_on(refused: Refusal) -> None:
    """No dead end: what is the matter, and what to do now, with nothing left unsaid in between."""
    assert refused.title.strip()
    assert refused.next_step.strip(), f"{refused.code} is a dead end"
    assert "{" not in refused.title + refused.next_step


class AnyOrder(RuleBasedStateMachine):
    """A county in which anybody presses anything, old pages included, while the days go by and the worker makes its rounds."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.pressed: tuple[Caller, str, Any, Case] | None = None
        self.keys = 0
        self.seen: dict[CaseId, Case] = {}
        self.standing: dict[CaseId, int] = {}
        self.refused_with = ""

    @initialize()
    def open(self) -> None:
        self.small = self.loop.run(opened(Path(self.folder.name)))
        self.today = local_day(NOW)
        self.loop.run(self._hand_in(self.small.callers["citizen-1"], HERE, at_once=True))

    def teardown(self) -> None:
        self.loop.run(self.small.store.close())
        self.loop.close()
        self.folder.cleanup()

    @rule(days=st.integers(1, 6))
    def days_go_by(self, days: int) -> None:
        self.small.clock.forward(days=days)
        self.today += timedelta(days=days)

    @rule()
    def the_worker_makes_its_round(self) -> None:
        self.loop.run(self.small.desk.cases.tend())
        assert self.loop.run(self.small.desk.cases.tend()) == (), (
            "what was looked after is not looked after again"
        )

    @rule(
        who=st.sampled_from(("citizen-1", "citizen-2")),
        hall=st.sampled_from((HERE, THERE)),
        at_once=st.booleans(),
    )
    def somebody_hands_a_matter_in(self, who: str, hall: HallCode, at_once: bool) -> None:
        self.loop.run(self._hand_in(self.small.callers[who], hall, at_once=at_once))

    @rule(who=st.sampled_from(PEOPLE), verb=st.sampled_from(VERBS), old=st.booleans())
    def somebody_presses_anything(self, who: str, verb: str, old: bool) -> None:
        for case in self.loop.run(self._cases())[-1:]:
            # A page may be a version behind.
            self._press_as(self.small.callers[who], verb, case, max(1, case.version - old))

    @rule(which=st.integers(0, 99))
    @precondition(lambda self: self.seen)
    def whoever_usually_does_it_does_what_can_be_done(self, which: int) -> None:
        case = self.loop.run(self._cases())[0]
        can = [verb for verb in VERBS if case.state in LIFE[ACTS[verb]]]
        verb = can[(which * 7) % len(can)] if can else "reopen"
        self._press_as(self.small.callers[USUALLY.get(verb, "clerk-1")], verb, case, case.version)

    @rule(steps=st.integers(1, 5), road=st.sampled_from(ROADS))
    @precondition(lambda self: self.seen)
    def the_work_goes_on(self, steps: int, road: tuple[str, ...]) -> None:
        """A morning at the office: the latest case goes some steps along a road of its kind."""
        for _ in range(steps):
            case = self.loop.run(self._cases())[0]
            verb = next((verb for verb in road if case.state in LIFE[ACTS[verb]]), None)
            if verb is not None:
                self._press_as(self.small.callers[USUALLY.get(verb, "clerk-1")], verb, case, case.version)

    def _press_as(self, by: Caller, verb: str, case: Case, version: int) -> None:
        self.keys += 1
        cmd = presses(by, case, version, IntentKey(f"key-{self.keys}"))[verb]()
        if (done := self._press(verb, cmd)) is not None:
            self.pressed = (by, verb, cmd, done)

    @rule()
    def the_last_press_is_repeated(self) -> None:
        """The answer was lost: the same key is the same act, also when the case went on since."""
        if self.pressed is None:
            return
        _, verb, cmd, done = self.pressed
        before = self.loop.run(self._cases())
        again = self._press(verb, cmd)
        assert again is not None, f"{verb} was refused when its answer was asked for again"
        assert again.id == done.id
        assert self.loop.run(self._cases()) == before, f"{verb} was done twice"

    def _press(self, verb: str, cmd: Any) -> Case | None:
        method = getattr(
            self.small.desk.cases, NAMES.get(verb, "settle" if verb.startswith("settle") else verb)
        )
        try:
            done = self.loop.run(method(cmd))
        except Refusal as refused:
            leads_on(refused)
            return None
        return done if isinstance(done, Case) else done.case

    async def _hand_in(self, who: Caller, hall: HallCode, *, at_once: bool) -> None:
        assert who.account.person is not None
        try:
            wish = OpenDraft(who, who.account.person, ITEM.code, hall)
            draft = await self.small.desk.cases.open_draft(wish)
            if at_once:
                await self.small.desk.cases.add_page(AddPage(who, draft.id, b"id_card", "m1"))
            await self.small.desk.cases.submit(SubmitCase(who, draft.id, bring_later=not at_once))
        except AlreadyOpen as refused:
            self.refused_with = refused.facts["number"]

    async def _cases(self) -> list[Case]:
        async with self.small.store.open_view() as view:
            people = [c.account.person for c in self.small.callers.values() if c.account.person]
            return [case for one in people for case in await view.cases.of_person(one)]

    async def _history(self, case: Case) -> tuple[CaseEvent, ...]:
        async with self.small.store.open_view() as view:
            return await view.cases.history(case.id)

    @invariant()
    def what_people_rely_on_holds(self) -> None:
        if not hasattr(self, "small"):
            return
        cases = self.loop.run(self._cases())
        open_ones = [(case.applicant, case.service_code) for case in cases if case.state in OPEN_STATES]
        assert len(open_ones) == len(set(open_ones)), "one matter of one person is open once"
        assert self.refused_with in {"", *(case.number for case in cases)}, (
            "the refusal names the case that is open"
        )
        for case in cases:
            if self.seen.get(case.id) != case:
                self._history_tells(case, self.loop.run(self._history(case)))
            self._clock_is_just(case)
            self.seen[case.id] = case

    def _history_tells(self, case: Case, events: tuple[CaseEvent, ...]) -> None:
        assert events[-1].state is case.state, "the history ends where the case is"
        for before, after in pairwise(events):
            if before.state is not after.state:
                assert (before.state, after.state, after.act) in ARROWS, (
                    f"{after.act} led out of {before.state}"
                )
            if before.state in CLOSED_STATES:
                assert after.act in AFTERWARDS, f"{after.act} touched a closed case"
        for event in events:
            allowed = WHO_MAY.get(event.act)
            by = self.small.callers.get(event.by)
            if allowed is not None and by is not None:
                assert by.role in allowed, f"{by.role} did {event.act}"
        if case.outcome is not None and not case.outcome.granted:
            assert all((case.outcome.reason, case.outcome.ground, case.outcome.instead)), "a bare no"
        if case.state in {CaseState.DELIVERED, CaseState.EVALUATED}:
            assert case.issue is not None
            assert case.issue.delivery is not None, "nobody knows in whose hand it is"
            assert not case.owing(), "handed out while something was owed"

    def _clock_is_just(self, case: Case) -> None:
        async def calendar() -> Any:
            async with self.small.store.open_view() as view:
                return await view.places.calendar()

        clock = case.clock(self.loop.run(calendar()), self.today, 2)
        assert (clock is None) == (case.due is None)
        if clock is None or not clock.standing:
            self.standing.pop(case.id, None)
            return
        assert self.standing.get(case.id, clock.left) == clock.left, "a suspended clock ran"
        self.standing[case.id] = clock.left
        assert clock.legal_due.day >= clock.due.day


AnyOrder.TestCase.settings = settings(max_examples=10, stateful_step_count=40, deadline=None)
TestAnyOrder = AnyOrder.TestCase
