"""The halls' lines as rows: rules, open counters, and what every visit's time went on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import Stale
from intake.model.ids import HallCode, TicketId
from intake.model.lines import CounterPost, HallRules, LineRules, Measured, MeasuredHour
from intake.model.periods import ServicePeriod
from intake.model.queue import TicketState
from storage.sql.rows import add_once, as_noun, as_row, one, put
from storage.sql.tables import counter_posts, line_rules, service_periods


class SqlLines:
    """The halls' lines in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def close(self, period: ServicePeriod) -> None:
        row = {**as_row(period), "seconds": period.seconds, "hour": period.hour}
        await self.connection.execute(service_periods.insert().values(row))

    async def periods_of(self, ticket: TicketId) -> tuple[ServicePeriod, ...]:
        mine = select(service_periods).where(service_periods.c.ticket == ticket)
        rows = await self.connection.execute(mine.order_by(service_periods.c.place))
        return tuple(as_noun(ServicePeriod, row) for row in rows.mappings())

    async def periods_at(self, hall: HallCode, first: date, last: date) -> Sequence[ServicePeriod]:
        c = service_periods.c
        here = select(service_periods).where(c.hall == hall, c.day.between(first, last))
        rows = await self.connection.execute(here.order_by(c.day, c.ticket, c.place))
        return [as_noun(ServicePeriod, row) for row in rows.mappings()]

    async def measured(self, hall: HallCode, since: date) -> tuple[MeasuredHour, ...]:
        c = service_periods.c
        keys = (c.group, c.hour, c.kind)
        sums = (func.count(), func.sum(c.seconds), func.sum(c.seconds * c.seconds))
        kinds = c.kind.in_([TicketState.CALLED, TicketState.SERVING])
        grouped = select(*keys, *sums).where(c.hall == hall, c.day >= since, kinds).group_by(*keys)
        rows = await self.connection.execute(grouped)
        return tuple(
            MeasuredHour(group, hour, kind, Measured(int(count), int(total), int(squares)))
            for group, hour, kind, count, total, squares in rows
        )

    async def rules(self, hall: HallCode) -> HallRules | None:
        row = await one(self.connection, line_rules, line_rules.c.hall == hall)
        return None if row is None else HallRules(row["document"], row["version"])

    async def set_rules(self, hall: HallCode, rules: LineRules, version: int) -> HallRules:
        written = {"document": rules, "version": version + 1}
        if version == 0:
            done = await add_once(self.connection, line_rules, {"hall": hall, **written})
        else:
            now_is = (line_rules.c.hall == hall, line_rules.c.version == version)
            changed = await self.connection.execute(update(line_rules).where(*now_is).values(written))
            done = changed.rowcount == 1
        if not done:
            raise Stale(what="本中心的排队规则")
        return HallRules(rules, version + 1)

    async def post(self, post: CounterPost) -> None:
        await put(self.connection, counter_posts, [as_row(post)])

    async def posts(self, hall: HallCode) -> tuple[CounterPost, ...]:
        here = select(counter_posts).where(counter_posts.c.hall == hall).order_by(counter_posts.c.counter)
        rows = (await self.connection.execute(here)).mappings()
        return tuple(as_noun(CounterPost, row) for row in rows)
