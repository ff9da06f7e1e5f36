"""绑定 as rows: who somebody is outside lies sealed, and is found through its keyed hash; of a code only the hash is kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import RowMapping, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import Stale
from intake.model.binding import Binding, Outside
from intake.model.ids import AccountCode
from intake.model.people import Door
from storage.crypto import Sealer
from storage.sql.rows import add_once, one
from storage.sql.tables import binding_codes, bindings


class SqlBindings:
    """Bindings and the codes for them in one unit of work."""

    def __init__(self, connection: AsyncConnection, sealer: Sealer) -> None:
        self.connection = connection
        self._sealer = sealer

    async def offer(self, code: str, account: AccountCode, expires_at: datetime) -> None:
        await self.connection.execute(delete(binding_codes).where(binding_codes.c.account == account))
        row = {"code_index": self._code_index(code), "account": account, "expires_at": expires_at}
        if not await add_once(self.connection, binding_codes, row):
            raise Stale(what="绑定码")

    async def claim(self, code: str, now: datetime) -> AccountCode | None:
        waits = (binding_codes.c.code_index == self._code_index(code), binding_codes.c.expires_at > now)
        taken = delete(binding_codes).where(*waits).returning(binding_codes.c.account)
        account: AccountCode | None = (await self.connection.execute(taken)).scalar_one_or_none()
        return account

    async def forget_codes(self, before: datetime) -> None:
        await self.connection.execute(delete(binding_codes).where(binding_codes.c.expires_at < before))

    async def add(self, binding: Binding) -> None:
        outside = binding.outside
        row = {
            "account": binding.account,
            "door": outside.door,
            "outside_index": self._outside_index(outside),
            "outside_sealed": self._sealer.seal_text(
                outside.name, about_outside(binding.account, outside.door)
            ),
            "made_at": binding.made_at,
        }
        if not await add_once(self.connection, bindings, row):
            raise Stale(what="绑定")

    async def of_outside(self, outside: Outside) -> Binding | None:
        row = await one(self.connection, bindings, bindings.c.outside_index == self._outside_index(outside))
        return None if row is None else self._binding_in(row)

    async def of_account(self, account: AccountCode, door: Door) -> Binding | None:
        row = await one(self.connection, bindings, bindings.c.account == account, bindings.c.door == door)
        return None if row is None else self._binding_in(row)

    async def end(self, binding: Binding) -> bool:
        mine = (
            bindings.c.account == binding.account,
            bindings.c.outside_index == self._outside_index(binding.outside),
        )
        return (await self.connection.execute(delete(bindings).where(*mine))).rowcount == 1

    async def bound(self, accounts: Collection[AccountCode], door: Door) -> frozenset[AccountCode]:
        there = (bindings.c.account.in_(accounts), bindings.c.door == door)
        return frozenset((await self.connection.execute(select(bindings.c.account).where(*there))).scalars())

    def _binding_in(self, row: RowMapping) -> Binding:
        account, door = row["account"], row["door"]
        name = self._sealer.open_text(row["outside_sealed"], about_outside(account, door))
        return Binding(account, Outside(door, name), row["made_at"])

    def _code_index(self, code: str) -> str:
        # Eight digits under a plain hash are read by trying them all.
        return self._sealer.keys.look_up(f"binding code:{code}")

    def _outside_index(self, outside: Outside) -> str:
        return self._sealer.keys.look_up(f"{outside.door}:{outside.name}")


def about_outside(account: AccountCode, door: Door) -> str:
    """Where a sealed name outside belongs."""
    return f"binding.outside:{account}:{door}"
