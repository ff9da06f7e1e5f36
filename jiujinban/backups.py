"""Backups at the terminal: what was done, what is in it, and what is not."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from jiujinban.clock import SystemClock
from jiujinban.wiring import Storeroom
from storage.backup import Checked, restore_backup, take_backup
from storage.backup.folder import Manifest


async def back_up(storeroom: Storeroom, folder: Path) -> tuple[str, bool]:
    """Take a backup; returns what to say, and whether nothing was missing."""
    taken = await take_backup(
        storeroom.store, storeroom.blobs, folder, now=SystemClock().now(), release=version("jiujinban")
    )
    lost = taken.manifest.lost_photographs
    lines = [
        "备份完成。",
        *_held(taken.manifest),
        f"校验和　{taken.checksum}",
        "　　　　请抄到别处，以后可以核对。",
    ]
    lines += [
        "",
        "注意：密钥不在备份里。",
        f"  请把 {storeroom.settings.key_ring_file.resolve()} 单独抄到另一个安全的地方。",
    ]
    lines += ["  没有密钥，备份里的号码和照片谁也读不出来；密钥和备份放在一起，等于没有加密。"]
    if storeroom.settings.redis_url:
        lines.append("  对话保存在 Redis 里，不在这个备份里。")
    lines += [f"  照片 {digest} 在照片库里找不到，没有备份。" for digest in lost]
    return "\n".join(lines), not lost


async def restore(storeroom: Storeroom, folder: Path) -> str:
    """Restore a backup; returns what to say."""
    restored = await restore_backup(folder, storeroom.store, storeroom.blobs)
    lines = ["恢复完成，逐表核对一致。", *_held(restored.manifest)]
    return "\n".join([*lines, "请运行 jiujinban audit verify 核验审计记录，再启动服务。"])


def checked_text(checked: Checked) -> str:
    """The result of `jiujinban verify`."""
    held = _held(checked.manifest) if checked.manifest else []
    lines = [*held, f"校验和　{checked.checksum}"]
    if checked.whole:
        return "\n".join([*lines, "结果　　完整：每个文件都与备份时一样"])
    return "\n".join(
        [*lines, f"结果　　已损坏，{len(checked.faults)} 处：", *(f"  {f}" for f in checked.faults)]
    )


def _held(manifest: Manifest) -> list[str]:
    taken = manifest.taken_at.astimezone()
    return [
        f"备份时间　{taken:%Y-%m-%d %H:%M:%S}（程序 {manifest.release}，{manifest.database}）",
        f"内容　　{len(manifest.tables)} 张表，{manifest.rows} 行，照片 {manifest.photographs} 张",
    ]
