"""Calendar files (日历文件): an appointment for the phone's own calendar, as iCalendar (RFC 5545)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta

from icalendar import Alarm, Calendar, Event

from intake.model.booking import Appointment, AppointmentState
from intake.model.calendar import local_text
from intake.model.places import Hall, OfferKind

_GONE = frozenset({AppointmentState.CANCELLED, AppointmentState.NO_SHOW})
_REMINDERS: Mapping[timedelta, str] = {
    timedelta(days=1): "明天要去办“{service}”，材料备齐了吗？",
    timedelta(hours=1): "一小时后办“{service}”，请带好材料出发。",
}
_HOME_REMINDERS: Mapping[timedelta, str] = {
    timedelta(days=1): "明天工作人员上门办“{service}”，请备齐材料，家里留人。",
    timedelta(hours=1): "一小时后工作人员上门办“{service}”，请在家等候。",
}


def appointment_calendar(appointment: Appointment, hall: Hall) -> bytes:
    """An .ics file of one event: the same UID for the whole life of the appointment and its version as SEQUENCE,
    so that a later file moves or cancels the entry a phone already has.

    Times are UTC instants, which every phone shows in its own zone and which need no VTIMEZONE. Nobody's name is in it.
    """
    event = _event(appointment, hall)
    if appointment.state is AppointmentState.BOOKED:
        for alarm in _alarms(appointment):
            event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Jiujinban//就近办//ZH")
    calendar.add("version", "2.0")
    # PUBLISH also for a cancellation: CANCEL is an answer within a scheduling exchange, and phones that merely open a
    # file ignore it, while they do honour STATUS:CANCELLED under a higher SEQUENCE.
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(appointment: Appointment, hall: Hall) -> Event:
    gone = appointment.state in _GONE
    event = Event()
    event.add("uid", f"{appointment.id}@jiujinban")
    event.add("sequence", appointment.version)
    # The file has no clock of its own; which of two versions is newer, SEQUENCE decides before DTSTAMP.
    event.add("dtstamp", appointment.booked_at.astimezone(UTC))
    event.add("dtstart", appointment.start.astimezone(UTC))
    event.add("dtend", appointment.end.astimezone(UTC))
    event.add("summary", _summary(appointment))
    event.add("location", _location(appointment, hall))
    event.add("description", _description(appointment, hall))
    event.add("status", "CANCELLED" if gone else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if gone else "OPAQUE")
    event.add("class", "PRIVATE")
    if appointment.kind is not OfferKind.HOME_VISIT:
        event.add("geo", (hall.lat, hall.lon))
    return event


def _summary(appointment: Appointment) -> str:
    verb = "上门办" if appointment.kind is OfferKind.HOME_VISIT else "去办"
    gone = "（已取消）" if appointment.state in _GONE else ""
    return f"{verb}：{appointment.service_name}{gone}"


def _location(appointment: Appointment, hall: Hall) -> str:
    if appointment.kind is OfferKind.HOME_VISIT:
        return f"在家等候（{hall.name}上门）"
    return f"{hall.name}，{hall.address}"


def _description(appointment: Appointment, hall: Hall) -> str:
    when = f"{local_text(appointment.start)}，预约号{appointment.number}"
    if appointment.state in _GONE:
        return f"原定{when}。这次预约已取消，要再约请打电话：{hall.phone}。"
    return f"{when}。来不了请提前取消，把位子让给别人。电话：{hall.phone}。"


def _alarms(appointment: Appointment) -> list[Alarm]:
    words = _HOME_REMINDERS if appointment.kind is OfferKind.HOME_VISIT else _REMINDERS
    return [_alarm(before, said.format(service=appointment.service_name)) for before, said in words.items()]


def _alarm(before: timedelta, words: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -before)
    alarm.add("description", words)
    return alarm
