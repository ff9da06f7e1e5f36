"""日志: a fault is logged with its place and cause, and without anything of the people it was about."""

import pytest
import structlog
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from jiujinban.logs import log_no_locals
from storage.crypto import KeyRing
from storage.sql.store import Store
from storage.sql.tables import villages

NUMBER = "330727195001010012"


@pytest.fixture(autouse=True)
def _as_before():
    """Other tests log as they did."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def log_a_fault():
    """A fault while somebody's number is at hand."""
    number = NUMBER
    try:
        int(number + "x") if len(number) < 1 else 1 / 0
    except ZeroDivisionError as fault:
        structlog.get_logger("test").error("fault", reference="abcd", exc_info=fault)


def test_a_fault_is_logged_without_what_stood_in_variables(capsys):
    """The operator reads where it broke; whose number it was nobody reads."""
    log_no_locals()

    log_a_fault()

    said = capsys.readouterr().out
    assert "ZeroDivisionError" in said
    assert "log_a_fault" in said
    assert "abcd" in said
    assert NUMBER not in said


def test_without_it_variables_are_printed(capsys):
    """The test above is able to fail."""
    structlog.reset_defaults()

    log_a_fault()

    assert NUMBER in capsys.readouterr().out


async def test_a_fault_of_the_database_does_not_name_what_was_to_be_written(tmp_path):
    """Its text goes into the log as it is."""
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}", KeyRing.new())
    await store.migrate()
    with pytest.raises(DBAPIError) as told:
        async with store.writing() as connection:
            await connection.execute(insert(villages).values(code=NUMBER))
    await store.close()

    assert NUMBER not in str(told.value)
