"""排队叫号: forwarding, parking, coming back, the hall's own rules, and what everybody in the hall may see."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.errors import (
    BadInput,
    KeyReused,
    NotAllowed,
    NotFound,
    NotNow,
    ReturnedTooLate,
    ReturnedTooOften,
    Stale,
)
from intake.model.catalogue import CounterGroup
from intake.model.ids import CounterCode, IntentKey
from intake.model.queue import TicketState
from intake.usecases.queue.arriving import CheckIn, TakeNumber
from intake.usecases.queue.calling import (
    AmendTicket,
    CallNext,
    ChangeTicket,
    ForwardTicket,
    SetPost,
    TicketAct,
)
from intake.usecases.queue.ruling import SetLineRules
from tests.desks import ALLOWANCE, ANWEN, COUNTY, ELDER_CARD, person_of
from tests.journeys import booked, submitted

COUNTER = CounterCode("anwen-comprehensive-1")
CLERK = "clerk-anwen-1"


async def take(county, holder="", *, person=None, item=None):
    """A number for somebody who just came in."""
    somebody = person_of(await county.caller(person)) if person else None
    cmd = TakeNumber(await county.caller(CLERK), ANWEN, item, somebody, holder)
    return await county.desk.queue.take_number(cmd)


async def call(county):
    """A clerk presses 叫号."""
    return await county.desk.queue.call_next(CallNext(await county.caller(CLERK), ANWEN, COUNTER))


async def act(county, ticket, what, *, who=CLERK, key=None):
    """Something is done with a number as the page shows it."""
    cmd = ChangeTicket(await county.caller(who), ticket.id, ticket.version, what, key and IntentKey(key))
    return await county.desk.queue.change(cmd)


async def waiting(county):
    """The numbers in line, as they will be called."""
    line = await county.desk.queue.line(await county.caller(CLERK), ANWEN)
    return [ticket.number for ticket in line.tickets if ticket.state is TicketState.WAITING]


async def missed(county, ticket):
    """Called, and not there."""
    called = await call(county)
    assert called.id == ticket.id
    return await act(county, called, TicketAct.MISS)


@pytest.mark.parametrize("what", [TicketAct.RECALL, TicketAct.SERVE, TicketAct.MISS, TicketAct.PARK])
async def test_a_press_repeated_after_a_lost_answer_hears_the_same_and_happens_once(county, what):
    """The line broke between the act and its answer: no second call, no “somebody was faster”."""
    await take(county, "老王")
    called = await call(county)

    one = await act(county, called, what, key="k")
    other = await act(county, called, what, key="k")

    assert one == other
    assert len(await county.audited(f"queue.{what}")) == 1


async def test_one_key_is_not_taken_for_another_act(county):
    """Two different presses under one key are a mistake of the page, and are told so."""
    await take(county, "老王")
    called = await call(county)
    await act(county, called, TicketAct.RECALL, key="k")

    with pytest.raises(KeyReused):
        await act(county, called, TicketAct.SERVE, key="k")


async def test_forwarded_to_other_counters_one_keeps_number_and_place(county):
    """Sent on to the police counter: not behind those who came to it later."""
    forwarded = await take(county, "老王")
    county.clock.forward(minutes=5)
    police = await take(county, "后来的人", item=None)
    clerk = await county.caller(CLERK)

    called = await call(county)
    cmd = ForwardTicket(clerk, called.id, called.version, CounterGroup.POLICE, IntentKey("f"))
    moved = await county.desk.queue.forward(cmd)

    assert await county.desk.queue.forward(cmd) == moved
    assert (moved.number, moved.order_at, moved.group) == (forwarded.number, forwarded.order_at, "police")
    assert (moved.state, moved.counter, moved.calls) == (TicketState.WAITING, None, 0)
    assert await waiting(county) == [moved.number, police.number]
    (entry,) = await county.audited("queue.forward")
    assert entry.facts["group"] == "police"


async def test_one_is_not_forwarded_to_counters_the_hall_does_not_have(county):
    """Nor to those where one stands already."""
    await take(county, "老王")
    called = await call(county)
    clerk = await county.caller(CLERK)
    hall = next(hall for hall in await county.desk.places.halls() if hall.code == ANWEN)
    lacking = next(iter(set(CounterGroup) - hall.groups()))

    for group in (lacking, CounterGroup.COMPREHENSIVE):
        with pytest.raises(BadInput):
            await county.desk.queue.forward(ForwardTicket(clerk, called.id, called.version, group))


async def test_an_edited_slip_keeps_its_place(county):
    """The name was misheard, the matter was another: nobody slides back for that."""
    first, second = await take(county, "老黄"), await take(county, "老李")
    county.clock.forward(minutes=30)
    clerk = await county.caller(CLERK)

    cmd = AmendTicket(clerk, first.id, first.version, "老王", ELDER_CARD)
    amended = await county.desk.queue.amend(cmd)

    assert (amended.holder, amended.service_code) == ("老王", ELDER_CARD)
    kept = ("number", "order_at", "taken_at", "since", "state", "group")
    assert all(getattr(amended, name) == getattr(first, name) for name in kept)
    assert await waiting(county) == [first.number, second.number]
    with pytest.raises(Stale):
        await county.desk.queue.amend(cmd)


async def test_the_missed_come_back_to_their_place_as_often_as_the_hall_allows(county):
    """Twice by the county's rule; the third time they are told to take a new number."""
    ticket = await take(county, "老王")
    for _ in range(2):
        ticket = await act(county, await missed(county, ticket), TicketAct.COME_BACK)
        await take(county, "后来的人")
        assert (await waiting(county))[0] == ticket.number

    third = await missed(county, ticket)
    with pytest.raises(ReturnedTooOften) as refused:
        await act(county, third, TicketAct.COME_BACK)

    assert "重新取一个号" in refused.value.next_step


