"""Columns: what a noun holds is what a row gives back, and what cannot be right is refused."""

from datetime import UTC, datetime
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
    kept = Instant().process_bind_param(nine_here, dialect)
    assert kept is not None
    assert kept.hour == 1
    assert Instant().process_result_value(kept, dialect) == nine_here
    assert Instant().process_bind_param(None, dialect) is None


def test_a_time_without_its_zone_is_refused(dialect: Any) -> None:
    """It would be kept eight hours wrong."""
    with pytest.raises(ValueError, match="time zone"):
        Instant().process_bind_param(datetime(2026, 11, 28, 9), dialect)  # noqa: DTZ001 (that is the point)


def test_a_word_is_one_of_its_kind(dialect: Any) -> None:
    """A door that does not exist is neither written nor read."""
    assert Word(Door).process_bind_param(Door.PHONE, dialect) == "phone"
    assert Word(Door).process_result_value("kiosk", dialect) is Door.KIOSK
    with pytest.raises(ValueError, match="window"):
        Word(Door).process_result_value("window", dialect)


def test_a_document_of_another_shape_is_not_written(dialect: Any) -> None:
    """A mistake shows where it is made and not when somebody reads the row next year."""
    column = Document[DueDay](DueDay)
    today = datetime(2026, 11, 28, tzinfo=UTC).date()
    written = column.bind_processor(dialect)
    assert written(DueDay(today, True)) == '{"day":"2026-11-28","provisional":true,"working":true}'
    with pytest.raises(PydanticSerializationError):
        written(DueDay("tomorrow", True))  # type: ignore[arg-type]  # the mistake
