"""The numbers to hold, measured side by side in one run: `make bench`, or `python -m tests.bench [--turns 2000]`.

Throughput: `jembatan run` and a bare python-telegram-bot echo bot with default settings, each a process of its own,
take turns at the same local stub of the Bot API. Latency: turns at 50 a second through edge, lines, runner and outbox
in one process, from the moment a message comes in to the moment its reply is handed to the channel. Broadcast: to
10,000 people at the platform's real limits, of whom 5 in 100 blocked us and for 1 in 100 it fails, while nobody chats
and while 20 do; it takes 7 minutes (`python -m tests.bench broadcast` measures it alone).
"""

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from urllib.request import Request, urlopen

from bot.assistant import Assistant
from bot.channel import Update
from bot.channels.memory import InMemory, raw
from bot.commands import run
from bot.composition import product
from bot.inbound import Inbound
from bot.knowledge import load
from bot.language.i18n import LOCALES
from bot.reply import Reply
from db.engine import Database
from tests.town.telegram_stub import bot_tokens

PEOPLE = 50
ROUNDS = 3
OURS, ECHO = bot_tokens(2)
#: bars of DESIGN 6
SHARE_OF_ECHO, P50_MS, P99_MS, START_S, MEMORY_MIB = 0.7, 10, 50, 3, 250


class Stub:
    """The stub of the Bot API in a process of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seen = 0
        self._update = 0

    def send(self, texts: Sequence[str], token: str) -> None:
        """Queue one message each, from `PEOPLE` people in rotation."""
        updates = [self._message(number, text) for number, text in enumerate(texts)]
        self._ask(f"control/updates?token={token}", updates)

    def replies(self, token: str, wanted: int, timeout: float = 300) -> list[float]:
        """When each of the next `wanted` replies of a bot came, on time.monotonic()."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            calls = self._ask(f"control/sent?since={self.seen}")
            said = [
                float(str(call["at"])) for call in calls if call["method"] == "sendMessage" and call["token"] == token
            ]
            if len(said) >= wanted:
                self.seen += len(calls)
                return sorted(said)
            time.sleep(0.2)
        raise SystemExit(f"only {len(said)} of {wanted} replies came")

    def _message(self, number: int, text: str) -> dict[str, object]:
        self._update += 1
        person = 1000 + number % PEOPLE
        chat = {"id": person, "type": "private", "first_name": "P"}
        sender = {"id": person, "is_bot": False, "first_name": "P", "language_code": "id"}
        message = {"message_id": self._update, "date": int(time.time()), "chat": chat, "from": sender, "text": text}
        return {"update_id": self._update, "message": message}

    def _ask(self, path: str, body: object = None) -> list[dict[str, object]]:
        data = json.dumps(body).encode() if body is not None else None
        request = Request(f"{self.url}/{path}", data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=120) as answer:
            return json.loads(answer.read())  # type: ignore[no-any-return]


def questions() -> list[str]:
    """Questions of all areas and languages, mixed; each is answered with exactly one reply."""
    found = [
        text
        for path in sorted(LOCALES.glob("*/questions/*.toml"))
        for topic, texts in tomllib.loads(path.read_text("utf-8")).items()
        for text in texts
        if not topic.startswith(("bot.", "out-of-scope")) and len(text) > 15
    ]
    step = 997
    assert len(found) % step
    return [found[number * step % len(found)] for number in range(len(found))]


@contextmanager
def process(*command: str, env: dict[str, str] | None = None, ready: bool = False) -> Iterator[subprocess.Popen[str]]:
    """A running process, ended at the end; with `ready` its first line is waited for."""
    running = subprocess.Popen(
        [sys.executable, *command], env=os.environ | (env or {}), stdout=subprocess.PIPE, text=True
    )
    try:
        if ready:
            assert running.stdout is not None
            running.first_line = running.stdout.readline().strip()  # type: ignore[attr-defined]
        yield running
    finally:
        running.terminate()
        running.wait(10)
        assert running.stdout is not None
        running.stdout.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def jembatan(stub: Stub, folder: str) -> Iterator[subprocess.Popen[str]]:
    env = {
        "JEMBATAN_TELEGRAM_TOKEN": OURS,
        "JEMBATAN_TELEGRAM_API_URL": stub.url,
        "JEMBATAN_TELEGRAM_RECEIVE": "polling",
        "JEMBATAN_DATA_DIR": folder,
        "JEMBATAN_PORT": str(free_port()),
    }
    with process("-m", "bot", "run", env=env) as running:
        yield running


