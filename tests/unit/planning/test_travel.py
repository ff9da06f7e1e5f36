"""Travel times, and the nouns that refuse what no plan could keep."""

from datetime import datetime, timedelta

import pytest

from intake.model.visits import Pause, Spot, Window
from planning.travel import RoadTravel, TableTravel, straight_km
from tests.unit.planning.roads import DAWN, HALL, NEAR, NORTH, at, between, shift, visit


def test_a_degree_of_latitude_is_a_hundred_and_eleven_kilometres():
    """As on any map."""
    assert straight_km(Spot("a", 29, 120), Spot("b", 30, 120)) == pytest.approx(111.2, abs=0.1)


def test_roads_are_longer_than_the_line_on_the_map():
    """11.1 km as the crow flies, 1.6 times that by road, at 35 km/h."""
    assert RoadTravel().minutes(HALL, NORTH) == 31


def test_a_table_knows_better_and_falls_back_where_it_knows_nothing():
    """A county imports what it has measured."""
    roads = TableTravel({("hall", "north"): 50})

    assert roads.minutes(HALL, NORTH) == 50
    assert roads.minutes(NORTH, HALL) == RoadTravel().minutes(NORTH, HALL)
    assert roads.minutes(NEAR, NEAR) == 0


@pytest.mark.parametrize("start", [datetime(2026, 11, 30, 8), DAWN + timedelta(seconds=1)])  # noqa: DTZ001 (naive is the point)
def test_an_instant_without_a_zone_or_between_minutes_is_refused(start):
    """A plan in whole minutes could not keep it."""
    with pytest.raises(ValueError, match="whole minute"):
        Window(start, at(60))


def test_a_window_does_not_end_before_it_starts():
    """Two fields swapped."""
    with pytest.raises(ValueError, match="cannot end"):
        between(60, 30)


def test_a_pause_lies_within_the_shift():
    """Else it would not be the shift's."""
    with pytest.raises(ValueError, match="pause"):
        shift("li", between(0, 300), pause=Pause(between(240, 290), 30))


def test_a_position_is_counted_from_one():
    """There is no stop before the first."""
    with pytest.raises(ValueError, match="position"):
        visit("a", pinned_at=0)
