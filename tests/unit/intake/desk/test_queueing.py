"""排队叫号: arriving, being called, and what becomes of a number."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from intake.errors import (
    BadInput,
    NobodyWaiting,
    NotAllowed,
    NotFound,
    NotNow,
    Stale,
    TooEarly,
    UnknownService,
)
from intake.model.booking import AppointmentState
from intake.model.ids import CounterCode, IntentKey, ServiceCode
from intake.model.queue import TicketState
from intake.usecases.places.booking import CancelAppointment
from intake.usecases.queue.arriving import CheckIn, TakeNumber
from intake.usecases.queue.calling import CallNext, ChangeTicket, TicketAct
from tests.desks import ALLOWANCE, ANWEN, COUNTY, NEW_ID_CARD, person_of
from tests.journeys import booked, submitted

COUNTER, POLICE_COUNTER = CounterCode("anwen-comprehensive-1"), CounterCode("anwen-police-1")


async def walk_in(county, holder="", *, person=None, item=None, who="clerk-anwen-1", hall=ANWEN):
    """Somebody without an appointment takes a number."""
    somebody = person_of(await county.caller(person)) if person else None
    return await county.desk.queue.take_number(
        TakeNumber(await county.caller(who), hall, item, somebody, holder)
    )


async def call(county, who="clerk-anwen-1", counter=COUNTER, key=None):
    """A clerk presses 叫号."""
    return await county.desk.queue.call_next(CallNext(await county.caller(who), ANWEN, counter, key))


async def change(county, ticket, act, who="clerk-anwen-1"):
    """A clerk does something with a number as their page shows it."""
    cmd = ChangeTicket(await county.caller(who), ticket.id, ticket.version, act)
    return await county.desk.queue.change(cmd)


async def test_checking_in_twice_gives_the_same_number(county):
    """Pressed on the phone and again at the machine: one place in line."""
    appointment, citizen = await booked(county), await county.caller("citizen-1")
    clerk = await county.caller("clerk-anwen-1")
    county.clock.forward(hours=1)

    one = await county.desk.queue.check_in(CheckIn(citizen, appointment.number))
    other = await county.desk.queue.check_in(CheckIn(clerk, appointment.number))

    assert one == other
    assert (one.number, one.holder, one.booked_for) == ("A001", "金秀萍", appointment.start)
    assert await county.desk.queue.today(clerk, ANWEN) == (one,)


async def test_one_checks_in_from_an_hour_before_and_hears_from_when_on(county):
    """Booked for half past ten; it is nine. The refusal names the time, and what can be done until then."""
    appointment, citizen = await booked(county), await county.caller("citizen-1")
    county.clock.forward(minutes=29, seconds=59)

    with pytest.raises(TooEarly) as refused:
        await county.desk.queue.check_in(CheckIn(citizen, appointment.number))

    assert "11月23日（星期一）09:30" in refused.value.next_step
    assert "现场号" in refused.value.next_step
    county.clock.forward(seconds=1)
    assert (await county.desk.queue.check_in(CheckIn(citizen, appointment.number))).booked_for


@pytest.mark.parametrize(("hours", "possible"), [(8, True), (14.9, True), (15, False), (24, False)])
async def test_late_is_still_today_and_tomorrow_is_over(county, hours, possible):
    """A number is of one day; the day after, nobody is told that it is too early."""
    appointment, citizen = await booked(county), await county.caller("citizen-1")
    county.clock.forward(hours=hours)

    if possible:
        assert (await county.desk.queue.check_in(CheckIn(citizen, appointment.number))).state
        return
    with pytest.raises(NotNow) as refused:
        await county.desk.queue.check_in(CheckIn(citizen, appointment.number))
    assert "已经过了" in refused.value.title


@pytest.mark.parametrize("who", ["citizen-2", "proxy-1", "clerk-county-1", "kiosk-1"])
async def test_nobody_checks_in_for_a_stranger_or_at_another_hall(county, who):
    """Whoever guesses the number learns not even that it exists."""
    appointment = await booked(county)
    county.clock.forward(hours=1)

    with pytest.raises(NotFound):
        await county.desk.queue.check_in(CheckIn(await county.caller(who), appointment.number))


async def test_a_cancelled_appointment_gives_no_number(county):
    """The place went to somebody else."""
    appointment, citizen = await booked(county), await county.caller("citizen-1")
    await county.desk.places.cancel(CancelAppointment(citizen, appointment.id))
    county.clock.forward(hours=1)

    with pytest.raises(NotNow) as refused:
        await county.desk.queue.check_in(CheckIn(citizen, appointment.number))

    assert "已取消" in refused.value.title


async def test_a_walk_in_gives_a_name_and_gets_the_number_of_the_counters_that_help(county):
    """A for 综合, B for 公安; without a name nobody could be called."""
    asks, loses = await walk_in(county, "老王"), await walk_in(county, "老李", item=NEW_ID_CARD)

    assert (asks.number, asks.service_name) == ("A001", "咨询")
    assert (loses.number, loses.group) == ("B001", "police")
    with pytest.raises(BadInput):
        await walk_in(county, "  ")


async def test_the_green_channel_is_explained_on_the_number(county):
    """elder-1 is seventy-six: the ground stands there, for whoever asks why they go first."""
    young, old = await walk_in(county, "老王"), await walk_in(county, person="elder-1")

    line = await county.desk.queue.today(await county.caller("clerk-anwen-1"), ANWEN)
    (entry, *_) = [one for one in await county.audited("queue.take_number") if one.facts["green"]]

    assert (young.green, old.green) == ("", "elder")
    assert [one.id for one in line] == [old.id, young.id]
    assert (entry.person, entry.facts["ticket"]) == (old.person, old.number)


async def test_a_case_already_begun_comes_along_with_the_number(county):
    """The clerk never asks for what the phone already delivered."""
    case = await submitted(county)

    ticket = await walk_in(county, person="citizen-1", item=ALLOWANCE)

    assert ticket.case == case.id


async def test_a_citizen_takes_no_number_in_another_persons_name(county):
    """Otherwise an id would be enough to learn whose it is."""
    with pytest.raises(NotFound):
        await walk_in(county, who="citizen-1", person="elder-1")

    own = await walk_in(county, who="citizen-1", person="citizen-1")
    assert own.holder == "金秀萍"


async def test_those_who_wait_are_called_in_order_and_then_nobody(county):
    """One number to one press; an empty hall is told as such."""
    waiting = [await walk_in(county, f"第{n}位") for n in range(3)]

    called = [await call(county) for _ in waiting]

    assert [one.id for one in called] == [one.id for one in waiting]
    assert {(one.state, one.counter, one.calls) for one in called} == {(TicketState.CALLED, COUNTER, 1)}
    with pytest.raises(NobodyWaiting):
        await call(county)


async def test_two_clerks_who_press_together_never_get_the_same_person(county):
    """Ten wait, both press ten times at once: ten people, each once."""
    waiting = {(await walk_in(county, f"第{n}位")).number for n in range(10)}

    presses = (call(county, f"clerk-anwen-{1 + n % 2}") for n in range(20))
    answers = await asyncio.gather(*presses, return_exceptions=True)

    called = [answer.number for answer in answers if not isinstance(answer, BaseException)]
    assert sorted(called) == sorted(waiting)
    assert {type(answer) for answer in answers if isinstance(answer, BaseException)} == {NobodyWaiting}


async def test_a_repeated_press_with_one_key_calls_one_person(county):
    """The page's second try after a dropped line."""
    for n in range(2):
        await walk_in(county, f"第{n}位")

    one, again = await call(county, key=IntentKey("k")), await call(county, key=IntentKey("k"))

    assert one == again


