"""The green channel (绿色通道): on what ground somebody goes first, how that is known, and who said so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from intake.model.people import Person


class GreenGround(StrEnum):
    """优先对象: whom the policy lets go first; the value stands on tickets and cases."""

    ELDER = "elder"
    DISABLED = "disabled"
    PREGNANT = "pregnant"
    SERVICE_MEMBER = "service_member"
    VETERAN = "veteran"


class GreenBasis(StrEnum):
    """认定方式: how the ground is known."""

    AGE = "age"
    TAG = "tag"
    SEEN = "seen"


GREEN_GROUNDS: Mapping[GreenGround, str] = {
    GreenGround.ELDER: "70岁以上老年人",
    GreenGround.DISABLED: "残疾人",
    GreenGround.PREGNANT: "孕妇",
    GreenGround.SERVICE_MEMBER: "现役军人",
    GreenGround.VETERAN: "退役军人",
}
_ELDER_FROM = 70


@dataclass(frozen=True, slots=True)
class GreenReason:
    """优先理由: the ground, how it is known, and the clerk's words where only a clerk's eye knows it."""

    ground: GreenGround
    basis: GreenBasis
    words: str = ""

    @property
    def explained(self) -> str:
        """The reason as anybody in the line may hear it; it tells no number and no illness."""
        who = GREEN_GROUNDS[self.ground]
        match self.basis:
            case GreenBasis.AGE:
                return f"{who}优先（按身份证年龄）"
            case GreenBasis.TAG:
                return f"{who}优先（按登记信息）"
            case GreenBasis.SEEN:
                return f"{who}优先（窗口人员当场确认）"

    @property
    def facts(self) -> dict[str, str]:
        """What the audit trail keeps of it, beside who granted it and for whom."""
        return {"green": self.ground, "basis": self.basis, "why": self.words}


def green_reason(person: Person, day: date, *, elder_from: int = _ELDER_FROM) -> GreenReason | None:
    """The reason that follows from the ID number or the county's own records, or None."""
    if person.age_on(day) >= elder_from:
        return GreenReason(GreenGround.ELDER, GreenBasis.AGE)
    tagged = (ground for ground in GreenGround if ground in person.tags)
    ground = next(tagged, None)
    return GreenReason(ground, GreenBasis.TAG) if ground else None
