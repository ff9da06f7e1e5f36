"""Asked of the catalogue and the halls: which item is meant, all about it, and what people ask in between."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from bot.dialogue.heard import Explained, Several, Told, Touched
from bot.dialogue.wishes import CatalogueWish, Consider, FindItem, Tell
from bot.dialogue.words import IN_TOWN
from bot.errands.errand import Errand
from intake.desk import Desk
from intake.model.catalogue import HallLevel
from intake.model.ids import ServiceCode
from intake.model.matching import Decision, Match
from intake.model.places import Hall, straight_km
from intake.model.speech import Spoken
from intake.usecases.catalogue.finding import BundleOffer, Consideration

# A part of a sentence is short, and short words are seldom matched; beside one that is, this will do.
_LIKELY = 0.4
_WEEK = timedelta(days=6)


async def grant(
    wish: CatalogueWish, errand: Errand
) -> Match | BundleOffer | Touched | Several | Consideration | Told:
    """The answer of the catalogue's counter."""
    match wish:
        case FindItem():
            return await _find(wish, errand.desk)
        case Consider():
            return await errand.desk.catalogue.consider(
                errand.caller, wish.service_code, wish.person, wish.asked
            )
        case Tell():
            return await tell(wish, errand)


async def explained(text: str, code: ServiceCode | None, desk: Desk) -> Explained | None:
    """The answer to a common question of the matter at hand, where the words clearly ask it again."""
    if code is None:
        return None
    answer = desk.catalogue.question_asked(text, await desk.catalogue.show(code))
    return Explained(answer) if answer else None


async def _find(wish: FindItem, desk: Desk) -> Match | BundleOffer | Touched | Several:
    """A 一件事 that is meant is what was asked for, whatever else the words resemble."""
    found = await desk.catalogue.match(wish.text, wish.facts)
    if meant := await desk.catalogue.bundle_meant(found):
        return meant
    if several := await _several(wish, desk):
        return several
    touched = await desk.catalogue.bundles_touched(found)
    if len(touched) == 1:
        return touched[0]
    return Touched(touched) if touched else found


async def _several(wish: FindItem, desk: Desk) -> Several | None:
    """The items of parts that each stand for one, and one of them clearly; fewer than two are one wish in many words."""
    matches = [await desk.catalogue.match(part, wish.facts) for part in wish.several]
    if not any(match.decision is Decision.MATCH for match in matches):
        return None
    likeliest = [match.candidates[0] for match in matches if match.candidates]
    items = {one.service_code: one.name for one in likeliest if one.score >= _LIKELY}
    return Several(tuple(items.items())) if len(items) > 1 else None


async def tell(wish: Tell, errand: Errand) -> Told:
    """Of the matter at hand, else of what is booked next; of the hall named, else booked, else nearest."""
    desk, caller = errand.desk, errand.caller
    booked = next(iter(await desk.places.my_appointments(caller)), None)
    code = wish.service_code or (booked.service_code if booked else None)
    halls = {hall.code: hall for hall in await desk.places.halls()}
    named = next((hall for hall in halls.values() if _is_called(hall, wish.spoken)), None)
    chosen = wish.hall or (booked.hall if booked and not wish.service_code else None)
    hall = named or (halls[chosen] if chosen else await desk.places.home_hall(caller, wish.person))
    first = wish.spoken.first_day or desk.today
    last = wish.spoken.last_day or (wish.spoken.first_day or first + _WEEK)
    days = (await desk.places.open_days(first, (last - first).days + 1))[hall.code]
    about = None
    if code is not None and not (named and wish.service_code is None):
        about = await desk.catalogue.consider(caller, code, wish.person, "")
    machines = sorted((each for each in halls.values() if each.kiosks), key=partial(straight_km, hall))
    return Told(wish.spoken.asks, hall, days, about, tuple(machines))


def _is_called(hall: Hall, spoken: Spoken) -> bool:
    """By its name, or as those do who live outside of the town."""
    if spoken.place:
        return hall.name == spoken.place
    return hall.level is HallLevel.COUNTY and any(name in spoken.text for name in IN_TOWN)
