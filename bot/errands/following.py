"""Following one's own matters (跟进): what is under way, one case and its grade, and the lines one stands in."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.dialogue.heard import InLineNow, Mine
from bot.dialogue.wishes import Judge, LeaveTheLine, ListMine, LookAt, LookAtLines, OwnWish, StandInLine
from bot.errands.errand import Errand
from intake.model.booking import AppointmentState
from intake.model.calendar import SHANGHAI, local_day
from intake.model.case import Case
from intake.model.queue import OVER
from intake.model.waiting import Waiting
from intake.usecases.cases.deciding import EvaluateCase
from intake.usecases.cases.looking import CaseFile
from intake.usecases.places.lines import InLine, JoinLine, LeaveLine

_WEEK = timedelta(days=6)


async def grant(wish: OwnWish, errand: Errand) -> Mine | CaseFile | Case | InLineNow | InLine | Waiting:
    """What the person has under way, or what has become of it."""
    desk, caller, key = errand.desk, errand.caller, errand.key
    match wish:
        case ListMine():
            return await _mine(errand)
        case LookAt():
            return await desk.cases.show(caller, wish.number)
        case Judge():
            return await desk.cases.evaluate(EvaluateCase(caller, wish.case, wish.grade, wish.words, key))
        case LookAtLines():
            return await _lines(errand)
        case StandInLine():
            return await desk.places.join_line(_line(wish, errand))
        case LeaveTheLine():
            return await desk.places.leave_line(LeaveLine(caller, wish.entry, key))


async def _mine(errand: Errand) -> Mine:
    halls = {hall.code: hall for hall in await errand.desk.places.halls()}
    appointments = await errand.desk.places.my_appointments(errand.caller)
    return Mine(await errand.desk.cases.mine(errand.caller), appointments, halls)


async def _lines(errand: Errand) -> InLineNow:
    desk, caller = errand.desk, errand.caller
    booked = (a for a in await desk.places.my_appointments(caller) if a.state is AppointmentState.BOOKED)
    return InLineNow(
        tuple(one for one in await desk.queue.mine(caller) if one.ticket.state not in OVER),
        await desk.places.my_lines(caller),
        next((one for one in booked if local_day(one.start) >= desk.today), None),
    )


def _line(wish: StandInLine, errand: Errand) -> JoinLine:
    """The days that were asked for, or the week to come."""
    first = wish.first_day or errand.desk.today
    last = wish.last_day or first + _WEEK
    start = datetime.combine(first, time.min, SHANGHAI)
    end = datetime.combine(last, time.min, SHANGHAI) + timedelta(days=1)
    person = errand.applicant(wish.person)
    return JoinLine(errand.caller, person, wish.service_code, wish.hall, start, end, key=errand.key)
