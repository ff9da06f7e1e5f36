"""Villagers (本村村民): whom a proxy may act for, and by whose word."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from intake.errors import BadInput, NotYourVillage, WrongNumber
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import day_text, local_day
from intake.model.catalogue import HallLevel
from intake.model.ids import Digest, IntentKey, MandateId, PersonId, ServiceCode, VillageCode
from intake.model.leaving import AuditEntry, Outgoing, Topic
from intake.model.people import Account, Caller, IdNumber, Mandate, Person, Role
from intake.ports import Tools, Uow
from intake.usecases.intents import once
from intake.usecases.people.locking import count_wrong, require_unlocked

_MIN_PHONE = 7


@dataclass(frozen=True, slots=True)
class AddVillager:
    """Somebody of the proxy's village who is not in the list yet, or a walk-in whose card was read."""

    caller: Caller
    name: str
    id_number: str
    phone: str = ""
    village: VillageCode | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class RecordMandate:
    """授权委托: the elder's word for one matter and for `more` along with it, with a photograph of it if there is one.

    A citizen knows the relative's ID number; an id alone, which a page or a guess may bring, is nobody's word. `days`
    is how long it holds; the county's rule where it does not say.
    """

    caller: Caller
    person: PersonId
    service_code: ServiceCode
    statement: str
    id_number: str = field(default="", repr=False)
    photo: bytes = field(default=b"", repr=False)
    more: tuple[ServiceCode, ...] = ()
    days: int | None = None
    key: IntentKey | None = None


async def villagers(caller: Caller, *, tools: Tools) -> tuple[Person, ...]:
    """The people of the proxy's own village, eldest first."""
    require(caller, Verb.SEE_VILLAGERS)
    village = caller.account.village
    async with tools.open_view() as view:
        return await view.people.in_village(village) if village else ()


async def villager_by_number(caller: Caller, text: str, *, tools: Tools) -> Person | None:
    """The villager with that ID number, None when the county does not know them; another village's is refused."""
    require(caller, Verb.SEE_VILLAGERS)
    async with tools.open_view() as view:
        known = await view.people.by_id_number(_number(text))
        if known is not None:
            await _require_own_village(view, caller, known)
    return known


async def add_villager(cmd: AddVillager, *, tools: Tools) -> Person:
    """The person with that number: the known one, or a new one of the proxy's village."""
    require(cmd.caller, Verb.SEE_VILLAGERS)
    number = _number(cmd.id_number)
    async with tools.open_uow() as uow:
        known = await uow.people.by_id_number(number)
        if known is not None:
            await _require_own_village(uow, cmd.caller, known)
            return known
        person = _person(cmd, number, cmd.caller.account.village, tools)
        await uow.people.add(person)
        now = tools.clock.now()
        await uow.leaving.audit(
            AuditEntry("person.add", cmd.caller.code, cmd.caller.door, now, person=person.id)
        )
        await uow.commit()
    return person


async def add_relative(cmd: AddVillager, *, tools: Tools) -> Person:
    """家人: somebody of the citizen's own family, by name and number together, so that nobody can look up a name."""
    require(cmd.caller, Verb.RECORD_MANDATE)
    await require_unlocked(cmd.caller, tools)
    number = _number(cmd.id_number)
    async with tools.open_view() as view:
        known = await view.people.by_id_number(number)
    if known is not None and known.name != cmd.name.strip():
        await count_wrong(cmd.caller, tools)
        raise WrongNumber(field="name", why="姓名和身份证号对不上，请核对后再发一次。")
    if known is not None:
        return known
    async with tools.open_uow() as uow:
        own = cmd.caller.account.person
        village = await uow.people.village_of(own) if own else None
        person = _person(cmd, number, village, tools)
        await uow.people.add(person)
        now = tools.clock.now()
        await uow.leaving.audit(
            AuditEntry("person.add", cmd.caller.code, cmd.caller.door, now, person=person.id)
        )
        await uow.commit()
    return person


async def meet_in(uow: Uow, cmd: AddVillager, *, tools: Tools) -> Person:
    """The person whose card lies on a counter's reader: known by the number, or new to the county.

    Works within an open unit of work and commits nothing: the card is laid down in the same one.
    """
    number = _number(cmd.id_number)
    known = await uow.people.by_id_number(number)
    if known is not None:
        return known
    person = _person(cmd, number, cmd.village, tools)
    await uow.people.add(person)
    now = tools.clock.now()
    await uow.leaving.audit(AuditEntry("person.add", cmd.caller.code, cmd.caller.door, now, person=person.id))
    return person


async def record_mandate(cmd: RecordMandate, *, tools: Tools) -> Mandate:
    """Record what the elder allows; another village's elder is named with the way on."""
    if not cmd.statement.strip():
        raise BadInput(field="statement", why="请写明老人同意代办什么事。")
    require(cmd.caller, Verb.RECORD_MANDATE)
    await require_unlocked(cmd.caller, tools)
    evidence = await _evidence(cmd, tools)
    try:
        async with tools.open_uow() as uow:
            return await once(
                uow,
                cmd.caller,
                cmd.key,
                "record_mandate",
                act=lambda: _record(uow, cmd, evidence, tools),
                again=lambda found: uow.people.mandate(MandateId(found)),
                name=lambda done: done.id,
            )
    except WrongNumber:
        # The act is undone; that somebody tried stays, or an ID number could be guessed in peace.
        await count_wrong(cmd.caller, tools)
        raise


