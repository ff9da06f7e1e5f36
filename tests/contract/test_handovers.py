"""转办码: one phone gets the matter, on either database; the naive way gives it to two."""

import asyncio
from datetime import timedelta

from intake.model.handover import Handover
from intake.model.ids import AccountCode, HallCode, HandoverId, ServiceCode
from storage.sql.store import Store
from tests.contract.nouns import NOW, fresh

LATER = NOW + timedelta(minutes=10)


async def offered(store: Store) -> Handover:
    """A code on a tablet's screen."""
    made = Handover(
        HandoverId(fresh("handover")), fresh("hash"), ServiceCode("MZ10"), "老年人优待证办理", HallCode("anwen"),
        None, AccountCode("clerk-1"), NOW, LATER,
    )  # fmt: skip
    async with store.open_uow() as uow:
        await uow.handovers.add(made)
        await uow.commit()
    return made


async def test_many_phones_at_once_one_gets_it(store: Store) -> None:
    """Eight scan in the same second."""
    made = await offered(store)

    async def claim(n: int) -> bool:
        async with store.open_uow() as uow:
            claimed = await uow.handovers.claim(made.token_hash, AccountCode(f"citizen-{n}"), NOW)
            await uow.commit()
        return claimed is not None

    assert sum(await asyncio.gather(*map(claim, range(8)))) == 1


async def test_twin_looking_before_claiming_gives_it_to_two(store: Store) -> None:
    """The naive code looks whether the code waits, and takes it afterwards."""
    made, looked = await offered(store), asyncio.Barrier(2)

    async def claim_naively() -> bool:
        async with store.open_view() as view:
            seen = await view.handovers.by_token(made.token_hash)
        await looked.wait()
        return seen is not None and seen.waits(NOW)

    assert all(await asyncio.gather(claim_naively(), claim_naively()))


async def test_what_is_over_or_void_is_claimed_by_nobody(store: Store) -> None:
    """At the very second of its end it is over."""
    made, other = await offered(store), AccountCode("citizen-1")
    async with store.open_uow() as uow:
        assert await uow.handovers.claim(made.token_hash, other, LATER) is None
        await uow.handovers.void(made.made_by)
        assert await uow.handovers.claim(made.token_hash, other, NOW) is None
        assert not made.waits(LATER)
