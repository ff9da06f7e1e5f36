"""A day of home visits: the driving of 50 visits by 5 clerks found in 5 s, beside the best PyVRP finds in a minute and more.

`python -m bench visits` plans made-up days on the reference county's villages: two-hour windows on half of the homes, 10 to 30 minutes
at each, no pauses, for PyVRP has none. PyVRP is not among the project's packages; where it is absent, the gap is not printed:
`.venv/bin/uv pip install pyvrp==0.14.1`. A file in Solomon's format after the name adds its first 50 customers as one more day.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import random
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import hypot
from pathlib import Path
from typing import Any

from intake.model.ids import AccountCode, AppointmentId
from intake.model.visits import Shift, Spot, Visit, Window
from planning.routes import plan_day
from planning.travel import RoadTravel, TableTravel, Travel

VISITS, CLERKS, SECONDS, DAYS = 50, 5, 5.0, 5
PEER_SECONDS, PEER_SEEDS = 20.0, (1, 2, 3)
DAWN = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)
LONG = 540
DIVISIONS = Path(__file__).parents[1] / "reference" / "county" / "divisions.json"


@dataclass(frozen=True)
class Day:
    """One day for both solvers; `unit` is what a minute stands for."""

    name: str
    base: Spot
    visits: Sequence[Visit]
    travel: Travel
    length: int
    clerks: int
    unit: float = 1.0


def minute(of: int) -> datetime:
    """So many minutes into the day."""
    return DAWN + timedelta(minutes=of)


def made_up(seed: int) -> Day:
    """A day on real villages: half of the homes between two hours, half at any time."""
    dice = random.Random(seed)
    townships = json.loads(DIVISIONS.read_text("utf-8"))["townships"]
    near = [v for t in dice.sample(townships, 4) for v in t["villages"]]
    homes = dice.choices(near, k=VISITS)
    starts = [dice.randrange(0, LONG - 150, 30) if dice.random() < 0.5 else None for _ in homes]  # noqa: PLR2004 (half)
    visits = [
        Visit(
            AppointmentId(f"v{number}"),
            Spot(home["code"], home["lat"], home["lon"]),
            Window(minute(0), minute(LONG)) if start is None else Window(minute(start), minute(start + 120)),
            dice.choice((10, 20, 30)),
        )
        for number, (home, start) in enumerate(zip(homes, starts, strict=True))
    ]
    base = Spot("hall", near[0]["lat"], near[0]["lon"])
    return Day(f"made-up {seed}", base, visits, RoadTravel(), LONG, CLERKS)


def solomon(file: Path) -> Day:
    """The first customers of an instance in Solomon's format; distances in tenths, cut, as its users count them."""
    rows = [line.split() for line in file.read_text("utf-8").splitlines()]
    numbers = [[float(cell) for cell in row] for row in rows if len(row) == 7 and row[0].isdigit()]  # noqa: PLR2004 (its columns)
    depot, *customers = numbers[: VISITS + 1]
    spots = [Spot(str(int(n)), x, y) for n, x, y, *_ in (depot, *customers)]
    table = {
        (a.code, b.code): int(10 * hypot(a.lat - b.lat, a.lon - b.lon))
        for a in spots
        for b in spots
        if a != b
    }
    visits = [
        Visit(
            AppointmentId(spot.code),
            spot,
            Window(minute(int(10 * ready)), minute(int(10 * due))),
            int(10 * service),
        )
        for spot, (_, _, _, _, ready, due, service) in zip(spots[1:], customers, strict=True)
    ]
    return Day(f"{file.stem}-{VISITS}", spots[0], visits, TableTravel(table), int(10 * depot[5]), CLERKS, 0.1)


def ours(day: Day) -> tuple[int, int, float, float]:
    """Driving, visits left out, and the seconds it took by the clock and of a processor."""
    staff = [
        Shift(AccountCode(f"c{n}"), day.base, Window(minute(0), minute(day.length)))
        for n in range(day.clerks)
    ]
    begun, worked = time.perf_counter(), time.process_time()
    plan = plan_day(day.visits, staff, day.travel, seconds=SECONDS)
    took = time.perf_counter() - begun, time.process_time() - worked
    return plan.travel_minutes, len(plan.left_out), *took


def theirs(day: Day) -> int | None:
    """PyVRP's least driving on the same day over several seeds, or None where it is absent or found no day that can be driven."""
    if importlib.util.find_spec("pyvrp") is None:
        return None
    pyvrp: Any = importlib.import_module("pyvrp")
    stop: Any = importlib.import_module("pyvrp.stop")
    model = pyvrp.Model()
    spots = [day.base, *(visit.place for visit in day.visits)]
    places = [model.add_location(spot.lat, spot.lon) for spot in spots]
    base = model.add_depot(places[0])
    for place, visit in zip(places[1:], day.visits, strict=True):
        model.add_client(place, **_client(visit))
    model.add_vehicle_type(day.clerks, start_depot=base, end_depot=base, tw_early=0, tw_late=day.length)
    for one, origin in zip(places, spots, strict=True):
        for other, goal in zip(places, spots, strict=True):
            minutes = day.travel.minutes(origin, goal)
            model.add_edge(one, other, distance=minutes, duration=minutes)
    tries = [model.solve(stop=stop.MaxRuntime(PEER_SECONDS), seed=seed, display=False) for seed in PEER_SEEDS]
    return min((int(found.best.distance()) for found in tries if found.is_feasible()), default=None)


def _client(visit: Visit) -> Mapping[str, int]:
    early, late = (
        (instant - DAWN) // timedelta(minutes=1) for instant in (visit.window.start, visit.window.end)
    )
    return {"service_duration": visit.minutes, "tw_early": early, "tw_late": late}


def main(files: Sequence[str]) -> None:
    """Print a row a day, and the gaps."""
    days = [*(solomon(Path(file)) for file in files), *(made_up(seed) for seed in range(DAYS))]
    print(
        f"{VISITS} visits, {CLERKS} clerks, {SECONDS:.0f} s; PyVRP {len(PEER_SEEDS)} x {PEER_SECONDS:.0f} s"
    )
    print(f"{'day':14} {'driving':>9} {'left out':>8} {'seconds':>8} {'CPU s':>6} {'PyVRP':>9} {'gap':>7}")
    gaps = []
    for day in days:
        (driving, left, took, worked), peer = ours(day), theirs(day)
        gap = None if peer is None or left else driving / peer - 1
        gaps += [] if gap is None else [gap]
        told = (f"{peer * day.unit:9.1f}" if peer else " " * 9, f"{gap:+7.1%}" if gap is not None else "")
        print(
            f"{day.name:14} {driving * day.unit:9.1f} {left:8} {took:8.1f} {worked:6.1f} {told[0]} {told[1]}",
            flush=True,
        )
    if gaps:
        print(f"gap: median {statistics.median(gaps):+.1%}, worst {max(gaps):+.1%}")


if __name__ == "__main__":
    main(sys.argv[1:])
