"""事项版本: whatever is imported or withdrawn for whichever day, a day has at most one version of an item."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select

from intake.errors import UnknownService
from intake.model.ids import ServiceCode
from storage.crypto import KeyRing
from storage.sql.store import Store
from storage.sql.tables import item_versions
from storage.sql.uow import SqlUow
from tests.contract.nouns import TODAY, item

KEYS = KeyRing.new()
MZ01 = ServiceCode("MZ01")
DAYS = [TODAY + timedelta(days=n) for n in range(8)]


@dataclass(frozen=True)
class Step:
    """An import of the item with so many minutes, or its withdrawal, for a day."""

    day: date
    minutes: int | None


steps = st.lists(
    st.builds(Step, st.sampled_from(DAYS[:6]), st.none() | st.integers(5, 9)), min_size=1, max_size=7
)


class Told:
    """What the county decided, day by day: a decision holds until the next day for which something was decided."""

    def __init__(self) -> None:
        self.minutes: dict[date, int | None] = dict.fromkeys(DAYS)
        self._cuts: set[date] = set()

    def take(self, step: Step) -> None:
        if step.minutes is None:
            self._withdraw(step.day)
        elif self.minutes[step.day] != step.minutes:
            ends = min((day for day in self._cuts if day > step.day), default=date.max)
            self.minutes |= {day: step.minutes for day in DAYS if step.day <= day < ends}
            self._cuts.add(step.day)

    def _withdraw(self, on: date) -> None:
        before = self.minutes.get(on - timedelta(days=1))
        self.minutes |= {day: None for day in DAYS if day >= on}
        self._cuts = {day for day in self._cuts if day < on} | ({on} if before is not None else set())


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
async def test_no_day_has_two_versions(taken: list[Step]) -> None:
    """Each day says what was last decided for it, and no day has two versions, whatever was decided in which order."""
    told = Told()
    with tempfile.TemporaryDirectory() as folder:
        store = await _empty(Path(folder) / "store.db")
        for step in taken:
            async with store.open_uow() as uow:
                if step.minutes is None:
                    await uow.catalogue.withdraw([MZ01], step.day)
                else:
                    await uow.catalogue.replace([item(minutes=step.minutes)], step.day)
                await uow.commit()
            told.take(step)
        async with store.open_view() as view:
            rows = (await view.catalogue.connection.execute(select(item_versions))).mappings().all()
            found = {day: await _minutes(view, day) for day in DAYS}
        await store.close()

    spans = [(row["valid_from"], row["valid_to"] or date.max) for row in rows]
    assert all(sum(begins <= day < ends for begins, ends in spans) <= 1 for day in DAYS)
    assert found == told.minutes


async def _minutes(view: SqlUow, day: date) -> int | None:
    try:
        return (await view.catalogue.current(MZ01, day)).minutes
    except UnknownService:
        return None


_template: list[Path] = []


async def _empty(file: Path) -> Store:
    """An empty store; the tables are made once and copied."""
    if not _template:
        _template.append(Path(tempfile.mkdtemp()) / "empty.db")
        empty = Store.open(f"sqlite:///{_template[0]}", KEYS)
        await empty.migrate()
        await empty.close()
    shutil.copy(_template[0], file)
    return Store.open(f"sqlite:///{file}", KEYS)
