"""上门服务: routes that keep what people were told, and reminders that come once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from intake.errors import BadInput, NotAllowed, NotFound, NotNow, Stale, VisitNotPlaced
from intake.model.booking import AppointmentState
from intake.model.calendar import SHANGHAI, local_day
from intake.model.ids import AccountCode, AppointmentId, IntentKey
from intake.model.places import OfferKind
from intake.model.visits import Plan
from intake.usecases.places.booking import BookAppointment, CancelAppointment, FindSlots
from intake.usecases.visits.going import EndVisit, VisitEnd
from intake.usecases.visits.planning import NameCrew, OnDay, PinVisit, SwapVisits
from tests.desks import ALLOWANCE, ANWEN, person_of

AT_HOME = frozenset({OfferKind.HOME_VISIT})
CLERK, COLLEAGUE = AccountCode("clerk-anwen-1"), AccountCode("clerk-anwen-2")
WEDNESDAY = date(2026, 11, 25)


async def visit_booked(county, who="elder-13", hour=9, day=WEDNESDAY):
    """A visit at home on a day, in the morning or the afternoon."""
    elder = await county.caller(who)
    start = datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)
    wish = FindSlots(ALLOWANCE, frozenset({ANWEN}), start, start + timedelta(hours=4), AT_HOME)
    slot = (await county.desk.places.find_slots(wish))[0]
    return await county.desk.places.book(BookAppointment(elder, person_of(elder), ALLOWANCE, slot.id))


async def wednesday(county, who="clerk-anwen-1"):
    """The hall's Wednesday, as somebody asks for it."""
    return OnDay(await county.caller(who), ANWEN, WEDNESDAY)


def stops_of(plan: Plan) -> dict[AppointmentId, tuple[AccountCode, int]]:
    """Who comes to whom, as which stop."""
    return {
        stop.visit: (route.clerk, turn)
        for route in plan.routes
        for turn, stop in enumerate(route.stops, start=1)
    }


async def test_booked_visits_become_routes_from_the_hall_and_back(county):
    """Everybody within the two hours they were offered, and no clerk in two places at once."""
    morning, also, afternoon = [
        await visit_booked(county, who, hour)
        for who, hour in (("elder-13", 9), ("elder-27", 9), ("elder-41", 14))
    ]

    planned = await county.desk.visits.plan(await wednesday(county))

    assert planned.plan is not None
    assert set(stops_of(planned.plan)) == {morning.id, also.id, afternoon.id}
    begins = {s.visit: s.begin for route in planned.plan.routes for s in route.stops}
    assert all(a.start <= begins[a.id] <= a.end for a in (morning, also, afternoon))
    for route in planned.plan.routes:
        assert all(one.leave <= other.arrive for one, other in pairwise(route.stops))


async def test_a_plan_that_is_still_right_is_not_made_again(county):
    """Pressing the button twice changes nothing, and tells nobody anything twice."""
    await visit_booked(county)

    first = await county.desk.visits.plan(await wednesday(county))
    second = await county.desk.visits.plan(await wednesday(county))

    assert second == first


async def test_the_worker_plans_what_has_changed_and_nothing_else(county):
    """A visit was booked: its day is planned within a minute, once."""
    await visit_booked(county)

    assert [await county.desk.visits.plan_coming(), await county.desk.visits.plan_coming()] == [1, 0]


async def test_people_are_told_half_an_hour_on_the_day_before_and_it_never_moves(county):
    """9点到11点 becomes 9:00 to 9:30; a neighbour who books later does not change it."""
    told_first = await visit_booked(county, "elder-13")
    county.clock.forward(hours=20)
    tuesday_too_late_for_wednesday_morning = await visit_booked(county, "elder-27", 14)
    county.clock.forward(hours=4)
    await county.desk.visits.plan_coming()
    sheet = await county.desk.visits.sheet(await wednesday(county))
    window = sheet.orders[told_first.id].promised

    await visit_booked(county, "elder-41", 14)
    await county.desk.visits.plan_coming()

    later = await county.desk.visits.sheet(await wednesday(county))
    assert window is not None
    assert window.end - window.start <= timedelta(minutes=30)
    assert later.orders[told_first.id].promised == window
    assert set(stops_of(later.day.plan)) >= {told_first.id, tuesday_too_late_for_wednesday_morning.id}
    told = [m for m in await county.told("visit_promised") if m.facts["number"] == told_first.number]
    assert {m.to for m in told} == {"elder-13"}
    assert len(told) == 1


