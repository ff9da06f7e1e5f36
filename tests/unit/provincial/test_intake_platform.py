"""The connector against a gateway that is slow, down, confused, strict or forgetful."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from intake.errors import NotFound
from provincial.delivery import DeliveryFailed, NotConfigured
from provincial.handover import Issuer
from provincial.intake_platform import Platform, ProvinceConnector
from tests.unit.provincial.office import (
    CASE,
    ITEM,
    KEY,
    NOW,
    NUMBER,
    PERSON,
    Gateway,
    case,
    message,
    raw,
    says,
)

ISSUER = Issuer("330727", "就近办")


class Now:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOW


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    """A platform on this machine."""
    platform = Gateway()
    app = web.Application()
    app.router.add_post("/accept", platform.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        platform.url = str(server.make_url("/accept"))
        yield platform
        if platform.hold is not None:
            platform.hold.set()


def connector(gateway, *, of=CASE, seconds=20.0) -> ProvinceConnector:
    """A connector to that platform, for a county with one case."""

    async def case_of(case_id):
        if case_id != of.id:
            raise NotFound(what="办件")
        return of, PERSON, ITEM

    platform = Platform(gateway.url, ISSUER, KEY, taken_before=frozenset({"02"}), seconds=seconds)
    return ProvinceConnector(platform, case_of, Now())


async def failure(to: ProvinceConnector, what=None) -> DeliveryFailed:
    """How a delivery fails."""
    with pytest.raises(DeliveryFailed) as failed:
        await to.deliver(what or message())
    return failed.value


async def test_an_accepted_case_is_registered_with_the_province(gateway):
    """Under its 21 digits, with who, what, and each material."""
    await connector(gateway).deliver(message())

    handed = gateway.registered["330727202611270000042"]
    assert (handed.base["APPLYNAME"], handed.base["SERVICECODE"]) == ("张测试", "MZ10")
    assert [m.record["ATTRNAME"] for m in handed.materials] == ["居民身份证", "近期一寸免冠照片"]


async def test_a_message_delivered_twice_registers_one_case(gateway):
    """The answer got lost, the outbox tries again, the platform says it knows the case."""
    to = connector(gateway)

    await to.deliver(message())
    await to.deliver(message())

    assert gateway.requests == 2
    assert list(gateway.registered) == ["330727202611270000042"]


async def test_a_platform_that_calls_a_repetition_a_conflict_has_the_case_all_the_same(gateway):
    """409 with the code that means: known."""
    gateway.known_answer = says("02", "重复", status=409)
    to = connector(gateway)
    await to.deliver(message())

    await to.deliver(message())

    assert len(gateway.registered) == 1


async def test_a_slow_platform_is_left_in_peace_and_asked_again_later(gateway):
    """It has the case, as it turns out; the next attempt finds that out."""
    gateway.hold = asyncio.Event()

    slow = await failure(connector(gateway, seconds=0.1))
    gateway.hold.set()
    await connector(gateway).deliver(message())

    assert slow.retry
    assert slow.why == "no answer within 0.1 s"
    assert len(gateway.registered) == 1


@pytest.mark.parametrize("status", [302, 401, 403, 404, 408, 429, 500, 502, 503, 504])
async def test_a_fault_of_platform_line_or_key_is_tried_again(gateway, status):
    """None of these is about the case."""
    gateway.answer = raw(b"", status)

    failed = await failure(connector(gateway))

    assert failed.retry
    assert str(status) in failed.why


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"<html>busy</html>",
        b"[]",
        b'{"msg": "ok"}',
        b'{"code": null}',
        b'{"code": "00',
        b"\xff\xfe",
        b"7",
        b"x" * 70_000,
    ],
)
async def test_an_answer_nobody_understands_is_no_receipt(gateway, garbage):
    """A proxy's page with status 200 must not count as delivered."""
    gateway.answer = raw(garbage)

    assert (await failure(connector(gateway))).retry


async def test_a_platform_that_is_not_there_is_tried_again(gateway):
    """Nobody listens at the address."""
    gateway.url = "http://127.0.0.1:9/accept"

    failed = await failure(connector(gateway))

    assert failed.retry
    assert failed.why.startswith("no connection")


@pytest.mark.parametrize(("code", "status"), [("17", 200), (18, 200), ("17", 422)])
async def test_a_rejection_is_final_and_keeps_its_reason(gateway, code, status):
    """The operator reads what the platform said."""
    gateway.answer = says(code, "事项编码不存在", status=status)

    failed = await failure(connector(gateway))

    assert not failed.retry
    assert str(code) in failed.why
    assert "事项编码不存在" in failed.why


async def test_a_success_code_under_a_failing_status_is_no_receipt(gateway):
    """A gateway in front of the platform may repeat an old body."""
    gateway.answer = says("00", status=503)

    assert (await failure(connector(gateway))).retry


async def test_a_reason_repeats_nobodys_number(gateway):
    """It ends in logs and on a screen."""
    gateway.answer = says("17", f"证件{NUMBER}、手机{PERSON.phone}不存在" + "。" * 500)

    why = (await failure(connector(gateway))).why

    assert NUMBER not in why
    assert PERSON.phone not in why
    assert len(why) <= 200


@pytest.mark.parametrize("what", [message("case:gone"), message("ticket:1"), message(kind="case_loved")])
async def test_a_message_about_no_case_of_ours_is_laid_aside(gateway, what):
    """Trying again would not make it one, and it must not hold up the rest."""
    failed = await failure(connector(gateway), what)

    assert not failed.retry
    assert gateway.requests == 0


@pytest.mark.parametrize("odd", [case(accepted_at=None), case(number="")])
async def test_a_case_that_cannot_be_handed_over_is_laid_aside(gateway, odd):
    """Not accepted, or without a number."""
    failed = await failure(connector(gateway, of=odd))

    assert not failed.retry
    assert gateway.requests == 0


async def test_without_an_address_messages_wait_and_say_why():
    """The operator sees `not configured`, and nothing is lost."""

    async def nobody(case_id):
        raise NotFound(what="办件")

    to = ProvinceConnector(None, nobody, Now())

    assert not to.configured
    with pytest.raises(NotConfigured, match="not configured") as waiting:
        await to.deliver(message())
    assert waiting.value.retry


@pytest.mark.parametrize(
    "url", ["http://platform.example/accept", "ftp://platform.example", "platform.example"]
)
def test_numbers_do_not_travel_in_the_open(url):
    """Sealing with the private key hides nothing; only TLS does."""
    with pytest.raises(ValueError, match="https://"):
        Platform(url, ISSUER, KEY)


@pytest.mark.parametrize("seconds", [0, -1, 60])
def test_nobody_waits_longer_than_the_outbox_lends_a_message(seconds):
    """Else a second worker would deliver it meanwhile."""
    with pytest.raises(ValueError, match="seconds"):
        Platform("https://platform.example/accept", ISSUER, KEY, seconds=seconds)


def test_the_key_never_shows_itself():
    """Not in a log line, not in a traceback."""
    assert "RSA" not in repr(Platform("https://platform.example/accept", ISSUER, KEY))
