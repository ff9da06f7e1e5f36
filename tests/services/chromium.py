"""A real Chromium: the ``CHROMIUM`` variable, PATH, Debian's package when root, or the copy packed for npm.

Playwright's own download is not used; it is not to be had everywhere. With none of these the tests fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.services.launching import NoSuchServer

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEBIAN_PACKAGES = ("chromium", "fonts-noto-cjk")
PACKED = Path(__file__).with_name("chromium_from_npm")
UNPACK = "import('@sparticuz/chromium').then(packed => packed.default.executablePath()).then(console.log)"


def from_setting() -> Path | None:
    """What ``CHROMIUM`` names. A file named there that is missing is an error, not a fall-through."""
    named = os.environ.get("CHROMIUM")
    if not named:
        return None
    found = shutil.which(named)
    if found is None:
        raise NoSuchServer(f"CHROMIUM={named} is not a program.")
    return Path(found)


def from_path() -> Path | None:
    """The first browser of Chromium's family on PATH."""
    return next((Path(found) for found in map(shutil.which, NAMES) if found), None)


def from_debian() -> Path | None:
    """Debian's package with a Chinese font, when we may install it and can."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    unattended = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *DEBIAN_PACKAGES]):
        if subprocess.run(["apt-get", *command], env=unattended, capture_output=True, check=False).returncode:
            return None
    return from_path()


def from_npm() -> Path | None:
    """The copy packed for npm, installed beside this file on first use. It brings no Chinese font."""
    tools = Path(sys.executable).parent
    node, npm = tools / "node", tools / "npm"
    if not node.exists():
        return None
    with_node = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    install: list[str | Path] = [npm, "ci", "--ignore-scripts"]
    here = (PACKED / "node_modules").is_dir()
    if (
        not here
        and subprocess.run(install, cwd=PACKED, env=with_node, capture_output=True, check=False).returncode
    ):
        return None
    told = subprocess.run([node, "-e", UNPACK], cwd=PACKED, capture_output=True, text=True, check=True)
    return Path(told.stdout.strip())


PLACES: tuple[Callable[[], Path | None], ...] = (from_setting, from_path, from_debian, from_npm)


def find_chromium() -> Path:
    """The first place that has a browser, or `NoSuchServer` with what to do."""
    for look in PLACES:
        found = look()
        if found:
            return found
    raise NoSuchServer("No Chromium for the tests. Install Debian's chromium, or set CHROMIUM=<program>.")
