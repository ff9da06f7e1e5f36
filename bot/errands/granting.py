"""Granting a wish (去办): each goes to its counter, and what comes back is heard."""

from __future__ import annotations

from bot.dialogue import wishes
from bot.dialogue.heard import Learned, Refused
from bot.errands import asking, drafts, following, freeplaces, people, taking
from bot.errands.errand import Errand
from intake.errors import Refusal


async def put(wish: wishes.Wish, errand: Errand) -> Learned:
    """What the desk says to a wish; a refusal is something heard, like any other answer."""
    try:
        return await _grant(wish, errand)
    except Refusal as refusal:
        return Refused(refusal)


async def _grant(wish: wishes.Wish, errand: Errand) -> Learned:
    match wish:
        case wishes.FindItem() | wishes.Consider() | wishes.Tell():
            return await asking.grant(wish, errand)
        case wishes.FindPlaces() | wishes.FindSoonest() | wishes.FindMoves():
            return await freeplaces.grant(wish, errand)
        case wishes.Begin() | wishes.LayPage() | wishes.HandIn() | wishes.HandInAgain():
            return await drafts.grant(wish, errand)
        case (
            wishes.HoldIt()
            | wishes.ConfirmPlace()
            | wishes.ReleasePlace()
            | wishes.TakePlace()
            | wishes.MovePlace()
            | wishes.GiveBack()
        ):
            return await taking.grant(wish, errand)
        case (
            wishes.ListMine()
            | wishes.LookAt()
            | wishes.Judge()
            | wishes.LookAtLines()
            | wishes.StandInLine()
            | wishes.LeaveTheLine()
        ):
            return await following.grant(wish, errand)
        case _:
            return await people.grant(wish, errand)
