"""The doctor: one line for each thing the assistant stands on, what to do where it is wrong, and no harm done."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner
from sqlalchemy import inspect, text

from bot.cli import jembatan
from db.base import Base
from db.conversation import channels
from db.copies import restores
from db.engine import Database
from tests.town.command_line import run
from tests.town.telegram_stub import TOKEN, TelegramStub


@pytest.fixture
async def stub() -> AsyncIterator[TelegramStub]:
    async with TelegramStub() as running:
        yield running


async def examine(**settings: str) -> tuple[int, dict[str, list[str]]]:
    """The exit code, and what was said by what it is about; each line begins with `ok` or `!!`."""
    environment = {f"JEMBATAN_{name}": value for name, value in settings.items()}
    result = await asyncio.to_thread(CliRunner().invoke, jembatan, ["doctor"], env=environment)
    said: dict[str, list[str]] = {}
    for line in result.stdout.splitlines():
        mark, about, words = line[:2], line[4:14].strip(), line[16:]
        assert mark in ("ok", "!!")
        assert about
        said.setdefault(about, []).append(f"{mark} {words}")
    wrong = [words for lines in said.values() for words in lines if words.startswith("!!")]
    assert result.exit_code == (1 if wrong else 0), result.output
    return result.exit_code, said


async def test_before_the_first_start_all_is_well_and_nothing_is_made() -> None:
    code, said = await examine()
    assert code == 0
    assert said["database"] == ["ok will be made at the first `jembatan run`"]
    assert said["telegram"] == ["ok not used: JEMBATAN_TELEGRAM_TOKEN is not set"]
    assert said["folder"] == ["ok data will be made at the first `jembatan run`"]
    assert not [*Path.cwd().iterdir()]


async def test_a_sound_database_is_read_and_written_and_left_as_it_was(engine_url: str) -> None:
    code, said = await examine(DATABASE_URL=engine_url)
    assert code == 0
    assert said["database"] == ["ok can be read", "ok can be written"]
    assert said["schema"][0].endswith("the newest")
    assert said["running"][0].startswith("ok no assistant runs")
    assert await tables(engine_url) == set(Base.metadata.tables) | {"alembic_version"}


async def test_a_running_assistant_is_noticed(engine_url: str) -> None:
    await in_database(engine_url, lambda tx: channels.beat(tx, datetime.now(UTC)))
    _, said = await examine(DATABASE_URL=engine_url)
    assert "do not start another beside it" in said["running"][0]


async def test_a_restored_copy_says_how_it_is_released(engine_url: str) -> None:
    await in_database(engine_url, lambda tx: restores.add(tx, datetime.now(UTC), datetime.now(UTC)))
    code, said = await examine(DATABASE_URL=engine_url)
    assert code == 1
    assert "`jembatan restore --release`" in said["work"][0]


async def test_a_database_of_a_newer_version_asks_for_that_version(engine_url: str) -> None:
    await in_database(engine_url, lambda tx: tx.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    _, said = await examine(DATABASE_URL=engine_url)
    assert said["database"][0].startswith("!! it is of a newer version")


async def test_a_database_that_is_down_does_not_keep_the_rest_from_being_examined() -> None:
    code, said = await examine(DATABASE_URL="postgresql://me:hunter2@127.0.0.1:1/x", TELEGRAM_TOKEN=TOKEN,
                               TELEGRAM_API_URL="http://127.0.0.1:1")  # fmt: skip
    assert code == 1
    assert "change JEMBATAN_DATABASE_URL" in said["database"][0]
    assert said["telegram"][0].startswith("!! http://127.0.0.1:1 cannot be reached (ClientConnectorError)")
    assert "knowledge" in said
    assert "hunter2" not in str(said)
    assert TOKEN not in str(said)


async def test_a_setting_that_cannot_be_used_is_named() -> None:
    code, said = await examine(PORT="many")
    assert code == 1
    assert said["settings"][0].startswith("!! JEMBATAN_PORT must be a whole number")


async def test_files_that_others_may_read_are_reported() -> None:
    Path("data").mkdir()
    for name in ("secret_key", "jembatan.db"):
        Path("data", name).write_text("a secret of the test")
        Path("data", name).chmod(0o644)
    _, said = await examine()
    assert said["files"] == ["!! others may read data/jembatan.db, data/secret_key: `chmod -R go= data`."]
    for file in Path("data").iterdir():
        file.chmod(0o600)
    _, said = await examine()
    assert said["files"] == ["ok only ours to read"]


def test_whatever_a_command_makes_is_for_its_owner_alone() -> None:
    Path("data").mkdir(mode=0o755)
    assert run("demo").exit_code == 0
    assert {oct(file.stat().st_mode & 0o777) for file in Path("data").rglob("*") if file.is_file()} == {"0o600"}


async def test_a_folder_that_cannot_be_made_is_named() -> None:
    _, said = await examine(DATA_DIR="/dev/null/data", DATABASE_URL=f"sqlite:///{Path.cwd()}/x.db")
    assert said["folder"][0].startswith("!! JEMBATAN_DATA_DIR: the folder /dev/null/data cannot be made")
    assert said["database"][0].startswith("ok")


# Telegram


async def test_telegram_is_asked_who_we_are_and_takes_nothing_away(stub: TelegramStub) -> None:
    code, said = await examine(TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=stub.url)
    assert code == 0
    assert said["telegram"] == ["ok knows us as @stub_bot"]
    assert said["clock"] == ["ok as that of the Telegram servers"]
    assert said["polling"] == ["ok nobody else gets them, 0 updates wait"]
    assert {call.method for call in stub.sent} == {"getMe", "getWebhookInfo"}


async def test_a_token_that_telegram_does_not_know_is_refused(stub: TelegramStub) -> None:
    _, said = await examine(TELEGRAM_TOKEN="123:unknown", TELEGRAM_API_URL=stub.url)
    assert said["telegram"][0].startswith("!! refuses the token: set JEMBATAN_TELEGRAM_TOKEN")


class Api:
    """A Bot API that says what a test wants it to say."""

    def __init__(self, **webhook: Any) -> None:
        self.webhook: dict[str, Any] = {"url": "", "pending_update_count": 3, **webhook}
        self.now = datetime.now(UTC)

    async def answer(self, request: web.Request) -> web.Response:
        result = {"username": "test_bot"} if request.path.endswith("getMe") else self.webhook
        date = {"Date": format_datetime(self.now, usegmt=True)}
        return web.json_response({"ok": True, "result": result}, headers=date)

    async def examine(self, **settings: str) -> dict[str, list[str]]:
        app = web.Application()
        app.router.add_get("/{call:.*}", self.answer)
        async with TestServer(app) as server:
            root = str(server.make_url("")).rstrip("/")
            return (await examine(TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=root, **settings))[1]


async def test_a_webhook_that_takes_the_messages_of_a_polling_assistant_is_named() -> None:
    said = await Api(url="https://elsewhere.example/hook").examine()
    assert said["polling"][0].startswith("!! a webhook is set, https://elsewhere.example/hook")


async def test_a_webhook_that_leads_elsewhere_or_nowhere_is_reported() -> None:
    public = {"PUBLIC_URL": "https://jembatan.example"}
    said = await Api(url="https://jembatan.example/telegram/webhook").examine(**public)
    assert said["webhook"] == ["ok https://jembatan.example/telegram/webhook, 3 updates wait"]
    for url, shown in (("", "not set"), ("https://elsewhere.example", "https://elsewhere.example")):
        said = await Api(url=url).examine(**public)
        assert said["webhook"][0].startswith(f"!! is {shown}, should be https://jembatan.example/telegram/webhook")


async def test_why_telegram_could_not_call_us_is_told_while_it_is_recent() -> None:
    url, public = "https://jembatan.example/telegram/webhook", {"PUBLIC_URL": "https://jembatan.example"}
    trouble = {"last_error_message": "Connection refused", "last_error_date": datetime.now(UTC).timestamp() // 1}
    said = await Api(url=url, **trouble).examine(**public)
    assert "(Connection refused): look at the proxy" in said["webhook"][1]
    said = await Api(url=url, **trouble | {"last_error_date": 1_700_000_000}).examine(**public)
    assert len(said["webhook"]) == 1


async def test_a_clock_that_is_wrong_is_told_by_telegrams() -> None:
    api = Api()
    api.now = datetime(2026, 1, 1, tzinfo=UTC)
    said = await api.examine()
    assert said["clock"][0].startswith("!! ")
    assert said["clock"][0].endswith("s from that of the Telegram servers: set it right (NTP).")


async def tables(url: str) -> set[str]:
    database = Database(url)
    async with database.reading() as tx:
        found = await tx.connection.run_sync(lambda inner: inspect(inner).get_table_names())
    await database.close()
    return set(found) - {"sqlite_sequence"}


async def in_database(url: str, work: Any) -> None:
    database = Database(url)
    async with database.transaction() as tx:
        await work(tx)
    await database.close()
