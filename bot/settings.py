"""The settings of whoever runs the assistant, read once, from the environment (`JEMBATAN_...`) or a `.env` file."""

import ipaddress
import os
import re
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "JEMBATAN_"
#: the address of a member: on Telegram their number, neither their name nor a group
ADDRESS = re.compile(r"(?:telegram:\d+|terminal:[^\s,\0\ud800-\udfff]+)", re.ASCII)
#: what each kind of database URL is for SQLAlchemy
_DRIVERS = {"postgres": "postgresql+asyncpg", "postgresql": "postgresql+asyncpg", "sqlite": "sqlite+aiosqlite"}
#: what to say of a setting that cannot be used
_WANTED = {
    "telegram_token": "must look like 123456789:AbC..., as @BotFather gave it",
    "telegram_api_url": "must be the root of a Bot API server, such as http://127.0.0.1:8081",
    "telegram_receive": "must be auto, polling or webhook",
    "public_url": "must be the address under which the internet reaches this server, such as https://jembatan.example",
    "database_url": "must be such as sqlite:///data/jembatan.db or postgresql://user:password@host/name",
    "data_dir": "must be a folder",
    "secret_key": "must have at least 16 characters; leave it out and one is made",
    "host": "must be an address to listen on, such as 127.0.0.1",
    "port": "must be a whole number from 1 to 65535",
    "trusted_proxy": "must be the address or network of the proxy before this server, such as 127.0.0.1 or 10.0.0.0/8",
    "demo": "must be yes or no",
    "staff": "must name addresses with commas between, such as telegram:123456,terminal:ani",
    "log_format": "must be text or json",
}


class Unusable(Exception):
    """Raised for a setting that cannot be used; the text is one sentence that says what to do."""


class Settings(BaseSettings):
    """All settings; an empty value means "not set"."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    telegram_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_receive: Literal["auto", "polling", "webhook"] = "auto"
    public_url: str | None = None
    #: may hold a password; `database()` is what the engine is given
    database_url: SecretStr | None = None
    data_dir: Path = Path("data")
    secret_key: Annotated[SecretStr, Field(min_length=16)] | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    #: addresses or networks, commas between, whose X-Forwarded-For is believed
    trusted_proxy: str | None = None
    #: addresses of the first administrators, commas between, such as `telegram:123456`
    staff: str | None = None
    #: whether `run` fills an empty list with samples; unless said, where no channel is configured
    demo: bool | None = None
    log_format: Literal["text", "json"] = "text"

    @model_validator(mode="before")
    @classmethod
    def _leave_out_blanks(cls, given: dict[str, Any]) -> dict[str, Any]:
        trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
        return {name: value for name, value in trimmed.items() if value != ""}

    @field_validator("telegram_token")
    @classmethod
    def _is_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token and not re.fullmatch(r"\d+:[\w-]+", token.get_secret_value()):
            raise ValueError
        return token

    @field_validator("telegram_api_url", "public_url")
    @classmethod
    def _is_address(cls, address: str | None) -> str | None:
        if address and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", address):
            raise ValueError
        return address.rstrip("/") if address else None

    @field_validator("trusted_proxy")
    @classmethod
    def _is_network(cls, proxies: str | None) -> str | None:
        for proxy in proxies.split(",") if proxies else ():
            ipaddress.ip_network(proxy.strip())
        return proxies

    @field_validator("staff")
    @classmethod
    def _names_addresses(cls, staff: str | None) -> str | None:
        for address in staff.split(",") if staff else ():
            if not ADDRESS.fullmatch(address.strip()):
                raise ValueError
        return staff

    @field_validator("database_url")
    @classmethod
    def _names_driver(cls, url: SecretStr | None) -> SecretStr | None:
        """Add SQLAlchemy's driver name to `postgresql://` and `sqlite:///`; asyncpg calls `sslmode` by another name."""
        if url is None:
            return None
        scheme, separator, rest = url.get_secret_value().partition("://")
        scheme = _DRIVERS.get(scheme, scheme)
        is_file = rest.startswith("/") and rest.strip("/") not in ("", ":memory:")
        if not separator or scheme not in _DRIVERS.values() or (scheme.startswith("sqlite") and not is_file):
            raise ValueError
        if scheme.startswith("postgresql"):
            rest = re.sub(r"([?&])sslmode=", r"\1ssl=", rest)
        return SecretStr(f"{scheme}://{rest}")

    @property
    def by_webhook(self) -> bool:
        """Whether Telegram calls us; `auto` means so where there is a public address."""
        return self.telegram_receive == "webhook" or (self.telegram_receive == "auto" and self.public_url is not None)

    def administrators(self) -> list[tuple[str, str]]:
        """List channel and value of each address that the settings make an administrator."""
        named = [address.strip().split(":", 1) for address in (self.staff or "").split(",") if address.strip()]
        return [(channel, value) for channel, value in named]

    def database(self) -> str:
        """SQLAlchemy's URL of the database, by default a file in the data folder, which need not be there."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data_dir / 'jembatan.db'}"

    def folder(self) -> Path:
        """The data folder, made if it is missing."""
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unusable(
                f"{PREFIX}DATA_DIR: the folder {self.data_dir} cannot be made ({error.strerror}); name another."
            ) from None
        return self.data_dir

    def secret(self) -> str:
        """The key that secrets of the running service are derived from; made at first need."""
        return self.secret_key.get_secret_value() if self.secret_key else _kept_key(self.folder() / "secret_key")

    def secrets(self) -> list[str]:
        """List what must never be seen in a log."""
        password = urlsplit(self.database_url.get_secret_value()).password if self.database_url else None
        given = [value.get_secret_value() for value in (self.telegram_token, self.secret_key) if value]
        return given + ([password, unquote(password)] if password else [])


def load(**given: Any) -> Settings:
    """Read the settings; raises `Unusable` for the first one that cannot be used."""
    try:
        settings = Settings(**given)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise Unusable(f"{PREFIX}{name.upper()} {_WANTED[name]}; change it in the environment or in .env.") from None
    if settings.telegram_receive == "webhook" and settings.public_url is None:
        raise Unusable(f"{PREFIX}PUBLIC_URL {_WANTED['public_url']}, because {PREFIX}TELEGRAM_RECEIVE is webhook.")
    return settings


def _kept_key(path: Path) -> str:
    """Read the key from a file that only its owner can read, made at first need.

    Two processes that start together agree on one key.
    """
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text("utf-8").strip()
