"""The whole counter PC, from the card on the reader to the case number, power cuts included."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import signal
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from typer.testing import CliRunner

from device_bridge.agent.cli import app
from device_bridge.agent.config import read_settings
from device_bridge.agent.counter import read_card
from device_bridge.agent.duty import open_spool
from device_bridge.agent.simulator.camera import SimulatedCamera
from device_bridge.agent.simulator.cards import SAMPLES, Sample
from device_bridge.agent.simulator.reader import SimulatedReader
from device_bridge.wire import CardRead, PageCaptured, Refused, WalkInOpened
from tests.device.county import CASE_NUMBER, County, Mood
from tests.device.scenery import POST, Clerk, HandClock

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals", allow_module_level=True)

from device_bridge.agent.simulator.stage import DemoFailed, DemoPost, demonstrate
from device_bridge.agent.simulator.terminal import plugged_in

ELDER = SAMPLES[Sample.ELDER]


class CounterPc:
    """A folder with a configuration, and the agent's process when it is switched on."""

    def __init__(self, folder: Path, server: str, port: str) -> None:
        self.folder = folder
        self.pictures = folder / "pictures"
        self.pictures.mkdir()
        self.config = folder / "bridge.toml"
        self.config.write_text(
            f'server = "{server}"\ntoken = "t"\nhall = "330727101"\ncounter = "A01"\nspool = "spool"\n'
            f'[reader]\nport = "{port}"\n[camera]\nfolder = "pictures"\n',
            encoding="utf-8",
        )
        self.output = ""
        self._process: asyncio.subprocess.Process | None = None

    async def switch_on(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "device_bridge.agent", "run", "--verbose", "--config", str(self.config)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        await self.hear("请输入事项编码")

    async def hear(self, sentence: str) -> None:
        """Read the console until it says ``sentence``."""
        assert self._process is not None
        assert self._process.stdout is not None
        async with asyncio.timeout(30):
            while line := (await self._process.stdout.readline()).decode():
                self.output += line
                if sentence in line:
                    return
        pytest.fail(f"never said {sentence!r}; said: {self.output}")

    def type(self, line: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")

    async def power_fails(self) -> None:
        """End the agent as a power cut does: at once, without a word."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        rest, _ = await self._process.communicate()
        self.output += rest.decode()

    async def switch_off(self) -> int:
        """Stop the agent as its service manager does; return its exit code."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        rest, _ = await self._process.communicate()
        self.output += rest.decode()
        return self._process.returncode or 0


@pytest.fixture
async def county() -> AsyncIterator[tuple[County, str]]:
    """A county's server and its address."""
    county = County()
    async with TestServer(county.app()) as server:
        yield county, str(server.make_url("/")).rstrip("/")


@pytest.fixture
async def stage(tmp_path, county) -> AsyncIterator[tuple[CounterPc, SimulatedReader, County]]:
    """A counter PC, its card reader, and the county it reports to."""
    reader = SimulatedReader()
    with plugged_in(reader) as port:
        pc = CounterPc(tmp_path, county[1], port)
        yield pc, reader, county[0]
        with contextlib.suppress(AssertionError):
            await pc.switch_off()


async def test_card_two_sheets_and_a_code_make_a_case(stage):
    """What a clerk does for a walk-in, and nothing else, in the order it was done."""
    pc, reader, county = stage
    camera = SimulatedCamera(pc.pictures)
    await pc.switch_on()

    reader.place(ELDER)
    await pc.hear("读到一张证件")
    for _ in range(2):
        await camera.snap()
        await pc.hear("收到一页材料")
    pc.type("mz10")
    await pc.hear(f"办件编号 {CASE_NUMBER}")

    card, first, second, opening = county.happened.values()
    assert isinstance(card, CardRead)
    assert card.holder.address == ELDER.newest_address
    assert isinstance(first, PageCaptured)
    assert isinstance(opening, WalkInOpened)
    assert (opening.service_code, opening.card) == ("MZ10", card.event_id)
    assert opening.pages == (first.event_id, second.event_id)
    assert await pc.switch_off() == 0


async def test_power_cuts_at_every_step_lose_nothing_and_double_nothing(stage):
    """Killed after the card, the sheets, 收件 and while sending: one card, two pages, one case."""
    pc, reader, county = stage
    county.always = Mood.AWAY
    camera = SimulatedCamera(pc.pictures)
    await pc.switch_on()
    reader.place(ELDER)
    await pc.hear("读到一张证件")
    first = await camera.snap()
    image = hashlib.sha256(first.read_bytes()).hexdigest()
    await pc.hear("收到一页材料")
    await pc.power_fails()

    reader.lift()
    await camera.snap()
    await pc.switch_on()
    await left_the_folder(pc.pictures)
    await pc.power_fails()

    await pc.switch_on()
    await left_the_folder(pc.pictures / "taken")
    pc.type("MZ10")
    await pc.hear("正在收件")
    await pc.power_fails()

    county.moods.extend([Mood.BROKEN, Mood.FORGETS_TO_ANSWER])
    county.always = Mood.WELL
    await pc.switch_on()
    await county.until(lambda: len(county.happened) == 2)
    await pc.power_fails()
    await pc.switch_on()
    await county.until(lambda: len(county.happened) == 4)

    card, one, two, opening = county.happened.values()
    assert isinstance(card, CardRead)
    assert isinstance(one, PageCaptured)
    assert isinstance(two, PageCaptured)
    assert isinstance(opening, WalkInOpened)
    assert (one.sha256, one.sequence, two.sequence) == (image, 1, 2)
    assert opening.pages == (one.event_id, two.event_id)
    assert len(county.posts) > len(county.happened)


async def left_the_folder(folder: Path) -> None:
    """Wait until no file lies directly in the folder."""
    async with asyncio.timeout(30):
        while has_files(folder):  # noqa: ASYNC110 - another process's folder has no event to wait for
            await asyncio.sleep(0.02)


def has_files(folder: Path) -> bool:
    """Tell whether a file lies directly in the folder."""
    return any(path.is_file() for path in folder.iterdir())


async def test_what_the_console_and_the_log_say_names_nobody(stage):
    """The journal of a counter PC holds no name, no number and no address."""
    pc, reader, county = stage
    county.moods.append(Mood.AWAY)
    await pc.switch_on()
    reader.place(ELDER)
    await pc.hear("和县里的服务器连上了")
    await pc.switch_off()

    reading = ELDER.reading
    for secret in (reading.name, reading.number, reading.address, ELDER.newest_address, "AAAAAA"):
        assert secret not in pc.output
    assert "line gone: HTTP 503" in pc.output


async def test_a_second_command_opens_the_case_through_the_running_agent(stage):
    """``jiujinban-bridge open`` from a shortcut on the clerk's screen prints the number."""
    pc, reader, _ = stage
    await pc.switch_on()
    reader.place(ELDER)
    await pc.hear("读到一张证件")

    command = ["open", "--service", "MZ10", "--config", str(pc.config)]
    result = await asyncio.to_thread(CliRunner().invoke, app, command)

    assert result.exit_code == 0
    assert CASE_NUMBER in result.output


async def test_the_demonstration_ends_in_a_case_number(county):
    """One command shows the whole path: reader, camera, agent, county."""
    server, address = county
    clerk = Clerk()

    number = await demonstrate(DemoPost(address, "t", "330727101", "A01", "MZ10"), clerk)

    assert number == CASE_NUMBER
    assert clerk.heard.count("page_taken") == 2
    assert len(server.happened) == 4


async def test_a_demonstration_the_county_refuses_fails_and_says_where(tmp_path, refusing_county):
    """An unknown item does not end as a success."""
    with pytest.raises(DemoFailed, match=r"card_presented|page_taken|case_opened"):
        await demonstrate(DemoPost(refusing_county, "t", "330727101", "A01", "XX99"), Clerk())


@pytest.fixture
async def refusing_county() -> AsyncIterator[str]:
    """The address of a server that refuses everything."""

    async def refuse(_request: web.Request) -> web.Response:
        problem = {"code": "unknown_service", "title": "没有这个事项", "next_step": "请核对编码"}
        return web.json_response(problem, status=404, content_type="application/problem+json")

    refusing = web.Application()
    refusing.router.add_post("/{any:.*}", refuse)
    async with TestServer(refusing) as server:
        yield str(server.make_url("/")).rstrip("/")


def test_letters_the_county_refused_are_listed_and_sent_again(tmp_path):
    """The clerk sees what was refused and why, and after the cure presses retry."""
    config = tmp_path / "bridge.toml"
    config.write_text(
        'server = "http://127.0.0.1:9"\ntoken = "t"\nhall = "h"\ncounter = "c"\nspool = "spool"\n',
        encoding="utf-8",
    )
    event_id = refused_letter(config)

    listed = CliRunner().invoke(app, ["spool", "list", "--config", str(config)])
    retried = CliRunner().invoke(app, ["spool", "retry", str(event_id), "--config", str(config)])
    after = CliRunner().invoke(app, ["spool", "list", "--config", str(config)])

    assert "not_here 这里不办 请到县行政服务中心" in listed.output
    assert "1 条" in retried.output
    assert f"{event_id}" in after.output
    assert "waiting" in after.output


def refused_letter(config: Path) -> UUID:
    """Leave one refused card reading in the tray of ``config``."""
    clock = HandClock()
    stamp = clock.clockwork.stamp()
    spool = open_spool(read_settings(config, {}))
    act = partial(read_card, reading=ELDER.reading, photo=None, post=POST, stamp=stamp)
    spool.write(act, stamp.now)
    spool.refused(stamp.event_id, Refused("not_here", "这里不办", "请到县行政服务中心"), stamp.now)
    spool.close()
    return stamp.event_id


async def test_a_damaged_tray_stops_the_agent_with_a_sentence(stage):
    """Somebody has put another key beside the tray: the agent says so and stops, and shows no traceback."""
    pc, reader, _ = stage
    await pc.switch_on()
    reader.place(ELDER)
    await pc.hear("读到一张证件")
    await pc.switch_off()
    (pc.folder / "spool" / "spool.key").write_bytes(bytes(32))

    result = await asyncio.to_thread(
        CliRunner().invoke, app, ["open", "--service", "MZ10", "--config", str(pc.config)]
    )
    reader.lift()
    await pc.switch_on()
    reader.place(ELDER)
    await pc.hear("待发箱不能用")

    assert result.exit_code == 2
    assert "待发箱不能用" in result.output
    assert "Traceback" not in pc.output


async def test_the_simulator_is_played_by_keys(tmp_path):
    """A trainer places, changes, photographs and lifts with one key each."""
    link, pictures = tmp_path / "reader", tmp_path / "pictures"
    pictures.mkdir()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "device_bridge.agent", "simulate", "--link", str(link), "--camera", str(pictures)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )

    output, _ = await process.communicate(b"pclnp?q")

    assert process.returncode == 0
    said = output.decode().splitlines()
    assert said[2:] == ["放上了 elder", "拍了一页", "拿走了", "手里是 hmt", "放上了 hmt"]
    assert [path.name for path in pictures.iterdir()] == ["page-001.jpg"]
    assert not link.is_symlink()


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["open", "--service", "MZ 10"], "事项编码只有字母和数字"),
        (["open", "--service", "MZ10"], "现在没有读到证件"),
        (["run", "--config", "nowhere.toml"], "配置有误：nowhere.toml"),
    ],
    ids=["bad code", "no card", "no settings"],
)
def test_a_command_that_cannot_work_says_why(tmp_path, command, sentence):
    """No traceback ever stands before a clerk."""
    config = tmp_path / "bridge.toml"
    config.write_text(
        'server = "http://127.0.0.1:9"\ntoken = "t"\nhall = "h"\ncounter = "c"\nspool = "spool"\n',
        encoding="utf-8",
    )
    if "--config" not in command:
        command = [*command, "--config", str(config)]

    result = CliRunner().invoke(app, command)

    assert result.exit_code != 0
    assert sentence in result.output
