"""办件的一生: every act in every order, against the table of `LIFE` and against what a person may rely on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from intake.errors import BadInput, NotNow, StillOwed, StillToCorrect
from intake.model.calendar import CalendarDay, DayKind, DueDay, WorkingCalendar
from intake.model.case import (
    CLOSED_STATES,
    LIFE,
    OPEN_STATES,
    Act,
    Case,
    CaseState,
    Correction,
    Delivery,
    Escalation,
    EscalationCause,
    Evaluation,
    Extension,
    Issue,
    Light,
    Outcome,
    Promise,
    Verdict,
)
from intake.model.catalogue import Need, ProjectType, TimeLimit
from intake.model.ids import AccountCode, HallCode, PageId
from tests.contract.nouns import NOW, TODAY, draft, item, page

CLERK, APPROVER = AccountCode("clerk-1"), AccountCode("approver-1")
NEW_YEAR = date(2027, 1, 1)
CALENDAR = WorkingCalendar(
    {NEW_YEAR: CalendarDay(NEW_YEAR, DayKind.HOLIDAY, "元旦")}, frozenset({2026, 2027})
)
ITEM = item(promised_limit=TimeLimit(5), legal_limit=TimeLimit(20))
CLOSED = frozenset({CaseState.EVALUATED, CaseState.WITHDRAWN, CaseState.REDIRECTED, CaseState.ARCHIVED})
DRAWING = Path(__file__).resolve().parents[3] / "docs" / "case-life.md"
KEPT_STATE = {Act.TRANSFER, Act.EXTEND, Act.SUPPLY, Act.AMEND}


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
        Act.RESUPPLY: lambda case: answered(case).resupply(CALENDAR, day),
        Act.ACCEPT: lambda case: case.accept(ITEM, CALENDAR, at, day),
        Act.HAND_OVER: Case.hand_over,
        Act.DECIDE: lambda case: case.decide(outcome(granted=True)),
        Act.ISSUE: lambda case: case.issued(Issue("窗口领取", "123456", CLERK, at)),
        Act.DELIVER: lambda case: case.deliver(Delivery("张奶奶", "本人", "取件码", CLERK, at)),
        Act.EVALUATE: lambda case: case.evaluate(Evaluation(5, "很好", at)),
        Act.WITHDRAW: lambda case: case.withdraw("不办了"),
        Act.TRANSFER: lambda case: case.transfer(HallCode("elsewhere")),
        Act.REDIRECT: lambda case: case.redirect(outcome(granted=False)),
        Act.ARCHIVE: Case.archive,
        Act.LAPSE: lambda case: case.lapse(outcome(granted=False)),
        Act.ESCALATE: lambda case: case.escalate(escalation_of(case, day, at)),
        Act.SETTLE: lambda case: case.go_on(CALENDAR, day),
        Act.EXTEND: lambda case: case.extend(
            Extension(TimeLimit(3), "要现场勘查", "某法", CLERK, at), CALENDAR
        ),
        Act.SUPPLY: lambda case: case.supplied_on_paper({"m1"}, at),
        Act.AMEND: lambda case: case.amended(outcome=case.outcome, issue=case.issue, note="更正"),
        Act.REOPEN: lambda case: case.reopened(ITEM, CALENDAR, day),
    }


def escalation_of(case: Case, on: date, at: datetime) -> Escalation:
    """The director is asked."""
    return Escalation(EscalationCause.STUCK, "补了三次", CLERK, at, on + timedelta(days=2), case.state)


def answered(case: Case) -> Case:
    """Everything asked for was photographed again."""
    if case.correction is None:
        return case
    for material in case.to_correct():
        case = case.with_page(material.key, page())
    return case


def possible(case: Case, act: Act) -> bool:
    """What the table says, and what the case itself knows besides."""
    besides = {
        Act.EVALUATE: case.evaluation is None,
        Act.RESUPPLY: case.correction is not None,
        Act.EXTEND: case.extension is None,
        Act.REOPEN: case.submitted_at is not None,
        Act.SUPPLY: True,
    }
    allowed = case.state in LIFE[act] or (act is Act.SUPPLY and case.correction is not None)
    return allowed and besides.get(act, True)


class CaseLife(RuleBasedStateMachine):
    """A case to which anybody does anything at any time, while the days go by."""

    @initialize()
    def begin(self) -> None:
        self.today, self.at = TODAY, NOW
        self.case = draft()
        self.stopped_with: tuple[int, int] | None = None

    @rule(days=st.integers(1, 9))
    def days_go_by(self, days: int) -> None:
        self.today += timedelta(days=days)
        self.at += timedelta(days=days)

    @rule(act=st.sampled_from(Act))
    def somebody_acts(self, act: Act) -> None:
        before = self.case
        may = possible(before, act)
        try:
            self.case = acts_on(self.today, self.at)[act](before)
        except NotNow:
            assert not may, f"{act} was refused in {before.state}"
            return
        assert may, f"{act} happened in {before.state}"
        if act in KEPT_STATE:
            assert self.case.state is before.state
        if act is Act.RESUPPLY:
            self._came_back(before)

    @precondition(lambda self: self.case.state is CaseState.ESCALATED)
    @rule()
    def the_director_settles(self) -> None:
        before, asked = self.case, self.case.escalation
        assert asked is not None
        lapsed = before.correction is not None
        self.case = before.more_time(self.today) if lapsed else before.another_round()
        assert self.case.state is asked.back_to
        assert self.case.extra_rounds == before.extra_rounds + (0 if lapsed else 1)

    def _came_back(self, before: Case) -> None:
        assert before.correction is not None
        asked = before.correction
        assert self.case.state is asked.back_to, "a correction returns to who asked for it"
        holder = self.case.reviewer if asked.back_to is CaseState.IN_REVIEW else self.case.receiver
        assert holder == asked.asked_by, "and to the same person"

    @invariant()
    def a_suspended_clock_never_runs(self) -> None:
        clock = self.case.clock(CALENDAR, self.today, 2)
        if clock is None or not clock.standing:
            self.stopped_with = None
            return
        now = (clock.left, int(clock.light is Light.RED))
        assert self.stopped_with in {None, now}, "days went by and the clock ran on"
        self.stopped_with = now

    @invariant()
    def a_clock_begins_with_the_acceptance_and_the_law_is_never_before_the_promise(self) -> None:
        assert (self.case.due is None) == (self.case.legal_due is None)
        if self.case.due is not None and self.case.legal_due is not None:
            assert self.case.accepted_at is not None
            assert self.case.legal_due.day >= self.case.due.day

    @invariant()
    def whoever_waits_for_the_director_has_asked_and_has_a_day(self) -> None:
        assert (self.case.state is CaseState.ESCALATED) == (self.case.escalation is not None)

    @invariant()
    def a_number_once_given_stays(self) -> None:
        assert bool(self.case.number) == (self.case.submitted_at is not None)

    @invariant()
    def only_the_department_has_decided(self) -> None:
        decided = {CaseState.DECIDED, CaseState.ISSUED, CaseState.DELIVERED, CaseState.EVALUATED}
        if self.case.state in decided:
            assert self.case.reviewer == APPROVER

    @invariant()
    def what_was_handed_over_is_known_to_be_in_whose_hand(self) -> None:
        if self.case.state in {CaseState.DELIVERED, CaseState.EVALUATED}:
            assert self.case.issue is not None
            assert self.case.issue.delivery is not None


CaseLife.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestCaseLife = CaseLife.TestCase


def in_state(state: CaseState) -> Case:
    """A case that came to a state by the shortest way its acts allow."""
    reached: dict[CaseState, Case] = {CaseState.DRAFT: draft()}
    acts = acts_on(TODAY, NOW)
    for _ in CaseState:
        for case in list(reached.values()):
            for act in LIFE:
                if possible(case, act):
                    after = acts[act](case)
                    reached.setdefault(after.state, after)
    return reached[state]


@pytest.mark.parametrize("state", CaseState)
def test_every_state_can_be_reached(state):
    """No word for a state that no case is ever in."""
    assert in_state(state).state is state


@pytest.mark.parametrize("state", sorted(CLOSED))
def test_a_closed_case_changes_no_more_but_for_the_archive(state):
    """What was ended stays as it was when the person last saw it; only a named privilege puts it right."""
    acts = {act for act, states in LIFE.items() if state in states}

    assert acts <= {Act.ARCHIVE, Act.AMEND, Act.REOPEN}
    assert state in CLOSED_STATES
    assert state not in OPEN_STATES


def test_archiving_changes_nothing_but_the_state():
    """The record of a closed case is the record."""
    evaluated = in_state(CaseState.EVALUATED)

    assert replace(evaluated.archive(), state=CaseState.EVALUATED) == evaluated


def test_a_case_is_evaluated_once():
    """A second opinion does not overwrite the first, before and after the result is in hand."""
    judged = in_state(CaseState.ISSUED).evaluate(Evaluation(1, "太慢", NOW))

    handed = judged.deliver(Delivery("张奶奶", "本人", "取件码", CLERK, NOW))
    for case in (judged, handed):
        with pytest.raises(NotNow):
            case.evaluate(Evaluation(5, "", NOW))
        assert case.evaluation == Evaluation(1, "太慢", NOW)


def test_the_days_of_a_correction_are_given_back():
    """Asked on Monday, answered the next Monday: the promised day moves by five working days, over the weekend."""
    case = in_state(CaseState.IN_REVIEW)
    assert case.due == DueDay(date(2026, 11, 30), provisional=False)
    monday = date(2026, 11, 23)

    asked = case.ask_correction({"m1": (Verdict.WRONG, "")}, correction_of(case, monday))
    back = answered(asked).resupply(CALENDAR, monday + timedelta(days=7))

    assert asked.due == case.due
    assert back.due == DueDay(date(2026, 12, 7), provisional=False)
    assert back.state is CaseState.IN_REVIEW
    assert back.rounds == 1


def test_nothing_is_answered_while_something_asked_for_has_not_come():
    """One of two papers photographed again: the other is named, and the case stays with the person."""
    case = in_state(CaseState.CORRECTION_ASKED)

    with pytest.raises(StillToCorrect) as refused:
        case.resupply(CALENDAR, TODAY)

    assert "身份证" in refused.value.title
    assert answered(case).resupply(CALENDAR, TODAY).state is CaseState.RECEIVED


def test_a_correction_of_the_papers_last_day_leaves_its_last_day():
    """Asked on the very last day, answered on a Saturday: the promise ends on the Monday, and is not late before."""
    friday, saturday, monday = date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 30)
    case = replace(in_state(CaseState.IN_REVIEW), due=DueDay(friday, provisional=False))

    asked = case.ask_correction({"m1": (Verdict.WRONG, "")}, correction_of(case, friday))
    back = answered(asked).resupply(CALENDAR, saturday)

    assert back.due == DueDay(monday, provisional=False)


def test_a_limit_of_plain_days_is_given_plain_days_back():
    """三十日 counts every day, and so does the time in which its clock stood."""
    due = DueDay(date(2026, 12, 3), provisional=False, working=False)
    case = replace(in_state(CaseState.IN_REVIEW), due=due)

    asked = case.ask_correction({}, correction_of(case, TODAY))
    back = asked.resupply(CALENDAR, TODAY + timedelta(days=4))

    assert back.due == replace(due, day=date(2026, 12, 7))


@pytest.mark.parametrize("empty", ["reason", "ground", "instead"])
def test_a_bare_no_cannot_even_be_made(empty):
    """不能只说不行: without reason, legal ground or the way that does work there is no refusal to save."""
    words = {"reason": "理由", "ground": "依据", "instead": "办法", empty: "  "}

    with pytest.raises(BadInput) as refused:
        Outcome(granted=False, **words, decided_by=APPROVER, decided_at=NOW)

    assert refused.value.facts["field"] == empty


def test_an_immediate_item_is_due_on_the_day_itself():
    """即办件: yellow from the moment it is accepted, red the next day."""
    case = replace(in_state(CaseState.RECEIVED), project_type=ProjectType.IMMEDIATE)

    accepted = case.accept(ITEM, CALENDAR, NOW, TODAY)
    today, tomorrow = (accepted.clock(CALENDAR, TODAY + timedelta(days=n), 2) for n in (0, 1))

    assert accepted.due == DueDay(TODAY, provisional=False)
    assert today is not None
    assert tomorrow is not None
    assert (today.light, tomorrow.light, tomorrow.over) == (Light.YELLOW, Light.RED, 1)


def test_a_light_turns_from_green_to_yellow_to_red_and_stays_as_it_was_decided():
    """Five working days, yellow with two left; what is decided in time is green for ever."""
    case = in_state(CaseState.IN_REVIEW)
    days = [TODAY + timedelta(days=n) for n in range(9)]

    lights = [clock.light for day in days if (clock := case.clock(CALENDAR, day, 2)) is not None]
    decided = case.decide(outcome(granted=True)).clock(CALENDAR, date(2027, 6, 1), 2)

    assert lights == [Light.GREEN] * 3 + [Light.YELLOW] * 5 + [Light.RED]
    assert decided is not None
    assert (decided.light, decided.over) == (Light.GREEN, 0)


def test_what_was_promised_is_owed_until_it_comes_and_the_result_waits_for_it():
    """容缺后补: accepted and decided on the person's word; the paper that comes later opens the window."""
    promise = Promise(NOW, TODAY + timedelta(days=7))
    received = in_state(CaseState.RECEIVED)
    accepted = received.accept(ITEM, CALENDAR, NOW, TODAY, promised={"m1": promise})
    decided = accepted.hand_over().decide(outcome(granted=True))

    with pytest.raises(StillOwed):
        decided.issued(Issue("窗口领取", "123456", CLERK, NOW))
    photographed, brought = decided.with_page("m1", page()), decided.supplied_on_paper({"m1"}, NOW)

    for case in (photographed, brought):
        assert case.owing() == ()
        assert case.issued(Issue("窗口领取", "123456", CLERK, NOW)).state is CaseState.ISSUED


