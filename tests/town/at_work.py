"""`python -m tests.town.at_work FILE run`: the command line with the clock that a test keeps in a file.

The file holds the seconds to add to the real time. It is read at each look, so that a test makes it a working day,
and later the next one, while the service runs.
"""

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot import clock
from bot.cli import main
from tests.bench.__main__ import free_port
from tests.town.telegram_stub import TOKEN, TelegramStub

#: a Tuesday, 10.00 in Bandung
MORNING = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def set_clock(file: Path, to: datetime) -> None:
    """Make it `to` now, for every process that looks at the file."""
    ahead = file.with_suffix(".new")
    ahead.write_text(str((to - datetime.now(UTC)).total_seconds()))
    ahead.replace(file)


class Service:
    """`jembatan run` at work: polling the stub, through any number of kills, with a clock that the test moves."""

    def __init__(self, folder: Path, stub: TelegramStub, **settings: str) -> None:
        self.folder = folder
        self.stub = stub
        self.port = free_port()
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None
        self.make_it(MORNING)

    def make_it(self, now: datetime) -> None:
        """From now on it is `now`."""
        set_clock(self.folder / "clock", now)

    def now(self) -> datetime:
        """What the service's clock says."""
        return datetime.now(UTC) + timedelta(seconds=float((self.folder / "clock").read_text()))

    async def start(self) -> None:
        ours = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": self.stub.url, "DATA_DIR": str(self.folder)}
        settings = {**ours, "PORT": str(self.port), **self._settings}
        env = os.environ | {f"JEMBATAN_{name}": value for name, value in settings.items()}
        command = [sys.executable, "-m", "tests.town.at_work", str(self.folder / "clock"), "run"]
        with (self.folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(*command, env=env, stdout=log, stderr=log)

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def rows(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(self.folder / "jembatan.db")) as opened:
            return opened.execute(query).fetchall()


def _use(file: Path) -> None:
    def now(_clock: clock.Clock) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text()))

    clock.Clock.now = now  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    _use(Path(sys.argv.pop(1)))
    main()
