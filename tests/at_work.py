"""`python -m tests.at_work FILE run`: the command line with the clock that a test keeps in a file.

The file holds the seconds to add to the real time. It is read at each look, so that a test makes it a working day,
and later the next one, while the service runs.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import clock
from bot.cli import main

#: a Tuesday, 10.00 in Bandung
MORNING = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def set_clock(file: Path, to: datetime) -> None:
    """Make it `to` now, for every process that looks at the file."""
    ahead = file.with_suffix(".new")
    ahead.write_text(str((to - datetime.now(UTC)).total_seconds()))
    ahead.replace(file)


def _use(file: Path) -> None:
    def now(_clock: clock.Clock) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text()))

    clock.Clock.now = now  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    _use(Path(sys.argv.pop(1)))
    main()
