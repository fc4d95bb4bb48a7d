"""A secret never reaches the log: not in a message, not in a traceback, not through somebody else's logger."""

import json
import logging
import warnings
from collections.abc import Iterator

import pytest

from bot import logs

TOKEN = "123456789:AAHn-token/of a bot"
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
        logging.getLogger("some.library").exception("calling %s", f"https://api.telegram.org/bot{TOKEN}/getMe")
    written = capsys.readouterr().err
    assert "AAHn" not in written
    assert written.count("[secret]") >= 3
    assert "ConnectionError: GET https://api.telegram.org/bot[secret]/getMe failed" in written
    assert "fail_with_the_token" in written


def test_the_arguments_of_a_record_and_captured_warnings_are_blanked_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    logs.redact(TOKEN)
    logging.getLogger("a").warning("token %(token)s", {"token": TOKEN})
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"about {TOKEN}", stacklevel=1)
    written = capsys.readouterr().err
    assert "token [secret]" in written
    assert "about [secret]" in written


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
    assert "ValueError: a [secret]\nin two lines" in entry["traceback"]


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
