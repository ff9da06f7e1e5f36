"""等候估计: said with its error, honest when little is known, and right about as often as it claims."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush

import pytest

from intake.model.catalogue import CounterGroup
from intake.model.ids import AccountCode, CounterCode, HallCode
from intake.model.lines import (
    ENOUGH,
    CounterPost,
    Crowd,
    Estimate,
    LineRules,
    Measured,
    MeasuredHour,
    crowd_of,
    pace_at,
    why_here,
)
from intake.model.queue import Ticket, TicketState
from tests.contract.nouns import NOW, ticket

GROUP, RULES = CounterGroup.COMPREHENSIVE, LineRules()
HALL = HallCode("county")
MINUTE = timedelta(minutes=1)
WALKING, SERVICE, SPREAD = 30.0, 480.0, 0.6


def sums(seconds: list[float]) -> Measured:
    """What the store would have summed up."""
    whole = [round(one) for one in seconds]
    return Measured(len(whole), sum(whole), sum(one * one for one in whole))


def history(calls: int, *, hour: int = 9, seed: int = 7) -> tuple[MeasuredHour, ...]:
    """So many visits of some earlier days, all in one hour."""
    draw = random.Random(seed)
    called, served = sums([WALKING] * calls), sums([service(draw) for _ in range(calls)])
    return (
        MeasuredHour(GROUP, hour, TicketState.CALLED, called),
        MeasuredHour(GROUP, hour, TicketState.SERVING, served),
    )


def usual_hours() -> tuple[MeasuredHour, ...]:
    """Four weeks of a hall: sixty visits in each hour of the day."""
    return tuple(replace(one, hour=hour) for hour in range(24) for one in history(60, seed=hour))


def service(draw: random.Random) -> float:
    """One service: eight minutes in the middle, some short, some very long."""
    return draw.lognormvariate(0, SPREAD) * SERVICE


def posts(*counters: str) -> list[CounterPost]:
    """Counters that are open."""
    return [
        CounterPost(HALL, CounterCode(c), GROUP, AccountCode("clerk"), open=True, since=NOW) for c in counters
    ]


def told(waiting: int, counters: int, hours: tuple[MeasuredHour, ...]) -> Estimate:
    """What somebody hears who comes now, behind so many, nobody being served."""
    line = [ticket(taken_at=NOW - MINUTE * (60 - n)) for n in range(waiting)]
    crowd = crowd_of(GROUP, line, posts(*"abcdef"[:counters]), hours, RULES, NOW)
    return crowd.estimates(NOW)[-1]


def test_too_little_history_is_said_and_no_number_is_made_up():
    """The first mornings of a new hall: how many are ahead, and that the time cannot be said."""
    words = told(5, 2, history(ENOUGH - 1)).in_words

    assert "前面还有5人" in words
    assert "说不准" in words
    assert told(5, 2, history(ENOUGH)).band is not None


def test_closed_counters_are_said():
    """Before half past eight nobody is told "about ten minutes"."""
    assert told(3, 0, history(200)).in_words == "前面还有3人；窗口还没有开"


def test_more_counters_mean_a_shorter_wait_and_more_people_a_longer():
    """Opening a second counter shows at once on everybody's phone."""
    hours = history(200)
    one, two, busier = told(6, 1, hours), told(6, 2, hours), told(9, 2, hours)

    assert one.band
    assert two.band
    assert busier.band
    assert two.band[1] < one.band[1]
    assert two.band[1] < busier.band[1]


def test_the_band_is_said_in_fives_and_gets_wider_the_further_away_it_is():
    """“约15~25分钟”, never “18.4分钟”."""
    near, far = told(2, 2, history(400)), told(12, 2, history(400))

    assert near.band
    assert far.band
    assert far.band[0] % 5 == far.band[1] % 5 == 0
    assert far.band[1] - far.band[0] > near.band[1] - near.band[0]
    assert f"约{far.band[0]}~{far.band[1]}分钟" in far.in_words


def test_the_hour_counts_and_where_it_is_unknown_the_day():
    """Mornings are slow and afternoons quick; noon has no history of its own."""
    slow = (sums([600.0] * 40), 9)
    quick = (sums([120.0] * 40), 15)
    hours = [
        MeasuredHour(GROUP, hour, kind, measured)
        for measured, hour in (slow, quick)
        for kind in (TicketState.CALLED, TicketState.SERVING)
    ]

    means = [pace_at(hours, GROUP, hour) for hour in (9, 15, 12)]

    assert [pace and pace.mean for pace in means] == [1200.0, 240.0, 720.0]
    assert pace_at(hours, CounterGroup.POLICE, 9) is None


def test_who_is_served_for_long_already_is_expected_to_end_soon():
    """The person at the counter is nearly done: the next one hears so."""
    fresh_start = ticket(state=TicketState.SERVING, counter="a", called_at=NOW)
    nearly = replace(fresh_start, called_at=NOW - 8 * MINUTE)

    def next_waits(serving: Ticket) -> int:
        band = crowd_of(GROUP, [serving], posts("a"), history(200), RULES, NOW).estimates(NOW)[-1].band
        assert band is not None
        return band[1]

    assert next_waits(nearly) < next_waits(fresh_start)