async def person_of(caller: Caller, person: PersonId, *, tools: Tools) -> Person:
    """Somebody the caller may act for: a proxy's villager, oneself, or who has given the caller a word that holds.

    Raises `NotYourVillage` for a proxy's wrong village.
    """
    async with tools.open_view() as view:
        found = await view.people.person(person)
        given = await view.people.mandates(person, caller.code)
        if caller.account.village is not None:
            await _require_own_village(view, caller, found)
        trusted = any(mandate.in_force(local_day(tools.clock.now())) for mandate in given)
        about = Belonging(
            person=found.id,
            opened_by=caller.code if trusted or not caller.account.person else None,
            village=found.village,
        )
        require(caller, Verb.OPEN_CASE, about)
    return found


async def _evidence(cmd: RecordMandate, tools: Tools) -> Digest | None:
    """The photographed 授权委托, opened safely and kept encrypted before the transaction, as every picture is."""
    if not cmd.photo:
        return None
    photo = await tools.photos.read(cmd.photo, expected_kind=None)
    return await tools.blobs.put(photo.jpeg)


async def _record(uow: Uow, cmd: RecordMandate, evidence: Digest | None, tools: Tools) -> Mandate:
    person = await uow.people.person(cmd.person)
    if cmd.caller.role is Role.PROXY:
        await _require_own_village(uow, cmd.caller, person)
    elif IdNumber.parse(cmd.id_number) != person.id_number:
        raise WrongNumber(field="id_number", why="请填写这位家人的身份证号码，要和本人一致。")
    now = tools.clock.now()
    days = cmd.days or tools.rules.mandate_days
    if days > tools.rules.mandate_days:
        raise BadInput(field="days", why=f"授权最长{tools.rules.mandate_days}天，到期可以再次授权。")
    for code in (cmd.service_code, *cmd.more):
        await uow.catalogue.current(code, local_day(now))
    mandate = Mandate(
        id=MandateId(tools.ids.new()),
        person=person.id,
        proxy=cmd.caller.code,
        service_code=cmd.service_code,
        statement=cmd.statement.strip(),
        evidence=evidence,
        given_at=now,
        expires_on=local_day(now) + timedelta(days=days),
        more=tuple(dict.fromkeys(code for code in cmd.more if code != cmd.service_code)),
    )
    await uow.people.add_mandate(mandate)
    facts = {"service": " ".join(mandate.scope), "mandate": mandate.id, "photo": evidence or ""}
    await uow.leaving.audit(
        AuditEntry("mandate.give", cmd.caller.code, cmd.caller.door, now, person.id, facts=facts)
    )
    await _tell_person(uow, cmd, mandate)
    return mandate


async def _tell_person(uow: Uow, cmd: RecordMandate, mandate: Mandate) -> None:
    """The elder hears what is done in their name, and where it can be taken back."""
    own = await uow.people.account_of(mandate.person)
    if own is None or own.code == mandate.proxy:
        return
    item = await uow.catalogue.current(mandate.service_code, local_day(mandate.given_at))
    told = {
        "by": cmd.caller.account.name,
        "service": item.name,
        "until": day_text(mandate.expires_on),
        "mandate": mandate.id,
    }
    await uow.leaving.send(Outgoing(Topic.NOTICE, f"mandate:{mandate.id}", "mandate_given", own.code, told))


async def _require_own_village(uow: Uow, caller: Caller, person: Person) -> None:
    if person.village is not None and person.village == caller.account.village:
        return
    own = await uow.places.village(caller.account.village) if caller.account.village else None
    other = await uow.places.village(person.village) if person.village else None
    proxy: Account | None = await uow.people.proxy_of(other.code) if other else None
    halls = await uow.places.halls()
    near = (h for h in halls if other and h.level is HallLevel.TOWNSHIP and other.township in h.serves)
    hall = next(near, halls[0])
    raise NotYourVillage(
        village=own.short_name if own else "本村",
        other_village=other.short_name if other else "其他村",
        proxy=proxy.name if proxy else "",
        hall=hall.name,
        phone=hall.phone,
    )


def _number(text: str) -> IdNumber:
    number = IdNumber.parse(text)
    if number is None:
        raise BadInput(field="id_number", why="身份证号码不对，请核对18位号码，最后一位可能是X。")
    return number


def _person(cmd: AddVillager, number: IdNumber, village: VillageCode | None, tools: Tools) -> Person:
    name = cmd.name.strip()
    if not name:
        raise BadInput(field="name", why="请填写姓名。")
    if cmd.phone and (not cmd.phone.isdecimal() or len(cmd.phone) < _MIN_PHONE):
        raise BadInput(field="phone", why="电话号码不对，请只填数字。")
    return Person(PersonId(tools.ids.new()), name, number, cmd.phone, village, cmd.address)
