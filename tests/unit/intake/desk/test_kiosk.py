"""自助机: whoever's card lies on the machine is served as at a counter; nobody else's things show, and nothing comes twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from intake.errors import (
    AlreadyPrinted,
    NoCardRead,
    NotAllowed,
    NotAtKiosk,
    NotFound,
    NotNow,
    ReturnedTooOften,
)
from intake.model.case import CaseState
from intake.model.ids import AppointmentId, CounterCode, EventId, IntentKey, ServiceCode
from intake.model.kiosk import KioskList, SlipKind
from intake.model.people import Door
from intake.model.queue import NAMELESS
from intake.usecases.cases.tray import LayCard, LayPage
from intake.usecases.kiosk.printing import Reprint
from intake.usecases.kiosk.visiting import ArriveHere, CollectHere, StartHere, TakeNumberHere
from intake.usecases.queue.calling import CallNext, ChangeTicket, TicketAct
from tests.desks import ALLOWANCE, ANWEN, ELDER_CARD, MARRIAGE, person_of
from tests.journeys import booked, issued, submitted

KIOSK = "kiosk-2"


async def lay_card(county, who="citizen-1", event="card-1", kiosk=KIOSK):
    """Somebody puts their card on the machine's reader."""
    async with county.store.open_view() as view:
        person = await view.people.person(person_of(await county.caller(who)))
    cmd = LayCard(await county.caller(kiosk), EventId(event), person.name, person.id_number.value)
    await county.desk.cases.lay_card(cmd)


async def lay_page(county, kind, event, card="card-1"):
    """The machine's camera captures a page."""
    machine = await county.caller(KIOSK)
    await county.desk.cases.lay_page(LayPage(machine, EventId(event), EventId(card), kind.encode()))


async def waiting_slips(county):
    """What the machine has still to print."""
    return await county.desk.kiosk.slips_waiting(await county.caller(KIOSK))


async def take(county, item=None, key=None):
    """The person presses 取号."""
    cmd = TakeNumberHere(await county.caller(KIOSK), item, key and IntentKey(key))
    return await county.desk.kiosk.take_number(cmd)


async def start(county, item=ELDER_CARD, key="start"):
    """The person presses 提交."""
    return await county.desk.kiosk.start(StartHere(await county.caller(KIOSK), item, IntentKey(key)))


async def test_by_card_the_machine_shows_what_is_theirs_here_today(county):
    """The appointment of this morning and the case on its way; until the card is laid, nothing of anybody."""
    kiosk = await county.caller(KIOSK)
    case, appointment = await submitted(county, item=ELDER_CARD), await booked(county)
    assert await county.desk.kiosk.visitor(kiosk) is None

    await lay_card(county)
    found = await county.desk.kiosk.visitor(kiosk)

    assert [one.number for one in found.appointments] == [appointment.number]
    assert [one.number for one in found.cases] == [case.number]
    assert await county.desk.kiosk.visitor(await county.caller("kiosk-1")) is None


async def test_who_steps_away_is_forgotten_and_so_is_who_just_walks_off(county):
    """By a press, by the next person's card, or after five minutes without a touch."""
    kiosk = await county.caller(KIOSK)
    await lay_card(county)
    await county.desk.kiosk.step_away(kiosk)
    assert await county.desk.kiosk.visitor(kiosk) is None

    await lay_card(county, event="card-2")
    county.clock.forward(minutes=1)
    await lay_card(county, "citizen-2", event="card-3")
    found = await county.desk.kiosk.visitor(kiosk)
    assert found.person.id == person_of(await county.caller("citizen-2"))
    await county.desk.kiosk.step_away(kiosk)
    assert await county.desk.kiosk.visitor(kiosk) is None

    await lay_card(county, event="card-4")
    county.clock.forward(minutes=6)
    assert await county.desk.kiosk.visitor(kiosk) is None


