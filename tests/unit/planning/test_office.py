"""排线室: routes are sought beside the server, and a worker that dies costs nobody the plan."""

from __future__ import annotations

import os
import signal

from intake.ports import Roads
from planning.office import RouteOffice
from tests.unit.planning.roads import FAR, NEAR, order_of, shift, visit

ROADS = Roads({("hall", "near"): 3}, 1.6, 35.0)


async def test_a_day_is_planned_in_a_worker_process_and_planned_again_when_that_one_was_killed() -> None:
    """The server's own process is not kept busy; the operator's kill is not noticed."""
    office = RouteOffice(seconds=0.2)
    visits, crew = [visit("here", NEAR), visit("there", FAR)], [shift("one")]
    try:
        first = await office.plan(visits, crew, ROADS, None)
        workers = office.worker_pids
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        second = await office.plan(visits, crew, ROADS, first)
    finally:
        office.close()

    assert workers
    assert os.getpid() not in workers
    assert {visit for order in order_of(second).values() for visit in order} == {"here", "there"}
