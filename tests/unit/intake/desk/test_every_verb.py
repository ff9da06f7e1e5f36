"""权限逐条试: every verb of the desk, as every role, on what is theirs and on what is not, through the real desk.

The desk itself is read for its verbs: one that is new and has no row below fails the first scene. Nothing that is done
here is kept, so that each attempt meets the same county.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from intake.desk import Desk
from intake.errors import (
    MandateNeeded,
    NoCardRead,
    NotAllowed,
    NotFound,
    NotYourVillage,
    Refusal,
    WrongNumber,
)
from intake.model.authority import TABLE, Reach, Verb
from intake.model.people import Caller, Role
from tests.unit.intake.desk.two_sides import OWNED, stage

__all__ = ["stage"]
# What says that a thing is not the caller's: it is not there, it lies on another's machine, it needs a word, or it is
# another village's.
NOT_THEIRS = (NotFound, NoCardRead, MandateNeeded, NotYourVillage, WrongNumber)
_V = Verb
# Each verb of the desk and the row of the table it lives by.
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
    "kiosk.own_setup": _V.SERVE_AT_KIOSK,
    "kiosk.report_abilities": _V.REPORT_ABILITIES,
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
    "people.offer_binding": _V.BIND_OUTSIDE,
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
    "questions.number_to_call": _V.FOLLOW_UP,
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
    "questions.undelivered": _V.SEND_AGAIN,
    "questions.send_again": _V.SEND_AGAIN,
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
# What each of these lists is the caller's own, and nothing else: the mark of a thing of one's own stands on it.
LISTS: Mapping[str, str] = {
    "cases.escalated": "escalated",
    "cases.of_department": "in_review",
    "kiosk.own_setup": "device",
    "kiosk.slips_waiting": "slip",
    "kiosk.visitor": "person",
    "people.help_to_give": "request",
    "people.my_help": "request",
    "people.my_mandates": "mandate",
    "people.villagers": "person",
    "questions.colleagues": "colleague",
    "questions.follow_ups_of_mine": "follow_up",
    "questions.my_follow_ups": "follow_up",
    "questions.orders": "order",
    "questions.to_answer": "open question",
}
# These see both sides on their lists: the county's supervisor has no hall, the keeper answers for every item.
ALL_ON_THE_LIST = frozenset(
    {
        ("cases.escalated", Role.SUPERVISOR),
        ("questions.orders", Role.KEEPER),
        ("questions.orders", Role.SUPERVISOR),
    }
)
# Nothing that could be somebody else's can be said to these: they begin something of the caller's own.
NAMES_NOBODY = frozenset(
    {
        "cases.lay_card",
        "kiosk.report_abilities",
        "kiosk.start",
        "kiosk.step_away",
        "kiosk.take_number",
        "people.add_relative",
        "people.ask_help",
        "people.offer_binding",
        "questions.ask",
    }
)
# By these a thing is named with the number that people read aloud, or with what stands in their code.
BY_NUMBER = frozenset(
    {"cases.show", "cases.papers_of", "cases.print_paper", "queue.check_in", "kiosk.arrive"}
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
    "catalogue.consider": "public: about an item, the nearest hall first",
    "catalogue.note": "counts words under a keyed hash",
    "people.person_of": "whom the caller may act for: tried in test_representing's scenes",
    "people.my_binding": "the caller's own",
    "people.end_binding": "the caller's own",
    "people.notices": "lists the caller's own",
    "people.show_help": "the asker's side and the helper's side are two rows: tried in test_helping's scenes",
    "questions.mine": "lists the caller's own",
    "questions.show": "the asker's side and the hall's side are two rows: tried in test_owning's scenes",
}
# Where the table alone does not decide, and why.
NARROWER: Mapping[tuple[str, Role], str] = {
    (
        "cases.ask_correction",
        Role.APPROVER,
    ): "of a case on the department's table: tried in test_deciding's scenes",
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
    ("questions.orders", Role.OPERATOR): "about the system only: the orders here are about an item",
}


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


def named_by(types: Mapping[Any, Any]) -> Iterator[Any]:
    """Every type a verb's parameters are made of, those within commands, unions and sequences included."""
    for kind in types.values():
        yield kind
        if is_dataclass(kind) and kind is not Caller:
            yield from named_by({f.name: typing.get_type_hints(kind)[f.name] for f in fields(kind)})
        yield from named_by(dict(enumerate(typing.get_args(kind))))


