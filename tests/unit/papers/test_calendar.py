"""Calendar files: what a phone does with an appointment it was handed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Alarm, Calendar, Event

from intake.model.booking import AppointmentState
from intake.model.places import OfferKind
from papers.calendar import appointment_calendar
from tests.unit.papers.desk_things import HALL, appointment


def read(content: bytes) -> tuple[Calendar, Event]:
    """The file as a phone reads it."""
    calendar = Calendar.from_ical(content)
    assert calendar.errors == []
    (event,) = calendar.events
    return calendar, event


def alarms(event: Event) -> list[Alarm]:
    """What the phone will ring for."""
    return [part for part in event.subcomponents if isinstance(part, Alarm)]


def reminders(event: Event) -> set[object]:
    """How long before, or when, the phone rings."""
    return {alarm.TRIGGER for alarm in alarms(event)}


def test_a_phone_shows_what_where_and_when():
    """去办老年优待证, 尖山镇便民服务中心, Monday half past nine."""
    calendar, event = read(appointment_calendar(appointment(), HALL))

    assert calendar.method == "PUBLISH"
    assert event.summary == "去办：老年优待证办理"
    assert event.location == "尖山镇便民服务中心，尖山镇样例路1号"
    assert event.start == datetime(2026, 11, 30, 1, 30, tzinfo=UTC)
    assert event.end == datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
    assert str(event.description).startswith("11月30日（星期一）09:30，预约号YY2026112700007")


def test_the_phone_rings_the_day_before_and_an_hour_before():
    """Early enough to look for the papers, and once more to leave the house."""
    _, event = read(appointment_calendar(appointment(), HALL))

    assert reminders(event) == {-timedelta(days=1), -timedelta(hours=1)}


def test_a_moved_appointment_replaces_the_entry_it_moves():
    """The same UID under a higher SEQUENCE: one entry on the phone, not two."""
    later = appointment(start=datetime(2026, 12, 1, 1, 0, tzinfo=UTC), version=4)

    _, before = read(appointment_calendar(appointment(), HALL))
    _, after = read(appointment_calendar(later, HALL))

    assert before.uid == after.uid
    assert before.sequence < after.sequence


@pytest.mark.parametrize("state", [AppointmentState.CANCELLED, AppointmentState.NO_SHOW])
def test_a_cancelled_appointment_is_struck_out_and_rings_no_more(state):
    """Nobody is sent to the hall for a place that is gone."""
    _, event = read(appointment_calendar(appointment(state=state), HALL))

    assert event.status == "CANCELLED"
    assert event.transparency == "TRANSPARENT"
    assert reminders(event) == set()


def test_for_a_home_visit_the_person_is_told_to_stay_at_home():
    """The hall's address would send an elder down the mountain."""
    _, event = read(appointment_calendar(appointment(kind=OfferKind.HOME_VISIT), HALL))

    assert event.location == "在家等候（尖山镇便民服务中心上门）"
    assert "geo" not in event
    assert all("上门" in str(alarm.description) for alarm in alarms(event))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=120))
def test_no_name_of_an_item_can_break_the_file(name):
    """Commas, semicolons, backslashes and long names come back as they went in, in lines of 75 bytes."""
    content = appointment_calendar(appointment(service_name=name), HALL)
    _, event = read(content)

    assert event.summary == f"去办：{name}"
    assert max(map(len, content.split(b"\r\n"))) <= 75
