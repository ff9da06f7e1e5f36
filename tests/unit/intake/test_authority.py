"""权限表: every verb as every role, on what is theirs and on what is somebody else's, against the one table."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from intake.errors import NotAllowed, NotFound
from intake.model import authority
from intake.model.authority import ROLE_WORDS, TABLE, Belonging, Reach, Verb, require
from intake.model.catalogue import CounterGroup
from intake.model.ids import AccountCode, DepartmentName, HallCode, PersonId, VillageCode
from intake.model.people import Account, Caller, Door, Role

ME, HERE, OURS, HOME = PersonId("me"), HallCode("here"), DepartmentName("ours"), VillageCode("home")
OTHER, THERE, THEIRS, AWAY = (
    PersonId("other"),
    HallCode("there"),
    DepartmentName("theirs"),
    VillageCode("away"),
)
MY_CODE, OTHER_CODE = AccountCode("my-account"), AccountCode("other-account")


@dataclass(frozen=True)
class Thing:
    """Something with all that can belong to anybody, and how far one must reach to touch it."""

    about: Belonging
    touched_by: frozenset[Reach]


ELSEWHERE = Belonging(OTHER, OTHER_CODE, THERE, THEIRS, AWAY)


def thing(*touched_by: Reach, **belongs: Any) -> Thing:
    """Somebody else's thing but for what is said; the county reaches all."""
    return Thing(replace(ELSEWHERE, **belongs), frozenset({Reach.COUNTY, Reach.GROUP, *touched_by}))


THINGS = {
    "nobody's I know": thing(),
    "about me": thing(Reach.OWN, person=ME),
    "opened by me": thing(Reach.OWN, opened_by=MY_CODE),
    "in my hall": thing(Reach.HALL, hall=HERE),
    "my department's": thing(Reach.DEPARTMENT, department=OURS),
    "from my village": thing(Reach.VILLAGE, village=HOME),
    "in no hall": thing(hall=None),
    "about nobody": thing(person=None, opened_by=None),
}


def caller(role: Role) -> Caller:
    """Somebody of a role who has a person, a hall, a department and a village, so that only the table decides."""
    account = Account(MY_CODE, "某人", role, ME, HERE, OURS, HOME)
    return Caller(account, Door.PHONE)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("verb", Verb)
def test_a_verb_is_done_exactly_by_whom_and_as_far_as_the_table_says(verb, role):
    """The right role touches what it reaches, and hears of everything else as if it did not exist."""
    reach = TABLE[verb].get(role)

    touched = {what for what, one in THINGS.items() if _may(caller(role), verb, one.about)}

    assert touched == {what for what, one in THINGS.items() if reach in one.touched_by}


def _may(somebody: Caller, verb: Verb, about: Belonging) -> bool:
    try:
        require(somebody, verb, about)
    except (NotAllowed, NotFound) as refusal:
        # Whether the thing exists is told only to those whose role could touch it, and then it is denied.
        return isinstance(refusal, NotFound) != (somebody.role in TABLE[verb])
    return True


@pytest.mark.parametrize("verb", Verb)
def test_the_wrong_role_hears_whose_task_it_is(verb):
    """“请由窗口工作人员来办”, never a bare no."""
    (wrong, *_) = set(Role) - set(TABLE[verb])

    with pytest.raises(NotAllowed) as refused:
        require(caller(wrong), verb)

    assert all(ROLE_WORDS[able] in refused.value.next_step for able in TABLE[verb])


@pytest.mark.parametrize("verb", Verb)
def test_every_verb_is_somebodys_task(verb):
    """No verb that nobody may do, and none that everybody may."""
    assert TABLE[verb]
    assert set(TABLE[verb]) < set(Role)


def test_reception_never_decides_and_the_department_never_receives():
    """前台综合受理、后台分类审批: no role holds both ends of a case."""
    receives, decides = set(TABLE[Verb.RECEIVE_CASE]), set(TABLE[Verb.DECIDE_CASE])

    assert receives == {Role.CLERK, Role.SPECIALIST}
    assert decides == {Role.APPROVER}
    assert set(TABLE[Verb.ISSUE_CASE]) == {Role.CLERK}


def test_results_leave_at_the_one_comprehensive_window():
    """统一窗口出件: a professional clerk receives what belongs to the own counters, and issues nothing."""
    assert Role.SPECIALIST in TABLE[Verb.RECEIVE_CASE]
    assert Role.SPECIALIST not in TABLE[Verb.ISSUE_CASE]


def test_no_verb_has_two_rows():
    """A dictionary keeps the last of two rows without a word; the reader believes the first."""
    (table,) = (
        node.value
        for node in ast.walk(ast.parse(Path(authority.__file__).read_text("utf-8")))
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "TABLE"
    )
    assert isinstance(table, ast.Dict)
    rows = [ast.unparse(key) for key in table.keys if key is not None]

    assert len(rows) == len(set(rows)) == len(Verb)


def test_who_keeps_the_catalogue_and_who_runs_the_machines_see_nobodys_case():
    """Their work is the county's data, not people's."""
    about_people = {
        Verb.SEE_CASE,
        Verb.SEE_PAGE,
        Verb.REVEAL_ID,
        Verb.SEE_VILLAGERS,
        Verb.SEE_QUEUE,
        Verb.OPEN_CASE,
    }

    for verb in about_people:
        assert not {Role.KEEPER, Role.OPERATOR} & set(TABLE[verb])


@pytest.mark.parametrize(
    ("groups", "allowed"),
    [
        (frozenset[CounterGroup](), True),
        (frozenset({CounterGroup.POLICE}), True),
        (frozenset({CounterGroup.COMPREHENSIVE}), False),
    ],
)
def test_a_clerk_receives_only_at_counters_of_their_own_groups(groups, allowed):
    """A police matter is received at the police counter, by whoever may sit there."""
    clerk = Caller(Account(MY_CODE, "某人", Role.CLERK, hall=HERE, groups=groups), Door.DESK_PAGE)
    about = Belonging(group=CounterGroup.POLICE)

    if allowed:
        require(clerk, Verb.RECEIVE_CASE, about)
    else:
        with pytest.raises(NotFound):
            require(clerk, Verb.RECEIVE_CASE, about)


def test_an_account_without_a_person_is_not_taken_for_the_person_of_a_thing_without_one():
    """Nobody owns what is nobody's."""
    nobody = Caller(Account(MY_CODE, "代办员", Role.PROXY), Door.PHONE)

    with pytest.raises(NotFound):
        require(nobody, Verb.SEE_CASE, Belonging(person=None, opened_by=OTHER_CODE))
