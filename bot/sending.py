"""Bringing a reply to where its conversation is; one try of a delivery, and what it changes that was sent before."""

import logging
from dataclasses import replace

from bot.channel import Amends, Channel, Moved, Refused, Unreached
from bot.media.attachments import filled
from bot.reply import Reply
from db.deliveries.sendings import Claimed, Earlier
from db.engine import Database
from db.people import addresses

log = logging.getLogger(__name__)


async def bring(database: Database, channel: Channel, value: str, reply: Reply, number: int) -> list[str]:
    """Send as `Channel.send` does, and follow a conversation that has moved: from here on that is its address."""
    try:
        return await channel.send(value, reply, number)
    except Moved as there:
        async with database.transaction() as tx:
            await addresses.move(tx, channel.name, value, there.value)
        return await channel.send(there.value, reply, number)


class Unchangeable(Exception):
    """What the person has cannot be changed there, and nothing else would tell them."""


async def deliver(database: Database, channel: Channel, claimed: Claimed, is_paid: bool) -> list[str]:
    """Send a delivery, or change what it corrects; returns the platform's ids of the messages.

    Raises as `Channel.send` does, and `Unchangeable`.
    """
    if claimed.earlier:
        await _amend(channel, claimed, claimed.earlier)
    if claimed.is_silent:
        return []
    reply = replace(await _reply(database, claimed), is_paid=is_paid)
    return await bring(database, channel, claimed.value, reply, claimed.reply_id)


async def _amend(channel: Channel, claimed: Claimed, earlier: Earlier) -> None:
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


async def _reply(database: Database, claimed: Claimed) -> Reply:
    """Raises `Refused` for what nobody can read, `Unreached` while its file cannot be had."""
    try:
        reply = Reply.from_json(claimed.body)
    except Exception as error:
        raise Refused(f"unreadable ({type(error).__name__})") from None
    try:
        return await filled(database, reply)
    except Exception as error:
        log.warning("delivery %s cannot be read now: %s", claimed.id, type(error).__name__)
        raise Unreached from None
