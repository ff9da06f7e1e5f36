"""At the counter (窗口收件) the card and the papers come first and the item last: they wait on a tray.

A page is read when it is captured, while the person still holds the paper, and never again. Opening the case is one
transaction made of the inner halves of the drafting verbs, so a case from a counter is what a phone would have made.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from intake.errors import BadInput, NoCardRead, NotFound, Stale
from intake.model.authority import Belonging, Verb, require
from intake.model.case import Case, PageFacts
from intake.model.ids import (
    AccountCode,
    CardId,
    CaseId,
    CounterCode,
    EventId,
    HallCode,
    IntentKey,
    PageId,
    ServiceCode,
)
from intake.model.leaving import AuditEntry
from intake.model.people import Caller
from intake.model.tray import KEPT, WAITS, CounterTray, LaidCard, LaidPage
from intake.ports import ReadPhoto, Tools, Uow
from intake.usecases.cases.drafting import (
    OpenDraft,
    SubmitCase,
    draft_in,
    lay_in,
    own_case,
    submit_in,
    target_of,
)
from intake.usecases.intents import once, taking_turns
from intake.usecases.people.representing import AddVillager, meet_in


@dataclass(frozen=True, slots=True)
class LayCard:
    """A machine has read a person's card; `event` is the reading's id, made once."""

    caller: Caller
    event: EventId
    name: str = field(repr=False)
    id_number: str = field(repr=False)
    address: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class LayPage:
    """A machine has captured a page for the holder of the card it read under `card`."""

    caller: Caller
    event: EventId
    card: EventId
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FromMachine:
    """The machine's way: the card it read and the pages it captured, by their events, in order."""

    card: EventId
    pages: tuple[EventId, ...]


@dataclass(frozen=True, slots=True)
class FromCounter:
    """The clerk's way: whatever lies on the counter now; with `seen`, only if it is the card the page showed."""

    hall: HallCode
    counter: CounterCode
    seen: CardId | None = None


@dataclass(frozen=True, slots=True)
class FromKiosk:
    """The person's own way at a kiosk: the card and all pages that lie on the machine they stand at."""

    device: AccountCode


@dataclass(frozen=True, slots=True)
class OpenWalkIn:
    """Open a case for the holder of a card, with the pages laid for them."""

    caller: Caller
    service_code: ServiceCode
    tray: FromMachine | FromCounter | FromKiosk
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class WalkIn:
    """收件结果: the case, and how many of the pages named never came or could not be read."""

    case: Case
    unusable_pages: int


@dataclass(frozen=True, slots=True)
class _Taken:
    """What is taken from a tray: the card, held; its pages; how many named ones are not there."""

    card: LaidCard
    pages: tuple[LaidPage, ...]
    missing: int = 0


async def lay_card(cmd: LayCard, *, tools: Tools) -> None:
    """Make the card's holder known to the county and lay the card on the machine's counter.

    The same person's card, read again, keeps the pages; anybody else's puts them out of reach.
    """
    hall = _hall_of(cmd.caller)

    async def lay(uow: Uow) -> str:
        return await once(
            uow,
            cmd.caller,
            IntentKey(cmd.event),
            "lay_card",
            act=lambda: _lay_card(uow, cmd, hall, tools),
            again=_done_before,
            name=str,
        )

    await taking_turns(tools, lay)


async def lay_page(cmd: LayPage, *, tools: Tools) -> PageFacts:
    """Read a page and keep it for its case, or lay it in at once when that is open; says what was seen on it."""
    _hall_of(cmd.caller)
    async with tools.open_view() as view:
        known = await view.trays.page_of(cmd.caller.code, cmd.event)
        if known is not None:
            return known.facts
        card = await _card_of(view, cmd.caller, cmd.card)
    photo = await tools.photos.read(cmd.content, expected_kind=None)
    page = await _keep(cmd, card, photo, tools)

    async def lay(uow: Uow) -> str:
        return await once(
            uow,
            cmd.caller,
            IntentKey(cmd.event),
            "lay_page",
            act=lambda: _lay_page(uow, cmd.caller, page, tools),
            again=_done_before,
            name=str,
        )

    await taking_turns(tools, lay)
    return photo.facts


async def on_counter(
    caller: Caller, hall: HallCode, counter: CounterCode, *, tools: Tools
) -> CounterTray | None:
    """What lies on a counter now, for its hall's clerks and director; None when nothing does."""
    require(caller, Verb.SEE_COUNTER, Belonging(hall=hall))
    async with tools.open_view() as view:
        card = await _lying(view, hall, counter, tools)
        return None if card is None else await _tray(view, card)