async def test_a_cancelled_visit_leaves_the_route_and_the_others_keep_their_word(county):
    """The clerk does not drive to somebody who has cancelled."""
    gone, stays = await visit_booked(county, "elder-13"), await visit_booked(county, "elder-27")
    county.clock.forward(days=1)
    await county.desk.visits.plan_coming()
    before = (await county.desk.visits.sheet(await wednesday(county))).orders[stays.id].promised

    await county.desk.places.cancel(CancelAppointment(await county.caller("elder-13"), gone.id))
    await county.desk.visits.plan_coming()

    sheet = await county.desk.visits.sheet(await wednesday(county))
    assert set(stops_of(sheet.day.plan)) == {stays.id}
    assert sheet.orders[stays.id].promised == before


async def test_a_pinned_visit_stays_with_its_clerk_through_every_new_plan(county):
    """The elder knows her: she goes, whatever is booked besides."""
    pinned = await visit_booked(county, "elder-13")
    clerk = await county.caller("clerk-anwen-1")
    await county.desk.visits.pin(PinVisit(clerk, pinned.id, COLLEAGUE))

    await visit_booked(county, "elder-27")
    planned = await county.desk.visits.plan(await wednesday(county))

    assert stops_of(planned.plan)[pinned.id][0] == COLLEAGUE


async def test_a_pin_that_cannot_be_kept_is_refused_and_changes_nothing(county):
    """Somebody who does not go that day."""
    visit = await visit_booked(county)
    before = await county.desk.visits.plan(await wednesday(county))
    clerk = await county.caller("clerk-anwen-1")

    with pytest.raises(VisitNotPlaced) as refused:
        await county.desk.visits.pin(PinVisit(clerk, visit.id, AccountCode("clerk-anwen-3")))

    sheet = await county.desk.visits.sheet(await wednesday(county))
    assert (sheet.day, sheet.fresh) == (before, True)
    assert refused.value.next_step


async def test_two_visits_change_places(county):
    """Each goes to the other's clerk and turn; pressed twice on a bad line, they do not change back."""
    first, second = await visit_booked(county, "elder-13", 9), await visit_booked(county, "elder-27", 9)
    clerk = await county.caller("clerk-anwen-1")
    await county.desk.visits.pin(PinVisit(clerk, first.id, CLERK))
    await county.desk.visits.pin(PinVisit(clerk, second.id, COLLEAGUE))

    wish = SwapVisits(clerk, first.id, second.id, IntentKey("swap-1"))
    swapped = [await county.desk.visits.swap(wish), await county.desk.visits.swap(wish)]

    assert [stops_of(day.plan) for day in swapped] == [{first.id: (COLLEAGUE, 1), second.id: (CLERK, 1)}] * 2


async def test_only_visits_of_one_day_change_places(county):
    """Thursday's is not exchanged for Wednesday's behind two people's backs."""
    wednesdays = await visit_booked(county, "elder-13")
    thursdays = await visit_booked(county, "elder-27", day=WEDNESDAY + timedelta(days=1))
    clerk = await county.caller("clerk-anwen-1")

    with pytest.raises(BadInput):
        await county.desk.visits.swap(SwapVisits(clerk, wednesdays.id, thursdays.id))


async def test_a_pinned_turn_that_no_longer_exists_costs_nobody_the_visit(county):
    """She was to be the second stop; the first has cancelled."""
    first, second = await visit_booked(county, "elder-13"), await visit_booked(county, "elder-27")
    clerk = await county.caller("clerk-anwen-1")
    await county.desk.visits.name_crew(NameCrew(clerk, ANWEN, WEDNESDAY, (CLERK,)))
    await county.desk.visits.pin(PinVisit(clerk, second.id, CLERK, 2))

    await county.desk.places.cancel(CancelAppointment(await county.caller("elder-13"), first.id))
    planned = await county.desk.visits.plan(await wednesday(county))

    assert stops_of(planned.plan) == {second.id: (CLERK, 1)}


async def test_whoever_cannot_be_placed_is_somebodys_to_settle(county):
    """Nobody of the crew may do it: the first-responsible clerk hears, with the reason, once."""
    visit = await visit_booked(county)
    clerk = await county.caller("clerk-anwen-1")
    async with county.store.open_uow() as uow:
        day = await uow.visits.day(ANWEN, WEDNESDAY)
        await uow.visits.save_day(replace(day, crew=(AccountCode("nobody"),)))
        await uow.commit()

    planned = await county.desk.visits.plan(OnDay(clerk, ANWEN, WEDNESDAY))
    await county.desk.visits.plan_coming()

    assert [left.visit for left in planned.plan.left_out] == [visit.id]
    told = await county.told("visit_left_out")
    assert [(m.to, bool(m.facts["why"])) for m in told] == [("clerk-anwen-1", True)]


