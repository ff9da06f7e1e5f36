"""A hall's hours over HTTP: what holds, what a change would do, doing it, and what people answered."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated

from pydantic import Field

from intake.model.calendar import day_text, local_text
from intake.model.catalogue import CounterGroup
from intake.model.hours import ANSWER_WORDS, Closure, Displacement, HoursChange, NewHours, periods_text
from intake.model.ids import HallCode
from intake.model.places import KIND_WORDS, CapacityPer, HoursException, HoursPattern, OfferKind, Period
from intake.usecases.places.hours import Affected, ChangeHours, HoursPreview
from intake.usecases.places.searching import slot_text
from miniapp_api.county import County
from miniapp_api.forms import Code, Words
from miniapp_api.typed import Api, Call, Form, View
from miniapp_api.views import local

api = Api("hours")
Minutes = Annotated[int, Field(ge=5, le=480)]
Places = Annotated[int, Field(ge=0, le=50)]
Hours = Annotated[int, Field(ge=0, le=720)]


class PeriodForm(Form):
    """Opening hours within one day, local time."""

    start: time
    end: time

    def period(self) -> Period:
        """The hours."""
        return Period(self.start.replace(tzinfo=None), self.end.replace(tzinfo=None))


class ClosureForm(Form):
    """The hall is closed on these days, or keeps only the periods."""

    first_day: date
    last_day: date
    periods: Annotated[tuple[PeriodForm, ...], Field(max_length=8)] = ()


class PatternForm(Form):
    """New hours of one offer at some counters, week after week."""

    kind: OfferKind
    group: CounterGroup | None = None
    valid_from: date
    valid_to: date | None = None
    weekdays: Annotated[frozenset[Annotated[int, Field(ge=1, le=7)]], Field(max_length=7)]
    periods: Annotated[tuple[PeriodForm, ...], Field(max_length=8)] = ()
    slot_minutes: Minutes = 30
    online_capacity: Places = 1
    counter_capacity: Places = 1
    green_capacity: Places = 0
    green_until_hours: Hours = 0
    capacity_per: CapacityPer = CapacityPer.GROUP
    on_holidays: bool = False
    notice_hours: Hours = 1
    min_bookings: Annotated[int, Field(ge=1, le=50)] = 1
    note: Words = ""


class HallForm(Form):
    """Which hall."""

    hall: Code


class ChangeForm(HallForm):
    """A closure or new hours, and why; exactly one of the two."""

    reason: Annotated[str, Field(max_length=200)]
    closure: ClosureForm | None = None
    pattern: PatternForm | None = None

    def command(self, call: Call[ChangeForm]) -> ChangeHours:
        """What the desk is asked; a closure of nothing is refused there as one that ends before it begins."""
        change = self._new_hours() if self.pattern is not None else self._closure()
        return ChangeHours(call.caller, HallCode(self.hall), change, self.reason, call.key)

    def _closure(self) -> Closure:
        if self.closure is None:
            return Closure(date.max, date.min)
        kept = tuple(one.period() for one in self.closure.periods)
        return Closure(self.closure.first_day, self.closure.last_day, kept)

    def _new_hours(self) -> NewHours:
        form = self.pattern
        if form is None:
            raise LookupError("pattern")
        return NewHours(
            HoursPattern(
                hall=HallCode(self.hall),
                group=form.group,
                kind=form.kind,
                valid_from=form.valid_from,
                valid_to=form.valid_to,
                weekdays=form.weekdays,
                periods=tuple(one.period() for one in form.periods),
                slot_minutes=form.slot_minutes,
                online_capacity=form.online_capacity,
                counter_capacity=form.counter_capacity,
                capacity_per=form.capacity_per,
                on_holidays=form.on_holidays,
                notice_hours=form.notice_hours,
                note=form.note,
                min_bookings=form.min_bookings,
                green_capacity=form.green_capacity,
                green_until_hours=form.green_until_hours,
            )
        )


class PatternView(View):
    """A weekly row as people read it."""

    kind: str
    kind_text: str
    group: str | None
    valid_from: str
    valid_to: str | None
    weekdays: list[int]
    periods_text: str
    slot_minutes: int
    online_capacity: int
    counter_capacity: int
    green_capacity: int
    notice_hours: int
    min_bookings: int
    opened_by: str
    note: str
    own: bool

    @classmethod
    def of(cls, pattern: HoursPattern) -> PatternView:
        """The row; `own` when it is the hall's alone."""
        return cls(
            kind=pattern.kind,
            kind_text=KIND_WORDS[pattern.kind],
            group=pattern.group,
            valid_from=pattern.valid_from.isoformat(),
            valid_to=pattern.valid_to.isoformat() if pattern.valid_to else None,
            weekdays=sorted(pattern.weekdays),
            periods_text=periods_text(pattern.periods),
            slot_minutes=pattern.slot_minutes,
            online_capacity=pattern.online_capacity,
            counter_capacity=pattern.counter_capacity,
            green_capacity=pattern.green_capacity,
            notice_hours=pattern.notice_hours,
            min_bookings=pattern.min_bookings,
            opened_by=pattern.opened_by,
            note=pattern.note,
            own=pattern.hall is not None,
        )


