"""Authority (权限): the one table of who may do which verb on what. Rendered into docs/authority.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from intake.errors import NotAllowed, NotFound
from intake.model.catalogue import CounterGroup
from intake.model.ids import AccountCode, DepartmentName, HallCode, PersonId, VillageCode
from intake.model.people import Caller, Role


class Verb(StrEnum):
    """The verbs of the desk that need authority."""

    OPEN_CASE = "open_case"
    SEE_CASE = "see_case"
    RECEIVE_CASE = "receive_case"
    DECIDE_CASE = "decide_case"
    ISSUE_CASE = "issue_case"
    EVALUATE_CASE = "evaluate_case"
    WITHDRAW_CASE = "withdraw_case"
    TRANSFER_CASE = "transfer_case"
    SETTLE_CASE = "settle_case"
    EXTEND_CASE = "extend_case"
    ARCHIVE_CASE = "archive_case"
    AMEND_CLOSED = "amend_closed"
    SEE_PAGE = "see_page"
    BOOK = "book"
    CANCEL_BOOKING = "cancel_booking"
    CHANGE_BOOKING = "change_booking"
    FORGIVE_ABSENCE = "forgive_absence"
    SET_HOURS = "set_hours"
    CHECK_IN = "check_in"
    RUN_QUEUE = "run_queue"
    SEE_QUEUE = "see_queue"
    SEE_DISPLAY = "see_display"
    SET_LINE_RULES = "set_line_rules"
    ASSIST = "assist"
    SERVE_AT_KIOSK = "serve_at_kiosk"
    LAY_ON_COUNTER = "lay_on_counter"
    SEE_COUNTER = "see_counter"
    ASK_QUESTION = "ask_question"
    ANSWER_QUESTION = "answer_question"
    SEE_VILLAGERS = "see_villagers"
    RECORD_MANDATE = "record_mandate"
    REVEAL_ID = "reveal_id"
    IMPORT = "import"
    TEACH = "teach"
    SEE_FIGURES = "see_figures"
    REPORT_ABILITIES = "report_abilities"
    PLAN_VISITS = "plan_visits"
    MAKE_VISIT = "make_visit"
    SEE_VISITS = "see_visits"
    # -- people --
    REVOKE_MANDATE = "revoke_mandate"
    SEE_MANDATES = "see_mandates"
    ASK_HELP = "ask_help"
    HANDLE_HELP = "handle_help"
    SEE_STATEMENT = "see_statement"
    SEE_STAFF = "see_staff"
    KEEP_STAFF = "keep_staff"
    KEEP_APPROVERS = "keep_approvers"
    GRANT_GREEN = "grant_green"
    BIND_OUTSIDE = "bind_outside"
    # -- what waits for an answer --
    JUDGE_ANSWER = "judge_answer"
    SEE_OVERDUE = "see_overdue"
    FOLLOW_UP = "follow_up"
    JUDGE_AGAIN = "judge_again"
    OPEN_ORDER = "open_order"
    SEE_ORDER = "see_order"
    ANSWER_ORDER = "answer_order"
    SEND_AGAIN = "send_again"
    VERIFY_ORDER = "verify_order"


class Reach(StrEnum):
    """How far a role's authority goes."""

    OWN = "own"
    VILLAGE = "village"
    HALL = "hall"
    DEPARTMENT = "department"
    GROUP = "group"
    COUNTY = "county"


