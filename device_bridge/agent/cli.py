"""``jiujinban-bridge``: the counter PC's program, its simulator and its tray of outgoing letters."""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from device_bridge.agent.config import BridgeSettings, SettingError, read_settings
from device_bridge.agent.console import Console
from device_bridge.agent.counter import NotNow, Post
from device_bridge.agent.duty import SERVICE_CODE, Clockwork, Duty, open_spool, stand
from device_bridge.agent.keys import typed_lines
from device_bridge.agent.program import fail, show, until_stopped
from device_bridge.agent.seal import SealError
from device_bridge.agent.spool import Entry, Spool, State
from device_bridge.wire import Accepted, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

app = typer.Typer(name="jiujinban-bridge", help="就近办柜台助手", no_args_is_help=True, add_completion=False)
spool_app = typer.Typer(help="待发箱：查看、重发", no_args_is_help=True)
app.add_typer(spool_app, name="spool")

ConfigOption = Annotated[Path, typer.Option("--config", help="配置文件（TOML）")]
_DEFAULT_CONFIG: Final = Path("bridge.toml")
_OPEN_SECONDS: Final = 60.0
_LOOK_AGAIN_SECONDS: Final = 0.2


@app.command(help="在柜台值守：读身份证、收高拍仪图片、上传；输入事项编码后按回车即收件。")
def run(config: ConfigOption = _DEFAULT_CONFIG, *, verbose: bool = False) -> None:
    """Be on duty until stopped."""
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(asctime)s %(message)s")
    settings = _settings(config)
    with _spool_faults():
        until_stopped(stand(settings, Console(show), typed_lines()))


@app.command("open", help="为刚读卡的群众收件，等服务器给出办件编号。")
def open_case(
    service: Annotated[str, typer.Option("--service", help="事项编码，例如 MZ10")],
    config: ConfigOption = _DEFAULT_CONFIG,
) -> None:
    """Open a walk-in case through the running agent; exit 0 opened, 1 refused, 3 waiting for the line."""
    settings, console = _settings(config), Console(show)
    if SERVICE_CODE.fullmatch(service) is None:
        console("not_a_code")
        raise typer.Exit(2)
    with _spool(settings) as spool:
        duty = Duty(Post(settings.hall, settings.counter), spool, console, Clockwork())
        try:
            event_id = duty.open_walk_in(service.upper())
        except NotNow as refusal:
            console(refusal.objection)
            raise typer.Exit(1) from refusal
        _show_outcome(_answered(spool, event_id), console)


@spool_app.command("list", help="列出还没发出的和服务器没有收下的；--everything 连已送达的也列出。")
def list_letters(config: ConfigOption = _DEFAULT_CONFIG, *, everything: bool = False) -> None:
    """List the tray, one letter a line, oldest first."""
    states = () if everything else (State.WAITING, State.REFUSED)
    with _spool(_settings(config)) as spool:
        for entry in spool.entries(*states):
            show(_line(entry))


@spool_app.command("retry", help="把服务器没有收下的放回待发。")
def retry_letters(
    event_id: Annotated[UUID | None, typer.Argument(help="要重发的编号；不写则全部重发")] = None,
    config: ConfigOption = _DEFAULT_CONFIG,
) -> None:
    """Put one refused letter, or all of them, back in line."""
    with _spool(_settings(config)) as spool:
        show(f"放回待发 {spool.retry(event_id)} 条。")


if sys.platform != "win32":
    # The simulator's port is a pseudo-terminal, which Windows does not have.
    from device_bridge.agent.simulator.cli import simulate

    app.command(help="没有硬件时的读卡器和高拍仪：虚拟串口上的真协议，虚构的人。")(simulate)


def _settings(config: Path) -> BridgeSettings:
    try:
        return read_settings(config, os.environ)
    except SettingError as wrong:
        fail(f"配置有误：{wrong}")


@contextmanager
def _spool(settings: BridgeSettings) -> Iterator[Spool]:
    with _spool_faults():
        spool = open_spool(settings)
        try:
            yield spool
        finally:
            spool.close()


@contextmanager
def _spool_faults() -> Iterator[None]:
    """Say in one sentence why the tray cannot be used, also when a task of the running agent found out."""
    try:
        yield
    except (SealError, sqlite3.Error, ExceptionGroup) as fault:
        cause = _tray_fault(fault)
        if cause is None:
            raise
        fail(f"待发箱不能用：{cause}。请检查磁盘空间和待发箱文件夹，或联系县大数据发展中心。")


def _tray_fault(fault: Exception) -> Exception | None:
    if isinstance(fault, ExceptionGroup):
        return next((cause for part in fault.exceptions if (cause := _tray_fault(part))), None)
    return fault if isinstance(fault, (SealError, sqlite3.Error)) else None


def _answered(spool: Spool, event_id: UUID) -> Entry | None:
    """Return the tray's line once the running agent has an answer, or as it stands after a minute."""
    deadline = monotonic() + _OPEN_SECONDS
    while monotonic() < deadline:
        entry = spool.entry(event_id)
        if entry is None or entry.state is not State.WAITING:
            return entry
        sleep(_LOOK_AGAIN_SECONDS)
    return spool.entry(event_id)


def _show_outcome(entry: Entry | None, console: Console) -> None:
    match entry.answer if entry else None:
        case Accepted(say, case_number):
            console("case_opened", case_number=case_number or "", say=say)
        case Refused(code, title, next_step):
            console("opening_refused", title=title or code, next_step=next_step)
            raise typer.Exit(1)
        case None:
            console("still_waiting")
            raise typer.Exit(3)


def _line(entry: Entry) -> str:
    match entry.answer:
        case Accepted(_, case_number):
            outcome = case_number or ""
        case Refused(code, title, next_step):
            outcome = f"{code} {title} {next_step}"
        case None:
            outcome = ""
    return f"{entry.event_id}  {entry.written_at}  {entry.kind:<14} {entry.state}  {outcome}".rstrip()
