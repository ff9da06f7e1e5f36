"""What every command shares: how it opens the house, speaks to whoever typed it, and fails in words."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer

from intake.errors import NotFound, Refusal
from jiujinban import reference
from jiujinban.memory import collect_seldom
from jiujinban.settings import BadSetting, Settings, read_settings
from jiujinban.wording import why_not

if TYPE_CHECKING:  # opening a house takes a second; commands that need none do not wait for it
    from intake.model.exchange import Progress, RowFault
    from jiujinban.wiring import House, Storeroom

Done = TypeVar("Done")


def in_house(act: Callable[[House], Coroutine[Any, Any, Done]]) -> Done:
    """Do something with the house open; it does not listen, and its tables are of this release."""
    from jiujinban.wiring import open_house  # noqa: PLC0415 (see above)

    async def do() -> Done:
        async with open_house(settings_now(), listening=False) as house:
            return await act(house)

    return run(do())


def in_storeroom(act: Callable[[Storeroom], Coroutine[Any, Any, Done]]) -> Done:
    """Do something with what is kept, exactly as it is kept."""
    from jiujinban.wiring import open_storeroom  # noqa: PLC0415 (see above)

    async def do() -> Done:
        async with open_storeroom(settings_now()) as storeroom:
            return await act(storeroom)

    return run(do())


def run(doing: Coroutine[Any, Any, Done]) -> Done:
    """Run to the end; what a person can do something about becomes a sentence and exit code 1."""
    from jiujinban.importing import FaultyFiles  # noqa: PLC0415 (see above)
    from jiujinban.logs import log_no_locals  # noqa: PLC0415 (see above)
    from jiujinban.wiring import NoKeys  # noqa: PLC0415 (see above)
    from storage.backup import BackupRefused  # noqa: PLC0415 (see above)
    from storage.crypto import BadKeys  # noqa: PLC0415 (see above)
    from storage.sql.engines import BadAddress  # noqa: PLC0415 (see above)

    log_no_locals()
    collect_seldom()
    try:
        return asyncio.run(doing)
    except BadSetting as wrong:
        fail(f"配置不对：{wrong}")
    except NotFound as refusal:
        fail(f"{refusal.title}请核对后再试。")
    except Refusal as refusal:
        fail(f"{refusal.title}{refusal.next_step}")
    except (reference.UnreadableFile, BackupRefused, BadKeys, BadAddress, NoKeys) as fault:
        fail(str(fault))
    except FaultyFiles as faulty:
        lines = [f"  {_place(fault)}：{fault.why}" for fault in faulty.faults]
        fail("\n".join([f"有 {len(lines)} 处错误，没有导入任何内容：", *lines]))
    except OSError as fault:
        where = f"{fault.filename}：" if fault.filename else ""
        fail(f"没有做成。{where}{why_not(fault)}。")
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _place(fault: RowFault) -> str:
    from intake.usecases.catalogue.sheets import field_text  # noqa: PLC0415 (see above)

    return f"{fault.place}　{field_text(fault.field)}" if fault.field else fault.place


def settings_now(**given: object) -> Settings:
    """The settings of this process, or the end of it with the name of the wrong one."""
    try:
        return read_settings(**given)
    except BadSetting as wrong:
        fail(f"配置不对：{wrong}")


def ask() -> str | None:
    """What somebody types next, or None when they have gone."""
    try:
        return input("您：")
    except EOFError:
        return None


def say(text: str) -> None:
    """What a command was asked for."""
    print(text, flush=True)  # noqa: T201 (to standard output)


def told(progress: Progress) -> None:
    """How far a long command has come, on one line that is written over."""
    ending = "\n" if progress.done == progress.total else ""
    print(f"\r{progress.step} {progress.done}/{progress.total}", end=ending, file=sys.stderr, flush=True)  # noqa: T201 (to standard error)


def as_json_text(value: object) -> str:
    """A value as JSON a person can read."""
    return json.dumps(value, ensure_ascii=False, indent=1)


def fail(why: str) -> NoReturn:
    """Say what went wrong and end with exit code 1."""
    print(why, file=sys.stderr)  # noqa: T201 (to standard error)
    raise typer.Exit(1)
