"""One unit of work over one connection: all repositories see one transaction."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.crypto import Sealer
from storage.sql.appointments import SqlAppointments
from storage.sql.bindings import SqlBindings
from storage.sql.cases import SqlCases
from storage.sql.catalogue import ItemsInForce, SqlCatalogue
from storage.sql.figures import SqlFigures
from storage.sql.handovers import SqlHandovers
from storage.sql.holds import SqlHolds
from storage.sql.hours import SqlHours
from storage.sql.imports import SqlImports
from storage.sql.intents import SqlIntents, SqlNumbers
from storage.sql.kept import Kept, Revisions
from storage.sql.kiosks import SqlKiosks
from storage.sql.learning import SqlLearning
from storage.sql.leaving import SqlLeaving
from storage.sql.lines import SqlLines
from storage.sql.owned import SqlFollowUps, SqlHelpRequests, SqlSteps, SqlWorkOrders
from storage.sql.people import SqlPeople
from storage.sql.places import SqlPlaces
from storage.sql.province import SqlProvince
from storage.sql.questions import SqlQuestions
from storage.sql.slots import SqlSlots
from storage.sql.staff import SqlStaff
from storage.sql.tickets import SqlTickets
from storage.sql.trays import SqlTrays
from storage.sql.visits import SqlVisits
from storage.sql.waiting import SqlWaitings


class SqlUow:
    """`intake.ports.Uow` over SQL."""

    def __init__(
        self, connection: AsyncConnection, sealer: Sealer, in_force: ItemsInForce, kept: Kept
    ) -> None:
        self._connection = connection
        self.revisions = Revisions(connection)
        self.catalogue = SqlCatalogue(connection, in_force, self.revisions)
        self.imports = SqlImports(connection)
        self.learning = SqlLearning(connection, sealer.keys)
        self.places = SqlPlaces(connection, kept, self.revisions)
        self.people = SqlPeople(connection, sealer)
        self.bindings = SqlBindings(connection, sealer)
        self.slots = SqlSlots(connection)
        self.holds = SqlHolds(connection)
        self.hours = SqlHours(connection)
        self.waitings = SqlWaitings(connection)
        self.appointments = SqlAppointments(connection)
        self.visits = SqlVisits(connection)
        self.tickets = SqlTickets(connection)
        self.lines = SqlLines(connection)
        self.kiosks = SqlKiosks(connection)
        self.handovers = SqlHandovers(connection)
        self.cases = SqlCases(connection)
        self.figures = SqlFigures(connection)
        self.questions = SqlQuestions(connection)
        self.follow_ups = SqlFollowUps(connection)
        self.help_requests = SqlHelpRequests(connection)
        self.work_orders = SqlWorkOrders(connection)
        self.steps = SqlSteps(connection)
        self.staff = SqlStaff(connection)
        self.trays = SqlTrays(connection, sealer)
        self.intents = SqlIntents(connection)
        self.leaving = SqlLeaving(connection)
        self.numbers = SqlNumbers(connection)
        self.province = SqlProvince(connection)

    async def commit(self) -> None:
        await self.leaving.write_beats()
        await self._connection.commit()
