"""The assisted session (互联网+体验区): what a helper began on a hall tablet goes to the person's own phone, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from intake.model.ids import AccountCode, CaseId, HallCode, HandoverId, ServiceCode

# Long enough to find the phone and open the camera, too short for a photograph of the code to be worth anything.
LASTS: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Handover:
    """转到手机: one code for one phone. Only the hash of its token is kept; who claims it has the matter from then on."""

    id: HandoverId
    token_hash: str
    service_code: ServiceCode
    service_name: str
    hall: HallCode
    case: CaseId | None
    made_by: AccountCode
    made_at: datetime
    expires_at: datetime
    claimed_by: AccountCode | None = None
    claimed_at: datetime | None = None
    voided: bool = False

    def waits(self, now: datetime) -> bool:
        """Whether a phone may still claim it."""
        return self.claimed_by is None and not self.voided and now < self.expires_at