class ExceptionView(View):
    """A dated exception."""

    day: str
    day_text: str
    periods_text: str
    reason: str

    @classmethod
    def of(cls, exception: HoursException) -> ExceptionView:
        """The day as people read it."""
        return cls(
            day=exception.day.isoformat(),
            day_text=day_text(exception.day),
            periods_text=periods_text(exception.periods) or "停办（自助机照常）",
            reason=exception.reason,
        )


class ChangeView(View):
    """A change that was made."""

    id: str
    made_by: str
    at: str
    at_text: str
    reason: str
    what: str
    affected: int

    @classmethod
    def of(cls, change: HoursChange) -> ChangeView:
        """Who, when, what and why."""
        return cls(
            id=change.id,
            made_by=change.made_by_name,
            at=local(change.made_at),
            at_text=local_text(change.made_at),
            reason=change.reason,
            what=change.what,
            affected=change.affected,
        )


class DisplacedView(View):
    """A booking a change touched, and the answer."""

    number: str
    service_name: str
    was_text: str
    offered_text: str
    change: str
    answer: str
    answer_text: str
    answered_text: str

    @classmethod
    def of(cls, displaced: Displacement) -> DisplacedView:
        """What was lost, what is held, what was answered."""
        return cls(
            number=displaced.number,
            service_name=displaced.service_name,
            was_text=local_text(displaced.was_start),
            offered_text=local_text(displaced.offered_start) if displaced.offered_start else "",
            change=displaced.change,
            answer=displaced.answer,
            answer_text=ANSWER_WORDS[displaced.answer],
            answered_text=local_text(displaced.answered_at) if displaced.answered_at else "",
        )


class HallHoursView(View):
    """All about a hall's hours."""

    patterns: list[PatternView]
    exceptions: list[ExceptionView]
    changes: list[ChangeView]
    displaced: list[DisplacedView]


class AffectedView(View):
    """A booking a change would touch."""

    number: str
    service_name: str
    when_text: str
    instead_text: str

    @classmethod
    def of(cls, affected: Affected, county: County) -> AffectedView:
        """The booking and the nearest other place as things are."""
        instead = affected.instead
        return cls(
            number=affected.appointment.number,
            service_name=affected.appointment.service_name,
            when_text=local_text(affected.appointment.start),
            instead_text=slot_text(instead, county.halls[instead.hall]) if instead else "",
        )


class PreviewView(View):
    """What a change would do."""

    opens: int
    closes: int
    affected: list[AffectedView]

    @classmethod
    def of(cls, preview: HoursPreview, county: County) -> PreviewView:
        """Slots that would open and close, and whom it touches."""
        return cls(
            opens=preview.opens,
            closes=preview.closes,
            affected=[AffectedView.of(one, county) for one in preview.affected],
        )


@api.operation("GET", "/api/v1/halls/{hall}/hours", HallForm, HallHoursView)
async def hall_hours(call: Call[HallForm]) -> HallHoursView:
    """开放时间: rows, exceptions, the history of changes, and what people answered; for the hall's director."""
    hours = await call.desk.places.hours_of(call.caller, HallCode(call.form.hall))
    return HallHoursView(
        patterns=[PatternView.of(one) for one in hours.patterns],
        exceptions=[ExceptionView.of(one) for one in hours.exceptions],
        changes=[ChangeView.of(one) for one in hours.changes],
        displaced=[DisplacedView.of(one) for one in hours.displaced],
    )


@api.operation("POST", "/api/v1/halls/{hall}/hours/preview", ChangeForm, PreviewView)
async def preview(call: Call[ChangeForm]) -> PreviewView:
    """变更预览: whom a change would touch and where they could go; nothing is changed."""
    found = await call.desk.places.preview_hours(call.form.command(call))
    return PreviewView.of(found, await County.of(call.desk))


@api.operation("POST", "/api/v1/halls/{hall}/hours/changes", ChangeForm, ChangeView, status=201)
async def change(call: Call[ChangeForm]) -> ChangeView:
    """调整开放时间: done, with another place held and a notice for everybody it touches."""
    return ChangeView.of(await call.desk.places.change_hours(call.form.command(call)))