def test_a_page_nobody_waits_for_is_not_laid_into_a_case_under_review():
    """Only what is owed may still come."""
    with pytest.raises(NotNow):
        in_state(CaseState.IN_REVIEW).with_page("m1", page())


def test_taking_back_what_was_not_necessary_answers_for_it():
    """“不是这样材料” of a paper one need not bring: it is taken away, and the correction is complete."""
    received = in_state(CaseState.RECEIVED).with_page("m1", page(id=PageId("p9")))
    optional = replace(received, materials=tuple(replace(m, need=Need.OPTIONAL) for m in received.materials))
    asked = optional.ask_correction({"m1": (Verdict.WRONG, "")}, correction_of(optional, TODAY))

    assert asked.without_page(PageId("p9")).resupply(CALENDAR, TODAY).state is CaseState.RECEIVED


def test_the_director_may_send_a_case_on_with_what_there_is():
    """Lapsed in review: back to the same approver, with nothing asked any more and the clock running."""
    case = in_state(CaseState.IN_REVIEW)
    asked = case.ask_correction({"m1": (Verdict.MISSING, "")}, correction_of(case, TODAY))
    lapsed = asked.escalate(escalation_of(asked, TODAY, NOW))

    on = lapsed.go_on(CALENDAR, TODAY + timedelta(days=7))

    assert (on.state, on.correction, on.escalation) == (CaseState.IN_REVIEW, None, None)
    assert on.to_correct() == ()
    assert on.due == DueDay(date(2026, 12, 7), provisional=False)


