"""配置: one typed object, read once; what is wrong stops the start with the setting's name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jiujinban.settings import BadSetting, Profile, read_settings

COMMAND = (str(Path(sys.executable).with_name("jiujinban")), "serve")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    """A developer's own settings do not decide these scenes."""
    for name in [name for name in os.environ if name.startswith("JIUJINBAN_") or name in {"PORT", "HOST"}]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "high"),
        ("PORT", "70000"),
        ("JIUJINBAN_DEMO", "maybe"),
        ("JIUJINBAN_PROFILE", "prod"),
        ("JIUJINBAN_DATABASE_URL", "mysql://somewhere/db"),
        ("JIUJINBAN_DATABASE_URL", "sqlite://"),
        ("JIUJINBAN_REDIS_URL", "somewhere:6379"),
        ("JIUJINBAN_BLOBS_URL", "gopher://somewhere"),
        ("JIUJINBAN_WECHAT_APP_ID", "gh_10f6c3c3ac5a"),
        ("JIUJINBAN_WECHAT_TOKEN", "no spaces"),
        ("JIUJINBAN_WECHAT_API_URL", "api.weixin.qq.com"),
    ],
)
def test_a_malformed_setting_is_named(monkeypatch, name, value):
    """The operator reads which line of the file it is."""
    monkeypatch.setenv(name, value)

    with pytest.raises(BadSetting, match=name):
        read_settings()


def test_the_production_profile_refuses_the_demo(monkeypatch):
    """Nobody signs in to the county by choosing a name from a list."""
    monkeypatch.setenv("JIUJINBAN_PROFILE", "production")
    assert read_settings().profile is Profile.PRODUCTION
    monkeypatch.setenv("JIUJINBAN_DEMO", "1")

    with pytest.raises(BadSetting, match="JIUJINBAN_DEMO"):
        read_settings()


def test_without_settings_everything_stays_in_the_state_folder(tmp_path, monkeypatch):
    """One folder to keep, and to take along."""
    monkeypatch.setenv("JIUJINBAN_STATE", str(tmp_path))

    settings = read_settings()

    assert not settings.demo
    assert settings.store_url == f"sqlite:///{tmp_path}/jiujinban.db"
    assert Path(settings.blobs).parent == settings.key_ring_file.parent == tmp_path


def test_the_server_stops_at_once_with_one_line(tmp_path):
    """No stack of calls, no half-made store; the exit code says that it failed."""
    wrong = {
        "JIUJINBAN_DEMO": "1",
        "JIUJINBAN_PROFILE": "production",
        "JIUJINBAN_STATE": str(tmp_path / "state"),
    }

    ended = subprocess.run(
        COMMAND, env=os.environ | wrong, capture_output=True, text=True, timeout=60, check=False
    )

    assert ended.returncode == 1
    assert "JIUJINBAN_DEMO" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert not (tmp_path / "state").exists()
