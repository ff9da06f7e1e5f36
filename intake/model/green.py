"""The green channel (绿色通道): on what ground somebody goes first, how that is known, and who said so."""

from __future__ import annotations

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


_ELDER_FROM = 70


@dataclass(frozen=True, slots=True)
class GreenReason:
    """优先理由: the ground, how it is known, and the clerk's words where only a clerk's eye knows it."""

    ground: GreenGround
    basis: GreenBasis
    words: str = ""

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
