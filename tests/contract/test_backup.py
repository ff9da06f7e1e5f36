"""备份: taken of a store at work, found damaged when it is, and restored to the same store or to the other kind."""

import asyncio
import gzip
import json
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from intake.model.case import Case, CaseState
from intake.model.ids import AccountCode, Digest, IntentKey
from intake.model.leaving import AuditEntry, Topic
from intake.model.people import Door
from storage.backup import BackupRefused, check_backup, restore_backup, take_backup
from storage.backup.folder import Manifest, table_path
from storage.backup.plain import content_of, tables_of
from storage.blobs import SealedBlobs, open_blobs
from storage.crypto import KeyRing
from storage.sql.audit import AuditChain
from storage.sql.store import Store
from tests.contract import nouns
from tests.contract.nouns import NOW
from tests.contract.stores import KEYS
from tests.services.postgres import PostgresServer

ME = AccountCode("citizen-1")


@pytest.fixture
def blobs(tmp_path: Path) -> SealedBlobs:
    """The photographs of the store."""
    return open_blobs(str(tmp_path / "photographs"), KEYS)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where to restore to: a database with nothing in it, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'restored' / 'store.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    database = asyncio.run(server.create_database())
    yield database.url
    asyncio.run(server.drop_database(database))


@asynccontextmanager
async def opened(url: str, keys: KeyRing = KEYS) -> AsyncIterator[Store]:
    """A store, closed in the end."""
    store = Store.open(url, keys)
    try:
        yield store
    finally:
        await store.close()


async def submit(store: Store, blobs: SealedBlobs, number: int) -> Case:
    """A whole submission: photograph, case with its page, history, audit, message, number and key."""
    digest = await blobs.put(f"photograph {number}".encode())
    page = nouns.page(digest=digest)
    made = nouns.draft()
    case = replace(made, materials=(replace(made.materials[0], pages=(page,)),))
    async with store.open_uow() as uow:
        await uow.intents.begin(ME, IntentKey(case.id), "submit")
        given = await uow.numbers.next("case")
        await uow.cases.add(case)
        saved = await uow.cases.save(case.submit(f"BJ{given:06d}", NOW))
        await uow.leaving.send(nouns.message(case.id))
        await uow.leaving.audit(AuditEntry("case.submit", ME, Door.PHONE, NOW, case=case.id))
        await uow.commit()
    return saved


async def filled(store: Store, blobs: SealedBlobs) -> list[Case]:
    """A store with rows of many kinds and a sealed trail."""
    async with store.open_uow() as uow:
        await uow.people.add(nouns.person())
        await uow.people.put_account(nouns.account())
        await uow.places.put_halls([nouns.hall()])
        await uow.catalogue.replace([nouns.item()], nouns.TODAY)
        await uow.slots.open([nouns.open_time()])
        await uow.tickets.add(nouns.ticket())
        await uow.questions.add(nouns.question())
        await uow.commit()
    cases = [await submit(store, blobs, number) for number in range(3)]
    await AuditChain(store).seal()
    return cases


@pytest_asyncio.fixture
async def backup(store: Store, blobs: SealedBlobs, tmp_path: Path) -> Path:
    """A backup of a small store."""
    await filled(store, blobs)
    await take_backup(store, blobs, tmp_path / "backup", now=NOW, release="0.1.0")
    return tmp_path / "backup"


async def contents(store: Store) -> dict[str, object]:
    """What every table holds."""
    async with store.reading() as connection:
        return {plain.name: await content_of(connection, plain) for plain in await tables_of(connection)}


async def test_a_restored_store_is_the_store(
    store: Store, blobs: SealedBlobs, empty_url: str, tmp_path: Path
) -> None:
    """Row for row, photograph for photograph, from either database to either; and it goes on from there."""
    cases = await filled(store, blobs)
    async with store.open_uow() as uow:
        (last,) = (await uow.leaving.due(NOW, tuple(Topic)))[-1:]
        await uow.leaving.delivered(last, NOW)
        await uow.commit()
    taken = await take_backup(store, blobs, tmp_path / "backup", now=NOW, release="0.1.0")
    elsewhere = open_blobs(str(tmp_path / "restored" / "photographs"), KEYS)

    async with opened(empty_url) as restored:
        await restore_backup(tmp_path / "backup", restored, elsewhere)

        assert await contents(restored) == await contents(store)
        assert (await AuditChain(restored).verify()).whole
        async with restored.open_view() as view:
            assert [await view.cases.get(case.id) for case in cases] == cases
        for case in cases:
            digest = case.materials[0].pages[0].digest
            assert await elsewhere.get(digest) == await blobs.get(digest)
        new = await submit(restored, elsewhere, 99)
        assert new.number == "BJ000004"
    assert (taken.manifest.photographs, taken.manifest.lost_photographs) == (3, ())


