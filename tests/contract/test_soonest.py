"""最早什么时候能办: one question over all halls, kinds and days, answered by the rule that also books, on both stores."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
import pytest_asyncio

from intake.desk import Desk
from intake.errors import BookedOut, Paused
from intake.model.booking import Appointment, AppointmentState, Hold, Pool
from intake.model.catalogue import Availability, HallLevel, Way
from intake.model.ids import (
    AccountCode,
    CounterCode,
    DivisionCode,
    HallCode,
    PersonId,
    ServiceCode,
    VillageCode,
)
from intake.model.people import Account, Caller, Door, Role
from intake.model.places import CapacityPer, Counter, HoursPattern, OfferKind, OpenTime, Village
from intake.usecases.places.booking import BookAppointment, CancelAppointment, HoldPlace
from intake.usecases.places.lines import JoinLine
from intake.usecases.places.soonest import FindSoonest, Soonest
from storage.sql.store import Store
from tests.contract import nouns
from tests.fakes import SetClock
from tests.property.hall import small_tools

NEAR, FAR, CLOSED = HallCode("near"), HallCode("far"), HallCode("closed")
ITEM, OTHER_ITEM = ServiceCode("MZ01"), ServiceCode("MZ02")
HOME, AWAY = DivisionCode("330727001"), DivisionCode("330727002")
GROUP = nouns.hall().counters[0].group


@dataclass
class Town:
    """Two halls, 35 kilometres by road apart, and one that does not take the item; Monday nine o'clock."""

    store: Store
    desk: Desk
    clock: SetClock
    me: Caller
    neighbour: Caller
    clerk: Caller

    async def opens(self, hall: HallCode, hours: float, **changes: Any) -> OpenTime:
        """A place of half an hour, so many hours from now."""
        start = self.clock.now() + timedelta(hours=hours)
        place = {
            "hall": hall,
            "start": start,
            "end": start + timedelta(minutes=30),
            "online_capacity": 1,
            **changes,
        }
        made = nouns.open_time(**place)
        async with self.store.open_uow() as uow:
            await uow.slots.open([made])
            await uow.commit()
        return made

    async def comes(self, **changes: Any) -> None:
        """The rule for visits at home."""
        rule = HoursPattern(
            None, None, OfferKind.HOME_VISIT, date(2026, 1, 1), None, frozenset({1}), (), 30, 1, 0, CapacityPer.GROUP,
            on_holidays=False, notice_hours=0,
        )  # fmt: skip
        async with self.store.open_uow() as uow:
            await uow.places.put_hours([replace(rule, **changes)], [])
            await uow.commit()

    async def ask(self, who: Caller | None = None, **changes: Any) -> tuple[Soonest, ...]:
        """What one is answered."""
        return await self.desk.places.soonest(FindSoonest(ITEM, who or self.me, **changes))

    async def seen(self, who: Caller | None = None) -> list[Any]:
        """The places one is shown."""
        return [row.slot.id for row in await self.ask(who)]

    async def book(self, who: Caller, place: OpenTime, item: ServiceCode = ITEM) -> Appointment:
        """Somebody takes a place."""
        return await self.desk.places.book(BookAppointment(who, own(who), item, place.slot))

    async def hold(self, who: Caller, place: OpenTime) -> Hold:
        """Somebody keeps a place."""
        return await self.desk.places.hold(HoldPlace(who, own(who), ITEM, place.slot))


def own(caller: Caller) -> PersonId:
    """Whom the caller asks for."""
    assert caller.account.person is not None
    return caller.account.person


