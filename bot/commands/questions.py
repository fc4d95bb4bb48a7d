"""Questions without a conversation: which topic each is about, or what a person who asks it would be shown."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import click

from bot.commands import jsonl
from bot.commands.chat import bubble
from bot.commands.script import Script, Step
from bot.knowledge import Knowledge
from db.base import JsonObject

#: long enough for the answer to a bare greeting, which waits for the question
PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class AskedLine:
    id: Any
    text: str
    language: str
    #: the topic of the card that was shown before
    after: str


def parse(line: JsonObject) -> AskedLine:
    """Read a line of `jembatan ask --jsonl`; other keys are left alone. Raises ValueError with a sentence."""
    if "id" not in line or not isinstance(line.get("text"), str):
        raise ValueError('"id" and "text" are needed, such as {"id": 1, "text": "biaya halal?", "lang": "id"}')
    language, after = (line.get(key) or "" for key in ("lang", "after"))
    if not isinstance(language, str) or not isinstance(after, str):
        raise ValueError('"lang" is a code such as "id", "after" a topic such as "halal.cost"')
    return AskedLine(line["id"], line["text"], language, after)


def pick_topics(knowledge: Knowledge, lines: Iterable[bytes]) -> None:
    """Answer each line, at once and in order."""
    for question in jsonl.read(lines, parse):
        found = knowledge.answer(question.text, after=question.after, language=question.language)
        jsonl.write(
            {
                "id": question.id,
                "topic": found.topic,
                "candidates": found.candidates,
                "answered": found.topic is not None,
            }
        )


def answer(question: str, url: str) -> None:
    """Print what somebody who asks this is shown."""
    asyncio.run(_answer(question, url))


async def _answer(question: str, url: str) -> None:
    script = Script(url)
    try:
        await script.begin()
        said = await script.take(Step("saya", {"text": question}))
        said = said or await script.take(Step("saya", {}, wait=PATIENCE))
    finally:
        await script.stop()
    click.echo("\n\n".join(bubble(sent.reply) for sent in said))
