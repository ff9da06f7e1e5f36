"""What runs in a race over one case: each looks at it, waits until all have, and then does what the page it saw allows.

The naive ones write what they mean to without asking whether the case still is what they saw.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

from sqlalchemy import insert, select, update

from intake.errors import Stale
from intake.model.case import Case, CaseState, Correction, Outcome, Verdict
from intake.model.ids import AccountCode, CaseId
from storage.sql import tables
from storage.sql.store import Store
from tests.contract.nouns import NOW, TODAY, fresh
from tests.race.runners import Look

Act = Callable[[Case, AccountCode], Case]
_turns = count()


async def _race(store: Store, all_have_looked: Look, act: Act) -> str | None:
    """Do the act on the only case as it was seen; None when somebody was faster."""
    me, case = AccountCode(fresh("clerk")), await only_case(store)
    async with store.open_view() as view:
        seen = await view.cases.get(case)
    await all_have_looked()
    try:
        async with store.open_uow() as uow:
            await uow.cases.save(act(seen, me))
            await uow.commit()
    except Stale:
        return None
    return me


async def _naively(store: Store, all_have_looked: Look, state: CaseState, column: str) -> str | None:
    """Look whether the act is possible, then write it over whatever happened since."""
    me = fresh("clerk")
    await all_have_looked()
    async with store.open_uow() as uow:
        changed = update(tables.cases).values({"state": state, column: me})
        await uow.cases.connection.execute(changed)
        await uow.commit()
    return me


async def receive(store: Store, all_have_looked: Look) -> str | None:
    """Take the submitted case in hand."""
    return await _race(store, all_have_looked, lambda case, me: case.receive(me))


async def receive_naively(store: Store, all_have_looked: Look) -> str | None:
    """Write oneself down as its receiver."""
    return await _naively(store, all_have_looked, CaseState.RECEIVED, "receiver")


async def decide(store: Store, all_have_looked: Look) -> str | None:
    """Grant or decline the case under review, in turns."""
    return await _race(store, all_have_looked, _decided)


async def decide_naively(store: Store, all_have_looked: Look) -> str | None:
    """Write one's decision over the other's."""
    return await _naively(store, all_have_looked, CaseState.DECIDED, "reviewer")


async def decide_or_ask(store: Store, all_have_looked: Look) -> str | None:
    """Decide the case under review, or ask for a correction of it, in turns."""
    return await _race(store, all_have_looked, _decided if next(_turns) % 2 else _asked)


async def decide_or_ask_naively(store: Store, all_have_looked: Look) -> str | None:
    """Write the state one came to, whatever the other said."""
    state = CaseState.DECIDED if next(_turns) % 2 else CaseState.CORRECTION_ASKED
    return await _naively(store, all_have_looked, state, "reviewer")


async def try_code(store: Store, _: Look) -> str:
    """One wrong collection code more."""
    case = await only_case(store)
    async with store.open_uow() as uow:
        tries = await uow.cases.count_try(case)
        await uow.commit()
    return str(tries)


async def try_code_naively(store: Store, all_have_looked: Look) -> str:
    """How often it was tried, and once more."""
    case = await only_case(store)
    async with store.open_view() as view:
        tries = await view.cases.tried(case) + 1
    await all_have_looked()
    async with store.open_uow() as uow:
        mine = tables.code_tries.c.case == case
        written = update(tables.code_tries).where(mine).values(tries=tries)
        if (await uow.cases.connection.execute(written)).rowcount == 0:
            await uow.cases.connection.execute(insert(tables.code_tries).values(case=case, tries=tries))
        await uow.commit()
    return str(tries)


async def only_case(store: Store) -> CaseId:
    """The case that the race is about."""
    async with store.open_view() as view:
        found = await view.cases.connection.execute(select(tables.cases.c.id))
        return CaseId(found.scalar_one())


def _decided(case: Case, me: AccountCode) -> Case:
    granted = bool(next(_turns) % 2)
    return case.decide(Outcome(granted, "理由", "依据", "办法", me, NOW))


def _asked(case: Case, me: AccountCode) -> Case:
    correction = Correction("", me, TODAY, TODAY + timedelta(days=14), case.state)
    return case.ask_correction({"m1": (Verdict.WRONG, "")}, correction)
