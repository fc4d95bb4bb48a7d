"""The terminal as a channel: what people type or a script does for them, and what they are shown."""

import json
import secrets
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from typing import Any

from bot.channels import Update
from bot.reply import Limits, Reply
from bot.turn import Inbound

#: replies whose choices can still be named by their label
REMEMBERED = 50


class Terminal:
    """`show` gets every reply, with the name of the person it is for."""

    name = "terminal"
    limits = Limits(text=4096, text_with_choices=4096, buttons=10, button_label=40, rows=10, row_label=40)

    def __init__(self, show: Callable[[str, Reply], None]) -> None:
        self._show = show
        self._choices: dict[str, deque[tuple[int, list[str]]]] = defaultdict(lambda: deque(maxlen=REMEMBERED))

    def update(self, person: str, act: Mapping[str, Any], language: str | None = None) -> Update:
        """What a person does, as one of: text, choice (label or number), contact, location, photo, file, start."""
        if "choice" in act:
            act = self._tap(person, act["choice"])
        return Update(secrets.token_hex(12), json.dumps(act), person, language)

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
            case {"photo": str()}:
                return Inbound("photo")
            case {"file": str()}:
                return Inbound("file")
        return None

    async def send(self, address: str, reply: Reply, number: int) -> list[str]:
        if reply.choices:
            self._choices[address].appendleft((number, [choice.shown for choice in reply.numbered()]))
        self._show(address, reply)
        return []

    async def typing(self, address: str) -> None:
        """A terminal answers too fast for that."""

    def _tap(self, person: str, choice: str | int) -> dict[str, Any]:
        """A number taps the last reply that offered anything, a label the last that offered it; else it is typed."""
        offered = self._choices[person]
        if isinstance(choice, int):
            count = len(offered[0][1]) if offered else 0
            return {"tap": [offered[0][0], choice - 1]} if 0 < choice <= count else {"text": str(choice)}
        for number, labels in offered:
            same = [index for index, label in enumerate(labels) if label.casefold() == choice.strip().casefold()]
            if same:
                return {"tap": [number, same[0]]}
        return {"text": choice}
