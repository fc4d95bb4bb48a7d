"""The web chat over HTTP and WebSocket, through the whole assistant with its real handlers and cards."""

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.channels.web import RESTART
from bot.knowledge import Knowledge
from bot.web.chat.news import ENTRIES
from tests.town.visitor import Visitor, words
from tests.town.web_site import ASKED, Site, serving


@pytest_asyncio.fixture
async def site(sqlite_url: str, known: Knowledge) -> AsyncIterator[Site]:
    async with serving(sqlite_url, known) as started:
        yield started


@pytest_asyncio.fixture
async def ani(site: Site) -> AsyncIterator[Visitor]:
    async with Visitor.arrives(site.url) as visitor:
        yield visitor


async def received(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    """The next news with something in it."""
    async with asyncio.timeout(10):
        while True:
            news = dict(await socket.receive_json())
            if news.get("entries"):
                return news


# talking


async def test_a_question_is_answered_with_a_figure_a_source_and_a_date(ani: Visitor) -> None:
    answer = await ani.asks(ASKED)
    assert re.search(r"Rp\d", words(answer))
    assert "Sumber: " in words(answer)
    assert re.search(r"dicek \d+ \w+ 20\d\d", words(answer))
    assert {choice["rank"] for choice in answer["choices"]} == {"main", "quiet"}


async def test_the_page_greets_somebody_new_once_and_shows_no_command(ani: Visitor) -> None:
    for _ in range(3):
        assert await ani.sends(id="hello", start="") == 200
    greeting = await ani.is_answered()
    assert "Jembatan" in words(greeting)
    assert [entry["from"] for entry in (await ani.history())["entries"]] == ["assistant"]


async def test_a_tap_is_shown_as_what_stood_on_the_button(ani: Visitor) -> None:
    answer = await ani.asks(ASKED)
    label = answer["choices"][0]["label"]
    following = await ani.taps(answer, label)
    shown = (await ani.history())["entries"]
    assert [words(entry) for entry in shown] == [ASKED, words(answer), label, words(following)]
    assert await ani.taps(answer, label)  # yesterday's button works too


async def test_a_message_that_arrives_many_times_is_one(site: Site, ani: Visitor) -> None:
    sent = await asyncio.gather(*(ani.sends(id="the-same", text=ASKED) for _ in range(8)))
    assert set(sent) == {200}
    await ani.is_answered()
    assert await ani.sends(id="the-same", text=ASKED) == 200
    assert site.rows("SELECT count(*), state FROM turns GROUP BY state") == [(1, "done")]
    assert [entry["from"] for entry in (await ani.history())["entries"]] == ["visitor", "assistant"]


async def test_two_visitors_may_use_the_same_id(site: Site, ani: Visitor) -> None:
    async with Visitor.arrives(site.url) as budi:
        assert await ani.sends(id="one", text="makasih") == await budi.sends(id="one", text="makasih") == 200
        assert await ani.is_answered() and await budi.is_answered()


# news


async def test_news_comes_over_the_socket_to_every_open_page_once(ani: Visitor) -> None:
    async with ani.listens() as first, ani.listens() as second:
        assert (await first.receive_json())["entries"] == []
        assert await ani.sends(id="mine", text=ASKED) == 200
        for socket in (first, second):
            seen = (await received(socket))["entries"]
            while len(seen) < 2:
                seen += (await received(socket))["entries"]
            assert [entry["from"] for entry in seen] == ["visitor", "assistant"]
            assert seen[0]["id"] == "mine"


async def test_what_happens_while_nobody_is_connected_is_told_afterwards(ani: Visitor) -> None:
    async with ani.listens() as socket:
        await ani.sends(text=ASKED)
        news = await received(socket)
        while news["entries"][-1]["from"] != "assistant":
            news = await received(socket)
        ani.place = news["place"]
    await ani.sends(id="later", text="makasih")
    await asyncio.sleep(0.5)
    async with ani.listens() as socket:
        assert (await received(socket))["entries"][0]["id"] == "later"


async def test_an_open_request_for_news_waits_for_it(ani: Visitor) -> None:
    waiting = asyncio.ensure_future(ani.hears())
    await asyncio.sleep(0.3)
    assert not waiting.done()
    await ani.sends(text=ASKED)
    assert await waiting
    assert await ani.hears(now=True) == [] or await ani.hears(now=True) == []


def write_history(site: Site, address: int) -> None:
    """Twice as many entries as one piece holds; in a thread, as the assistant may be writing."""
    with closing(sqlite3.connect(site.database)) as opened, opened:
        body = json.dumps({"text": "Sama-sama"})
        for number in range(ENTRIES):
            at = f"2099-01-01 10:00:{number:02}.000000"
            raw = json.dumps({"id": f"m{number}", "text": f"pesan {number}"})
            opened.execute(
                "INSERT INTO turns (channel, update_id, address_id, raw, received_at, state)"
                " VALUES ('web', ?, ?, ?, ?, 'done')",
                (f"x:{number}", address, raw, at),
            )
            opened.execute(
                "INSERT INTO replies (turn_id, address_id, body, created_at, state, due_at, attempts)"
                " VALUES (1, ?, ?, ?, 'sent', ?, 1)",
                (address, body, at, at),
            )


async def test_the_history_is_read_in_pieces_without_a_gap(ani: Visitor, site: Site) -> None:
    await ani.asks("makasih")
    [(address,)] = site.rows("SELECT id FROM addresses")
    await asyncio.to_thread(write_history, site, address)
    seen: list[dict[str, Any]] = []
    before = ""
    while True:
        piece = await ani.history(before)
        assert len(piece["entries"]) <= ENTRIES
        seen, before = piece["entries"] + seen, piece["before"]
        if not piece["more"]:
            break
    ids = [entry["id"] for entry in seen]
    assert len(ids) == len(set(ids)) == 2 * ENTRIES + 2
    assert [entry["from"] for entry in seen] == ["visitor", "assistant"] * (ENTRIES + 1)


async def test_a_page_that_knows_more_than_the_database_starts_anew(ani: Visitor) -> None:
    await ani.asks("makasih")
    status, news = await ani.gets("/chat/news?after=900.900&language=id")
    assert (status, news.get("reset")) == (200, True)


async def test_the_page_follows_the_language_that_is_spoken(site: Site) -> None:
    async with Visitor.arrives(site.url, **{"Accept-Language": "en-GB,en;q=0.9"}) as visitor:
        page = await visitor.opens()
        assert '<html lang="en">' in page and "Write a message" in page
        await visitor.sends(id="hello", start="")
        async with visitor.listens("en") as socket:
            assert "texts" not in await received(socket)
            await visitor.sends(text=ASKED)
            async with asyncio.timeout(10):
                while "texts" not in (news := await socket.receive_json()):
                    pass
        assert (news["language"], news["texts"]["write"]) == ("id", "Tulis pesan")
        assert '<html lang="id">' in await visitor.opens()


@pytest.mark.parametrize(
    ("wish", "language"), [("ms-MY,en;q=0.5", "ms"), ("fr,en;q=0.3", "en"), ("", "id"), ("*;q=x,,", "id"), ("su", "su")]
)
async def test_the_first_page_speaks_what_the_browser_wishes(site: Site, wish: str, language: str) -> None:
    async with Visitor.arrives(site.url, **{"Accept-Language": wish}) as visitor:
        assert f'<html lang="{language}">' in await visitor.opens()


async def test_a_stop_lets_every_page_go_at_once(sqlite_url: str, known: Knowledge) -> None:
    async with serving(sqlite_url, known) as site, Visitor.arrives(site.url) as visitor, visitor.listens() as socket:
        waiting = asyncio.ensure_future(visitor.hears())
        await asyncio.sleep(0.2)
        site.web.close()
        async with asyncio.timeout(10):
            assert await waiting == []
            async for _message in socket:
                pass
        assert socket.close_code == RESTART
