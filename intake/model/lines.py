"""A hall's line (排队规则): its rules, which counters are open, why somebody goes first, and how long it takes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heapreplace
from typing import Final

from intake.model.calendar import SHANGHAI
from intake.model.catalogue import CounterGroup
from intake.model.ids import AccountCode, CounterCode, HallCode
from intake.model.queue import Precedence, Ticket, TicketState

MOST_OVERTAKEN: Final = 6
LONGEST_CREDIT: Final = 120


@dataclass(frozen=True, slots=True)
class LineRules:
    """排队规则: how one hall orders its line; what it does not set itself is the county's.

    Two bounds keep priority from starving anybody, and the hall sets both: nobody who came more than the two credits
    together later goes first, and after `most_overtaken` later comers went first, a person lets nobody else pass.
    """

    check_in_early_minutes: int = 60
    late_grace_minutes: int = 10
    booked_credit_minutes: int = 30
    green_credit_minutes: int = 20
    most_overtaken: int = MOST_OVERTAKEN
    recall_limit: int = 3
    return_limit: int = 2
    return_minutes: int = 30

    @property
    def precedence(self) -> Precedence:
        """The credits as the line is ordered by."""
        return Precedence(self.booked_credit_minutes, self.green_credit_minutes, self.late_grace_minutes)

    def back_until(self, ticket: Ticket) -> datetime | None:
        """Until when a missed number goes back to its old place; None when it is not missed, or was too often."""
        if ticket.state is not TicketState.MISSED or ticket.returns >= self.return_limit:
            return None
        return ticket.since + timedelta(minutes=self.return_minutes)

    @property
    def in_words(self) -> str:
        """The rules as those who wait may read them."""
        return (
            f"先来先办。预约并准时到的，按早到{self.booked_credit_minutes}分钟排；"
            f"老人、残疾人、孕妇、军人等，按早到{self.green_credit_minutes}分钟排。"
            f"后来的人最多有{self.most_overtaken}位能排到您前面。"
        )

    def faults(self) -> tuple[tuple[str, str], ...]:
        """What cannot be right: fields with the reason."""
        ranges = {
            "check_in_early_minutes": (0, 240),
            "late_grace_minutes": (0, 60),
            "booked_credit_minutes": (0, LONGEST_CREDIT),
            "green_credit_minutes": (0, LONGEST_CREDIT),
            "most_overtaken": (1, 50),
            "recall_limit": (1, 9),
            "return_limit": (0, 9),
            "return_minutes": (1, 480),
        }
        return tuple(
            (name, f"应在{low}到{high}之间")
            for name, (low, high) in ranges.items()
            if not low <= getattr(self, name) <= high
        )


@dataclass(frozen=True, slots=True)
class HallRules:
    """本中心的排队规则: what a hall has set, as which version."""

    rules: LineRules
    version: int


@dataclass(frozen=True, slots=True)
class CounterPost:
    """窗口开放: whether a counter is open, since when, and who sits there."""

    hall: HallCode
    counter: CounterCode
    group: CounterGroup
    clerk: AccountCode
    open: bool
    since: datetime


# -- why somebody goes first -----------------------------------------------------------------------------------------


def overtaken(ticket: Ticket, line: Iterable[Ticket]) -> int:
    """How many who came later were called first while this one waited."""
    return sum(
        1
        for other in line
        if other.group is ticket.group
        and other.called_at is not None
        and other.called_at >= ticket.since
        and other.taken_at > ticket.taken_at
    )


def why_here(ticket: Ticket, line: Iterable[Ticket], rules: LineRules, green_words: str) -> tuple[str, ...]:
    """为什么排在这里: each ground in one plain phrase, the first being when they came."""
    reasons = [f"{_clock(ticket.taken_at)}取号"]
    if ticket.booked_for is not None:
        booked = f"预约{_clock(ticket.booked_for)}"
        ground = (
            f"准时到，按早到{ticket.booked_credit}分钟排" if ticket.booked_credit else "来晚了，按取号时间排"
        )
        reasons.append(f"{booked}，{ground}")
    if ticket.green_credit:
        reasons.append(f"{green_words or '优先照顾'}，按早到{ticket.green_credit}分钟排")
    if ticket.returns:
        reasons.append("过号后回来，排回原来的位置")
    passed = overtaken(ticket, line)
    if passed >= rules.most_overtaken:
        reasons.append(f"已经让了{passed}位先办，不再让")
    return tuple(reasons)


def _clock(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%H:%M}"


# -- how long it takes -----------------------------------------------------------------------------------------------

# Fewer calls than this say too little; the hour's are tried first, then the whole day's.
ENOUGH: Final = 20
# Of ten people, eight should be called within the band: the quantile of a normal distribution that leaves ten in a
# hundred on either side.
_Z: Final = 1.2816
# Of one that takes longer than usual already, expect still so much of the usual time.
_LEAST_LEFT: Final = 0.3
_FIVE: Final = 5
_WHOLE_MINUTES_BELOW: Final = 10


@dataclass(frozen=True, slots=True)
class Measured:
    """实测: how many periods of one kind there were, and the sums of their seconds and of the squares."""

    count: int = 0
    seconds: int = 0
    squares: int = 0

    def __add__(self, other: Measured) -> Measured:
        return Measured(self.count + other.count, self.seconds + other.seconds, self.squares + other.squares)

    @property
    def mean(self) -> float:
        """Seconds on the average."""
        return self.seconds / self.count if self.count else 0.0

    @property
    def variance(self) -> float:
        """Of the seconds, around the mean."""
        return max(0.0, self.squares / self.count - self.mean**2) if self.count else 0.0


@dataclass(frozen=True, slots=True)
class MeasuredHour:
    """分时段实测: one group's periods of one kind that began in one hour of the day."""

    group: CounterGroup
    hour: int
    kind: TicketState
    measured: Measured


