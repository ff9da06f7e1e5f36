"""The Redis of the tests: the floor and the ceiling of what the product promises to work with."""

import platform
import sys

import redis.asyncio

from tests.services.redis import redis_programs

COMPARE_AND_DELETE = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0"


def test_set_up_brings_both_ends_of_the_supported_range():
    """Neither the old server nor the new is forgotten; the old one has no wheel for the newest Pythons."""
    has_old = sys.version_info < (3, 13) and platform.machine() == "x86_64"

    assert set(redis_programs()) == ({"redis-6.2", "valkey-9.1"} if has_old else {"valkey-9.1"})


async def test_each_server_does_what_locks_need(redis_url):
    """Take once, give back only one's own: the two moves every lock of the product is made of."""
    connection = redis.asyncio.from_url(redis_url)
    took = await connection.set("lock", "mine", nx=True, ex=5)
    again = await connection.set("lock", "yours", nx=True, ex=5)
    not_yours = await connection.eval(COMPARE_AND_DELETE, 1, "lock", "yours")
    mine = await connection.eval(COMPARE_AND_DELETE, 1, "lock", "mine")
    await connection.aclose()

    assert (took, again, not_yours, mine) == (True, None, 0, 1)


async def test_a_test_finds_the_server_empty(redis_server):
    """What one test leaves behind, no other reads."""
    connection = redis.asyncio.from_url(redis_server.url)
    await connection.set("left", "behind")

    redis_server.empty()

    assert await connection.dbsize() == 0
    await connection.aclose()
