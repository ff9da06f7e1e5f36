"""办件的一生: every act in every order, against the table of `LIFE` and against what a person may rely on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from intake.errors import NotNow
from intake.model.calendar import CalendarDay, DayKind, DueDay, WorkingCalendar
from intake.model.case import (
    LIFE,
    OPEN_STATES,
    Act,
    Case,
    CaseState,
    Correction,
    Evaluation,
    Issue,
    Outcome,
    Verdict,
)
from intake.model.catalogue import TimeLimit
from intake.model.ids import AccountCode, HallCode, PageId
from tests.contract.nouns import NOW, TODAY, draft, item, page

CLERK, APPROVER = AccountCode("clerk-1"), AccountCode("approver-1")
NEW_YEAR = date(2027, 1, 1)
CALENDAR = WorkingCalendar(
    {NEW_YEAR: CalendarDay(NEW_YEAR, DayKind.HOLIDAY, "元旦")}, frozenset({2026, 2027})
)
ITEM = item(promised_limit=TimeLimit(5), legal_limit=TimeLimit(20))
CLOSED = frozenset({CaseState.EVALUATED, CaseState.WITHDRAWN, CaseState.REDIRECTED, CaseState.ARCHIVED})


def outcome(*, granted: bool) -> Outcome:
    """The department's word."""
    return Outcome(granted, "理由", "依据", "办法", APPROVER, NOW)


def correction_of(case: Case, on: date) -> Correction:
    """A correction asked on a day by whoever has the case now."""
    return Correction("请补照片", CLERK, on, on + timedelta(days=14), case.state)


def acts_on(day: date, at: datetime) -> dict[Act, Callable[[Case], Case]]:
    """Every act there is, as it is done on a day."""
    return {
        Act.SUBMIT: lambda case: case.submit("BJ2026112300001", at),
        Act.RECEIVE: lambda case: case.receive(CLERK),
        Act.ASK_CORRECTION: lambda case: case.ask_correction(
            {"m1": (Verdict.UNREADABLE, "太暗")}, correction_of(case, day)
        ),
        Act.RESUPPLY: lambda case: case.resupply(CALENDAR, day),
        Act.ACCEPT: lambda case: case.accept(ITEM, CALENDAR, at, day),
        Act.HAND_OVER: Case.hand_over,
        Act.DECIDE: lambda case: case.decide(outcome(granted=True)),
        Act.ISSUE: lambda case: case.issued(Issue("窗口领取", "123456", CLERK, at)),
        Act.DELIVER: Case.deliver,
        Act.EVALUATE: lambda case: case.evaluate(Evaluation(5, "很好", at)),
        Act.WITHDRAW: lambda case: case.withdraw("不办了"),
        Act.TRANSFER: lambda case: case.transfer(HallCode("elsewhere")),
        Act.REDIRECT: lambda case: case.redirect(outcome(granted=False)),
        Act.ARCHIVE: Case.archive,
    }


class CaseLife(RuleBasedStateMachine):
    """A case to which anybody does anything at any time, while the days go by."""

    @initialize()
    def begin(self) -> None:
        self.today, self.at = TODAY, NOW
        self.case = draft()
        self.stood = 0
        self.accepted_on: date | None = None
        self.asked: tuple[date, CaseState] | None = None

    @rule(days=st.integers(1, 9))
    def days_go_by(self, days: int) -> None:
        self.today += timedelta(days=days)
        self.at += timedelta(days=days)

    @rule(act=st.sampled_from(Act))
    def somebody_acts(self, act: Act) -> None:
        before = self.case
        possible = before.state in LIFE[act] and not (act is Act.EVALUATE and before.evaluation)
        try:
            self.case = acts_on(self.today, self.at)[act](before)
        except NotNow:
            assert not possible, f"{act} was refused in {before.state}"
            return
        assert possible, f"{act} happened in {before.state}"
        self._note(act, before)

    def _note(self, act: Act, before: Case) -> None:
        if act is Act.ACCEPT:
            self.accepted_on = self.today
        if act is Act.ASK_CORRECTION:
            self.asked = (self.today, before.state)
        if act is Act.RESUPPLY:
            assert self.asked is not None
            asked_on, asked_in = self.asked
            assert self.case.state is asked_in, "a correction returns to who asked for it"
            if self.accepted_on is not None:
                self.stood += CALENDAR.working_days_between(asked_on, self.today)

    @precondition(lambda self: self.case.state not in {CaseState.DRAFT, CaseState.SUBMITTED})
    @rule()
    def a_page_is_laid_only_where_the_person_has_a_say(self) -> None:
        open_for_pages = self.case.state in {CaseState.RECEIVED, CaseState.CORRECTION_ASKED}
        try:
            laid = self.case.with_page("m1", page(id=PageId("p1")))
        except NotNow:
            assert not open_for_pages
        else:
            assert open_for_pages
            assert laid.materials[0].verdict is Verdict.PENDING

    @invariant()
    def the_clock_counts_exactly_the_working_days_it_ran(self) -> None:
        if self.accepted_on is None:
            assert self.case.due is None
            return
        assert self.case.due is not None
        promised = ITEM.promised_limit.days + self.stood
        assert CALENDAR.working_days_between(self.accepted_on, self.case.due.day) == promised
        assert self.case.legal_due is not None
        assert self.case.legal_due.day > self.case.due.day

    @invariant()
    def a_number_once_given_stays(self) -> None:
        assert bool(self.case.number) == (self.case.submitted_at is not None)

    @invariant()
    def only_the_department_has_decided(self) -> None:
        decided = {CaseState.DECIDED, CaseState.ISSUED, CaseState.DELIVERED, CaseState.EVALUATED}
        if self.case.state in decided:
            assert self.case.reviewer == APPROVER