@dataclass(frozen=True, slots=True)
class Pace:
    """办理快慢: how long one call keeps a counter: the way to the counter, and for those who come, the service."""

    mean: float
    variance: float
    count: int

    @classmethod
    def of(cls, called: Measured, served: Measured) -> Pace | None:
        """From what was measured; None while there is too little."""
        if called.count < ENOUGH or not served.count:
            return None
        share = min(1.0, served.count / called.count)
        spread = share * served.variance + share * (1 - share) * served.mean**2
        return cls(called.mean + share * served.mean, called.variance + spread, called.count)


def pace_at(hours: Sequence[MeasuredHour], group: CounterGroup, hour: int) -> Pace | None:
    """The group's pace around an hour of the day, or over the whole day when that hour has seen too few."""

    def total(kind: TicketState, near: int) -> Measured:
        mine = (
            one for one in hours if one.group is group and one.kind is kind and abs(one.hour - hour) <= near
        )
        return sum((one.measured for one in mine), Measured())

    for near in (0, 1, 24):
        pace = Pace.of(total(TicketState.CALLED, near), total(TicketState.SERVING, near))
        if pace is not None:
            return pace
    return None


@dataclass(frozen=True, slots=True)
class Estimate:
    """等候估计: how many are ahead at how many open counters, and the minutes as a band; None when it cannot be said."""

    ahead: int
    counters: int
    band: tuple[int, int] | None

    @property
    def in_words(self) -> str:
        """What the person is told, with its error, or honestly that it cannot be said."""
        ahead = f"前面还有{self.ahead}人" if self.ahead else "前面没有人"
        if self.counters == 0:
            return f"{ahead}；窗口还没有开"
        if self.band is None:
            return f"{ahead}；办过的还不多，要等多久暂时说不准"
        low, high = self.band
        if high <= _FIVE:
            return f"{ahead}；约{high}分钟以内"
        return f"{ahead}；约{low}~{high}分钟"


