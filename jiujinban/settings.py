"""The settings (配置): one typed object, read once; a malformed one stops start-up with its name."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Profile(StrEnum):
    """运行方式: at somebody's desk, or for the county."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class BadSetting(Exception):
    """A setting cannot be what it is; the message names it."""


class Settings(BaseSettings):
    """配置: environment variables `JIUJINBAN_…`, and `PORT` and `HOST`.

    `database_url` is `sqlite:///FILE` or `postgresql://…`; empty means SQLite in the state folder. `redis_url` moves
    conversations to Redis. `encoder` asks the sentence encoder where words are unsure, if it is
    installed. `photo_workers` photographs are read at once, each in a process of about 500 MB. `public_url` is where people reach the phone page: papers lead there by QR code. `blobs_url` is `s3://bucket/prefix`, a folder, or empty for the state folder.
    `province_…` is the intake platform of the province, `text_…` the gateway for text messages with a template for each
    kind of notice that is also sent so, `wechat_…` the service account; `docs/operations.md` tells of all three. Lists and mappings are written as JSON.
    """

    model_config = SettingsConfigDict(env_prefix="JIUJINBAN_", frozen=True, extra="ignore")

    profile: Profile = Profile.DEVELOPMENT
    demo: bool = False
    state: Path = Path(".state")
    database_url: Annotated[str, Field(pattern=r"^$|^sqlite:///.|^postgresql(\+asyncpg)?://.")] = ""
    redis_url: Annotated[str, Field(pattern=r"^$|^(redis|rediss|unix)://.")] = ""
    blobs_url: Annotated[str, Field(pattern=r"^s3://.|^[^:]*$")] = ""
    keys_file: Path | None = None
    host: Annotated[str, Field(validation_alias="HOST")] = "127.0.0.1"
    port: Annotated[int, Field(validation_alias="PORT", ge=0, le=65535)] = 8080
    secure_cookies: bool = False
    public_url: Annotated[str, Field(pattern=r"^$|^https?://[^/]+(/.*)?$")] = ""
    reuse_port: bool = False
    encoder: bool = True
    photo_workers: Annotated[int, Field(ge=1, le=64)] = 2
    province_url: Annotated[str, Field(pattern=r"^$|^https?://.")] = ""
    province_status_url: Annotated[str, Field(pattern=r"^$|^https?://.")] = ""
    province_area_code: Annotated[str, Field(pattern=r"^\d{6}$")] = "330727"
    province_caller: str = "就近办"
    province_key_file: Path | None = None
    province_taken: tuple[str, ...] = ("00",)
    province_taken_before: tuple[str, ...] = ()
    province_closing: tuple[str, ...] = ("办结", "退件", "作废")
    province_fixed: dict[str, str] = {}
    text_url: Annotated[str, Field(pattern=r"^$|^https?://.")] = ""
    text_secret_file: Path | None = None
    text_templates: dict[str, str] = {}
    wechat_app_id: Annotated[str, Field(pattern=r"^$|^wx[0-9a-f]{16}$")] = ""
    wechat_token: Annotated[str, Field(pattern=r"^$|^[A-Za-z0-9]{3,32}$", repr=False)] = ""
    wechat_key_file: Path | None = None
    wechat_secret_file: Path | None = None
    wechat_api_url: Annotated[str, Field(pattern=r"^https?://.")] = "https://api.weixin.qq.com"

    @model_validator(mode="after")
    def _demo_is_no_production(self) -> Self:
        if self.profile is Profile.PRODUCTION and self.demo:
            raise ValueError("JIUJINBAN_DEMO must be off when JIUJINBAN_PROFILE is production")
        return self

    @property
    def store_url(self) -> str:
        """Where the rows are."""
        return self.database_url or f"sqlite:///{self.state.resolve() / 'jiujinban.db'}"

    @property
    def key_ring_file(self) -> Path:
        """Where the keys are; made on first use, readable by its owner only."""
        return self.keys_file or self.state / "keys.json"

    @property
    def blobs(self) -> str:
        """Where the photographs are."""
        return self.blobs_url or str(self.state.resolve() / "photographs")


def read_settings(**given: object) -> Settings:
    """The settings of this process; raises `BadSetting` naming the first that is wrong."""
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks what it is given
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise BadSetting(f"{_name(first['loc'])}: {first['msg']}") from None


def _name(place: tuple[int | str, ...]) -> str:
    """A setting as it is written in the environment."""
    name = str(place[0]) if place else "settings"
    return f"JIUJINBAN_{name.upper()}" if name in Settings.model_fields else name
