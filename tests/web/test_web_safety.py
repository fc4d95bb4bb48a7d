"""The web chat against strangers, floods, odd bytes and foreign pages; and what its own page may and may not do."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from urllib.parse import unquote

import aiohttp
import pytest
import pytest_asyncio
from starlette.responses import Response

from bot.channels.web import ELSEWHERE
from bot.knowledge import Knowledge
from bot.media.attachments import LARGEST
from bot.web.chat import allowance
from bot.web.chat.requests import FILES, FROM_CLIENT, FROM_VISITOR, LARGEST_BODY, PAGES
from bot.web.chat.visitor import Visitors
from tests.town.sample_files import JPEG, WEBP, drawn, png
from tests.town.visitor import Visitor
from tests.town.web_site import ASKED, Site, serving

MP3 = b"ID3\x04" + bytes(range(200)) * 10


@pytest_asyncio.fixture
async def site(sqlite_url: str, known: Knowledge) -> AsyncIterator[Site]:
    async with serving(sqlite_url, known) as started:
        yield started


@pytest_asyncio.fixture
async def ani(site: Site) -> AsyncIterator[Visitor]:
    async with Visitor.arrives(site.url) as visitor:
        yield visitor


# who it is


async def test_only_the_signed_cookie_says_who_it_is(site: Site, ani: Visitor) -> None:
    await ani.asks(ASKED)
    [cookie] = ani.session.cookie_jar
    name, _, signature = cookie.value.partition(".")
    stranger = f"{name[:-1]}{'A' if name[-1] != 'A' else 'B'}.{signature}"
    for forged in (name, f"{name}.", f"{name}.{signature[:-2]}", stranger, "é.é", ""):
        async with aiohttp.ClientSession(headers={"Cookie": f"visitor={forged}", "Origin": site.url}) as session:
            for path in ("history", "news"):
                async with session.get(f"{site.url}/chat/{path}") as response:
                    assert response.status == 401
            async with session.post(f"{site.url}/chat/messages", json={"id": "a", "text": "x"}) as response:
                assert response.status == 401
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(f"{site.url}/chat/socket")
    assert cookie["httponly"] and cookie["samesite"] == "lax"


async def test_nobody_reads_or_taps_what_was_said_to_another(site: Site, ani: Visitor) -> None:
    answer = await ani.asks(ASKED)
    async with Visitor.arrives(site.url) as budi:
        assert await budi.sends(tap={"reply": answer["reply"], "index": 0}) == 200
        await asyncio.sleep(0.3)
        assert (await budi.history())["entries"] == []


async def test_over_https_the_cookie_is_for_https_only() -> None:
    response = Response()
    Visitors("a secret key", "https://jembatan.example").remember(response, None)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-visitor=")
    assert "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_page_cannot_speak_for_a_visitor(site: Site, ani: Visitor, headers: dict[str, str]) -> None:
    ani.headers |= headers
    assert await ani.sends(text=ASKED) == 403
    assert (await ani.posts("/chat/files?id=a&name=a", JPEG))[0] == 403
    with pytest.raises(aiohttp.WSServerHandshakeError):
        async with ani.listens():
            pass
    assert site.rows("SELECT * FROM turns") == []


# too much, too large, not ours


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """No allowance fills up again meanwhile."""
    monkeypatch.setattr(allowance, "monotonic", lambda: 0.0)


@pytest.mark.usefixtures("stopped")
async def test_a_visitor_who_writes_too_fast_is_told_when_to_go_on(site: Site, ani: Visitor) -> None:
    bodies = (json.dumps({"id": f"m{number}", "text": f"makasih {number}"}).encode() for number in range(50))
    answers = await asyncio.gather(*(ani.posts("/chat/messages", body) for body in bodies))
    assert Counter(answers) == {(200, 0): FROM_VISITOR, (429, 60 / FROM_VISITOR): 50 - FROM_VISITOR}
    async with Visitor.arrives(site.url) as budi:  # nobody else suffers
        assert await budi.sends(text="makasih") == 200


@pytest.mark.usefixtures("stopped")
async def test_many_visitors_from_one_address_are_slowed_down(site: Site) -> None:
    sent = []
    for _ in range(2 * FROM_CLIENT // FROM_VISITOR):
        async with Visitor.arrives(site.url, **{"X-Forwarded-For": "203.0.113.9"}) as visitor:
            texts = [f"makasih {number}" for number in range(FROM_VISITOR)]
            sent += await asyncio.gather(*(visitor.sends(text=text) for text in texts))
    assert Counter(sent) == {200: FROM_CLIENT, 429: FROM_CLIENT}


async def test_behind_a_trusted_proxy_everybody_has_an_address_of_their_own(sqlite_url: str, known: Knowledge) -> None:
    async with serving(sqlite_url, known, proxy="127.0.0.1") as site:
        for number in range(FROM_CLIENT // FROM_VISITOR + 1):
            async with Visitor.arrives(site.url, **{"X-Forwarded-For": f"203.0.113.{number}"}) as visitor:
                for again in range(FROM_VISITOR):
                    assert await visitor.sends(text=f"makasih {again}") == 200


NEVER_SENT = (
    b"", b"[]", b"no json", b"{}", b'{"id": "a"}', b'{"id": "a", "text": ""}', b'{"id": "a", "text": " \\u0000 "}',
    b'{"id": "a b", "text": "x"}', b'{"id": 7, "text": "x"}', b'{"id": "a", "text": 7}', b'{"id": "a", "tap": {}}',
    b'{"id": "a", "tap": {"reply": "1", "index": 0}}', b'{"id": "a", "tap": {"reply": -1, "index": 0}}',
    b'{"id": "a", "tap": {"reply": 99999999999999999999, "index": 0}}', b'{"id": "a", "start": "../x"}',
    b"\xff\xfe", b"[" * 50_000, b'{"id": "' + b"a" * 41 + b'", "text": "x"}',
)  # fmt: skip


async def test_what_no_page_sends_is_refused(site: Site, ani: Visitor) -> None:
    assert [(await ani.posts("/chat/messages", body))[0] for body in NEVER_SENT] == [400] * len(NEVER_SENT)
    assert site.rows("SELECT * FROM turns") == []


async def test_a_body_beyond_any_message_is_refused(ani: Visitor) -> None:
    assert (await ani.posts("/chat/messages", b" " * (LARGEST_BODY + 1)))[0] == 413


async def test_odd_letters_are_kept_as_far_as_a_database_can(ani: Visitor) -> None:
    body = b'{"id": "odd", "text": "a\\u0000b \\ud800 <b>tebal</b> *x* \\ud83d\\ude00"}'
    assert (await ani.posts("/chat/messages", body))[0] == 200
    [entry] = [entry for entry in (await ani.history())["entries"] if entry["id"] == "odd"]
    assert entry["text"] == "ab ? <b>tebal</b> *x* 😀"


@pytest.mark.parametrize(
    ("content", "kind", "ending"),
    [(JPEG, "photo", "jpg"), (png(9, 3), "photo", "png"), (WEBP, "photo", "jpg"),
     (b"%PDF-1.7\n" + b"x" * 50, "document", "pdf"), (b"OggS" + bytes(24) + b"OpusHead" + b"x" * 9, "voice", "ogg")],
)  # fmt: skip
async def test_a_photo_a_pdf_or_a_recording_arrives_and_only_its_sender_gets_it_back(
    site: Site, ani: Visitor, content: bytes, kind: str, ending: str
) -> None:
    for _again in range(2):  # the page did not hear the first time that it arrived
        assert (await ani.posts("/chat/files?id=p1&name=kue <kering>.x", content)) == (200, 0)
    await ani.is_answered()
    entry = (await ani.history())["entries"][0]
    name, kept = f"kue _kering_.x.{ending}", drawn(content) if kind == "photo" else content
    assert entry["file"] == {"name": name, "size": len(kept), "kind": kind, "id": 1}
    assert site.rows("SELECT count(*) FROM files") == [(1,)]
    async with ani.session.get(f"{site.url}/chat/files/1") as response:
        assert await response.read() == kept
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "private, no-store"
        how, _, shown = response.headers["Content-Disposition"].partition("; ")
        assert (how, unquote(shown)) == ("attachment" if kind == "document" else "inline", f"filename*=UTF-8''{name}")
    async with Visitor.arrives(site.url) as budi:
        await budi.asks(ASKED)
        for file in (1, 2, 2**70):
            assert (await budi.gets(f"/chat/files/{file}"))[0] == 404
    async with aiohttp.ClientSession() as nobody, nobody.get(f"{site.url}/chat/files/1") as response:
        assert response.status == 401


@pytest.mark.parametrize(
    ("wanted", "status", "part"),
    [("bytes=0-1", 206, slice(0, 2)), ("bytes=2-", 206, slice(2, None)), ("bytes=-3", 206, slice(-3, None)),
     ("bytes=900000-", 416, slice(0, 0)), ("bytes=1-2, 4-5", 200, slice(None)), ("lines=1-2", 200, slice(None))],
)  # fmt: skip
async def test_a_browser_may_ask_for_part_of_a_recording(
    site: Site, ani: Visitor, wanted: str, status: int, part: slice
) -> None:
    await ani.posts("/chat/files?id=p1&name=a", MP3)
    async with ani.session.get(f"{site.url}/chat/files/1", headers={"Range": wanted}) as response:
        assert (response.status, await response.read()) == (status, MP3[part])
        assert response.headers.get("Content-Type", "") == ("" if status == 416 else "audio/mpeg")


async def test_files_from_one_address_come_at_a_bearable_pace(ani: Visitor) -> None:
    sent = [await ani.posts(f"/chat/files?id=p{number}&name=a", JPEG) for number in range(FILES + 1)]
    assert [status for status, _seconds in sent] == [200] * FILES + [429]
    assert 1 <= sent[-1][1] <= 10
    assert await ani.sends(text=ASKED) == 200


async def test_a_file_is_known_by_what_is_in_it_and_has_a_largest_size(site: Site, ani: Visitor) -> None:
    for wrong in (b"", b"MZ\x90\x00" + b"x" * 99, b"PK\x03\x04" + b"x" * 99, b"<svg onload='x()'>" + b" " * 99):
        assert (await ani.posts("/chat/files?id=p1&name=photo.jpg", wrong))[0] == 415
    assert (await ani.posts("/chat/files?id=p1&name=photo.jpg", JPEG + b"x" * LARGEST))[0] == 413
    assert (await ani.posts("/chat/files?name=photo.jpg", JPEG))[0] == 400
    assert site.rows("SELECT * FROM turns") == []


async def test_of_too_many_open_pages_the_oldest_is_let_go(ani: Visitor) -> None:
    async with ani.listens() as oldest:
        others = [ani.listens() for _ in range(PAGES)]
        opened = [await other.__aenter__() for other in others]
        async with asyncio.timeout(10):
            async for _message in oldest:
                pass
        assert oldest.close_code == ELSEWHERE
        assert not any(socket.closed for socket in opened)
        for other in others:
            await other.__aexit__(None, None, None)


async def test_a_page_that_talks_on_the_socket_is_let_go(ani: Visitor) -> None:
    async with ani.listens() as socket:
        await socket.send_str("halo")
        async with asyncio.timeout(10):
            async for _message in socket:
                pass
        assert socket.closed


# the page


async def test_the_page_brings_everything_itself_and_weighs_little(site: Site, ani: Visitor) -> None:
    page = await ani.opens()
    assert not re.search(r"""\s(on\w+|style)=|<style|(src|href)=["'](?!/static/)""", page)
    assert [
        kind for kind in re.findall(r"<script([^>]*)>", page) if "src=" not in kind and "application/json" not in kind
    ] == []
    weight = len(page.encode())
    for path in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page)):
        async with ani.session.get(site.url + path, headers={"Accept-Encoding": "identity"}) as response:
            content = await response.read()
            assert response.status == 200
            assert "immutable" in response.headers["Cache-Control"]
            assert b"http://" not in content.replace(b"http://www.w3.org/", b"")
        weight += len(content)
    assert weight < 100_000


async def test_every_answer_has_the_headers_that_keep_a_browser_safe(site: Site, ani: Visitor) -> None:
    for path in ("/", "/chat/history", "/healthz", "/nothing", "/static/0/chat.js"):
        async with ani.session.get(site.url + path, headers=ani.headers) as response:
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "same-origin"
            assert response.headers["Cache-Control"] == "no-store"
