"""对话 in Redis: what one script checks and writes, nobody comes between. Needs Redis 6.2 or newer, or Valkey."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from redis.asyncio import Redis

from intake.errors import Stale
from intake.model.ids import AccountCode
from intake.ports import Exchange
from storage.crypto import KeyRing, Purpose, Sealer
from storage.turns import KEPT_EXCHANGES, LEASE, PATIENCE, Turn, Turns

Now = Callable[[], datetime]

_KEEP = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
"""
_LET_GO = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
_PARTS = ("lock", "state", "last", "said", "names", "numbers")
# KEYS are the parts; ARGV: fence, state, message id, exchange, how many exchanges are kept.
_SAVE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
local number = redis.call('INCR', KEYS[3])
if redis.call('HSETNX', KEYS[6], ARGV[3], number) == 1 then
  redis.call('HSET', KEYS[4], number, ARGV[4])
  redis.call('HSET', KEYS[5], number, ARGV[3])
end
local forgotten = number - ARGV[5]
local name = redis.call('HGET', KEYS[5], forgotten)
if name then redis.call('HDEL', KEYS[6], name) end
redis.call('HDEL', KEYS[4], forgotten)
redis.call('HDEL', KEYS[5], forgotten)
redis.call('DEL', KEYS[1])
return number
"""
# ARGV: number and message id of each exchange. The state goes with the last of them; the count stays.
_FORGET = """
for place = 1, #ARGV, 2 do
  redis.call('HDEL', KEYS[4], ARGV[place])
  redis.call('HDEL', KEYS[5], ARGV[place])
  redis.call('HDEL', KEYS[6], ARGV[place + 1])
