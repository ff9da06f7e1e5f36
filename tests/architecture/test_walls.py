"""The walls of the house stand: each contract of import-linter holds, and is seen to catch a violation."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ROOMS = PROJECT["tool"]["importlinter"]["root_packages"]
CONTRACTS = {contract["name"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}
LINT = Path(sys.executable).with_name("lint-imports")
VERDICT = re.compile(r"^(?P<name>.+) (?P<verdict>KEPT|BROKEN)$", re.MULTILINE)
DRIVERS = "device_bridge/agent/drivers"

# contract, file to plant, what stands in it
PLANTS = [
    ("The front step joins everything", "nlp/planted.py", "import jiujinban"),
    ("The front step joins everything", "intake/model/planted.py", "import nlp"),
    ("Three doors never open onto each other", "bot/planted.py", "import miniapp_api"),
    ("Three doors never open onto each other", "miniapp_api/planted.py", "import device_bridge"),
    ("Doors know the desk, not the workshops", "miniapp_api/planted.py", "import storage"),
    ("Doors know the desk, not the workshops", "bot/planted.py", "import nlp"),
    (
        "Workshops serve the desk and do not know the doors, nor each other",
        "materials/planted.py",
        "import nlp",
    ),
    (
        "Workshops serve the desk and do not know the doors, nor each other",
        "storage/planted.py",
        "import bot",
    ),
    ("The core speaks to no one directly", "intake/usecases/planted.py", "import sqlalchemy"),
    ("The core speaks to no one directly", "intake/model/planted.py", "import pydantic"),
    ("Inside the core: desk over verbs over ports over nouns", "intake/helpers.py", "import re"),
    (
        "Inside the core: desk over verbs over ports over nouns",
        "intake/model/planted.py",
        "import intake.ports",
    ),
    (
        "Inside the core: desk over verbs over ports over nouns",
        "intake/usecases/planted.py",
        "import intake.desk",
    ),
    ("Only storage speaks SQL and Redis", "jiujinban/planted.py", "import sqlalchemy"),
    ("Only storage speaks SQL and Redis", "bot/planted.py", "import redis"),
    ("Only nlp speaks jieba", "bot/planted.py", "import jieba"),
    ("Only materials opens pictures", "miniapp_api/planted.py", "import PIL"),
    (
        "Drivers do not know each other",
        f"{DRIVERS}/planted.py",
        "import device_bridge.agent.drivers.watch_folder",
    ),
    ("The agent runs alone", "device_bridge/agent/planted.py", "import intake"),
    ("The agent runs alone", "device_bridge/agent/planted.py", "import device_bridge.gateway"),
]


class House:
    """A copy of every room, in which something forbidden may be planted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for room in ROOMS:
            shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", folder)

    def verdicts(self) -> dict[str, str]:
        """KEPT or BROKEN, by the contract's name."""
        told = subprocess.run(
            [LINT, "--no-logo"], cwd=self.folder, capture_output=True, text=True, check=False
        )
        found = {match["name"]: match["verdict"] for match in VERDICT.finditer(told.stdout)}
        assert found.keys() == CONTRACTS.keys(), told.stdout + told.stderr
        return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One copy for all scenes of this file; each takes away what it planted."""
    return House(tmp_path_factory.mktemp("house"))


@pytest.fixture
def plant(house: House) -> Iterator[Callable[[str, str], None]]:
    """Puts a line of code where it should not stand, and takes it away again."""
    planted: list[Path] = []

    def put(place: str, code: str) -> None:
        path = house.folder / place
        assert not path.exists(), f"{place} is a real module: plant elsewhere"
        path.write_text(f'"""Planted."""\n{code}\n')
        planted.append(path)

    yield put
    for path in planted:
        path.unlink()


def test_every_wall_stands(house: House):
    """Nobody has reached into a room that is not theirs."""
    assert {name for name, verdict in house.verdicts().items() if verdict == "BROKEN"} == set()


@pytest.mark.parametrize(("contract", "place", "code"), PLANTS)
def test_a_planted_violation_is_caught(house: House, plant, contract: str, place: str, code: str):
    """A contract that catches nothing would read just as well."""
    plant(place, code)

    assert house.verdicts()[contract] == "BROKEN"


def test_each_contract_has_been_seen_to_catch_something():
    """A new contract comes with the violation it was written for."""
    assert {contract for contract, _, _ in PLANTS} == set(CONTRACTS)


def test_no_dependency_is_forgotten_where_the_core_is_told_whom_not_to_speak_to():
    """A dependency joins the core's list in the change that adds it."""
    named = {_plain(re.split(r"[\[=<>!~; ]", line)[0]) for line in PROJECT["project"]["dependencies"]}
    brought = {
        module
        for module, owners in packages_distributions().items()
        if any(_plain(owner) in named for owner in owners)
    }

    assert brought - set(CONTRACTS["The core speaks to no one directly"]["forbidden_modules"]) == set()


def _plain(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()
