"""A real Chromium on the running service; `python -m tests.town.browser screenshots` takes the pictures of the README.

`npm ci` brings axe-core into tests/axe/ where it is missing. With JEMBATAN_REQUIRE_BROWSER=1 a missing browser fails.
"""

import base64
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.town.web_site import ASKED

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
#: as root there is no sandbox; the rest keeps the browser from talking to anybody but us
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
PHONE, DESKTOP = (360, 740), (1280, 800)
AXE = Path(__file__).parent / "axe" / "node_modules" / "axe-core" / "axe.min.js"
SCREENSHOTS = Path(__file__).parents[1] / "screenshots"
#: by file: width and height, scheme
_PICTURES = {"light-360": (PHONE, "light"), "dark-360": (PHONE, "dark"), "desktop": (DESKTOP, "light")}
_WEBP = {"format": "webp", "quality": 50}


class Service:
    """`jembatan run` on one port and one data folder, through any number of kills."""

    def __init__(self, folder: Path, **settings: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JEMBATAN_")}
        settings = {"DATA_DIR": str(self.folder), "PORT": str(self.port), **self._settings}
        given = {f"JEMBATAN_{name}": value for name, value in settings.items()}
        with (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "bot", "run"]
            self._process = subprocess.Popen(command, env={**kept, **given}, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not self._answers():
            if time.monotonic() > deadline:
                raise SystemExit((self.folder / "log").read_text())
            time.sleep(0.1)

    def kill(self) -> None:
        """End it as a power cut does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(timeout=15)

    def memory(self) -> float:
        """What the process has held at most, in MiB (Linux)."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/healthz", timeout=1):
                return True
        except (URLError, OSError):
            return False


@contextmanager
def service(**settings: str) -> Iterator[Service]:
    """The service, started with these settings; stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="jembatan-") as folder:
        started = Service(Path(folder), **settings)
        started.start()
        try:
            yield started
        finally:
            started.stop()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; skips the test where there is none."""
    if CHROMIUM is None:
        if os.environ.get("JEMBATAN_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium here: apt-get install chromium")
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, url: str, size: tuple[int, int] = PHONE, **context: Any) -> Iterator[Page]:
    """The page as somebody new sees it, greeted; what its console complains of fails the test."""
    width, height = size
    complaints: list[str] = []
    person = browser.new_context(**{"viewport": {"width": width, "height": height}, "locale": "id-ID", **context})
    page = person.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    page.goto(url)
    page.locator(".assistant .choices button").first.wait_for()
    yield page
    person.close()
    assert complaints == []


def axe() -> str:
    """axe-core's script."""
    if not AXE.exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=AXE.parents[2], check=True)
    return AXE.read_text("utf-8")


def take_screenshots() -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    with service() as running, chromium() as browser:
        for name, (size, scheme) in _PICTURES.items():
            scale = 2 if size is PHONE else 1
            looks = {
                "color_scheme": scheme,
                "reduced_motion": "reduce",
                "device_scale_factor": 2 if size is PHONE else 1,
            }
            with opened(browser, running.url, size, **looks) as page:
                page.get_by_role("textbox").fill(ASKED)
                page.keyboard.press("Enter")
                page.locator(".assistant .source").last.wait_for()
                page.wait_for_timeout(500)
                page.evaluate("document.activeElement.blur()")
                clip = {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": scale}
                drawn = page.context.new_cdp_session(page).send("Page.captureScreenshot", {**_WEBP, "clip": clip})
                (SCREENSHOTS / f"{name}.webp").write_bytes(base64.b64decode(drawn["data"]))


if __name__ == "__main__":
    if sys.argv[1:] != ["screenshots"]:
        raise SystemExit("python -m tests.town.browser screenshots")
    take_screenshots()
