"""Columns: what a noun holds is what a row gives back, and what cannot be right is refused."""

from copy import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic_core import PydanticSerializationError
from sqlalchemy.dialects import postgresql, sqlite

from intake.model.calendar import SHANGHAI, DueDay
from intake.model.people import Door
from storage.sql.columns import Document, Instant, Word

DIALECTS = [sqlite.dialect(), postgresql.dialect()]


@pytest.fixture(params=DIALECTS, ids=lambda dialect: dialect.name)
def dialect(request: pytest.FixtureRequest) -> Any:
    """Each database in turn."""
    return request.param


def test_an_instant_is_kept_in_utc(dialect: Any) -> None:
    """Nine in the morning here is one o'clock there, and comes back as an instant."""
    nine_here = datetime(2026, 11, 28, 9, tzinfo=SHANGHAI)
    write: Any = Instant().bind_processor(dialect)
    read: Any = Instant().result_processor(dialect, None) or copy
    kept = write(nine_here)
    assert str(kept).startswith("2026-11-28 01:00:00")
    assert read(kept) == nine_here
    assert read(kept).utcoffset() == timedelta(0)
    assert (write(None), read(None)) == (None, None)


def test_a_time_without_its_zone_is_refused(dialect: Any) -> None:
    """It would be kept eight hours wrong."""
    with pytest.raises(ValueError, match="time zone"):
        Instant().bind_processor(dialect)(datetime(2026, 11, 28, 9))  # noqa: DTZ001 (that is the point)


def test_a_word_is_one_of_its_kind(dialect: Any) -> None:
    """A door that does not exist is neither written nor read."""
    assert Word(Door).process_bind_param(Door.PHONE, dialect) == "phone"
    read = Word(Door).result_processor(dialect, None)
    assert read("kiosk") is Door.KIOSK
    with pytest.raises(ValueError, match="window"):
        read("window")


def test_a_document_of_another_shape_is_not_written(dialect: Any) -> None:
    """A mistake shows where it is made and not when somebody reads the row next year."""
    column = Document[DueDay](DueDay)
    today = datetime(2026, 11, 28, tzinfo=UTC).date()
    written = column.bind_processor(dialect)
    assert written(DueDay(today, True)) == '{"day":"2026-11-28","provisional":true,"working":true}'
    with pytest.raises(PydanticSerializationError):
        written(DueDay("tomorrow", True))  # type: ignore[arg-type]  # the mistake
