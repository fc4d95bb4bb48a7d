"""The terminal as a channel: what people type or a script does for them, and what they are shown."""

import asyncio
import json
import secrets
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.channel import Update
from bot.inbound import Inbound
from bot.media.attachments import LARGEST, TooLarge
from bot.reply import Limits, Reply
from db.base import JsonObject

#: replies whose choices can still be named by their label
REMEMBERED = 50


class Terminal:
    """`show` gets every reply, with the name of the person it is for; files are put into `folder`."""

    name = "terminal"
    limits = Limits(text=4096, text_with_choices=4096, buttons=10, button_label=40, rows=10, row_label=40)
    rate = None

    def __init__(self, show: Callable[[str, Reply], None], folder: Callable[[], Path]) -> None:
        self._show = show
        self._folder = folder
        self._choices: dict[str, deque[tuple[int, list[str]]]] = defaultdict(lambda: deque(maxlen=REMEMBERED))

    def update(self, person: str, act: Mapping[str, Any], language: str | None = None) -> Update:
        """Make the update of one act: text, choice (label or number), contact, location, photo, file or start."""
        if "choice" in act:
            act = self._tap(person, act["choice"])
        act = {key: str(Path(value).absolute()) if key in ("photo", "file") else value for key, value in act.items()}
        return Update(secrets.token_hex(12), json.dumps(act), person, language)

    def link(self, payload: str) -> None:
        """Return None: nobody gets here by a link."""

    def inbound(self, raw: str) -> Inbound | None:
        match json.loads(raw):
            case {"text": str(text)}:
                return Inbound.typed(text)
            case {"tap": [int(reply), int(index)]}:
                return Inbound("tap", reply=reply, index=index)
            case {"start": str(payload)}:
                return Inbound("command", payload, "start")
            case {"contact": str(phone)}:
                return Inbound("contact", phone=phone)
            case {"location": [latitude, longitude]}:
                return Inbound("location", place=(latitude, longitude))
            case {"photo": str(path)}:
                return Inbound("photo", file=path, file_name=Path(path).name)
            case {"file": str(path)}:
                return Inbound("file", file=path, file_name=Path(path).name)
        return None

    async def fetch(self, inbound: Inbound) -> bytes:
        return await asyncio.to_thread(_read, Path(inbound.file))

    async def send(self, address: str, reply: Reply, number: int) -> list[str]:
        if reply.choices:
            self._choices[address].appendleft((number, [choice.shown for choice in reply.numbered()]))
        if reply.attachment and (path := self.path(reply)):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            await asyncio.to_thread(path.write_bytes, reply.attachment.content)
        self._show(address, reply)
        return []

    def path(self, reply: Reply) -> Path | None:
        """Put the file of a reply into the folder; the same content under the same name is put there once."""
        if reply.attachment is None:
            return None
        digest = sha256(reply.attachment.content).hexdigest()[:8]
        return self._folder().absolute() / "files" / f"{digest}-{reply.attachment.name}"

    async def typing(self, address: str) -> None:
        """Do nothing: a terminal answers too fast for that."""

    def _tap(self, person: str, choice: str | int) -> JsonObject:
        """Find the tapped choice: a number means the last reply with choices, a label the last that offered it."""
        offered = self._choices[person]
        if isinstance(choice, int):
            count = len(offered[0][1]) if offered else 0
            return {"tap": [offered[0][0], choice - 1]} if 0 < choice <= count else {"text": str(choice)}
        for number, labels in offered:
            same = [index for index, label in enumerate(labels) if label.casefold() == choice.strip().casefold()]
            if same:
                return {"tap": [number, same[0]]}
        return {"text": choice}


def _read(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:
        raise TooLarge
    return path.read_bytes()