async def on_counters(caller: Caller, hall: HallCode, *, tools: Tools) -> tuple[CounterTray, ...]:
    """What lies on each counter of a hall, the latest card first."""
    require(caller, Verb.SEE_COUNTER, Belonging(hall=hall))
    async with tools.open_view() as view:
        cards = await view.trays.lying(hall, tools.clock.now() - WAITS)
        return tuple([await _tray(view, card) for card in cards])


async def see_laid_page(
    caller: Caller, hall: HallCode, counter: CounterCode, page: PageId, *, tools: Tools
) -> bytes:
    """The picture of a page that lies on a counter now, decrypted for one look that is audited."""
    require(caller, Verb.SEE_COUNTER, Belonging(hall=hall))
    async with tools.open_uow() as uow:
        card = await _lying(uow, hall, counter, tools)
        pages = await uow.trays.pages(card.id) if card is not None else ()
        found = next((laid for laid in pages if laid.id == page), None)
        if card is None or found is None:
            raise NotFound
        await _audit(uow, caller, "page_seen", card, tools, page=page)
        await uow.commit()
    return await tools.blobs.get(found.digest)


async def open_walk_in(cmd: OpenWalkIn, *, tools: Tools) -> WalkIn:
    """Open, fill and submit as one, and free the counter; what is lacking the clerk asks for, face to face."""
    async with tools.open_uow() as uow:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "open_walk_in",
            act=lambda: _open(uow, cmd, tools),
            again=lambda result: _opened(uow, result),
            name=lambda done: f"{done.case.id} {done.unusable_pages}",
        )


async def clear_counters(*, tools: Tools) -> int:
    """Lift the cards nobody touches any more and forget what is older than a day; returns how many were forgotten."""
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        for hall in await uow.trays.lift_untouched(now - WAITS):
            await uow.leaving.beat(hall)
        forgotten = await uow.trays.forget(now - KEPT)
        await uow.commit()
    return forgotten


async def _lay_card(uow: Uow, cmd: LayCard, hall: HallCode, tools: Tools) -> CardId:
    now = tools.clock.now()
    met = AddVillager(cmd.caller, cmd.name, cmd.id_number, address=cmd.address)
    person = await meet_in(uow, met, tools=tools)
    counter = cmd.caller.account.counter
    card = LaidCard(
        id=CardId(tools.ids.new()),
        event=cmd.event,
        device=cmd.caller.code,
        hall=hall,
        counter=counter,
        person=person.id,
        read_at=now,
        touched_at=now,
    )
    await uow.trays.lay_card(card)
    for before in await uow.trays.lying(hall, now - WAITS):
        if before.counter == counter and before.id != card.id:
            await _take_over(uow, before, card)
    await _audit(uow, cmd.caller, "card", card, tools)
    await uow.leaving.beat(hall)
    return card.id


async def _take_over(uow: Uow, before: LaidCard, card: LaidCard) -> None:
    """Put a card where another lies; its holder's own pages come along."""
    held = await uow.trays.hold(before.id)
    await uow.trays.save(held.lift())
    if held.person == card.person and held.case is None:
        await uow.trays.move_pages(held.id, card.id)


async def _keep(cmd: LayPage, card: LaidCard, photo: ReadPhoto, tools: Tools) -> LaidPage:
    """Store the picture before any transaction: one that nobody refers to is harmless."""
    return LaidPage(
        id=PageId(tools.ids.new()),
        event=cmd.event,
        device=cmd.caller.code,
        card=card.id,
        person=card.person,
        digest=await tools.blobs.put(photo.jpeg),
        size=len(photo.jpeg),
        facts=photo.facts,
        door=cmd.caller.door,
        laid_at=tools.clock.now(),
    )


async def _lay_page(uow: Uow, caller: Caller, page: LaidPage, tools: Tools) -> PageId:
    card = await uow.trays.hold(page.card)
    await uow.trays.lay_page(page)
    await uow.trays.save(card.touch(page.laid_at))
    if card.case is not None:
        await _lay_in(uow, caller, await own_case(uow, caller, card.case, tools), page, tools)
    await _audit(uow, caller, "page", card, tools, page=page.id)
    await uow.leaving.beat(card.hall)
    return page.id


