"""Photographs: kept once, sealed, and given back only as they were; in a folder, in memory and in S3."""

import asyncio
import hashlib
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.errors import NotFound
from intake.model.ids import Digest
from storage.blobs import SealedBlobs, open_blobs
from storage.crypto import SealBroken
from tests.contract.stores import KEYS
from tests.services.launching import free_port, listens, stop, wait_until

PHOTO = b"\xff\xd8 a photograph of an ID card " + bytes(range(256)) * 100


@pytest.fixture(scope="module")
def s3_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that speaks S3, on loopback."""
    log, port = tmp_path_factory.mktemp("s3") / "server.log", free_port()
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=sink)
    try:
        wait_until(lambda: listens(port), process, log=log, seconds=30)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(process)


@pytest.fixture
def s3_place(s3_address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket, named as the operator names it: an address, and the rest in the environment."""
    settings = {
        "AWS_ENDPOINT_URL": s3_address,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    make_bucket(s3_address)
    return "s3://photographs/county"


def make_bucket(address: str) -> None:
    """A PUT on the bucket's name is all the protocol asks."""
    request = urllib.request.Request(f"{address}/photographs", method="PUT")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


@pytest.fixture(params=["folder", "memory", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the photographs are, in turn."""
    if request.param == "s3":
        return str(request.getfixturevalue("s3_place"))
    return "memory:" if request.param == "memory" else str(tmp_path / "photographs")


@pytest.fixture
def blobs(place: str) -> SealedBlobs:
    """The photographs."""
    return open_blobs(place, KEYS)


async def test_a_photograph_comes_back_as_it_was(blobs: SealedBlobs) -> None:
    """Under the digest of what it shows."""
    digest = await blobs.put(PHOTO)
    assert digest == hashlib.sha256(PHOTO).hexdigest()
    assert await blobs.get(digest) == PHOTO


async def test_the_same_photograph_twice_is_kept_once(blobs: SealedBlobs) -> None:
    """A retry on a bad network is no second file and no error."""
    assert await blobs.put(PHOTO) == await blobs.put(PHOTO)


@pytest.mark.parametrize("digest", ["ab" * 32, "", "../../keys.json", "AB" * 32])
async def test_what_is_not_there_is_not_found(blobs: SealedBlobs, digest: str) -> None:
    """Nor is anything outside reached by a name that is no digest."""
    with pytest.raises(NotFound):
        await blobs.get(Digest(digest))


async def test_a_forgotten_photograph_is_gone(blobs: SealedBlobs) -> None:
    """Erasing twice is no error."""
    digest = await blobs.put(PHOTO)
    await blobs.forget(digest)
    await blobs.forget(digest)
    with pytest.raises(NotFound):
        await blobs.get(digest)


async def test_what_is_laid_aside_is_still_read_and_can_come_back(blobs: SealedBlobs) -> None:
    """Erasing is two steps: between them nobody misses the photograph."""
    digest = await blobs.put(PHOTO)
    await blobs.lay_aside(digest)
    assert (await all_of(blobs), await all_of(blobs, aside=True)) == ([], [digest])
    assert await blobs.get(digest) == PHOTO

    await blobs.put_back(digest)

    assert (await all_of(blobs), await all_of(blobs, aside=True)) == ([digest], [])
    assert await blobs.get(digest) == PHOTO


async def test_a_photograph_is_forgotten_wherever_it_lies(blobs: SealedBlobs) -> None:
    """Laid aside, and then handed in again."""
    digest = await blobs.put(PHOTO)
    await blobs.lay_aside(digest)
    await blobs.put(PHOTO)
    await blobs.forget(digest)
    assert (await all_of(blobs), await all_of(blobs, aside=True)) == ([], [])


@pytest.mark.parametrize("place", ["folder", "s3"], indirect=True)
async def test_a_photograph_is_sealed_anew_once(place: str, blobs: SealedBlobs) -> None:
    """After a rotation; the second round finds nothing to do, nor does one that comes after the erasure."""
    digest = await blobs.put(PHOTO)
    rotated = open_blobs(place, KEYS.rotated())

    assert await rotated.reseal(digest) is True
    assert await rotated.reseal(digest) is False
    assert await rotated.get(digest) == PHOTO
    with pytest.raises(SealBroken):
        await blobs.get(digest)
    await rotated.forget(digest)
    assert await rotated.reseal(digest) is False


async def test_sealed_bytes_move_to_another_store(blobs: SealedBlobs, tmp_path: Path) -> None:
    """A backup copies what it cannot read."""
    digest = await blobs.put(PHOTO)
    other = open_blobs(str(tmp_path / "elsewhere"), KEYS)
    await other.lay(digest, await blobs.sealed(digest))
    assert await other.get(digest) == PHOTO


async def all_of(blobs: SealedBlobs, *, aside: bool = False) -> list[Digest]:
    """The digests of all photographs of the store, or of those laid aside."""
    return [kept.digest async for some in blobs.each(aside=aside) for kept in some]


async def test_the_place_answers_a_ping(blobs: SealedBlobs) -> None:
    """An empty place is a good place."""
    await blobs.ping()


async def test_a_folder_that_is_gone_fails_the_ping(tmp_path: Path) -> None:
    """The disk was not mounted: the health page is red before the first photograph is lost."""
    blobs = open_blobs(str(tmp_path / "photographs"), KEYS)
    (tmp_path / "photographs").rmdir()
    with pytest.raises(FileNotFoundError):
        await blobs.ping()


async def test_a_file_holds_nothing_readable_and_one_changed_bit_is_found(tmp_path: Path) -> None:
    """A stolen disk shows no card; a damaged one shows no other picture."""
    blobs = open_blobs(str(tmp_path), KEYS)
    digest = await blobs.put(PHOTO)
    (file,) = files_in(tmp_path)
    sealed = file.read_bytes()
    assert b"photograph" not in sealed

    file.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(SealBroken):
        await blobs.get(digest)


async def test_a_file_under_another_name_is_found_out(tmp_path: Path) -> None:
    """Somebody swaps two photographs on the disk."""
    blobs = open_blobs(str(tmp_path), KEYS)
    one, other = await blobs.put(PHOTO), await blobs.put(PHOTO + b"2")
    (tmp_path / one[:2] / one).replace(tmp_path / other[:2] / other)
    with pytest.raises(SealBroken):
        await blobs.get(other)


async def test_what_was_sealed_before_a_rotation_is_still_read(tmp_path: Path) -> None:
    """The operator changes the key; last year's photographs open as before."""
    digest = await open_blobs(str(tmp_path), KEYS).put(PHOTO)
    assert await open_blobs(str(tmp_path), KEYS.rotated()).get(digest) == PHOTO


async def test_a_half_written_file_is_never_seen(tmp_path: Path) -> None:
    """Many at once put the same photograph: one file, whole."""
    blobs = [open_blobs(str(tmp_path), KEYS) for _ in range(4)]
    digests = await asyncio.gather(*(blobs[n % 4].put(PHOTO) for n in range(16)))
    assert await blobs[0].get(digests[0]) == PHOTO
    assert len(files_in(tmp_path)) == 1


def files_in(folder: Path) -> list[Path]:
    """Every file below a folder, also unfinished ones."""
    return [found for found in folder.rglob("*") if found.is_file()]
