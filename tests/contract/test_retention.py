"""到期: what nobody needs any more goes, what somebody still holds stays, and every erasure is proven."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from intake.errors import NotFound
from intake.model.case import Case, CaseEvent, CaseState, Page, PageFacts
from intake.model.ids import AccountCode, CardId, Digest, EventId, HallCode, IntentKey, PageId, PersonId
from intake.model.leaving import Topic
from intake.model.people import Door, Session
from intake.model.tray import LaidCard, LaidPage
from intake.ports import Retention
from storage.blobs import SealedBlobs, open_blobs
from storage.sql.store import Store
from storage.sql.tables import audit_entries
from storage.sql.traces import clear_trace, count_trace, past_traces
from storage.sweeping import Swept, sweep
from tests.contract import nouns
from tests.contract.nouns import NOW
from tests.contract.stores import KEYS

ME = AccountCode("citizen-1")
RULE = AccountCode("retention")


@pytest.fixture
def blobs(tmp_path: Path) -> SealedBlobs:
    """The photographs."""
    return open_blobs(str(tmp_path / "photographs"), KEYS)


def days_from_now(days: float) -> datetime:
    """The store of photographs has the machine's clock."""
    return datetime.now(UTC) + timedelta(days=days)


async def add_case(
    store: Store, *pages: Page, state: CaseState = CaseState.DRAFT, at: datetime = NOW
) -> Case:
    """A case with pages, and one act in its history."""
    made = nouns.draft(state=state, opened_at=at)
    case = replace(made, materials=(replace(made.materials[0], pages=pages),))
    async with store.open_uow() as uow:
        await uow.cases.add(case)
        await uow.cases.tell(CaseEvent(case.id, "open", state, ME, "张奶奶", Door.PHONE, at))
        await uow.commit()
    return case


async def erasures(store: Store) -> list[dict[str, str]]:
    """What the trail says was erased."""
    statement = select(audit_entries.c.facts).where(audit_entries.c.act == "photograph.erase")
    async with store.reading() as connection:
        return list((await connection.execute(statement)).scalars())


async def test_cases_at_rest_are_walked_by_id(store: Store) -> None:
    """Only those with photographs, in the states asked for, whose history is silent since the instant."""
    old, soon = NOW - timedelta(days=40), NOW - timedelta(days=1)
    resting = [await add_case(store, nouns.page(), at=old) for _ in range(3)]
    await add_case(store, at=old)
    await add_case(store, nouns.page(), at=soon)
    await add_case(store, nouns.page(), at=old, state=CaseState.IN_REVIEW)
    touched = await add_case(store, nouns.page(), at=old)
    async with store.open_uow() as uow:
        await uow.cases.tell(
            CaseEvent(touched.id, "add_page", CaseState.DRAFT, ME, "张奶奶", Door.PHONE, soon)
        )
        await uow.commit()

    since = NOW - timedelta(days=30)
    async with store.open_view() as view:
        first = await view.cases.at_rest({CaseState.DRAFT}, since, None, 2)
        rest = await view.cases.at_rest({CaseState.DRAFT}, since, first[-1].id, 9)

    assert [*first, *rest] == resting


async def test_a_photograph_nobody_holds_goes_in_two_steps(store: Store, blobs: SealedBlobs) -> None:
    """Not on the day it came, not on the day it was laid aside; and the trail names it when it goes."""
    digest = await blobs.put(b"taken back")

    fresh = await sweep(store, blobs, RULE, days_from_now(0))
    first = await sweep(store, blobs, RULE, days_from_now(1.1))
    assert await blobs.get(digest) == b"taken back"
    same_day = await sweep(store, blobs, RULE, days_from_now(0.5))
    second = await sweep(store, blobs, RULE, days_from_now(2.2))
    after = await sweep(store, blobs, RULE, days_from_now(9))

    assert [fresh, first, same_day, second, after] == [
        Swept(),
        Swept(laid_aside=1),
        Swept(),
        Swept(erased=1),
        Swept(),
    ]
    assert await erasures(store) == [{"photograph": digest, "held_by": "0"}]
    with pytest.raises(NotFound):
        await blobs.get(digest)


async def test_a_photograph_in_a_case_or_on_a_counter_stays(store: Store, blobs: SealedBlobs) -> None:
    """The same picture in two cases: the one that lets go of it takes nothing from the other."""
    in_case, on_counter = await blobs.put(b"in a case"), await blobs.put(b"on a counter")
    one = await add_case(store, nouns.page(digest=in_case))
    await add_case(store, nouns.page(digest=in_case))
    await lay_on_counter(store, on_counter)
    async with store.open_uow() as uow:
        await uow.cases.save(one.without_photographs())
        await uow.commit()

    assert await sweep(store, blobs, RULE, days_from_now(9)) == Swept()
    assert await blobs.get(in_case) == b"in a case"
    assert await blobs.get(on_counter) == b"on a counter"


