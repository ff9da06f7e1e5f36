"""Binding WeChat: the signed-in page gets a code to send there, shows whether it is bound, and ends it."""

from __future__ import annotations

from typing import Literal

from aiohttp import web

from intake.model.people import Door
from miniapp_api.typed import Api, Call, Form, NoForm, View
from miniapp_api.views import local

api = Api("bindings")
# Whether there is a service account to be bound at; the front step says so.
WECHAT_OPEN = web.AppKey("wechat_open", bool)


class AgreeForm(Form):
    """The person has read what binding means, and agrees."""

    agreed: Literal[True]


class BindingCodeView(View):
    """Eight digits, told once, and until when they count."""

    code: str
    expires_at: str


class BindingView(View):
    """Whether the county has a service account, and since when the caller's WeChat is bound; null when it is not."""

    offered: bool
    bound_since: str | None


@api.operation("GET", "/api/v1/bindings/wechat", NoForm, BindingView)
async def mine(call: Call[NoForm]) -> BindingView:
    """微信绑定: whether the caller's WeChat is bound."""
    return await _view(call)


@api.operation("POST", "/api/v1/bindings/wechat/codes", AgreeForm, BindingCodeView, status=201)
async def offer(call: Call[AgreeForm]) -> BindingCodeView:
    """取绑定码: a code to send to the service account within ten minutes; earlier ones are void."""
    offered = await call.desk.people.offer_binding(call.caller)
    return BindingCodeView(code=offered.code, expires_at=local(offered.expires_at))


@api.operation("DELETE", "/api/v1/bindings/wechat", NoForm, BindingView)
async def end(call: Call[NoForm]) -> BindingView:
    """解除绑定: nothing more is told there, and who they are there is forgotten; doing it twice is no error."""
    await call.desk.people.end_binding(call.caller, Door.WECHAT)
    return await _view(call)


async def _view(call: Call[NoForm]) -> BindingView:
    binding = await call.desk.people.my_binding(call.caller, Door.WECHAT)
    since = local(binding.made_at) if binding else None
    return BindingView(offered=call.request.app[WECHAT_OPEN], bound_since=since)
