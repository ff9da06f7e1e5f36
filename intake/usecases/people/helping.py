"""Help wanted (请村代办员帮我办): asked of the village's proxy, and never without an owner and a day until it is settled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from intake.errors import BadInput, NotFound
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import day_text, local_day
from intake.model.helping import HelpRequest, HelpState
from intake.model.ids import HallCode, HelpId, IntentKey, PersonId, ServiceCode
from intake.model.owning import Owner, Step
from intake.model.people import Caller, Role
from intake.ports import Tools, Uow
from intake.usecases.intents import once
from intake.usecases.owning import (
    director_of,
    due_in,
    first_responsible,
    hall_of_village,
    number_of,
    owner_of,
    require_version,
    subject_of,
    take_step,
    tell,
    written,
)


@dataclass(frozen=True, slots=True)
class AskHelp:
    """What somebody would like done for them, for an item where one is known."""

    caller: Caller
    text: str
    service_code: ServiceCode | None = None
    key: IntentKey | None = None


class HelpAct(StrEnum):
    """代办动作: what whoever owns a request may do with it."""

    ACCEPT = "accept"
    ADVISE = "advise"
    HAND_BACK = "hand_back"
    FORWARD = "forward"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class HandleHelp:
    """An act on a request as the helper's page showed it; with `case_number`, the case it became."""

    caller: Caller
    request: HelpId
    version: int
    act: HelpAct
    words: str = ""
    case_number: str = ""
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class AskAgain:
    """The asker still needs help, and says why."""

    caller: Caller
    request: HelpId
    why: str
    key: IntentKey | None = None


async def ask_help(cmd: AskHelp, *, tools: Tools) -> HelpRequest:
    """请人代办: the village's proxy owns it; where there is none, the hall's first-responsible clerk does."""
    require(cmd.caller, Verb.ASK_HELP)
    text = written(cmd.text, "text", "请说一说想请人帮您办什么。")
    async with tools.open_uow() as uow:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "ask_help",
            act=lambda: _ask(uow, cmd, text, tools),
            again=lambda found: uow.help_requests.get(HelpId(found)),
            name=lambda done: done.id,
        )


async def handle_help(cmd: HandleHelp, *, tools: Tools) -> HelpRequest:
    """处理代办申请: take it up, answer, give it back with the way that works, send it to the hall, or say it is done."""
    require(cmd.caller, Verb.HANDLE_HELP)
    async with tools.open_uow() as uow:
        request = await uow.help_requests.get(cmd.request)
        _require_handler(cmd.caller, request)
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "handle_help",
            act=lambda: _handle(uow, cmd, request, tools),
            again=lambda found: uow.help_requests.get(HelpId(found)),
            name=lambda done: done.id,
        )


async def ask_again(cmd: AskAgain, *, tools: Tools) -> HelpRequest:
    """还要帮忙: whatever was said to it, the hall takes it up now, by a new day."""
    require(cmd.caller, Verb.ASK_HELP)
    why = written(cmd.why, "why", "请说一说还差什么，我们转给便民服务中心接着办。")
    async with tools.open_uow() as uow:
        request = await uow.help_requests.get(cmd.request)
        require(cmd.caller, Verb.ASK_HELP, Belonging(request.person, request.asker))
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "ask_again",
            act=lambda: _again(uow, cmd, request, why, tools),
            again=lambda found: uow.help_requests.get(HelpId(found)),
            name=lambda done: done.id,
        )


async def my_help(caller: Caller, *, tools: Tools) -> tuple[HelpRequest, ...]:
    """我请人代办的, newest first."""
    require(caller, Verb.ASK_HELP)
    async with tools.open_view() as view:
        return await view.help_requests.of_asker(caller.code)


async def help_to_give(caller: Caller, *, tools: Tools) -> tuple[HelpRequest, ...]:
    """等我帮忙的: what the caller owns, soonest due first."""
    require(caller, Verb.HANDLE_HELP)
    async with tools.open_view() as view:
        return await view.help_requests.owned_by(caller.code)


async def help_at(caller: Caller, hall: HallCode, *, tools: Tools) -> tuple[HelpRequest, ...]:
    """中心和所辖村等着帮忙的, soonest due first."""
    require(caller, Verb.HANDLE_HELP, Belonging(hall=hall))
    async with tools.open_view() as view:
        return await view.help_requests.waiting_at(hall)


async def show_help(
    caller: Caller, request_id: HelpId, *, tools: Tools
) -> tuple[HelpRequest, tuple[Step, ...]]:
    """One request with its steps, to whoever asked or may handle it."""
    async with tools.open_view() as view:
        request = await view.help_requests.get(request_id)
        if caller.role is Role.CITIZEN:
            require(caller, Verb.ASK_HELP, Belonging(request.person, request.asker))
        else:
            require(caller, Verb.HANDLE_HELP)
            _require_handler(caller, request)
        return request, await view.steps.of(subject_of(request))


def _require_handler(caller: Caller, request: HelpRequest) -> None:
    """The proxy of the village, or the hall it was sent to; a hall sees its villages' requests all the same."""
    about = Belonging(opened_by=request.owner, hall=request.hall, village=request.village)
    require(caller, Verb.HANDLE_HELP, about)


