"""The worker's rounds: who gets what, what waits, and what is done without anybody asking."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from intake.model.ids import AccountCode
from intake.model.leaving import AuditEntry, Outgoing, Topic
from intake.model.people import Door, Session
from jiujinban.clock import SystemClock
from jiujinban.importing import OPERATOR
from jiujinban.postmen import InboxPostman, Postman
from jiujinban.retention import retire
from jiujinban.settings import Settings
from jiujinban.wiring import House, open_house
from jiujinban.worker import _again, working
from provincial.delivery import DeliveryFailed
from storage.sql.audit import AuditChain
from tests.contract.nouns import NOW, message
from tests.fakes import SetClock

ME = AccountCode("citizen-1")


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """An empty county of its own."""
    async with open_house(Settings(state=tmp_path / "state"), listening=False) as opened:
        yield opened


async def send(house: House, *messages: Outgoing) -> None:
    """Put messages into the outbox."""
    async with house.store.open_uow() as uow:
        for sent in messages:
            await uow.leaving.send(sent)
        await uow.commit()


async def kinds_in_inbox(house: House) -> list[str]:
    """What the citizen has been told."""
    async with house.store.open_view() as view:
        return [notice.kind for notice in await view.leaving.notices(ME, 0)]


TO_PROVINCE = message("case:1", topic=Topic.PROVINCE, kind="case_accepted", to=None)


async def test_without_a_platform_its_messages_wait_and_people_hear_theirs(house: House) -> None:
    """A year later the platform is connected: everything is handed over, with all attempts left."""
    clock = SetClock()
    await send(house, TO_PROVINCE, message("case:1", kind="case_decided"))
    inboxes = InboxPostman(house.store, clock)
    rounds = [await inboxes.round(), await inboxes.round()]
    clock.forward(days=365)
    reached: list[Outgoing] = []

    async def province(sent: Outgoing) -> None:
        reached.append(sent)

    await Postman(house.store, clock, Topic.PROVINCE, province).round()

    assert rounds == [1, 0]
    assert await kinds_in_inbox(house) == ["case_decided"]
    assert [(sent.kind, sent.attempts) for sent in reached] == [("case_accepted", 0)]


async def test_a_province_that_does_not_answer_is_tried_again_later(house: House) -> None:
    """And keeps nobody's news back meanwhile."""
    clock, heard = SetClock(), list[str]()

    async def silent(sent: Outgoing) -> None:
        heard.append(sent.kind)
        raise DeliveryFailed(retry=True, why="没有应答")

    to_province, inboxes = (
        Postman(house.store, clock, Topic.PROVINCE, silent),
        InboxPostman(house.store, clock),
    )
    await send(house, TO_PROVINCE)
    await to_province.round()
    await send(house, message("case:1", kind="case_decided"))
    await inboxes.round()
    await to_province.round()
    clock.forward(minutes=1)
    await to_province.round()

    assert heard == ["case_accepted", "case_accepted"]
    assert await kinds_in_inbox(house) == ["case_decided"]


async def test_a_rejected_message_is_laid_aside_at_once_and_the_next_goes_on(house: House) -> None:
    """Trying again cannot help; the operator sees it the same minute, and can send it once more."""
    clock, reached = SetClock(), list[str]()

    async def strict(sent: Outgoing) -> None:
        if sent.kind == "case_accepted" and not reached:
            reached.append("rejected")
            raise DeliveryFailed(retry=False, why="code 17")
        reached.append(sent.kind)

    postman = Postman(house.store, clock, Topic.PROVINCE, strict)
    await send(house, TO_PROVINCE, message("case:1", topic=Topic.PROVINCE, kind="case_decided", to=None))
    await postman.round()
    (letter,) = await house.desk.questions.undelivered(OPERATOR)
    await postman.round()
    await house.desk.questions.send_again(OPERATOR, [letter.id])
    await postman.round()

    assert letter.why == "code 17"
    assert reached == ["rejected", "case_decided", "case_accepted"]
    assert await house.desk.questions.undelivered(OPERATOR) == ()


async def test_what_also_goes_by_text_message_is_queued_with_the_notice(house: House) -> None:
    """Once, however often the notice is delivered; kinds without a template are not texted."""
    clock, texted = SetClock(), list[str]()
    await send(house, message("case:1", kind="case_decided"), message("case:2", kind="case_submitted"))

    async def gateway(sent: Outgoing) -> None:
        texted.append(sent.kind)

    await InboxPostman(house.store, clock, {"case_decided"}).round()
    texts = Postman(house.store, clock, Topic.TEXT, gateway)
    rounds = [await texts.round(), await texts.round()]

    assert (texted, rounds) == (["case_decided"], [1, 0])
    assert await kinds_in_inbox(house) == ["case_decided", "case_submitted"]


async def test_a_notice_for_nobody_holds_up_no_other(house: House) -> None:
    """It is laid aside, and everybody else's news arrives."""
    await send(house, message("case:1", to=None), message("case:2", kind="case_decided"))

    await InboxPostman(house.store, SetClock()).round()

    assert await kinds_in_inbox(house) == ["case_decided"]
    assert len(await house.desk.questions.undelivered(OPERATOR)) == 1


async def test_a_postman_goes_at_once_for_what_did_not_fit_and_rests_after_the_last_bag(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A round costs more than a letter: whoever goes for every single one spends the day on the way."""
    bags, carried, resting = iter((5, 5, 3, 1)), list[int](), asyncio.Event()

    async def round_() -> int:
        carried.append(next(bags))
        return carried[-1]

    async def rest(seconds: float) -> None:
        if seconds:
            resting.set()
            await asyncio.Event().wait()

    monkeypatch.setattr(asyncio, "sleep", rest)
    going = asyncio.create_task(_again(round_, 59.0, full=5))
    await resting.wait()
    going.cancel()

    assert carried == [5, 5, 3]


async def test_a_running_worker_seals_the_trail(house: House) -> None:
    """Nobody asks for it."""
    async with house.store.open_uow() as uow:
        await uow.leaving.audit(AuditEntry("act", ME, Door.PHONE, NOW))
        await uow.commit()

    async with asyncio.timeout(20), working(house, SystemClock()):
        while (await AuditChain(house.store).head()).links == 0:
            continue

    assert (await AuditChain(house.store).verify()).whole


async def test_a_round_of_retention_clears_what_is_past_its_time(house: House) -> None:
    """A session that ended, and a photograph that no case ever took up."""
    await house.blobs.put(b"an upload that broke off")
    clock = SetClock(SystemClock().now() + timedelta(days=2))
    async with house.store.open_uow() as uow:
        await uow.people.open_session(Session("ended", ME, Door.PHONE, clock.now() - timedelta(hours=1)))
        await uow.commit()

    would = await retire(house, clock, dry_run=True)
    done = await retire(house, clock)
    again = await retire(house, clock)

    assert would.told() == done.told()
    assert (done.traces["sessions"], done.photographs.laid_aside) == (1, 1)
    assert (again.traces["sessions"], again.photographs.laid_aside) == (0, 0)
