"""A process of its own: an assistant that numbers what each person says, fed line by line on standard input.

`python -m tests.town.numbering DATABASE_URL FILE`; a line is an update as JSON `[id, person, text]`, and `stored` comes
back once it is kept. Replies are appended to the file.
"""

import asyncio
import json
import os
import random
import sys
from pathlib import Path

from bot.answers.unanswered import Unanswered
from bot.assistant import Assistant, Product
from bot.channel import Update
from bot.channels.memory import raw
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from bot.knowledge.search import Search
from bot.language.i18n import LOCALES
from bot.language.markdown import escape, plain
from bot.reply import TELEGRAM, Reply
from bot.router import Router
from bot.turn import Turn
from db.engine import Database

numbering = Router("numbering")


@numbering.anything()
async def number(turn: Turn) -> None:
    turn.memory[Unanswered].misses += 1
    turn.say(escape(f"{turn.memory[Unanswered].misses} {turn.text}"))


class Paper:
    """A channel that writes to a file, taking its time."""

    name = "memory"
    limits = TELEGRAM
    rate = None

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def link(self, payload: str) -> None:
        """A paper has no address."""

    def inbound(self, raw: str) -> Inbound:
        return Inbound(**json.loads(raw))

    async def fetch(self, inbound: Inbound) -> bytes:
        raise FileNotFoundError(inbound.file)

    async def send(self, address: str, reply: Reply, number: int) -> list[str]:
        await asyncio.sleep(random.random() / 50)
        os.write(self._file, f"{address} {plain(reply.text)}\n".encode())
        return [str(number)]

    async def typing(self, address: str) -> None:
        """Paper does not show it."""


async def main(url: str, path: Path) -> None:
    knowledge = Knowledge(cards={"id": {}}, facts={}, sources={}, search=Search(LOCALES))
    paper = Paper(path)
    assistant = Assistant(Database(url), knowledge, Product([numbering]), [paper])
    await assistant.start()
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        number, person, text = json.loads(line)
        await assistant.edge.receive(paper, [Update(number, raw(Inbound.typed(text)), person, "id")])
        print("stored", flush=True)
    await assistant.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