end
if redis.call('HLEN', KEYS[4]) == 0 then redis.call('DEL', KEYS[2]) end
return 1
"""
_PREFIX = "jiujinban:talk:{"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class RedisConversations:
    """`intake.ports.Conversations` in Redis."""

    def __init__(
        self,
        redis: Redis,
        keys: KeyRing,
        *,
        now: Now = _utc_now,
        lease: timedelta = LEASE,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._redis = redis
        self._now = now
        self._sealer = Sealer(keys, Purpose.CONVERSATIONS)
        self._turns = Turns(_KeyLock(redis, lease), lease=lease, patience=patience)

    @classmethod
    def open(cls, url: str, keys: KeyRing) -> RedisConversations:
        """Conversations at `redis://host:port/number`; nothing is connected before the first use."""
        return cls(Redis.from_url(url, decode_responses=True), keys)

    @asynccontextmanager
    async def hold(self, account: AccountCode, message_id: str = "") -> AsyncIterator[_Held]:
        """See `intake.ports.Conversations.hold`."""
        async with self._turns.turn(account, message_id) as turn:
            yield _Held(self._redis, self._sealer, self._now, account, turn)

    async def history(self, account: AccountCode, after: int, limit: int) -> tuple[Exchange, ...]:
        """See `intake.ports.Conversations.history`."""
        last = int(await self._redis.get(_key(account, "last")) or 0)
        numbers = range(max(after, last - KEPT_EXCHANGES) + 1, last + 1)
        if not numbers:
            return ()
        found = await self._redis.hmget(_key(account, "said"), [str(number) for number in numbers])
        told = [(number, _text(sealed)) for number, sealed in zip(numbers, found, strict=True) if sealed]
        return tuple(self._exchange(account, number, sealed) for number, sealed in told[:limit])

    async def lasts(self, accounts: Collection[AccountCode]) -> dict[AccountCode, int]:
        """See `intake.ports.Conversations.lasts`."""
        asked = self._redis.pipeline(transaction=False)
        for account in accounts:
            asked.get(_key(account, "last"))
        told = await asked.execute() if accounts else []
        return {account: int(last or 0) for account, last in zip(accounts, told, strict=True)}

    async def forget(self, before: datetime, *, dry_run: bool = False) -> int:
        """See `intake.ports.Conversations.forget`."""
        forgotten = 0
        async for name in self._redis.scan_iter(match=_key(AccountCode("*"), "said")):
            account = AccountCode(_text(name)[len(_PREFIX) : -len("}:said")])
            old = [said for said in await self.history(account, 0, KEPT_EXCHANGES) if said.at < before]
            forgotten += len(old)
            if old and not dry_run:
                names = [_key(account, part) for part in _PARTS]
                told = (word for said in old for word in (str(said.number), said.message_id))
                await _run(self._redis, _FORGET, names, *told)
        return forgotten

    async def ping(self) -> None:
        """Return if the server answers, raise its fault if not."""
        await self._redis.ping()

    async def close(self) -> None:
        """Close every connection."""
        await self._redis.aclose()

    def _exchange(self, account: AccountCode, number: int, sealed: str) -> Exchange:
        values = json.loads(self._sealer.open_text(sealed, f"conversation.exchange:{account}"))
        return Exchange(number=number, **{**values, "at": datetime.fromisoformat(values["at"])})


@dataclass(frozen=True, slots=True)
class _Held:
    """`intake.ports.HeldConversation` while the lock's key is ours; the script that saves gives it back."""

    redis: Redis
    sealer: Sealer
    now: Now
    account: AccountCode
    turn: Turn[str]

    async def load(self) -> str | None:
        sealed = await self.redis.get(_key(self.account, "state"))
        return self.sealer.open_text(_text(sealed), f"conversation.state:{self.account}") if sealed else None

    async def answered(self, message_id: str) -> str | None:
        number = await self.redis.hget(_key(self.account, "numbers"), message_id)
        sealed = await self.redis.hget(_key(self.account, "said"), _text(number)) if number else None
        if not sealed:
            return None
        exchange = json.loads(self.sealer.open_text(_text(sealed), f"conversation.exchange:{self.account}"))
        return str(exchange["answer"])

    async def save(self, state: str, message_id: str, heard: str, answer: str) -> None:
        exchange = {"message_id": message_id, "heard": heard, "answer": answer, "at": self.now().isoformat()}
        saved = await _run(
            self.redis,
            _SAVE,
            [_key(self.account, part) for part in _PARTS],
            self.turn.fence,
            self.sealer.seal_text(state, f"conversation.state:{self.account}"),
            message_id,
            self.sealer.seal_text(json.dumps(exchange), f"conversation.exchange:{self.account}"),
            KEPT_EXCHANGES,
        )
        if not saved:
            raise Stale(what="这段对话")
        self.turn.over = True


@dataclass(frozen=True, slots=True)
class _KeyLock:
    """A lease as a key that expires; its fence is a secret that no other holder has."""

    redis: Redis
    lease: timedelta

    async def take(self, account: AccountCode, message_id: str) -> str | None:
        del message_id
        fence = secrets.token_hex(16)
        taken = await self.redis.set(_key(account, "lock"), fence, nx=True, px=self.lease)
        return fence if taken else None

    async def keep(self, account: AccountCode, fence: str) -> None:
        await _run(self.redis, _KEEP, [_key(account, "lock")], fence, int(self.lease.total_seconds() * 1000))

    async def let_go(self, account: AccountCode, fence: str) -> None:
        await _run(self.redis, _LET_GO, [_key(account, "lock")], fence)


async def _run(redis: Redis, script: str, names: Sequence[str], *values: str | int) -> Any:  # noqa: ANN401 (Lua's)
    return await redis.eval(script, len(names), *names, *values)


def _key(account: AccountCode, part: str) -> str:
    """The braces keep an account's keys on one node of a cluster, as a script demands."""
    return f"{_PREFIX}{account}}}:{part}"


def _text(answer: bytes | str) -> str:
    """Redis knows bytes only; the client decodes them, and its types do not say so."""
    return answer if isinstance(answer, str) else answer.decode()