def names_a_thing(types: Mapping[str, Any]) -> bool:
    """Whether one of a verb's parameters names a thing that has an owner by its id."""
    return any(isinstance(kind, typing.NewType) and kind in OWNED for kind in named_by(types))


ALL = verbs_of_the_desk()
ASKED = {name for name, types in ALL.items() if speaks(types)}


def test_every_verb_that_somebody_asks_for_has_its_row_and_its_scene():
    """A new verb of the desk is named here with the row it lives by, or with the reason why everybody may."""
    assert len(ALL) > 150
    assert set(NEEDS) | set(FOR_EVERYBODY) == ASKED
    assert not set(NEEDS) & set(FOR_EVERYBODY)
    assert set(LISTS) | NAMES_NOBODY <= set(NEEDS)
    assert not set(LISTS) & NAMES_NOBODY


def test_every_row_of_the_table_is_lived_by():
    """A row that no verb asks for promises something nobody keeps."""
    lived = set(NEEDS.values()) | {Verb.ANSWER_ORDER}

    assert set(Verb) - lived == set()


def test_a_verb_that_is_tried_on_nothing_of_anybodys_can_be_told_of_nothing():
    """Were such a verb given the id of a case, it would have to be tried on another's case, too."""
    for name in sorted(NAMES_NOBODY | set(LISTS)):
        assert not names_a_thing(ALL[name]), name


@pytest.mark.parametrize("name", sorted(set(NEEDS) - set(LISTS)))
async def test_a_verb_is_done_by_whom_and_on_what_the_table_says(stage, name):
    """The wrong role hears whose task it is; the right one does not know what is not theirs, and may touch what is."""
    wrong = []
    for role in Role:
        for side in ("mine",) if name in NAMES_NOBODY else ("mine", "theirs"):
            if (name, role) in NARROWER:
                continue
            expected, (seen, _) = _expected(NEEDS[name], role, side), await stage.attempt(name, role, side)
            if not _fits(expected, seen):
                wrong.append(f"{role} {side}: expected {expected}, was {seen!r}")

    assert wrong == []


@pytest.mark.parametrize("name", sorted(LISTS))
async def test_a_list_shows_what_is_the_callers_and_nothing_else(stage, name):
    """The wrong role hears whose list it is; the right one finds its own things on it, and nobody else's."""
    mine, theirs = (stage.sides[side].marks[LISTS[name]] for side in ("mine", "theirs"))
    wrong = []
    for role in Role:
        if (name, role) in NARROWER:
            continue
        refusal, answer = await stage.attempt(name, role, "mine")
        if role not in TABLE[NEEDS[name]]:
            found = isinstance(refusal, NotAllowed)
        else:
            shown = repr(answer)
            found = mine in shown and (theirs in shown) is ((name, role) in ALL_ON_THE_LIST)
        if not found:
            wrong.append(f"{role}: {refusal!r} {answer!r}"[:400])

    assert wrong == []


def _expected(verb: Verb, role: Role, side: str) -> str:
    reach = TABLE[verb].get(role)
    if reach is None:
        return "not their task"
    return "theirs" if side == "mine" or reach is Reach.COUNTY else "not theirs"


def _fits(expected: str, seen: Refusal | None) -> bool:
    match expected:
        case "not their task":
            return isinstance(seen, NotAllowed)
        case "not theirs":
            return isinstance(seen, NOT_THEIRS)
        case _:
            return not isinstance(seen, (NotAllowed, *NOT_THEIRS))


@pytest.mark.parametrize("name", sorted(BY_NUMBER | {name for name in NEEDS if names_a_thing(ALL[name])}))
async def test_nobody_learns_from_a_refusal_what_there_is(stage, name):
    """What is not there and what is somebody else's are refused alike: to the wrong role, and to the right one."""
    told_apart = []
    for role in Role:
        if (name, role) in NARROWER:
            continue
        nothing, _ = await stage.attempt(name, role, "nowhere")
        for side in ("mine", "theirs") if role not in TABLE[NEEDS[name]] else ("theirs",):
            there, _ = await stage.attempt(name, role, side)
            if _refused(there) and _heard(there) != _heard(nothing):
                told_apart.append(f"{role} {side}: {_heard(there)}, and of nothing {_heard(nothing)}")

    assert told_apart == []


def _refused(seen: Refusal | None) -> bool:
    """A missing word and another village's elder are told on purpose, with the way on; the ids of people are not to be guessed."""
    return isinstance(seen, (NotAllowed, NotFound))


def _heard(seen: Refusal | None) -> object:
    return seen and (seen.code, seen.title, seen.next_step)
