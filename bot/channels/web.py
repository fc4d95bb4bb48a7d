"""The web chat as a channel: visitors of our own page, known by a signed cookie and nothing else.

The protocol between the page (bot/web/static/) and the server (bot/web/chat/requests.py):

Sending. `POST /chat/messages` with one JSON object: `id` (made by the page, at most 40 letters, digits, `-`, `_`) and
one of `text`, `tap` (`{"reply", "index"}`), `start` (a payload, or empty). `POST /chat/files?id=...&name=...` with the
bytes of a photo, a PDF or a recording as the body. The answer 200 means that it is stored. The page keeps a message
until then and sends it again under the same id, however often: the update's id is `<visitor>:<id>`, so it is one turn.
429 carries `Retry-After` (seconds); 413 and 415 say that it will never be taken.

Receiving. The server sends *news*: `{"entries", "place", "waiting", "language"}`. `entries` are what was said by either
side, oldest first, each with an `id` of its own: the page shows an id once. `place` (`<last turn>.<last reply>`) is
opaque to the page; it gives the newest one back and gets everything after it, so nothing is lost or doubled, whatever
happened to the connection. `waiting` says whether an answer is due. `texts` come along when the visitor's language is
no longer the page's. `reset` says that the place is unknown here (an older copy of the database): start anew.

A `file` of an entry (`{"kind", "name", "size", "id"}`) is at `GET /chat/files/<id>`, for the visitor in whose history
it stands and nobody else; without an `id` it is not there any more.

- `GET /chat/history`: the newest entries, with `before` (a place) and `more`; `?before=...`: the ones before that.
- `WebSocket /chat/socket?after=<place>`: news as it happens, `{"typing": true}`, and `{}` as a sign of life every 25 s.
- `GET /chat/news?after=<place>`: the same for those whose proxy forbids WebSockets: waits up to 25 s for news.

What is sent is only ever read from the database: `send` wakes whoever listens, and nobody needs to.
"""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

from bot.channel import Update
from bot.inbound import Inbound, InboundKind
from bot.reply import Limits, Reply
from db.base import JsonObject, storable
from db.files import Description

#: characters of a message; the page does not let anybody type more
LONGEST_TEXT = 4000
#: closes a WebSocket as the server stops for now
RESTART = 1012
#: closes a WebSocket as the visitor opened more pages than are served at once
ELSEWHERE = 4001
_ID = re.compile(r"[\w-]{1,40}", re.ASCII)
_KINDS: dict[str, InboundKind] = {"photo": "photo", "document": "file", "voice": "voice"}
_PAYLOAD = re.compile(r"[\w-]{0,64}", re.ASCII)


class Listener:
    """One open page, from when it connected to when it is gone."""

    def __init__(self) -> None:
        self._happened = asyncio.Event()
        self._news = False
        #: why it is let go, 0 while it is not: `RESTART` or `ELSEWHERE`
        self.dismissed = 0

    def wake(self) -> None:
        """Tell the page that there is something new to read."""
        self._news = True
        self._happened.set()

    def show_typing(self) -> None:
        self._happened.set()

    def dismiss(self, why: int) -> None:
        self.dismissed = why
        self._happened.set()

    async def happening(self, seconds: float) -> str:
        """Wait until something happens: `news`, `typing`, or `nothing` for so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._happened.wait()
        happened = "news" if self._news else "typing" if self._happened.is_set() else "nothing"
        self._happened.clear()
        self._news = False
        return happened


class Web:
    name = "web"
    limits = Limits(text=4096, text_with_choices=4096, buttons=3, button_label=20, rows=10, row_label=24)
    rate = None

    def __init__(self, public_url: str | None = None) -> None:
        self._public_url = public_url
        self._listeners: defaultdict[str, list[Listener]] = defaultdict(list)
        self._closed = False
        #: reads what a visitor sent, by its id; given by what takes it in
        self.kept: Callable[[int], Awaitable[bytes]] | None = None

    # what every channel offers

    def link(self, payload: str) -> str | None:
        return f"{self._public_url}/?start={payload}" if self._public_url else None

    def inbound(self, raw: str) -> Inbound | None:
        match json.loads(raw):
            case {"text": str(text)}:
                return Inbound.typed(text)
            case {"tap": {"reply": int(reply), "index": int(index)}}:
                return Inbound("tap", reply=reply, index=index)
            case {"start": str(payload)}:
                return Inbound("command", payload, "start")
            case {"file": {"kind": str(kind), "name": str(name), "size": int(size), "id": int(file)}}:
                return Inbound(_KINDS[kind], file=str(file), file_name=name, file_size=size, file_is_clean=True)
            case {"file": {"kind": str(kind)}}:  # stored before files were kept
                return Inbound(_KINDS[kind])
        return None

    async def fetch(self, inbound: Inbound) -> bytes:
        assert self.kept is not None
        return await self.kept(int(inbound.file))

    async def send(self, address: str, reply: Reply, number: int) -> list[str]:
        """Wake the visitor's open pages, which look for the reply's row at once."""
        self.wake(address)
        return [str(number)]

    async def typing(self, address: str) -> None:
        for listener in self._listeners.get(address, ()):
            listener.show_typing()

    # what the pages need

    def wake(self, visitor: str) -> None:
        """Tell a visitor's pages that their history has something new."""
        for listener in self._listeners.get(visitor, ()):
            listener.wake()

    @contextmanager
    def listening(self, visitor: str, most: int) -> Iterator[Listener]:
        """Listen to what happens to a visitor; of more than `most` open pages the oldest is let go."""
        listener = Listener()
        opened = self._listeners[visitor]
        opened.append(listener)
        for oldest in [one for one in opened if not one.dismissed][:-most]:
            oldest.dismiss(ELSEWHERE)
        if self._closed:
            listener.dismiss(RESTART)
        try:
            yield listener
        finally:
            opened.remove(listener)
            if not opened:
                self._listeners.pop(visitor, None)

    def close(self) -> None:
        """Let every page go; they connect again by themselves when the server is back."""
        self._closed = True
        for opened in self._listeners.values():
            for listener in opened:
                listener.dismiss(RESTART)


def message(body: bytes) -> JsonObject:
    """Read what a page sent, without anything that was not asked for; raises ValueError for what it never sends."""
    try:
        given = json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(given, dict):
        raise ValueError("no object")
    name = named(given.get("id"))
    match given:
        case {"text": str(text)} if kept := storable(text).strip():
            return {"id": name, "text": kept[:LONGEST_TEXT]}
        case {"tap": {"reply": int(reply), "index": int(index)}} if 0 < reply < 2**63 and 0 <= index < 100:
            return {"id": name, "tap": {"reply": reply, "index": index}}
        case {"start": payload} if _is(_PAYLOAD, payload):
            return {"id": name, "start": payload}
    raise ValueError("nothing that can be taken")


def named(given: str | None) -> str:
    """Check the page's id of what it sends; raises ValueError for what is none."""
    if not _is(_ID, given):
        raise ValueError("no id")
    return str(given)


def file(id: str, kept: int, what: Description) -> JsonObject:  # noqa: A002
    """Describe a photo, a document or a recording, which is kept as `kept`."""
    return {"id": id, "file": {"kind": what.kind, "name": what.name, "size": what.size, "id": kept}}


def update(visitor: str, sent: JsonObject, language: str) -> Update:
    """Make the update that the edge stores; `language` is that of the visitor's browser."""
    return Update(f"{visitor}:{sent['id']}", json.dumps(sent), visitor, language)


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