@pytest.mark.parametrize(
    ("who", "counter", "refusal"),
    [
        ("clerk-county-1", COUNTER, NotFound),
        ("clerk-anwen-1", POLICE_COUNTER, NotAllowed),
        ("clerk-anwen-1", CounterCode("county-comprehensive-1"), BadInput),
        ("director-anwen", COUNTER, NotAllowed),
    ],
)
async def test_a_clerk_calls_at_an_own_counter_of_the_own_hall(county, who, counter, refusal):
    """And the refused press leaves everybody waiting."""
    waiting = await walk_in(county, "老王")

    with pytest.raises(refusal):
        await call(county, who, counter)

    (still,) = await county.desk.queue.today(await county.caller("clerk-anwen-1"), ANWEN)
    assert still == waiting


async def test_the_called_person_is_told_where_to_go(county):
    """On the telephone too, for those who wait in the yard."""
    await walk_in(county, person="citizen-1")

    called = await call(county)

    (told,) = await county.told("ticket_called")
    assert told.to == "citizen-1"
    assert (told.facts["ticket"], told.facts["counter"]) == (called.number, "综合窗口1")


async def test_a_stale_page_does_not_change_a_number(county):
    """The other clerk was faster; the page is told and shows how it is now."""
    await walk_in(county, "老王")
    called = await call(county)
    await change(county, called, TicketAct.SERVE)

    with pytest.raises(Stale):
        await change(county, called, TicketAct.MISS, "clerk-anwen-2")


