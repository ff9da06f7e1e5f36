"""爽约: written down by the clock, forgiven by a person with the reason, and what is forgiven counts no more."""

from __future__ import annotations

import pytest

from intake.errors import BadInput, NotAllowed, NotFound, NotNow, Paused
from intake.model.people import Door
from intake.usecases.places.absences import ForgiveAbsence
from intake.usecases.places.soonest import FindSoonest
from tests.desks import ALLOWANCE, person_of
from tests.journeys import booked


async def missed(county, times=1, who="citizen-1"):
    """Somebody books and does not come, so many days running."""
    gone = []
    for _ in range(times):
        gone.append(await booked(county, who))
        county.clock.forward(days=1)
        await county.desk.places.open_slots()
    await county.desk.places.write_absences()
    return gone


async def forgive(county, appointment, by="clerk-anwen-1", reason="班车停运"):
    """It does not count."""
    return await county.desk.places.forgive_absence(
        ForgiveAbsence(await county.caller(by), appointment.id, reason)
    )


async def test_the_absence_is_told_to_whoever_did_not_come(county):
    """What it means, and whom to tell why."""
    (gone,) = await missed(county)

    (word,) = await county.told("appointment_no_show")

    assert word.facts["number"] == gone.number
    assert word.facts["phone"]


async def test_who_forgave_whom_and_why_stands_in_the_audit_trail(county):
    """The clerk, the person, the door, the number of the booking and the reason, written once."""
    (gone,) = await missed(county)

    await forgive(county, gone, reason="  班车停运 ")

    (entry,) = await county.audited("appointment.forgive")
    citizen = await county.caller("citizen-1")
    assert (entry.by, entry.person, entry.door) == ("clerk-anwen-1", person_of(citizen), Door.DESK_PAGE)
    assert entry.facts == {"number": gone.number, "reason": "班车停运"}
    assert entry.at == county.clock.now()


async def test_forgiving_one_of_three_lifts_the_pause_at_once(county):
    """Three were missed and nothing can be booked from home; the next press after the call works."""
    gone = await missed(county, times=3)
    citizen = await county.caller("citizen-1")
    with pytest.raises(Paused):
        await booked(county)
    with pytest.raises(Paused):
        await county.desk.places.soonest(FindSoonest(ALLOWANCE, citizen))

    await forgive(county, gone[1])

    assert await county.desk.places.soonest(FindSoonest(ALLOWANCE, citizen))
    assert (await booked(county)).number


async def test_an_absence_nobody_has_written_down_yet_can_be_forgiven(county):
    """The bus did not come, the person rings half an hour later, and the chore has not run."""
    appointment = await booked(county)
    county.clock.forward(hours=3)

    forgiven = await forgive(county, appointment)

    assert (forgiven.state.value, forgiven.forgiven) == ("no_show", "班车停运")
    assert await county.desk.places.write_absences() == 0


async def test_only_the_hall_forgives_and_never_without_a_reason(county):
    """Neither the person, nor another hall; nor somebody who was not away."""
    (gone,) = await missed(county)
    coming = await booked(county, "citizen-2")

    with pytest.raises(NotAllowed):
        await forgive(county, gone, by="citizen-1")
    with pytest.raises(NotFound):
        await forgive(county, gone, by="clerk-county-1")
    with pytest.raises(BadInput):
        await forgive(county, gone, reason=" ")
    with pytest.raises(NotNow):
        await forgive(county, coming)
    assert await county.audited("appointment.forgive") == []
