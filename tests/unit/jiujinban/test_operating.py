"""The operator's commands, as somebody at a terminal sees them: what is said, and the exit code."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from intake.model.ids import AccountCode
from intake.model.leaving import AuditEntry, Outgoing, Topic
from intake.model.people import Door
from intake.usecases.questions.undelivered import masked
from jiujinban.cli import app
from storage.blobs import open_blobs
from storage.crypto import load_keys
from storage.sql.audit import AuditChain
from storage.sql.leaving import ATTEMPTS
from storage.sql.store import Store
from tests.contract import nouns
from tests.contract.nouns import NOW

Run = Callable[..., Result]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A county's state folder, still empty."""
    folder = tmp_path / "state"
    monkeypatch.setenv("JIUJINBAN_STATE", str(folder))
    monkeypatch.delenv("JIUJINBAN_DATABASE_URL", raising=False)
    return folder


@pytest.fixture
def jiujinban(state: Path) -> Run:
    """The command, on that folder."""
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@asynccontextmanager
async def opened(state: Path) -> AsyncIterator[Store]:
    """The county's store, with this release's tables."""
    store = Store.open(f"sqlite:///{state / 'jiujinban.db'}", load_keys(state / "keys.json"))
    try:
        await store.migrate()
        yield store
    finally:
        await store.close()


def audited(state: Path, count: int = 5) -> None:
    """A sealed trail."""

    async def write() -> None:
        async with opened(state) as store:
            async with store.open_uow() as uow:
                for number in range(count):
                    entry = AuditEntry(f"act.{number}", AccountCode("clerk-1"), Door.COUNTER, NOW)
                    await uow.leaving.audit(entry)
                await uow.commit()
            await AuditChain(store).seal()

    asyncio.run(write())


def tamper(state: Path, *statements: str) -> None:
    """What somebody who owns the file can do: take the triggers away first."""
    connection = sqlite3.connect(state / "jiujinban.db")
    connection.execute("DROP TRIGGER audit_entries_no_update")
    connection.execute("DROP TRIGGER audit_entries_no_delete")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_an_untouched_trail_is_said_to_be_whole(state: Path, jiujinban: Run) -> None:
    """With its head, to be noted, and compared with the heads of two evenings."""
    audited(state)
    monday = jiujinban("audit", "head").stdout
    audited(state)
    noted = state / "noted.jsonl"
    noted.write_text(monday + jiujinban("audit", "head").stdout)

    verified = jiujinban("audit", "verify", "--noted", noted)

    assert verified.exit_code == 0, verified.output
    assert "已封印　10 条" in verified.stdout
    assert "先前记下的链头 2 个" in verified.stdout
    assert "完整：没有被改动" in verified.stdout


def test_a_changed_row_is_found_and_located(state: Path, jiujinban: Run) -> None:
    """Where, what, and what stands there now."""
    audited(state)
    tamper(state, "UPDATE audit_entries SET \"by\" = 'nobody' WHERE act = 'act.2'")

    verified = jiujinban("audit", "verify")

    assert verified.exit_code == 1
    assert "不完整：第3环的记录（编号3）与封印不符，现为：act.2 · nobody" in verified.stdout


def test_a_trail_cut_short_is_found_by_the_head_noted_elsewhere(state: Path, jiujinban: Run) -> None:
    """Without the note the shorter chain looks whole."""
    audited(state)
    noted = state / "noted.jsonl"
    noted.write_text(jiujinban("audit", "head").stdout)
    tamper(state, "DELETE FROM audit_seals WHERE link = 5", "DELETE FROM audit_entries WHERE place = 5")

    assert jiujinban("audit", "verify").exit_code == 0
    compared = jiujinban("audit", "verify", "--noted", noted)
    assert compared.exit_code == 1
    assert "第5环不是先前记下的链头" in compared.stdout


def test_a_note_that_is_none_is_said_so(state: Path, jiujinban: Run) -> None:
    """The operator named the wrong file."""
    audited(state)
    noted = state / "noted.txt"
    noted.write_text("hello")
    verified = jiujinban("audit", "verify", "--noted", noted)
    assert verified.exit_code == 1
    assert "jiujinban audit head" in verified.stderr


