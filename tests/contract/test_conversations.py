"""对话: one at a time per account, nothing heard twice, and the state of the last word; in SQL and in Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from intake.errors import Busy, Stale
from intake.model.ids import AccountCode
from intake.ports import Conversations
from storage.redis import RedisConversations
from storage.sql.conversations import SqlConversations
from storage.sql.store import Store
from tests.contract.nouns import NOW
from tests.contract.stores import KEYS

ME, OTHER = AccountCode("citizen-1"), AccountCode("citizen-2")
SHORT = timedelta(milliseconds=300)
LONG = timedelta(seconds=20)
Make = Callable[[timedelta, timedelta], Conversations]


async def say(talks: Conversations, message: str, account: AccountCode = ME) -> None:
    """One message with its answer."""
    async with talks.hold(account) as talk:
        await talk.save(f"state after {message}", message, f"heard {message}", f"answer to {message}")


def stop_renewing() -> None:
    """What a dead process does: nothing."""
    for task in asyncio.all_tasks():
        if task.get_name().startswith("renew the turn"):
            task.cancel()


class Conversing:
    """The scenes; `make` says where they play, and each call of it is another process's view of the place."""

    @pytest.fixture
    def talks(self, make: Make) -> Conversations:
        """Conversations with a patient lock."""
        return make(LONG, LONG)

    async def test_a_new_account_has_no_state(self, talks: Conversations) -> None:
        """Somebody writes for the first time."""
        async with talks.hold(ME) as talk:
            assert await talk.load() is None
            assert await talk.answered("m-1") is None
        assert await talks.history(ME, 0, 50) == ()

    async def test_the_last_state_is_loaded(self, talks: Conversations) -> None:
        """The dialogue goes on where it was, for each account its own."""
        await say(talks, "m-1")
        await say(talks, "m-2")
        await say(talks, "m-1", OTHER)
        async with talks.hold(ME) as talk:
            assert await talk.load() == "state after m-2"
        async with talks.hold(OTHER) as talk:
            assert await talk.load() == "state after m-1"

    async def test_a_message_that_comes_again_has_its_first_answer(self, talks: Conversations) -> None:
        """The platform repeats a message; nothing is done twice."""
        await say(talks, "m-1")
        async with talks.hold(ME) as talk:
            assert await talk.answered("m-1") == "answer to m-1"
            assert await talk.answered("m-2") is None
            await talk.save("again", "m-1", "heard again", "another answer")
            assert await talk.answered("m-1") == "answer to m-1"

    async def test_a_turn_taken_for_a_message_knows_how_it_was_answered(self, talks: Conversations) -> None:
        """It is looked up with the lock; any other message can still be asked for."""
        await say(talks, "m-1")
        async with talks.hold(ME, "m-1") as talk:
            assert await talk.answered("m-1") == "answer to m-1"
            assert await talk.answered("m-2") is None
        async with talks.hold(ME, "m-2") as talk:
            assert await talk.answered("m-2") is None
            assert await talk.answered("m-1") == "answer to m-1"
        async with talks.hold(OTHER, "m-1") as talk:
            assert await talk.answered("m-1") is None

    async def test_history_is_read_in_order_from_where_one_was(self, talks: Conversations) -> None:
        """A page that was away asks for what came since."""
        for number in range(1, 6):
            await say(talks, f"m-{number}")

        everything = await talks.history(ME, 0, 50)
        since = await talks.history(ME, everything[1].number, 2)

        assert [one.message_id for one in everything] == ["m-1", "m-2", "m-3", "m-4", "m-5"]
        assert (everything[0].heard, everything[0].answer) == ("heard m-1", "answer to m-1")
        assert everything[0].at.utcoffset() == timedelta(0)
        assert since == everything[2:4]

    async def test_how_far_conversations_have_come_is_asked_for_all_at_once(
        self, talks: Conversations
    ) -> None:
        """Each the number of its own last exchange; who never spoke has none."""
        for message in ("m-1", "m-2", "m-3"):
            await say(talks, message)
        await say(talks, "m-1", OTHER)

        lasts = await talks.lasts((ME, OTHER, AccountCode("citizen-3")))

        assert (lasts[ME], lasts[OTHER], lasts.get(AccountCode("citizen-3"), 0)) == (3, 1, 0)
        assert await talks.lasts(()) == {}

    async def test_two_hundred_exchanges_are_kept(self, talks: Conversations) -> None:
        """Older ones are forgotten whole, their answers too."""
        for number in range(1, 204):
            async with talks.hold(ME) as talk:
                await talk.save("state", f"m-{number}", "heard", "answer")
        async with talks.hold(ME) as talk:
            assert await talk.answered("m-3") is None
            assert await talk.answered("m-4") == "answer"

        kept = await talks.history(ME, 0, 500)
        assert [kept[0].message_id, kept[-1].message_id, len(kept)] == ["m-4", "m-203", 200]
        assert [one.message_id for one in await talks.history(ME, 0, 2)] == ["m-4", "m-5"]

    async def test_what_is_past_its_time_is_forgotten(self, talks: Conversations) -> None:
        """Older words go with their answers, the later ones and the state stay."""
        await say(talks, "m-1")
        await say(talks, "m-2")
        await say(talks, "m-1", OTHER)
        later = (await talks.history(ME, 1, 9))[0].at

        would = await talks.forget(later, dry_run=True)
        assert (would, len(await talks.history(ME, 0, 9))) == (1, 2)
        assert await talks.forget(later) == 1

        assert [said.message_id for said in await talks.history(ME, 0, 9)] == ["m-2"]
        async with talks.hold(ME) as talk:
            assert await talk.answered("m-1") is None
            assert await talk.load() == "state after m-2"

    async def test_who_has_long_said_nothing_begins_anew(self, talks: Conversations) -> None:
        """The state goes with the last words, but numbers go on: a page that waits for the next one gets it."""
        await say(talks, "m-1")
        assert await talks.forget(datetime.now(UTC) + LONG) == 1
        assert await talks.forget(datetime.now(UTC) + LONG) == 0

        async with talks.hold(ME) as talk:
            assert await talk.load() is None
        await say(talks, "m-2")
        assert [said.message_id for said in await talks.history(ME, 1, 9)] == ["m-2"]

    async def test_messages_of_one_account_take_turns(self, make: Make) -> None:
        """Thirty messages at once, over two processes: each saw the state the one before it left."""
        places = [make(LONG, LONG), make(LONG, LONG)]

        async def count(place: Conversations, message: int) -> None:
            async with place.hold(ME) as talk:
                before = int(await talk.load() or 0)
                await talk.save(str(before + 1), f"m-{message}", "heard", "answer")

        await asyncio.gather(*(count(places[n % 2], n) for n in range(30)))

        async with places[0].hold(ME) as talk:
            assert await talk.load() == "30"

    async def test_twin_without_the_lock_loses_messages(self, make: Make) -> None:
        """The same thirty, when nobody waits for anybody: some counted from a state that was already old."""
        place = make(LONG, LONG)
        everybody_read = asyncio.Barrier(30)

        async def count(message: int) -> None:
            async with place.hold(ME) as talk:
                before = int(await talk.load() or 0)
            await everybody_read.wait()
            async with place.hold(ME) as talk:
                await talk.save(str(before + 1), f"m-{message}", "heard", "answer")

        await asyncio.gather(*(count(n) for n in range(30)))
        async with place.hold(ME) as talk:
            assert await talk.load() == "1"

    async def test_accounts_do_not_wait_for_each_other(self, talks: Conversations) -> None:
        """A slow photograph of one person holds up nobody else."""
        async with talks.hold(ME), asyncio.timeout(2), talks.hold(OTHER) as talk:
            assert await talk.load() is None

    @pytest.mark.parametrize("elsewhere", [False, True], ids=["same process", "another process"])
    async def test_who_waits_too_long_is_told_so(self, make: Make, elsewhere: bool) -> None:
        """Better a word after half a minute than a phone that says nothing."""
        holding = make(LONG, SHORT)
        waiting = make(LONG, SHORT) if elsewhere else holding
        async with holding.hold(ME):
            with pytest.raises(Busy):
                async with waiting.hold(ME):
                    pytest.fail("two at once")

    async def test_a_lock_is_given_back_when_the_answer_fails(self, talks: Conversations) -> None:
        """A fault of ours does not silence the person's next message."""

        async def fails() -> None:
            async with talks.hold(ME):
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fails()
        async with asyncio.timeout(2), talks.hold(ME) as talk:
            assert await talk.load() is None

    async def test_a_dead_holder_loses_the_lock_and_cannot_save_any_more(self, make: Make) -> None:
        """A process hung in the middle; the next one goes on, and what the first says later counts for nothing."""
        dying, next_one = make(SHORT, LONG), make(LONG, LONG)
        holder = dying.hold(ME)
        talk = await holder.__aenter__()
        stop_renewing()
        async with next_one.hold(ME) as later:
            await later.save("state of the next", "m-2", "heard", "answer")
            with pytest.raises(Stale):
                await talk.save("state of the dead", "m-1", "heard", "answer")
            await holder.__aexit__(None, None, None)
        async with next_one.hold(ME) as after:
            assert await after.load() == "state of the next"

    async def test_saving_gives_the_turn_back_and_a_second_save_counts_for_nothing(self, make: Make) -> None:
        """What is saved ends the turn in the same step: whoever waits goes on at once, and nothing is said twice."""
        place, elsewhere = make(LONG, LONG), make(LONG, SHORT)
        async with place.hold(ME) as talk:
            await talk.save("state", "m-1", "heard", "answer")
            async with elsewhere.hold(ME) as next_one:
                assert await next_one.load() == "state"
                with pytest.raises(Stale):
                    await talk.save("state again", "m-2", "heard", "answer")

    async def test_a_long_answer_keeps_its_lock(self, make: Make) -> None:
        """A photograph takes longer to read than a lease lasts; the lease is renewed meanwhile."""
        slow, eager = make(SHORT, LONG), make(SHORT, 4 * SHORT)
        async with slow.hold(ME) as talk:
            with pytest.raises(Busy):
                async with eager.hold(ME):
                    pytest.fail("two at once")
            await talk.save("state", "m-1", "heard", "answer")


