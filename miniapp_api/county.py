"""The county as every view needs it: halls by code, the calendar, today. Read once a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from intake.desk import Desk
from intake.model.booking import Appointment
from intake.model.calendar import WorkingCalendar
from intake.model.case import Case
from intake.model.ids import HallCode
from intake.model.places import Hall
from intake.ports import CountyGlance
from miniapp_api.typed import Call, FormT
from miniapp_api.views import AppointmentView, CaseCard, CaseView


@dataclass(frozen=True, slots=True)
class County:
    """What turns codes into names and days into lights."""

    halls: dict[HallCode, Hall]
    calendar: WorkingCalendar
    today: date
    warning: int

    @classmethod
    async def of(cls, desk: Desk, seen: CountyGlance | None = None) -> County:
        """The county as it stands, or as it was `seen` when the request came."""
        seen = seen or await desk.places.county()
        halls = {hall.code: hall for hall in seen.halls}
        return cls(halls, seen.calendar, desk.today, desk.pace.warning_working_days)

    def card(self, case: Case) -> CaseCard:
        """A case in one row."""
        return CaseCard.of(case, self.halls, self.calendar, self.today, self.warning)

    def appointment(self, appointment: Appointment) -> AppointmentView:
        """An appointment with its hall's name."""
        return AppointmentView.of(appointment, self.halls)


async def whole_case(call: Call[FormT], case: Case | str) -> CaseView:
    """A case as the caller may see it after an act, or when it is asked for."""
    file = await call.desk.cases.show(call.caller, case if isinstance(case, str) else case.id)
    county = await County.of(call.desk)
    return CaseView.whole(file, call.caller, county.halls, county.calendar, county.today, county.warning)
