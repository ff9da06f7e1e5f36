"""The command line: `jiujinban serve | chat | match | evaluate | import | export | photo | device`, and the operator's."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from jiujinban import operating
from jiujinban.memory import collect_seldom
from jiujinban.terminal import as_json_text, ask, fail, in_house, run, say, settings_now, told
from jiujinban.wording import SpokenGroup, why_not

app = typer.Typer(
    name="jiujinban",
    cls=SpokenGroup,
    help="就近办：县乡一体政务服务",
    no_args_is_help=True,
    add_completion=False,
)
import_app = typer.Typer(help="导入本县的数据", no_args_is_help=True)
photo_app = typer.Typer(help="查看照片", no_args_is_help=True)
device_app = typer.Typer(help="登记设备", no_args_is_help=True)
app.add_typer(import_app, name="import")
app.add_typer(photo_app, name="photo")
app.add_typer(device_app, name="device")
account_app = typer.Typer(help="账号登录", no_args_is_help=True)
app.add_typer(account_app, name="account")

Files = Annotated[list[Path], typer.Argument(help="要导入的文件，可以多个", metavar="FILE…")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
Encoder = Annotated[
    bool, typer.Option("--encoder/--no-encoder", help="拿不准时也问句向量，和装了它的服务器一样")
]


@app.command(help="启动服务。")
def serve() -> None:
    """Serve until stopped."""
    collect_seldom()
    settings = settings_now()
    from jiujinban.serving import serve as serve_until_stopped  # noqa: PLC0415 (other commands need not wait for it)
    from jiujinban.settings import BadSetting  # noqa: PLC0415 (likewise)

    try:
        serve_until_stopped(settings)
    except BadSetting as wrong:
        fail(f"配置不对：{wrong}")


@app.command(help="在终端里对话，和手机上是同一个系统。")
def chat(
    who: Annotated[str, typer.Option("--as", help="用哪个身份，例如 citizen-1、proxy-1")] = "citizen-1",
) -> None:
    """Talk in the terminal."""
    from jiujinban.talking import talk  # noqa: PLC0415 (likewise)

    run(talk(settings_now(demo=True), who, ask=ask, show=say))


@app.command(help="看一句话会匹配到哪些事项。")
def match(
    text: Annotated[str, typer.Argument(help="要办的事，用自己的话说")],
    limit: Annotated[int, typer.Option(min=1, max=50)] = 5,
    *,
    as_json: AsJson = False,
    explain: Annotated[bool, typer.Option("--explain", help="说明依据")] = False,
    encoder: Encoder = False,
) -> None:
    """Rank the items a sentence could mean."""
    collect_seldom()
    if not encoder:
        # One thread weighs words; numpy would start one for each processor, and keep all of them busy waiting.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from jiujinban.matching import NoEncoder, explained, matched  # noqa: PLC0415 (likewise)

    settings = settings_now()
    try:
        if explain:
            say(explained(settings, text, limit, encoder=encoder))
            return
        say(matched(settings, text, limit, as_json=as_json, encoder=encoder))
    except NoEncoder as missing:
        fail(str(missing))


@app.command(help="用一批说法检验匹配得准不准。")
def evaluate(
    file: Annotated[Path, typer.Argument(help="每行一条：{query, gold}", metavar="FILE.jsonl")],
    corpus: Annotated[
        Path | None, typer.Option("--corpus", help="改在这些文档里找，每行一条：{id, text}")
    ] = None,
    *,
    encoder: Annotated[
        bool | None,
        typer.Option("--encoder/--no-encoder", help="用不用句向量；不写：装了就用"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure the matcher."""
    collect_seldom()
    from jiujinban.matching import NoEncoder, evaluated  # noqa: PLC0415 (likewise)

    try:
        say(evaluated(settings_now(), file, corpus, as_json=as_json, encoder=encoder))
    except NoEncoder as missing:
        fail(str(missing))
    except OSError as fault:
        fail(f"{file.name}：打不开（{why_not(fault)}）")
    except ValueError as fault:
        fail(f"文件内容不对：{fault}")


@import_app.command("catalogue", help="导入事项清单：JSON、XLSX、CSV，或者装着 CSV 的 ZIP。")
def import_catalogue(
    files: Files,
    *,
    check: Annotated[bool, typer.Option("--check", help="只核对文件有没有错误，不导入")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="只列出会有哪些变动，不导入")] = False,
    whole: Annotated[bool, typer.Option("--whole", help="这是全部清单：文件里没有的事项撤下")] = False,
    begins: Annotated[str, typer.Option("--from", help="从哪天起生效，例如 2027-01-01；不写就是今天")] = "",
) -> None:
    """Import catalogue files, whole or not at all."""
    from jiujinban import importing  # noqa: PLC0415 (likewise)
    from jiujinban.wiring import House  # noqa: PLC0415 (likewise)

    day = _day(begins)

    async def act(house: House) -> str:
        if check or diff:
            watch = told if sys.stderr.isatty() else None
            report = await importing.compare_catalogue_files(
                house.desk, files, whole=whole, begins=day, watch=watch
            )
            return importing.report_text(report, fields=diff)
        return importing.imported_text(
            await importing.import_catalogue_files(house.desk, files, whole=whole, begins=day)
        )

    say(in_house(act))


