"""What runs in a race over what somebody owns: each looks at it, waits until all have, and does what that look allows.

The naive ones write what they mean to without asking whether it still is what they saw.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, select, update

from intake.errors import Stale
from intake.model.follow_up import FollowUpState
from intake.model.helping import HelpState
from intake.model.ids import AccountCode
from intake.model.owning import Owner
from intake.model.question import QuestionState
from storage.sql import tables
from storage.sql.store import Store
from tests.contract.nouns import NOW, TODAY, fresh
from tests.race.runners import Look


async def answer(store: Store, all_have_looked: Look) -> str | None:
    """Answer the only question in one's own words."""
    me, row = AccountCode(fresh("clerk")), await only(store, tables.questions)
    async with store.open_view() as view:
        seen = await view.questions.get(row)
    await all_have_looked()
    try:
        async with store.open_uow() as uow:
            await uow.questions.save(seen.answered(f"{me}的答复", me, NOW))
            await uow.commit()
    except Stale:
        return None
    return me


async def answer_naively(store: Store, all_have_looked: Look) -> str | None:
    """Write one's answer over the other's."""
    said = {"state": QuestionState.ANSWERED, "answer": "答复", "answered_at": NOW}
    return await _naively(store, all_have_looked, tables.questions, "answered_by", said)


async def close(store: Store, all_have_looked: Look) -> str | None:
    """Close the only follow-up with one's own remedy."""
    me, row = AccountCode(fresh("owner")), await only(store, tables.follow_ups)
    async with store.open_view() as view:
        seen = await view.follow_ups.get(row)
    await all_have_looked()
    try:
        async with store.open_uow() as uow:
            await uow.follow_ups.save(seen.closed(me, "情况", f"{me}的整改", NOW))
            await uow.commit()
    except Stale:
        return None
    return me


async def close_naively(store: Store, all_have_looked: Look) -> str | None:
    """Write one's remedy over the other's."""
    said = {"state": FollowUpState.CLOSED, "finding": "情况", "remedy": "整改", "closed_at": NOW}
    return await _naively(store, all_have_looked, tables.follow_ups, "closed_by", said)


async def accept(store: Store, all_have_looked: Look) -> str | None:
    """Accept the only request for help as one's own to do."""
    me, row = AccountCode(fresh("proxy")), await only(store, tables.help_requests)
    async with store.open_view() as view:
        seen = await view.help_requests.get(row)
    await all_have_looked()
    try:
        async with store.open_uow() as uow:
            await uow.help_requests.save(seen.accepted(Owner(me, "代办员"), TODAY))
            await uow.commit()
    except Stale:
        return None
    return me


async def accept_naively(store: Store, all_have_looked: Look) -> str | None:
    """Write oneself down as the one who helps."""
    said = {"state": HelpState.ACCEPTED, "owner_name": "代办员"}
    return await _naively(store, all_have_looked, tables.help_requests, "owner", said)


async def only(store: Store, table: Table) -> Any:
    """The thing that the race is about."""
    async with store.open_view() as view:
        return (await view.questions.connection.execute(select(table.c.id))).scalar_one()


async def _naively(
    store: Store, all_have_looked: Look, table: Table, column: str, said: dict[str, Any]
) -> str | None:
    me, row = fresh("somebody"), await only(store, table)
    async with store.open_view() as view:
        state = select(table.c.state).where(table.c.id == row)
        before = (await view.questions.connection.execute(state)).scalar_one()
    await all_have_looked()
    if before == said["state"]:
        return None
    async with store.open_uow() as uow:
        changed = update(table).where(table.c.id == row).values({**said, column: me})
        await uow.questions.connection.execute(changed)
        await uow.commit()
    return me
