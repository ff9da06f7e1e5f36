"""指标: figures of halls and the county by month, and for each the very rows it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from intake.errors import BadInput, NotFound
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import local_day
from intake.model.case import Case
from intake.model.figures import (
    FIGURES,
    Figure,
    FigureSheet,
    FigureValue,
    ListedRow,
    Listing,
    Month,
    Shortfall,
    ShownRow,
    Split,
    Tally,
    Workload,
)
from intake.model.ids import AccountCode, HallCode
from intake.model.people import Account, Caller, Role, mask_name
from intake.model.places import Hall, Village
from intake.ports import Tools, Uow
from intake.usecases.figures.standing import STANDING, Standing, standing_on, tally
from intake.usecases.trail import audit

MOST_ROWS = 200
_DONE_BY_CLERKS = (
    Listing.RECEIVE_ACTS,
    Listing.ACCEPT_ACTS,
    Listing.CORRECTION_ACTS,
    Listing.DECIDE_ACTS,
    Listing.ISSUE_ACTS,
    Listing.SERVED,
    Listing.GRADED,
    Listing.BAD,
)
_WORKING = frozenset({Role.CLERK, Role.SPECIALIST, Role.APPROVER, Role.PROXY})


@dataclass(frozen=True, slots=True)
class AskRows:
    """Which rows: of which listing, month and hall; of one person or kind only; after which row."""

    caller: Caller
    listing: Listing
    month: Month
    hall: HallCode | None = None
    split: Split = Split.NONE
    key: str = ""
    after: str = ""
    limit: int = 50


async def figure_sheet(caller: Caller, month: Month, hall: HallCode | None, *, tools: Tools) -> FigureSheet:
    """All figures of one hall, or with None of every hall and the county."""
    require(caller, Verb.SEE_FIGURES, Belonging(hall=hall))
    async with tools.open_view() as view:
        return await sheet_of(view, month, hall, local_day(tools.clock.now()))


async def figure_trend(
    caller: Caller, month: Month, hall: HallCode | None, *, tools: Tools, months: int = 6
) -> tuple[FigureSheet, ...]:
    """The same figures month after month, up to the one given."""
    require(caller, Verb.SEE_FIGURES, Belonging(hall=hall))
    asked = [month]
    while len(asked) < months:
        asked.append(asked[-1].before())
    async with tools.open_view() as view:
        today = local_day(tools.clock.now())
        return tuple([await sheet_of(view, each, hall, today) for each in reversed(asked)])


async def figure_rows(cmd: AskRows, *, tools: Tools) -> tuple[ShownRow, ...]:
    """The rows a figure counts, masked; the look is written down, for it shows whose case it was."""
    require(cmd.caller, Verb.SEE_FIGURES, Belonging(hall=cmd.hall))
    if not 1 <= cmd.limit <= MOST_ROWS:
        raise BadInput(field="limit", why=f"一次最多看{MOST_ROWS}行。")
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        shown = await rows_of(uow, cmd, local_day(now))
        facts = {
            "listing": cmd.listing.value,
            "month": str(cmd.month),
            "hall": cmd.hall or "",
            "key": cmd.key,
        }
        await audit(uow, cmd.caller, "figures.rows_seen", now, rows=str(len(shown)), **facts)
        await uow.commit()
    return shown


async def workload(
    caller: Caller, month: Month, hall: HallCode | None, *, tools: Tools
) -> tuple[Workload, ...]:
    """What each clerk, approver and proxy did in a month, by hall and code (S12, S13)."""
    require(caller, Verb.SEE_FIGURES, Belonging(hall=hall))
    async with tools.open_view() as view:
        return await workload_of(view, month, hall, local_day(tools.clock.now()))


async def shortfalls(
    caller: Caller, month: Month, hall: HallCode | None, *, tools: Tools
) -> tuple[Shortfall, ...]:
    """Every figure that misses its target, with who answers for it and how many rows are missing (S19)."""
    require(caller, Verb.SEE_FIGURES, Belonging(hall=hall))
    async with tools.open_view() as view:
        sheet = await sheet_of(view, month, hall, local_day(tools.clock.now()))
        return await shortfalls_of(view, sheet)


async def sheet_of(view: Uow, month: Month, hall: HallCode | None, today: date) -> FigureSheet:
    """The figures, each listing counted once for all halls."""
    halls = await _halls(view, hall)
    stands = await standing_on(view, month, today, halls)
    listings = dict.fromkeys(listing for figure in FIGURES for listing in figure.listings)
    counted = {each: _by_hall(await tally(view, stands, each, month, today)) for each in listings}
    codes: list[HallCode | None] = [*(h.code for h in halls), *([] if hall else [None])]
    values = (_value(figure, code, counted) for code in codes for figure in FIGURES)
    return FigureSheet(month, halls, tuple(values))


async def rows_of(view: Uow, cmd: AskRows, today: date) -> tuple[ShownRow, ...]:
    """One page of a listing, as it may be shown."""
    halls = await _halls(view, cmd.hall)
    if cmd.listing in STANDING:
        stands = await standing_on(view, cmd.month, today, halls)
        rows = stands.rows(cmd.listing, cmd.after, cmd.limit)
    else:
        rows = await view.figures.rows(
            cmd.listing, cmd.month, [h.code for h in halls], today,
            key=cmd.key, split=cmd.split, after=cmd.after, limit=cmd.limit,
        )  # fmt: skip
    return await _shown(view, rows, halls)


async def workload_of(view: Uow, month: Month, hall: HallCode | None, today: date) -> tuple[Workload, ...]:
    """Everybody's work of a month, whoever they are; who did nothing has a row of zeros."""
    halls = await _halls(view, None)
    stands = Standing(today, halls, (), {})
    done = {each: await tally(view, stands, each, month, today, Split.WHO) for each in _DONE_BY_CLERKS}
    done[Listing.BY_PROXY] = await tally(view, stands, Listing.BY_PROXY, month, today, Split.WHO)
    homes = _homes(halls, await view.places.villages())
    staff = [account for account in await view.people.accounts() if account.role in _WORKING]
    rows = (_workload(account, homes(account), done) for account in staff)
    return tuple(row for row in rows if hall is None or row.hall == hall)


