"""People: who asks, who helps, who works, and which of them is speaking through which door."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from intake.model.catalogue import CounterGroup
from intake.model.ids import (
    AccountCode,
    CounterCode,
    DepartmentName,
    Digest,
    HallCode,
    MandateId,
    PersonId,
    ServiceCode,
    VillageCode,
)

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_ID_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_ELDER_FROM = 70
_GREEN_TAGS = ("disabled", "pregnant", "service_member", "veteran")
_PHONE_WITH_A_MIDDLE = 8


class Role(StrEnum):
    """角色: what an account is in the county's service; authority follows from it."""

    CITIZEN = "citizen"
    PROXY = "proxy"
    CLERK = "clerk"
    SPECIALIST = "specialist"
    APPROVER = "approver"
    DIRECTOR = "director"
    SUPERVISOR = "supervisor"
    KEEPER = "keeper"
    OPERATOR = "operator"
    DEVICE = "device"


# Who sits at a counter: at a comprehensive one (综合窗口), or at one of the professional ones (专业窗口).
RECEPTION = frozenset({Role.CLERK, Role.SPECIALIST})


class Door(StrEnum):
    """入口: the way an act came in. The desk treats them alike and writes down which."""

    PHONE = "phone"
    WECHAT = "wechat"
    TERMINAL = "terminal"
    DESK_PAGE = "desk_page"
    COUNTER = "counter"
    KIOSK = "kiosk"
    COMMAND_LINE = "command_line"


class Sex(StrEnum):
    """性别, as the ID card codes it."""

    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class IdNumber:
    """公民身份号码: 18 characters; the last is the check digit of GB 11643 (ISO 7064 MOD 11-2)."""

    value: str

    @classmethod
    def parse(cls, text: str) -> IdNumber | None:
        """The number in `text` (spaces and a small x forgiven), or None when it cannot be one."""
        value = re.sub(r"\s", "", text).upper()
        if not _ID_SHAPE.fullmatch(value) or value[-1] != check_digit(value[:17]):
            return None
        try:
            date.fromisoformat(f"{value[6:10]}-{value[10:12]}-{value[12:14]}")
        except ValueError:
            return None
        return cls(value)

    @property
    def birth(self) -> date:
        """The date of birth written into the number."""
        return date.fromisoformat(f"{self.value[6:10]}-{self.value[10:12]}-{self.value[12:14]}")

    @property
    def sex(self) -> Sex:
        """The sex written into the number: an odd sequence number is a man's."""
        return Sex.MALE if int(self.value[16]) % 2 else Sex.FEMALE

    @property
    def masked(self) -> str:
        """The number as it may be shown: first six and last two characters."""
        return f"{self.value[:6]}{'*' * 10}{self.value[-2:]}"

    def __repr__(self) -> str:
        """Masked, so that a log line or a traceback never carries the number."""
        return f"IdNumber({self.masked})"


def check_digit(first17: str) -> str:
    """The 18th character for 17 digits, by GB 11643-1999."""
    return _CHECK_DIGITS[sum(int(d) * w for d, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def mask_phone(phone: str) -> str:
    """A telephone number as it may be shown: 139****0001."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= _PHONE_WITH_A_MIDDLE else "*" * len(phone)


def mask_name(name: str) -> str:
    """A name as a public display may show it: the first character hidden, as the provincial portal does."""
    return f"*{name[1:]}" if name else ""


@dataclass(frozen=True, slots=True)
class Person:
    """群众: somebody the county serves. `tags` hold disabled, pregnant, service_member, veteran, low_income."""

    id: PersonId
    name: str
    id_number: IdNumber
    phone: str = field(repr=False)
    village: VillageCode | None
    address: str = field(default="", repr=False)
    tags: frozenset[str] = frozenset()

    def age_on(self, day: date) -> int:
        """Full years of age on a day."""
        birth = self.id_number.birth
        return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))

    def green_channel(self, day: date) -> str:
        """绿色通道: the ground on which the person goes first, or an empty string."""
        if self.age_on(day) >= _ELDER_FROM:
            return "elder"
        return next((t for t in _GREEN_TAGS if t in self.tags), "")


@dataclass(frozen=True, slots=True)
class Account:
    """账号: somebody or something that can sign in, and the post it holds."""

    code: AccountCode
    name: str
    role: Role
    person: PersonId | None = None
    hall: HallCode | None = None
    department: DepartmentName | None = None
    village: VillageCode | None = None
    counter: CounterCode | None = None
    groups: frozenset[CounterGroup] = frozenset()
    phone: str = field(default="", repr=False)
    active: bool = True


@dataclass(frozen=True, slots=True)
class Caller:
    """来人: an account speaking through a door, now."""

    account: Account
    door: Door

    @property
    def role(self) -> Role:
        """The role of the account."""
        return self.account.role

    @property
    def code(self) -> AccountCode:
        """The code of the account."""
        return self.account.code


@dataclass(frozen=True, slots=True)
class Mandate:
    """授权委托: an elder's word that somebody may act in one matter, or in `more` along with it.

    `evidence` is the photographed 授权委托 under its digest; without one the statement itself, as it was spoken and
    written down, is the evidence.
    """

    id: MandateId
    person: PersonId
    proxy: AccountCode
    service_code: ServiceCode
    statement: str
    evidence: Digest | None
    given_at: datetime
    expires_on: date
    revoked_at: datetime | None = None
    revoked_by: AccountCode | None = None
    revoked_why: str = ""
    more: tuple[ServiceCode, ...] = ()

    @property
    def scope(self) -> tuple[ServiceCode, ...]:
        """The items it covers, the one it was given for first."""
        return (self.service_code, *self.more)

    def in_force(self, on: date) -> bool:
        """Whether it is neither taken back nor past its last day."""
        return self.revoked_at is None and on <= self.expires_on

    def covers(self, person: PersonId, service_code: ServiceCode, proxy: AccountCode, on: date) -> bool:
        """Whether the mandate allows this proxy this matter for this person on that day."""
        same = (self.person, self.proxy) == (person, proxy) and service_code in self.scope
        return same and self.in_force(on)


@dataclass(frozen=True, slots=True)
class Session:
    """登录会话: a signed-in account, until it expires or is ended."""

    token_hash: str
    account: AccountCode
    door: Door
    expires_at: datetime
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lockout:
    """锁定: how many wrong secrets came from one place in a row, and until when none is looked at."""

    place: str
    wrong: int
    last_at: datetime
    locked_until: datetime | None = None

    def locked(self, now: datetime) -> bool:
        """Whether nothing from there is looked at now."""
        return self.locked_until is not None and now < self.locked_until