@app.command("export", help="导出现行的事项清单；导回来是同样的清单。")
def export_catalogue(
    file: Annotated[Path, typer.Argument(help="以 .xlsx、.json 或 .zip（里面是 CSV）结尾", metavar="FILE")],
    *,
    template: Annotated[bool, typer.Option("--template", help="改为导出一份空白模板")] = False,
    on: Annotated[str, typer.Option("--on", help="哪一天的清单；不写就是今天")] = "",
) -> None:
    """Write the catalogue in force, or an empty template, to a file."""
    from intake.model.exchange import FileForm  # noqa: PLC0415 (likewise)
    from jiujinban.importing import OPERATOR  # noqa: PLC0415 (likewise)
    from jiujinban.wiring import House  # noqa: PLC0415 (likewise)

    forms = {".xlsx": FileForm.XLSX, ".zip": FileForm.CSV, ".json": FileForm.JSON}
    form = forms.get(file.suffix.lower())
    if form is None:
        several = "清单有好几张表，" if file.suffix.lower() == ".csv" else ""
        fail(f"{file.name}：{several}文件名请以 .xlsx、.zip（里面每张表一个 CSV）或 .json 结尾")
    day = _day(on)

    async def act(house: House) -> str:
        catalogue = house.desk.catalogue
        content = await (catalogue.template(form) if template else catalogue.export(OPERATOR, form, day))
        await asyncio.to_thread(file.write_bytes, content)
        return f"已写入 {file}（{len(content)} 字节）。"

    say(in_house(act))


@import_app.command("county", help="导入县情：区划、中心、时间、日历、人员。")
def import_county(files: Files) -> None:
    """Import county files, whole or not at all."""
    from jiujinban.importing import import_county_files  # noqa: PLC0415 (likewise)
    from jiujinban.wiring import House  # noqa: PLC0415 (likewise)

    async def act(house: House) -> str:
        county = await import_county_files(house.desk, files)
        await house.desk.places.open_slots()
        return f"已导入 {len(county.halls)} 个服务中心、{len(county.villages)} 个村（社区）、{len(county.accounts)} 个账号。"

    say(in_house(act))


@photo_app.command("inspect", help="看看一张照片能不能用、读出了什么（号码默认隐去）。")
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    *,
    as_json: AsJson = False,
    openly: Annotated[bool, typer.Option("--openly", help="号码不隐去")] = False,
) -> None:
    """Read one photograph."""
    from materials import inspecting, rendering  # noqa: PLC0415 (likewise)
    from materials.model import PhotoRefused  # noqa: PLC0415 (likewise)

    try:
        reading = inspecting.inspect_photo(file)
    except OSError as fault:
        fail(f"{file.name}：打不开（{why_not(fault)}）")
    except PhotoRefused as refused:
        say(
            as_json_text(rendering.refusal_as_json(refused))
            if as_json
            else rendering.refusal_as_text(refused)
        )
        raise typer.Exit(1) from None
    say(
        as_json_text(rendering.as_json(reading, openly=openly))
        if as_json
        else rendering.as_text(reading, openly=openly)
    )


@device_app.command("enrol", help="给登记过的设备发一个新令牌，旧的立即作废。")
def enrol(code: Annotated[str, typer.Argument(help="设备编号，例如 counter-anwen-1")]) -> None:
    """Enrol a device and print its token once."""
    from intake.model.ids import AccountCode  # noqa: PLC0415 (likewise)
    from jiujinban.clock import RandomIds  # noqa: PLC0415 (likewise)
    from jiujinban.wiring import House  # noqa: PLC0415 (likewise)

    async def act(house: House) -> str:
        token = RandomIds().token()
        await house.desk.people.enrol_device(AccountCode(code), token)
        return token

    say(in_house(act))


@app.command("report", help="生成月报：.xlsx 带全部明细，.pdf 用来看。")
def report(
    file: Annotated[Path, typer.Argument(help="以 .xlsx 或 .pdf 结尾", metavar="FILE")],
    month: Annotated[str, typer.Option("--month", help="例如 2026-11；不写就是上个月")] = "",
    hall: Annotated[str, typer.Option("--hall", help="中心编号；不写就是全县")] = "",
    who: Annotated[str, typer.Option("--as", help="以哪个督查或主任账号的名义")] = "supervisor",
) -> None:
    """Write a month's report in the name of somebody who may see its figures."""
    from jiujinban.reporting import write_report  # noqa: PLC0415 (likewise)
    from jiujinban.wiring import House  # noqa: PLC0415 (likewise)

    if file.suffix.lower() not in {".xlsx", ".pdf"}:
        fail(f"{file.name}：文件名请以 .xlsx 或 .pdf 结尾")

    async def act(house: House) -> str:
        return await write_report(house, file, month, hall, who)

    say(in_house(act))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        fail(f"日期应写成 2027-01-01 的样子，不是“{text}”")


@account_app.command("sign-out", help="让一个账号在所有地方退出登录（手机丢了、人离岗了）。")
def sign_out_everywhere(code: Annotated[str, typer.Argument(help="账号，例如 clerk-anwen-1")]) -> None:
    """End every session of an account."""
    from intake.model.ids import AccountCode  # noqa: PLC0415 (likewise)
    from jiujinban.wiring import House  # noqa: PLC0415 (likewise)

    async def act(house: House) -> str:
        ended = await house.desk.people.end_sessions_of(AccountCode(code))
        return f"{code} 已退出登录（{ended} 处）。"

    say(in_house(act))


operating.add_commands(app)

if __name__ == "__main__":
    app()
