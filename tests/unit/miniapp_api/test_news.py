"""新消息: an open page reads when there is something to read, and asks nobody in between."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from intake.model.ids import AccountCode
from intake.model.people import Caller
from miniapp_api.chat import Heard, News, after

ME, OTHER = AccountCode("citizen-1"), AccountCode("citizen-2")
AT_ONCE, PATIENT = 0.01, 60.0


class Marks:
    """A conversation of which only the marks are looked at; it remembers what it was asked."""

    def __init__(self) -> None:
        self.now = {ME: "0.0", OTHER: "0.0"}
        self.asked: list[set[AccountCode]] = []

    async def marks(self, accounts: Collection[AccountCode]) -> Mapping[AccountCode, str]:
        self.asked.append(set(accounts))
        return {account: self.now[account] for account in accounts}

    async def hear(
        self, caller: Caller, message_id: str, *, text: str | None, choice: str | None, photo: bytes | None
    ) -> Heard:
        raise NotImplementedError

    async def messages(self, caller: Caller, after: str, limit: int) -> tuple[list[dict[str, Any]], str]:
        raise NotImplementedError


async def test_what_another_process_delivers_wakes_the_page_of_its_receiver_only() -> None:
    """受理了 reaches the phone on the table, and nobody else's page reads for it."""
    marks = Marks()
    news = News(marks)
    with news.page(ME) as mine, news.page(OTHER) as theirs:
        await news.look()
        my_turn, their_turn = mine.turn, theirs.turn
        marks.now[ME] = "0.1"

        await news.look()

        assert await after(mine, my_turn, AT_ONCE)
        assert not await after(theirs, their_turn, AT_ONCE)


async def test_what_this_process_answers_wakes_its_pages_at_once() -> None:
    """Two pages of one person are one conversation; the store need not be asked for it."""
    marks = Marks()
    news = News(marks)
    with news.page(ME) as phone, news.page(ME) as tablet:
        turn = phone.turn
        waiting = [asyncio.create_task(after(page, turn, PATIENT)) for page in (phone, tablet)]
        await asyncio.sleep(0)

        news.tell(ME)

        async with asyncio.timeout(5):
            assert await asyncio.gather(*waiting) == [True, True]
    assert marks.asked == []


async def test_news_that_comes_while_a_page_reads_is_not_missed() -> None:
    """The page took its turn before it read."""
    news = News(Marks())
    with news.page(ME) as page:
        turn = page.turn
        news.tell(ME)

        async with asyncio.timeout(5):
            assert await after(page, turn, PATIENT)


async def test_a_page_that_took_its_turn_after_reading_would_miss_it() -> None:
    """The naive twin of the scene above: the same news, and nothing wakes it."""
    news = News(Marks())
    with news.page(ME) as page:
        news.tell(ME)
        turn = page.turn

        assert not await after(page, turn, AT_ONCE)


async def test_news_before_the_first_mark_is_not_missed() -> None:
    """Laid down between the page's first read and the first look: the first mark wakes in any case."""
    news = News(Marks())
    with news.page(ME) as page:
        turn = page.turn

        await news.look()

        assert await after(page, turn, AT_ONCE)


async def test_all_pages_are_asked_for_together_and_none_when_none_is_open() -> None:
    """Two hundred open pages are one question, and a night without pages is none."""
    marks = Marks()
    news = News(marks)
    with news.page(ME), news.page(ME), news.page(OTHER):
        await news.look()
    await news.look()

    assert marks.asked == [{ME, OTHER}]