def test_a_case_that_was_never_handed_in_is_not_reopened():
    """A draft given up has no number under which the county could answer for it."""
    with pytest.raises(NotNow):
        draft().withdraw("不办了").reopened(ITEM, CALENDAR, TODAY)


def test_what_is_drawn_is_where_the_acts_lead():
    """docs/case-life.md shows no arrow that does not exist, and leaves none out."""
    drawn = set(re.findall(r"^ {4}(\w+) --> (\w+): (\w+)$", DRAWING.read_text("utf-8"), re.MULTILINE))
    acts = acts_on(TODAY, NOW)
    seen, fresh = {draft()}, [draft()]
    done: set[tuple[str, str, str]] = set()
    while fresh:
        case = fresh.pop()
        for act in Act:
            if not possible(case, act):
                continue
            after = acts[act](case)
            if after.state is not case.state:
                done.add((case.state, after.state, act))
            if (mark := bare(after)) not in seen:
                seen.add(mark)
                fresh.append(after)

    settled = {("escalated", state, "settle") for state in ("correction_asked", "redirected")}
    assert done | settled == drawn


def bare(case: Case) -> Case:
    """A case without what never changes where it can go."""
    return replace(
        case,
        materials=(),
        version=1,
        rounds=0,
        note="",
        hall=HallCode("county"),
        due=None,
        legal_due=None,
        receiver=None,
        reviewer=None,
        look_on=None,
    )


def test_a_limit_that_moves_into_an_unannounced_year_says_so():
    """The calendar of 2028 is not known yet: the day is a provisional one."""
    case = replace(in_state(CaseState.IN_REVIEW), due=DueDay(date(2027, 12, 30), provisional=False))

    asked = case.ask_correction({}, correction_of(case, TODAY))
    back = asked.resupply(CALENDAR, TODAY + timedelta(days=7))

    assert back.due is not None
    assert back.due.provisional


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
