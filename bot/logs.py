"""Logs: text or JSON lines on standard error, in which neither a secret nor anybody's words appear.

Only what this project logs is written as it was said. Libraries quote what they cannot read, in messages, warnings and
errors: of theirs, and of every error, a line tells the kind and the place.
"""

import json
import logging
import re
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import quote

#: loggers that write URLs (with a token in them) or a line for every step: only their warnings
_TALKATIVE = (
    "httpx", "httpcore", "aiohttp", "telegram", "asyncio", "alembic", "aiosqlite", "sqlalchemy", "uvicorn",
    "websockets", "PIL", "fontTools", "fpdf",
)  # fmt: skip
#: whose records are written as they were said
_OURS = ("bot", "handlers", "db", "__main__")
#: what a captured warning begins with, before its words
_WARNED = re.compile(r".*?:\d+: \w+")
_BLANK = "[secret]"
#: characters of the shortest secret that is blanked: shorter ones would blank half of every line
_SHORTEST_SECRET = 4

Style = Literal["text", "json"]

_secrets: set[str] = set()


def redact(secret: str) -> None:
    """Blank `secret` in every record from now on, also as a URL writes it."""
    if len(secret) >= _SHORTEST_SECRET:
        _secrets.update({secret, quote(secret), quote(secret, safe="")})


def blanked(text: str) -> str:
    """Blank every secret in a text."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, _BLANK)
    return text


def _said(record: logging.LogRecord) -> str:
    """The message; of a library's record the place where it was made, of a warning its place and kind."""
    if record.name.partition(".")[0] in _OURS:
        return blanked(record.getMessage())
    warned = _WARNED.match(str(record.msg)) if record.name == "py.warnings" else None
    place = Path(record.pathname)
    return blanked(warned[0] if warned else f"{record.funcName} ({place.parent.name}/{place.name}:{record.lineno})")


def _traceback(record: logging.LogRecord) -> str:
    """Places and kind of the error and of those that led to it, the first one first."""
    error, lines = record.exc_info[1] if record.exc_info else None, list[str]()
    seen: set[int] = set()
    while error and id(error) not in seen:
        seen.add(id(error))
        places = "".join(traceback.format_tb(error.__traceback__))
        lines.insert(0, f"Traceback (most recent call last):\n{places}{type(error).__name__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return blanked("\n".join(lines))


class TextFormatter(logging.Formatter):
    """`2026-11-23 02:41:07Z WARNING bot.outbox: ...`, with the traceback below."""

    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(record.created))
        line = f"{at} {record.levelname} {record.name}: {_said(record)}"
        return f"{line}\n{_traceback(record)}" if record.exc_info else line


class JsonFormatter(logging.Formatter):
    """One object a line: time (ISO 8601, UTC), level, logger, message, and traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _said(record),
        }
        if record.exc_info:
            line["traceback"] = _traceback(record)
        return json.dumps(line, ensure_ascii=False)


def set_up(style: Style = "text", level: int = logging.INFO) -> None:
    """Send everything, also what other libraries log or warn of, through one formatter that knows the secrets."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.lastResort = None  # it would write, without our formatter, what a logger without a way here says
    logging.captureWarnings(True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
