"""The reference county as files: in the checkout, or inside the installed package."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from jiujinban.wording import why_not

_HERE = Path(__file__).resolve().parent


def _beside_or_inside(name: str, inside: str) -> Path:
    installed = _HERE / inside
    return installed if installed.is_dir() else _HERE.parent / name


def reference_folder() -> Path:
    """The folder with `county/` and `catalogue/`."""
    return _beside_or_inside("reference", "reference")


def pages_folder() -> Path:
    """The folder with the built pages."""
    return _beside_or_inside("web/dist", "web")


class UnreadableFile(Exception):
    """A file to import is not there or is no JSON; the message is for whoever typed the command."""


def read_files(files: Sequence[Path]) -> dict[str, object]:
    """The content of JSON files by their names; raises `UnreadableFile`."""
    return {file.name: _read(file) for file in files}


def _read(file: Path) -> object:
    try:
        content: object = json.loads(file.read_text("utf-8"))
    except OSError as fault:
        raise UnreadableFile(f"{file.name}：打不开（{why_not(fault)}）") from fault
    except UnicodeDecodeError as fault:
        raise UnreadableFile(f"{file.name}：不是 UTF-8 编码的文件") from fault
    except json.JSONDecodeError as fault:
        raise UnreadableFile(f"{file.name}：第{fault.lineno}行第{fault.colno}列不是正确的 JSON") from fault
    return content


def catalogue_rows(files: Mapping[str, object]) -> list[object]:
    """The items of catalogue files, in order; a bare list of items is taken too."""
    rows: list[object] = []
    for content in files.values():
        items = content.get("items", []) if isinstance(content, Mapping) else content
        rows += items if isinstance(items, list) else []
    return rows


def bundle_rows(files: Mapping[str, object]) -> list[object]:
    """The bundles (一件事) of catalogue files, in order."""
    rows: list[object] = []
    for content in files.values():
        bundles = content.get("bundles", []) if isinstance(content, Mapping) else []
        rows += bundles if isinstance(bundles, list) else []
    return rows


def digest_of(files: Mapping[str, object]) -> str:
    """A short digest of what the files say: the same county imported twice is one import."""
    text = json.dumps(files, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
