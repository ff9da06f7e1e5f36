"""Idempotency: a verb that carries a key happens once, however often it is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from intake.errors import Stale
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
    """Run an act in a unit of work, and look again when somebody was faster.

    Only for acts that lean on nothing the caller saw (a page more, the same draft again). An act on a version that a
    page showed must not come here: its `Stale` is the answer.
    """
    for _ in range(_ROUNDS):
        try:
            async with tools.open_uow() as uow:
                return await act(uow)
        except Stale:
            continue
    async with tools.open_uow() as uow:
        return await act(uow)


async def sharing(tools: Tools, foreseen: Foreseen, act: Callable[[Uow], Awaitable[Done]]) -> Done:
    """Run an act in a unit of work that it may share with whoever waits at the same time; alone where nothing is shared."""
    if tools.together is not None:
        return await tools.together(foreseen, act)
    async with tools.open_uow() as uow:
        return await act(uow)
