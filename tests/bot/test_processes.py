"""Several processes on one PostgreSQL: each person's order is kept, and what one leaves another takes up."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from db.conversation import turns
from db.engine import Database

ROOT = Path(__file__).parents[2]


class Process:
    """A running `tests.town.numbering`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._process = process
        self._stdin = process.stdin
        self._stdout = process.stdout

    async def hears(self, number: str, person: str, text: str) -> None:
        """Returns once the update is stored."""
        self._stdin.write(json.dumps([number, person, text]).encode() + b"\n")
        assert await self._answer() == "stored"

    async def is_ready(self) -> None:
        assert await self._answer() == "ready"

    async def _answer(self) -> str:
        async with asyncio.timeout(20):
            return (await self._stdout.readline()).decode().strip()

    async def dies(self) -> None:
        self._process.kill()
        await self._process.wait()

    async def ends(self) -> None:
        self._stdin.close()
        async with asyncio.timeout(20):
            await self._process.wait()


@asynccontextmanager
async def process(url: str, path: Path) -> AsyncIterator[Process]:
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.town.numbering", url, str(path), cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    running = Process(started)
    try:
        await running.is_ready()
        yield running
        if started.returncode is None:
            await running.ends()
    finally:
        if started.returncode is None:
            started.kill()
            await started.wait()


async def lines_of(path: Path, count: int) -> list[str]:
    """What was sent, once it is so many lines (or after a while without)."""
    lines: list[str] = []
    for _ in range(600):
        lines = path.read_text().splitlines() if path.exists() else []
        if len(lines) >= count:
            await asyncio.sleep(0.3)  # nothing more may follow
            return path.read_text().splitlines()
        await asyncio.sleep(0.05)
    return lines


async def test_two_processes_on_one_postgresql_keep_one_persons_order(postgres_url: str, tmp_path: Path) -> None:
    path = tmp_path / "sent"
    async with process(postgres_url, path) as one, process(postgres_url, path) as other:
        for number in range(1, 41):
            await (one if number % 2 else other).hears(f"{number}", "ani", f"word {number}")
        lines = await lines_of(path, 40)
    assert lines == [f"ani {number} word {number}" for number in range(1, 41)]


@pytest.mark.slow
async def test_what_a_killed_process_left_is_taken_up_by_the_living(postgres_url: str, tmp_path: Path) -> None:
    path = tmp_path / "sent"
    async with process(postgres_url, path) as one, process(postgres_url, path) as other:
        for number in range(1, 21):
            await one.hears(f"{number}", "ani", f"word {number}")
        await one.dies()
        for number in range(21, 26):
            await other.hears(f"{number}", "ani", f"word {number}")
        lines = await lines_of(path, 25)
    firsts = list(dict.fromkeys(lines))
    assert firsts == [f"ani {number} word {number}" for number in range(1, 26)]
    assert len(lines) - len(firsts) <= 1  # the reply that was being sent when the process died may come twice
    database = Database(postgres_url)
    async with database.reading() as tx:
        assert await turns.counts(tx) == {"done": 25}
    await database.close()
