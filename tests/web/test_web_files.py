"""Photos, documents and recordings in the web chat, in a real Chromium: sent, shown, and there after a reload."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.town.browser import PHONE, Service, axe, chromium, opened
from tests.town.sample_files import OGG, PDF, png

pytestmark = pytest.mark.slow

#: wide enough that it must be made smaller to fit
PICTURE = png(900, 300)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Service]:
    started = Service(tmp_path)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def page(browser: Browser, running: Service) -> Iterator[Page]:
    with opened(browser, running.url) as shown:
        yield shown


def sends(page: Page, name: str, kind: str, content: bytes) -> None:
    page.locator("#file").set_input_files({"name": name, "mimeType": kind, "buffer": content})
    expect(page.locator("#log .visitor").last).to_contain_text("Terkirim", timeout=10_000)


def is_drawn(picture: Locator) -> None:
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 900)


def test_what_a_visitor_sends_is_shown_and_still_there_after_a_reload(page: Page, running: Service) -> None:
    sends(page, "kue.png", "image/png", PICTURE)
    sends(page, "nota.pdf", "application/pdf", PDF)
    sends(page, "suara.ogg", "audio/ogg", OGG)
    for _look in range(2):
        bubbles = page.locator("#log .visitor")
        expect(bubbles).to_have_count(3)
        is_drawn(bubbles.nth(0).get_by_role("img", name="kue.png"))
        expect(bubbles.nth(1).locator("a[download]")).to_contain_text("nota.pdf")
        expect(bubbles.nth(2).locator("audio")).to_have_attribute("aria-label", "suara.ogg")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        page.reload()
        page.locator("#log .visitor").first.wait_for()
    expect(page.locator("#log a:has(img)")).to_have_attribute("href", re.compile(r"/chat/files/\d+"))
    with page.expect_download() as saved:
        page.locator("a[download]").click()
    assert saved.value.suggested_filename == "nota.pdf"
    assert Path(saved.value.path()).read_bytes() == PDF


def told(folder: Path, page: Page) -> Locator:
    """The last bubble of the assistant, once the picture was put into it, as staff would have sent it on."""
    page.get_by_role("textbox").fill("makasih")
    page.keyboard.press("Enter")
    expect(page.locator("#log .assistant")).to_have_count(2, timeout=10_000)
    with closing(sqlite3.connect(folder / "jembatan.db")) as database, database:
        database.execute(
            "INSERT INTO files (kind, mime, name, size, sha256, created_at, content)"
            " VALUES ('photo', 'image/png', 'contoh.png', ?, '', '2026-11-23 02:41:00.000000', ?)",
            (len(PICTURE), PICTURE),
        )
        database.execute(
            "UPDATE replies SET body = json_set(body, '$.file', (SELECT max(id) FROM files))"
            " WHERE id = (SELECT max(id) FROM replies)"
        )
    page.reload()
    return page.locator("#log .assistant").last


def test_a_picture_from_the_office_is_shown_with_its_words_and_can_be_opened(
    page: Page, browser: Browser, running: Service, tmp_path: Path
) -> None:
    bubble = told(tmp_path, page)
    is_drawn(bubble.get_by_role("img", name="contoh.png"))
    expect(bubble).to_contain_text("Sama-sama")
    left = page.locator("#scroller").evaluate("one => one.scrollHeight - one.scrollTop - one.clientHeight")
    assert left < 120
    page.evaluate(axe())
    faults = page.evaluate("axe.run().then(found => found.violations.map(one => one.id))")
    assert faults == []
    with page.expect_popup() as larger:
        bubble.locator("a:has(img)").click()
    assert larger.value.evaluate("document.images[0].naturalWidth") == 900
    with opened(browser, running.url) as stranger:
        assert stranger.request.get(f"{running.url}/chat/files/1").status == 404


def test_a_picture_that_is_gone_leaves_its_name(page: Page, tmp_path: Path) -> None:
    sends(page, "kue.png", "image/png", PICTURE)
    page.route("**/chat/files/*", lambda route: route.abort())
    page.reload()
    expect(page.locator("#log .visitor .file")).to_contain_text("kue.png")
    page.unroute("**/chat/files/*")
    with closing(sqlite3.connect(tmp_path / "jembatan.db")) as database, database:
        database.execute("DELETE FROM files")
    page.reload()
    expect(page.locator("#log .visitor .file")).to_contain_text("kue.png")
    expect(page.locator("#log .visitor a")).to_have_count(0)
