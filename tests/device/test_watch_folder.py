"""The document camera's folder: whole pictures only, each exactly once, also across a crash."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest

from device_bridge.agent.device import DeviceUnavailable
from device_bridge.agent.drivers.watch_folder.folder import (
    PageSpoiled,
    PageTaken,
    PageTrouble,
    WatchFolder,
)
from device_bridge.agent.drivers.watch_folder.image_file import is_whole, media_type_of
from device_bridge.agent.simulator.camera import SimulatedCamera
from tests.device.scenery import Prompter, nothing

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(200)) + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40) + b"IEND\xae\x42\x60\x82"
BMP = b"BM" + (60).to_bytes(4, "little") + bytes(54)
PDF = b"%PDF-1.7\n" + bytes(40) + b"\n%%EOF\n"
TIFF = b"II*\x00" + bytes(60)


class Watched:
    """A folder under watch, and every page it has given up so far."""

    def __init__(self, place: Path, *acts: Callable[[], object]) -> None:
        ids = count(1)
        self.prompter = Prompter(*acts)
        self.folder = WatchFolder(place, new_id=lambda: UUID(int=next(ids)), sleep=self.prompter)
        self.seen: list[PageTaken | PageSpoiled] = []

    async def until_over(self, answer: Callable[[PageTaken], object] | None = None) -> None:
        """Watch until the acts are over, answering each page with ``sent`` unless told otherwise."""
        await self.folder.open()
        watching = asyncio.create_task(self._watch(answer or self.folder.sent))
        over = asyncio.create_task(self.prompter.over.wait())
        await asyncio.wait({watching, over}, return_when="FIRST_COMPLETED")
        over.cancel()
        watching.cancel()
        await asyncio.gather(watching, over, return_exceptions=True)

    async def _watch(self, answer) -> None:
        sights: AsyncIterator[PageTaken | PageSpoiled] = self.folder.sights()
        async for sight in sights:
            self.seen.append(sight)
            if isinstance(sight, PageTaken):
                await answer(sight)


def names(place: Path) -> list[str]:
    """The files directly in a folder."""
    return sorted(path.name for path in place.iterdir() if path.is_file())


@pytest.mark.parametrize(
    ("image", "media_type"),
    [
        (JPEG, "image/jpeg"),
        (PNG, "image/png"),
        (BMP, "image/bmp"),
        (PDF, "application/pdf"),
        (TIFF, "image/tiff"),
    ],
)
async def test_a_finished_picture_becomes_a_page_and_moves_to_sent(tmp_path, image, media_type):
    """The clerk presses the shutter and sees the folder empty itself."""
    (tmp_path / "扫描 001.bin").write_bytes(image)
    watched = Watched(tmp_path, *[nothing] * 3)

    await watched.until_over()

    (page,) = watched.seen
    assert isinstance(page, PageTaken)
    assert (page.image, page.media_type) == (image, media_type)
    assert names(tmp_path / "sent") == [f"{UUID(int=1)} 扫描 001.bin"]
    assert names(tmp_path) == []


async def test_a_half_written_picture_is_never_taken_however_long_it_pauses(tmp_path):
    """A stalled network share does not put half an ID card into a case."""
    path = tmp_path / "page.jpg"
    path.write_bytes(JPEG[:100])
    held: list[list[object]] = []
    watched = Watched(
        tmp_path,
        *[nothing] * 20,
        lambda: held.append(list(watched.seen)),
        lambda: path.write_bytes(JPEG),
        *[nothing] * 3,
    )

    await watched.until_over()

    assert held == [[]]
    assert [page.image for page in watched.seen if isinstance(page, PageTaken)] == [JPEG]


async def test_a_picture_still_growing_is_left_alone(tmp_path):
    """Every look that finds another size starts the wait anew."""
    path = tmp_path / "page.jpg"
    growth = [lambda end=end: path.write_bytes(JPEG + bytes(end)) for end in range(6)]
    watched = Watched(tmp_path, *growth)

    await watched.until_over()

    assert watched.seen == []


async def test_a_picture_renamed_into_place_is_taken(tmp_path):
    """Cameras that write .tmp and rename are served like the others; the .tmp itself is ignored."""
    part = tmp_path / "page.jpg.tmp"
    part.write_bytes(JPEG)
    watched = Watched(
        tmp_path, nothing, nothing, nothing, lambda: part.rename(tmp_path / "page.jpg"), *[nothing] * 3
    )

    await watched.until_over()

    assert len(watched.seen) == 1


async def test_a_picture_that_never_gets_its_end_is_refused_in_the_end(tmp_path):
    """A camera that crashed mid-save is reported instead of blocking in silence."""
    (tmp_path / "page.jpg").write_bytes(JPEG[:-2])
    watched = Watched(tmp_path, *[nothing] * 62)

    await watched.until_over()

    assert watched.seen == [PageSpoiled(PageTrouble.INCOMPLETE)]
    assert len(names(tmp_path / "refused")) == 1


async def test_a_file_that_is_no_picture_is_refused(tmp_path):
    """A letter saved into the wrong folder is not uploaded to anybody's case."""
    (tmp_path / "letter.docx").write_bytes(b"PK\x03\x04" + bytes(100))
    watched = Watched(tmp_path, *[nothing] * 3)

    await watched.until_over()

    assert watched.seen == [PageSpoiled(PageTrouble.NOT_AN_IMAGE)]


