"""自助机: lists, records and slips on either database."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from intake.model.ids import AccountCode, HallCode, ServiceCode, SlipId
from intake.model.kiosk import KioskList, Slip, SlipKind
from storage.sql.store import Store
from tests.contract.nouns import NOW, TODAY, fresh

KIOSK, HALL = AccountCode("kiosk-1"), HallCode("county")


def slip(**changes: object) -> Slip:
    """A number's slip."""
    made = Slip(SlipId(fresh("slip")), KIOSK, SlipKind.TICKET, "t-1", 1, {"number": "A001"}, NOW)
    return replace(made, **changes)  # type: ignore[arg-type]


async def test_about_one_thing_there_is_one_slip(store: Store) -> None:
    """A second press lays out no second paper; another copy is asked for by its number."""
    first = slip()
    async with store.open_uow() as uow:
        assert await uow.kiosks.add_slip(first)
        assert not await uow.kiosks.add_slip(slip())
        assert await uow.kiosks.add_slip(slip(copy=2, made_at=NOW + timedelta(minutes=1)))
        assert await uow.kiosks.copies(SlipKind.TICKET, "t-1") == 2
        waiting = await uow.kiosks.slips_waiting(KIOSK)
        assert [one.copy for one in waiting] == [1, 2]
        assert waiting[0] == first


async def test_a_slip_is_claimed_once_by_many_at_the_same_time(store: Store) -> None:
    """Two pages of one machine take it in the same moment: one prints."""
    one = slip()
    async with store.open_uow() as uow:
        await uow.kiosks.add_slip(one)
        await uow.commit()

    async def claim() -> Slip | None:
        async with store.open_uow() as uow:
            claimed = await uow.kiosks.claim_slip(one.id, NOW)
            await uow.commit()
        return claimed

    claims = await asyncio.gather(*(claim() for _ in range(6)))

    assert [claimed for claimed in claims if claimed] == [replace(one, printed_at=NOW)]
    async with store.open_view() as view:
        assert await view.kiosks.slips_waiting(KIOSK) == ()


async def test_twin_looking_before_printing_prints_twice(store: Store) -> None:
    """The naive page looks whether the slip still waits and then prints it: both papers come."""
    one = slip()
    async with store.open_uow() as uow:
        await uow.kiosks.add_slip(one)
        await uow.commit()
    looked = asyncio.Barrier(2)

    async def print_naively() -> bool:
        async with store.open_view() as view:
            waits = bool(await view.kiosks.slips_waiting(KIOSK))
        await looked.wait()
        return waits

    assert all(await asyncio.gather(print_naively(), print_naively()))


async def test_what_machines_can_do_is_kept_with_its_days(store: Store) -> None:
    """What one could do last month is not rewritten by what it can do today, and nothing is said twice."""
    a, b, c = (ServiceCode(code) for code in ("MZ01", "MZ02", "MZ03"))
    later = TODAY + timedelta(days=10)
    async with store.open_uow() as uow:
        first = await uow.kiosks.record(KIOSK, {a, b}, TODAY, "1.0")
        again = await uow.kiosks.record(KIOSK, {a, b}, TODAY, "1.0")
        changed = await uow.kiosks.record(KIOSK, {b, c}, later, "1.1")
        lost = await uow.kiosks.record(KIOSK, {b}, later, "1.1")
        found = await uow.kiosks.record(KIOSK, {b, c}, later, "1.1")
        await uow.commit()

    assert (first, again, changed, lost, found) == (2, 0, 2, 1, 1)
    async with store.open_view() as view:
        before = await view.kiosks.abilities(later - timedelta(days=1))
        now = await view.kiosks.abilities(later)
    assert [each.service_code for each in before] == [a, b]
    assert [(each.service_code, each.release) for each in now] == [(b, "1.0"), (c, "1.1")]


async def test_a_machines_list_is_replaced_whole(store: Store) -> None:
    """As the import of the county's devices does."""
    async with store.open_uow() as uow:
        await uow.kiosks.put_list(KioskList(KIOSK, HALL, ("MZ01",)))
        setup = KioskList(KIOSK, HALL, ("*",))
        await uow.kiosks.put_list(setup)
        assert await uow.kiosks.lists() == (setup,)
