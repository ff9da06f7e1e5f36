"""Finding items: from words, by code, and what each hall offers (直办代办清单)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from intake.model.calendar import local_day
from intake.model.catalogue import Bundle, CommonQuestion, ServiceItem, Way, asks_for_everything
from intake.model.figures import PrintForm
from intake.model.ids import HallCode, PersonId, ServiceCode
from intake.model.matching import Decision, Match, PersonFacts
from intake.model.people import Caller
from intake.model.places import Hall, straight_km
from intake.model.speech import Spoken
from intake.ports import CatalogueGlance, Tools
from intake.usecases.places.looking import halls as all_halls
from intake.usecases.places.looking import home_hall_of

_LIKELY = 5


@dataclass(frozen=True, slots=True)
class Offered:
    """就近可办: an item and the way a hall offers it."""

    item: ServiceItem
    way: Way


@dataclass(frozen=True, slots=True)
class BundleOffer:
    """联办: a bundle with its items that are in force today."""

    bundle: Bundle
    items: tuple[ServiceItem, ...]


async def match_words(text: str, facts: PersonFacts | None, limit: int, *, tools: Tools) -> Match:
    """Candidates for what somebody said."""
    return await tools.matcher.consider(text, facts=facts, limit=limit)


def listen(text: str, *, tools: Tools) -> Spoken:
    """What a sentence says besides its matter, with days counted from today in the county."""
    return tools.speech.listen(text, today=local_day(tools.clock.now()))


def question_asked(text: str, item: ServiceItem, *, tools: Tools) -> CommonQuestion | None:
    """The common question of the item that somebody's words ask again, if they clearly do."""
    named = (item.name, *item.aliases, *item.old_names)
    place = tools.speech.closest(text, [each.question for each in item.questions], named)
    return None if place is None else item.questions[place]


async def show_item(code: ServiceCode, *, tools: Tools) -> ServiceItem:
    """The item in force today; raises `UnknownService`."""
    today = local_day(tools.clock.now())
    if tools.glances is not None:
        return await tools.glances.item(code, today)
    async with tools.open_view() as view:
        return await view.catalogue.current(code, today)


async def catalogue_today(*, tools: Tools) -> CatalogueGlance:
    """What the catalogue holds today."""
    today = local_day(tools.clock.now())
    if tools.glances is not None:
        return await tools.glances.catalogue(today)
    async with tools.open_view() as view:
        items = await view.catalogue.all_current(today)
        return CatalogueGlance({item.code: item for item in items}, await view.catalogue.bundles())


async def all_items(*, tools: Tools) -> tuple[ServiceItem, ...]:
    """Every item in force today, by code."""
    return tuple((await catalogue_today(tools=tools)).items.values())


async def hall_list(hall_code: HallCode, *, tools: Tools) -> tuple[Offered, ...]:
    """The public list of a hall: every item, and whether it is done here directly, by proxy, or elsewhere."""
    async with tools.open_view() as view:
        hall = await view.places.hall(hall_code)
        items = await view.catalogue.all_current(local_day(tools.clock.now()))
    return tuple(Offered(item, item.availability.at(hall.code, hall.level)) for item in items)


@dataclass(frozen=True, slots=True)
class ListedOffer:
    """清单一行: an item, how the hall offers it, and where else it is done when not here, the county's hall first."""

    item: ServiceItem
    way: Way
    elsewhere: tuple[Hall, ...]


async def hall_list_with_places(hall_code: HallCode, *, tools: Tools) -> tuple[ListedOffer, ...]:
    """The public list of a hall, with the halls that do what is not done here."""
    async with tools.open_view() as view:
        halls = await view.places.halls()
        hall = await view.places.hall(hall_code)
        items = await view.catalogue.all_current(local_day(tools.clock.now()))
    return tuple(_listed(item, hall, halls) for item in items)


async def print_list(hall_code: HallCode, form: PrintForm, *, tools: Tools) -> bytes:
    """The public list of a hall as a file."""
    listed = await hall_list_with_places(hall_code, tools=tools)
    async with tools.open_view() as view:
        halls, hall = await view.places.halls(), await view.places.hall(hall_code)
    offered = [(each.item, each.way) for each in listed]
    on = local_day(tools.clock.now())
    return await tools.papers.hall_list(hall, offered, halls=halls, on=on, form=form)


