"""The page behind a ticket's QR in a real Chromium, as the camera of a phone opens it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.codes import Codes
from bot.door.codes import TICKET
from tests.town.browser import PHONE, Service, axe, chromium, service

pytestmark = pytest.mark.slow

_SECRET = "a secret of the test, long enough"
_CODE = Codes(lambda: _SECRET).code(TICKET, "DPJ27-0042")


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    with service(SECRET_KEY=_SECRET) as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    complaints: list[str] = []
    person = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="id-ID")
    opened = person.new_page()
    opened.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    yield opened
    person.close()
    assert complaints == []


def test_it_says_what_it_is_and_leads_into_the_chat(page: Page, running: Service) -> None:
    page.goto(f"{running.url}/t/{_CODE}")
    expect(page.get_by_role("heading")).to_have_text("Ini tiket.")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.get_by_role("link", name="Buka di obrolan web").click()
    said = page.locator("#log .assistant")
    expect(said.first).to_contain_text("Ini bukan tiket dari kami", timeout=20_000)  # nobody is enrolled here


def test_a_machine_finds_nothing_that_keeps_anybody_out(browser: Browser, running: Service) -> None:
    for scheme in ("light", "dark"):
        person = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme, bypass_csp=True)
        page = person.new_page()
        page.goto(f"{running.url}/t/{_CODE}")
        page.evaluate(axe())
        found = page.evaluate("axe.run()")
        assert [fault["id"] for fault in found["violations"]] == []
        person.close()


def test_a_forged_code_is_said_so(page: Page, running: Service) -> None:
    answered = page.goto(f"{running.url}/t/{_CODE[:-1]}")
    assert answered and answered.status == 404
    expect(page.get_by_role("heading")).to_have_text(re.compile("Ini bukan tiket dari kami"))
    expect(page.get_by_role("link")).to_have_count(0)
