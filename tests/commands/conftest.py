"""Commands are run as a technician runs them in a new place."""

import os
from pathlib import Path

import pytest

from bot.settings import PREFIX


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings, no `.env`, no database but those of the test; nothing outside this machine is called."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(f"{PREFIX}TELEGRAM_API_URL", "http://127.0.0.1:1")