class Writer(threading.Thread):
    """Somebody in another process who goes on submitting; `acknowledged` is what they were told is done."""

    def __init__(self, url: str, blobs: SealedBlobs) -> None:
        super().__init__()
        self.acknowledged: list[Case] = []
        self.stop = threading.Event()
        self.some_are_done = threading.Event()
        self._url, self._blobs = url, blobs

    def run(self) -> None:
        asyncio.run(self._write())

    async def _write(self) -> None:
        async with opened(self._url) as store:
            while not self.stop.is_set():
                self.acknowledged.append(await submit(store, self._blobs, len(self.acknowledged)))
                if len(self.acknowledged) == 20:
                    self.some_are_done.set()


async def test_a_store_at_work_is_saved_as_of_one_moment(
    store: Store, blobs: SealedBlobs, database_url: str, empty_url: str, tmp_path: Path
) -> None:
    """Everything acknowledged before the start is in it whole; nothing in it is half."""
    writer = Writer(database_url, blobs)
    writer.start()
    try:
        assert await asyncio.to_thread(writer.some_are_done.wait, 60)
        before = list(writer.acknowledged)
        await take_backup(store, blobs, tmp_path / "backup", now=NOW, release="0.1.0")
    finally:
        writer.stop.set()
        await asyncio.to_thread(writer.join)

    assert check_backup(tmp_path / "backup").whole
    elsewhere = open_blobs(str(tmp_path / "restored" / "photographs"), KEYS)
    async with opened(empty_url) as restored:
        await restore_backup(tmp_path / "backup", restored, elsewhere)
        found = {name: await rows_of(tmp_path / "backup", name) for name in ("cases", "outbox", "intents")}
        async with restored.open_view() as view:
            for case in before:
                assert await view.cases.get(case.id) == case
                assert await elsewhere.get(case.materials[0].pages[0].digest)
    assert len(found["cases"]) >= len(before)
    assert {len(rows) for rows in found.values()} == {len(found["cases"])}
    assert all(row["state"] == CaseState.SUBMITTED for row in found["cases"])


