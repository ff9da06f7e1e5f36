"""Idempotency: a verb that carries a key happens once, however often it is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from intake.errors import Busy, Refusal, Stale
from intake.model.ids import IntentKey
from intake.model.people import Caller
from intake.ports import Foreseen, Tools, Uow

Done = TypeVar("Done")
# Of N acts on one thing at once, one wins each round: nine photographs need nine rounds at the worst.
_ROUNDS = 20


async def once(
    uow: Uow,
    caller: Caller,
    key: IntentKey | None,
    verb: str,
    *,
    act: Callable[[], Awaitable[Done]],
    again: Callable[[str], Awaitable[Done]],
    name: Callable[[Done], str],
) -> Done:
    """Run `act` under the key and commit, or bring back with `again` what the same key led to before.

    The key, the change and its result are one transaction: a crash between them leaves none of the three.
    """
    if key is not None:
        result = await uow.intents.begin(caller.code, key, verb)
        if result is not None:
            return await again(result)
    done = await act()
    if key is not None:
        await uow.intents.finish(caller.code, key, name(done))
    await uow.commit()
    return done


async def taking_turns(tools: Tools, act: Callable[[Uow], Awaitable[Done]]) -> Done:
    """Run an act in a unit of work, and look again when somebody was faster or two acts waited for each other.

    Only for acts that lean on nothing the caller saw (a page more, another time for a booking). An act on a version that
    a page showed must not come here: its `Stale` is the answer.
    """

    async def in_turn() -> Done:
        async with tools.open_uow() as uow:
            return await act(uow)

    return await _again_if_crossed(in_turn)


async def sharing(tools: Tools, foreseen: Foreseen, act: Callable[[Uow], Awaitable[Done]]) -> Done:
    """Like `taking_turns`, in a unit of work shared with whoever waits at the same time; alone where nothing is shared."""
    together = tools.together
    if together is None:
        return await taking_turns(tools, act)
    return await _again_if_crossed(lambda: together(foreseen, act))


async def _again_if_crossed(act: Callable[[], Awaitable[Done]]) -> Done:
    for _ in range(_ROUNDS):
        try:
            return await act()
        except (Stale, Busy) as refusal:
            if not _was_crossed(refusal):
                raise
    return await act()


def _was_crossed(refusal: Refusal) -> bool:
    """Whether somebody else's act came between: as things are by now, it may be tried again."""
    return isinstance(refusal, Stale) or (isinstance(refusal, Busy) and refusal.at_once)
