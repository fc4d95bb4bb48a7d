"""Telegram, by polling or by webhook: python-telegram-bot sends and parses; receiving is ours, so nothing is lost.

Polling: `nursery.start(telegram.poll(assistant.edge.receive, offset), "telegram")`.
Webhook: `nursery.start(telegram.listen(public_url), "telegram")` and `bot.web.app.create_app(assistant, telegram)`.
Either way `await telegram.close()` after the assistant has stopped.
"""

import asyncio
import hmac
import json
import logging
import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.warnings import PTBDeprecationWarning

from bot import logs
from bot.channel import Blocked, Receive, Refused, Update
from bot.channels.telegram import profile
from bot.channels.telegram.messages import MessagePart, changes, parts
from bot.channels.telegram.refusals import SLOW, TopicClosed, is_final, told
from bot.channels.telegram.request import AiohttpRequest, NotConnected
from bot.channels.telegram.updates import ALLOWED, Myself, as_update, number_of, read, tapped
from bot.inbound import Inbound
from bot.language.i18n import LANGUAGES, speaking
from bot.language.markdown import Markdown
from bot.media.attachments import LARGEST
from bot.nursery import Nursery
from bot.pace import Rate
from bot.reply import TELEGRAM, Reply

log = logging.getLogger(__name__)

Result = TypeVar("Result")

OFFICIAL = "https://api.telegram.org"
WEBHOOK_PATH = "/telegram/webhook"
#: messages a second that Telegram takes (core.telegram.org/bots/faq: 30 in all, one to a chat; up to 1,000 where a bot
#: pays for them, of which the usual 30 are left to everything else)
RATE = Rate(overall=30, to_one=1, paid=970)
#: seconds for which Telegram holds an empty poll open
POLL = 25
#: seconds between tries while Telegram cannot be reached
BACKOFF = (1, 2, 5, 15, 60)
#: raw calls, as the library's methods parse what comes back: one malformed update would stop every poll. Spelt so
#: that the library takes them for methods it does not have, or it would warn of each call
_GET_UPDATES, _GET_FILE = "get_Updates", "get_File"