async def _ask(uow: Uow, cmd: AskHelp, text: str, tools: Tools) -> HelpRequest:
    now = tools.clock.now()
    if cmd.caller.account.person is None:
        raise NotFound(what="申请人")
    person = await uow.people.person(PersonId(cmd.caller.account.person))
    item = await uow.catalogue.current(cmd.service_code, local_day(now)) if cmd.service_code else None
    hall = await hall_of_village(uow, person.village)
    proxy = await uow.people.proxy_of(person.village) if person.village else None
    rules = await uow.places.rules()
    owner = owner_of(proxy) if proxy else await first_responsible(uow, hall)
    request = HelpRequest(
        id=HelpId(tools.ids.new()),
        number=await number_of(uow, "DB", now),
        person=person.id,
        person_name=person.name,
        asker=cmd.caller.code,
        village=person.village,
        hall=hall.code,
        service_code=item.code if item else None,
        service_name=item.name if item else "",
        text=text,
        owner=owner.code,
        owner_name=owner.name,
        due_on=await due_in(uow, now, rules.help_accept_working_days),
        state=HelpState.ASKED if proxy else HelpState.FORWARDED,
        asked_at=now,
    )
    await uow.help_requests.add(request)
    await take_step(uow, cmd.caller, request, "ask", now, words=text)
    due = day_text(request.due_on)
    await tell(uow, owner.code, request, "help_asked", applicant=person.name, text=text, due=due)
    await tell(uow, cmd.caller.code, request, "help_noted", due=due, phone=hall.phone)
    return request


async def _handle(uow: Uow, cmd: HandleHelp, request: HelpRequest, tools: Tools) -> HelpRequest:
    require_version(request, cmd.version, "代办申请")
    now = tools.clock.now()
    handled = await _ACTS[cmd.act](uow, cmd, request, tools)
    saved = await uow.help_requests.save(handled)
    await take_step(uow, cmd.caller, saved, cmd.act, now, words=cmd.words.strip())
    told = {"by": cmd.caller.account.name, "words": saved.answer, "due": day_text(saved.due_on)}
    await tell(uow, saved.asker, saved, f"help_{cmd.act}", **told)
    if saved.owner not in {cmd.caller.code, request.owner}:
        text = f"{request.text}（{cmd.words.strip()}）" if cmd.words.strip() else request.text
        due = told["due"]
        await tell(uow, saved.owner, saved, "help_asked", applicant=saved.person_name, text=text, due=due)
    await uow.leaving.beat(saved.hall)
    return saved


async def _accept(uow: Uow, cmd: HandleHelp, request: HelpRequest, tools: Tools) -> HelpRequest:
    days = (await uow.places.rules()).help_working_days
    return request.accepted(owner_of(cmd.caller.account), await due_in(uow, tools.clock.now(), days))


async def _advise(uow: Uow, cmd: HandleHelp, request: HelpRequest, tools: Tools) -> HelpRequest:
    del uow, tools
    return request.advised(written(cmd.words, "words", "请写明怎么办：去哪里、带什么、找谁。"))


async def _hand_back(uow: Uow, cmd: HandleHelp, request: HelpRequest, tools: Tools) -> HelpRequest:
    del uow, tools
    return request.returned(written(cmd.words, "words", "不能只退回：请写明原因，以及群众接下来怎么办。"))


async def _forward(uow: Uow, cmd: HandleHelp, request: HelpRequest, tools: Tools) -> HelpRequest:
    written(cmd.words, "words", "请写明为什么转给中心，让接手的人不用再问一遍。")
    clerk = await first_responsible(uow, await uow.places.hall(request.hall))
    days = (await uow.places.rules()).help_accept_working_days
    return request.forwarded(clerk, await due_in(uow, tools.clock.now(), days))


async def _done(uow: Uow, cmd: HandleHelp, request: HelpRequest, tools: Tools) -> HelpRequest:
    del tools
    number = cmd.case_number.strip()
    if number and (await uow.cases.by_number(number)).applicant != request.person:
        raise BadInput(field="case_number", why="这个办件不是这位群众的，请核对编号。")
    return request.done(number, cmd.words.strip() or "已经帮您办好。")


_ACTS: dict[HelpAct, Callable[[Uow, HandleHelp, HelpRequest, Tools], Awaitable[HelpRequest]]] = {
    HelpAct.ACCEPT: _accept,
    HelpAct.ADVISE: _advise,
    HelpAct.HAND_BACK: _hand_back,
    HelpAct.FORWARD: _forward,
    HelpAct.DONE: _done,
}


async def _again(uow: Uow, cmd: AskAgain, request: HelpRequest, why: str, tools: Tools) -> HelpRequest:
    now = tools.clock.now()
    hall = await uow.places.hall(request.hall)
    owner: Owner = await first_responsible(uow, hall)
    days = (await uow.places.rules()).help_accept_working_days
    saved = await uow.help_requests.save(request.opened_again(owner, await due_in(uow, now, days)))
    await take_step(uow, cmd.caller, saved, "again", now, words=why)
    due = day_text(saved.due_on)
    text = f"{request.text}（{why}）"
    await tell(uow, owner.code, saved, "help_asked", applicant=saved.person_name, text=text, due=due)
    director = await director_of(uow, hall.code)
    if director is not None:
        await tell(uow, director.code, saved, "help_again", applicant=saved.person_name, text=text, due=due)
    await uow.leaving.beat(hall.code)
    return saved
