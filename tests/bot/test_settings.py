"""Settings come from the environment or .env; what cannot be used is said in one sentence."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot import settings
from bot.settings import Unusable


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_any_setting_it_serves_this_machine_from_a_file_in_data() -> None:
    found = settings.load()
    assert (found.host, found.port, found.telegram_token) == ("127.0.0.1", 8080, None)
    assert found.database() == "sqlite+aiosqlite:///data/jembatan.db"
    assert not Path("data").exists()


def test_the_env_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("JEMBATAN_PORT=9000\nJEMBATAN_HOST=0.0.0.0\nJEMBATAN_OF_SOMEBODY_ELSE=1\n")
    monkeypatch.setenv("JEMBATAN_PORT", "9001")
    assert (settings.load().host, settings.load().port) == ("0.0.0.0", 9001)


@pytest.mark.parametrize("nothing", ["", "   "])
def test_an_empty_value_is_not_set(monkeypatch: pytest.MonkeyPatch, nothing: str) -> None:
    for name in settings.Settings.model_fields:
        monkeypatch.setenv(settings.PREFIX + name.upper(), nothing)
    assert settings.load() == settings.Settings.model_construct()


def test_an_empty_value_in_the_env_file_is_not_set_either(tmp_path: Path) -> None:
    Path(".env").write_text("JEMBATAN_TELEGRAM_TOKEN=\nJEMBATAN_PORT=\n")
    assert settings.load().telegram_token is None


@pytest.mark.parametrize(
    ("given", "opened"),
    [
        ("postgresql://u:p@db/jembatan", "postgresql+asyncpg://u:p@db/jembatan"),
        ("postgres://u@db/jembatan?sslmode=require", "postgresql+asyncpg://u@db/jembatan?ssl=require"),
        ("postgresql+asyncpg://u@db/jembatan", "postgresql+asyncpg://u@db/jembatan"),
        ("sqlite:///people.db", "sqlite+aiosqlite:///people.db"),
        ("sqlite:////srv/people.db", "sqlite+aiosqlite:////srv/people.db"),
    ],
)
def test_a_database_url_is_written_as_everybody_writes_it(given: str, opened: str) -> None:
    assert settings.load(database_url=given).database() == opened


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_TOKEN", "my-bot"),
        ("TELEGRAM_API_URL", "10.0.0.1:8081"),
        ("TELEGRAM_RECEIVE", "pigeon"),
        ("PUBLIC_URL", "umkm.example"),
        ("DATABASE_URL", "mysql://root:hunter2@db/jembatan"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "people.db"),
        ("SECRET_KEY", "short"),
        ("PORT", "http"),
        ("PORT", "70000"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_what_cannot_be_used_is_named_with_a_way_out_and_never_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(settings.PREFIX + name, value)
    with pytest.raises(Unusable) as said:
        settings.load()
    assert str(said.value).startswith(f"JEMBATAN_{name} must ")
    assert str(said.value).endswith(".")
    assert value not in str(said.value)


def test_a_webhook_needs_an_address() -> None:
    with pytest.raises(Unusable, match="JEMBATAN_PUBLIC_URL must"):
        settings.load(telegram_receive="webhook")


@pytest.mark.parametrize(
    ("receive", "address", "webhook"),
    [
        ("auto", None, False),
        ("auto", "https://a.example/", True),
        ("polling", "https://a.example", False),
        ("webhook", "https://a.example", True),
    ],
)
def test_a_public_address_decides_how_messages_arrive(receive: str, address: str | None, webhook: bool) -> None:
    found = settings.load(telegram_receive=receive, public_url=address)
    assert found.by_webhook is webhook
    assert found.public_url in (None, "https://a.example")


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it() -> None:
    key = settings.load().secret()
    file = Path("data/secret_key")
    assert len(key) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert settings.load().secret() == key
    assert settings.load(secret_key="0123456789abcdef").secret() == "0123456789abcdef"


def test_processes_that_start_together_agree_on_one_key() -> None:
    found = settings.load()
    found.folder()
    with ThreadPoolExecutor(8) as starting:
        keys = set(starting.map(lambda _: found.secret(), range(8)))
    assert len(keys) == 1
    assert [path.name for path in Path("data").iterdir()] == ["secret_key"]


def test_a_data_folder_that_cannot_be_made_is_said_so() -> None:
    Path("taken").write_text("a file")
    with pytest.raises(Unusable, match="JEMBATAN_DATA_DIR: the folder taken/data cannot be made"):
        settings.load(data_dir="taken/data").folder()


def test_secrets_are_not_shown_when_the_settings_are() -> None:
    found = settings.load(telegram_token="123456:AA-secret", database_url="postgresql://u:p%40ss@db/x")
    assert found.secrets() == ["123456:AA-secret", "p%40ss", "p@ss"]
    assert not [secret for secret in found.secrets() if secret in repr(found)]