class Telegram:
    """The Telegram channel; no network is touched before `poll`, `listen` or the first `send`."""

    name = "telegram"
    limits = TELEGRAM
    rate = RATE

    def __init__(self, token: str, root: str = OFFICIAL, secret_key: str = "") -> None:
        """`root` is the Bot API server's address; `secret_key` (any text) is needed for the webhook only."""
        logs.redact(token)
        warnings.filterwarnings("ignore", ".*attribute `retry_after`", PTBDeprecationWarning)
        self._request = AiohttpRequest()
        self._bot = Bot(token, f"{root}/bot", f"{root}/file/bot", self._request, self._request)
        self._me = Myself(int(token.partition(":")[0]))
        #: what is polled: another bot's updates are counted apart
        self.polled = f"{self.name}:{self._me.id}"
        self._secret = hmac.digest(secret_key.encode(), b"telegram webhook", "sha256").hex() if secret_key else ""
        self._nursery = Nursery()
        self._trouble: str | None = None
        #: the messages of replies that are half sent, so that going on does not repeat them
        self._begun: dict[int, list[str]] = {}

    async def close(self) -> None:
        await self._nursery.stop()
        await self._request.shutdown()

    # what every channel offers

    def link(self, payload: str) -> str | None:
        return f"https://t.me/{self._me.username}?start={payload}" if self._me.username else None

    def inbound(self, raw: str) -> Inbound | None:
        return read(raw, self._me)

    async def fetch(self, inbound: Inbound) -> bytes:
        found: Any = await self._bot.do_api_request(_GET_FILE, {"file_id": inbound.file})
        return await self._request.download(f"{self._bot.base_file_url}/{found['file_path']}", LARGEST)

    async def send(self, address: str, reply: Reply, number: int) -> list[str]:
        """Send a reply; where Telegram refuses its form, as plain text. A long one goes on where it was broken off."""
        sent = self._begun.setdefault(number, [])
        private = not address.startswith("-")
        place = {"chat_id": address} | ({"message_thread_id": reply.thread} if reply.thread else {})
        try:
            with told(self._say):
                for part in parts(reply, number, private)[len(sent) :]:
                    sent.append(await self._send_part(place, part))
        except (Blocked, Refused) as refused:
            if isinstance(refused, TopicClosed) and reply.thread:
                text = reply.text if sent else Markdown(f"{reply.elsewhere}\n\n{reply.text}")
                return await self.send(address, replace(reply, thread=0, text=text), number)
            del self._begun[number]
            raise
        del self._begun[number]
        return sent

    async def amend(self, address: str, reply: Reply | None, number: int, messages: Sequence[str]) -> None:
        """Change the last message, which carries text and keyboard; an announcement is one message."""
        with told(self._say):
            for method, given in changes(reply, number, messages):
                try:
                    await self._bot.do_api_request(method, {"chat_id": address, **given})
                except ChatMigrated:
                    raise Refused("it stands at an earlier address") from None
                except BadRequest as error:
                    if "not modified" not in error.message.lower():
                        raise

    async def typing(self, address: str) -> None:
        with suppress(TelegramError):
            await self._bot.send_chat_action(address, "typing")

    # polling

    async def poll(self, receive: Receive, offset: int | None = None) -> None:
        """Receive for ever, from `offset` on; an update is acknowledged only once it is stored."""
        await self.connect()
        await self._keep_trying(self._bot.delete_webhook)
        while True:
            batch = await self._keep_trying(partial(self._ask_for_updates, offset))
            offset = await self._store(receive, batch, offset)

    async def _ask_for_updates(self, offset: int | None) -> list[object]:
        wanted = {"offset": offset, "timeout": POLL, "allowed_updates": list(ALLOWED)}
        batch = await self._bot.do_api_request(_GET_UPDATES, wanted, read_timeout=POLL + 10)
        if not isinstance(batch, list):
            raise NetworkError("no list of updates")
        return batch

    async def _store(self, receive: Receive, batch: Sequence[object], offset: int | None) -> int | None:
        """Store a batch; returns where to go on, after a failure the same place again."""
        if not batch:
            return offset
        numbers = [number for number in map(number_of, batch) if number is not None]
        following = max(numbers) + 1 if numbers else offset
        position = None if following is None else (self.polled, following)
        try:
            await receive(self, self._take_in(batch), position)
        except Exception as error:
            log.error("what Telegram sent could not be stored (%s); asking for it again", type(error).__name__)
            following = offset
        if following == offset:
            await asyncio.sleep(BACKOFF[0])
        return following

    # webhook

    async def listen(self, public_url: str) -> None:
        """Have Telegram call `public_url`; returns once Telegram has agreed."""
        await self.connect()
        url = public_url.rstrip("/") + WEBHOOK_PATH
        await self._keep_trying(lambda: self._bot.set_webhook(url, allowed_updates=ALLOWED, secret_token=self._secret))
        log.info("Telegram sends to %s", url)

    def check_secret(self, given: str) -> bool:
        """Whether a webhook call really comes from Telegram."""
        return bool(self._secret) and hmac.compare_digest(given.encode(), self._secret.encode())

    def updates(self, body: bytes) -> list[Update] | None:
        """Read a webhook call; raises ValueError for no JSON; None before we know our name, so that it is repeated."""
        try:
            raw = json.loads(body)
            return self._take_in([raw]) if self._me.username else None
        except RecursionError:  # what could just be read may be too deep to be written again
            raise ValueError("nested too deep") from None

    # both

    async def connect(self) -> None:
        """Wait for Telegram, as long as it takes; then introduce ourselves, in the background."""
        user = await self._keep_trying(self._bot.get_me)
        self._me = Myself(user.id, user.username or "")
        log.info("Telegram knows us as @%s", self._me.username)
        self._nursery.start(self._introduce(), "telegram profile")

    async def _introduce(self) -> None:
        """Set commands and descriptions for each language, and in Indonesian for everybody else."""
        try:
            for code in ("", *LANGUAGES):
                with speaking(code or LANGUAGES[0]):
                    await self._bot.set_my_commands(profile.commands(), language_code=code or None)
                    await self._bot.set_my_description(profile.description(), language_code=code or None)
                    await self._bot.set_my_short_description(profile.short_description(), language_code=code or None)
        except TelegramError as error:
            log.warning("Telegram did not take the commands and descriptions (%s)", type(error).__name__)

    def _take_in(self, batch: Sequence[object]) -> list[Update]:
        """Turn a batch into updates for the edge; taps among them are answered at once, as they age within seconds."""
        for query in filter(None, map(tapped, batch)):
            self._nursery.start(self._answer(query), "answer to a tap")
        return [as_update(raw, self._me) for raw in batch]

    async def _answer(self, query: str) -> None:
        try:
            await self._bot.answer_callback_query(query)
        except BadRequest:
            log.debug("a tap was too old to be answered")
        except TelegramError as error:
            log.warning("a tap could not be answered: %s", type(error).__name__)

    async def _send_part(self, place: Mapping[str, Any], part: MessagePart) -> str:
        for method, message in part.forms():
            try:
                sent = await self._bot.do_api_request(method, {**place, **message})
                return str(sent["message_id"])
            except BadRequest as error:
                if is_final(error):
                    raise
                refused = error
                log.warning("Telegram refused the form of a message: %s", method)
        raise refused

    async def _keep_trying(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """Repeat a call to Telegram until it succeeds; returns its result."""
        failures = 0
        while True:
            try:
                result = await call()
            except RetryAfter as error:
                wait = float(error.retry_after)  # type: ignore[arg-type]
            except (InvalidToken, EndPointNotFound, Conflict) as error:
                self._say(error)
                wait = SLOW
            except Exception as error:  # also an answer of a shape that no Bot API gives
                self._say(error)
                wait = BACKOFF[min(failures, len(BACKOFF) - 1)]
            else:
                self._recovered()
                return result
            failures += 1
            await asyncio.sleep(wait)

    def _say(self, error: Exception) -> None:
        """Log one clear sentence for each trouble, however often it is met before it is over."""
        if self._trouble == type(error).__name__:
            return
        self._trouble = type(error).__name__
        if isinstance(error, InvalidToken | EndPointNotFound):
            log.error("Telegram does not accept the token: set JEMBATAN_TELEGRAM_TOKEN to the one @BotFather shows.")
        elif isinstance(error, Conflict):
            log.error(
                "Somebody else receives this bot's messages, a second polling process or a webhook: stop one of them."
            )
        else:
            reason = error.message if isinstance(error, NotConnected) else type(error).__name__
            log.warning("Telegram cannot be reached (%s); trying again until it can.", reason)

    def _recovered(self) -> None:
        if self._trouble:
            self._trouble = None
            log.info("Telegram answers again.")
