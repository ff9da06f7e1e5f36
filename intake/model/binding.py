"""Bindings (绑定): the accounts that may be spoken for from a platform outside, such as WeChat."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from intake.model.ids import AccountCode
from intake.model.people import Door

# Read on one screen, typed on another: minutes are enough. Eight digits, of which a few may be tried, cannot be guessed.
LASTS: Final = timedelta(minutes=10)
DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Outside:
    """外部身份: somebody on a platform outside: the door it leads to, and the platform's own name for them (an openid).

    It is a person only as long as a binding says whose it is.
    """

    door: Door
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Binding:
    """绑定: what is said by `outside` is said by this account. An account has one at each door, an outside one in all."""

    account: AccountCode
    outside: Outside
    made_at: datetime
