"""Monthly reports on the command line: what `jiujinban report` writes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from intake.errors import NotFound
from intake.model.figures import Month, PrintForm
from intake.model.ids import AccountCode, HallCode
from intake.model.people import Caller, Door
from jiujinban.wiring import House


async def write_report(house: House, file: Path, month: str, hall: str, who: str) -> str:
    """Write the report of a month (the last one if none is named) and say where it lies."""
    account = next((a for a in await house.desk.people.accounts() if a.code == AccountCode(who)), None)
    if account is None:
        raise NotFound(what=f"账号{who}")
    asked = Month.parse(month) if month else Month.of(house.desk.today).before()
    form = PrintForm(file.suffix.lower().removeprefix("."))
    caller = Caller(account, Door.COMMAND_LINE)
    content = await house.desk.figures.report(caller, asked, HallCode(hall) if hall else None, form)
    await asyncio.to_thread(file.write_bytes, content)
    return f"{asked.text}的月报已写入 {file}（{len(content)} 字节）。"