async def test_one_checks_in_with_the_code_on_the_phone_or_with_the_card(county):
    """The same number either way, and one slip."""
    kiosk = await county.caller(KIOSK)
    appointment = await booked(county)
    county.clock.forward(hours=1)

    by_code = await county.desk.kiosk.arrive(ArriveHere(kiosk, appointment.id))
    with pytest.raises(NoCardRead):
        await county.desk.kiosk.arrive(ArriveHere(kiosk))
    await lay_card(county)
    again = await county.desk.kiosk.arrive(ArriveHere(kiosk, appointment.id))

    assert by_code == again
    assert by_code.booked_for == appointment.start
    (slip,) = await waiting_slips(county)
    assert (slip.kind, slip.facts["number"]) == (SlipKind.TICKET, by_code.number)
    with pytest.raises(NotFound):
        await county.desk.kiosk.arrive(ArriveHere(kiosk, AppointmentId(appointment.number)))


async def test_by_card_the_appointment_of_today_is_found(county):
    """Nobody has to remember a number; who is not booked is told to take one."""
    kiosk = await county.caller(KIOSK)
    appointment = await booked(county)
    county.clock.forward(hours=1)
    await lay_card(county)
    ticket = await county.desk.kiosk.arrive(ArriveHere(kiosk))
    assert ticket.appointment == appointment.id

    await lay_card(county, "citizen-2", event="card-2")
    with pytest.raises(NotNow) as refused:
        await county.desk.kiosk.arrive(ArriveHere(kiosk))
    assert "取号" in refused.value.title


async def test_a_long_press_or_a_double_tap_gives_one_number_and_one_slip(county):
    """Ten touches of one finger: with the page's key one number without a card, and by person even without the key."""
    by_key = await asyncio.gather(*(take(county, key="one-touch") for _ in range(5)))
    await lay_card(county)
    by_person = await asyncio.gather(*(take(county) for _ in range(5)))

    assert len({one.id for one in by_key}) == 1
    assert len({one.id for one in by_person}) == 1
    assert by_key[0].holder == NAMELESS
    assert len(await waiting_slips(county)) == 2


async def test_a_slip_is_given_out_once_and_goes_through_the_outbox(county):
    """Two pages of one machine, or a retry: one paper. The number's message waits in the outbox with the change."""
    kiosk = await county.caller(KIOSK)
    await take(county, key="one")
    (slip,) = await waiting_slips(county)
    claims = (county.desk.kiosk.claim_slip(kiosk, slip.id) for _ in range(4))
    answers = await asyncio.gather(*claims, return_exceptions=True)

    assert len([one for one in answers if not isinstance(one, BaseException)]) == 1
    assert {type(one) for one in answers if isinstance(one, BaseException)} == {AlreadyPrinted}
    assert await waiting_slips(county) == ()
    (message,) = await county.told("print_slip")
    assert (message.to, message.facts) == (KIOSK, {"slip": slip.id})
    with pytest.raises(NotFound):
        await county.desk.kiosk.claim_slip(await county.caller("kiosk-1"), slip.id)


async def test_when_the_paper_jams_a_clerk_has_it_printed_once_more(county):
    """The same number, a second copy; a retried press gives no third."""
    ticket = await take(county, key="one")
    clerk = await county.caller("clerk-anwen-1")
    cmd = Reprint(clerk, ticket.id, (await county.caller(KIOSK)).code, IntentKey("again"))

    one, other = await county.desk.kiosk.reprint(cmd), await county.desk.kiosk.reprint(cmd)

    assert one.id == other.id
    assert sorted(slip.copy for slip in await waiting_slips(county)) == [1, 2]
    with pytest.raises(NotAllowed):
        await county.desk.kiosk.reprint(replace(cmd, caller=await county.caller(KIOSK), key=None))


async def test_a_matter_is_started_at_the_machine_with_what_it_captured(county):
    """Card and page laid, pressed twice: one case with its page, by the same core a counter uses."""
    await lay_card(county)
    await lay_page(county, "id_card", "page-1")

    opened, again = await start(county), await start(county)

    assert opened.case.id == again.case.id
    assert (opened.case.state, opened.case.door) == (CaseState.SUBMITTED, Door.KIOSK)
    assert [page.kind for material in opened.case.materials for page in material.pages] == ["id_card"]
    assert [slip.kind for slip in await waiting_slips(county)] == [SlipKind.CASE]
    with pytest.raises(NoCardRead):
        await start(county, key="nobody-stands-there")


async def test_what_the_machine_cannot_do_is_said_with_the_way_that_works(county):
    """结婚登记 needs both at a counter: take a number right here."""
    await lay_card(county)

    with pytest.raises(NotAtKiosk) as refused:
        await start(county, MARRIAGE)

    assert "取一个号" in refused.value.next_step
    assert refused.value.alternatives


