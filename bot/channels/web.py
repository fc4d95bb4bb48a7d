"""The web chat as a channel: visitors of our own page, known by a signed cookie and nothing else.

The protocol between the page (bot/web/static/) and the server (bot/web/chat.py):

Sending. `POST /chat/messages` with one JSON object: `id` (made by the page, at most 40 letters, digits, `-`, `_`) and
one of `text`, `tap` (`{"reply", "index"}`), `start` (a payload, or empty). `POST /chat/files?id=...&name=...` with the
bytes as the body. The answer 200 means that it is stored. The page keeps a message until then and sends it again under
the same id, however often: the update's id is `<visitor>:<id>`, so it is one turn. 429 carries `Retry-After` (seconds);
413 and 415 say that it will never be taken.

Receiving. The server sends *news*: `{"entries", "place", "waiting", "language"}`. `entries` are what was said by either
side, oldest first, each with an `id` of its own: the page shows an id once. `place` (`<last turn>.<last reply>`) is
opaque to the page; it gives the newest one back and gets everything after it, so nothing is lost or doubled, whatever
happened to the connection. `waiting` says whether an answer is due. `texts` come along when the visitor's language is
no longer the page's. `reset` says that the place is unknown here (an older copy of the database): start anew.

- `GET /chat/history`: the newest entries, with `before` (a place) and `more`; `?before=...`: the ones before that.
- `WebSocket /chat/socket?after=<place>`: news as it happens, `{"typing": true}`, and `{}` as a sign of life every 25 s.
- `GET /chat/news?after=<place>`: the same for those whose proxy forbids WebSockets: waits up to 25 s for news.

What is sent is only ever read from the database: `send` wakes whoever listens, and nobody needs to.
"""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from bot.channels import Update
from bot.reply import Limits, Reply
from bot.turn import Inbound

#: characters of a message; the page does not let anybody type more
LONGEST_TEXT = 4000
#: why a WebSocket is closed: the server stops for now; or the visitor opened more pages than are served at once
RESTART, ELSEWHERE = 1012, 4001
_ID = re.compile(r"[\w-]{1,40}", re.ASCII)
_PAYLOAD = re.compile(r"[\w-]{0,64}", re.ASCII)


class Listener:
    """One open page, from when it connected to when it is gone."""

    def __init__(self) -> None:
        self._happened = asyncio.Event()
        self._news = False
        #: why it is let go, 0 while it is not: `RESTART` or `ELSEWHERE`
        self.dismissed = 0

    def wake(self) -> None:
        """There is something new to be read."""
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

    def __init__(self) -> None:
        self._listeners: defaultdict[str, list[Listener]] = defaultdict(list)
        self._closed = False

    # what every channel offers

    def inbound(self, raw: str) -> Inbound | None:
        match json.loads(raw):
            case {"text": str(text)}:
                return Inbound.typed(text)
            case {"tap": {"reply": int(reply), "index": int(index)}}:
                return Inbound("tap", reply=reply, index=index)
            case {"start": str(payload)}:
                return Inbound("command", payload, "start")
            case {"file": {"kind": "photo"}}:
                return Inbound("photo")
            case {"file": dict()}:
                return Inbound("file")
        return None

    async def send(self, address: str, reply: Reply, number: int) -> list[str]:
        """The reply's row is what the visitor's pages show; those that are open now look at once."""
        self.wake(address)
        return [str(number)]

    async def typing(self, address: str) -> None:
        for listener in self._listeners.get(address, ()):
            listener.show_typing()

    # what the pages need

    def wake(self, visitor: str) -> None:
        """Something is new in this visitor's history."""
        for listener in self._listeners.get(visitor, ()):
            listener.wake()

    @contextmanager
    def listening(self, visitor: str, most: int) -> Iterator[Listener]:
        """Hear what happens to a visitor; of more than `most` open pages the oldest is let go."""
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


def message(body: bytes) -> dict[str, Any]:
    """What a page sent, without anything that was not asked for; raises ValueError for what it never sends."""
    try:
        given = json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(given, dict) or not _is(_ID, given.get("id")):
        raise ValueError("no id")
    match given:
        case {"text": str(text)} if kept := storable(text).strip():
            return {"id": given["id"], "text": kept[:LONGEST_TEXT]}
        case {"tap": {"reply": int(reply), "index": int(index)}} if 0 < reply < 2**63 and 0 <= index < 100:
            return {"id": given["id"], "tap": {"reply": reply, "index": index}}
        case {"start": payload} if _is(_PAYLOAD, payload):
            return {"id": given["id"], "start": payload}
    raise ValueError("nothing that can be taken")


def file(id: str, name: str, kind: str, size: int) -> dict[str, Any]:  # noqa: A002
    """A photo or a document as it is kept: what it was, and nothing of what is in it. `size` in bytes."""
    if not _is(_ID, id):
        raise ValueError("no id")
    shown = re.sub(r"[^\w .()-]", "_", storable(name)).strip()[-80:]
    return {"id": id, "file": {"kind": kind, "name": shown or kind, "size": size}}


def update(visitor: str, sent: dict[str, Any], language: str) -> Update:
    """The update that the edge stores; `language` is that of the visitor's browser."""
    return Update(f"{visitor}:{sent['id']}", json.dumps(sent), visitor, language)


def storable(text: str) -> str:
    """The text without what no database can hold."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
