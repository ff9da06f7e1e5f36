"""The papers room at work: files and prints are made in a thread of their own, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from intake.errors import BadInput
from intake.model.exchange import FileForm, GivenFile, SheetTable
from papers.tables import UnreadableTables, read_tables, write_tables

Made = TypeVar("Made")


class PaperRoom:
    """`intake.ports.Papers` over the papers workshop; at most two papers are made at a time."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(2)

    async def read_tables(self, file: GivenFile) -> tuple[SheetTable, ...]:
        try:
            return await self._aside(lambda: read_tables(file))
        except UnreadableTables as fault:
            raise BadInput(field="file", why=f"{fault}。") from fault

    async def write_tables(self, tables: Sequence[SheetTable], form: FileForm) -> bytes:
        return await self._aside(lambda: write_tables(tables, form))

    async def _aside(self, make: Callable[[], Made]) -> Made:
        async with self._places:
            return await asyncio.to_thread(make)
