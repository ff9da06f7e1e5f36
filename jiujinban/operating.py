"""The operator's commands: audit, outbox, backup, restore, verify, retention, WeChat's menu, keys. `docs/operations.md` says when."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jiujinban.terminal import as_json_text, fail, in_house, in_storeroom, run, say, settings_now

if TYPE_CHECKING:  # the desk's verbs take as long to load as all that other commands need
    from intake.usecases.questions.undelivered import Undelivered

audit_app = typer.Typer(help="审计记录", no_args_is_help=True)
outbox_app = typer.Typer(help="没有送达的消息", no_args_is_help=True)
keys_app = typer.Typer(help="加密密钥", no_args_is_help=True)
wechat_app = typer.Typer(help="微信公众号", no_args_is_help=True)
retention_app = typer.Typer(help="保管期限", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="备份所在的文件夹", metavar="FOLDER")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只看会怎样，不做任何改动")]


def add_commands(app: typer.Typer) -> None:
    """Hang the operator's commands into the command line."""
    app.add_typer(audit_app, name="audit")
    app.add_typer(outbox_app, name="outbox")
    app.add_typer(keys_app, name="keys")
    app.add_typer(retention_app, name="retention")
    app.add_typer(wechat_app, name="wechat")
    app.command("backup", help="备份到一个新文件夹，服务不用停。")(backup)
    app.command("restore", help="把备份恢复到空的数据库和照片库。")(restore)
    app.command("verify", help="核对一个备份是否完整。")(verify)


@audit_app.command("verify", help="核验审计记录有没有被改动。")
def verify_audit(
    noted: Annotated[
        Path | None, typer.Option("--noted", help="先前记下的链头，每行一个", metavar="FILE")
    ] = None,
) -> None:
    """Read the whole chain; exit code 1 when it is broken."""
    from jiujinban.auditing import read_noted, verified_text  # noqa: PLC0415 (only this command waits for it)
    from jiujinban.wiring import House  # noqa: PLC0415 (likewise)
    from storage.sql.audit import AuditChain  # noqa: PLC0415 (likewise)

    async def act(house: House) -> tuple[str, bool]:
        heads = read_noted(noted) if noted else []
        verified = await AuditChain(house.store).verify(heads)
        return verified_text(verified, len(heads)), verified.whole

    _say_and_exit(*in_house(act))


@audit_app.command("head", help="打印审计链的链头，请记在别处，例如每天追加到另一台机器上的文件。")
def audit_head() -> None:
    """Print the head to note."""
    from jiujinban.auditing import head_text  # noqa: PLC0415 (likewise)
    from jiujinban.wiring import House  # noqa: PLC0415 (likewise)
    from storage.sql.audit import AuditChain  # noqa: PLC0415 (likewise)

    async def act(house: House) -> str:
        return head_text(await AuditChain(house.store).head())

    say(in_house(act))


@outbox_app.command("list", help="列出多次没有送达、已经搁置的消息（姓名和号码隐去）。")
def list_outbox(*, as_json: AsJson = False) -> None:
    """Print the dead letters."""
    from jiujinban.importing import OPERATOR  # noqa: PLC0415 (likewise)
    from jiujinban.outbox import as_line, as_values  # noqa: PLC0415 (likewise)
    from jiujinban.wiring import House  # noqa: PLC0415 (likewise)

    async def act(house: House) -> tuple[Undelivered, ...]:
        return await house.desk.questions.undelivered(OPERATOR)

    letters = in_house(act)
    lines = "\n".join(map(as_line, letters)) or "没有搁置的消息。"
    say(as_json_text(list(map(as_values, letters))) if as_json else lines)


@outbox_app.command("send-again", help="把搁置的消息重新排队发送。")
def send_again(numbers: Annotated[list[int], typer.Argument(help="消息编号", metavar="ID…")]) -> None:
    """Make dead letters due once more, all or none."""
    from jiujinban.importing import OPERATOR  # noqa: PLC0415 (likewise)
    from jiujinban.wiring import House  # noqa: PLC0415 (likewise)

    async def act(house: House) -> None:
        await house.desk.questions.send_again(OPERATOR, numbers)

    in_house(act)
    say(f"已重新排队 {len(numbers)} 条，运行中的服务会马上发送。")


def backup(folder: Folder) -> None:
    """Back up a running system; exit code 1 when a photograph was missing."""
    from jiujinban.backups import back_up  # noqa: PLC0415 (likewise)

    _say_and_exit(*in_storeroom(lambda storeroom: back_up(storeroom, folder)))