def _listed(item: ServiceItem, hall: Hall, halls: Sequence[Hall]) -> ListedOffer:
    way = item.availability.at(hall.code, hall.level)
    if way is not Way.NOT_HERE:
        return ListedOffer(item, way, ())
    taking = (each for each in halls if item.availability.at(each.code, each.level) is not Way.NOT_HERE)
    return ListedOffer(item, way, tuple(taking))


async def halls_for(code: ServiceCode, *, tools: Tools) -> tuple[tuple[Hall, Way], ...]:
    """The halls that take an item, each with its way, the county's first."""
    return _taking(await show_item(code, tools=tools), await all_halls(tools=tools))


def _taking(item: ServiceItem, halls: Sequence[Hall]) -> tuple[tuple[Hall, Way], ...]:
    ways = ((hall, item.availability.at(hall.code, hall.level)) for hall in halls)
    return tuple((hall, way) for hall, way in ways if way is not Way.NOT_HERE)


@dataclass(frozen=True, slots=True)
class Consideration:
    """一件事项摆到面前: the item, who takes it with the nearest first, and the common question that was asked, if one was."""

    item: ServiceItem
    halls: tuple[tuple[Hall, Way], ...]
    answer: CommonQuestion | None


async def consider(
    caller: Caller, code: ServiceCode, person: PersonId | None, asked: str, *, tools: Tools
) -> Consideration:
    """All about one item for the caller, or for the person they act for; raises `UnknownService`.

    The nearest hall comes first, and those that do it themselves before those that pass it on.
    """
    item = await show_item(code, tools=tools)
    home = await home_hall_of(caller, person, tools=tools)
    near = sorted(
        _taking(item, await all_halls(tools=tools)),
        key=lambda offer: (offer[0].code != home.code, offer[1] is Way.PROXY, straight_km(home, offer[0])),
    )
    return Consideration(item, tuple(near), question_asked(asked, item, tools=tools) if asked else None)


async def bundle_offers(*, tools: Tools) -> tuple[BundleOffer, ...]:
    """Every 一件事 with its items."""
    seen = await catalogue_today(tools=tools)
    known = seen.items
    return tuple(BundleOffer(b, tuple(known[c] for c in b.items if c in known)) for b in seen.bundles)


async def bundles_touched(found: Match, *, tools: Tools) -> tuple[BundleOffer, ...]:
    """The turns of life that a bare word is about (小孩 is about two), their likeliest items first.

    None where the word stands in the name of the item that it means clearly (退休).
    """
    word = found.focus.strip()
    likely = {candidate.service_code: candidate.score for candidate in found.candidates}
    touched = [offer for offer in await bundle_offers(tools=tools) if offer.bundle.called_by(word)]
    clear = {candidate.service_code for candidate in found.candidates[:1] if found.decision is Decision.MATCH}
    if any(item.code in clear and word in item.name for offer in touched for item in offer.items):
        return ()
    return tuple(
        BundleOffer(offer.bundle, tuple(sorted(offer.items, key=lambda item: -likely.get(item.code, 0.0))))
        for offer in touched
    )


async def bundle_meant(found: Match, *, tools: Tools) -> BundleOffer | None:
    """The 一件事 that the words call by a name of its own, the longest name first, or all of whose parts they ask for.

    老人过世了要办哪些手续 names no part, and resembles most of them: whoever asks for everything is shown everything.
    """
    offers = await bundle_offers(tools=tools)
    called = max(offers, key=lambda offer: len(offer.bundle.called_in(found.focus)), default=None)
    if called is None or called.bundle.called_in(found.focus):
        return called
    if not asks_for_everything(found.focus):
        return None
    likely = {candidate.service_code for candidate in found.candidates[:_LIKELY]}
    fullest = max(offers, key=lambda offer: len(likely.intersection(offer.bundle.items)))
    return fullest if len(likely.intersection(fullest.bundle.items)) * 2 > _LIKELY else None
