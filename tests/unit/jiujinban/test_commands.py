"""Files at the terminal: the catalogue out and in again, the month's report, and what is said when something is not right."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner, Result

from jiujinban.cli import app
from tests.desks import KEYS

Run = Callable[..., Result]


@pytest.fixture
def jiujinban(reference_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, on a copy of the reference county."""
    state = tmp_path / "state"
    state.mkdir()
    shutil.copy(reference_store, state / "jiujinban.db")
    (state / "keys.json").write_text(KEYS.dump(), "utf-8")
    monkeypatch.setenv("JIUJINBAN_STATE", str(state))
    monkeypatch.delenv("JIUJINBAN_DATABASE_URL", raising=False)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.parametrize("ending", ["xlsx", "json", "zip"])
def test_what_is_exported_comes_back_the_same(jiujinban: Run, tmp_path: Path, ending: str) -> None:
    """In each form: nothing would change, nothing changes, and a second export is the first."""
    file, again = tmp_path / f"all.{ending}", tmp_path / f"again.{ending}"

    assert jiujinban("export", file).exit_code == 0
    compared = jiujinban("import", "catalogue", file, "--diff")
    imported = jiujinban("import", "catalogue", file, "--whole")
    assert jiujinban("export", again).exit_code == 0

    assert "没有错误，和现行清单一样。" in compared.output
    assert "个事项和现行清单一样，没有变动。" in imported.output
    if ending == "xlsx":  # a workbook's own file says when it was made
        with ZipFile(file) as first, ZipFile(again) as second:
            sheets = [name for name in first.namelist() if "worksheets" in name or "sharedStrings" in name]
            assert all(first.read(name) == second.read(name) for name in sheets)
    else:
        assert file.read_bytes() == again.read_bytes()


def test_a_change_is_shown_field_by_field_and_checking_changes_nothing(
    jiujinban: Run, tmp_path: Path
) -> None:
    """--check counts, --diff tells each field, and only the import itself counts."""
    file = tmp_path / "all.json"
    jiujinban("export", file)
    content = json.loads(file.read_text("utf-8"))
    content["items"][0]["promise_day"] += 1
    file.write_text(json.dumps(content), "utf-8")

    checked = jiujinban("import", "catalogue", file, "--check").output
    compared = jiujinban("import", "catalogue", file, "--diff").output

    assert "变更1项" in checked
    assert "承诺办结时限：" not in checked
    assert "承诺办结时限：" in compared
    assert "其中新增、变更或撤下 1 个。" in jiujinban("import", "catalogue", file).output
    assert "和现行清单一样" in jiujinban("import", "catalogue", file, "--check").output


def test_every_fault_is_told_with_its_place_and_field(jiujinban: Run, tmp_path: Path) -> None:
    """In the words of the keeper's columns; and nothing is imported."""
    file = tmp_path / "one.json"
    file.write_text('[{"service_code": "X1"}]', "utf-8")

    told = jiujinban("import", "catalogue", file)

    assert told.exit_code == 1
    assert "没有导入任何内容" in told.output
    assert "one.json 第1条　事项名称（task_name）：应填写文字" in told.output


@pytest.mark.parametrize("ending", ["xlsx", "pdf"])
def test_the_months_report_is_written(jiujinban: Run, tmp_path: Path, ending: str) -> None:
    """In the name of somebody who may see the figures."""
    file = tmp_path / f"report.{ending}"
    told = jiujinban("report", file, "--month", "2026-11")
    assert told.exit_code == 0, told.output
    assert file.read_bytes()[:4] in {b"%PDF", b"PK\x03\x04"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "export all.csv",
            "all.csv：清单有好几张表，文件名请以 .xlsx、.zip（里面每张表一个 CSV）或 .json 结尾",
        ),
        ("export nowhere/all.json", "没有这个文件或文件夹"),
        ("export all.json --on 2026-13-01", "日期应写成 2027-01-01 的样子，不是“2026-13-01”"),
        ("import catalogue missing.json", "missing.json：打不开（没有这个文件或文件夹）"),
        ("import catalogue .", "这是一个文件夹，不是文件"),
        ("import catalogue broken.json", "broken.json：第1行第2列不是正确的 JSON"),
        ("import catalogue broken.xlsx", "“broken.xlsx”打不开，可能已经损坏或加了密码"),
        ("import catalogue other.csv", "文件里没有找到事项，请对照模板检查列名"),
        ("import catalogue notes.txt", "“notes.txt”不是表格文件"),
        ("import catalogue all.json --from tomorrow", "日期应写成 2027-01-01 的样子，不是“tomorrow”"),
        ("import county broken.json", "broken.json：第1行第2列不是正确的 JSON"),
        ("import catalogue", "还缺：FILE…\n用法见："),
        ("import catalogue all.json --chekc", "没有 --chekc 这个选项，是不是 --check、--help？"),
        ("imprt catalogue all.json", "没有这样的命令或写法"),
        ("report r.doc", "r.doc：文件名请以 .xlsx 或 .pdf 结尾"),
        ("report r.pdf --month 2026-13", "月份应写成 2026-11 的样子"),
        ("report r.pdf --month 2031-01", "2031年1月还没有到，没有月报"),
        ("report r.pdf --hall nowhere", "没有找到您要的便民服务中心。请核对后再试"),
        ("report r.pdf --as nobody", "没有找到您要的账号nobody。请核对后再试"),
        ("report r.pdf --as citizen-1", "您的岗位不能做这一步"),
        ("report nowhere/r.pdf --month 2026-11", "没有这个文件或文件夹"),
        ("outbox send-again seven", "ID… 填得不对"),
        ("device enrol no-such-machine", "没有找到您要的"),
        ("keys rotate --algorithm des", "--algorithm 只能是 aes 或 sm4"),
        ("verify nowhere", "nowhere"),
        ("audit verify --noted missing.txt", "没有这个文件或文件夹"),
    ],
)
def test_what_cannot_be_done_is_said_in_chinese(
    jiujinban: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, told: str
) -> None:
    """No trace of the program, a sentence that says what to put right, and an exit code other than 0."""
    monkeypatch.chdir(tmp_path)
    for name in ("broken.json", "broken.xlsx"):
        Path(name).write_text("{", "utf-8")
    Path("other.csv").write_text("a,b\n1,2\n", "utf-8")
    Path("notes.txt").write_text("x", "utf-8")
    Path("all.json").write_text("[]", "utf-8")

    ended = jiujinban(*words.split())

    assert isinstance(ended.exception, SystemExit), ended.exception
    assert ended.exit_code != 0
    assert told in ended.output
