"""Serving: prepare, say where everything is, answer until told to stop, and stop cleanly."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys

from aiohttp import web

from jiujinban.clock import SystemClock
from jiujinban.demo import prepare_demo
from jiujinban.logs import log_no_locals
from jiujinban.settings import Settings
from jiujinban.turns import take_turns_often
from jiujinban.wiring import open_house
from jiujinban.worker import working

_SHUTDOWN_SECONDS = 5.0
_COLLECT_AFTER = (10_000, 20, 100)
_GREETING = """
就近办已启动

  手机页面    {address}/
  窗口页面    {address}/desk
  接口文档    {address}/docs   （{address}/openapi.json）
{demo}
按 Ctrl+C 停止。数据保存在 {state}
"""
_DEMO = """
  演示身份（登录页可选，或 POST /api/v1/auth/demo）
    群众    citizen-1  citizen-2  citizen-3
    代办员  proxy-1（尖山镇里光洋村）  proxy-2（玉山镇佳村）
    窗口    clerk-county-1  clerk-anwen-1  clerk-anwen-2 …（clerk-<中心>-1..2）
    审批    approver-civil_affairs-1 …（approver-<部门>-1）
    其他    director-anwen …  supervisor  keeper  kiosk-1
"""


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM."""
    log_no_locals()
    take_turns_often()
    if sys.platform == "win32":
        asyncio.run(_serve(settings))
        return
    import uvloop  # noqa: PLC0415 (there is none for Windows)

    uvloop.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    if settings.demo:
        # In a house of its own: rules, halls and villages are read when a house is opened.
        async with open_house(settings, listening=False) as house:
            await prepare_demo(house)
    async with open_house(settings) as house, working(house, SystemClock()):
        # The first photograph comes minutes after the first word: nobody need wait for the readers at the door.
        warming = asyncio.create_task(house.photos.warm(), name="warm photo readers")
        runner = web.AppRunner(house.web_app(), access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await runner.setup()
        site = web.TCPSite(runner, settings.host, settings.port, reuse_port=settings.reuse_port or None)
        await site.start()
        settle()
        try:
            _greet(settings, runner)
            await _told_to_stop()
        finally:
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)
            await runner.cleanup()


def _greet(settings: Settings, runner: web.AppRunner) -> None:
    port = runner.addresses[0][1] if runner.addresses else settings.port
    address = f"http://{settings.host}:{port}"
    demo = _DEMO if settings.demo else ""
    print(_GREETING.format(address=address, demo=demo, state=settings.state.resolve()), flush=True)  # noqa: T201 (the one thing a person who started it looks for)


def settle() -> None:
    """What was loaded by now stays: the collector need not walk through it again.

    A full collection of the dictionary and the catalogue stops everybody for half a second. It comes by the number of
    objects made since the last one, so a rush brings it about. Those between look through two hundred thousand new
    objects at most: of a million, as an import makes them, each took a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


async def _told_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    await stop.wait()
