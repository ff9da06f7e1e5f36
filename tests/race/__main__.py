"""One process of many races: `python -m tests.race` reads a race per line, stands ready, starts on the next line."""

from __future__ import annotations

import asyncio
import json
import sys

from storage.crypto import KeyRing
from storage.sql.store import Store
from tests.race import runners


async def _race(url: str, name: str, count: int) -> list[str]:
    store = Store.open(url, KeyRing.new())
    await store.ping()
    _say("ready")
    await asyncio.to_thread(sys.stdin.readline)
    won = await runners.run([store], getattr(runners, name), count)
    await store.close()
    return won


def _say(words: object) -> None:
    sys.stdout.write(f"{json.dumps(words)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    for line in iter(sys.stdin.readline, ""):
        _say(asyncio.run(_race(**json.loads(line))))
