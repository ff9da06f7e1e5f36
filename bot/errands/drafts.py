"""The draft (草稿): opened, filled with photographs, and handed in."""

from __future__ import annotations

from bot.dialogue.heard import Opened
from bot.dialogue.wishes import Begin, DraftWish, HandIn, HandInAgain, LayPage
from bot.errands.errand import Errand
from intake.model.case import Case
from intake.usecases.cases.drafting import AddPage, OpenDraft, PageAdded, SubmitCase
from intake.usecases.cases.reception import Resupply


async def grant(wish: DraftWish, errand: Errand) -> Opened | PageAdded | Case:
    """The draft, the page laid into it, or the case it has become."""
    cases, caller, key = errand.desk.cases, errand.caller, errand.key
    match wish:
        case Begin():
            return await _begin(wish, errand)
        case LayPage():
            return await cases.add_page(AddPage(caller, wish.case, errand.photo or b"", wish.material, key))
        case HandIn():
            return await cases.submit(
                SubmitCase(caller, wish.case, wish.appointment, bring_later=wish.bring_later, key=key)
            )
        case HandInAgain():
            return await cases.resupply(Resupply(caller, wish.case, key))


async def _begin(wish: Begin, errand: Errand) -> Opened:
    desk, caller = errand.desk, errand.caller
    person = errand.applicant(wish.person)
    hall = wish.hall or (await desk.places.home_hall(caller, person)).code
    case = await desk.cases.open_draft(OpenDraft(caller, person, wish.service_code, hall))
    return Opened(case, await desk.catalogue.show(wish.service_code))