_R, _V, _A = Role, Verb, Reach
# `group`: everywhere in the county (全城通办), but only what belongs to one's own counter groups.
TABLE: Mapping[Verb, Mapping[Role, Reach]] = {
    _V.OPEN_CASE: {
        _R.CITIZEN: _A.OWN,
        _R.PROXY: _A.VILLAGE,
        _R.CLERK: _A.COUNTY,
        _R.SPECIALIST: _A.COUNTY,
        _R.DEVICE: _A.COUNTY,
    },
    _V.SEE_CASE: {
        _R.CITIZEN: _A.OWN,
        _R.PROXY: _A.OWN,
        _R.CLERK: _A.COUNTY,
        _R.SPECIALIST: _A.COUNTY,
        _R.APPROVER: _A.DEPARTMENT,
        _R.DIRECTOR: _A.HALL,
        _R.SUPERVISOR: _A.COUNTY,
    },
    _V.RECEIVE_CASE: {_R.CLERK: _A.GROUP, _R.SPECIALIST: _A.GROUP},
    _V.DECIDE_CASE: {_R.APPROVER: _A.DEPARTMENT},
    _V.ISSUE_CASE: {_R.CLERK: _A.COUNTY},
    _V.EVALUATE_CASE: {_R.CITIZEN: _A.OWN, _R.PROXY: _A.OWN},
    _V.WITHDRAW_CASE: {_R.CITIZEN: _A.OWN, _R.PROXY: _A.OWN},
    _V.TRANSFER_CASE: {_R.CLERK: _A.GROUP, _R.SPECIALIST: _A.GROUP, _R.DIRECTOR: _A.HALL},
    # The county's supervisor stands in where a hall has no director: what is put to one is never a dead end.
    _V.SETTLE_CASE: {_R.DIRECTOR: _A.HALL, _R.SUPERVISOR: _A.COUNTY},
    _V.EXTEND_CASE: {_R.DIRECTOR: _A.HALL, _R.SUPERVISOR: _A.COUNTY},
    _V.ARCHIVE_CASE: {_R.CLERK: _A.HALL, _R.DIRECTOR: _A.HALL},
    _V.AMEND_CLOSED: {_R.DIRECTOR: _A.HALL, _R.SUPERVISOR: _A.COUNTY},
    _V.SEE_PAGE: {
        _R.CITIZEN: _A.OWN,
        _R.PROXY: _A.OWN,
        _R.CLERK: _A.COUNTY,
        _R.SPECIALIST: _A.COUNTY,
        _R.APPROVER: _A.DEPARTMENT,
    },
    _V.CHANGE_BOOKING: {
        _R.CITIZEN: _A.OWN,
        _R.PROXY: _A.OWN,
        _R.CLERK: _A.HALL,
        _R.SPECIALIST: _A.HALL,
        _R.DEVICE: _A.OWN,
    },
    _V.FORGIVE_ABSENCE: {_R.CLERK: _A.HALL, _R.SPECIALIST: _A.HALL, _R.DIRECTOR: _A.HALL},
    _V.SET_HOURS: {_R.DIRECTOR: _A.HALL},
    _V.SEE_DISPLAY: {
        _R.CLERK: _A.HALL,
        _R.SPECIALIST: _A.HALL,
        _R.DIRECTOR: _A.HALL,
        _R.SUPERVISOR: _A.COUNTY,
        _R.DEVICE: _A.HALL,
    },
    _V.SET_LINE_RULES: {_R.DIRECTOR: _A.HALL, _R.SUPERVISOR: _A.COUNTY},
    _V.BOOK: {
        _R.CITIZEN: _A.OWN,
        _R.PROXY: _A.VILLAGE,
        _R.CLERK: _A.COUNTY,
        _R.SPECIALIST: _A.COUNTY,
        _R.DEVICE: _A.COUNTY,
    },
    _V.CANCEL_BOOKING: {
        _R.CITIZEN: _A.OWN,
        _R.PROXY: _A.OWN,
        _R.CLERK: _A.HALL,
        _R.SPECIALIST: _A.HALL,
    },
    _V.CHECK_IN: {
        _R.CITIZEN: _A.OWN,
        _R.PROXY: _A.OWN,
        _R.CLERK: _A.HALL,
        _R.SPECIALIST: _A.HALL,
        _R.DEVICE: _A.HALL,
    },
    _V.RUN_QUEUE: {_R.CLERK: _A.HALL, _R.SPECIALIST: _A.HALL},
    _V.SEE_QUEUE: {
        _R.CLERK: _A.HALL,
        _R.SPECIALIST: _A.HALL,
        _R.DIRECTOR: _A.HALL,
        _R.SUPERVISOR: _A.COUNTY,
    },
    _V.ASSIST: {_R.CLERK: _A.HALL, _R.SPECIALIST: _A.HALL, _R.DEVICE: _A.HALL},
    _V.SERVE_AT_KIOSK: {_R.DEVICE: _A.HALL},
    _V.LAY_ON_COUNTER: {_R.DEVICE: _A.HALL},
    _V.SEE_COUNTER: {_R.CLERK: _A.HALL, _R.SPECIALIST: _A.HALL, _R.DIRECTOR: _A.HALL},
    _V.ASK_QUESTION: {
        _R.CITIZEN: _A.OWN,
        _R.PROXY: _A.OWN,
        _R.CLERK: _A.COUNTY,
        _R.SPECIALIST: _A.COUNTY,
        _R.DEVICE: _A.COUNTY,
    },
    _V.ANSWER_QUESTION: {_R.CLERK: _A.HALL, _R.SPECIALIST: _A.HALL, _R.DIRECTOR: _A.HALL},
    _V.SEE_VILLAGERS: {_R.PROXY: _A.VILLAGE},
    _V.RECORD_MANDATE: {_R.CITIZEN: _A.OWN, _R.PROXY: _A.VILLAGE},
    _V.REVEAL_ID: {_R.CLERK: _A.COUNTY, _R.SPECIALIST: _A.COUNTY, _R.APPROVER: _A.DEPARTMENT},
    _V.IMPORT: {_R.KEEPER: _A.COUNTY, _R.OPERATOR: _A.COUNTY},
    _V.TEACH: {_R.KEEPER: _A.COUNTY},
    _V.SEE_FIGURES: {_R.DIRECTOR: _A.HALL, _R.SUPERVISOR: _A.COUNTY},
    _V.REPORT_ABILITIES: {_R.DEVICE: _A.OWN},
    _V.PLAN_VISITS: {_R.CLERK: _A.HALL, _R.DIRECTOR: _A.HALL},
    _V.MAKE_VISIT: {_R.CLERK: _A.HALL},
    _V.SEE_VISITS: {_R.CLERK: _A.HALL, _R.DIRECTOR: _A.HALL, _R.SUPERVISOR: _A.COUNTY},
    _V.REVOKE_MANDATE: {_R.CITIZEN: _A.OWN, _R.PROXY: _A.OWN, _R.CLERK: _A.COUNTY},
    _V.SEE_MANDATES: {_R.CITIZEN: _A.OWN, _R.PROXY: _A.OWN, _R.CLERK: _A.COUNTY},
    _V.ASK_HELP: {_R.CITIZEN: _A.OWN},
    _V.HANDLE_HELP: {_R.PROXY: _A.VILLAGE, _R.CLERK: _A.HALL, _R.DIRECTOR: _A.HALL},
    _V.SEE_STATEMENT: {_R.PROXY: _A.OWN, _R.DIRECTOR: _A.HALL, _R.SUPERVISOR: _A.COUNTY},
    _V.SEE_STAFF: {_R.DIRECTOR: _A.HALL, _R.SUPERVISOR: _A.COUNTY},
    _V.KEEP_STAFF: {_R.DIRECTOR: _A.HALL},
    # Departments have no director in the centre: the county's supervisor keeps their approvers' training records.
    _V.KEEP_APPROVERS: {_R.SUPERVISOR: _A.COUNTY},
    _V.GRANT_GREEN: {_R.CLERK: _A.HALL, _R.SPECIALIST: _A.HALL},
    # A clerk's word moves other people's cases: it is given at a desk that signs them out, never from a pocket.
    _V.BIND_OUTSIDE: {_R.CITIZEN: _A.OWN, _R.PROXY: _A.OWN},
    _V.JUDGE_ANSWER: {
        _R.CITIZEN: _A.OWN,
        _R.PROXY: _A.OWN,
        _R.CLERK: _A.OWN,
        _R.SPECIALIST: _A.OWN,
        _R.DEVICE: _A.OWN,
    },
    _V.SEE_OVERDUE: {_R.DIRECTOR: _A.HALL, _R.SUPERVISOR: _A.COUNTY},
    _V.FOLLOW_UP: {_R.CLERK: _A.HALL, _R.DIRECTOR: _A.HALL, _R.SUPERVISOR: _A.COUNTY},
    _V.JUDGE_AGAIN: {_R.CITIZEN: _A.OWN, _R.PROXY: _A.OWN},
    _V.OPEN_ORDER: {
        _R.PROXY: _A.COUNTY,
        _R.CLERK: _A.COUNTY,
        _R.SPECIALIST: _A.COUNTY,
        _R.APPROVER: _A.COUNTY,
        _R.DIRECTOR: _A.COUNTY,
    },
    _V.SEE_ORDER: {
        _R.PROXY: _A.OWN,
        _R.CLERK: _A.OWN,
        _R.SPECIALIST: _A.OWN,
        _R.APPROVER: _A.OWN,
        _R.DIRECTOR: _A.HALL,
        _R.SUPERVISOR: _A.COUNTY,
        _R.KEEPER: _A.COUNTY,
        _R.OPERATOR: _A.COUNTY,
    },
    _V.SEND_AGAIN: {_R.OPERATOR: _A.COUNTY},
    _V.ANSWER_ORDER: {_R.KEEPER: _A.COUNTY, _R.OPERATOR: _A.COUNTY},
    _V.VERIFY_ORDER: {
        _R.PROXY: _A.OWN,
        _R.CLERK: _A.OWN,
        _R.SPECIALIST: _A.OWN,
        _R.APPROVER: _A.OWN,
        _R.DIRECTOR: _A.OWN,
    },
}

