"""The whole story: a question that nobody knows, asked in a browser, and answered by staff on Telegram."""

import asyncio
import os
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import segno
from playwright.async_api import FilePayload, Page, async_playwright, expect

from tests.town.at_work import MORNING, Service
from tests.town.browser import CHROMIUM, FLAGS, PHONE
from tests.town.telegram_stub import TelegramStub, User

pytestmark = pytest.mark.slow

SEED = 20261125
RINI = 2000
UNKNOWN = "apakah petugas bisa datang melihat dapur saya hari rabu"
Step = tuple[Callable[[], Awaitable[object]], Callable[[], Awaitable[object]]]


def picture() -> bytes:
    """A small PNG."""
    written = BytesIO()
    segno.make("dapur").save(written, kind="png", scale=8)
    return written.getvalue()


class Story(Service):
    """The service in a process of its own, somebody of the staff on Telegram, an owner in a browser."""

    def __init__(self, folder: Path, stub: TelegramStub, page: Page) -> None:
        super().__init__(folder, stub, STAFF=f"telegram:{RINI}")
        self.page = page
        self.rini = User(stub, RINI, "Rini")

    # the owner

    async def open(self) -> None:
        for _ in range(150):
            try:
                await self.page.goto(f"http://127.0.0.1:{self.port}/")
                return
            except Exception:
                await asyncio.sleep(0.2)
        raise AssertionError(self.log())

    async def says(self, text: str) -> None:
        await self.page.get_by_role("textbox").fill(text)
        await self.page.get_by_role("button", name="Kirim", exact=True).click()

    async def taps(self, label: str) -> None:
        await self.page.get_by_role("button", name=label, exact=True).last.click()

    async def reads(self, words: str) -> None:
        """Sees a bubble with these words."""
        await expect(self.page.locator("#log .bubble", has_text=words).last).to_be_visible(timeout=20_000)

    async def shows_photo(self) -> None:
        file: FilePayload = {"name": "dapur.png", "mimeType": "image/png", "buffer": picture()}
        await self.page.locator("input[type=file]").first.set_input_files(file)

    async def passes_the_promise(self) -> None:
        """Five hours go by, and nobody has answered."""
        self.make_it(MORNING + timedelta(hours=5, minutes=5))

    async def both_hear_of_it(self) -> None:
        await self.reads("belum terjawab pada waktunya")
        await self.hears("Belum terjawab pada waktunya")

    # the staff

    async def writes(self, text: str) -> None:
        self.rini.says(text)

    async def gets_photo(self) -> None:
        self.rini.sends_photo(picture())

    async def photo_arrives(self) -> None:
        for _ in range(150):
            if any(call.ok and call.method == "sendPhoto" for call in self.stub.sent):
                return
            await asyncio.sleep(0.1)
        assert self.rows("SELECT 1 FROM deliveries WHERE state = 'unsure'"), self.log()[-2000:]

    def told(self, words: str) -> dict[str, Any] | None:
        """The last message to Rini with these words."""
        for call in reversed(self.stub.sent):
            said = call.params.get("text") or call.params.get("caption") or ""
            if call.ok and call.params.get("chat_id") == RINI and words in said:
                return call.params
        return None

    async def hears(self, words: str) -> dict[str, Any]:
        """Waits for a message; one that a crash made unsure stands in the case, which is then opened."""
        for _ in range(3):
            for _ in range(60):
                if found := self.told(words):
                    return found
                await asyncio.sleep(0.1)
            self.rini.says("/kasus 1")
        raise AssertionError(f"{words!r} never came; {self.stub.messages(RINI)[-3:]}\n{self.log()[-2000:]}")

    async def answers(self, words: str, label: str) -> None:
        self.rini.taps(await self.hears(words), label)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Story]:
    if CHROMIUM is None:
        assert not os.environ.get("JEMBATAN_REQUIRE_BROWSER"), "no Chromium is here"
        pytest.skip("no Chromium is here")
    async with TelegramStub() as stub, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        width, height = PHONE
        context = await browser.new_context(locale="id-ID", viewport={"width": width, "height": height})
        story = Story(folder, stub, await context.new_page())
        try:
            await story.start()
            yield story
        finally:
            await browser.close()
            await story.stop()


def steps(story: Story) -> list[Step]:
    """What is done, and what is then seen, in turn."""
    page = story.page

    def owner(text: str) -> Callable[[], Awaitable[object]]:
        return lambda: story.says(text)

    def rini(text: str) -> Callable[[], Awaitable[object]]:
        return lambda: story.writes(text)

    def seen(words: str) -> Callable[[], Awaitable[object]]:
        return lambda: story.reads(words)

    return [
        (owner(UNKNOWN), lambda: expect(page.get_by_role("button", name="Tanya petugas").last).to_be_visible()),
        (lambda: story.taps("Tanya petugas"), seen("nomor K-1")),
        (story.passes_the_promise, story.both_hear_of_it),
        (lambda: story.answers("K-1", "Saya ambil"), seen("sekarang membaca pesan Anda")),
        (rini("Rabu jam berapa?"), seen("Rabu jam berapa?")),
        (owner("jam sepuluh pagi"), lambda: story.hears("jam sepuluh pagi")),
        (story.shows_photo, story.photo_arrives),
        (story.gets_photo, lambda: expect(page.locator("#log .assistant img").last).to_be_visible(timeout=20_000)),
        (rini("/selesai"), seen("sudah selesai")),
        (owner("biaya sertifikat halal berapa ya kak"), seen("Rp")),
    ]


def check(story: Story) -> None:
    """Nothing that nobody just asked for came twice, and nothing went wrong."""
    doubled = story.rows("SELECT source FROM deliveries GROUP BY source, person_id HAVING count(*) > 1")
    assert not doubled
    assert {row[0] for row in story.rows("SELECT state FROM deliveries")} <= {"sent", "unsure"}
    assert story.rows("SELECT state, outcome FROM cases") == [("closed", "answered")]
    words = [row[0] for row in story.rows("SELECT text FROM case_messages ORDER BY id")]
    assert [one for one in words if one] == [UNKNOWN, "Rabu jam berapa?", "jam sepuluh pagi"]
    assert "ERROR" not in story.log()


async def test_a_question_nobody_knows_is_answered_by_staff(tmp_path: Path) -> None:
    async with opened(tmp_path) as story:
        await story.open()
        for act, see in steps(story):
            await act()
            await see()
        check(story)
        assert {row[0] for row in story.rows("SELECT state FROM deliveries")} == {"sent"}
        texts = [call.params.get("text", "") for call in story.stub.sent if call.params.get("chat_id") == RINI]
        assert len([text for text in texts if "jam sepuluh pagi" in text]) == 1


async def test_the_story_goes_on_through_ten_kills(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    async with opened(tmp_path) as story:
        await story.open()
        for act, see in steps(story):
            await act()
            await asyncio.sleep(chance.uniform(0, 0.5))
            await story.kill()
            await story.start()
            await see()
        check(story)
        shown = await story.page.locator("#log .bubble", has_text=re.compile("Rabu jam berapa")).count()
        assert shown == 1