@dataclass(frozen=True, slots=True)
class Crowd:
    """One group's line at one instant: who waits, who is at a counter, how many counters, how fast, who may cut in."""

    waiting: tuple[Ticket, ...]
    busy: tuple[Ticket, ...]
    counters: int
    pace: Pace | None
    privileged_per_minute: float
    rules: LineRules

    def estimates(self, now: datetime) -> tuple[Estimate, ...]:
        """An estimate for each who waits, in their order, and one more for whoever came now."""
        starts = self._starts(now)
        return tuple(
            Estimate(ahead, self.counters, self._band(ahead, starts[ahead]) if starts else None)
            for ahead in range(len(self.waiting) + 1)
        )

    def _starts(self, now: datetime) -> list[float]:
        """When each would come to a counter, in seconds, if everybody took the usual time.

        Of several counters one ends sooner than usual and one later: the j-th of n, where the usual rest is spread
        evenly from nothing to its double, after 2j/(n+1) of it.
        """
        if self.pace is None or not self.counters:
            return []
        left = sorted(self._left(ticket, now) for ticket in self.busy[: self.counters])
        free = [rest * 2 * place / (len(left) + 1) for place, rest in enumerate(left, start=1)]
        free += [0.0] * (self.counters - len(left))
        heapify(free)
        return [heapreplace(free, free[0] + self.pace.mean) for _ in range(len(self.waiting) + 1)]

    def _left(self, ticket: Ticket, now: datetime) -> float:
        pace = self.pace.mean if self.pace else 0.0
        passed = (now - (ticket.called_at or now)).total_seconds()
        return max(pace - passed, _LEAST_LEFT * pace)

    def _band(self, ahead: int, start: float) -> tuple[int, int]:
        """The mean with eight tenths of all outcomes around it.

        Three things spread it: each service before it takes its own time, the pace itself is only measured, and
        those with a right to go first may still come.
        """
        pace = self.pace or Pace(0.0, 0.0, 1)
        if not ahead and not start:
            return (0, 1)
        counters, before = self.counters, max(1, ahead + 1 - (self.counters - len(self.busy)))
        cut_in = self._cutting_in(start)
        shift = cut_in * pace.mean / counters
        spread = before * pace.variance + before**2 * pace.variance / pace.count
        spread += cut_in * (pace.variance + pace.mean**2)
        around = _Z * math.sqrt(spread) / counters
        return _rounded(max(0.0, start + shift - around) / 60, (start + shift + around) / 60)

    def _cutting_in(self, start: float) -> float:
        """How many later comers are to be expected in front, within what the rules allow."""
        credit = self.rules.booked_credit_minutes + self.rules.green_credit_minutes
        minutes = min(float(credit), start / 60)
        return min(float(self.rules.most_overtaken), self.privileged_per_minute * minutes)


def _rounded(low: float, high: float) -> tuple[int, int]:
    """Outwards: to whole minutes below ten, to five from there."""
    step_low = _FIVE if low >= _WHOLE_MINUTES_BELOW else 1
    step_high = _FIVE if high >= _WHOLE_MINUTES_BELOW else 1
    return int(low // step_low) * step_low, max(1, math.ceil(high / step_high) * step_high)


_AT_A_COUNTER = frozenset({TicketState.CALLED, TicketState.SERVING})
_LATELY = timedelta(hours=1)


def crowd_of(
    group: CounterGroup,
    line: Sequence[Ticket],
    posts: Sequence[CounterPost],
    hours: Sequence[MeasuredHour],
    rules: LineRules,
    now: datetime,
) -> Crowd:
    """One group's line as it stands; `line` is the hall's day in the order of calling.

    A counter that serves somebody is open, whatever its switch says.
    """
    mine = [ticket for ticket in line if ticket.group is group]
    busy = tuple(ticket for ticket in mine if ticket.state in _AT_A_COUNTER)
    open_counters = {post.counter for post in posts if post.open and post.group is group}
    open_counters |= {ticket.counter for ticket in busy if ticket.counter is not None}
    lately = [t for t in mine if now - t.taken_at <= _LATELY and (t.booked_credit or t.green_credit)]
    return Crowd(
        waiting=tuple(ticket for ticket in mine if ticket.state is TicketState.WAITING),
        busy=busy,
        counters=len(open_counters),
        pace=pace_at(hours, group, now.astimezone(SHANGHAI).hour),
        privileged_per_minute=len(lately) / (_LATELY.total_seconds() / 60),
        rules=rules,
    )
