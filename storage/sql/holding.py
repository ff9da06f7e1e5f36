"""Who still holds a photograph: a case, a page that lies on a counter, a mandate, or a work order."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import inspect, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.model.ids import Digest
from storage.sql.tables import case_pages, laid_pages, mandates, order_images

_HOLDERS = (case_pages.c.digest, laid_pages.c.digest, mandates.c.evidence, order_images.c.digest)


async def held_photographs(connection: AsyncConnection) -> list[Digest]:
    """Every photograph some row refers to, once. A store of an earlier release has fewer tables that could."""
    known = await connection.run_sync(lambda bare: set(inspect(bare).get_table_names()))
    holders = [digest for digest in _HOLDERS if digest.table.name in known]
    held = union(*(select(digest).where(digest.is_not(None)) for digest in holders))
    return [Digest(digest) for digest in (await connection.execute(held)).scalars()]


async def held_among(connection: AsyncConnection, digests: Collection[Digest]) -> frozenset[Digest]:
    """Those of some photographs that a row refers to."""
    held = union(*(select(digest).where(digest.in_(digests)) for digest in _HOLDERS))
    return frozenset(Digest(digest) for digest in (await connection.execute(held)).scalars())
