"""Taking a place (占号): kept, confirmed, let go, booked, moved or given back."""

from __future__ import annotations

from bot.dialogue.wishes import (
    ConfirmPlace,
    GiveBack,
    HoldIt,
    MovePlace,
    PlaceWish,
    ReleasePlace,
    TakePlace,
)
from bot.errands.errand import Errand
from intake.model.booking import Appointment, Hold
from intake.usecases.places.booking import (
    BookAppointment,
    CancelAppointment,
    ConfirmHold,
    HoldPlace,
    MoveAppointment,
    ReleaseHold,
)


async def grant(wish: PlaceWish, errand: Errand) -> Hold | Appointment:
    """The place as it stands then."""
    places, caller, key = errand.desk.places, errand.caller, errand.key
    match wish:
        case HoldIt():
            person = errand.applicant(wish.person)
            return await places.hold(HoldPlace(caller, person, wish.service_code, wish.slot, key=key))
        case ConfirmPlace():
            return await places.confirm(ConfirmHold(caller, wish.hold, key))
        case ReleasePlace():
            return await places.release(ReleaseHold(caller, wish.hold, key))
        case TakePlace():
            person = errand.applicant(wish.person)
            return await places.book(BookAppointment(caller, person, wish.service_code, wish.slot, key=key))
        case MovePlace():
            return await places.move(MoveAppointment(caller, wish.appointment, wish.slot, key))
        case GiveBack():
            return await places.cancel(CancelAppointment(caller, wish.appointment, key))