async def test_who_was_missed_too_long_ago_takes_a_new_number(county):
    """Half an hour by the county's rule: in the 31st minute the old place is gone, and the page no longer offers it."""
    gone = await missed(county, await take(county, person="citizen-1"))
    citizen = await county.caller("citizen-1")
    county.clock.forward(minutes=30)
    (place,) = await county.desk.queue.mine(citizen)
    assert place.back_until == county.clock.now()
    county.clock.forward(minutes=1)
    (place,) = await county.desk.queue.mine(citizen)

    assert place.back_until is None
    with pytest.raises(ReturnedTooLate):
        await act(county, gone, TicketAct.COME_BACK, who="citizen-1")


async def test_a_code_scanned_at_the_counter_checks_in_as_the_number_read_aloud_does(county):
    """The clerk's scanner reads the phone; both ways it is the same arrival, and another hall's clerk opens nothing."""
    appointment = await booked(county)
    county.clock.forward(hours=1)

    with pytest.raises(NotFound):
        await county.desk.queue.check_in(CheckIn(await county.caller("clerk-county-1"), appointment.id))
    by_code = await county.desk.queue.check_in(CheckIn(await county.caller(CLERK), appointment.id))
    by_number = await county.desk.queue.check_in(CheckIn(await county.caller(CLERK), appointment.number))

    assert by_code == by_number


async def test_a_citizen_who_names_nobody_takes_a_number_for_themselves(county):
    """By the poster in the hall: it shows on the own telephone afterwards."""
    citizen = await county.caller("citizen-1")

    ticket = await county.desk.queue.take_number(TakeNumber(citizen, ANWEN, None))

    assert [place.ticket.id for place in await county.desk.queue.mine(citizen)] == [ticket.id]


async def test_nobody_who_was_missed_comes_back_by_itself(county):
    """Hours later they are still on the missed list, whoever else is called."""
    ticket = await take(county, "老王")
    await missed(county, ticket)
    county.clock.forward(hours=2)
    other = await take(county, "老李")

    assert await waiting(county) == [other.number]


async def test_one_says_oneself_that_one_is_back_or_gives_up(county):
    """On the own telephone, for the own number only; calling and serving stay the clerks'."""
    ticket = await take(county, person="citizen-1")
    gone = await missed(county, ticket)
    for stranger in ("citizen-2", "clerk-county-1"):
        with pytest.raises(NotFound):
            await act(county, gone, TicketAct.COME_BACK, who=stranger)

    back = await act(county, gone, TicketAct.COME_BACK, who="citizen-1")
    with pytest.raises(NotAllowed):
        await act(county, back, TicketAct.SERVE, who="citizen-1")
    left = await act(county, back, TicketAct.LEAVE, who="citizen-1")

    assert left.state is TicketState.LEFT
    assert await waiting(county) == []
    with pytest.raises(NotNow):
        await act(county, left, TicketAct.COME_BACK)