def dead_letter(state: Path) -> None:
    """A message the province has refused for the last time."""
    facts = {"number": "BJ2026112300001", "applicant": "张奶奶"}
    message = Outgoing(Topic.PROVINCE, "case:1", "case_accepted", None, facts)

    async def write() -> None:
        async with opened(state) as store, store.open_uow() as uow:
            await uow.leaving.send(message)
            for attempt in range(ATTEMPTS):
                sent = replace(message, id=1, attempts=attempt)
                await uow.leaving.failed(sent, NOW, "证件 330000195601010015 校验不通过")
            await uow.commit()

    asyncio.run(write())


def test_dead_letters_are_listed_without_names_and_numbers_of_people(state: Path, jiujinban: Run) -> None:
    """The reason stays readable."""
    dead_letter(state)

    (letter,) = json.loads(jiujinban("outbox", "list", "--json").stdout)
    line = jiujinban("outbox", "list").stdout

    assert letter == {
        "id": "1",
        "topic": "province",
        "kind": "case_accepted",
        "number": "BJ2026112300001",
        "applicant": "*奶奶",
        "at": "2026-11-23 09:00",
        "why": "证件 330****15 校验不通过",
    }
    assert "BJ2026112300001　*奶奶" in line
    assert "校验不通过" in line


def test_a_dead_letter_is_sent_again_once(state: Path, jiujinban: Run) -> None:
    """It is due once more, and the trail says who asked for it."""
    dead_letter(state)

    again = jiujinban("outbox", "send-again", 1)
    twice = jiujinban("outbox", "send-again", 1)

    assert (again.exit_code, twice.exit_code) == (0, 1)
    assert "没有编号为 1 的搁置消息" in twice.stderr
    assert jiujinban("outbox", "list").stdout.strip() == "没有搁置的消息。"

    async def look() -> tuple[list[str], list[str]]:
        async with opened(state) as store:
            async with store.open_uow() as uow:
                due = await uow.leaving.due(NOW, tuple(Topic))
            async with store.reading() as connection:
                trail = await connection.exec_driver_sql("SELECT act FROM audit_entries")
                return [message.kind for message in due], list(trail.scalars())

    assert asyncio.run(look()) == (["case_accepted"], ["outbox.send_again"])


def test_of_two_numbers_with_one_wrong_none_is_sent(state: Path, jiujinban: Run) -> None:
    """A slip of the finger sends nothing half."""
    dead_letter(state)
    assert jiujinban("outbox", "send-again", 1, 2).exit_code == 1
    assert "BJ2026112300001" in jiujinban("outbox", "list").stdout


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("手机 13900000001 停机", "手机 139****01 停机"),
        ("33000019560101001X", "330****1X"),
        ("办件 BJ2026112300001 已存在", "办件 BJ2026112300001 已存在"),
        ("HTTP 503", "HTTP 503"),
    ],
)
def test_long_numbers_lose_their_middle(said: str, shown: str) -> None:
    """What a platform complains of may hold a person's number; our own numbers and codes stay."""
    assert masked(said) == shown


def filled(state: Path) -> None:
    """A case with a photograph, and a person."""

    async def write() -> None:
        async with opened(state) as store:
            blobs = open_blobs(str(state / "photographs"), store.keys)
            digest = await blobs.put(b"photograph")
            made = nouns.draft()
            pages = (nouns.page(digest=digest),)
            async with store.open_uow() as uow:
                await uow.people.add(nouns.person())
                material = replace(made.materials[0], pages=pages)
                await uow.cases.add(replace(made, materials=(material,)))
                await uow.commit()

    asyncio.run(write())
    audited(state)


