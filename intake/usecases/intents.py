"""Idempotency: a verb that carries a key happens once, however often it is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from intake.model.ids import IntentKey
from intake.model.people import Caller
from intake.ports import Uow

Done = TypeVar("Done")


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
