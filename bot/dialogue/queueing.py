"""Whose turn it is (轮到谁): how long somebody still waits is told wherever the conversation stands, with its error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue import asking
from bot.dialogue.heard import InLineNow
from bot.dialogue.turns import Say, Situation, Turn
from intake.model.calendar import local_text
from intake.model.queue import TICKET_WORDS, TicketState
from intake.usecases.queue.watching import Place

if TYPE_CHECKING:
    from bot.dialogue.states import State


def tell(now: InLineNow, state: State, situation: Situation) -> Turn:
    """Every number and every line the person stands in; then the state asks again for what it waits for."""
    return asking.aside((_said(now),), state, situation)


def _said(now: InLineNow) -> Say:
    lines = [_number(one) for one in now.numbers]
    lines += [
        f"候补“{one.entry.service_name}”：排第{one.position}位，有空位马上通知您。" for one in now.lines
    ]
    if lines:
        return Say("in_line_now", {"lines": "\n".join(lines)})
    if now.coming is not None:
        facts = {"service": now.coming.service_name, "when": local_text(now.coming.start)}
        return Say("not_in_line_yet", facts)
    return Say("in_no_line")


def _number(place: Place) -> str:
    """One number: the estimate while it waits, else what it is now and where to go."""
    ticket, of = place.ticket, f"{place.hall.name}{place.ticket.number}号"
    if place.estimate is not None:
        return f"{of}：{place.estimate.in_words}。"
    counter = next((c.name for c in place.hall.counters if c.code == ticket.counter), "")
    if ticket.state is TicketState.CALLED:
        return f"{of}：已经叫到，请到{counter}。"
    if ticket.state is TicketState.MISSED:
        if place.back_until is None:
            return f"{of}：叫过了，没有应。请重新取号，或告诉工作人员。"
        return f"{of}：叫过了，没有应。{local_text(place.back_until)}前到了，告诉工作人员，排回原来的位置。"
    return f"{of}：{TICKET_WORDS[ticket.state]}。"
