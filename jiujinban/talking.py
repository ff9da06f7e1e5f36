"""Talking in the terminal: the same engine, desk and store as the server's."""

from __future__ import annotations

from collections.abc import Callable

from bot.channels.terminal import converse
from intake.model.ids import AccountCode
from intake.model.people import Door
from jiujinban.clock import SystemClock
from jiujinban.demo import prepare_demo
from jiujinban.settings import Settings
from jiujinban.wiring import House, open_house
from jiujinban.worker import working


async def talk(
    settings: Settings, who: str, *, ask: Callable[[], str | None], show: Callable[[str], None]
) -> None:
    """Converse as one of the demo's identities until goodbye."""
    async with open_house(settings, listening=False) as house:
        if not await _is_empty(house):
            await _talk_in(house, who, ask=ask, show=show)
            return
        await prepare_demo(house)
    # Opened anew: rules, halls and villages are read when a house is opened.
    async with open_house(settings) as house:
        await _talk_in(house, who, ask=ask, show=show)


async def _talk_in(
    house: House, who: str, *, ask: Callable[[], str | None], show: Callable[[str], None]
) -> None:
    async with working(house, SystemClock()):
        signed_in = await house.desk.people.sign_in_as(AccountCode(who), Door.TERMINAL)
        show(f"（{signed_in.caller.account.name}，发“照片 文件路径”可以交照片，发“再见”结束）")
        await converse(house.engine, house.desk, signed_in.caller, ask=ask, show=show)
        await house.desk.people.sign_out(signed_in.token)


async def _is_empty(house: House) -> bool:
    return not await house.desk.places.halls()
