"""A conversation in the terminal: one person types, and the assistant runs beside them."""

import asyncio
import sys
import threading
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import click

from bot import settings
from bot.assistant import Assistant
from bot.channels.terminal import Terminal
from bot.commands.start import assemble, begin, insist_on_release
from bot.language.markdown import paint, with_marks
from bot.reply import Reply

#: who types here, as the address `terminal:saya`
ME = "saya"
BOLD, ITALIC, RESET = "\x1b[1m", "\x1b[3m", "\x1b[0m"
STYLES = {"bold": (BOLD, RESET), "italic": (ITALIC, RESET), "code": (BOLD, RESET)}
PROMPT = "> "

Result = TypeVar("Result")


def bubble(reply: Reply, path: Path | None = None) -> str:
    """Format a reply for a terminal: choices numbered, the main ones below each other, the quiet ones in one line.

    `path` is where its file was put.
    """
    lines = [with_marks(paint(reply.text), STYLES)]
    if path:
        lines.append(click.style(f"  {path}", dim=True))
    labels = [f"{number}. {choice.shown}" for number, choice in enumerate(reply.numbered(), start=1)]
    main = len(reply.main())
    lines += [click.style(f"  {label}", fg="cyan") for label in labels[:main]]
    if labels[main:]:
        lines.append(click.style("  " + "  ".join(labels[main:]), dim=True))
    return "\n".join(lines)


class Loop:
    """An event loop in a thread of its own, so that typing and the assistant wait for nothing."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="assistant", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[object, None, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Screen:
    """What is typed and what is shown, which may happen at the same time."""

    def __init__(self) -> None:
        self._prompt = PROMPT if sys.stdin.isatty() else ""
        self._asking = False
        with suppress(ImportError):  # not everywhere; where it is, input() understands the arrow keys
            import readline  # noqa: F401

    def greet(self) -> None:
        if self._prompt:
            click.secho("Write as an owner would; a number picks a choice. Ctrl-D ends.", dim=True)

    def lines(self) -> Iterator[str]:
        """Read what is typed until Ctrl-D, Ctrl-C or the end of the input, without blank lines."""
        while True:
            self._asking = True
            try:
                line = input(self._prompt)
            except (EOFError, KeyboardInterrupt):
                if self._prompt:
                    click.echo()
                return
            finally:
                self._asking = False
            if line.strip():
                yield line

    def show(self, reply: Reply, path: Path | None) -> None:
        """Show a bubble; where somebody is being asked, show the prompt again below it."""
        click.echo(f"\n{bubble(reply, path)}\n")
        if self._asking:
            click.echo(self._prompt, nl=False)


def talk(url: str) -> None:
    """Read, send, and show what is said in return."""
    loop, screen = Loop(), Screen()
    terminal = Terminal(lambda _person, reply: screen.show(reply, terminal.path(reply)), settings.load().folder)
    try:
        assistant = assemble(url, [terminal])
        loop.run(begin(assistant))
        try:
            insist_on_release(assistant)
            screen.greet()
            with suppress(KeyboardInterrupt):
                for line in screen.lines():
                    loop.run(_say(assistant, terminal, line))
        finally:
            loop.run(assistant.stop())
    finally:
        loop.close()


async def _say(assistant: Assistant, terminal: Terminal, text: str) -> None:
    await assistant.edge.receive(terminal, [terminal.update(ME, {"text": text})])
    await assistant.settled()