def restore(folder: Folder) -> None:
    """Restore into an empty store."""
    from jiujinban import backups  # noqa: PLC0415 (likewise)

    say(in_storeroom(lambda storeroom: backups.restore(storeroom, folder)))


def verify(folder: Folder) -> None:
    """Check a backup where it lies; exit code 1 when it is damaged."""
    from jiujinban.backups import checked_text  # noqa: PLC0415 (likewise)
    from storage.backup import BackupRefused, check_backup  # noqa: PLC0415 (likewise)

    try:
        checked = check_backup(folder)
    except BackupRefused as refused:
        fail(str(refused))
    _say_and_exit(checked_text(checked), checked.whole)


@retention_app.command("run", help="按保管期限清理到期的照片、对话和旧记录（服务每天自动做一次）。")
def run_retention(*, dry_run: DryRun = False) -> None:
    """Erase what the county's rules no longer keep."""
    from jiujinban.clock import SystemClock  # noqa: PLC0415 (likewise)
    from jiujinban.retention import retire  # noqa: PLC0415 (likewise)
    from jiujinban.wiring import House  # noqa: PLC0415 (likewise)

    async def act(house: House) -> str:
        return (await retire(house, SystemClock(), dry_run=dry_run)).told()

    told = in_house(act)
    say(f"{'将会清理' if dry_run else '已清理'}：\n{told}")


@wechat_app.command(
    "menu", help="把菜单放到公众号对话下面（改过 bot/channels/wechat.zh.toml 以后再做一次）。"
)
def put_menu() -> None:
    """Replace the service account's menu."""
    from bot.channels.wechat_api import WeChatFailed  # noqa: PLC0415 (likewise)
    from jiujinban.wiring import House  # noqa: PLC0415 (likewise)

    async def act(house: House) -> str:
        if house.wechat is None:
            return "没有设置公众号（JIUJINBAN_WECHAT_APP_ID）。"
        try:
            await house.wechat.put_menu()
        except WeChatFailed as failed:
            return f"微信没有接受：{failed.why}"
        return ""

    if refused := in_house(act):
        fail(refused)
    say("菜单放好了，几分钟后大家就能看到。")


@keys_app.command("rotate", help="新增一把密钥，从现在起用它加密；旧密钥保留，用来读旧内容。")
def rotate(
    algorithm: Annotated[str, typer.Option("--algorithm", help="同时换算法：aes 或 sm4（国密）")] = "",
) -> None:
    """Add a key to the ring."""
    from storage.crypto import Algorithm, rotate_keys  # noqa: PLC0415 (likewise)

    if algorithm not in {"", *Algorithm}:
        fail(f"--algorithm 只能是 {' 或 '.join(Algorithm)}")
    file = settings_now().key_ring_file
    if not file.is_file():
        fail(f"这里没有密钥文件 {file.resolve()}。请检查 JIUJINBAN_STATE 和 JIUJINBAN_KEYS_FILE。")

    async def act() -> str:
        ring = rotate_keys(file, Algorithm(algorithm) if algorithm else None)
        return f"新密钥 {ring.current}（{ring.algorithm}）已写入 {file.resolve()}"

    say(run(act()))
    say("接下来：1. 把新的密钥文件备份到安全的地方；2. 逐台重启服务；3. 运行 jiujinban keys reseal。")


@keys_app.command("reseal", help="把旧密钥加密的内容改用当前密钥加密；可以随时中断，再运行一次就接着做。")
def reseal_all() -> None:
    """Seal everything anew; exit code 1 when something cannot be opened."""
    from jiujinban.wiring import House  # noqa: PLC0415 (likewise)
    from storage.resealing import Resealed, reseal  # noqa: PLC0415 (likewise)

    async def act(house: House) -> Resealed:
        return await reseal(house.store, house.blobs)

    resealed = in_house(act)
    done = [f"{name}　{count}" for name, count in resealed.done.items()]
    damaged = [f"  {what}" for what in resealed.unreadable]
    told = [*done, *([f"有 {len(damaged)} 处打不开，没有改动：", *damaged] if damaged else ["全部完成。"])]
    _say_and_exit("\n".join(told), well=not damaged)


def _say_and_exit(text: str, well: bool) -> None:  # noqa: FBT001 (the second half of what the commands return)
    say(text)
    if not well:
        raise typer.Exit(1)