def test_a_county_moves_to_another_machine(
    state: Path, jiujinban: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Backup, check, keys by another way, restore, check again."""
    filled(state)
    backup, elsewhere = tmp_path / "backup", tmp_path / "elsewhere"

    taken = jiujinban("backup", backup)
    checked = jiujinban("verify", backup)
    monkeypatch.setenv("JIUJINBAN_STATE", str(elsewhere))
    without_keys = jiujinban("restore", backup)
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / "keys.json").write_bytes((state / "keys.json").read_bytes())
    restored = jiujinban("restore", backup)
    again = jiujinban("restore", backup)

    assert taken.exit_code == 0, taken.output
    assert f"请把 {state / 'keys.json'} 单独抄到另一个安全的地方" in taken.stdout
    assert not list(backup.rglob("keys.json"))
    assert (checked.exit_code, without_keys.exit_code) == (0, 1)
    assert "先把密钥文件放回原处" in without_keys.stderr
    assert restored.exit_code == 0, restored.output
    assert "照片 1 张" in restored.stdout
    assert jiujinban("audit", "verify").exit_code == 0
    assert again.exit_code == 1
    assert "数据库里已经有内容" in again.stderr


def test_a_damaged_backup_is_said_so(state: Path, jiujinban: Run, tmp_path: Path) -> None:
    """With the file's name and exit code 1."""
    filled(state)
    jiujinban("backup", tmp_path / "backup")
    file = tmp_path / "backup" / "tables" / "people.jsonl.gz"
    file.write_bytes(file.read_bytes()[:-1])

    checked = jiujinban("verify", tmp_path / "backup")

    assert checked.exit_code == 1
    assert "tables/people.jsonl.gz：内容与校验和不符" in checked.stdout


def test_what_is_no_backup_is_said_so(jiujinban: Run, tmp_path: Path) -> None:
    """The operator named the wrong folder."""
    checked = jiujinban("verify", tmp_path)
    assert checked.exit_code == 1
    assert "不是一个备份" in checked.stderr


def test_a_lost_photograph_is_told_by_the_exit_code(state: Path, jiujinban: Run, tmp_path: Path) -> None:
    """A nightly job must notice."""
    filled(state)
    (photograph,) = (path for path in (state / "photographs").rglob("*") if path.is_file())
    photograph.unlink()
    taken = jiujinban("backup", tmp_path / "backup")
    assert taken.exit_code == 1
    assert photograph.name in taken.stdout


def test_keys_are_rotated_and_everything_resealed(state: Path, jiujinban: Run) -> None:
    """To 国密; a second round finds nothing to do."""
    filled(state)
    rotated = jiujinban("keys", "rotate", "--algorithm", "sm4")
    first = jiujinban("keys", "reseal")
    second = jiujinban("keys", "reseal")

    assert "新密钥 k2（sm4）" in rotated.stdout
    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert "people.id_number_sealed　1" in first.stdout
    assert "photographs　1" in first.stdout
    assert "people.id_number_sealed　0" in second.stdout
    assert jiujinban("audit", "verify").exit_code == 0


def test_a_rotation_makes_no_keys_where_there_are_none(state: Path, jiujinban: Run) -> None:
    """The operator forgot to say where the state is."""
    rotated = jiujinban("keys", "rotate")
    assert rotated.exit_code == 1
    assert not (state / "keys.json").exists()


def test_an_unknown_algorithm_is_refused(state: Path, jiujinban: Run) -> None:
    """Before anything is written."""
    filled(state)
    before = (state / "keys.json").read_bytes()
    assert jiujinban("keys", "rotate", "--algorithm", "rot13").exit_code == 1
    assert (state / "keys.json").read_bytes() == before


def test_a_dry_run_of_retention_changes_nothing(state: Path, jiujinban: Run) -> None:
    """The draft is from NOW, which lies in the reader's past or future; the counts say so either way."""
    filled(state)
    would = jiujinban("retention", "run", "--dry-run")
    assert would.exit_code == 0, would.output
    assert would.stdout.startswith("将会清理：\n办件照片　")

    def rows() -> list[tuple[int, int]]:
        connection = sqlite3.connect(state / "jiujinban.db")
        counted = connection.execute(
            "SELECT (SELECT count(*) FROM case_pages), (SELECT count(*) FROM audit_entries)"
        )
        found = counted.fetchall()
        connection.close()
        return found

    assert rows() == [(1, 5)]
