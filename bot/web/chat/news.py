"""Read what is new for a visitor from the history, as the objects that the page gets (see bot/channels/web.py)."""

import re
from collections.abc import Sequence

from bot.web.chat import page
from bot.web.chat.bubbles import answer_entry, file_of, said_entry, tapped
from db import files
from db.base import JsonObject
from db.conversation import history, replies
from db.conversation.history import Answered, HistoryEntry, HistoryPoint, Stand
from db.engine import Database, Transaction

#: entries that a page shows at first and with every look back
ENTRIES = 50
#: turns, and replies, that one piece of news holds at most
MOST = 200
_PLACE = re.compile(r"(\d{1,18})\.(\d{1,18})")


class NewsReader:
    def __init__(self, database: Database, channel: str) -> None:
        self._database = database
        self._channel = channel

    async def language(self, visitor: str) -> str | None:
        """Load the visitor's language, None for one who has not written yet."""
        async with self._database.reading() as tx:
            now = await history.stand(tx, self._channel, visitor)
        return now.language if now else None

    async def after(self, visitor: str, place: HistoryPoint, language: str) -> JsonObject:
        """Load what came after a place; `language` is that of the page."""
        async with self._database.reading() as tx:
            now = await history.stand(tx, self._channel, visitor)
            newest = now.newest if now else HistoryPoint()
            if place.turn > newest.turn or place.reply > newest.reply:
                return _news([], place, language, now) | {"reset": True}
            if now is None:
                return _news([], place, language, now)
            found = await history.after(tx, self._channel, now.address, place, MOST)
            entries = await _shown(tx, now.address, found.entries)
        return _news(entries, found.after, language, now) | ({"more": True} if found.more else {})

    async def before(self, visitor: str, place: HistoryPoint | None, language: str) -> JsonObject:
        """Load the last entries up to a place, or of all."""
        async with self._database.reading() as tx:
            now = await history.stand(tx, self._channel, visitor)
            if now is None:
                return _news([], HistoryPoint(), language, now) | {"before": _written(HistoryPoint()), "more": False}
            found = await history.before(tx, self._channel, now.address, place or now.newest, ENTRIES)
            entries = await _shown(tx, now.address, found.entries)
        return _news(entries, found.after, language, now) | {"before": _written(found.before), "more": found.more}


def parsed(given: str) -> HistoryPoint | None:
    """Read a place as pages give it back; None for anything else."""
    found = _PLACE.fullmatch(given)
    return HistoryPoint(int(found[1]), int(found[2])) if found else None


def _written(place: HistoryPoint) -> str:
    return f"{place.turn}.{place.reply}"


async def _shown(tx: Transaction, address: int, entries: Sequence[HistoryEntry | Answered]) -> list[JsonObject]:
    taps = {tapped(entry) for entry in entries if isinstance(entry, HistoryEntry)} - {0}
    offered = await replies.bodies(tx, taps)
    kept = await files.describe(tx, {file_of(entry) for entry in entries} - {0})
    shown = (
        answer_entry(entry, kept) if isinstance(entry, Answered) else said_entry(entry, address, offered, kept)
        for entry in entries
    )
    return [entry for entry in shown if entry]


def _news(entries: list[JsonObject], place: HistoryPoint, language: str, now: Stand | None) -> JsonObject:
    """Make the news in the person's language; the sentences of the page come along when it changes."""
    spoken = now.language if now else language
    news = {
        "entries": entries,
        "place": _written(place),
        "waiting": now is not None and now.waiting,
        "language": spoken,
    }
    return news if spoken == language else news | {"texts": page.texts(spoken)}
