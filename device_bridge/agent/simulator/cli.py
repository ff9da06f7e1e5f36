"""``jiujinban-bridge simulate``: the machines without the hardware."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer

from device_bridge.agent.console import Console
from device_bridge.agent.program import fail, show, until_stopped
from device_bridge.agent.simulator.camera import SimulatedCamera
from device_bridge.agent.simulator.cards import Sample
from device_bridge.agent.simulator.reader import Fault, SimulatedReader
from device_bridge.agent.simulator.stage import DemoFailed, DemoPost, Stage, demonstrate, play

_DEMO: Final = "走一遍（--demo）"


def simulate(  # noqa: PLR0913 - one parameter per option of the command
    *,
    card: Annotated[Sample, typer.Option(help="手里的卡，都是虚构的人")] = Sample.ELDER,
    link: Annotated[Path | None, typer.Option(help="给模拟串口一个固定的名字（符号链接）")] = None,
    camera: Annotated[Path | None, typer.Option(help="模拟高拍仪存图片的文件夹")] = None,
    auto: Annotated[bool, typer.Option("--auto", help="自己放卡、拍页、拿走")] = False,
    fault: Annotated[list[Fault] | None, typer.Option(help="线路故障；可写多次")] = None,
    every: Annotated[int, typer.Option(min=1, help="每几次应答出一次故障")] = 4,
    demo: Annotated[bool, typer.Option("--demo", help="从读卡到办件编号走一遍")] = False,
    server: Annotated[str, typer.Option(help="服务器地址", rich_help_panel=_DEMO)] = "http://127.0.0.1:8080",
    token: Annotated[str, typer.Option(help="设备令牌", rich_help_panel=_DEMO)] = "",
    hall: Annotated[str, typer.Option(help="便民服务中心", rich_help_panel=_DEMO)] = "county",
    counter: Annotated[str, typer.Option(help="窗口", rich_help_panel=_DEMO)] = "county-comprehensive-1",
    service: Annotated[str, typer.Option(help="事项编码", rich_help_panel=_DEMO)] = "MZ10",
) -> None:
    """Offer the simulated machines, or with ``--demo`` take one person through the counter."""
    if demo:
        _demonstrate(DemoPost(server, token, hall, counter, service, card))
        return
    stage = Stage(
        reader=SimulatedReader(fault or (), every=every),
        camera=None if camera is None else SimulatedCamera(camera),
        show=show,
        hand=card,
    )
    until_stopped(play(stage, link, by_itself=auto))


def _demonstrate(post: DemoPost) -> None:
    try:
        case_number = asyncio.run(demonstrate(post, Console(show)))
    except DemoFailed as failed:
        fail(f"没有走完，停在 {failed}。")
    show(case_number)
