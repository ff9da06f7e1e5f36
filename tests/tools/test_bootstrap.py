"""Set-up: what is done once is not done twice, and what fails says so in a sentence."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import bootstrap
from tools.bootstrap import CannotPrepare, Step, digest, perform


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch):
    """An empty checkout for the script to work on."""
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "WEB", tmp_path / "web")
    monkeypatch.setattr(bootstrap, "STAMPS", tmp_path / ".venv" / "stamps")
    return tmp_path


class Counted:
    """A step's work that can be counted, and told to fail."""

    def __init__(self, product: Path) -> None:
        self.product, self.times, self.fails = product, 0, False

    def __call__(self) -> None:
        self.times += 1
        if self.fails:
            raise CannotPrepare("no line to the outside")
        self.product.touch()


@pytest.fixture
def work(checkout: Path) -> Counted:
    """The work of `step`."""
    return Counted(checkout / "product")


@pytest.fixture
def step(checkout: Path, work: Counted) -> Step:
    """A step that reads one file and makes another."""
    source = checkout / "source"
    source.write_text("first")
    return Step("sample", "Making a sample", [source], work.product, work)


def test_a_step_is_not_done_twice(step: Step, work: Counted):
    """The second `make run` takes a fraction of a second."""
    assert perform(step, after="") == perform(step, after="")

    assert work.times == 1


def test_a_step_is_done_again_when_what_it_reads_changes(checkout: Path, step: Step, work: Counted):
    """A new lock is installed without being asked for."""
    perform(step, after="")
    (checkout / "source").write_text("second")

    perform(step, after="")

    assert work.times == 2


def test_a_step_is_done_again_when_its_product_is_gone(step: Step, work: Counted):
    """Someone removed web/dist by hand."""
    perform(step, after="")
    work.product.unlink()

    perform(step, after="")

    assert work.times == 2


def test_a_step_is_done_again_when_one_before_it_was(step: Step, work: Counted):
    """A new .venv needs everything installed anew."""
    perform(step, after="one environment")
    perform(step, after="another environment")

    assert work.times == 2


def test_a_step_that_failed_is_tried_again(step: Step, work: Counted):
    """A broken line yesterday does not leave half an installation today."""
    perform(step, after="")
    work.fails = True
    with pytest.raises(CannotPrepare):
        perform(step, after="changed")
    work.fails = False

    perform(step, after="")

    assert work.times == 3


def test_a_file_that_moved_is_another_source(checkout: Path):
    """Renaming a page rebuilds the pages."""
    (checkout / "one").write_text("same")
    (checkout / "two").write_text("same")

    assert digest(checkout / "one") != digest(checkout / "two")


def test_where_one_text_ends_and_the_next_begins_matters():
    """Two settings are not one long one."""
    assert digest("ab", "c") != digest("a", "bc")


def test_packages_and_built_pages_are_not_sources(checkout: Path):
    """Building the pages does not make them look changed."""
    for name in ("src/app.ts", "index.html", "node_modules/vue/index.js", "dist/index.html"):
        (checkout / "web" / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / "web" / name).touch()

    names = [str(path.relative_to(checkout / "web")) for path in bootstrap.page_sources()]

    assert names == ["index.html", "src/app.ts"]


def test_a_failed_command_leaves_its_last_words(tmp_path: Path):
    """The reason stands on the screen, not in a file."""
    with pytest.raises(CannotPrepare, match="the mirror is down"):
        bootstrap.run(sys.executable, "-c", "raise SystemExit('the mirror is down')", cwd=tmp_path)


def test_a_python_without_venv_is_told_what_to_install(monkeypatch):
    """One line, with the command that helps."""
    monkeypatch.setattr(bootstrap, "has", {}.get)

    with pytest.raises(CannotPrepare, match="apt-get install python3-venv"):
        bootstrap.make_environment()


def test_the_mirror_that_pip_was_told_of_is_told_to_uv():
    """A county behind its own mirror sets it once; a variable outdoes a file, as it does for pip."""
    told = """:env:.index-url='http://mirror.example/simple'
global.cert='/etc/ssl/county.pem'
global.index-url='http://old.example/simple'
global.timeout='60'
"""

    assert bootstrap.in_words_of_uv(told) == {
        "UV_DEFAULT_INDEX": "http://mirror.example/simple",
        "SSL_CERT_FILE": "/etc/ssl/county.pem",
    }


def test_a_second_set_up_waits_for_the_first(checkout: Path):
    """`make run` and `make test` typed together do not tear one .venv apart."""
    waits = f"""
import pathlib, sys
sys.path.insert(0, {str(Path(bootstrap.__file__).parent)!r})
import bootstrap
bootstrap.ROOT = pathlib.Path({str(checkout)!r})
with bootstrap.one_at_a_time():
    print("my turn")
"""
    with (checkout / ".setup.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        second = subprocess.Popen(
            [sys.executable, "-c", waits],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert second.stdout is not None
        first_word = second.stdout.readline()
    rest, _ = second.communicate()

    assert "waiting" in first_word
    assert rest == "my turn\n"
