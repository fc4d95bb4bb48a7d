"""Ask Telegram about a bot, once: its name, where its messages go, and the time. It takes no message away."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from db.base import JsonObject

#: seconds for both questions
PATIENCE = 10


class TelegramUnreachable(Exception):
    """Raised where nobody answered as the Bot API does; the text says how it failed, without the token."""


class Rejected(Exception):
    """Raised where the Bot API does not know the token."""


@dataclass(frozen=True, slots=True)
class Checkup:
    username: str
    #: the webhook that is set; empty while messages wait to be polled
    webhook: str
    #: messages that wait to be received
    pending: int
    #: what went wrong with the last call of the webhook, and when; empty where nothing did
    last_error: str
    last_error_at: datetime | None
    #: Telegram's clock, to the second
    now: datetime


async def examine(token: str, root: str) -> Checkup:
    """Ask the Bot API at `root`; raises `TelegramUnreachable` or `Rejected`."""
    try:
        async with asyncio.timeout(PATIENCE), aiohttp.ClientSession(f"{root}/bot{token}/") as session:
            me, now = await _ask(session, "getMe")
            webhook, _ = await _ask(session, "getWebhookInfo")
    except (aiohttp.ClientError, OSError, ValueError) as error:  # their texts carry the URL, and the URL the token
        raise TelegramUnreachable(type(error).__name__) from None
    failed_at = webhook.get("last_error_date")
    return Checkup(
        str(me.get("username", "")),
        str(webhook.get("url", "")),
        int(webhook.get("pending_update_count", 0)),
        str(webhook.get("last_error_message", "")),
        datetime.fromtimestamp(failed_at, UTC) if failed_at else None,
        now,
    )


async def _ask(session: aiohttp.ClientSession, method: str) -> tuple[JsonObject, datetime]:
    async with session.get(method) as response:
        if response.status in (401, 404):
            raise Rejected
        body = await response.json()
        if response.status != 200 or not isinstance(body, dict) or not isinstance(body.get("result"), dict):
            raise TelegramUnreachable(f"HTTP {response.status}")
        return body["result"], parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