@pytest.mark.parametrize(
    ("one", "ground"),
    [
        (ticket(taken_at=NOW), "09:00取号"),
        (ticket(booked_for=NOW, booked_credit=30), "预约09:00，准时到，按早到30分钟排"),
        (ticket(booked_for=NOW), "预约09:00，来晚了，按取号时间排"),
        (ticket(green="elder", green_credit=20), "七十岁以上老人，按早到20分钟排"),
        (ticket(returns=1), "过号后回来，排回原来的位置"),
    ],
)
def test_the_clerk_reads_why_somebody_goes_first(one, ground):
    """“为什么先叫他” has an answer for each number."""
    assert ground in why_here(one, [one], RULES, "七十岁以上老人")


def test_who_has_let_enough_pass_is_explained_too():
    """And the rule on the wall says the same number."""
    patient = ticket(taken_at=NOW, since=NOW)
    later = [
        ticket(taken_at=NOW + MINUTE, called_at=NOW + 2 * MINUTE, state=TicketState.CALLED) for _ in range(6)
    ]

    assert "已经让了6位先办，不再让" in why_here(patient, [patient, *later], RULES, "")
    assert "最多有6位" in RULES.in_words


# -- calibration -----------------------------------------------------------------------------------------------------


@dataclass
class Replay:
    """A generated day, played event by event; what each newcomer is told is compared with what happened."""

    seed: int
    counters: int
    every: float
    hours: tuple[MeasuredHour, ...]
    verdicts: list[tuple[tuple[int, int], float]] = field(default_factory=list)

    def play(self, minutes: int) -> list[tuple[tuple[int, int], float]]:
        """The bands told and the minutes really waited."""
        draw = random.Random(self.seed)
        free = [(NOW, n) for n in range(self.counters)]
        waiting: list[tuple[datetime, datetime, int, tuple[int, int] | None]] = []
        serving: list[tuple[datetime, Ticket]] = []
        line: list[Ticket] = []
        now, serial = NOW, 0
        while now < NOW + minutes * MINUTE:
            now += timedelta(minutes=draw.expovariate(1 / self.every))
            self._call_until(now, free, waiting, serving, line, draw)
            credit = 20 if draw.random() < 0.15 else 0
            order_at = now - credit * MINUTE
            busy = [one if end > now else replace(one, state=TicketState.DONE) for end, one in serving]
            line_now = sorted(line, key=lambda one: one.order_at)
            band = self._told(order_at, line_now, busy, now)
            serial += 1
            heappush(waiting, (order_at, now, serial, band))
            line.append(ticket(taken_at=now, order_at=order_at, since=now, green_credit=credit))
        return self.verdicts

    def _told(
        self, order_at: datetime, line: list[Ticket], busy: list[Ticket], now: datetime
    ) -> tuple[int, int] | None:
        crowd = crowd_of(GROUP, [*line, *busy], posts(*"abcdef"[: self.counters]), self.hours, RULES, now)
        ahead = sum(1 for one in line if one.order_at <= order_at)
        return crowd.estimates(now)[ahead].band

    def _call_until(self, now, free, waiting, serving, line, draw) -> None:
        while waiting and free[0][0] <= now:
            at, counter = heappop(free)
            order_at, came, _, band = heappop(waiting)
            start = max(at, came)
            end = start + timedelta(seconds=WALKING + service(draw))
            heappush(free, (end, counter))
            called = next(one for one in line if (one.order_at, one.taken_at) == (order_at, came))
            line.remove(called)
            at_counter = replace(
                called, state=TicketState.SERVING, called_at=start, counter="abcdef"[counter]
            )
            serving.append((end, at_counter))
            if band is not None:
                self.verdicts.append((band, (start - came) / MINUTE))


@pytest.mark.parametrize(("counters", "every"), [(1, 10.5), (2, 5.2), (4, 2.6)])
def test_of_ten_people_about_eight_wait_as_long_as_they_were_told(counters, every):
    """Twenty generated days of a busy hall: the band holds for 75 to 95 in a hundred of those who had to wait."""
    hours = usual_hours()
    verdicts = [verdict for seed in range(20) for verdict in Replay(seed, counters, every, hours).play(240)]
    waited = [(band, real) for band, real in verdicts if band[1] > 1]

    held = sum(1 for (low, high), real in waited if low <= real <= high) / len(waited)

    assert len(waited) > 200
    assert 0.75 <= held <= 0.95


def test_a_band_that_claims_less_than_it_should_is_noticed():
    """The same days with half the true spread told: the check above is able to fail."""
    draw = random.Random(1)
    narrow = Crowd((), (), 1, None, 0.0, RULES)
    assert narrow.estimates(NOW)[0].band is None
    hours = tuple(
        replace(one, hour=hour, measured=Measured(60, 60 * 300, 60 * 300 * 300))
        for hour in range(24)
        for one in history(60)
    )
    verdicts = [v for _ in range(10) for v in Replay(draw.randrange(1000), 2, 5.2, hours).play(240)]
    waited = [(band, real) for band, real in verdicts if band[1] > 1]
    assert sum(1 for (low, high), real in waited if low <= real <= high) / len(waited) < 0.75
