"""The catalogue (事项清单): what the county does for people, as versions that never overlap."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from intake.model.ids import BundleCode, DepartmentName, HallCode, ServiceCode


class ProjectType(StrEnum):
    """办件类型: decided on the spot (即办件) or within a promised limit (承诺件)."""

    IMMEDIATE = "即办件"
    PROMISED = "承诺件"


class Need(StrEnum):
    """材料必要性: whether a case can go on without the material."""

    REQUIRED = "必要"
    OPTIONAL = "非必要"
    LATER = "容缺后补"


class Way(StrEnum):
    """办理方式: how one hall level offers an item."""

    DIRECT = "direct"
    PROXY = "proxy"
    NOT_HERE = "none"


class CounterGroup(StrEnum):
    """窗口分组: the one comprehensive area and the X professional areas of a hall."""

    COMPREHENSIVE = "comprehensive"
    POLICE = "police"
    MARKET = "market"
    UTILITY = "utility"
    TAX = "tax"
    PROPERTY = "property"


GROUP_WORDS: Mapping[CounterGroup, str] = {
    CounterGroup.COMPREHENSIVE: "综合窗口",
    CounterGroup.POLICE: "公安窗口",
    CounterGroup.MARKET: "市场监管窗口",
    CounterGroup.UTILITY: "水电气窗口",
    CounterGroup.TAX: "税务窗口",
    CounterGroup.PROPERTY: "不动产窗口",
}


class HallLevel(StrEnum):
    """服务场所层级: where an item may be offered."""

    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """办结时限: a number of working days (工作日) or calendar days (自然日); 0 means on the spot."""

    days: int
    working: bool = True


@dataclass(frozen=True, slots=True)
class Fee:
    """收费项目: what is charged and on what ground."""

    name: str
    standard: str
    ground: str


@dataclass(frozen=True, slots=True)
class Material:
    """材料: one paper of an item; `key` is stable inside the item's version (m1, m2, …)."""

    key: str
    name: str
    kind: str
    type: str
    format: str
    original: bool
    copies: int
    need: Need
    when: str
    source: str
    shared: bool
    how: str

    @property
    def asked_for(self) -> bool:
        """False when a department already holds it: then it must not be asked of the person."""
        return not self.shared

    @property
    def must_photograph(self) -> bool:
        """True when the case cannot be submitted without a page of it."""
        return self.asked_for and self.need is Need.REQUIRED and not self.when


@dataclass(frozen=True, slots=True)
class CommonQuestion:
    """常见问题: a question people ask about the item, with its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """易混事项: another item this one is taken for, and what tells the two apart."""

    service_code: ServiceCode
    because: str


@dataclass(frozen=True, slots=True)
class LifeFacts:
    """人生情形: facts about a person's life that make an item likelier."""

    min_age: int | None = None
    max_age: int | None = None
    who: tuple[str, ...] = ()
    lost: str = ""
    event: str = ""


@dataclass(frozen=True, slots=True)
class Availability:
    """就近可办: the way each level offers the item, with exceptions for single halls."""

    county: Way
    township: Way
    village: Way
    halls: Mapping[HallCode, Way] = field(default_factory=dict)

    def at(self, hall: HallCode, level: HallLevel) -> Way:
        """The way one hall offers the item."""
        return self.halls.get(hall) or Way(getattr(self, level.value))


@dataclass(frozen=True, slots=True)
class ServiceItem:
    """事项: one version of a service item, valid from `valid_from` until the day before `valid_to`."""

    code: ServiceCode
    version: int
    valid_from: date
    valid_to: date | None
    name: str
    summary: str
    task_type: str
    project_type: ProjectType
    department: DepartmentName
    other_departments: tuple[DepartmentName, ...]
    served: tuple[str, ...]
    conditions: tuple[str, ...]
    legal_limit: TimeLimit
    promised_limit: TimeLimit
    visits: int
    fees: tuple[Fee, ...]
    handled_by: tuple[str, ...]
    level: str
    grounds: tuple[str, ...]
    topic: str
    result_name: str
    result_type: str
    delivery: tuple[str, ...]
    availability: Availability
    kiosk: bool
    home_visit: bool
    online: bool
    counter_group: CounterGroup
    minutes: int
    materials: tuple[Material, ...]
    questions: tuple[CommonQuestion, ...] = ()
    aliases: tuple[str, ...] = ()
    phrasings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    old_names: tuple[str, ...] = ()
    life: LifeFacts | None = None
    confused_with: tuple[Neighbour, ...] = ()

    def material(self, key: str) -> Material | None:
        """The material with that key, or None."""
        return next((m for m in self.materials if m.key == key), None)

    @property
    def to_bring(self) -> tuple[Material, ...]:
        """What the person brings: everything no department holds already."""
        return tuple(m for m in self.materials if m.asked_for)


@dataclass(frozen=True, slots=True)
class Bundle:
    """一件事: items that one turn of life needs together, offered at once."""

    code: BundleCode
    name: str
    summary: str
    aliases: tuple[str, ...]
    items: tuple[ServiceCode, ...]

    def called_in(self, said: str) -> str:
        """The longest of its names that the words use, or an empty string.

        出生一件事, 身后事 and 出生联办 mean nothing else wherever they stand. 我要开店 is also how people begin to tell of
        one single permit: such a name counts only when it is more than half of what was said. A day in the middle of it
        changes nothing (老人昨天没了).
        """
        said = _LATELY.sub("", said)
        met = (name for name in (self.name, *self.aliases) if name in said)
        meant = (name for name in met if name.endswith(_TOGETHER) or len(name) * 2 > len(said))
        return max(meant, key=len, default="")

    def called_by(self, word: str) -> bool:
        """Whether a bare word is one of its names without 一件事 or 联办: 生孩子, 退休."""
        names = (self.name, *self.aliases)
        return any(name in {f"{word}一件事", f"{word}联办"} for name in names)


_TOGETHER = ("事", "联办")
_LATELY = re.compile(
    "(?:大前|前|昨|今)(?:天|日|晚|夜|早)|(?:这|上)个?(?:月|周|星期|礼拜)[一二三四五六日天]?|刚刚?|(?:今|去)年"
)
_EVERYTHING = re.compile(
    "(?:要|得|该|需要|应该|可以|能)办理?(?:些|点)?(?:什么|啥|哪些|哪几样)|办(?:哪些|哪几样|哪几个)"
    "|(?:什么|啥|哪些|哪几样)(?:手续|事情?)(?:都)?(?:要|得|需要)办|(?:手续|事情?)(?:都)?有(?:哪些|什么|啥)"
)


def asks_for_everything(said: str) -> bool:
    """Whether normalised words ask which matters there are to be done, and not about one of them (办残疾证要办什么手续)."""
    asked = _EVERYTHING.search(said)
    return asked is not None and "办" not in said[: asked.start()]