async def test_a_result_is_collected_with_the_card_by_its_owner_once(county):
    """From start to finish without a counter's window; a stranger's card opens nothing."""
    case, kiosk = await issued(county), await county.caller(KIOSK)
    with pytest.raises(NoCardRead):
        await county.desk.kiosk.collect(CollectHere(kiosk, case.id))
    await lay_card(county, "citizen-2", event="stranger")
    with pytest.raises(NotFound):
        await county.desk.kiosk.collect(CollectHere(kiosk, case.id))

    county.clock.forward(minutes=1)
    await lay_card(county, "citizen-1", event="owner")
    cmd = CollectHere(kiosk, case.id, IntentKey("mine"))
    done, again = await county.desk.kiosk.collect(cmd), await county.desk.kiosk.collect(cmd)

    assert done == again
    assert done.state is CaseState.DELIVERED
    assert len(await county.told("please_evaluate")) >= 1
    with pytest.raises(NotNow):
        await county.desk.kiosk.collect(CollectHere(kiosk, case.id, IntentKey("once more")))


async def test_who_was_missed_says_so_at_the_machine_with_the_card(county):
    """As often as the hall allows, and only for the own number."""
    kiosk, clerk = await county.caller(KIOSK), await county.caller("clerk-anwen-1")
    await lay_card(county)
    ticket = await take(county)
    for _ in range(2):
        called = await county.desk.queue.call_next(
            CallNext(clerk, ANWEN, CounterCode("anwen-comprehensive-1"))
        )
        await county.desk.queue.change(ChangeTicket(clerk, called.id, called.version, TicketAct.MISS))
        await county.desk.kiosk.come_back(kiosk, ticket.id)
    called = await county.desk.queue.call_next(CallNext(clerk, ANWEN, CounterCode("anwen-comprehensive-1")))
    await county.desk.queue.change(ChangeTicket(clerk, called.id, called.version, TicketAct.MISS))

    with pytest.raises(ReturnedTooOften):
        await county.desk.kiosk.come_back(kiosk, ticket.id)
    await lay_card(county, "citizen-2", event="stranger")
    with pytest.raises(NotFound):
        await county.desk.kiosk.come_back(kiosk, ticket.id)


@pytest.mark.parametrize("who", ["clerk-anwen-1", "citizen-1", "director-anwen"])
async def test_only_machines_are_kiosks(county, who):
    """And a counter's device is none."""
    with pytest.raises(NotAllowed):
        await county.desk.kiosk.visitor(await county.caller(who))


async def test_each_machine_knows_what_it_is_set_up_to_start_and_finish(county):
    """From its list, the hall and the catalogue in force; what it then says it can do is what the adaptation rate counts."""
    kiosk = await county.caller(KIOSK)
    setup = {one.service_code: one for one in (await county.desk.kiosk.own_setup(kiosk)).items}
    items = {item.code: item for item in await county.desk.catalogue.all()}

    assert set(setup) == set(items)
    assert setup[ELDER_CARD].start
    assert not setup[MARRIAGE].start
    assert all(items[code].kiosk for code, one in setup.items() if one.start)
    assert all(one.start for one in setup.values() if one.finish)
    able = [code for code, one in setup.items() if one.finish]
    assert await county.desk.kiosk.report_abilities(kiosk, able, "2.1") == len(able)
    assert await county.desk.kiosk.report_abilities(kiosk, able, "2.1") == 0


async def test_one_wrong_entry_does_not_take_the_machine_down(county):
    """A code with a typing error: named to the keeper, passed over, and all else works as before."""
    kiosk = await county.caller(KIOSK)
    async with county.store.open_uow() as uow:
        await uow.kiosks.put_list(KioskList(kiosk.code, ANWEN, ("MZ1O", "", ELDER_CARD, ALLOWANCE)))
        await uow.commit()

    setup = await county.desk.kiosk.own_setup(kiosk)

    assert setup.wrong_entries == ("MZ1O", "")
    assert {one.service_code for one in setup.items if one.start} == {ELDER_CARD, ALLOWANCE}
    await lay_card(county)
    assert (await start(county)).case.number
    with pytest.raises(NotAtKiosk):
        await start(county, ServiceCode("YB01"), key="another")
