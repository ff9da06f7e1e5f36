"""候补: first come, first offered, for a set time, to no two at once; and the soonest place, by time and way."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta

import pytest

from intake.errors import AlreadyWaiting, HoldOver, NotFound, PlacesFree, SlotFull
from intake.model.calendar import SHANGHAI
from intake.model.places import OfferKind
from intake.model.waiting import WaitingState
from intake.usecases.places.booking import BookAppointment, CancelAppointment, ConfirmHold, FindSlots
from intake.usecases.places.lines import JoinLine, LeaveLine
from intake.usecases.places.soonest import FindSoonest
from tests.desks import ALLOWANCE, ANWEN, person_of

HERE, SATURDAY = frozenset({ANWEN}), date(2026, 11, 28)


async def saturday_full(county):
    """Every place of Saturday at the hall is taken; returns who has which, soonest first."""
    start = datetime.combine(SATURDAY, time.min, SHANGHAI)
    slots = await county.desk.places.find_slots(FindSlots(ALLOWANCE, HERE, start, start + timedelta(days=1)))
    taken, number = [], 9
    for slot in slots:
        for _ in range(slot.online_left):
            number += 1
            other = await county.caller(f"person-{number}")
            cmd = BookAppointment(other, person_of(other), ALLOWANCE, slot.id)
            taken.append((other, await county.desk.places.book(cmd)))
    return taken


async def join(county, who):
    """Stand in line for Saturday."""
    caller, start = await county.caller(who), datetime.combine(SATURDAY, time.min, SHANGHAI)
    cmd = JoinLine(caller, person_of(caller), ALLOWANCE, ANWEN, start, start + timedelta(days=1))
    return await county.desk.places.join_line(cmd)


async def give_back(county, taken):
    """One of them cancels."""
    other, appointment = taken
    await county.desk.places.cancel(CancelAppointment(other, appointment.id))


async def line_of(county, who):
    """Where somebody stands now."""
    found = await county.desk.places.my_lines(await county.caller(who))
    return found[0] if found else None


async def test_the_position_is_told_and_a_place_goes_to_the_first(county):
    """The first is offered it in the same breath, the second moves up."""
    taken = await saturday_full(county)
    first, second = await join(county, "citizen-1"), await join(county, "citizen-2")
    assert (first.position, second.position) == (1, 2)

    await give_back(county, taken[0])

    offered, waiting = await line_of(county, "citizen-1"), await line_of(county, "citizen-2")
    assert offered.offer is not None
    assert (waiting.offer, waiting.position) == (None, 1)
    citizen = await county.caller("citizen-1")
    done = await county.desk.places.confirm(ConfirmHold(citizen, offered.offer.id))
    assert done.start == taken[0][1].start
    assert await line_of(county, "citizen-1") is None


async def test_a_passer_by_does_not_take_what_the_line_waits_for(county):
    """Neither while it is offered, nor between a lapse and the chore that notices it."""
    taken = await saturday_full(county)
    await join(county, "citizen-1")
    await join(county, "citizen-2")
    await give_back(county, taken[0])
    passer, slot = await county.caller("person-1"), taken[0][1].slot
    cmd = BookAppointment(passer, person_of(passer), ALLOWANCE, slot)

    with pytest.raises(SlotFull):
        await county.desk.places.book(cmd)
    county.clock.forward(minutes=15)
    with pytest.raises(SlotFull):
        await county.desk.places.book(cmd)


async def test_an_offer_not_answered_goes_to_the_next(county):
    """At its minute it can no longer be taken; the next has it, the first is told."""
    taken = await saturday_full(county)
    await join(county, "citizen-1")
    await join(county, "citizen-2")
    await give_back(county, taken[0])
    offer = (await line_of(county, "citizen-1")).offer
    county.clock.forward(minutes=15)

    with pytest.raises(HoldOver):
        await county.desk.places.confirm(ConfirmHold(await county.caller("citizen-1"), offer.id))
    await county.desk.places.tend_lines()

    assert (await line_of(county, "citizen-2")).offer.slot == offer.slot
    assert await line_of(county, "citizen-1") is None
    assert [told.to for told in await county.told("line_lapsed")] == ["citizen-1"]


async def test_two_places_freed_at_once_go_to_two_people(county):
    """And one place to one of them, however many chores run at once."""
    taken = await saturday_full(county)
    await join(county, "citizen-1")
    await join(county, "citizen-2")

    await asyncio.gather(
        give_back(county, taken[0]), give_back(county, taken[-1]), county.desk.places.tend_lines()
    )

    offers = [(await line_of(county, who)).offer for who in ("citizen-1", "citizen-2")]
    assert {offer.slot for offer in offers} == {taken[0][1].slot, taken[-1][1].slot}


async def test_leaving_hands_the_offer_on(county):
    """In the same breath; leaving twice changes nothing."""
    taken = await saturday_full(county)
    first = await join(county, "citizen-1")
    await join(county, "citizen-2")
    await give_back(county, taken[0])
    citizen = await county.caller("citizen-1")

    left = await county.desk.places.leave_line(LeaveLine(citizen, first.entry.id))
    again = await county.desk.places.leave_line(LeaveLine(citizen, first.entry.id))

    assert left.state is again.state is WaitingState.LEFT
    assert (await line_of(county, "citizen-2")).offer is not None
    with pytest.raises(NotFound):
        await county.desk.places.leave_line(LeaveLine(await county.caller("person-1"), first.entry.id))


async def test_nobody_waits_where_something_is_free_or_twice(county):
    """The free places are named; the second time the position is."""
    with pytest.raises(PlacesFree) as refused:
        await join(county, "citizen-1")
    assert refused.value.alternatives

    await saturday_full(county)
    await join(county, "citizen-1")
    with pytest.raises(AlreadyWaiting) as again:
        await join(county, "citizen-1")
    assert "第1位" in again.value.title


async def test_a_wait_ends_with_its_days(county):
    """Nothing came free: the person hears it, with another way."""
    await saturday_full(county)
    await join(county, "citizen-1")
    county.clock.forward(days=7)

    await county.desk.places.tend_lines()

    assert [told.kind for told in await county.told("line_over")] == ["line_over"]


async def test_the_soonest_is_ranked_by_time_and_way(county):
    """The own hall's place comes before one an hour earlier at the other end of the county, and says why."""
    citizen = await county.caller("citizen-1")

    found = await county.desk.places.soonest(FindSoonest(ALLOWANCE, citizen))

    assert len({(one.hall.code, one.slot.kind) for one in found}) == len(found)
    assert found[0].why
    weights = [
        (one.slot.start - county.clock.now()).total_seconds() / 60 + (one.km or 0) * 6 for one in found
    ]
    assert any("时间最早" in one.why for one in found)
    assert any("离您最近" in one.why for one in found)
    counters = [w for w, one in zip(weights, found, strict=True) if one.slot.kind is not OfferKind.HOME_VISIT]
    assert counters == sorted(counters)


async def test_the_soonest_for_nobody_counts_time_alone(county):
    """Before signing in: no village is known, and no visit at home is promised."""
    found = await county.desk.places.soonest(FindSoonest(ALLOWANCE))

    assert [one.slot.start for one in found] == sorted(one.slot.start for one in found)
    assert {one.km for one in found} == {None}
    assert OfferKind.HOME_VISIT not in {one.slot.kind for one in found}
