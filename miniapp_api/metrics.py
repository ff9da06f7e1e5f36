"""What Prometheus reads: how often, how fast and how well each route answers, and what waits. No person's data is in it."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from itertools import accumulate

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

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


class _Spread:
    """How many answers took how long."""

    __slots__ = ("_total", "_within")

    def __init__(self) -> None:
        self._within, self._total = [0] * (len(_SECONDS) + 1), 0.0

    def note(self, seconds: float) -> None:
        """One more."""
        self._within[bisect_left(_SECONDS, seconds)] += 1
        self._total += seconds

    def told(self) -> tuple[list[tuple[str, float]], float]:
        """For each bound how many took no longer, and all their seconds together."""
        bounds = map(floatToGoString, (*_SECONDS, math.inf))
        return list(zip(bounds, accumulate(self._within), strict=True)), self._total


class _Answered(Collector):
    """What was answered, on plain numbers of the one thread that answers: Prometheus' own, each with a lock, cost as much as to parse the question."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, str, int]] = Counter()
        self.seconds: defaultdict[tuple[str, str], _Spread] = defaultdict(_Spread)

    def collect(self) -> Iterable[Metric]:
        """The counter and the histogram."""
        answers = CounterMetricFamily(
            "jiujinban_http_answers", "Answers by route and status.", labels=("method", "route", "status")
        )
        for (method, route, status), often in self.answers.items():
            answers.add_metric((method, route, str(status)), often)
        yield answers
        seconds = HistogramMetricFamily(
            "jiujinban_http_seconds",
            "Seconds until an answer was ready; streams are not counted.",
            labels=("method", "route"),
        )
        for line, spread in self.seconds.items():
            seconds.add_metric(line, *spread.told())
        yield seconds


class Metrics:
    """One server's counts since it started."""

    def __init__(self, gauges: Gauges, tallies: Tallies = nothing_counted) -> None:
        self._gauges = gauges
        self._registry = CollectorRegistry()
        self._registry.register(_Tallied(tallies))
        ProcessCollector(registry=self._registry)
        self._answered = _Answered()
        self._registry.register(self._answered)
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
        self._answered.answers[request.method, route, response.status] += 1
        if isinstance(response, web.Response):
            self._answered.seconds[request.method, route].note(seconds)


METRICS = web.AppKey("metrics", Metrics)


async def read_metrics(request: web.Request) -> web.StreamResponse:
    """指标: for whoever asks from this machine; to all others it is not there."""
    if request.remote not in _NEARBY:
        raise web.HTTPNotFound
    body = await request.app[METRICS].text()
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})