async def test_a_picture_over_twenty_megabytes_is_refused(tmp_path):
    """The clerk is told to lower the resolution instead of waiting for a mountain line."""
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.write(JPEG[:-2])
        os.truncate(file.fileno(), 20 * 1024 * 1024 + 1)
    watched = Watched(tmp_path, *[nothing] * 3)

    await watched.until_over()

    assert watched.seen == [PageSpoiled(PageTrouble.TOO_LARGE)]


@pytest.mark.parametrize(
    "name", [".hidden.jpg", "~page.jpg", "Thumbs.db", "page.jpg.part", "page.crdownload"]
)
async def test_files_that_belong_to_other_programs_are_left_alone(tmp_path, name):
    """Explorer's and the camera's own files stay where they are."""
    (tmp_path / name).write_bytes(JPEG)
    watched = Watched(tmp_path, *[nothing] * 4)

    await watched.until_over()

    assert (watched.seen, names(tmp_path)) == ([], [name])


async def test_pages_come_in_the_order_they_were_taken(tmp_path):
    """Front before back, also when the names say otherwise."""
    for when, name in enumerate(["z.jpg", "a.jpg", "m.jpg"], start=1):
        (tmp_path / name).write_bytes(JPEG + bytes(0))
        os.utime(tmp_path / name, (when, when))
    watched = Watched(tmp_path, *[nothing] * 3)

    await watched.until_over()

    assert [page.path.name[37:] for page in watched.seen if isinstance(page, PageTaken)] == [
        "z.jpg",
        "a.jpg",
        "m.jpg",
    ]


async def test_a_page_taken_before_a_crash_comes_again_under_the_same_id(tmp_path):
    """Power fails between taking and storing: the page is there in the morning, and is the same page."""
    (tmp_path / "page.jpg").write_bytes(JPEG)
    crashed = Watched(tmp_path, *[nothing] * 3)

    async def power_fails(_page: PageTaken) -> None:
        raise ConnectionError

    await crashed.until_over(power_fails)
    returned = Watched(tmp_path, nothing)
    await returned.until_over()

    (before,), (after,) = crashed.seen, returned.seen
    assert isinstance(before, PageTaken)
    assert before == after
    assert names(tmp_path / "taken") == []


async def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path):
    """A share that is not mounted is a machine that is gone."""
    (tmp_path / "file").touch()

    with pytest.raises(DeviceUnavailable, match="cannot be written"):
        await WatchFolder(tmp_path / "file", new_id=UUID).open()


async def test_a_folder_that_disappears_is_unavailable(tmp_path):
    """So is one that is unmounted during the day."""
    place = tmp_path / "camera"
    folder = WatchFolder(place, new_id=UUID, sleep=Prompter())
    await folder.open()
    for child in place.iterdir():
        child.rmdir()
    place.rmdir()

    with pytest.raises(DeviceUnavailable, match="cannot be read"):
        await anext(folder.sights())


async def test_sent_pictures_do_not_stay_on_the_counter_pc(tmp_path):
    """Yesterday's identity papers are gone from the disk."""
    folder = WatchFolder(tmp_path, new_id=UUID)
    await folder.open()
    for name, when in [("old.jpg", 100), ("new.jpg", 300)]:
        (tmp_path / "sent" / name).write_bytes(JPEG)
        os.utime(tmp_path / "sent" / name, (when, when))

    assert await folder.forget_sent(before=200) == 1
    assert names(tmp_path / "sent") == ["new.jpg"]


async def test_the_simulated_camera_makes_whole_pictures_slowly(tmp_path):
    """What the simulator drops is what the folder must cope with: written in two halves, complete at last."""
    halves: list[bytes] = []

    async def while_writing(_seconds: float) -> None:
        halves.append(next(tmp_path.glob("*.jpg")).read_bytes())

    camera = SimulatedCamera(tmp_path, sleep=while_writing)
    first = (await camera.snap()).read_bytes()
    await camera.snap()
    third = (await camera.snap()).read_bytes()

    assert not is_whole(halves[0], "image/jpeg")
    assert media_type_of(first) == "image/jpeg"
    assert is_whole(first, "image/jpeg")
    assert first != third