@pytest_asyncio.fixture
async def town(store: Store) -> Town:
    """The town with nothing open."""
    clock = SetClock()
    halls = [
        nouns.hall(code=NEAR, lat=29.0, level=HallLevel.TOWNSHIP, serves=(HOME,)),
        nouns.hall(code=FAR, lat=29.2, level=HallLevel.TOWNSHIP, serves=(AWAY,)),
        nouns.hall(code=CLOSED, lat=29.0, level=HallLevel.TOWNSHIP, serves=(HOME,)),
    ]
    taken = Availability(Way.DIRECT, Way.DIRECT, Way.NOT_HERE, {CLOSED: Way.NOT_HERE})
    village = Village(VillageCode("330727001201"), "某村委会", "某村", HOME, "安文街道", 29.0, 120.45)
    people = [_person(n) for n in range(2)]
    accounts = [
        Account(AccountCode(f"c-{n}"), p.name, Role.CITIZEN, person=p.id) for n, p in enumerate(people)
    ]
    clerk = Account(AccountCode("clerk"), "窗口", Role.CLERK, hall=NEAR)
    async with store.open_uow() as uow:
        numbered = [
            replace(
                hall, counters=(Counter(CounterCode(f"{hall.code}-1"), "综合窗口1", GROUP, "01"),), kiosks=()
            )
            for hall in halls
        ]
        await uow.places.put_halls(numbered)
        await uow.places.put_villages([village])
        items = [nouns.item(code=code, minutes=30, availability=taken) for code in (ITEM, OTHER_ITEM)]
        await uow.catalogue.replace(items, nouns.TODAY)
        for person in people:
            await uow.people.add(person)
        for account in (*accounts, clerk):
            await uow.people.put_account(account)
        await uow.commit()
    me, neighbour = (Caller(account, Door.PHONE) for account in accounts)
    return Town(store, Desk(small_tools(store, clock)), clock, me, neighbour, Caller(clerk, Door.DESK_PAGE))


def _person(number: int) -> Any:
    """A villager whom no ground puts first."""
    return nouns.person(
        id=PersonId(f"p-{number}"), id_number=nouns.id_number(number, birth="19900101"), tags=frozenset()
    )


async def test_an_hour_of_waiting_weighs_as_much_as_ten_kilometres(town: Town) -> None:
    """Three hours sooner is not worth 36 kilometres; a day sooner is, and each place says why it stands there."""
    near, far = await town.opens(NEAR, 5), await town.opens(FAR, 2)

    first, second = await town.ask()

    assert [first.slot.id, second.slot.id] == [near.slot, far.slot]
    assert [row.km for row in (first, second)] == [0.0, 35.6]
    assert "离您最近" in first.why
    assert "时间最早" in second.why
    town.clock.forward(hours=3)
    tomorrow, today = await town.opens(NEAR, 26), await town.opens(FAR, 2)
    await town.book(town.neighbour, near)

    assert await town.seen() == [today.slot, tomorrow.slot]


async def test_every_kind_is_asked_at_once_and_says_what_it_is(town: Town) -> None:
    """The counter by day and after hours, the machine with nobody beside it, and a visit, to which no way is counted."""
    await town.comes()
    kinds = [OfferKind.RESERVED, OfferKind.AFTER_HOURS, OfferKind.KIOSK]
    places = [await town.opens(NEAR, 3 + n, kind=kind) for n, kind in enumerate(kinds)]
    visit = await town.opens(NEAR, 6, kind=OfferKind.HOME_VISIT)
    await town.opens(NEAR, 2, kind=OfferKind.VOLUNTEER)

    rows = await town.ask()

    assert [row.slot.id for row in rows] == [*(place.slot for place in places), visit.slot]
    assert "自助机，没有人值守" in rows[2].why
    assert rows[3].why == ("工作人员到家里来，不用出门",)


async def test_what_is_shown_can_be_taken(town: Town) -> None:
    """Place by place: the question and the booking ask the same rule."""
    await town.comes()
    for hall in (NEAR, FAR):
        for n, kind in enumerate(OfferKind):
            await town.opens(hall, 3 + n, kind=kind)
            await town.opens(hall, 3.5 + n, kind=kind)

    for row in await town.ask(limit=30):
        held = await town.desk.places.hold(HoldPlace(town.me, own(town.me), ITEM, row.slot.id))
        assert held.slot == row.slot.id


