"""What Prometheus reads: how often, how fast and how well each route answers, and what waits. No person's data is in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import cache

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

Gauges = Callable[[], Awaitable[Mapping[str, float]]]
"""What waits or is broken at this moment, by name; asked for at each reading."""

Tallies = Callable[[], Mapping[str, float]]
"""What was counted since the start besides answers, by name."""

_log = structlog.get_logger("metrics")
_NEARBY = frozenset({"127.0.0.1", "::1"})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_UNROUTED = "none"


async def nothing_waits() -> Mapping[str, float]:
    """Where nobody brought gauges."""
    return {}


def nothing_counted() -> Mapping[str, float]:
    """Where nobody brought tallies."""
    return {}


class _Tallied(Collector):
    """Counts that are kept elsewhere, read when Prometheus reads."""

    def __init__(self, tallies: Tallies) -> None:
        self._tallies = tallies

    def collect(self) -> Iterable[Metric]:
        """One counter with a line for each name."""
        counted = CounterMetricFamily("jiujinban_tallies", "How often something happened.", labels=("what",))
        for what, often in self._tallies().items():
            counted.add_metric((what,), often)
        yield counted


class Metrics:
    """One server's counts since it started."""

    def __init__(self, gauges: Gauges, tallies: Tallies = nothing_counted) -> None:
        self._gauges = gauges
        self._registry = CollectorRegistry()
        self._registry.register(_Tallied(tallies))
        ProcessCollector(registry=self._registry)
        self._answers = Counter(
            "jiujinban_http_answers_total",
            "Answers by route and status.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "jiujinban_http_seconds",
            "Seconds until an answer was ready; streams are not counted.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        # To find a line by its labels costs more than to count on it.
        self._answer_line, self._seconds_line = cache(self._answers.labels), cache(self._seconds.labels)
        self._waiting = Gauge(
            "jiujinban_now", "What waits or is broken at this moment.", ("what",), registry=self._registry
        )

    async def text(self) -> bytes:
        """All counts in Prometheus' plain text."""
        try:
            now = {**await self._gauges(), "unread": 0.0}
        except Exception as fault:  # noqa: BLE001 (a store that is away must not blind whoever wants to know why)
            _log.warning("gauges_unread", exc_info=fault)
            now = {"unread": 1.0}
        for what, value in now.items():
            self._waiting.labels(what).set(value)
        return generate_latest(self._registry)

    def count(self, request: web.Request, response: web.StreamResponse, seconds: float) -> None:
        """One answer. Routes are told by their pattern: an address could name a person's case."""
        resource = request.match_info.route.resource
        route = _UNROUTED if resource is None else resource.canonical
        self._answer_line(request.method, route, response.status).inc()
        if isinstance(response, web.Response):
            self._seconds_line(request.method, route).observe(seconds)


METRICS = web.AppKey("metrics", Metrics)


async def read_metrics(request: web.Request) -> web.StreamResponse:
    """指标: for whoever asks from this machine; to all others it is not there."""
    if request.remote not in _NEARBY:
        raise web.HTTPNotFound
    body = await request.app[METRICS].text()
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})
