"""What leaves the desk: messages written with the change they tell of, and the trail of who did what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from intake.model.ids import AccountCode, CaseId, PersonId
from intake.model.people import Door


class Topic(StrEnum):
    """外发主题: which kind of receiver an outgoing message has."""

    NOTICE = "notice"
    PROVINCE = "province"
    PRINT = "print"
    TEXT = "text"
    WECHAT = "wechat"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """待发消息: one message, delivered at least once; those of one topic and `stream` in order."""

    topic: Topic
    stream: str
    kind: str
    to: AccountCode | None
    facts: Mapping[str, str]
    id: int = 0
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class LaidAside:
    """死信: a message that was given up after its last attempt, with the last reason and when."""

    message: Outgoing
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """通知: a message in a person's inbox, phrased by `kind` and its facts."""

    id: int
    to: AccountCode
    kind: str
    facts: Mapping[str, str]
    at: datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """审计记录: who did what, for whom, on which case, through which door."""

    act: str
    by: AccountCode
    door: Door
    at: datetime
    person: PersonId | None = None
    case: CaseId | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
