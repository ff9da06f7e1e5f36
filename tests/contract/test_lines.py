"""服务时段: what every visit's time went on is added once and stays."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from intake.model.ids import AccountCode, CounterCode
from intake.model.periods import ServicePeriod, period_between
from intake.model.queue import TicketState
from storage.sql.store import Store
from tests.contract.nouns import NOW, TODAY, ticket


def waited(minutes: int) -> ServicePeriod:
    """Somebody waited so long and was called."""
    before = ticket()
    counter, clerk = CounterCode("county-1"), AccountCode("clerk-1")
    after = replace(before, state=TicketState.CALLED, counter=counter, clerk=clerk)
    return period_between(before, after, NOW + timedelta(minutes=minutes))


async def test_a_period_comes_back_as_it_was_written(store: Store) -> None:
    """With its counter and clerk, and how long it was."""
    period = waited(12)
    async with store.open_uow() as uow:
        await uow.lines.close(period)
        await uow.commit()

    async with store.open_view() as view:
        assert await view.lines.periods_of(period.ticket) == (period,)
        assert list(await view.lines.periods_at(period.hall, TODAY, TODAY)) == [period]
        assert not await view.lines.periods_at(period.hall, TODAY + timedelta(days=1), TODAY)
    assert (period.seconds, period.hour, period.counter) == (720, 9, "county-1")


async def test_the_same_stretch_is_never_written_twice(store: Store) -> None:
    """Two answers to one press cannot make a visit look longer."""
    period = waited(12)
    async with store.open_uow() as uow:
        await uow.lines.close(period)
        with pytest.raises(IntegrityError):
            await uow.lines.close(period)


def test_a_clock_that_was_set_back_counts_as_nothing() -> None:
    """Never a negative wait in a figure."""
    assert waited(-5).seconds == 0
