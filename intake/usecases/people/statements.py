"""The proxy's month (代办员月度报酬单): computed from the cases and the closed evaluations, whenever somebody looks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from intake.errors import BadInput, NotFound
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import SHANGHAI, local_day
from intake.model.case import Case
from intake.model.follow_up import FollowUp
from intake.model.ids import AccountCode, HallCode, VillageCode
from intake.model.people import Account, Caller, Role
from intake.model.statement import ClosedGrade, PayRules, Statement, business_of, grades_of, stars_of
from intake.ports import Tools, Uow
from intake.usecases.owning import hall_of_village

# An evaluation of this month may be of a case handed in long before it; a year covers every limit of the catalogue.
_LOOK_BACK = timedelta(days=400)


async def statement_of(
    caller: Caller, proxy: AccountCode, month: date | None = None, *, tools: Tools
) -> Statement:
    """A proxy's statement for a month (any day of it): to the proxy, the director of their hall, the supervisor."""
    require(caller, Verb.SEE_STATEMENT)
    today = local_day(tools.clock.now())
    wanted = (month or today).replace(day=1)
    if wanted > today:
        raise BadInput(field="month", why="这个月还没到。")
    async with tools.open_view() as view:
        account = await view.people.account(proxy)
        if account is None or account.role is not Role.PROXY:
            raise NotFound(what="代办员")
        hall = await hall_of_village(view, account.village)
        require(caller, Verb.SEE_STATEMENT, Belonging(opened_by=account.code, hall=hall.code))
        rules = (await view.places.rules()).proxy_pay
        villages = {village.code: village.short_name for village in await view.places.villages()}
        return await compute_statement(view, account, wanted, rules, villages)


async def statements_at(
    caller: Caller, hall: HallCode, month: date | None = None, *, tools: Tools
) -> tuple[Statement, ...]:
    """The months of the proxies whose villages a hall serves, by the proxies' codes."""
    require(caller, Verb.SEE_STATEMENT, Belonging(hall=hall))
    wanted = (month or local_day(tools.clock.now())).replace(day=1)
    async with tools.open_view() as view:
        served = (await view.places.hall(hall)).serves
        villages = {v.code: v.short_name for v in await view.places.villages() if v.township in served}
        rules = (await view.places.rules()).proxy_pay
        proxies = [
            p for p in await view.people.accounts(role=Role.PROXY) if p.active and p.village in villages
        ]
        return tuple([await compute_statement(view, proxy, wanted, rules, villages) for proxy in proxies])


async def compute_statement(
    view: Uow, proxy: Account, month: date, rules: PayRules, villages: Mapping[VillageCode, str]
) -> Statement:
    """The statement itself, for whoever has a right to it.

    A proxy's own grade of the own work counts for nothing, and a bad grade counts once its follow-up is closed: then
    with the second grade, where the person gave one.
    """
    first = datetime(month.year, month.month, 1, tzinfo=SHANGHAI)
    cases = await view.cases.of_proxy(proxy.code, first - _LOOK_BACK)
    follow_ups = {
        case.id: await view.follow_ups.of_case(case.id)
        for case in cases
        if case.evaluation is not None and case.evaluation.bad
    }
    closed = [closed_grade(case, follow_ups.get(case.id)) for case in cases]
    grades = grades_of([grade for grade in closed if grade is not None], month)
    return Statement(
        proxy=proxy.code,
        proxy_name=proxy.name,
        village_name=villages.get(proxy.village, "") if proxy.village else "",
        month=month,
        rules=rules,
        business=business_of(cases, month),
        grades=grades,
        stars=stars_of([row.grade for row in grades], rules),
    )


def closed_grade(case: Case, follow_up: FollowUp | None) -> ClosedGrade | None:
    """The grade of a case that nobody is working on any more, or None; `follow_up` is the one about the case."""
    given = case.evaluation
    if given is None or given.by == case.opened_by:
        return None
    if not given.bad:
        return ClosedGrade(case, given.grade, given.at)
    if follow_up is None or follow_up.closed_at is None:
        return None
    second = follow_up.second_grade
    return ClosedGrade(case, second or given.grade, follow_up.closed_at, after_follow_up=second is not None)
