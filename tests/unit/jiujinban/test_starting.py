"""A server that starts: nobody waits at the door for what only some answers use."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
from typer.testing import CliRunner

from jiujinban import memory, serving, turns
from jiujinban.cli import app

_NOT_FOR_THE_DOOR = ("fpdf", "openpyxl", "redis", "alembic", "PIL", "onnxruntime", "ortools")


def test_a_server_starts_without_what_the_first_answers_do_not_use() -> None:
    """Fonts and workbooks come with the first paper, the solver with the first plan, Redis only where one is given."""
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, jiujinban.serving; print(*sys.modules)"],
        check=True, capture_output=True, text=True, timeout=120,
    ).stdout.split()  # fmt: skip

    assert "jiujinban.serving" in loaded
    assert [name for name in _NOT_FOR_THE_DOOR if name in loaded] == []


@pytest.fixture
def as_it_was() -> Iterator[None]:
    """The interpreter's habits are put back after the scene."""
    collected, turn = gc.get_threshold(), sys.getswitchinterval()
    yield
    gc.unfreeze()
    gc.set_threshold(*collected)
    sys.setswitchinterval(turn)


class Serving(ModuleType):
    """Stands where the server's code does, and notes how it finds the interpreter when it is loaded."""

    found: tuple[int, int, int] | None = None

    @property
    def serve(self) -> object:
        """What the command takes of it."""
        self.found = gc.get_threshold()
        return lambda _: None


def test_a_server_loads_its_code_without_looking_for_rings_in_it(
    as_it_was: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hundreds of thousands of objects come to stay: looking through them again and again was an eighth of the loading."""
    gc.set_threshold(700, 10, 10)
    stand_in = Serving("jiujinban.serving")
    monkeypatch.setitem(sys.modules, "jiujinban.serving", stand_in)

    CliRunner().invoke(app, ["serve"], catch_exceptions=False)

    memory.collect_seldom()
    assert stand_in.found == gc.get_threshold()


def test_a_thread_that_works_lets_the_others_go_on_after_a_millisecond(as_it_was: None) -> None:
    """Whoever talks while a file is read waits for that at every step of an answer."""
    turns.take_turns_often()

    assert sys.getswitchinterval() <= 0.001


def test_a_server_that_has_settled_collects_a_little_at_a_time_and_everything_seldom(as_it_was: None) -> None:
    """An import makes a million objects that stay: whoever looks through all of them at once stops everybody."""
    serving.settle()

    young, some, full = gc.get_threshold()
    assert young * some <= 250_000
    assert young * some * full >= 20_000_000
