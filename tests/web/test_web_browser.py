"""The web chat in a real Chromium, as somebody with a phone uses it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.town.browser import DESKTOP, PHONE, Service, axe, chromium, opened, service
from tests.town.web_site import ASKED

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    with service() as started:
        yield started


@pytest.fixture
def page(browser: Browser, running: Service) -> Iterator[Page]:
    with opened(browser, running.url) as shown:
        yield shown


def says(page: Page, text: str) -> None:
    page.get_by_role("textbox").fill(text)
    page.get_by_role("button", name="Kirim", exact=True).click()


def bubbles(page: Page) -> list[str]:
    """Everything on the screen, without times."""
    said = (
        "all => all.map(one => [...one.children].filter(part => part.className != 'meta').map(part => part.innerText))"
    )
    return ["\n".join(parts) for parts in page.locator("#log .bubble").evaluate_all(said)]


def is_answered(page: Page, count: int) -> None:
    expect(page.locator("#log .assistant")).to_have_count(count, timeout=20_000)
    expect(page.locator("#typing")).to_be_hidden(timeout=10_000)


def test_a_question_on_a_phone_is_answered_with_figure_source_and_date_and_a_reload_keeps_it(page: Page) -> None:
    says(page, ASKED)
    is_answered(page, 2)
    answer = page.locator("#log .assistant").last
    expect(answer).to_contain_text(re.compile(r"Rp\d"))
    expect(answer.locator(".source")).to_contain_text(re.compile(r"Sumber: .+dicek \d+ \w+ 20\d\d"))
    expect(answer.locator("button.main").first).to_be_visible()
    before = bubbles(page)
    page.reload()
    is_answered(page, 2)
    assert bubbles(page) == before
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_a_tap_answers_and_the_old_buttons_stay(page: Page) -> None:
    says(page, ASKED)
    is_answered(page, 2)
    button = page.locator("#log .assistant").nth(1).locator("button.main").first
    label = button.inner_text()
    button.dblclick()  # a trembling finger is one tap
    is_answered(page, 3)
    expect(page.locator("#log .visitor")).to_have_count(2)
    expect(page.locator("#log .visitor").last).to_contain_text(label)
    page.wait_for_timeout(800)
    button.click()
    is_answered(page, 4)


def test_a_server_killed_in_the_middle_loses_and_doubles_nothing(browser: Browser) -> None:
    with service() as dying, opened(browser, dying.url) as page:
        says(page, ASKED)
        dying.kill()  # before, while or after it was stored and answered
        says(page, "makasih")
        says(page, "cara daftar merek")
        expect(page.get_by_role("status")).to_contain_text("Sambungan terputus", timeout=20_000)
        expect(page.locator("#log .visitor")).to_have_count(3)
        dying.start()
        is_answered(page, 4)
        expect(page.get_by_role("status")).to_be_empty(timeout=20_000)
        page.wait_for_timeout(1500)
        before = bubbles(page)
        assert len(before) == len(set(before)) == 7
        page.reload()
        is_answered(page, 4)
        assert sorted(bubbles(page)) == sorted(before)


def test_what_was_written_without_a_connection_survives_a_closed_page(page: Page) -> None:
    page.route("**/chat/messages", lambda route: route.abort())
    says(page, ASKED)
    expect(page.locator("#log .visitor")).to_contain_text("Belum terkirim")
    page.unroute("**/chat/messages")
    page.reload()
    is_answered(page, 2)
    expect(page.locator("#log .visitor")).to_contain_text("Terkirim")
    expect(page.locator("#log .visitor")).to_have_count(1)


def test_an_acknowledgement_that_is_lost_doubles_nothing(page: Page) -> None:
    lost = [True]

    def deliver(route: Route) -> None:
        response = route.fetch()
        if lost:
            lost.clear()
            route.abort()
        else:
            route.fulfill(response=response)

    page.route("**/chat/messages", deliver)
    says(page, ASKED)
    is_answered(page, 2)
    page.wait_for_timeout(2500)
    assert len(bubbles(page)) == 3


def test_where_a_proxy_forbids_websockets_the_page_asks_for_news(browser: Browser, running: Service) -> None:
    person = browser.new_context(locale="id-ID", viewport={"width": 360, "height": 740})
    page = person.new_page()
    page.add_init_script("window.WebSocket = class { constructor() { throw new Error('forbidden'); } }")
    page.goto(running.url)
    is_answered(page, 1)
    says(page, ASKED)
    is_answered(page, 2)
    person.close()


def test_who_lost_the_cookie_is_somebody_new_and_loses_no_words(page: Page) -> None:
    page.context.clear_cookies()
    with page.expect_event("load"):
        says(page, ASKED)
    is_answered(page, 1)
    assert "Rp" in bubbles(page)[-1]
    assert "#" not in page.url


def test_a_link_of_ours_says_where_somebody_comes_from_once(browser: Browser, running: Service) -> None:
    with opened(browser, f"{running.url}/?start=pameran_X") as page:
        is_answered(page, 1)
        page.reload()
        is_answered(page, 1)
        assert page.url == f"{running.url}/"


def test_a_second_page_shows_the_same(page: Page, running: Service) -> None:
    other = page.context.new_page()
    other.goto(running.url)
    is_answered(other, 1)
    says(page, ASKED)
    is_answered(page, 2)
    is_answered(other, 2)
    assert bubbles(other) == bubbles(page)
    other.close()


def test_the_page_works_with_the_keyboard_alone(page: Page) -> None:
    def focused() -> str:
        return str(
            page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.innerText")
        )

    page.keyboard.press("Tab")
    seen = []
    for _ in range(12):
        seen.append(focused())
        if seen[-1] == "Tulis pesan":
            break
        page.keyboard.press("Tab")
    assert seen[-1] == "Tulis pesan" and "Menu" in seen
    page.keyboard.type("biaya sertifikat")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("halal berapa ya kak")
    assert page.get_by_role("textbox").input_value() == "biaya sertifikat\nhalal berapa ya kak"
    page.keyboard.press("Enter")
    is_answered(page, 2)
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.className") == "main":
            break
    label = focused()
    page.keyboard.press("Enter")
    is_answered(page, 3)
    expect(page.locator("#log .visitor").last).to_contain_text(label)


def test_a_photo_and_a_wrong_file(page: Page) -> None:
    picture = page.screenshot()
    page.set_input_files("#file", {"name": "kue.png", "mimeType": "image/png", "buffer": picture})
    expect(page.locator("#log .visitor img")).to_be_visible()
    is_answered(page, 2)
    page.set_input_files("#file", {"name": "kue.docx", "mimeType": "application/msword", "buffer": b"PK"})
    expect(page.get_by_role("status")).to_contain_text("Berkas itu belum bisa dikirim")
    page.reload()
    is_answered(page, 2)
    expect(page.locator("#log .visitor").get_by_role("img", name="kue.png")).to_be_visible()


def test_what_was_typed_is_never_markup(page: Page) -> None:
    says(page, "<img src=x onerror=alert(1)> *tebal* [x](https://evil.example)")
    is_answered(page, 2)
    assert page.locator("#log .visitor img, #log .visitor a, #log .visitor strong").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_axe_finds_no_serious_fault(browser: Browser, running: Service, scheme: str, size: tuple[int, int]) -> None:
    with opened(browser, running.url, size, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True) as page:
        says(page, ASKED)
        is_answered(page, 2)
        page.evaluate(axe())
        found: dict[str, Any] = page.evaluate("axe.run()")
        faults = [f"{one['id']} {node['target']}" for one in found["violations"] for node in one["nodes"]]
        assert faults == []
        assert len(found["passes"]) > 20


def test_everything_that_is_tapped_is_large_enough(page: Page) -> None:
    says(page, ASKED)
    is_answered(page, 2)
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is None or (box["height"] >= 44 and box["width"] >= 44), button.inner_text()


def test_a_stop_ends_within_seconds_while_pages_are_open(browser: Browser) -> None:
    with service() as stopping, opened(browser, stopping.url) as page:
        assert stopping.stop() == 0
        stopping.start()
        says(page, ASKED)
        is_answered(page, 2)
