"""What went wrong in words (出错的说法): for whoever typed a command, not for whoever wrote it."""

from __future__ import annotations

import errno
import sys
from collections.abc import Mapping
from typing import Any

import typer
from typer._click.exceptions import (
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)
from typer.core import TyperGroup

_REASONS: Mapping[int, str] = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EISDIR: "这是一个文件夹，不是文件",
    errno.ENOTDIR: "路径中间有一段不是文件夹",
    errno.EEXIST: "已经有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "这个磁盘是只读的",
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "磁盘配额满了",
    errno.ECONNREFUSED: "连不上，对方没有在运行",
}
_MISUSED = 2


def why_not(fault: OSError) -> str:
    """Why the system would not, in Chinese where we know how to say it."""
    return _REASONS.get(fault.errno or 0) or fault.strerror or str(fault)


class SpokenGroup(TyperGroup):
    """Commands whose misuse is told in Chinese, with the way to the help; exit code 2, as everywhere."""

    def main(self, *args: Any, **how: Any) -> Any:  # noqa: ANN401 (as the base)
        """Run the command that was typed."""
        if not how.pop("standalone_mode", True):
            return super().main(*args, **how, standalone_mode=False)  # type: ignore[misc]  # named by keyword only
        try:
            code = super().main(*args, **how, standalone_mode=False)  # type: ignore[misc]  # likewise
        except UsageError as misuse:
            path = misuse.ctx.command_path if misuse.ctx else self.name
            if not isinstance(misuse, NoArgsIsHelpError):
                print(f"{_told(misuse)}\n用法见：{path} --help", file=sys.stderr)  # noqa: T201 (to whoever typed it)
            sys.exit(_MISUSED)
        except typer.Abort:
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)


def _told(misuse: UsageError) -> str:
    match misuse:
        case MissingParameter():
            return f"还缺：{_name(misuse)}"
        case NoSuchOption():
            near = f"，是不是 {'、'.join(misuse.possibilities)}？" if misuse.possibilities else ""
            return f"没有 {misuse.option_name} 这个选项{near}"
        case BadParameter():
            return f"{_name(misuse)} 填得不对"
        case _:
            return "没有这样的命令或写法"


def _name(misuse: BadParameter) -> str:
    if misuse.param is None:
        return misuse.param_hint if isinstance(misuse.param_hint, str) else ""
    return misuse.param.get_error_hint().strip("'")