async def test_one_person_stands_in_line_once_for_one_matter(county):
    """Two helpers, or a double tap at the machine: the same number again. Another matter is another number."""
    one = await take(county, person="citizen-1", item=ALLOWANCE)

    assert await take(county, person="citizen-1", item=ALLOWANCE) == one
    assert (await take(county, person="citizen-1", item=ELDER_CARD)).id != one.id


async def rules(county, who="director-anwen", version=0, hall=ANWEN, **changes):
    """Somebody sets a hall's rules."""
    caller = await county.caller(who)
    known = await county.desk.queue.rules(await county.caller("supervisor"), hall)
    return await county.desk.queue.set_rules(
        SetLineRules(caller, hall, replace(known.rules, **changes), version)
    )


async def test_the_hall_sets_its_own_bound_over_the_countys(county):
    """The director halves the elders' credit here; the county hall next door keeps the county's rule."""
    mine = await rules(county, green_credit_minutes=10, most_overtaken=2)
    elder = await take(county, person="elder-1")

    other = await county.desk.queue.rules(await county.caller("supervisor"), COUNTY)
    assert (mine.version, mine.rules.green_credit_minutes, elder.green_credit) == (1, 10, 10)
    assert (other.version, other.rules.green_credit_minutes) == (0, 20)
    assert "最多有2位" in mine.rules.in_words
    (entry,) = await county.audited("queue.set_rules")
    assert entry.facts == {"hall": ANWEN, "green_credit_minutes": "20→10", "most_overtaken": "6→2"}
    with pytest.raises(Stale):
        await rules(county, version=0, green_credit_minutes=30)


async def test_only_the_halls_director_sets_a_bound_and_only_a_sane_one(county):
    """A credit of a whole day would be no bound; zero passes would end the green channel by the back door."""
    with pytest.raises(NotAllowed):
        await rules(county, CLERK, green_credit_minutes=30)
    with pytest.raises(NotFound):
        await rules(county, hall=COUNTY, green_credit_minutes=30)
    for wrong in ({"green_credit_minutes": 1440}, {"most_overtaken": 0}, {"recall_limit": 0}):
        with pytest.raises(BadInput):
            await rules(county, **wrong)


async def test_after_the_halls_bound_of_later_comers_the_walk_in_is_called(county):
    """Two elders may pass him, the third may not; and the clerk reads why."""
    await rules(county, most_overtaken=2)
    plain = await take(county, "老王")
    county.clock.forward(minutes=1)
    for person in ("elder-1", "elder-2", "elder-3"):
        await take(county, person=person)

    order = [(await call(county)).number for _ in range(2)]
    county.clock.forward(minutes=1)
    third = await call(county)

    assert plain.number not in order
    assert third.id == plain.id


async def test_a_counter_is_open_when_somebody_calls_there_and_until_it_is_closed(county):
    """What those who wait are told is reckoned with the counters that are really open."""
    await take(county, "老王")
    clerk = await county.caller(CLERK)

    def counters(line):
        return next(group.counters for group in line.groups if group.group is CounterGroup.COMPREHENSIVE)

    before = counters(await county.desk.queue.line(clerk, ANWEN))
    called = await call(county)
    during = counters(await county.desk.queue.line(clerk, ANWEN))
    await act(county, called, TicketAct.MISS)
    await county.desk.queue.set_post(SetPost(clerk, ANWEN, COUNTER, open=False))
    after = counters(await county.desk.queue.line(clerk, ANWEN))

    assert (before, during, after) == (0, 1, 0)
    with pytest.raises(NotAllowed):
        await county.desk.queue.set_post(SetPost(clerk, ANWEN, CounterCode("anwen-police-1"), open=True))


async def test_yesterdays_open_counter_is_not_open_today(county):
    """Somebody went home without closing it."""
    clerk = await county.caller(CLERK)
    await county.desk.queue.set_post(SetPost(clerk, ANWEN, COUNTER, open=True))
    county.clock.forward(days=1)

    assert (await county.desk.queue.line(clerk, ANWEN)).posts == ()


