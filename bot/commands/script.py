"""People played by lines of JSON: each line is done, its effects are waited for, and the clock obeys."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot import settings
from bot.assistant import Assistant
from bot.channels.terminal import Terminal
from bot.clock import ManualClock
from bot.commands import jsonl
from bot.commands.start import assemble, begin, insist_on_release
from bot.language.markdown import paint, with_marks
from bot.language.quiet_hours import morning
from bot.reply import Reply
from db.base import JsonObject
from db.deliveries import deliveries

MARKS = {"bold": ("*", "*"), "italic": ("_", "_")}
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(\d+(?:\.\d+)?) ?([smhdw])")
#: seconds between two runs of repeated jobs, which are for a running service and would only slow a long wait
_RARELY = 86_400


@dataclass(frozen=True, slots=True)
class Sent:
    """A reply that went out, or (`unasked`) a delivery."""

    person: str
    reply: Reply
    unasked: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One line: what a person does, or how long they wait."""

    person: str
    act: JsonObject
    language: str | None = None
    wait: timedelta | None = None


def parse(line: JsonObject) -> Step:
    """A line of `jembatan chat --jsonl`; raises ValueError with a sentence that says what is wrong with it."""
    person, language = line.get("person"), line.get("language")
    if not isinstance(person, str) or not person.strip() or not person.isprintable():
        raise ValueError('"person" is missing; name one, such as "person": "a"')
    if language is not None and not isinstance(language, str):
        raise ValueError('"language" is a code such as "id"')
    unknown = sorted(set(line) - {"person", "language"} - set(_VALUES))
    if unknown:
        raise ValueError(f'"{unknown[0]}" is not known; use one of {", ".join(_VALUES)}')
    done = [key for key in line if key in _VALUES]
    if len(done) != 1:
        raise ValueError(f"a line does one thing, not {len(done)}; use one of {', '.join(_VALUES)}")
    key, value = done[0], line[done[0]]
    if key == "wait":
        return Step(person, {}, language, duration(value))
    if not _fits(key, value):
        raise ValueError(f'"{key}" is {_VALUES[key]}')
    return Step(person, {key: value}, language)


#: what a person can do in a line, and what it is given
_VALUES = {
    "text": "what they write",
    "choice": "a label, or a number counted from 1",
    "contact": "a phone number as text",
    "photo": "a path",
    "file": "a path",
    "location": "[latitude, longitude] in degrees",
    "start": "the payload of a link, or an empty text",
    "wait": "a time such as 90s, 15m, 26h, 3d",
}


def _fits(key: str, value: object) -> bool:
    if key == "choice" and isinstance(value, int):
        return not isinstance(value, bool)
    if key == "location":
        return isinstance(value, list) and len(value) == 2 and _degrees(value[0], 90) and _degrees(value[1], 180)
    return isinstance(value, str)


def _degrees(value: object, limit: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -limit <= value <= limit


def duration(text: Any) -> timedelta:
    """Read `90s`, `15m`, `26h`, `1d12h`, `2w`, up to a century."""
    parts = _DURATION.findall(text) if isinstance(text, str) else []
    if not parts or _DURATION.sub("", text).strip():
        raise ValueError(f'"wait" is {_VALUES["wait"]}')
    try:
        whole = sum((timedelta(**{_UNITS[unit]: float(number)}) for number, unit in parts), timedelta())
    except OverflowError:
        whole = timedelta.max
    if whole > timedelta(days=36_525):
        raise ValueError('"wait" is at most a century')
    return whole


def play(url: str, lines: Iterable[bytes]) -> None:
    """Do each line as it comes, and write what is said in return before the next is read."""
    with asyncio.Runner() as runner:
        script = Script(url)
        try:
            runner.run(script.begin())
            for step in jsonl.read(lines, parse):
                for line in runner.run(script.play(step)):
                    jsonl.write(line)
        finally:
            runner.run(script.stop())


class Script:
    """An assistant in which nothing moves by itself."""

    def __init__(self, url: str) -> None:
        self._sent: list[Sent] = []
        self._delivers = False
        self._clock = ManualClock()
        self._terminal = Terminal(self._note, settings.load().folder)
        self.assistant: Assistant = assemble(url, [self._terminal], self._clock)
        self.assistant.jobs.slow_down(_RARELY)

    def _note(self, person: str, reply: Reply) -> None:
        self._sent.append(Sent(person, reply, self._delivers))

    async def begin(self) -> None:
        """Open the database and finish what an earlier run left."""
        await begin(self.assistant, background=False)
        insist_on_release(self.assistant)
        await self._settle()

    async def take(self, step: Step) -> list[Sent]:
        """Do a step; returns what went out since the last one."""
        if step.wait is None:
            update = self._terminal.update(step.person, step.act, step.language)
            await self.assistant.edge.receive(self._terminal, [update])
            await self._settle()
        else:
            await self._wait_until(step.wait)
        sent, self._sent = self._sent, []
        return sent

    async def play(self, step: Step) -> list[JsonObject]:
        """Do a step; returns its line, after a line for each delivery and for what was said to somebody else."""
        unasked, own = [], []
        for sent in await self.take(step):
            reply = as_json(sent.reply, self._terminal.path(sent.reply))
            if sent.unasked or sent.person != step.person:
                unasked.append({"person": sent.person, "unasked": True, "replies": [reply]})
            else:
                own.append(reply)
        return [*unasked, {"person": step.person, "replies": own}]

    async def stop(self) -> None:
        await self.assistant.stop()

    async def _wait_until(self, wait: timedelta) -> None:
        """Stop at each moment at which something is due, so that it happens at its time."""
        end = self._clock.now() + wait
        while (due := await self._next_due()) and due <= end:
            self._clock.move_to(due)
            await self._settle()
        self._clock.move_to(end)
        await self._settle()

    async def _next_due(self) -> datetime | None:
        """When the next job or delivery is due, or what waits for the day may leave."""
        now = self._clock.now()
        async with self.assistant.database.reading() as tx:
            overdue, delivery = await deliveries.next_due(tx, now)
        moments = [await self.assistant.jobs.next_due(), delivery, morning(now) if overdue else None]
        return min(filter(None, moments), default=None)

    async def _settle(self) -> None:
        await self.assistant.settled()
        while await self.assistant.jobs.run_due() or await self._deliver():
            await self.assistant.settled()

    async def _deliver(self) -> int:
        self._delivers = True
        try:
            return await self.assistant.deliveries.run_due()
        finally:
            self._delivers = False


def as_json(reply: Reply, path: Path | None = None) -> JsonObject:
    """Write a reply as a script reads it; the text is plain, with *bold* and _italic_ as a phone's keyboard writes
    them.

    `path` is where its file was put.
    """
    choices = [{"label": choice.shown, "rank": choice.rank} for choice in reply.numbered()]
    said = {"text": with_marks(paint(reply.text), MARKS), "choices": choices}
    return {**said, "file": str(path)} if path else said
