"""一网通办: accepted cases go to the province and their status comes back, through every outage."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from intake.model.leaving import Outgoing, Topic
from intake.model.province import ProvinceRecord
from jiujinban.importing import OPERATOR
from jiujinban.postmen import Postman
from jiujinban.province import Province, open_province, open_texting
from jiujinban.settings import BadSetting, Settings
from provincial.delivery import DeliveryFailed
from provincial.envelope import Envelope, opened
from tests.desks import County
from tests.journeys import accepted
from tests.unit.provincial.office import KEY, Gateway, raw, says

DECIDED = {"STATUS": "办结", "TIME": "2026-11-25 10:00:00"}


@dataclass
class StatusDesk:
    """The platform's other window: says how far the cases are that it was told to know."""

    known: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)
    down: bool = False
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One question about many cases."""
        parts = await request.post()
        envelope = Envelope(str(parts["request"]), str(parts["sign"]))
        asked: list[str] = json.loads(opened(envelope, KEY.key.public_key()))["projids"]
        self.asked.append(asked)
        if self.down:
            return web.Response(status=503)
        told = [{"PROJID": projid, **self.known[projid]} for projid in asked if projid in self.known]
        return web.json_response({"code": "00", "data": told})


@dataclass
class TextGateway:
    """A text-message gateway that checks the signature and remembers."""

    sent: list[dict[str, object]] = field(default_factory=list)
    status: int = 200
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One text message."""
        body = await request.read()
        good = hmac.new(b"shared", body, hashlib.sha256).hexdigest()
        assert request.headers["X-Signature"] == good
        if self.status == web.HTTPOk.status_code:
            self.sent.append(json.loads(body))
        return web.Response(status=self.status)


