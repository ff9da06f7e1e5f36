"""Answering: what happens around every handler, in the one middleware there is.

Who is asking is found out, the handler answers, a refusal or a fault becomes an answer too; then the answer is hardened and
counted. One middleware for each of these would read as well and cost a third of all that is ours in a short answer.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from miniapp_api import signing
from miniapp_api.metrics import Metrics
from miniapp_api.refusals import told

if TYPE_CHECKING:
    from aiohttp.typedefs import Middleware

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# On a village's line a long list costs more to send than to pack.
_WORTH_PACKING = 8 * 1024
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
    "font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", _POLICY),
)
# A name that the build made from the content (`phone-CzTcXpPd.js`): what it names never changes.
_HASHED = re.compile(r"/assets/.+-[\w-]{8}\.(?:js|css)")
_FOR_A_YEAR = "public, max-age=31536000, immutable"


def answering(nameless: frozenset[Handler], metrics: Metrics) -> Middleware:
    """The middleware of an application whose `nameless` handlers answer everybody alike."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        begun = time.perf_counter()
        try:
            # Where everybody is answered alike nobody is looked up: it would cost more than the answer.
            if request.match_info.handler not in nameless:
                await signing.recognise(request)
            response = await handler(request)
        except Exception as fault:  # noqa: BLE001 (the outermost edge: whatever went wrong becomes an answer)
            response = told(request, fault)
        _harden(request, response)
        metrics.count(request, response, time.perf_counter() - begun)
        return response

    return answer


def _harden(request: web.Request, response: web.StreamResponse) -> None:
    if response.prepared:
        return
    headers = response.headers
    headers.merge(_ALWAYS)
    if hdrs.COOKIE in request.headers:
        signing.take_dead_cookie(request, response)
    if request.path.startswith("/api/"):
        headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
    elif response.status == HTTPStatus.OK and _HASHED.fullmatch(request.path):
        headers.setdefault(hdrs.CACHE_CONTROL, _FOR_A_YEAR)
    if (response.content_length or 0) > _WORTH_PACKING and response.content_type.endswith("json"):
        response.enable_compression()