CaseLife.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestCaseLife = CaseLife.TestCase


def in_state(state: CaseState) -> Case:
    """A case that came to a state by the shortest way its acts allow."""
    reached: dict[CaseState, Case] = {CaseState.DRAFT: draft()}
    acts = acts_on(TODAY, NOW)
    for _ in CaseState:
        for case in list(reached.values()):
            for act in LIFE:
                if case.may(act) and not (act is Act.EVALUATE and case.evaluation):
                    after = acts[act](case)
                    reached.setdefault(after.state, after)
    return reached[state]


@pytest.mark.parametrize("state", CaseState)
def test_every_state_can_be_reached(state):
    """No word for a state that no case is ever in."""
    assert in_state(state).state is state


@pytest.mark.parametrize("state", sorted(CLOSED))
def test_a_closed_case_changes_no_more_but_for_the_archive(state):
    """What was ended stays as it was when the person last saw it."""
    possible = {act for act, states in LIFE.items() if state in states}

    assert possible <= {Act.ARCHIVE}
    assert state not in OPEN_STATES


def test_archiving_changes_nothing_but_the_state():
    """The record of a closed case is the record."""
    evaluated = in_state(CaseState.EVALUATED)

    assert replace(evaluated.archive(), state=CaseState.EVALUATED) == evaluated


def test_a_case_is_evaluated_once():
    """A second opinion does not overwrite the first, before and after the result is in hand."""
    judged = in_state(CaseState.ISSUED).evaluate(Evaluation(1, "太慢", NOW))

    for case in (judged, judged.deliver()):
        with pytest.raises(NotNow):
            case.evaluate(Evaluation(5, "", NOW))
        assert case.evaluation == Evaluation(1, "太慢", NOW)


def test_the_days_of_a_correction_are_given_back():
    """Asked on Monday, answered the next Monday: the promised day moves by five working days, over the weekend."""
    case = in_state(CaseState.IN_REVIEW)
    assert case.due == DueDay(date(2026, 11, 30), provisional=False)
    monday = date(2026, 11, 23)

    asked = case.ask_correction({"m1": (Verdict.WRONG, "")}, correction_of(case, monday))
    answered = asked.resupply(CALENDAR, monday + timedelta(days=7))

    assert asked.due == case.due
    assert answered.due == DueDay(date(2026, 12, 7), provisional=False)
    assert answered.state is CaseState.IN_REVIEW
    assert answered.rounds == 1


def test_a_limit_that_moves_into_an_unannounced_year_says_so():
    """The calendar of 2028 is not known yet: the day is a provisional one."""
    case = replace(in_state(CaseState.IN_REVIEW), due=DueDay(date(2027, 12, 30), provisional=False))

    asked = case.ask_correction({}, correction_of(case, TODAY))
    answered = asked.resupply(CALENDAR, TODAY + timedelta(days=7))

    assert answered.due is not None
    assert answered.due.provisional


def test_a_new_page_wipes_the_clerks_earlier_word():
    """看不清 was said of the old photograph, not of this one."""
    case = in_state(CaseState.CORRECTION_ASKED)
    assert case.materials[0].verdict is Verdict.UNREADABLE

    laid = case.with_page("m1", page())

    assert laid.materials[0].verdict is Verdict.PENDING


def test_acceptance_accepts_the_materials_that_have_pages():
    """What lies there is accepted with the case; what does not is not called accepted."""
    received = in_state(CaseState.RECEIVED)

    bare = received.accept(ITEM, CALENDAR, NOW, TODAY)
    full = received.with_page("m1", page()).accept(ITEM, CALENDAR, NOW, TODAY)

    assert bare.materials[0].verdict is Verdict.PENDING
    assert full.materials[0].verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(("grade", "bad"), [(5, False), (4, False), (3, False), (2, True), (1, True)])
def test_the_two_lowest_grades_are_followed_up(grade, bad):
    """不满意 and 非常不满意 are somebody's work to follow up."""
    assert Evaluation(grade, "", datetime(2026, 11, 23, tzinfo=UTC)).bad is bad


def changed(before: Case, after: Case) -> Iterable[str]:
    """The names of the fields in which two cases differ."""
    return (part.name for part in fields(Case) if getattr(before, part.name) != getattr(after, part.name))


def test_carrying_a_case_to_another_hall_keeps_its_history():
    """全城通办: opened there, carried on here, and nothing else is different."""
    case = in_state(CaseState.SUBMITTED)

    assert set(changed(case, case.transfer(HallCode("elsewhere")))) == {"hall"}
