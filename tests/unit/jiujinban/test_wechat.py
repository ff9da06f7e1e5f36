"""公众号 as it is set and joined: what is wrong stops the start with its name, and the callback is there or it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiujinban.clock import SystemClock
from jiujinban.settings import BadSetting, Settings
from jiujinban.wechat import open_wechat
from jiujinban.wiring import open_house
from tests.services.wechat import APP_ID, KEY, SECRET, TOKEN, fake_wechat

CALLBACK = "/channels/wechat"


def settings(tmp_path: Path, **changed: object) -> Settings:
    """A service account as an operator sets it, with some of it changed."""
    secret, keys = tmp_path / "secret", tmp_path / "keys"
    secret.write_text(f"{SECRET}\n")
    keys.write_text(f"{KEY}\n")
    return Settings.model_validate(
        {
            "state": tmp_path / "state",
            "public_url": "https://jiujinban.example/",
            "wechat_app_id": APP_ID,
            "wechat_token": TOKEN,
            "wechat_secret_file": secret,
            "wechat_key_file": keys,
            **changed,
        }
    )


async def paths(given: Settings) -> set[str]:
    """Every address of the server."""
    async with open_house(given, listening=False) as house:
        return {resource.canonical for resource in house.web_app().router.resources()}


async def test_the_callback_is_there_where_an_account_is_set(tmp_path):
    """And nowhere else."""
    assert CALLBACK in await paths(settings(tmp_path))
    assert CALLBACK not in await paths(Settings(state=tmp_path / "other"))


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"wechat_token": ""}, "JIUJINBAN_WECHAT_TOKEN"),
        ({"public_url": ""}, "JIUJINBAN_PUBLIC_URL"),
        ({"wechat_secret_file": None}, "JIUJINBAN_WECHAT_SECRET_FILE"),
        ({"wechat_secret_file": Path("/nowhere/secret")}, "JIUJINBAN_WECHAT_SECRET_FILE"),
        ({"wechat_key_file": Path("/nowhere/keys")}, "JIUJINBAN_WECHAT_KEY_FILE"),
        ({"wechat_key_file": None, "profile": "production"}, "JIUJINBAN_WECHAT_KEY_FILE"),
        ({"wechat_api_url": "http://api.weixin.qq.com"}, "JIUJINBAN_WECHAT_API_URL"),
    ],
)
async def test_what_is_missing_or_wrong_stops_the_start_with_its_name(tmp_path, changed, named):
    """Not the first letter of a citizen, weeks later."""
    with pytest.raises(BadSetting, match=named):
        await paths(settings(tmp_path, **changed))


@pytest.mark.parametrize("content", ["", "short\n", f"{KEY}\n{KEY}\n{KEY}\n", "汉字", f"{KEY}="])
async def test_a_file_that_holds_no_key_stops_the_start(tmp_path, content):
    """What is in it is not repeated."""
    file = tmp_path / "wrong"
    file.write_text(content, "utf-8")

    with pytest.raises(BadSetting, match="JIUJINBAN_WECHAT_KEY_FILE") as wrong:
        await paths(settings(tmp_path, wechat_key_file=file))

    assert not content.strip() or content.strip() not in str(wrong.value)


async def test_a_file_with_two_secrets_stops_the_start(tmp_path):
    """Nobody can say which is meant."""
    file = tmp_path / "wrong"
    file.write_text("a\nb\n")

    with pytest.raises(BadSetting, match="JIUJINBAN_WECHAT_SECRET_FILE"):
        await paths(settings(tmp_path, wechat_secret_file=file))


async def test_the_menu_is_put_with_the_binding_page(tmp_path):
    """`jiujinban wechat menu` does this once."""
    async with fake_wechat() as platform:
        given = settings(tmp_path, wechat_api_url=platform.url)
        async with open_house(given, listening=False) as house:
            wechat = open_wechat(given, house.store, house.desk, house.conversations, SystemClock())
            assert wechat is not None
            await wechat.put_menu()

    (menu,) = platform.menus
    assert menu["button"][-1]["url"] == "https://jiujinban.example/#/wechat"


def test_secrets_are_not_in_the_picture_of_the_settings(tmp_path):
    """Somebody prints them into a log."""
    assert "notForTheLog" not in repr(settings(tmp_path, wechat_token="notForTheLog"))
