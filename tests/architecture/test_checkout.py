"""What is committed says nothing about the machine it was written on, nor about where packages came from."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Home and work folders of a machine, at the start of an absolute path.
MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:root|work|farm|home/\w+|Users/\w+)/")
REGISTRY = re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs\.org|registry\.npmmirror\.com")


@pytest.fixture(scope="module")
def committed() -> list[Path]:
    """Every file that is tracked, or would be by the next `git add`."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this copy is not a git checkout, so nothing in it is about to be committed")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def lines_with(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    """``file:line`` wherever the pattern stands in a text file."""
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        if b"\0" not in (content := path.read_bytes())
        for number, line in enumerate(content.decode(errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_locks_name_packages_and_hashes_but_no_addresses():
    """The county's own mirror serves the same lock as ours."""
    locks = sorted((ROOT / "requirements").glob("*.lock"))

    assert [lock.stem for lock in locks] == ["bootstrap", "build", "encoder", "run", "test"]
    assert lines_with(re.compile("://"), locks) == []


def test_every_locked_package_is_held_to_a_hash():
    """A file that changed on the way is refused."""
    for lock in (ROOT / "requirements").glob("*.lock"):
        packages = re.split(r"^(?=\S)", lock.read_text(), flags=re.MULTILINE)[1:]

        assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []


def test_npm_locks_do_not_say_where_a_package_was_fetched(committed: list[Path]):
    """As for Python: names, versions and hashes are enough."""
    locks = [path for path in committed if path.name == "package-lock.json"]

    assert locks
    for lock in locks:
        packages = json.loads(lock.read_text())["packages"]
        assert [name for name, package in packages.items() if "resolved" in package] == []


def test_a_lock_that_cannot_be_kept_clean_is_not_kept(committed: list[Path]):
    """uv.lock repeats the address of its registry for every file, and has no setting against it."""
    assert [path for path in committed if path.name == "uv.lock"] == []


def test_no_file_names_a_folder_of_the_machine_it_was_written_on(committed: list[Path]):
    """A path of one developer's machine works for nobody else."""
    assert lines_with(MACHINE_PATH, committed) == []


def test_no_file_but_this_names_a_package_registry(committed: list[Path]):
    """Where packages come from is the machine's setting, not ours."""
    assert lines_with(REGISTRY, [path for path in committed if path != Path(__file__).resolve()]) == []


@pytest.mark.parametrize("line", ["open('/ro" + "ot/x')", "see /ho" + "me/li/x", "at /wo" + "rk/main"])
def test_a_machine_path_would_be_noticed(line: str):
    """The rule above is not one that cannot fail."""
    assert MACHINE_PATH.search(line)
