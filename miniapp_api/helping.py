"""Help wanted over HTTP: asking the village's proxy, and what the proxy and the hall do with it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from intake.model.ids import HallCode, HelpId, ServiceCode
from intake.usecases.people.helping import AskAgain, AskHelp, HandleHelp, HelpAct
from miniapp_api.forms import Code, Version, Words
from miniapp_api.owned import HelpFileView, HelpListView, HelpView, steps
from miniapp_api.typed import Api, Call, Form, NoForm

api = Api("help")


class AskHelpForm(Form):
    """What should be done, in one's own words, for an item where one is known."""

    text: Annotated[str, Field(min_length=1, max_length=2000)]
    service_code: Code | None = None


class HelpForm(Form):
    """Which request."""

    request: Code


class HandleForm(HelpForm):
    """The version the page showed, and what is said."""

    version: Version
    words: Words = ""
    case_number: Annotated[str, Field(max_length=40)] = ""


class AgainForm(HelpForm):
    """What is still lacking."""

    why: Words


class HallForm(Form):
    """Which hall."""

    hall: Code


@api.operation("POST", "/api/v1/help", AskHelpForm, HelpView, status=201, refuses=("unknown_service",))
async def ask(call: Call[AskHelpForm]) -> HelpView:
    """请村代办员帮我办: owned by the village's proxy at once."""
    service = ServiceCode(call.form.service_code) if call.form.service_code else None
    request = await call.desk.people.ask_help(AskHelp(call.caller, call.form.text, service, call.key))
    return HelpView.of(request, call.desk.today)


@api.operation("GET", "/api/v1/help", NoForm, HelpListView)
async def mine(call: Call[NoForm]) -> HelpListView:
    """我请人代办的; for who helps, what waits for them."""
    asks = call.caller.role.value == "citizen"
    find = call.desk.people.my_help if asks else call.desk.people.help_to_give
    found = await find(call.caller)
    return HelpListView(requests=[HelpView.of(request, call.desk.today) for request in found])


@api.operation("GET", "/api/v1/halls/{hall}/help", HallForm, HelpListView)
async def at_hall(call: Call[HallForm]) -> HelpListView:
    """中心和所辖村的代办申请: soonest due first."""
    found = await call.desk.people.help_at(call.caller, HallCode(call.form.hall))
    return HelpListView(requests=[HelpView.of(request, call.desk.today) for request in found])


@api.operation("GET", "/api/v1/help/{request}", HelpForm, HelpFileView)
async def show(call: Call[HelpForm]) -> HelpFileView:
    """代办申请详情: with its history."""
    found, history = await call.desk.people.show_help(call.caller, HelpId(call.form.request))
    shown = HelpView.of(found, call.desk.today)
    return HelpFileView(**shown.model_dump(), history=steps(history))


@api.operation("POST", "/api/v1/help/{request}/again", AgainForm, HelpView, refuses=("not_now", "bad_input"))
async def again(call: Call[AgainForm]) -> HelpView:
    """还要帮忙: the hall takes it up."""
    cmd = AskAgain(call.caller, HelpId(call.form.request), call.form.why, call.key)
    return HelpView.of(await call.desk.people.ask_again(cmd), call.desk.today)


def _route_act(act: HelpAct, words: str) -> None:
    async def handle(call: Call[HandleForm]) -> HelpView:
        form = call.form
        request = HelpId(form.request)
        cmd = HandleHelp(call.caller, request, form.version, act, form.words, form.case_number, call.key)
        return HelpView.of(await call.desk.people.handle_help(cmd), call.desk.today)

    handle.__doc__ = words
    path = f"/api/v1/help/{{request}}/{act.value.replace('_', '-')}"
    api.operation("POST", path, HandleForm, HelpView, refuses=("stale", "not_now", "bad_input"))(handle)


for _act, _words in {
    HelpAct.ACCEPT: "接单, by a new day.",
    HelpAct.ADVISE: "答复怎么办.",
    HelpAct.HAND_BACK: "退回, with the reason and the way that works.",
    HelpAct.FORWARD: "转便民服务中心.",
    HelpAct.DONE: "办好了, with the case's number.",
}.items():
    _route_act(_act, _words)