class TestInSql(Conversing):
    """Beside the cases."""

    @pytest.fixture
    def make(self, store: Store) -> Make:
        """In each database in turn."""
        return lambda lease, patience: SqlConversations(store, lease=lease, patience=patience)


class TestInRedis(Conversing):
    """In Redis."""

    @pytest_asyncio.fixture
    async def make(self, redis_url: str) -> AsyncIterator[Make]:
        """On each server in turn."""
        redis = Redis.from_url(redis_url, decode_responses=True)
        yield lambda lease, patience: RedisConversations(redis, KEYS, lease=lease, patience=patience)
        await redis.aclose()


async def test_nothing_said_lies_open_in_redis(redis_url: str) -> None:
    """Whoever reads the server's memory reads no words."""
    redis = Redis.from_url(redis_url, decode_responses=True)
    await say(RedisConversations(redis, KEYS, now=lambda: NOW), "m-1")
    told = []
    for key in await redis.keys("*"):
        kind = await redis.type(key)
        told.append(str(await (redis.hgetall(key) if kind == "hash" else redis.get(key))))
    await redis.aclose()

    assert told
    assert not [words for words in told if "heard" in words or "answer" in words or "state" in words]


async def test_redis_answers_a_ping(redis_url: str) -> None:
    """The health page asks the server itself, and the address alone is enough to open it."""
    opened = RedisConversations.open(redis_url, KEYS)
    await opened.ping()
    await opened.close()