async def test_a_hall_that_does_not_take_the_item_is_left_out(town: Town) -> None:
    """However near and however soon."""
    await town.opens(CLOSED, 2)
    place = await town.opens(NEAR, 40)

    assert await town.seen() == [place.slot]


async def test_the_notice_a_place_needs_is_kept_to_the_second(town: Town) -> None:
    """Shown a second before it can no longer be had, and not at that second."""
    place = await town.opens(NEAR, 25, notice_hours=24)
    town.clock.forward(seconds=3599)
    assert await town.seen() == [place.slot]

    town.clock.forward(seconds=1)

    assert await town.seen() == []


async def test_what_opens_only_for_enough_people_says_so_and_hides_nothing_certain(town: Town) -> None:
    """The evening for three comes sooner; the evening that opens in any case stands there, too."""
    start = town.clock.now() + timedelta(hours=9)
    evening = {"kind": OfferKind.AFTER_HOURS, "min_bookings": 3, "session": "tonight", "book_before": start}
    unsure = [await town.opens(NEAR, 9 + n / 2, **evening) for n in range(6)]
    certain = await town.opens(NEAR, 33, kind=OfferKind.AFTER_HOURS)

    tonight, tomorrow = await town.ask()

    assert [tonight.slot.id, tomorrow.slot.id] == [unsure[0].slot, certain.slot]
    assert "约满3人才开" in tonight.why
    assert not any("才开" in word for word in tomorrow.why)


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ({}, [NEAR]),
        ({"area": (HOME, AWAY)}, [NEAR, FAR]),
        ({"area": (AWAY,)}, []),
        ({"area": (HOME, AWAY), "travel_minutes_limit": 30}, [NEAR]),
    ],
)
async def test_a_visit_is_shown_where_the_halls_rule_lets_its_staff_go(
    town: Town, rule: dict[str, Any], shown: list[HallCode]
) -> None:
    """To the townships the hall serves, or those its rule names; and only as far as the rule lets them travel."""
    await town.comes(**rule)
    for hall in (NEAR, FAR):
        for n in range(4):
            await town.opens(hall, 5 + n / 2, kind=OfferKind.HOME_VISIT)

    assert [row.hall.code for row in await town.ask()] == shown


async def test_a_visit_needs_time_for_the_way(town: Town) -> None:
    """Half an hour at home and an hour on the road: not where only half an hour is free."""
    await town.comes(area=(HOME,), hall=FAR)
    alone = await town.opens(FAR, 5, kind=OfferKind.HOME_VISIT)
    row = [await town.opens(FAR, 8 + n / 2, kind=OfferKind.HOME_VISIT) for n in range(4)]

    seen = await town.seen()

    assert seen == [row[0].slot]
    assert alone.slot not in seen


async def test_who_may_book_no_more_hears_so_instead_of_being_shown_places(town: Town) -> None:
    """Too many bookings, or too often away; the clerk at the desk, who may book for them, sees the places."""
    place = await town.opens(NEAR, 4)
    await town.opens(NEAR, 3, kind=OfferKind.STAGGERED)
    strict = replace(town.desk.places.tools.rules.booking, live_per_person=0)
    tools = town.desk.places.tools
    desk = Desk(replace(tools, rules=replace(tools.rules, booking=strict)))

    with pytest.raises(BookedOut):
        await desk.places.soonest(FindSoonest(ITEM, town.me))

    rows = await desk.places.soonest(FindSoonest(ITEM, town.clerk, own(town.me)))
    assert place.slot in {row.slot.id for row in rows}


async def test_who_stayed_away_too_often_hears_until_when(town: Town) -> None:
    """Three visits missed in the past weeks, and one more morning is not promised."""
    await town.opens(NEAR, 4)
    for n in range(3):
        await _missed(town, days=n + 1)

    with pytest.raises(Paused):
        await town.ask()
    assert await town.seen(town.neighbour)