async def lay_on_counter(store: Store, digest: Digest) -> None:
    """A page captured at the counter, in no case yet."""
    card = LaidCard(CardId("card"), EventId("e"), ME, HallCode("county"), None, PersonId("p"), NOW, NOW)
    facts = PageFacts("form", 0.9, "good", "", "", {})
    page = LaidPage(
        PageId("laid"), EventId("f"), ME, card.id, card.person, digest, 1, facts, Door.COUNTER, NOW
    )
    async with store.open_uow() as uow:
        await uow.trays.lay_card(card)
        await uow.trays.lay_page(page)
        await uow.commit()


async def test_a_photograph_handed_in_again_meanwhile_comes_back(store: Store, blobs: SealedBlobs) -> None:
    """The upload found it there, the row came after we had looked: between the steps it is read, then put back."""
    digest = await blobs.put(b"the very same")
    await sweep(store, blobs, RULE, days_from_now(1.1))
    await add_case(store, nouns.page(digest=digest))
    assert await blobs.get(digest) == b"the very same"

    assert await sweep(store, blobs, RULE, days_from_now(2.2)) == Swept(put_back=1)

    assert await blobs.get(digest) == b"the very same"
    assert await sweep(store, blobs, RULE, days_from_now(9)) == Swept()
    assert await erasures(store) == []


async def test_an_upload_after_the_first_step_survives_the_second(store: Store, blobs: SealedBlobs) -> None:
    """What was laid aside is erased; the fresh copy, whose row is about to come, is not touched."""
    digest = await blobs.put(b"the very same")
    await sweep(store, blobs, RULE, days_from_now(1.1))
    await blobs.put(b"the very same")

    again = await sweep(store, blobs, RULE, days_from_now(2.2))

    assert again == Swept(laid_aside=1, erased=1)
    assert await blobs.get(digest) == b"the very same"


async def test_a_dry_run_moves_nothing(store: Store, blobs: SealedBlobs) -> None:
    """It counts."""
    await blobs.put(b"one")
    assert await sweep(store, blobs, RULE, days_from_now(1.1), dry_run=True) == Swept(laid_aside=1)
    assert await sweep(store, blobs, RULE, days_from_now(1.1)) == Swept(laid_aside=1)
    assert await sweep(store, blobs, RULE, days_from_now(2.2), dry_run=True) == Swept(erased=1)
    assert await sweep(store, blobs, RULE, days_from_now(2.2)) == Swept(erased=1)


async def test_traces_go_when_their_time_is_over(store: Store) -> None:
    """Ended sessions, keys nobody sends again, delivered messages; never what still waits or was laid aside."""
    now, kept = days_from_now(0), Retention(intent_days=30, delivered_message_days=30)
    async with store.open_uow() as uow:
        await uow.people.open_session(Session("ended", ME, Door.PHONE, now + timedelta(hours=1)))
        await uow.people.open_session(Session("lives", ME, Door.PHONE, now + timedelta(days=99)))
        await uow.intents.begin(ME, IntentKey("tap-1"), "book")
        await uow.leaving.send(nouns.message("a"))
        await uow.leaving.send(nouns.message("b"))
        (delivered, _) = await uow.leaving.due(now, tuple(Topic))
        await uow.leaving.delivered(delivered, now)
        await uow.commit()

    early = {trace.name: await clear_trace(store, trace) for trace in past_traces(now, kept)}
    late = past_traces(days_from_now(31), kept)
    counted = {trace.name: await count_trace(store, trace) for trace in late}
    cleared = {trace.name: await clear_trace(store, trace) for trace in late}

    assert early == {"sessions": 0, "intents": 0, "messages": 0}
    assert counted == cleared == {"sessions": 1, "intents": 1, "messages": 1}
    async with store.open_uow() as uow:
        assert await uow.people.session("lives") is not None
        assert [m.stream for m in await uow.leaving.due(days_from_now(31), tuple(Topic))] == ["b"]


async def test_many_traces_go_in_small_steps(store: Store) -> None:
    """So that nobody at a counter waits for a year's rows."""
    async with store.open_uow() as uow:
        for number in range(2_100):
            await uow.intents.begin(ME, IntentKey(f"tap-{number}"), "book")
        await uow.commit()
    _, intents, _ = past_traces(days_from_now(31), Retention())
    assert await clear_trace(store, intents) == 2_100