async def shortfalls_of(view: Uow, sheet: FigureSheet) -> tuple[Shortfall, ...]:
    """The figures of a sheet that miss their targets, the worst first."""
    directors = {a.hall: a.name for a in await view.people.accounts(role=Role.DIRECTOR) if a.active}
    supervisors = [a.name for a in await view.people.accounts(role=Role.SUPERVISOR) if a.active]
    names = {hall.code: hall.name for hall in sheet.halls}
    short = [value for value in sheet.values if value.short]
    short.sort(key=lambda value: (value.value or 0) / (value.figure.target or 1))
    return tuple(
        Shortfall(
            value,
            names[value.hall] if value.hall else "全县",
            directors.get(value.hall, "") if value.hall else "、".join(supervisors[:1]),
            value.bottom - value.top if value.figure.bottom else value.top,
        )
        for value in short
    )


async def _halls(view: Uow, hall: HallCode | None) -> tuple[Hall, ...]:
    if hall is None:
        return await view.places.halls()
    return (await view.places.hall(hall),)


def _by_hall(tallies: Sequence[Tally]) -> Mapping[HallCode, Tally]:
    return {each.hall: each for each in tallies}


def _value(
    figure: Figure, hall: HallCode | None, counted: Mapping[Listing, Mapping[HallCode, Tally]]
) -> FigureValue:
    top = _together(counted[figure.top], hall)
    bottom = _together(counted[figure.bottom], hall) if figure.bottom else Tally(top.hall, "", 0, 0.0)
    return FigureValue(figure, hall, top.count, bottom.count, top.total)


def _together(by_hall: Mapping[HallCode, Tally], hall: HallCode | None) -> Tally:
    """One hall's count, or that of all halls."""
    nothing = Tally(HallCode(""), "", 0, 0.0)
    if hall is not None:
        return by_hall.get(hall, nothing)
    every = by_hall.values()
    return replace(nothing, count=sum(t.count for t in every), total=sum(t.total for t in every))


def _workload(account: Account, hall: HallCode | None, done: Mapping[Listing, Sequence[Tally]]) -> Workload:
    mine = {each: [t for t in tallies if t.key == account.code] for each, tallies in done.items()}
    counts = {each: sum(t.count for t in tallies) for each, tallies in mine.items()}
    return Workload(
        account=account.code,
        name=account.name,
        role=account.role.value,
        hall=hall,
        counts=counts,
        service_minutes=_mean(mine[Listing.SERVED], 60),
        grade=_mean(mine[Listing.GRADED], 1),
    )


def _mean(tallies: Sequence[Tally], unit: int) -> float | None:
    count = sum(t.count for t in tallies)
    return sum(t.total for t in tallies) / count / unit if count else None


def _homes(halls: Sequence[Hall], villages: Sequence[Village]) -> Callable[[Account], HallCode | None]:
    """Where somebody belongs: a proxy to the hall that serves the village's township."""
    serving = {division: hall.code for hall in reversed(halls) for division in hall.serves}
    of_village = {village.code: serving.get(village.township) for village in villages}

    def home(account: Account) -> HallCode | None:
        return account.hall or (of_village.get(account.village) if account.village else None)

    return home


async def _shown(view: Uow, rows: Sequence[ListedRow], halls: Sequence[Hall]) -> tuple[ShownRow, ...]:
    names = {hall.code: hall.name for hall in halls}
    # Citizens, too, book and submit: of them no name is shown but the applicant's, masked.
    officers = {a.code: a.name for a in await view.people.accounts() if a.role is not Role.CITIZEN}
    cases = await view.cases.those({row.case for row in rows if row.case})
    shown = []
    for row in rows:
        case = cases.get(row.case) if row.case else None
        person = mask_name(case.applicant_name) if case else ""
        who = officers.get(AccountCode(row.who), "")
        shown.append(ShownRow(_with_case(row, case), names.get(row.hall, row.hall), person, who))
    return tuple(shown)


def _with_case(row: ListedRow, case: Case | None) -> ListedRow:
    if case is None or row.number:
        return row
    return replace(row, number=case.number, service_code=case.service_code, service_name=case.service_name)


def listing_of(text: str) -> Listing:
    """The listing of that name; raises `NotFound`."""
    try:
        return Listing(text)
    except ValueError:
        raise NotFound(what="清单") from None
