"""Neither a secret nor anybody's words reach the log: not in a message, a traceback, a library's record or warning."""

import json
import logging
import pkgutil
import warnings
from collections.abc import Iterator

import pytest
import telegram

from bot import logs

TOKEN = "123456789:AAHn-token/of a bot"
WORDS = "surat saya hilang, nomor 0811"
LIBRARIES = (
    "telegram.request.BaseRequest", "telegram.Bot", "aiohttp.server", "aiohttp.client", "aiohttp.web", "uvicorn.error",
    "uvicorn.access", "sqlalchemy.engine.Engine", "sqlalchemy.pool", "asyncio", "websockets.server", "alembic.runtime",
    "PIL.Image", "fontTools.subset", "fpdf.fpdf", "aiosqlite", "asyncpg", "httpx", "openpyxl", "multipart", "click",
    "py.warnings", "a.library.of.next.year",
)  # fmt: skip
AS_URL = "123456789%3AAAHn-token%2Fof%20a%20bot"


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What logging is set up to before the test, and the secrets, come back after it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(logs, "_secrets", set())
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def fail_with_the_token() -> None:
    """As a client does: the URL is in the exception, and in the one that caused it."""
    try:
        raise ConnectionError(f"GET https://api.telegram.org/bot{TOKEN}/getMe failed")
    except ConnectionError as error:
        raise RuntimeError(f"https://proxy.example/?to={AS_URL}") from error


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_token_in_a_url_is_blanked_also_in_a_traceback(style: logs.Style, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(style)
    logs.redact(TOKEN)
    try:
        fail_with_the_token()
    except RuntimeError:
        logging.getLogger("bot.some").exception("calling %s", f"https://api.telegram.org/bot{TOKEN}/getMe")
    written = capsys.readouterr().err
    assert "AAHn" not in written
    assert "calling https://api.telegram.org/bot[secret]/getMe" in written
    assert "ConnectionError" in written and "RuntimeError" in written
    assert "fail_with_the_token" in written


def test_the_arguments_of_a_record_are_blanked_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    logs.redact(TOKEN)
    logging.getLogger("bot.a").warning("token %(token)s", {"token": TOKEN})
    assert "token [secret]" in capsys.readouterr().err


def fail_with_the_words(error: type[Exception]) -> None:
    try:
        raise error(f"cannot read {WORDS}")
    except error as quoted:
        raise ValueError(f"nor {WORDS}") from quoted


@pytest.mark.parametrize("style", ["text", "json"])
def test_no_library_s_record_or_warning_quotes_what_somebody_wrote(
    style: logs.Style, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "lastResort", logging.lastResort)
    everything = [name for _finder, name, _is_package in pkgutil.walk_packages(telegram.__path__, "telegram.")]
    names = {*LIBRARIES, *everything, *logging.root.manager.loggerDict} - {"bot"}
    names = {name for name in names if name.partition(".")[0] not in ("bot", "db", "handlers", "tests")}
    for name in ("", *names):  # pytest's own handler raises for a record that cannot be put together
        monkeypatch.setattr(logging.getLogger(name), "handlers", [])
    logs.set_up(style)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"about {WORDS}", stacklevel=1)
    for name in sorted(names):
        logger = logging.getLogger(name)
        logger.error("cannot read %s", WORDS)
        logger.error(f"cannot read {WORDS}")
        logger.error("too few %s %s", WORDS)
        try:
            fail_with_the_words(KeyError)
        except ValueError:
            logger.exception("failed on %(words)s", {"words": WORDS})
    written = capsys.readouterr().err
    assert "surat" not in written and "0811" not in written
    assert "telegram.request.BaseRequest" in written and "test_logs.py" in written
    assert "UserWarning" in written and "fail_with_the_words" in written and "KeyError" in written


def test_a_fault_of_ours_is_written_without_what_it_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    try:
        fail_with_the_words(RuntimeError)
    except ValueError:
        logging.getLogger("bot.cli").exception("the command failed")
    written = capsys.readouterr().err
    assert "the command failed" in written and "RuntimeError" in written and "surat" not in written


def test_json_lines_hold_time_level_logger_message_and_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json")
    logs.redact('quoted "secret"')
    try:
        raise ValueError('a quoted "secret"\nin two lines')
    except ValueError:
        logging.getLogger("bot.outbox").exception("reply %s", 7)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    entry = json.loads(lines[0])
    assert (entry["level"], entry["logger"], entry["message"]) == ("ERROR", "bot.outbox", "reply 7")
    assert entry["time"].endswith("+00:00")
    assert entry["traceback"].endswith("\nValueError") and "secret" not in entry["traceback"].split("\n")[-1]


def test_libraries_that_log_every_url_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    for name in ("httpx", "httpcore.http11", "aiohttp.access", "telegram.ext", "asyncio"):
        logging.getLogger(name).info("GET https://api.telegram.org/bot%s/getMe", TOKEN)
    logging.getLogger("bot").info("here")
    assert [line.split()[-1] for line in capsys.readouterr().err.splitlines()] == ["here"]


def test_what_is_too_short_to_be_a_secret_blanks_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    logs.redact("")
    logs.redact("e")
    logging.getLogger("bot").info("here and there")
    assert "here and there" in capsys.readouterr().err
