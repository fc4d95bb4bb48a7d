"""One attempt to bring a delivery: what is sent, and what the person has already that is changed by it."""

import logging
from dataclasses import replace

from bot.channel import Amends, Channel, Refused, Unreached
from bot.media.attachments import filled
from bot.reply import Reply
from db.deliveries.sendings import Claimed, Earlier
from db.engine import Database

log = logging.getLogger(__name__)


class Unchangeable(Exception):
    """What the person has cannot be changed there, and nothing else would tell them."""


class Attempts:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(self, channel: Channel, claimed: Claimed, is_paid: bool) -> list[str]:
        """Returns the platform's ids of the messages; raises as `Channel.send` does, and `Unchangeable`."""
        if claimed.earlier:
            await self._amend(channel, claimed, claimed.earlier)
        if claimed.is_silent:
            return []
        reply = replace(await self._reply(claimed), is_paid=is_paid)
        return await channel.send(claimed.value, reply, claimed.reply_id)

    async def _amend(self, channel: Channel, claimed: Claimed, earlier: Earlier) -> None:
        if not (isinstance(channel, Amends) and earlier.message_ids):
            if claimed.is_silent:
                raise Unchangeable
            return
        reply = Reply.from_json(earlier.body) if earlier.body else None
        try:
            if reply or claimed.is_silent:
                await channel.amend(claimed.value, reply, earlier.reply_id, earlier.message_ids)
        except Refused:
            if claimed.is_silent:
                raise

    async def _reply(self, claimed: Claimed) -> Reply:
        """Raises `Refused` for what nobody can read, `Unreached` while its file cannot be had."""
        try:
            reply = Reply.from_json(claimed.body)
        except Exception as error:
            raise Refused(f"unreadable ({type(error).__name__})") from None
        try:
            return await filled(self._database, reply)
        except Exception as error:
            log.warning("delivery %s cannot be read now: %s", claimed.id, type(error).__name__)
            raise Unreached from None