async def test_served_to_the_end_the_appointment_is_kept(county):
    """It counts as kept, not as a no-show."""
    appointment, citizen = await booked(county), await county.caller("citizen-1")
    county.clock.forward(hours=1)
    await county.desk.queue.check_in(CheckIn(citizen, appointment.number))

    served = await change(county, await call(county), TicketAct.SERVE)
    await change(county, served, TicketAct.FINISH)

    (kept,) = await county.desk.places.my_appointments(citizen)
    assert kept.state is AppointmentState.KEPT


async def test_another_halls_clerk_does_not_touch_the_number(county):
    """Nor see the queue; the supervisor may look and not touch."""
    await walk_in(county, "老王")
    called = await call(county)

    with pytest.raises(NotFound):
        await change(county, called, TicketAct.SERVE, "clerk-county-1")
    with pytest.raises(NotFound):
        await county.desk.queue.today(await county.caller("clerk-county-1"), ANWEN)
    with pytest.raises(NotAllowed):
        await change(county, called, TicketAct.SERVE, "supervisor")
    assert await county.desk.queue.today(await county.caller("supervisor"), ANWEN) == (called,)


async def test_every_change_moves_the_halls_pulse_and_no_other_halls(county):
    """What an open page watches."""
    before = await county.desk.queue.pulses()

    await walk_in(county, "老王")

    after = await county.desk.queue.pulses()
    assert after.get(ANWEN, 0) == before.get(ANWEN, 0) + 1
    assert after.get(COUNTY, 0) == before.get(COUNTY, 0)


async def test_a_number_for_an_item_nobody_knows_is_refused(county):
    """And leaves no gap in the numbers."""
    with pytest.raises(UnknownService):
        await walk_in(county, "老王", item=ServiceCode("XX99"))

    assert (await walk_in(county, "老王")).number == "A001"


async def test_every_stretch_of_a_visit_is_written_down_once(county):
    """Waited four minutes, walked one, parked ten in between, served three: what the figures are made of."""
    ticket = await walk_in(county, "老王")
    county.clock.forward(minutes=4)
    called = await call(county)
    county.clock.forward(minutes=1)
    served = await change(county, called, TicketAct.SERVE)
    county.clock.forward(minutes=2)
    parked = await change(county, served, TicketAct.PARK)
    county.clock.forward(minutes=10)
    await change(county, parked, TicketAct.COME_BACK)
    served = await change(county, await call(county), TicketAct.SERVE)
    county.clock.forward(minutes=3)
    await change(county, served, TicketAct.FINISH)

    async with county.store.open_view() as view:
        periods = await view.lines.periods_of(ticket.id)

    spent = [(period.kind.value, period.seconds // 60, period.ended_as.value) for period in periods]
    assert spent == [
        ("waiting", 4, "called"),
        ("called", 1, "serving"),
        ("serving", 2, "parked"),
        ("parked", 10, "waiting"),
        ("waiting", 0, "called"),
        ("called", 0, "serving"),
        ("serving", 3, "done"),
    ]
    assert all(one.end == other.start for one, other in pairwise(periods))
    assert {period.clerk for period in periods} == {"clerk-anwen-1"}
    assert {period.counter for period in periods} == {COUNTER}
