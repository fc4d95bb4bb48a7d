"""`jembatan run`: served, answered and stopped as whoever runs it sees it."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.town.command_line import run
from tests.town.telegram_stub import TOKEN, TelegramStub, User

#: one of the known ways of asking for the cost of halal
QUESTION = "harga sertifikat halal"
COMMAND = [sys.executable, "-m", "bot"]


# SQLAlchemy gives up a connection that cannot be opened without waiting for the driver's thread
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"PORT": "many"}, "JEMBATAN_PORT must be a whole number"),
        ({"DATA_DIR": "/dev/null/data"}, "JEMBATAN_DATA_DIR: the folder"),
        ({"HOST": "203.0.113.1"}, "set JEMBATAN_HOST and JEMBATAN_PORT"),
        ({"DATABASE_URL": "sqlite:////dev/null/x.db"}, "change JEMBATAN_DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/x"}, "change JEMBATAN_DATABASE_URL"),
    ],
)
def test_run_says_in_one_sentence_what_it_lacks(
    settings: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"TELEGRAM_TOKEN": TOKEN, "PORT": str(free_port()), **settings}
    for name, value in given.items():
        monkeypatch.setenv(f"JEMBATAN_{name}", value)
    done = run("run")
    error = done.stderr
    assert done.exit_code == 2
    assert error.startswith("Error: ")
    assert said in error
    assert len(error.splitlines()) == 1
    assert TOKEN not in error
    assert "hunter2" not in error


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as open_socket:
        return int(open_socket.getsockname()[1])


@pytest.fixture
async def stub() -> Any:
    async with TelegramStub() as running:
        yield running


class Served:
    """`jembatan run` as a process of its own, on a port of its own."""

    def __init__(self, command: Sequence[str] = (*COMMAND, "run"), **settings: str) -> None:
        self.port = free_port()
        given = {"PORT": str(self.port), **settings}
        environment = os.environ | {f"JEMBATAN_{name}": value for name, value in given.items()}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)

    def stop(self, number: signal.Signals) -> tuple[int, str, str]:
        """Exit code, standard output and error."""
        self.process.send_signal(number)
        out, error = self.process.communicate(timeout=20)
        return self.process.returncode, out.decode(), error.decode()

    async def answers(self) -> None:
        """Wait until the web does."""
        async with httpx.AsyncClient() as client:
            while True:
                try:
                    assert (await client.get(f"http://127.0.0.1:{self.port}/healthz")).text == "ok"
                    return
                except httpx.ConnectError:
                    assert self.process.poll() is None, self.process.communicate()
                    await asyncio.sleep(0.05)


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Start `jembatan run` with these settings."""
    started: list[Served] = []

    def start(**settings: str) -> Served:
        started.append(Served(**settings))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.communicate()


async def test_run_answers_by_polling_and_stops_cleanly_at_ctrl_c(
    stub: TelegramStub, serve: Callable[..., Served]
) -> None:
    served = serve(TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=stub.url)
    User(stub, 7, "Ani").says(QUESTION)
    [answer] = await stub.wait_for(1, timeout=30)
    assert "halal" in answer["text"]
    await served.answers()
    code, out, error = await asyncio.to_thread(served.stop, signal.SIGINT)
    assert (code, "Traceback" in error) == (0, False)
    assert "polling" in out
    assert f"http://127.0.0.1:{served.port}/" in out
    assert TOKEN not in out + error
    assert stat.S_IMODE(Path("data").stat().st_mode) == 0o700


async def test_run_answers_by_webhook_where_there_is_a_public_address_and_stops_at_sigterm(
    stub: TelegramStub, serve: Callable[..., Served]
) -> None:
    port = free_port()
    served = serve(
        TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=stub.url, PUBLIC_URL=f"http://127.0.0.1:{port}/", PORT=str(port)
    )
    update = User(stub, 7, "Ani").says(QUESTION, queue=False)
    async with asyncio.timeout(30):
        while not await delivered(stub, update):
            await asyncio.sleep(0.1)
    [answer] = await stub.wait_for(1, timeout=10)
    assert "halal" in answer["text"]
    code, out, error = await asyncio.to_thread(served.stop, signal.SIGTERM)
    assert (code, "Traceback" in error) == (0, False)
    assert f"webhook at http://127.0.0.1:{port}/telegram/webhook" in out
    assert TOKEN not in out + error


async def delivered(stub: TelegramStub, update: dict[str, Any]) -> bool:
    try:
        return await stub.deliver(update) == 200
    except RuntimeError:  # it has not asked for the webhook yet
        return False


async def test_run_without_a_token_serves_the_web_and_says_where(serve: Callable[..., Served]) -> None:
    served = serve()
    await served.answers()
    code, out, _ = await asyncio.to_thread(served.stop, signal.SIGTERM)
    assert code == 0
    assert f"http://127.0.0.1:{served.port}/" in out
    assert "JEMBATAN_TELEGRAM_TOKEN" in out
