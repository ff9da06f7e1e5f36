"""Refusals on the wire: the one place where a refusal becomes a status code and a fault becomes an apology."""

from __future__ import annotations

import secrets
from typing import Any

import pydantic_core
import structlog
from aiohttp import web

from intake.errors import Refusal
from miniapp_api.typed import InvalidForm

STATUS = {
    "invalid_form": 422,
    "bad_input": 422,
    "photo_refused": 422,
    "unknown_material": 422,
    "unknown_service": 404,
    "not_found": 404,
    "not_signed_in": 401,
    "unknown_device": 401,
    "not_allowed": 403,
    "from_elsewhere": 403,
    "not_your_village": 403,
    "mandate_needed": 403,
    "wrong_code": 403,
    "code_locked": 403,
    "wrong_identity": 403,
    "wrong_number": 422,
    "locked_out": 429,
    "not_trained": 403,
    "not_authorised": 403,
    "judged_themselves": 403,
    "busy": 503,
}
_CONFLICT = 409
_log = structlog.get_logger("miniapp_api")
_SENTENCES = {
    400: ("bad_request", "请求的写法不对。", "请刷新页面再试；还不行请联系工作人员。"),
    404: ("no_such_page", "没有这个地址。", "请回到首页重新进入。"),
    405: ("wrong_method", "这个地址不接受这种操作。", "请刷新页面再试。"),
    413: ("too_large", "内容太大了。", "照片请不要超过15MB，重新拍一张再发。"),
    415: ("wrong_media", "内容的格式不对。", "请用 JSON 或图片格式再发一次。"),
    429: ("too_many", "您点得太快了。", "请等几秒钟再试。"),
}


def told(request: web.Request, fault: Exception) -> web.StreamResponse:
    """A refusal, an HTTP error or a fault as problem+json with a next step; what is no answer is raised again."""
    match fault:
        case InvalidForm():
            errors = [{"field": one.field, "message": one.message} for one in fault.faults]
            return problem(400 if fault.malformed else 422, fault, errors=errors)
        case Refusal():
            return problem(STATUS.get(fault.code, _CONFLICT), fault)
        case web.HTTPException():
            return _http_problem(request, fault)
        case ConnectionError() | TimeoutError():
            raise fault
        case _:
            return _apologise(request, fault)


def problem(status: int, refusal: Refusal, *, errors: list[dict[str, str]] | None = None) -> web.Response:
    """A refusal as problem+json."""
    facts = {k: v for k, v in refusal.facts.items() if k in {"number", "case", "appointment", "version"}}
    said: dict[str, Any] = {
        "code": refusal.code,
        "title": refusal.title,
        "next_step": refusal.next_step,
        "errors": errors or _own_errors(refusal),
        "alternatives": [{"label": label, "value": value} for label, value in refusal.alternatives],
        **({"facts": facts} if facts else {}),
    }
    answer = _write(status, said)
    if "wait_seconds" in refusal.facts:
        answer.headers["Retry-After"] = str(refusal.facts["wait_seconds"])
    return answer


def _own_errors(refusal: Refusal) -> list[dict[str, str]]:
    field = refusal.facts.get("field")
    return [{"field": field, "message": refusal.title}] if field else []


def _http_problem(request: web.Request, error: web.HTTPException) -> web.StreamResponse:
    if error.status < web.HTTPBadRequest.status_code:
        raise error
    code, title, next_step = _SENTENCES.get(error.status, _SENTENCES[400])
    if _opened_by_hand(request):
        return web.Response(
            status=error.status, text=_PAGE.format(title=title, next_step=next_step), content_type="text/html"
        )
    answer = _write(error.status, {"code": code, "title": title, "next_step": next_step, "errors": []})
    if "Allow" in error.headers:
        answer.headers["Allow"] = error.headers["Allow"]
    return answer


def _opened_by_hand(request: web.Request) -> bool:
    """Whether somebody typed or followed an address in a browser: they are shown a page, not JSON."""
    return not request.path.startswith("/api/") and "text/html" in request.headers.get("Accept", "")


_PAGE = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<h1>{title}</h1>
<p>{next_step}</p>
<p><a href="/">回到就近办首页</a></p>
</html>
"""


def _apologise(request: web.Request, fault: Exception) -> web.Response:
    """Ours: logged with its cause under a reference that the person can read out on the telephone."""
    reference = secrets.token_hex(4)
    resource = request.match_info.route.resource
    _log.error("fault", reference=reference, route=resource.canonical if resource else "", exc_info=fault)
    title, next_step = "系统出了点问题，不是您的错。", f"请稍后再试；还不行请打电话，报编号 {reference}。"
    return _write(
        500, {"code": "fault", "title": title, "next_step": next_step, "reference": reference, "errors": []}
    )


def _write(status: int, said: dict[str, Any]) -> web.Response:
    body = pydantic_core.to_json({"type": "about:blank", "status": status, **said})
    return web.Response(status=status, body=body, content_type="application/problem+json")
