"""The pages behind the QR of a ticket and of a certificate: what this is, and the way into the chat.

A ticket's page knows nobody: it may be photographed. A certificate's says whose it is, as its holder shows it around.
"""

from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from bot.assistant import Assistant
from bot.codes import Codes, Kind
from bot.door import certificates
from bot.door.codes import CERTIFICATE, TICKET
from bot.enrolling.enrolments import number
from bot.fairs.exhibitions import title
from bot.language.i18n import LANGUAGES, _, closest, language, speaking
from bot.language.markdown import Markdown, plain
from bot.web.chat import page
from bot.web.chat.allowance import Allowance
from bot.web.chat.visitor import browser_language, client
from db.enrolling import attendance, enrolments
from db.fairs import programmes

#: requests a minute from one network address: a door has one, and a queue before it
_LOOKS = 300
_HEADERS = {"X-Robots-Tag": "noindex, nofollow"}


class Doors:
    """Serves the two pages; `telegram` gives the link that opens the chat there with a payload, or None."""

    def __init__(self, assistant: Assistant, telegram: Callable[[str], str | None]) -> None:
        self._assistant = assistant
        self._codes = assistant.tools[Codes]
        self._telegram = telegram
        self._looks = Allowance(_LOOKS)

    def routes(self) -> Sequence[BaseRoute]:
        return (Route(f"{TICKET.path}{{code}}", self._ticket), Route(f"{CERTIFICATE.path}{{code}}", self._certificate))

    async def _ticket(self, request: Request) -> Response:
        if seconds := self._looks.wait(client(request)):
            return _slower(seconds)
        code = request.path_params["code"]
        with speaking(closest(browser_language(request.headers, LANGUAGES))):
            if self._codes.read(TICKET, code) is None:
                return _page([_("This is not a ticket of ours.")], [], 404)
            lines = [
                _("This is a ticket."),
                _("At the door, staff open it in the chat to record who is there. "
                  "If it is yours, open it there to see it."),
            ]  # fmt: skip
            return _page(lines, self._ways(TICKET, code))

    async def _certificate(self, request: Request) -> Response:
        if seconds := self._looks.wait(client(request)):
            return _slower(seconds)
        with speaking(closest(browser_language(request.headers, LANGUAGES))):
            lines = await self._genuine(request.path_params["code"])
            if lines is None:
                return _page([_("This certificate is not one of ours.")], [], 404)
            return _page(lines, [])

    async def _genuine(self, code: str) -> list[Markdown | str] | None:
        parsed = self._codes.read(CERTIFICATE, code)
        if parsed is None:
            return None
        async with self._assistant.database.reading() as tx:
            one = await enrolments.numbered(tx, *parsed)
            programme = await programmes.load(tx, one.programme_id) if one else None
            there = await attendance.of(tx, one.id) if one else []
        if one is None or programme is None or not (there and one.name):
            return None
        genuine = _("This certificate is genuine.")
        return [genuine, one.name, number(one, programme), title(programme), certificates.when(programme, there)]

    def _ways(self, kind: Kind, code: str) -> list[tuple[str, Markdown]]:
        payload = f"{kind.payload}{code}"
        found = [(f"/?start={payload}", _("Open in the web chat"))]
        if link := self._telegram(payload):
            found.insert(0, (link, _("Open in Telegram")))
        return found


def _page(lines: Sequence[Markdown | str], ways: Sequence[tuple[str, Markdown]], status: int = 200) -> Response:
    """Build a page; the first line is the heading, and everything that is filled in is escaped."""
    shown = [escape(plain(line) if isinstance(line, Markdown) else line) for line in lines]
    below = [f"<p>{line}</p>" for line in shown[1:]]
    below += [f'<p><a class="way" href="{escape(link)}">{escape(plain(label))}</a></p>' for link, label in ways]
    filled = _template().substitute(
        language=language(),
        name=page.NAME,
        static=f"/static/{page.edition()}",
        heading=shown[0],
        below="\n".join(below),
    )
    return HTMLResponse(filled, status, _HEADERS)


def _slower(seconds: float) -> Response:
    return Response(status_code=429, headers={"Retry-After": str(max(1, round(seconds)))})


@cache
def _template() -> Template:
    return Template((Path(__file__).parent / "templates" / "door.html").read_text("utf-8"))
