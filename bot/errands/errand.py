"""An errand (跑一趟): with what one goes to the desk."""

from __future__ import annotations

from dataclasses import dataclass

from intake.desk import Desk
from intake.errors import NotFound
from intake.model.ids import IntentKey, PersonId
from intake.model.people import Caller


@dataclass(frozen=True, slots=True)
class Errand:
    """跑一趟: the desk, who asks, the key by which a repeated message does nothing twice, and the photograph it brought."""

    desk: Desk
    caller: Caller
    key: IntentKey
    photo: bytes | None = None

    def applicant(self, person: PersonId | None) -> PersonId:
        """Whose matter it is: the person acted for, else the caller; raises `NotFound` for a caller who is nobody."""
        own = person or self.caller.account.person
        if own is None:
            raise NotFound(what="申请人")
        return own