async def _open(uow: Uow, cmd: OpenWalkIn, tools: Tools) -> WalkIn:
    taken = await _take(uow, cmd, tools)
    card = taken.card
    case = await draft_in(uow, OpenDraft(cmd.caller, card.person, cmd.service_code, card.hall), tools=tools)
    for page in taken.pages:
        case = await _lay_in(uow, cmd.caller, case, page, tools)
    asked = SubmitCase(cmd.caller, case.id, bring_later=True)
    submitted = await submit_in(uow, asked, case, tools=tools)
    await uow.trays.save(card.open(submitted.id))
    await _audit(uow, cmd.caller, "open", card.open(submitted.id), tools)
    return WalkIn(submitted, taken.missing)


async def _take(uow: Uow, cmd: OpenWalkIn, tools: Tools) -> _Taken:
    match cmd.tray:
        case FromMachine(card, pages):
            return await _take_by_events(uow, cmd.caller, card, pages)
        case FromCounter() as place:
            return await _take_from_counter(uow, cmd.caller, place, tools)
        case FromKiosk(device):
            return await _take_from_device(uow, device, tools)


async def _take_by_events(uow: Uow, caller: Caller, event: EventId, named: tuple[EventId, ...]) -> _Taken:
    """A machine reaches what it laid down itself, whether it still lies there or not, and nothing of another's."""
    card = await uow.trays.hold((await _card_of(uow, caller, event)).id)
    there = [await uow.trays.page_of(caller.code, page) for page in named]
    # The agent may name pages of the holder's earlier reading; one of another person's would be its mistake.
    pages = tuple(page for page in there if page is not None and page.person == card.person)
    return _Taken(card, pages, len(named) - len(pages))


async def _take_from_counter(uow: Uow, caller: Caller, place: FromCounter, tools: Tools) -> _Taken:
    require(caller, Verb.SEE_COUNTER, Belonging(hall=place.hall))
    lying = await _lying(uow, place.hall, place.counter, tools)
    if lying is None:
        raise NoCardRead
    if place.seen is not None and place.seen != lying.id:
        raise Stale(what="窗口上的证件")
    card = await uow.trays.hold(lying.id)
    if not card.lies(tools.clock.now()):
        raise NoCardRead
    return _Taken(card, await uow.trays.pages(card.id))


async def _take_from_device(uow: Uow, device: AccountCode, tools: Tools) -> _Taken:
    lying = await uow.trays.on_device(device)
    if lying is None:
        raise NoCardRead
    card = await uow.trays.hold(lying.id)
    if not card.lies(tools.clock.now()):
        raise NoCardRead
    return _Taken(card, await uow.trays.pages(card.id))


async def _lay_in(uow: Uow, caller: Caller, case: Case, laid: LaidPage, tools: Tools) -> Case:
    if not case.materials:
        # The papers were captured before anybody said which item it is; this one asks for none.
        return case
    page = laid.as_page(PageId(tools.ids.new()))
    target = target_of(case, None, laid.facts)
    return (await lay_in(uow, caller, case, page, target, tools=tools)).case


async def _opened(uow: Uow, result: str) -> WalkIn:
    case, _, unusable = result.partition(" ")
    return WalkIn(await uow.cases.get(CaseId(case)), int(unusable))


async def _lying(uow: Uow, hall: HallCode, counter: CounterCode, tools: Tools) -> LaidCard | None:
    cards = await uow.trays.lying(hall, tools.clock.now() - WAITS)
    return next((card for card in cards if card.counter == counter), None)


async def _tray(uow: Uow, card: LaidCard) -> CounterTray:
    return CounterTray(card, await uow.people.person(card.person), await uow.trays.pages(card.id))


async def _card_of(uow: Uow, caller: Caller, event: EventId) -> LaidCard:
    card = await uow.trays.card_of(caller.code, event)
    if card is None:
        raise NoCardRead
    return card


async def _done_before(found: str) -> str:
    return found


def _hall_of(caller: Caller) -> HallCode:
    """The hall whose counters the machine lays things on: its own, and no other."""
    require(caller, Verb.LAY_ON_COUNTER)
    if caller.account.hall is None:
        raise BadInput(field="hall", why="这台设备没有登记在任何便民服务中心。")
    return caller.account.hall


async def _audit(uow: Uow, caller: Caller, act: str, card: LaidCard, tools: Tools, **facts: str) -> None:
    now = tools.clock.now()
    where = {"hall": card.hall, "counter": card.counter or ""}
    entry = AuditEntry(f"counter.{act}", caller.code, caller.door, now, card.person, card.case, where | facts)
    await uow.leaving.audit(entry)
