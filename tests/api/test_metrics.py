"""指标: what Prometheus reads tells of routes and of what waits, and never of a person."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import HTTPNotFound

from intake.model.ids import AccountCode
from intake.model.leaving import Outgoing, Topic
from jiujinban.settings import Settings
from jiujinban.wiring import open_house
from miniapp_api.metrics import METRICS, Metrics, read_metrics


async def test_answers_are_counted_by_the_pattern_of_their_route(door):
    """Whose case it was stands in the address, and so not in the count."""
    await (await door.sign_in("citizen-1")).get("/api/v1/cases/no-such-case")

    text = (await door.stranger.get("/metrics")).content.decode()

    assert 'route="/api/v1/cases/{case}",status="404"} 1.0' in text
    assert "no-such-case" not in text
    assert 'jiujinban_http_seconds_count{method="GET",route="/api/v1/cases/{case}"} 1.0' in text


async def test_only_this_machine_reads_them(door):
    """To everybody else the address does not exist."""
    far = make_mocked_request("GET", "/metrics", transport=_Line("203.0.113.9"))

    with pytest.raises(HTTPNotFound):
        await read_metrics(far)


async def test_messages_that_wait_are_counted_and_a_store_that_is_away_is_said(tmp_path):
    """The operator sees the outbox fill up, and is not left without any figure when the store is gone."""
    async with open_house(Settings(state=tmp_path), listening=False) as house:
        async with house.store.open_uow() as uow:
            await uow.leaving.send(Outgoing(Topic.NOTICE, "case:1", "case_decided", AccountCode("me"), {}))
            await uow.commit()
        metrics = house.web_app()[METRICS]
        text = (await metrics.text()).decode()

    async def away() -> dict[str, float]:
        raise ConnectionError("no store")

    assert 'jiujinban_now{what="outbox_waiting"} 1.0' in text
    assert 'jiujinban_now{what="unread"} 1.0' in (await Metrics(away).text()).decode()


class _Line:
    """A connection from somewhere."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get_extra_info(self, name: str, default: object = None) -> object:
        return (self._address, 4711) if name == "peername" else default
