"""Owning (首问责任): whatever waits for an answer has an owner with a name, a day, and a history of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from intake.model.ids import AccountCode


@dataclass(frozen=True, slots=True)
class Owner:
    """责任人: the account that answers for a thing, with the name people are told."""

    code: AccountCode
    name: str


@dataclass(frozen=True, slots=True)
class Step:
    """经过: one act on a thing somebody owns, with who owned it and until when after the act. Appended, never changed.

    `subject` names the thing with its kind: `question:…`, `follow_up:…`, `help:…`, `order:…`.
    """

    subject: str
    act: str
    by: AccountCode
    by_name: str
    at: datetime
    owner: AccountCode
    owner_name: str
    due_on: date
    words: str = ""
