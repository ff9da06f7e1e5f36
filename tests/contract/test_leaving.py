"""What leaves: at least once, in order within a stream, never silently given up."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Table, delete, update
from sqlalchemy.exc import DBAPIError

from intake.model.ids import AccountCode, CaseId, HallCode, PersonId
from intake.model.leaving import AuditEntry, Outgoing, Topic
from intake.model.people import Door
from storage.sql import tables
from storage.sql.leaving import ATTEMPTS, LEASE, LONGEST_PAUSE, pause_after
from storage.sql.store import Store
from tests.contract.nouns import NOW, draft, message

ME = AccountCode("citizen-1")


async def sent(store: Store, *streams: str) -> None:
    """One message in each of these streams, in this order."""
    async with store.open_uow() as uow:
        for number, stream in enumerate(streams):
            await uow.leaving.send(message(stream, kind=f"{stream}{number}"))
        await uow.commit()


async def due(
    store: Store, now: datetime = NOW, limit: int = 50, topics: Collection[Topic] = tuple(Topic)
) -> tuple[Outgoing, ...]:
    """What a deliverer takes at an instant."""
    async with store.open_uow() as uow:
        taken = await uow.leaving.due(now, topics, limit)
        await uow.commit()
    return taken


async def test_a_stream_is_delivered_one_by_one(store: Store) -> None:
    """No person hears that a case was accepted before hearing that it was submitted."""
    await sent(store, "a", "b", "a")

    first = await due(store)
    meanwhile = await due(store)
    async with store.open_uow() as uow:
        await uow.leaving.delivered(first[0], NOW)
        await uow.commit()
    then = await due(store)

    assert [m.kind for m in first] == ["a0", "b1"]
    assert meanwhile == ()
    assert [m.kind for m in then] == ["a2"]


async def test_what_cannot_be_delivered_now_waits_and_holds_up_nobody(store: Store) -> None:
    """No platform of the province is configured: people hear how their case goes on all the same."""
    async with store.open_uow() as uow:
        await uow.leaving.send(message("a", topic=Topic.PROVINCE, kind="case_accepted", to=None))
        await uow.leaving.send(message("a", kind="told"))
        await uow.commit()

    before = await due(store, topics={Topic.NOTICE})
    after = await due(store, NOW + timedelta(days=99), topics=tuple(Topic))

    assert [m.kind for m in before] == ["told"]
    assert [(m.kind, m.attempts) for m in after] == [("case_accepted", 0), ("told", 0)]


async def test_a_receiver_that_fails_keeps_no_other_receiver_waiting(store: Store) -> None:
    """The province is down for a day; the next notice of the same case is delivered at once."""
    async with store.open_uow() as uow:
        await uow.leaving.send(message("a", topic=Topic.PROVINCE, kind="case_accepted", to=None))
        await uow.commit()
    (taken,) = await due(store)
    async with store.open_uow() as uow:
        await uow.leaving.failed(taken, NOW, "没有应答")
        await uow.leaving.send(message("a", kind="told"))
        await uow.commit()

    assert [m.kind for m in await due(store)] == ["told"]


async def test_a_message_undone_with_its_change_is_never_sent(store: Store) -> None:
    """Nobody hears of a booking that did not happen."""
    async with store.open_uow() as uow:
        await uow.leaving.send(message("a"))
    assert await due(store) == ()


async def test_a_deliverer_that_died_loses_its_lease(store: Store) -> None:
    """The message is due again by itself, to whoever looks then."""
    await sent(store, "a")
    (taken,) = await due(store)
    assert await due(store, NOW + LEASE - timedelta(seconds=1)) == ()
    assert await due(store, NOW + LEASE) == (taken,)


async def test_no_more_than_asked_are_taken(store: Store) -> None:
    """The oldest first."""
    await sent(store, "a", "b", "c")
    assert [m.stream for m in await due(store, limit=2)] == ["a", "b"]
    assert [m.stream for m in await due(store, limit=2)] == ["c"]


async def test_a_failed_message_waits_longer_each_time(store: Store) -> None:
    """A receiver that is down is not hammered, and what follows in the stream waits too."""
    await sent(store, "a", "a")
    (taken,) = await due(store)
    async with store.open_uow() as uow:
        await uow.leaving.failed(taken, NOW, "没有应答")
        await uow.commit()

    assert await due(store, NOW) == ()
    (again,) = await due(store, NOW + pause_after(1))
    assert (again.kind, again.attempts) == ("a0", 1)


def test_pauses_double_up_to_a_bound() -> None:
    """An outage of a night costs no message: the attempts together last longer than a day."""
    pauses = [pause_after(n) for n in range(1, ATTEMPTS)]
    assert pauses[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert max(pauses) == LONGEST_PAUSE
    assert sum(pauses, timedelta()) > timedelta(days=1)


async def test_after_the_last_attempt_a_message_is_laid_aside_and_can_be_sent_again(store: Store) -> None:
    """It does not hold up its stream for ever, and the operator sees it with its reason."""
    await sent(store, "a", "a")
    (taken,) = await due(store)
    async with store.open_uow() as uow:
        await uow.leaving.failed(message_at_last_attempt(taken), NOW, "没有应答")
        assert await uow.leaving.laid_aside() == ()
        bump = update(tables.outbox).where(tables.outbox.c.id == taken.id).values(attempts=ATTEMPTS - 1)
        await uow.leaving.connection.execute(bump)
        await uow.leaving.failed(message_at_last_attempt(taken), NOW, "没有应答")
        await uow.commit()

    async with store.open_uow() as uow:
        (dead,) = await uow.leaving.laid_aside()
        assert (dead.message.kind, dead.why, dead.at) == ("a0", "没有应答", NOW)
        assert [m.kind for m in await uow.leaving.due(NOW, tuple(Topic))] == ["a1"]
        assert await uow.leaving.send_again(dead.message.id) is True
        assert await uow.leaving.send_again(dead.message.id) is False
        assert [(m.kind, m.attempts) for m in await uow.leaving.due(NOW, tuple(Topic))] == [("a0", 0)]


def message_at_last_attempt(taken: Outgoing) -> Outgoing:
    """The same message, as it is leased before its last attempt."""
    return Outgoing(
        taken.topic, taken.stream, taken.kind, taken.to, taken.facts, id=taken.id, attempts=ATTEMPTS - 1
    )


async def test_a_late_failure_does_not_undo_a_delivery(store: Store) -> None:
    """The slow deliverer gives up after the quick one has delivered."""
    await sent(store, "a")
    (taken,) = await due(store)
    async with store.open_uow() as uow:
        await uow.leaving.delivered(taken, NOW)
        await uow.leaving.failed(taken, NOW, "超时")
        await uow.commit()
    assert await due(store, NOW + timedelta(days=9)) == ()


async def test_a_notice_lies_in_the_inbox_once(store: Store) -> None:
    """Delivered twice, read once; each account counts its own."""
    await sent(store, "a", "b")
    first, second = await due(store)
    async with store.open_uow() as uow:
        for delivery in (first, first, second):
            await uow.leaving.put_notice(delivery, NOW)
        await uow.commit()

    async with store.open_view() as view:
        found = await view.leaving.notices(ME, 0)
        later = await view.leaving.notices(ME, found[0].id)
        first_only = await view.leaving.notices(ME, 0, limit=1)
        nobody = await view.leaving.notices(AccountCode("citizen-2"), 0)
        lasts = await view.leaving.inbox_lasts((ME, AccountCode("citizen-2")))

    assert [(n.to, n.kind, n.facts, n.at) for n in found] == [
        (ME, "a0", {"number": "BJ2026112300001"}, NOW),
        (ME, "b1", {"number": "BJ2026112300001"}, NOW),
    ]
    assert (later, first_only, nobody) == (found[1:], found[:1], ())
    assert lasts == {ME: found[-1].id}


async def test_two_postmen_keep_the_order_of_a_stream(store: Store) -> None:
    """Two processes deliver: while one has the first of two notices on its way, the other does not overtake it."""
    await sent(store, "a", "a")

    async def deliver_the_rest() -> None:
        async with store.open_uow() as uow:
            await uow.leaving.lay(await uow.leaving.oldest(NOW, Topic.NOTICE, 5), NOW)
            await uow.commit()

    async with store.open_uow() as uow:
        bag = await uow.leaving.oldest(NOW, Topic.NOTICE, 1)
        other = asyncio.create_task(deliver_the_rest())
        overtook, _ = await asyncio.wait({other}, timeout=0.2)
        await uow.leaving.lay(bag, NOW)
        await uow.commit()
    await other

    assert not overtook
    async with store.open_view() as view:
        assert [notice.kind for notice in await view.leaving.notices(ME, 0)] == ["a0", "a1"]
    assert await due(store, NOW + timedelta(days=9)) == ()


async def test_the_pulse_beats_once_per_change(store: Store) -> None:
    """A page that shows the queue knows when to look again; an undone change moves nothing."""
    county, anwen = HallCode("county"), HallCode("anwen")
    async with store.open_uow() as uow:
        await uow.leaving.beat(county)
        await uow.leaving.beat(anwen)
        await uow.leaving.beat(county)
        await uow.commit()
    async with store.open_uow() as uow:
        await uow.leaving.beat(county)
        await uow.commit()
    async with store.open_uow() as uow:
        await uow.leaving.beat(anwen)

    async with store.open_view() as view:
        assert await view.leaving.pulses() == {"county": 2, "anwen": 1}


@pytest.mark.parametrize("table", [tables.audit_entries, tables.case_events], ids=lambda table: table.name)
@pytest.mark.parametrize("act", ["change", "delete"])
async def test_history_cannot_be_rewritten(store: Store, table: Table, act: str) -> None:
    """Not even by somebody who speaks SQL to the database."""
    entry = AuditEntry(
        "case.open", ME, Door.PHONE, NOW, person=PersonId("p"), case=CaseId("c"), facts={"a": "b"}
    )
    event = {
        "act": "open",
        "state": "draft",
        "by": "a",
        "by_name": "b",
        "door": "phone",
        "at": NOW,
        "words": "",
    }
    async with store.open_uow() as uow:
        await uow.leaving.audit(entry)
        await uow.cases.add(case := draft())
        await uow.leaving.connection.execute(tables.case_events.insert().values(**event, case=case.id))
        statement = delete(table) if act == "delete" else update(table).values(act="something else")
        with pytest.raises(DBAPIError, match="append-only"):
            await uow.leaving.connection.execute(statement)
