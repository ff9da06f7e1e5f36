"""Idempotency and numbers: the same key does the same thing once, and a number is given once."""

import pytest

from intake.errors import KeyReused
from intake.model.ids import AccountCode, IntentKey
from storage.sql.store import Store

ME, KEY = AccountCode("citizen-1"), IntentKey("tap-1")


async def test_a_key_leads_to_the_same_result_again(store: Store) -> None:
    """A double tap books once and shows the same booking twice."""
    async with store.open_uow() as uow:
        assert await uow.intents.begin(ME, KEY, "book") is None
        await uow.intents.finish(ME, KEY, "appointment-1")
        await uow.commit()

    async with store.open_uow() as uow:
        assert await uow.intents.begin(ME, KEY, "book") == "appointment-1"
    async with store.open_view() as view:
        assert await view.intents.result(ME, KEY) == "appointment-1"
        assert await view.intents.result(ME, IntentKey("tap-2")) is None
        assert await view.intents.result(AccountCode("citizen-2"), KEY) is None


async def test_a_key_belongs_to_its_account(store: Store) -> None:
    """Two people's phones may count their taps alike."""
    async with store.open_uow() as uow:
        await uow.intents.begin(ME, KEY, "book")
        assert await uow.intents.begin(AccountCode("citizen-2"), KEY, "book") is None


async def test_a_key_used_for_another_verb_is_refused(store: Store) -> None:
    """A program that counts wrongly hears of it instead of getting a stranger's answer."""
    async with store.open_uow() as uow:
        await uow.intents.begin(ME, KEY, "book")
        with pytest.raises(KeyReused):
            await uow.intents.begin(ME, KEY, "submit_case")


async def test_a_key_whose_work_was_undone_is_free(store: Store) -> None:
    """The place was full; tapping again later tries again."""
    async with store.open_uow() as uow:
        await uow.intents.begin(ME, KEY, "book")
    async with store.open_uow() as uow:
        assert await uow.intents.begin(ME, KEY, "book") is None


async def test_numbers_count_from_one_in_each_series(store: Store) -> None:
    """Each day and kind has its own."""
    async with store.open_uow() as uow:
        assert [await uow.numbers.next("case:20261123") for _ in range(3)] == [1, 2, 3]
        assert await uow.numbers.next("case:20261124") == 1
