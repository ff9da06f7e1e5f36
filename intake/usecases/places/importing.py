"""Importing the county: all files of one call in one transaction, or none of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from intake.errors import BadInput
from intake.model.authority import Verb, require
from intake.model.ids import IntentKey, TrainingId
from intake.model.people import Account, Caller, Person, Role
from intake.model.staffing import Training
from intake.ports import Tools, Uow
from intake.usecases.intents import once
from intake.usecases.places.county import County, Trained
from intake.usecases.trail import audit


@dataclass(frozen=True, slots=True)
class ImportCounty:
    """Put what the county's files say in force; what they do not mention stays."""

    caller: Caller
    county: County
    key: IntentKey | None = None


async def import_county(cmd: ImportCounty, *, tools: Tools) -> None:
    """All or nothing; a county with faults is refused whole."""
    require(cmd.caller, Verb.IMPORT)
    county = cmd.county
    if county.faults:
        first = county.faults[0]
        raise BadInput(
            field=f"{first.place} {first.field}",
            why=f"有{len(county.faults)}处错误，未导入任何内容：{first.why}",
        )
    async with tools.open_uow() as uow:
        await once(
            uow,
            cmd.caller,
            cmd.key,
            "import_county",
            act=lambda: _import(uow, cmd, tools),
            again=lambda _: _nothing_more(),
            name=lambda _: "imported",
        )


async def _import(uow: Uow, cmd: ImportCounty, tools: Tools) -> None:
    county = cmd.county
    await _put_places(uow, county)
    for account in county.accounts:
        await uow.people.put_account(account)
    for setup in county.kiosks:
        await uow.kiosks.put_list(setup)
    for trained in county.trained:
        await uow.staff.add_training(_training(trained, cmd, tools))
    for person, code in county.people:
        await _put_person(uow, person, Account(code, person.name, Role.CITIZEN, person=person.id))
    halls, villages = str(len(county.halls)), str(len(county.villages))
    await audit(uow, cmd.caller, "county.import", tools.clock.now(), halls=halls, villages=villages)


def _training(trained: Trained, cmd: ImportCounty, tools: Tools) -> Training:
    now = tools.clock.now()
    return Training(
        TrainingId(tools.ids.new()), trained.account, trained.course, trained.until, cmd.caller.code, now
    )


async def _nothing_more() -> None:
    """The same files were imported before."""


async def _put_places(uow: Uow, county: County) -> None:
    if county.villages:
        await uow.places.put_villages(county.villages)
    if county.departments:
        await uow.places.put_departments(county.departments)
    if county.halls:
        await uow.places.put_halls(county.halls)
    if county.patterns:
        await uow.places.put_hours(county.patterns, county.exceptions)
    if county.days or county.announced:
        await uow.places.put_calendar(county.days, county.announced)
    if county.roads:
        await uow.visits.put_road_minutes(county.roads)
    if county.rules is not None:
        await uow.places.put_rules(county.rules)


async def _put_person(uow: Uow, person: Person, account: Account) -> None:
    known = await uow.people.by_id_number(person.id_number)
    if known is None:
        await uow.people.add(person)
    await uow.people.put_account(account if known is None else replace(account, person=known.id))
