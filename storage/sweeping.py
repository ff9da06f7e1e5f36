"""Sweeping (清扫): photographs that no row refers to any more are erased, each with its proof in the audit trail.

They come from cases whose time is over, from pages a person took back, from counters that were cleared, and from
uploads that broke off. Each is laid aside first and erased a day later, should nobody have taken it up again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.model.ids import AccountCode, Digest
from intake.model.leaving import AuditEntry
from intake.model.people import Door
from storage.blobs import SealedBlobs
from storage.sql.holding import held_among
from storage.sql.store import Store

GRACE = timedelta(days=1)


@dataclass(slots=True)
class Swept:
    """清扫结果: how many photographs were laid aside, put back, and erased for good."""

    laid_aside: int = 0
    put_back: int = 0
    erased: int = 0


async def sweep(
    store: Store, blobs: SealedBlobs, by: AccountCode, now: datetime, *, dry_run: bool = False
) -> Swept:
    """One round over all photographs; `by` stands in the proof. With `dry_run` nothing is moved or erased."""
    swept = Swept()
    # First what is aside, so that nothing goes both steps in one round, whatever the clocks say.
    async for held, free in _long_there(store, blobs, now, aside=True):
        swept.put_back += len(held)
        swept.erased += len(free)
        if not dry_run:
            for digest in held:
                await blobs.put_back(digest)
            await _prove(store, by, free, now)
            for digest in free:
                await blobs.forget_aside(digest)
    async for _, free in _long_there(store, blobs, now, aside=False):
        swept.laid_aside += len(free)
        if not dry_run:
            for digest in free:
                await blobs.lay_aside(digest)
    return swept


async def _long_there(
    store: Store, blobs: SealedBlobs, now: datetime, *, aside: bool
) -> AsyncIterator[tuple[list[Digest], list[Digest]]]:
    """Batches of photographs that lie where they lie for a day: those a row refers to, and those none does."""
    async for batch in blobs.each(aside=aside):
        old = [kept.digest for kept in batch if kept.since < now - GRACE]
        if not old:
            continue
        async with store.reading() as connection:
            held = await held_among(connection, old)
        yield [digest for digest in old if digest in held], [digest for digest in old if digest not in held]


async def _prove(store: Store, by: AccountCode, digests: Sequence[Digest], now: datetime) -> None:
    """Before the erasing and not after: should the power fail between, it is proven twice and not never."""
    async with store.open_uow() as uow:
        for digest in digests:
            facts = {"photograph": digest, "held_by": "0"}
            await uow.leaving.audit(AuditEntry("photograph.erase", by, Door.COMMAND_LINE, now, facts=facts))
        await uow.commit()
