"""The page of the web chat: its HTML in the visitor's language, its sentences, its files, and the headers around it."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.web import LONGEST_TEXT
from bot.language.i18n import _, speaking
from bot.language.markdown import plain
from bot.media.attachments import LARGEST

NAME = "Jembatan"
_ROOM = Path(__file__).parent
_KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
#: nothing from elsewhere, nothing inline; `blob:` is the picture or the sound a visitor is about to send
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    content: bytes
    kind: str


@cache
def files() -> dict[str, StaticFile]:
    """Load the files of the page, by name."""
    found = sorted((_ROOM / "static").iterdir())
    return {path.name: StaticFile(path.read_bytes(), _KINDS[path.suffix]) for path in found}


@cache
def edition() -> str:
    """Hash all the files together: their address changes with it, so browsers may keep them for ever."""
    digest = hashlib.sha256()
    for name, file in files().items():
        digest.update(name.encode() + b"\0" + file.content)
    return digest.hexdigest()[:12]


@cache
def texts(language: str) -> dict[str, str]:
    """List every sentence of the page; those that count have `{seconds}`, which the page fills in."""
    with speaking(language):
        said = {
            "about": _("Assistant for small businesses in Bandung"),
            "conversation": _("Conversation"),
            "write": _("Write a message"),
            "send": _("Send"),
            "attach": _("Send a photo, a document or a recording"),
            "earlier": _("Earlier messages"),
            "newest": _("To the newest message"),
            "writing": _("Jembatan is writing"),
            "choices": _("Choices"),
            "you": _("You"),
            "today": _("Today"),
            "yesterday": _("Yesterday"),
            "sent": _("Sent"),
            "waiting": _("Not sent yet"),
            "lost": _("The connection is lost. What you write is kept and leaves by itself."),
            "slower": _("That was a lot at once. The rest leaves by itself in {seconds} seconds."),
            "refused": _("That file cannot be sent. Send a photo (JPG, PNG), a PDF or a recording of at most 5 MB."),
            "unsent": _("This could not be sent. Please write it again, a little differently."),
            "cookies": _("This chat needs cookies to know you again. Please allow them and open the page anew."),
            "script": _("This chat needs JavaScript. Please switch it on, or use another browser."),
        }
    return {name: plain(sentence) for name, sentence in said.items()}


def html(language: str) -> str:
    """Build the page; everything that is filled in is escaped."""
    said = texts(language)
    page = {"texts": said, "language": language, "name": NAME, "longestText": LONGEST_TEXT, "largestFile": LARGEST}
    data = json.dumps(page, ensure_ascii=False).replace("<", "\\u003c")
    filled = {name: escape(sentence) for name, sentence in said.items()}
    return _template().substitute(
        filled, language=language, name=NAME, static=f"/static/{edition()}", longest_text=LONGEST_TEXT, data=data
    )


@cache
def _template() -> Template:
    return Template((_ROOM / "templates" / "chat.html").read_text("utf-8"))


class Guarded:
    """Adds to every answer of the app the headers that keep a page's browser out of trouble."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)
