"""Keep the page on which staff watch a broadcast up to date, where a channel lets a message be changed."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.broadcasts.sending import progress
from bot.channel import Amends, Blocked, Channel, Later, Refused
from bot.clock import Clock
from bot.language.i18n import speaking
from bot.reply import Reply
from db.broadcasts import broadcasts, recipients
from db.broadcasts.broadcasts import Broadcast
from db.conversation import replies
from db.conversation.replies import Shown
from db.engine import Database, Transaction
from db.people import people
from db.privacy import audit

log = logging.getLogger(__name__)

#: seconds between two changes: a platform takes them slowly
EVERY = 3.0
#: how long a finished broadcast is still looked at, so that its page says that it is over
_OVER = timedelta(seconds=30)
#: what opens such a page, as the audit trail names it
_OPENS = ("broadcast.send", "broadcast.resume", "broadcast.again")


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page as it should read now."""

    shown: Shown
    reply: Reply


class Watching:
    def __init__(self, database: Database, clock: Clock, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        #: what each page says, and what it is to say, by its reply
        self._said: dict[int, str] = {}
        self._due: dict[int, ShownPage] = {}
        #: until when a channel asked to wait
        self._waits: dict[str, datetime] = {}

    async def keep_going(self) -> None:
        """Watch for as long as the process lives."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look()
            except Exception as error:
                log.warning("the progress of broadcasts cannot be shown: %s", type(error).__name__)

    async def look(self) -> None:
        """Bring every page up to date once; one that cannot be now, or whose channel asked to wait, comes later."""
        async with self._database.reading() as tx:
            moving = await broadcasts.moving(tx, self._clock.now() - _OVER)
            found = [await self._page(tx, one) for one in moving]
        self._due |= {page.shown.id: page for page in found if page}
        for page in list(self._due.values()):
            if self._waits.get(page.shown.channel, self._clock.now()) <= self._clock.now() and await self._show(page):
                del self._due[page.shown.id]

    async def _page(self, tx: Transaction, one: Broadcast) -> ShownPage | None:
        opened = [act for act in await audit.acts(tx, one.source) if act.act in _OPENS and act.details.get("turn")]
        shown = await replies.of_turn(tx, int(opened[-1].details["turn"])) if opened else None
        if shown is None or not shown.message_ids:
            return None
        counts, now = await recipients.counts(tx, one.id), self._clock.now()
        known = (await people.load(tx, [shown.address_id]))[shown.address_id]
        with speaking(known.language):
            over = one.state in ("done", "cancelled")
            text = progress.report(one, counts, now) if over else progress.underway(one, counts, now)
        return ShownPage(shown, replace(Reply.from_json(shown.body), text=text))

    async def _show(self, page: ShownPage) -> bool:
        """Whether it reads like this now, or never will."""
        channel, shown = self._channels.get(page.shown.channel), page.shown
        if not isinstance(channel, Amends) or self._said.get(shown.id, shown.body["text"]) == page.reply.text:
            return True
        try:
            await channel.amend(shown.value, page.reply, shown.id, shown.message_ids or [])
        except Later as wait:
            self._waits[shown.channel] = self._clock.now() + timedelta(seconds=wait.seconds)
            return False
        except Exception as error:
            log.warning("the progress of a broadcast is not shown: %s", type(error).__name__)
            return isinstance(error, Blocked | Refused)
        self._said[shown.id] = str(page.reply.text)
        return True