async def _missed(town: Town, *, days: int) -> None:
    start = town.clock.now() - timedelta(days=days)
    gone = nouns.appointment(
        person=own(town.me), start=start, end=start, state=AppointmentState.NO_SHOW, hall=NEAR, ended_at=start
    )
    async with town.store.open_uow() as uow:
        await uow.appointments.add(gone)
        await uow.commit()


async def test_a_place_given_back_a_moment_ago_is_shown_to_others_only(town: Town) -> None:
    """Who lets go of a place cannot take it again for half an hour; the neighbour sees it at once."""
    first, later = await town.opens(NEAR, 4), await town.opens(NEAR, 6)
    mine = await town.book(town.me, first)
    await town.desk.places.cancel(CancelAppointment(town.me, mine.id))

    assert await town.seen() == [later.slot]
    assert await town.seen(town.neighbour) == [first.slot]
    town.clock.forward(minutes=town.desk.places.tools.rules.booking.cool_down_minutes)
    assert await town.seen() == [first.slot]


async def test_who_has_a_place_is_shown_where_it_could_be_moved(town: Town) -> None:
    """Not the place they have; and the limit of bookings does not count, for a move is not one more."""
    soon, mine = await town.opens(NEAR, 4), await town.opens(NEAR, 8)
    await town.book(town.me, mine)
    assert await town.seen() == [soon.slot]

    await town.book(town.neighbour, soon)

    assert await town.seen() == []


async def test_a_hold_of_another_hides_the_place_until_the_very_second_it_ends(town: Town) -> None:
    """By the clock alone: no chore has to run first."""
    place = await town.opens(NEAR, 4)
    held = await town.hold(town.neighbour, place)
    town.clock.forward(seconds=(held.expires_at - town.clock.now()).total_seconds() - 1)
    assert await town.seen() == []

    town.clock.forward(seconds=1)

    assert await town.seen() == [place.slot]


async def test_ones_own_hold_hides_nothing(town: Town) -> None:
    """The last place, kept by the person who looks."""
    place = await town.opens(NEAR, 4)
    await town.hold(town.me, place)

    assert await town.seen() == [place.slot]


async def test_places_kept_for_a_line_do_not_hide_the_one_behind_them(town: Town) -> None:
    """Whoever waits for this morning comes first there; the next one who asks is shown the afternoon."""
    start = town.clock.now()
    morning = [await town.opens(NEAR, 2 + n / 10) for n in range(4)]
    for number, place in enumerate(morning, start=2):
        await town.book(await _villager(town, number), place)
    wish = JoinLine(town.neighbour, own(town.neighbour), ITEM, NEAR, start, start + timedelta(hours=4))
    await town.desk.places.join_line(wish)
    async with town.store.open_uow() as uow:
        await uow.slots.give_back([place.slot for place in morning], Pool.ONLINE)
        await uow.commit()
    afternoon = await town.opens(NEAR, 6)

    assert await town.seen() == [afternoon.slot]


async def _villager(town: Town, number: int) -> Caller:
    person = _person(number)
    account = Account(AccountCode(f"c-{number}"), person.name, Role.CITIZEN, person=person.id)
    async with town.store.open_uow() as uow:
        await uow.people.add(person)
        await uow.people.put_account(account)
        await uow.commit()
    return Caller(account, Door.PHONE)


async def test_nobody_known_is_told_by_time_alone(town: Town) -> None:
    """Before signing in: no way is counted, and no visit is promised to no village."""
    await town.comes()
    await town.opens(NEAR, 3, kind=OfferKind.HOME_VISIT)
    far, near = await town.opens(FAR, 4), await town.opens(NEAR, 5)

    rows = await town.desk.places.soonest(FindSoonest(ITEM))

    assert [(row.slot.id, row.km) for row in rows] == [(far.slot, None), (near.slot, None)]
