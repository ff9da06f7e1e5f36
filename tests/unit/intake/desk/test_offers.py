"""5+X: each kind of offer is booked by its own rule, not by a label."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.desk import Desk
from intake.errors import BookedOut, NotThisWay, SlotPast
from intake.model.catalogue import CounterGroup, Way
from intake.model.ids import ServiceCode
from intake.model.places import OfferKind
from intake.usecases.people.representing import RecordMandate
from intake.usecases.places.booking import BookAppointment, FindSlots
from tests.desks import ALLOWANCE, ANWEN, ELDER_CARD, JIANSHAN, person_of


async def places(county, kind, item=ALLOWANCE, hall=None, who=None):
    """The free places of a kind, soonest first."""
    person = person_of(await county.caller(who)) if who else None
    halls = frozenset({hall}) if hall else None
    wish = FindSlots(item, halls, kinds=frozenset({kind}), limit=500, person=person)
    return await county.desk.places.find_slots(wish)


async def take(county, slot, who="citizen-1", item=ALLOWANCE, desk=None):
    """Somebody books a place for themselves."""
    caller = await county.caller(who)
    return await (desk or county.desk).places.book(BookAppointment(caller, person_of(caller), item, slot.id))


async def with_rules(county, kind, **changes):
    """The hall rules of one kind, changed."""
    async with county.store.open_uow() as uow:
        patterns, exceptions = await uow.places.hours()
        changed = [replace(p, **changes) if p.kind is kind else p for p in patterns]
        await uow.places.put_hours(changed, exceptions)
        await uow.commit()


async def home_item(county):
    """An item that may be done at home."""
    return next(item for item in await county.desk.catalogue.all() if item.home_visit).code


def at_any_counter(item):
    """Whether the comprehensive counters of a township take it."""
    return item.counter_group is CounterGroup.COMPREHENSIVE and item.availability.township is Way.DIRECT


async def test_a_kiosk_is_booked_at_any_hour_and_says_whether_somebody_helps_there(county):
    """By day with a helper, at night alone; both are places one can have."""
    slots = await places(county, OfferKind.KIOSK, ELDER_CARD, ANWEN)
    alone = next(slot for slot in slots if not slot.helper)
    helped = next(slot for slot in slots if slot.helper)

    night = await take(county, alone, item=ELDER_CARD)
    day = await take(county, helped, "citizen-2", ELDER_CARD)

    assert (night.kind, day.kind) == (OfferKind.KIOSK, OfferKind.KIOSK)
    patterns = [p for p in (await _patterns(county)) if p.kind is OfferKind.KIOSK]
    assert any(p.helper_periods for p in patterns)


async def _patterns(county):
    async with county.store.open_view() as view:
        return (await view.places.hours())[0]


async def test_what_no_machine_can_do_is_not_booked_at_one(county):
    """The refusal says that it is done at the counter."""
    slot = (await places(county, OfferKind.KIOSK, ELDER_CARD, ANWEN))[0]
    item = next(i.code for i in await county.desk.catalogue.all() if not i.kiosk and at_any_counter(i))
    caller = await county.caller("citizen-1")

    with pytest.raises(NotThisWay) as refused:
        await county.desk.places.book(BookAppointment(caller, person_of(caller), item, slot.id))

    assert "自助机上还办不了" in refused.value.title
    assert await places(county, OfferKind.KIOSK, item) == ()


async def test_a_volunteer_is_booked_where_there_is_a_point(county):
    """A place like any other, at its own hours and with its own number of people."""
    slots = await places(county, OfferKind.VOLUNTEER)

    taken = await take(county, slots[0])

    assert taken.kind is OfferKind.VOLUNTEER
    left = {slot.id: slot.online_left for slot in await places(county, OfferKind.VOLUNTEER)}
    assert left.get(taken.slot, 0) == slots[0].online_left - 1


async def test_staff_come_only_to_the_villages_their_hall_serves(county):
    """Another township's hall has a free afternoon; the elder hears which way it goes."""
    item, elder = await home_item(county), await county.caller("elder-1")
    home = await county.desk.places.home_hall(elder)
    elsewhere = next(
        slot
        for slot in await places(county, OfferKind.HOME_VISIT, item, who="elder-1")
        if slot.hall not in {home.code, "county"}
    )

    with pytest.raises(NotThisWay) as refused:
        await take(county, elsewhere, "elder-1", item)

    assert "只上门到自己服务的乡镇" in refused.value.title


