"""就近可办率 (S18): the share of a hall's list that people need not travel for, with what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import local_day
from intake.model.catalogue import ServiceItem
from intake.model.ids import HallCode
from intake.model.people import Caller
from intake.ports import Tools
from intake.usecases.figures.standing import is_for_people, is_near


@dataclass(frozen=True, slots=True)
class NearbyRate:
    """就近可办率 of one hall: what can be done here or from home, of all items people need, and those that cannot."""

    hall: HallCode
    near: int
    total: int
    missing: tuple[ServiceItem, ...]

    @property
    def rate(self) -> float:
        """Share between 0 and 1; 1 for an empty list, which leaves nothing out."""
        return self.near / self.total if self.total else 1.0


async def nearby_rate(caller: Caller, hall_code: HallCode, *, tools: Tools) -> NearbyRate:
    """The rate of one hall, computed from the availability in force today."""
    require(caller, Verb.SEE_FIGURES, Belonging(hall=hall_code))
    async with tools.open_view() as view:
        hall = await view.places.hall(hall_code)
        items = await view.catalogue.all_current(local_day(tools.clock.now()))
    needed = [item for item in items if is_for_people(item)]
    missing = tuple(item for item in needed if not is_near(item, hall))
    return NearbyRate(hall.code, len(needed) - len(missing), len(needed), missing)
