"""Travel times (路程): from a county's own table where it has one, else from the map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import asin, ceil, cos, radians, sin, sqrt
from typing import Protocol

from intake.model.visits import Spot

_EARTH_KM = 6371.0


class Travel(Protocol):
    """How long it takes from one spot to another."""

    def minutes(self, origin: Spot, goal: Spot) -> int:
        """Whole minutes, rounded up; 0 within one spot."""


@dataclass(frozen=True, slots=True)
class RoadTravel:
    """Straight distance times a road factor. The defaults are a guess for mountain roads: a county sets its own, or
    imports a table.
    """

    road_factor: float = 1.6
    km_per_hour: float = 35.0

    def minutes(self, origin: Spot, goal: Spot) -> int:
        """Minutes by road; at least 1 between two spots."""
        if origin.code == goal.code:
            return 0
        hours = straight_km(origin, goal) * self.road_factor / self.km_per_hour
        return max(1, ceil(hours * 60))


@dataclass(frozen=True, slots=True)
class TableTravel:
    """An imported matrix by the codes of two spots, one way; what it does not hold is asked of `otherwise`."""

    known: Mapping[tuple[str, str], int]
    otherwise: Travel = field(default_factory=RoadTravel)

    def minutes(self, origin: Spot, goal: Spot) -> int:
        """Minutes from the table; the way back may take longer than the way there."""
        if origin.code == goal.code:
            return 0
        found = self.known.get((origin.code, goal.code))
        return self.otherwise.minutes(origin, goal) if found is None else found


def straight_km(a: Spot, b: Spot) -> float:
    """The great-circle distance by the haversine formula."""
    half_lat, half_lon = radians(b.lat - a.lat) / 2, radians(b.lon - a.lon) / 2
    chord = sin(half_lat) ** 2 + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(half_lon) ** 2
    return 2 * _EARTH_KM * asin(sqrt(chord))