async def test_the_screen_in_the_hall_shows_numbers_and_no_whole_name_and_no_matter(county):
    """Called, next, missed: what a passer-by may see."""
    await take(county, "王大爷", item=ALLOWANCE)
    await take(county, person="elder-1")
    await take(county, "李大妈")
    elder = await call(county)
    await act(county, elder, TicketAct.MISS)
    called = await call(county)

    board = await county.desk.queue.display(await county.caller("kiosk-2"), ANWEN)

    assert [(one.number, one.counter) for one in board.called] == [(called.number, "综合窗口1")]
    assert [one.number for one in board.missed] == [elder.number]
    assert [one.holder for one in (*board.called, *board.next)] == ["*大爷", "*大妈"]
    assert "津贴" not in repr((board.called, board.next, board.missed))


async def test_a_machine_in_the_hall_may_not_read_who_waits(county):
    """A kiosk is a machine everybody can touch: it knows the screen, not the people."""
    kiosk = await county.caller("kiosk-2")
    with pytest.raises(NotAllowed):
        await county.desk.queue.today(kiosk, ANWEN)
    with pytest.raises(NotFound):
        await county.desk.queue.display(kiosk, COUNTY)


async def test_one_sees_ones_own_number_and_how_many_are_ahead(county):
    """On the telephone in the yard; a hall that has hardly begun says that it cannot tell the minutes."""
    await take(county, "老王")
    county.clock.forward(minutes=1)
    mine = await take(county, person="citizen-1")
    await county.desk.queue.set_post(SetPost(await county.caller(CLERK), ANWEN, COUNTER, open=True))

    (place,) = await county.desk.queue.mine(await county.caller("citizen-1"))

    assert (place.ticket.id, place.estimate.ahead) == (mine.id, 1)
    assert "说不准" in place.estimate.in_words
    assert await county.desk.queue.mine(await county.caller("citizen-2")) == ()


async def test_after_a_morning_of_work_the_wait_is_said_in_minutes(county):
    """Twenty visits of five minutes each: the twenty-first hears a band around what is to be expected."""
    for n in range(20):
        await take(county, f"第{n}位")
        served = await act(county, await call(county), TicketAct.SERVE)
        county.clock.forward(minutes=5)
        await act(county, served, TicketAct.FINISH)
    for n in range(3):
        await take(county, f"等候{n}")
    await take(county, person="citizen-1")

    (place,) = await county.desk.queue.mine(await county.caller("citizen-1"))

    assert place.estimate.ahead == 3
    assert place.estimate.band[0] <= 15 <= place.estimate.band[1]


async def test_a_begun_case_is_kept_with_an_amended_slip(county):
    """The matter on the slip changes to the one that was begun at home: its case comes along."""
    case = await submitted(county)
    slip = await take(county, person="citizen-1", item=ELDER_CARD)

    cmd = AmendTicket(await county.caller(CLERK), slip.id, slip.version, "", ALLOWANCE)
    amended = await county.desk.queue.amend(cmd)

    assert (amended.case, amended.holder) == (case.id, slip.holder)


async def test_who_did_not_hear_the_call_is_told_until_when_the_place_is_theirs(county):
    """Called three times while they were at the copy shop; after two returns the next miss is for good."""
    await take(county, person="citizen-1", item=ALLOWANCE)
    for _ in range(2):
        missed = await act(county, await call(county), TicketAct.MISS)
        await act(county, missed, TicketAct.COME_BACK)
    await act(county, await call(county), TicketAct.MISS)

    words = [*await county.told("ticket_missed"), *await county.told("ticket_missed_for_good")]
    assert [(word.to, word.kind, word.facts["until"]) for word in words] == [
        ("citizen-1", "ticket_missed", "11月23日（星期一）09:30"),
        ("citizen-1", "ticket_missed", "11月23日（星期一）09:30"),
        ("citizen-1", "ticket_missed_for_good", ""),
    ]


async def test_a_name_on_a_slip_without_an_account_is_told_nothing(county):
    """There is nobody to write to: the screen in the hall shows the number among the missed."""
    await take(county, "老王")
    await act(county, await call(county), TicketAct.MISS)

    assert await county.told("ticket_missed") == []
