"""Finding items: from words, by code, and what each hall offers (直办代办清单)."""

from __future__ import annotations

from dataclasses import dataclass

from intake.model.calendar import local_day
from intake.model.catalogue import ServiceItem, Way
from intake.model.ids import HallCode, ServiceCode
from intake.model.matching import Match, PersonFacts
from intake.model.places import Hall
from intake.model.speech import Spoken
from intake.ports import Tools


@dataclass(frozen=True, slots=True)
class Offered:
    """就近可办: an item and the way a hall offers it."""

    item: ServiceItem
    way: Way


async def match_words(text: str, facts: PersonFacts | None, limit: int, *, tools: Tools) -> Match:
    """Candidates for what somebody said."""
    return tools.matcher.match(text, facts=facts, limit=limit)


def listen(text: str, *, tools: Tools) -> Spoken:
    """What a sentence says besides its matter, with days counted from today in the county."""
    return tools.speech.listen(text, today=local_day(tools.clock.now()))


async def show_item(code: ServiceCode, *, tools: Tools) -> ServiceItem:
    """The item in force today; raises `UnknownService`."""
    async with tools.open_view() as view:
        return await view.catalogue.current(code, local_day(tools.clock.now()))


async def all_items(*, tools: Tools) -> tuple[ServiceItem, ...]:
    """Every item in force today, by code."""
    async with tools.open_view() as view:
        return await view.catalogue.all_current(local_day(tools.clock.now()))


async def hall_list(hall_code: HallCode, *, tools: Tools) -> tuple[Offered, ...]:
    """The public list of a hall: every item, and whether it is done here directly, by proxy, or elsewhere."""
    async with tools.open_view() as view:
        hall = await view.places.hall(hall_code)
        items = await view.catalogue.all_current(local_day(tools.clock.now()))
    return tuple(Offered(item, item.availability.at(hall.code, hall.level)) for item in items)


async def halls_for(code: ServiceCode, *, tools: Tools) -> tuple[tuple[Hall, Way], ...]:
    """The halls that take an item, each with its way, the county's first."""
    async with tools.open_view() as view:
        item = await view.catalogue.current(code, local_day(tools.clock.now()))
        halls = await view.places.halls()
    ways = ((hall, item.availability.at(hall.code, hall.level)) for hall in halls)
    return tuple((hall, way) for hall, way in ways if way is not Way.NOT_HERE)
