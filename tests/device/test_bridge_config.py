"""One settings file: right, or named."""

from __future__ import annotations

import pytest

from device_bridge.agent.config import TOKEN_VARIABLE, ReaderSettings, SettingError, read_settings

WHOLE = """
server = "https://county.example"
token_file = "device.token"
hall = "330727101"
counter = "A01"
spool = "spool"
service = "MZ10"

[reader]
port = "COM3"

[camera]
folder = "pictures"
keep_sent_hours = 2
"""


@pytest.fixture
def write(tmp_path):
    """Write a settings file beside its token."""
    (tmp_path / "device.token").write_text("secret-token\n")

    def written(text: str):
        path = tmp_path / "bridge.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_a_whole_file_is_read_and_paths_start_beside_it(write, tmp_path):
    """The folder can be copied from counter to counter."""
    settings = read_settings(write(WHOLE), {})

    assert (settings.token, settings.reader) == ("secret-token", ReaderSettings("COM3"))
    assert settings.spool == tmp_path / "spool"
    assert settings.camera is not None
    assert settings.camera.folder == tmp_path / "pictures"


def test_the_token_stays_out_of_repr(write):
    """A settings object in a log opens no door."""
    assert "secret-token" not in repr(read_settings(write(WHOLE), {}))


def test_the_environment_may_carry_the_token(write):
    """A service manager's secret wins over the file."""
    assert read_settings(write(WHOLE), {TOKEN_VARIABLE: "from-outside"}).token == "from-outside"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (('server = "https://county.example"', ""), "server"),
        (("https://county.example", "county.example"), "server"),
        (("https://county.example", "http://county.example"), "server"),
        (('hall = "330727101"', "hall = 330727101"), "hall"),
        (('counter = "A01"', 'counter = "A 01"'), "counter"),
        (('token_file = "device.token"', ""), "token"),
        (('"device.token"', '"absent.token"'), "token_file"),
        (('port = "COM3"', 'port = "COM3"\nbaud = 1200'), "reader.baud"),
        (("keep_sent_hours = 2", "keep_sent_hours = -2"), "camera.keep_sent_hours"),
        (("keep_sent_hours", "keep_send_hours"), "camera.keep_send_hours"),
        (('service = "MZ10"', "services = 1"), "services"),
        (('[reader]\nport = "COM3"', 'reader = "COM3"'), "reader"),
        (('counter = "A01"', "counter = A01"), "bridge.toml"),
        (('service = "MZ10"', "send_card_photo = 1"), "send_card_photo"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(write, change, name):
    """The technician reads which line to look at."""
    with pytest.raises(SettingError) as refusal:
        read_settings(write(WHOLE.replace(*change)), {})

    assert refusal.value.name == name


def test_a_missing_file_is_named(tmp_path):
    """No traceback for a misspelt path."""
    with pytest.raises(SettingError, match=r"none\.toml"):
        read_settings(tmp_path / "none.toml", {})


@pytest.mark.parametrize("server", ["http://127.0.0.1:8080", "http://localhost:8080"])
def test_plain_http_is_for_the_own_machine(write, server):
    """Trying the product out needs no certificate; a hall does."""
    assert read_settings(write(WHOLE.replace("https://county.example", server)), {}).server == server
