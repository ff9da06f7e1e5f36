"""What every thing with an owner has in common: its steps, its day, its number, and who is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from intake.errors import BadInput, Stale
from intake.model.calendar import local_day
from intake.model.catalogue import HallLevel, TimeLimit
from intake.model.follow_up import FollowUp
from intake.model.helping import HelpRequest
from intake.model.ids import AccountCode, HallCode, VillageCode
from intake.model.leaving import AuditEntry, Outgoing, Topic
from intake.model.owning import Owner, Step
from intake.model.people import Account, Caller, Role
from intake.model.places import Hall, Village
from intake.model.question import Question
from intake.model.work_order import WorkOrder
from intake.ports import Uow

Owned = Question | FollowUp | HelpRequest | WorkOrder
_KINDS: Mapping[type, str] = {
    Question: "question",
    FollowUp: "follow_up",
    HelpRequest: "help",
    WorkOrder: "order",
}
_LONGEST = 2000


def subject_of(thing: Owned) -> str:
    """The thing with its kind, as its steps and its messages are filed."""
    return f"{_KINDS[type(thing)]}:{thing.id}"


async def take_step(
    uow: Uow, caller: Caller, thing: Owned, act: str, at: datetime, *, words: str = ""
) -> None:
    """Write an act into the thing's steps, with the owner and the day after it, and into the audit trail."""
    account = caller.account
    owner = (thing.owner, thing.owner_name, thing.due_on)
    await uow.steps.add(Step(subject_of(thing), act, account.code, account.name, at, *owner, words))
    facts = {_KINDS[type(thing)]: thing.number, "owner": thing.owner}
    person = None if isinstance(thing, WorkOrder) else thing.person
    case = thing.case if isinstance(thing, FollowUp) else None
    entry = AuditEntry(f"{_KINDS[type(thing)]}.{act}", account.code, caller.door, at, person, case, facts)
    await uow.leaving.audit(entry)


async def tell(uow: Uow, to: AccountCode, thing: Owned, kind: str, **facts: str) -> None:
    """Put a notice about the thing on its way; its number and owner are told always."""
    told = {"number": thing.number, "owner": thing.owner_name, **facts}
    await uow.leaving.send(Outgoing(Topic.NOTICE, subject_of(thing), kind, to, told))


async def due_in(uow: Uow, now: datetime, working_days: int) -> date:
    """The last day of so many working days from now."""
    calendar = await uow.places.calendar()
    return calendar.due(local_day(now), TimeLimit(working_days)).day


async def number_of(uow: Uow, prefix: str, now: datetime) -> str:
    """The next number of a kind of thing on a day: ZX202611230001."""
    day = f"{local_day(now):%Y%m%d}"
    return f"{prefix}{day}{await uow.numbers.next(f'{prefix}:{day}'):04d}"


async def first_responsible(uow: Uow, hall: Hall) -> Owner:
    """首问责任人: the clerk who owns what nobody else in the hall owns; the hall's director when that one has left."""
    account = await uow.people.account(hall.first_responsible)
    if account is not None and account.active:
        return owner_of(account)
    return await director_of(uow, hall.code) or Owner(hall.first_responsible, hall.name)


async def director_of(uow: Uow, hall: HallCode) -> Owner | None:
    """The hall's director, if it has one."""
    directors = await uow.people.accounts(role=Role.DIRECTOR)
    found = next((d for d in directors if d.hall == hall and d.active), None)
    return owner_of(found) if found else None


async def hall_of_village(uow: Uow, village: VillageCode | None) -> Hall:
    """As `hall_near`, for a village by its code."""
    return hall_near(await uow.places.halls(), await uow.places.village(village) if village else None)


def hall_near(halls: Sequence[Hall], village: Village | None) -> Hall:
    """The hall nearest to a village's people; the county's when none is named for them."""
    township = village.township if village else None
    near = (h for h in halls if h.level is HallLevel.TOWNSHIP and township in h.serves)
    return next(near, halls[0])


def owner_of(account: Account) -> Owner:
    """An account as an owner."""
    return Owner(account.code, account.name)


def written(words: str, field: str, why: str) -> str:
    """The words without blanks around them, cut at what can be kept; raises `BadInput` when there are none."""
    if not words.strip():
        raise BadInput(field=field, why=why)
    return words.strip()[:_LONGEST]


def require_version(thing: Owned, seen: int, what: str) -> None:
    """Pass while the thing still is what the caller's page showed; asked after the authority."""
    if thing.version != seen:
        raise Stale(what=f"{what}{thing.number}", version=thing.version)