def resident_mib(process: int) -> float:
    """Memory that a process holds, from Linux's /proc."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def rate(stub: Stub, token: str, texts: Sequence[str]) -> float:
    """Replies a second, from the first to the last of a queue that was waiting."""
    stub.send(texts, token)
    came = stub.replies(token, len(texts))
    return (len(came) - 1) / (came[-1] - came[0])


def measure_throughput(turns: int) -> None:
    known = questions()
    rotation = list(islice(cycle(known[:200]), turns))
    different = known[200 : 200 + turns]
    print(f"{'Replies a second':<34}{'median':>9}   each round")
    with (
        process("-m", "tests.town.telegram_stub", "--tokens", "2", ready=True) as serving,
        tempfile.TemporaryDirectory() as folder,
    ):
        stub = Stub(serving.first_line)  # type: ignore[attr-defined]
        stub.send(rotation[:1], OURS)
        begun = time.monotonic()
        with jembatan(stub, folder) as ours, process("-m", "tests.bench.__main__", "echo", stub.url):
            started = stub.replies(OURS, 1)[0] - begun
            stub.send(rotation[:1], ECHO)
            stub.replies(ECHO, 1)
            figures: dict[str, list[float]] = {"echo bot": [], "200 questions in rotation": [], "all different": []}
            for _ in range(ROUNDS):
                figures["echo bot"].append(rate(stub, ECHO, rotation))
                figures["200 questions in rotation"].append(rate(stub, OURS, rotation))
                figures["all different"].append(rate(stub, OURS, different))
            memory = resident_mib(ours.pid)
    for name, rates in figures.items():
        print(f"  {name:<32}{statistics.median(rates):9.0f}   {'  '.join(f'{one:.0f}' for one in rates)}")
    share = statistics.median(figures["200 questions in rotation"]) / statistics.median(figures["echo bot"])
    verdict("answering turns / echo bot", share, SHARE_OF_ECHO, "", at_least=True)
    verdict("start to first answer", started, START_S, "s")
    verdict("memory of the running process", memory, MEMORY_MIB, "MiB")


def verdict(what: str, figure: float, bar: float, unit: str, at_least: bool = False) -> None:
    holds = figure >= bar if at_least else figure <= bar
    print(f"{what:<36}{figure:9.2f} {unit:<4} bar {bar:g} {unit}: {'holds' if holds else 'MISSED'}")


class Timed(InMemory):
    """Notes when each reply is handed over."""

    def __init__(self) -> None:
        super().__init__()
        self.at: dict[str, list[float]] = defaultdict(list)

    async def send(self, address: str, reply: Reply, number: int) -> list[str]:
        self.at[address].append(time.perf_counter())
        return [str(number)]


async def measure_latency(seconds: int = 20, a_second: int = 50) -> None:
    """Turns come in steadily, whether or not the earlier ones are answered; each question was asked once before."""
    channel, known, warm = Timed(), questions(), 200
    came: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        assistant = Assistant(Database(f"sqlite+aiosqlite:///{folder}/j.db"), load(LOCALES), product(), [channel])
        await assistant.start()
        begun = time.perf_counter()
        for number in range(warm + seconds * a_second):
            await asyncio.sleep(max(0.0, begun + number / a_second - time.perf_counter()))
            person = f"p{number % PEOPLE}"
            came[person].append(time.perf_counter())
            text = raw(Inbound.typed(known[number % warm]))
            assistant.nursery.start(assistant.edge.receive(channel, [Update(str(number), text, person, "id")]), "in")
        await asyncio.sleep(0.5)
        await assistant.settled()
        await assistant.stop()
    first = warm // PEOPLE
    pairs = [pair for person in came for pair in list(zip(came[person], channel.at[person], strict=True))[first:]]
    took = sorted((handed - arrived) * 1000 for arrived, handed in pairs)
    verdict(f"p50 at {a_second} turns a second", took[len(took) // 2], P50_MS, "ms")
    verdict(f"p99 at {a_second} turns a second", took[len(took) * 99 // 100], P99_MS, "ms")


async def measure_broadcast(chatting: int = 20, silent: int = 60) -> None:
    from bot.channels.telegram.channel import RATE
    from tests.town.broadcast_load import FLOOR, check, opened

    with tempfile.TemporaryDirectory() as folder:
        async with opened(Path(folder), RATE, "bot") as load:
            measured = await load.measure(chatting, silent)
            await load.finish()
            await check(load)
    alone, beside = measured.alone * 1000, measured.beside * 1000
    verdict("broadcast, of the limit's pace", measured.pace / RATE.overall, FLOOR, "", at_least=True)
    print(f"{'replies p95 without a broadcast':<36}{alone:9.2f} ms")
    verdict("replies p95 beside a broadcast", beside, max(alone * 1.5, alone + 50), "ms")


def echo(url: str) -> None:
    """The bare echo bot: python-telegram-bot with default settings, storing nothing."""
    from telegram import Update as TelegramUpdate
    from telegram.ext import Application, ContextTypes, MessageHandler, filters

    async def answer(update: TelegramUpdate, _context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message and update.message.text
        await update.message.reply_text(update.message.text)

    application = Application.builder().token(ECHO).base_url(f"{url}/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, answer))
    application.run_polling()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=["all", "latency", "broadcast", "echo"], default="all")
    parser.add_argument("url", nargs="?")
    parser.add_argument("--turns", type=int, default=2000, help="messages in each round of the throughput")
    arguments = parser.parse_args()
    if arguments.what == "echo":
        echo(arguments.url)
        return
    if arguments.what == "all":
        measure_throughput(arguments.turns)
    if arguments.what != "broadcast":
        run(measure_latency())
    if arguments.what != "latency":
        run(measure_broadcast())


if __name__ == "__main__":
    main()