async def test_staff_come_only_as_far_as_the_hall_lets_them_travel(county):
    """The same visit is taken with the county's limit, and refused with the minutes when the limit is shorter."""
    item, elder = await home_item(county), await county.caller("elder-1")
    home = await county.desk.places.home_hall(elder)
    slot = (await places(county, OfferKind.HOME_VISIT, item, home.code, "elder-1"))[0]

    await with_rules(county, OfferKind.HOME_VISIT, travel_minutes_limit=1)
    with pytest.raises(NotThisWay) as refused:
        await take(county, slot, "elder-1", item)
    assert "路上要" in refused.value.title

    await with_rules(county, OfferKind.HOME_VISIT, travel_minutes_limit=600)
    assert (await take(county, slot, "elder-1", item)).village is not None


@pytest.mark.parametrize("kind", [OfferKind.AFTER_HOURS, OfferKind.HOME_VISIT, OfferKind.VOLUNTEER])
async def test_the_notice_a_kind_needs_is_kept_to_the_second(county, kind):
    """A second before the last moment it can be booked; at it no more, and it is no longer shown."""
    item = await home_item(county) if kind is OfferKind.HOME_VISIT else ALLOWANCE
    hall = (await county.desk.places.home_hall(await county.caller("elder-1"))).code
    slots = await places(county, kind, item, hall if kind is OfferKind.HOME_VISIT else None, "elder-1")
    slot = next(slot for slot in slots if slot.notice_hours and slot.min_bookings == 1)
    assert slot.book_before <= slot.start - timedelta(hours=slot.notice_hours)
    county.clock.forward(seconds=(slot.book_before - county.clock.now()).total_seconds())

    with pytest.raises(SlotPast):
        await take(county, slot, "elder-1", item)
    assert slot.id not in {one.id for one in await places(county, kind, item, who="elder-1")}
    county.clock.forward(seconds=-1)

    assert (await take(county, slot, "elder-1", item)).slot == slot.id


@pytest.mark.parametrize(
    ("changes", "what"),
    [({"made_per_proxy_and_day": 1}, "代办员今天新约的号"), ({"live_per_proxy": 1}, "代办员手上没办的预约")],
)
async def test_a_proxy_books_for_so_many_elders_and_then_asks_the_hall(county, changes, what):
    """The second elder of the day, or the second that is not done yet, is one too many; a citizen is not bound by it."""
    tools = county.desk.places.tools
    booking = replace(tools.rules.booking, **changes)
    desk = Desk(replace(tools, rules=replace(tools.rules, booking=booking)))
    proxy = await county.caller("proxy-1")
    elders = [person.id for person in await county.desk.people.villagers(proxy)][:2]
    slots = await places(county, OfferKind.RESERVED, hall=JIANSHAN)
    for elder in elders:
        await desk.people.record_mandate(RecordMandate(proxy, elder, ALLOWANCE, "本人同意"))

    await desk.places.book(BookAppointment(proxy, elders[0], ALLOWANCE, slots[0].id))
    with pytest.raises(BookedOut) as refused:
        await desk.places.book(BookAppointment(proxy, elders[1], ALLOWANCE, slots[1].id))

    assert what in refused.value.title
    assert await take(county, slots[1], desk=desk)


async def test_an_item_not_on_the_list_of_the_kind_is_not_found_by_it(county):
    """Who looks for visits at home for a matter of the counter finds none."""
    item = next(i.code for i in await county.desk.catalogue.all() if not i.home_visit)

    assert await places(county, OfferKind.HOME_VISIT, ServiceCode(item)) == ()
