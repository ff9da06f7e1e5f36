"""Measures (运行指标): how the service does, in Prometheus' format. Counts and times only: no name, number or path of anybody."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Middleware
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from intake.model.leaving import Topic
from storage.sql.audit import AuditChain
from storage.sql.store import Store

_PATH = "/metrics"
_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
_STATES = ("waiting", "laid_aside")
_UNKNOWN = "unknown"


class Measures:
    """What one process counts, and what it reads of the store when it is asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._registry = CollectorRegistry()
        of_route = ("method", "route", "status")
        self._requests = Counter(
            "jiujinban_requests_total", "Requests answered.", of_route, registry=self._registry
        )
        self._seconds = Histogram(
            "jiujinban_request_seconds",
            "Time until the answer.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._outbox = Gauge(
            "jiujinban_outbox_messages",
            "Messages not delivered yet.",
            ("topic", "state"),
            registry=self._registry,
        )
        self._sealed = Gauge(
            "jiujinban_audit_sealed_entries", "Audit entries under a seal.", registry=self._registry
        )

    @property
    def middleware(self) -> Middleware:
        """Counts every request under its route's template: an id in a path is no label."""

        @web.middleware
        async def counted(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            begun, status = time.perf_counter(), int(HTTPStatus.INTERNAL_SERVER_ERROR)
            try:
                response = await handler(request)
                status = response.status
            except web.HTTPException as answer:
                status = answer.status
                raise
            finally:
                self._note(request, status, time.perf_counter() - begun)
            return response

        return counted

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Where Prometheus asks."""
        return [web.get(_PATH, self._show)]

    async def _show(self, _: web.Request) -> web.StreamResponse:
        async with self._store.open_view() as view:
            here = await view.leaving.still_here()
        for topic in Topic:
            for state in _STATES:
                self._outbox.labels(topic.value, state).set(here.get((topic, state), 0))
        self._sealed.set((await AuditChain(self._store).head()).links)
        return web.Response(
            body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    def _note(self, request: web.Request, status: int, seconds: float) -> None:
        resource = request.match_info.route.resource
        route = resource.canonical if resource is not None else _UNKNOWN
        self._requests.labels(request.method, route, status).inc()
        self._seconds.labels(request.method, route).observe(seconds)