@dataclass
class Capital:
    """Everything of the province's that listens."""

    gateway: Gateway = field(default_factory=Gateway)
    desk: StatusDesk = field(default_factory=StatusDesk)
    texts: TextGateway = field(default_factory=TextGateway)

    def settings(self, folder: Path, **changed: object) -> Settings:
        """A county that is connected to it."""
        key = folder / "province.pem"
        key.write_bytes(KEY.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
        secret = folder / "text.secret"
        secret.write_text("shared\n")
        given: dict[str, object] = {
            "province_url": self.gateway.url,
            "province_status_url": self.desk.url,
            "province_key_file": key,
            "province_taken_before": ("02",),
            "text_url": self.texts.url,
            "text_secret_file": secret,
            "text_templates": {"case_accepted": "SMS_1"},
            **changed,
        }
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks what it is given


@pytest_asyncio.fixture
async def capital() -> AsyncIterator[Capital]:
    """The province on this machine."""
    made = Capital()
    app = web.Application()
    for place in (made.gateway, made.desk, made.texts):
        app.router.add_post(f"/{type(place).__name__}", place.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        for place in (made.gateway, made.desk, made.texts):
            place.url = str(server.make_url(f"/{type(place).__name__}"))
        yield made


def connected(county: County, capital: Capital, folder: Path) -> tuple[Province, Postman]:
    """The county's connector and its postman."""
    province = open_province(capital.settings(folder), county.store, county.clock)
    assert province is not None
    return province, Postman(county.store, county.clock, Topic.PROVINCE, province.deliver)


async def record_of(county: County, case: object) -> ProvinceRecord | None:
    """What is written down of the province beside a case."""
    async with county.store.open_view() as view:
        return await view.province.of_case(case.id)  # type: ignore[attr-defined]  # journeys hand cases over


async def test_an_accepted_case_is_handed_over_and_its_status_comes_back(
    county: County, capital: Capital, tmp_path: Path
) -> None:
    """The file of the case says under which number the province has it, and how far it says it is."""
    case = await accepted(county)
    province, postman = connected(county, capital, tmp_path)
    await postman.round()
    (projid,) = capital.gateway.registered
    capital.desk.known[projid] = DECIDED
    county.clock.forward(hours=2)

    asked = [await province.ask(), await province.ask()]

    record = await record_of(county, case)
    assert record is not None
    assert (record.projid, record.status, record.closed) == (projid, "办结", True)
    assert record.status_at is not None
    assert record.status_at.isoformat() == "2026-11-25T02:00:00+00:00"
    assert asked == [1, 0]


async def test_an_outage_of_a_day_costs_nothing(county: County, capital: Capital, tmp_path: Path) -> None:
    """Nothing is registered twice, nothing is forgotten, and nobody has to do anything."""
    case = await accepted(county)
    _, postman = connected(county, capital, tmp_path)
    capital.gateway.answer = raw(b"", 503)
    tried = 0
    for _ in range(24):
        tried += await postman.round()
        county.clock.forward(hours=1)
    capital.gateway.answer = says("00")
    county.clock.forward(hours=1)
    await postman.round()

    record = await record_of(county, case)
    assert 10 < tried < 24
    assert len(capital.gateway.registered) == 1
    assert record is not None
    assert not record.closed
    assert await county.desk.questions.undelivered(OPERATOR) == ()


async def test_a_lost_answer_registers_one_case_and_one_record(
    county: County, capital: Capital, tmp_path: Path
) -> None:
    """The server died between the platform's yes and its own note of it."""
    case = await accepted(county)
    _, postman = connected(county, capital, tmp_path)
    (message,) = [m for m in await county.told("case_accepted") if m.topic is Topic.PROVINCE]
    province, _ = connected(county, capital, tmp_path)
    await province.deliver(message)

    await postman.round()

    assert len(capital.gateway.registered) == 1
    assert await record_of(county, case) is not None


async def test_a_platform_that_is_down_is_asked_again_later(
    county: County, capital: Capital, tmp_path: Path
) -> None:
    """What was known stays known."""
    case = await accepted(county)
    province, postman = connected(county, capital, tmp_path)
    await postman.round()
    (projid,) = capital.gateway.registered
    county.clock.forward(hours=2)
    capital.desk.down = True
    down = await province.ask()
    capital.desk.down = False
    unknown = await province.ask()
    county.clock.forward(hours=2)
    capital.desk.known[projid] = {"STATUS": "受理"}

    heard = await province.ask()

    record = await record_of(county, case)
    assert (down, unknown, heard) == (0, 1, 1)
    assert record is not None
    assert (record.status, record.closed) == ("受理", False)


async def test_a_text_message_tells_little_and_knows_the_number_only_when_it_leaves(
    county: County, capital: Capital, tmp_path: Path
) -> None:
    """A template and its blanks: no name, no address; a repetition carries the same id."""
    texting = open_texting(capital.settings(tmp_path), county.store)
    assert texting is not None
    facts = {"number": "BJ2026112300001", "applicant": "张奶奶", "address": "某村1号", "due": "12月7日"}
    message = Outgoing(
        Topic.TEXT, "case:1", "case_accepted", (await county.caller("citizen-1")).code, facts, 7
    )
    await texting.deliver(message)
    await texting.deliver(message)

    first, second = capital.texts.sent
    assert first == second
    assert first["params"] == {"number": "BJ2026112300001", "due": "12月7日"}
    assert (first["id"], first["template"]) == ("7", "SMS_1")
    assert str(first["phone"]).startswith("1")


@pytest.mark.parametrize(("status", "retry"), [(503, True), (401, True), (302, True), (400, False)])
async def test_a_gateway_that_does_not_take_it_is_tried_again_unless_it_is_about_the_message(
    county: County, capital: Capital, tmp_path: Path, status: int, *, retry: bool
) -> None:
    """A changed password is mended and the messages go; a bad message is laid aside."""
    texting = open_texting(capital.settings(tmp_path), county.store)
    assert texting is not None
    capital.texts.status = status
    to = (await county.caller("citizen-1")).code

    with pytest.raises(DeliveryFailed) as failed:
        await texting.deliver(Outgoing(Topic.TEXT, "case:1", "case_accepted", to, {}))

    assert failed.value.retry is retry


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"province_key_file": None}, "JIUJINBAN_PROVINCE_KEY_FILE"),
        ({"province_key_file": Path("nowhere.pem")}, "JIUJINBAN_PROVINCE_KEY_FILE"),
        ({"province_url": "http://province.example/accept"}, "JIUJINBAN_PROVINCE_URL"),
        ({"text_secret_file": None}, "JIUJINBAN_TEXT_SECRET_FILE"),
        ({"text_url": "http://texts.example/"}, "JIUJINBAN_TEXT_URL"),
    ],
)
def test_a_connector_that_is_half_set_stops_the_start_with_the_settings_name(
    tmp_path: Path, changed: dict[str, object], name: str
) -> None:
    """Nobody finds out a month later that no case ever went up."""
    capital = Capital()
    capital.gateway.url = capital.texts.url = "http://127.0.0.1:1/"
    settings = capital.settings(tmp_path, **changed)

    with pytest.raises(BadSetting, match=name):
        (open_province(settings, None, None), open_texting(settings, None))  # type: ignore[arg-type]  # neither is reached