ROLE_WORDS: Mapping[Role, str] = {
    Role.CITIZEN: "群众本人",
    Role.PROXY: "村代办员",
    Role.CLERK: "综合窗口工作人员",
    Role.SPECIALIST: "专业窗口工作人员",
    Role.APPROVER: "部门审批人员",
    Role.DIRECTOR: "中心主任",
    Role.SUPERVISOR: "县级督查人员",
    Role.KEEPER: "事项管理员",
    Role.OPERATOR: "系统运维人员",
    Role.DEVICE: "登记设备",
}


@dataclass(frozen=True, slots=True)
class Belonging:
    """归属: whose, where and whose business a thing is; what is None is nobody's in particular."""

    person: PersonId | None = None
    opened_by: AccountCode | None = None
    hall: HallCode | None = None
    department: DepartmentName | None = None
    village: VillageCode | None = None
    group: CounterGroup | None = None


def require(caller: Caller, verb: Verb, about: Belonging | None = None) -> None:
    """Pass silently, or raise `NotAllowed` (wrong role) or `NotFound` (right role, not theirs to see)."""
    reach = TABLE[verb].get(caller.role)
    if reach is None:
        raise NotAllowed(who="、".join(ROLE_WORDS[role] for role in TABLE[verb]))
    if about is not None and not _reaches(caller, reach, about):
        raise NotFound


def _reaches(caller: Caller, reach: Reach, about: Belonging) -> bool:
    account = caller.account
    match reach:
        case Reach.OWN:
            return about.opened_by == account.code or (
                about.person is not None and about.person == account.person
            )
        case Reach.VILLAGE:
            return about.village == account.village
        case Reach.HALL:
            return about.hall == account.hall
        case Reach.DEPARTMENT:
            return about.department == account.department
        case Reach.GROUP:
            return about.group is None or not account.groups or about.group in account.groups
        case Reach.COUNTY:
            return True