async def rows_of(folder: Path, name: str) -> list[dict[str, object]]:
    """What anybody reads in a table of a backup, without this program."""
    with gzip.open(folder / table_path(name), "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_a_flipped_byte_is_found_in_whichever_file(backup: Path) -> None:
    """The first, the last and one in the middle; the fault names the file."""
    files = [found for found in backup.rglob("*") if found.is_file() and found.name != "SHA256SUMS"]
    assert len(files) > 30
    for file in files:
        whole = file.read_bytes()
        for place in (0, len(whole) // 2, len(whole) - 1):
            file.write_bytes(flipped(whole, place))
            assert file.name in " ".join(faults_of(backup)), f"{file.name} at {place}"
        file.write_bytes(whole)
    assert check_backup(backup).whole


def test_the_list_of_checksums_guards_itself(backup: Path) -> None:
    """Every byte of a line of it, the end of the line included."""
    sums = backup / "SHA256SUMS"
    whole = sums.read_bytes()
    for place in range(len(whole.partition(b"\n")[0]) + 1):
        sums.write_bytes(flipped(whole, place))
        assert faults_of(backup), f"at {place}"


def flipped(whole: bytes, place: int) -> bytes:
    """One bit of one byte the other way."""
    return whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]


def faults_of(folder: Path) -> tuple[str, ...]:
    """What the check says, or what it was refused for."""
    try:
        return check_backup(folder).faults
    except BackupRefused as refused:
        return (str(refused),)


async def test_a_missing_and_a_foreign_file_are_found(backup: Path) -> None:
    """Whether the copying to the other disk was complete."""
    (photograph, *_) = (backup / "photographs").rglob("*/*")
    photograph.unlink()
    (backup / "tables" / "notes.txt").write_text("x")
    assert [fault.rpartition("：")[2] for fault in check_backup(backup).faults] == [
        "文件不见了",
        "不在校验和清单里",
    ]


async def test_a_file_left_out_of_the_list_too_is_found(backup: Path) -> None:
    """Somebody takes a photograph away and corrects the checksums; the manifest still counts."""
    (photograph, *_) = (backup / "photographs").rglob("*/*")
    photograph.unlink()
    sums = backup / "SHA256SUMS"
    kept = [line for line in sums.read_text().splitlines() if photograph.name not in line]
    sums.write_text("\n".join(kept) + "\n")
    assert check_backup(backup).faults == ("照片应有 3 张，清单里有 2 张",)


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="this system has no sha256sum")
def test_any_machine_can_check_it(backup: Path) -> None:
    """Without this program."""
    checked = subprocess.run(
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=backup, capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


async def test_a_damaged_backup_is_not_restored(backup: Path, empty_url: str, tmp_path: Path) -> None:
    """Half of a county is worse than a sentence."""
    file = backup / table_path("cases")
    file.write_bytes(file.read_bytes()[:-1])
    async with opened(empty_url) as restored:
        with pytest.raises(BackupRefused, match=r"tables/cases\.jsonl\.gz"):
            await restore_backup(backup, restored, open_blobs("memory:", KEYS))
        assert await contents(restored) == {}


async def test_only_an_empty_place_is_restored_to(backup: Path, store: Store, blobs: SealedBlobs) -> None:
    """Neither over rows nor among the photographs of somebody else."""
    with pytest.raises(BackupRefused, match="数据库里已经有内容"):
        await restore_backup(backup, store, open_blobs("memory:", KEYS))


async def test_photographs_of_another_county_are_left_alone(
    backup: Path, empty_url: str, tmp_path: Path
) -> None:
    """The operator named the wrong folder."""
    others = open_blobs(str(tmp_path / "others"), KEYS)
    await others.put(b"not of this county")
    async with opened(empty_url) as restored:
        with pytest.raises(BackupRefused, match="已经有别的照片"):
            await restore_backup(backup, restored, others)


async def test_a_restore_that_was_broken_off_is_begun_again(
    backup: Path, empty_url: str, tmp_path: Path
) -> None:
    """The power failed after the photographs and the empty tables."""
    elsewhere = open_blobs(str(tmp_path / "elsewhere"), KEYS)
    digest = Digest(next((backup / "photographs").rglob("*/*")).name)
    await elsewhere.lay(digest, (backup / "photographs" / digest[:2] / digest).read_bytes())
    async with opened(empty_url) as restored:
        await restored.migrate(Manifest.read(backup).revision)
        await restore_backup(backup, restored, elsewhere)
        async with restored.open_view() as view:
            assert (await view.cases.by_number("BJ000003")).state is CaseState.SUBMITTED


async def test_other_keys_are_refused_before_anything_is_restored(backup: Path, empty_url: str) -> None:
    """Rows that nobody can read any more are no restored county."""
    async with opened(empty_url, KeyRing.new()) as restored:
        with pytest.raises(BackupRefused, match="密钥"):
            await restore_backup(backup, restored, open_blobs("memory:", restored.keys))
        assert await contents(restored) == {}


async def test_keys_that_were_rotated_since_still_restore(backup: Path, empty_url: str) -> None:
    """The ring holds the earlier keys too."""
    async with opened(empty_url, KEYS.rotated()) as restored:
        await restore_backup(backup, restored, open_blobs("memory:", restored.keys))
        async with restored.open_view() as view:
            assert (await view.cases.by_number("BJ000001")).state is CaseState.SUBMITTED


async def test_a_backup_never_overwrites(backup: Path, store: Store, blobs: SealedBlobs) -> None:
    """Yesterday's backup is not today's mistake."""
    with pytest.raises(BackupRefused, match="不是空文件夹"):
        await take_backup(store, blobs, backup, now=NOW, release="0.1.0")
    assert check_backup(backup).whole


async def test_a_backup_that_failed_leaves_nothing(store: Store, tmp_path: Path) -> None:
    """A folder of that name is whole, or is not there."""

    class FullDisk(SealedBlobs):
        async def sealed(self, digest: Digest) -> bytes:
            raise OSError(28, "No space left on device", digest)

    blobs = open_blobs(str(tmp_path / "photographs"), KEYS)
    await filled(store, blobs)
    full = FullDisk(blobs._store, blobs._sealer)  # noqa: SLF001 (the same place, with a full disk behind it)
    with pytest.raises(OSError, match="No space"):
        await take_backup(store, full, tmp_path / "backup", now=NOW, release="0.1.0")
    assert not await asyncio.to_thread(lambda: [name for name in tmp_path.iterdir() if "backup" in name.name])


async def test_a_lost_photograph_is_told_and_stops_nothing(
    store: Store, blobs: SealedBlobs, tmp_path: Path
) -> None:
    """The rest of the county is saved all the same."""
    cases = await filled(store, blobs)
    lost = cases[0].materials[0].pages[0].digest
    await blobs.forget(lost)
    taken = await take_backup(store, blobs, tmp_path / "backup", now=NOW, release="0.1.0")
    assert (taken.manifest.photographs, taken.manifest.lost_photographs) == (2, (lost,))
    assert check_backup(tmp_path / "backup").whole


async def test_a_backup_of_an_earlier_release_becomes_this_release(
    tmp_path: Path, blobs: SealedBlobs
) -> None:
    """Taken before an upgrade, by the new program or the old, and restored after it."""
    async with opened(f"sqlite:///{tmp_path / 'old.db'}") as old:
        await old.migrate("0001")
        async with old.writing() as connection:
            await connection.exec_driver_sql(
                "INSERT INTO intents VALUES ('citizen-1', 'tap-1', 'book', 'appointment-1')"
            )
            await connection.commit()
        await take_backup(old, blobs, tmp_path / "backup", now=NOW, release="0.1.0")
    async with opened(f"sqlite:///{tmp_path / 'new.db'}") as new:
        await restore_backup(tmp_path / "backup", new, open_blobs("memory:", KEYS))
        async with new.open_uow() as uow:
            assert await uow.intents.begin(ME, IntentKey("tap-1"), "book") == "appointment-1"


def test_the_manifest_is_of_a_format_this_release_knows(tmp_path: Path) -> None:
    """A later program may write another; this one says so instead of guessing."""
    (tmp_path / "SHA256SUMS").write_text("")
    (tmp_path / "manifest.json").write_text("{}")
    assert "读不出来" in faults_of(tmp_path)[-1]
