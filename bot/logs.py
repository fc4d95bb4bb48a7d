"""Logs: text or JSON lines on standard error, in which a secret never appears, not even in a traceback."""

import json
import logging
import time
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote

#: loggers that write URLs (with a token in them) or a line for every step: only their warnings
_TALKATIVE = ("httpx", "httpcore", "aiohttp", "telegram", "asyncio", "alembic", "aiosqlite", "sqlalchemy")
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


class TextFormatter(logging.Formatter):
    """`2026-11-23 02:41:07Z WARNING bot.outbox: ...`, with the traceback below."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", "%Y-%m-%d %H:%M:%SZ", "{")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        return blanked(super().format(record))


class JsonFormatter(logging.Formatter):
    """One object a line: time (ISO 8601, UTC), level, logger, message, and traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": blanked(record.getMessage()),
        }
        if record.exc_info:
            line["traceback"] = blanked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def set_up(style: Style = "text", level: int = logging.INFO) -> None:
    """Send everything, also what other libraries log or warn of, through one formatter that knows the secrets."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
