"""自助机: lists, records and slips on either database."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from intake.model.ids import AccountCode, HallCode, ServiceCode, SlipId
from intake.model.kiosk import Ability, KioskList, Slip, SlipKind
from storage.sql.store import Store
from tests.contract.nouns import NOW, fresh

KIOSK, HALL = AccountCode("kiosk-1"), HallCode("county")


def slip(**changes: object) -> Slip:
    """A number's slip."""
    made = Slip(SlipId(fresh("slip")), KIOSK, SlipKind.TICKET, "t-1", 1, {"number": "A001"}, NOW)
    return replace(made, **changes)  # type: ignore[arg-type]


def ability(code: str, *, start: bool = True) -> Ability:
    """What the machine can do of one item."""
    return Ability(KIOSK, HALL, ServiceCode(code), search=True, start=start, finish=False, recorded_at=NOW)


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


async def test_records_are_written_when_they_change(store: Store) -> None:
    """What the machine cannot do any more is corrected, what is out of the catalogue goes."""
    async with store.open_uow() as uow:
        assert await uow.kiosks.record([ability("A"), ability("B")]) == 2
        assert await uow.kiosks.record([ability("A"), ability("B")]) == 0
        assert await uow.kiosks.record([ability("A", start=False)]) == 2
        assert await uow.kiosks.abilities() == (ability("A", start=False),)
        assert await uow.kiosks.abilities(AccountCode("kiosk-9")) == ()


async def test_a_new_list_makes_the_records_due(store: Store) -> None:
    """An import of the machines is followed by a new count."""
    setup = KioskList(KIOSK, HALL, ("*",))
    async with store.open_uow() as uow:
        assert await uow.kiosks.recorded_for() == -1
        await uow.kiosks.note_recorded_for(7)
        assert await uow.kiosks.recorded_for() == 7
        await uow.kiosks.put_list(setup)
        assert await uow.kiosks.recorded_for() == -1
        assert await uow.kiosks.lists() == (setup,)
