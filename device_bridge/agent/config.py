"""The agent's settings: one TOML file, read once; a wrong or unknown one stops the start and is named."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_VARIABLE: Final = "JIUJINBAN_BRIDGE_TOKEN"  # noqa: S105 - the variable's name, not the token
_CODE = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_BAUDS: Final = frozenset({9600, 19200, 38400, 57600, 115200})


class SettingError(Exception):
    """A setting is missing, malformed or unknown; ``name`` is its dotted name."""

    def __init__(self, name: str, problem: str) -> None:
        """Name the setting and say what it should be."""
        super().__init__(f"{name}: {problem}")
        self.name = name


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """The ID card reader: a serial port's name and speed."""

    port: str
    baud: int = 115_200


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """The document camera: where its program saves pictures, and for how long sent ones stay there."""

    folder: Path
    keep_sent_hours: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeSettings:
    """Everything the agent needs to know about where it stands."""

    server: str
    token: str = field(repr=False)
    hall: str
    counter: str
    spool: Path
    reader: ReaderSettings | None = None
    camera: CameraSettings | None = None
    ca_file: Path | None = None
    send_card_photo: bool = False
    service: str = ""
    """The item a bare Enter at the prompt opens, for a counter that does one thing all day."""


def read_settings(path: Path, environ: Mapping[str, str]) -> BridgeSettings:
    """Read the file, the token perhaps from the environment; relative paths start at the file's folder."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as unreadable:
        raise SettingError(path.name, f"cannot be read ({type(unreadable).__name__})") from unreadable
    return _settings(_Table(table, "", path.parent), environ)


class _Table:
    """A TOML table whose settings are taken one by one, so that whatever is left over is a misspelling."""

    def __init__(self, raw: Mapping[str, object], path: str, base: Path) -> None:
        self._left = dict(raw)
        self._path = path
        self._base = base

    def at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def text(self, name: str, default: str | None = None) -> str:
        value = self._left.pop(name, default)
        if not isinstance(value, str) or (not value and default is None):
            raise SettingError(self.at(name), "must be a text")
        return value

    def code(self, name: str, default: str | None = None) -> str:
        value = self.text(name, default)
        if value != default and _CODE.fullmatch(value) is None:
            raise SettingError(self.at(name), "may hold letters, digits and . _ : - only")
        return value

    def whole(self, name: str, default: int) -> int:
        value = self._left.pop(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise SettingError(self.at(name), "must be a whole number")
        return value

    def flag(self, name: str) -> bool:
        value = self._left.pop(name, False)
        if not isinstance(value, bool):
            raise SettingError(self.at(name), "must be true or false")
        return value

    def path(self, name: str) -> Path:
        return self._base / Path(self.text(name)).expanduser()

    def maybe_path(self, name: str) -> Path | None:
        return self.path(name) if name in self._left else None

    def table(self, name: str) -> _Table | None:
        value = self._left.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise SettingError(self.at(name), "must be a table")
        return _Table(value, self.at(name), self._base)

    def finish(self) -> None:
        for name in self._left:
            raise SettingError(self.at(name), "is not a setting of this program")


def _settings(table: _Table, environ: Mapping[str, str]) -> BridgeSettings:
    settings = BridgeSettings(
        server=_server(table.text("server"), plain_http=table.flag("plain_http")),
        token=_token(table, environ),
        hall=table.code("hall"),
        counter=table.code("counter"),
        spool=table.path("spool"),
        reader=_reader(table.table("reader")),
        camera=_camera(table.table("camera")),
        ca_file=table.maybe_path("ca_file"),
        send_card_photo=table.flag("send_card_photo"),
        service=table.code("service", ""),
    )
    table.finish()
    return settings


def _server(address: str, *, plain_http: bool) -> str:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingError("server", "must be an address such as https://county.example")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not plain_http:
        raise SettingError(
            "server", "must be https; set plain_http = true only on a line nobody else can hear"
        )
    return address


def _token(table: _Table, environ: Mapping[str, str]) -> str:
    file = table.maybe_path("token_file")
    given = environ.get(TOKEN_VARIABLE, "") or table.text("token", "") or _first_line(file)
    if not given or not given.isascii() or not given.isprintable() or " " in given:
        raise SettingError("token", f"is missing or malformed: set token_file, token or {TOKEN_VARIABLE}")
    return given


def _first_line(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as unreadable:
        raise SettingError("token_file", "cannot be read") from unreadable


def _reader(table: _Table | None) -> ReaderSettings | None:
    if table is None:
        return None
    settings = ReaderSettings(port=table.text("port"), baud=table.whole("baud", 115_200))
    if settings.baud not in _BAUDS:
        raise SettingError("reader.baud", f"must be one of {sorted(_BAUDS)}")
    table.finish()
    return settings


def _camera(table: _Table | None) -> CameraSettings | None:
    if table is None:
        return None
    settings = CameraSettings(folder=table.path("folder"), keep_sent_hours=table.whole("keep_sent_hours", 24))
    table.finish()
    return settings
