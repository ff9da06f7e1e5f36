"""The audit trail at the terminal: its head to note, and its verification against heads noted before."""

from __future__ import annotations

import json
from pathlib import Path

from intake.errors import BadInput
from storage.sql.audit import Head, Verified


def head_text(head: Head) -> str:
    """A head as one line; a file may hold the lines of many evenings."""
    return json.dumps({"links": head.links, "seal": head.seal})


def read_noted(file: Path) -> list[Head]:
    """The heads of a file, one a line; raises `BadInput`."""
    try:
        lines = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
        return [Head(int(line["links"]), str(line["seal"])) for line in lines]
    except (ValueError, KeyError, TypeError):
        why = f"{file.name} 里应是 jiujinban audit head 打印的内容，每行一条。"
        raise BadInput(field="--noted", why=why) from None


def verified_text(verified: Verified, noted: int) -> str:
    """The head, the count, and the first place where the chain is broken with how many follow."""
    lines = [
        f"链头　　{head_text(verified.head)}",
        f"已封印　{verified.head.links} 条",
        f"待封印　{verified.unsealed} 条（运行中的服务每分钟封印一次）",
    ]
    if noted:
        lines.append(f"比对　　先前记下的链头 {noted} 个")
    if verified.whole:
        return "\n".join([*lines, "结果　　完整：没有被改动、删去或补入的记录"])
    more = len(verified.faults) - 1
    lines.append(f"结果　　不完整：{verified.faults[0]}")
    return "\n".join([*lines, f"　　　　另有 {more} 处" if more else ""]).rstrip()