async def test_the_director_says_who_goes(county):
    """Only those of the hall; and the routes follow at once."""
    visit = await visit_booked(county)
    director = await county.caller("director-anwen")

    planned = await county.desk.visits.name_crew(NameCrew(director, ANWEN, WEDNESDAY, (COLLEAGUE,)))

    assert stops_of(planned.plan) == {visit.id: (COLLEAGUE, 1)}
    with pytest.raises(BadInput):
        await county.desk.visits.name_crew(
            NameCrew(director, ANWEN, WEDNESDAY, (AccountCode("clerk-county-1"),))
        )


async def test_a_visit_ends_on_its_day_once_and_the_same_key_hears_the_same(county):
    """办好了; pressed twice on a bad line it is one visit done."""
    visit = await visit_booked(county)
    clerk = await county.caller("clerk-anwen-1")
    done = EndVisit(clerk, visit.id, visit.version, VisitEnd.DONE, IntentKey("door-1"))
    with pytest.raises(NotNow):
        await county.desk.visits.end(replace(done, key=None))
    county.clock.forward(days=2, hours=1)

    ended = [await county.desk.visits.end(done), await county.desk.visits.end(done)]

    assert [a.state for a in ended] == [AppointmentState.KEPT] * 2
    with pytest.raises(Stale):
        await county.desk.visits.end(replace(done, end=VisitEnd.NOBODY_HOME, key=None))


async def test_the_crew_sees_telephone_and_address_and_each_look_is_written_down(county):
    """They have to find the house; the sheet itself carries neither."""
    visit = await visit_booked(county)
    clerk = await county.caller("clerk-anwen-1")

    contact = await county.desk.visits.contact(clerk, visit.id)

    assert contact.phone
    assert contact.phone not in repr(contact)
    assert [(e.by, e.person) for e in await county.audited("visits.contact")] == [
        ("clerk-anwen-1", visit.person)
    ]


@pytest.mark.parametrize("who", ["citizen-1", "proxy-1", "keeper", "clerk-jianshan-1"])
async def test_other_people_neither_see_nor_move_a_halls_visits(county, who):
    """Whom the county visits at home is nobody else's business."""
    visit = await visit_booked(county)
    caller = await county.caller(who)

    with pytest.raises((NotAllowed, NotFound)):
        await county.desk.visits.sheet(OnDay(caller, ANWEN, WEDNESDAY))
    with pytest.raises((NotAllowed, NotFound)):
        await county.desk.visits.pin(PinVisit(caller, visit.id, CLERK))
    with pytest.raises((NotAllowed, NotFound)):
        await county.desk.visits.contact(caller, visit.id)


async def test_a_reminder_comes_the_day_before_and_an_hour_before_each_once(county):
    """With the day, the place and what to bring; two workers send it once."""
    visit = await visit_booked(county, "elder-13", 9, WEDNESDAY)
    assert await county.desk.places.remind_coming() == 0

    county.clock.forward(days=1)
    the_day_before = [await county.desk.places.remind_coming(), await county.desk.places.remind_coming()]
    county.clock.forward(hours=23)
    an_hour_before = [await county.desk.places.remind_coming(), await county.desk.places.remind_coming()]

    assert (the_day_before, an_hour_before) == ([1, 0], [1, 0])
    told = await county.told("visit_reminder")
    assert [m.facts["ahead"] for m in told] == ["明天", "1小时后"]
    assert told[0].facts["when"] == "11月25日（星期三）09:00"
    assert told[0].facts["bring"]
    assert local_day(visit.start) == WEDNESDAY


async def test_whoever_cancelled_or_books_at_short_notice_is_not_reminded(county):
    """No word that it is tomorrow for somebody who booked an hour ago."""
    elder = await county.caller("elder-13")
    slot = (await county.desk.places.find_slots(FindSlots(ALLOWANCE, frozenset({ANWEN}), limit=1)))[0]
    booked = await county.desk.places.book(BookAppointment(elder, person_of(elder), ALLOWANCE, slot.id))
    at_once = await county.desk.places.remind_coming()

    await county.desk.places.cancel(CancelAppointment(elder, booked.id))
    county.clock.forward(hours=1)

    assert (at_once, await county.desk.places.remind_coming()) == (0, 0)
