"""Buttons that open a page elsewhere: written by staff, looked at, and as each channel shows them."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import pytest
import pytest_asyncio
from playwright.sync_api import expect

from bot.broadcasts.writing import link
from bot.broadcasts.writing.file import read_file
from bot.channels.memory import Delivered
from bot.channels.telegram.channel import Telegram
from bot.knowledge import Knowledge
from bot.language.markdown import Markdown
from bot.reply import Choice, Reply
from db import office
from db.broadcasts import broadcasts, taps
from tests.town.browser import chromium, opened, service
from tests.town.crowds import agrees
from tests.town.desks import Desks
from tests.town.fairs import hold, plan
from tests.town.phone import NOW, Phone, Town
from tests.town.telegram_stub import TOKEN, TelegramStub
from tests.town.visitor import Visitor, words
from tests.town.web_site import serving

URL = "https://disdagin.bandung.go.id/daftar_delegasi?tahun=2027"


@pytest.fixture
async def rini(town: Town) -> Phone:
    """Bu Rini, an officer."""
    return await Desks(town).employ("rini", "Bu Rini")


async def is_asked(rini: Phone) -> Delivered:
    """Until the address is asked for."""
    await rini.says("/pengumuman")
    await rini.taps("Pengumuman baru")
    await rini.says("Pendaftaran dibuka\n20 tempat, gratis.")
    for label in ("Pameran", "Semua yang setuju", "Pakai", "Lainnya", "Tombol"):
        await rini.taps(label)
    return (await rini.taps("Tautan"))[-1]


async def is_sent(rini: Phone) -> None:
    await rini.taps("Lanjutkan")
    await rini.taps("Kirim ke 1")


async def test_a_link_with_a_label_is_written_previewed_sent_and_opened(town: Town, rini: Phone) -> None:
    (ani,) = await agrees(town, "ani")
    asked = await is_asked(rini)
    assert asked.text.startswith("Tulis alamat halamannya.")
    (check,) = await rini.says(f"Daftar   di sini\n{URL.replace('https', 'Https')}")
    assert check.text.startswith("Periksa sebelum kirim")
    (seen,) = await rini.taps("Lihat pratinjau")
    assert seen.text.splitlines()[-3:] == [
        "Begini tampilannya dalam Bahasa Indonesia; tombolnya: Daftar di sini, Berhenti.",
        f"“Daftar di sini” membuka {URL}",
        "Satu pesan, sama di: memory.",
    ]
    await rini.taps("Kembali", seen)
    await is_sent(rini)
    (got,) = ani.bubbles
    assert got.labels == ["Daftar di sini", "Berhenti"]
    assert got.reply.choices[0].url == URL
    (answer,) = await ani.taps("Daftar di sini")  # as where a number was typed
    assert answer.text == f"Buka halaman ini: {URL}"
    await rini.says("/pengumuman")
    await rini.taps("Nomor 1")
    (page,) = await rini.taps("Siapa menekan apa")
    assert page.text.splitlines()[1:] == [
        "Daftar di sini: 1 dari 1",
        "Berhenti: 0 dari 1",
        "Telegram dan obrolan web membuka tautan sendiri tanpa memberi tahu: yang terhitung hanya yang mengetik nomor"
        " atau nama tombolnya.",
    ]
    (who,) = await rini.taps("Daftar di sini", page)
    assert who.text.splitlines()[0] == "Menekan “Daftar di sini”:"


async def test_whoever_agrees_sees_where_it_leads(town: Town) -> None:
    desks = Desks(town)
    rini, dadan = [await desks.employ(name, name.title(), "admin") for name in ("rini", "dadan")]
    await agrees(town, "ani")
    async with town.assistant.database.transaction() as tx:
        await office.save(tx, second_from=0)
    await is_asked(rini)
    await rini.says(f"Denah {URL}")
    await rini.taps("Lanjutkan")
    await rini.taps("Minta persetujuan")
    asked = next(sent for sent in reversed(await desks.news(dadan)) if "Lihat" in sent.labels)
    seen = (await dadan.taps("Lihat", asked))[-1]
    assert f"“Denah” membuka {URL}" in seen.text.splitlines()
    assert "Setujui 1" in seen.labels


async def test_without_a_label_it_has_the_readers_own_words(town: Town, rini: Phone) -> None:
    (ani,) = await agrees(town, "ani")
    (john,) = await agrees(town, "john", language="en")
    await is_asked(rini)
    await rini.says(URL)
    await rini.taps("Lanjutkan")
    await rini.taps("Kirim ke 2")
    assert [phone.bubbles[0].labels[0] for phone in (ani, john)] == ["Buka tautan", "Open the link"]
    await ani.taps("Buka tautan")
    await john.taps("Open the link")
    async with town.assistant.database.reading() as tx:
        assert await taps.counts(tx, 1) == {"link:": 2}


@pytest.mark.parametrize(
    "written",
    [
        "",
        "kapan-kapan",
        "bandung.go.id/daftar",
        "http://bandung.go.id",
        "ftp://bandung.go.id",
        "javascript:alert(1)",
        "tg://resolve?domain=x",
        "https://",
        "https://localhost/daftar",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://ani:rahasia@bandung.go.id",
        "https://bandung.go.id@evil.example",
        "https://bandung.go.id\\@evil.example",
        "https://-bandung.go.id",
        "https://bandung..go.id",
        "https://bandung.go.id:port/",
        "https://bandung.go.id/\u202egnp",
        "https://bаndung.go.id/",  # a Cyrillic letter
        "https://bandung.go.id/daftar sekarang",
        "https://bandung.go.id/a https://bandung.go.id/b",
        f"https://bandung.go.id/{'a' * 500}",
        "Daftar di sini sekarang juga https://bandung.go.id",
        "Daftar\u202e https://bandung.go.id",
    ],
)
def test_what_cannot_be_on_a_button_is_said_kindly(written: str) -> None:
    assert link.read(written).fault


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("https://bandung.go.id", "link:https://bandung.go.id"),
        ("HTTPS://Bandung.go.id:8443?a=1#b", "link:https://Bandung.go.id:8443?a=1#b"),
        ("Denah https://web.archive.org/web/https://a.id/", "link:Denah https://web.archive.org/web/https://a.id/"),
        ("https://xn--bandng-3ya.xn--p1ai/a_b", "link:https://xn--bandng-3ya.xn--p1ai/a_b"),
    ],
)
def test_what_can_be_is_stored_as_it_was_written(written: str, stored: str) -> None:
    found = link.read(written)
    assert found.fault is None
    assert str(found) == stored
    assert link.read(stored) == found


async def test_a_bad_address_is_asked_for_again_and_can_be_left(town: Town, rini: Phone) -> None:
    await agrees(town, "ani")
    await is_asked(rini)
    (again,) = await rini.says("http://bandung.go.id")
    assert again.text.startswith("Alamatnya harus diawali https://, paling panjang 500 karakter")
    (again,) = await rini.says("Daftar di sini sekarang https://bandung.go.id")
    assert again.text.startswith("Tulisan di tombol paling panjang 20 karakter.")
    (again,) = await rini.sends_voice(b"OggS" + bytes(60))
    assert "Tulis alamat halamannya." in again.text
    (left,) = await rini.says("batal")
    assert left.text.startswith("Baik")
    async with town.assistant.database.reading() as tx:
        (one,) = await broadcasts.latest(tx)
    assert one.buttons == []


async def test_two_buttons_nobody_could_tell_apart_are_one_or_stop_it(town: Town, rini: Phone) -> None:
    await agrees(town, "ani")
    await is_asked(rini)
    for written in ("Denah https://a.id/1", "Denah https://a.id/2"):
        await rini.says(written)
        await rini.taps("Lainnya")
        await rini.taps("Tombol")
        await rini.taps("Tautan")
    (check,) = await rini.says("berhenti https://a.id/3")
    assert "⚠️ Ada dua tombol bernama “berhenti”." in check.text
    assert "Lanjutkan" not in check.labels
    async with town.assistant.database.reading() as tx:
        (one,) = await broadcasts.latest(tx)
    assert one.buttons == ["link:Denah https://a.id/2", "link:berhenti https://a.id/3"]


async def test_an_address_that_is_no_good_any_more_stops_it(town: Town, rini: Phone) -> None:
    await agrees(town, "ani")
    await is_asked(rini)
    await rini.says("Denah https://a.id/1")
    async with town.assistant.database.transaction() as tx:
        await broadcasts.change(tx, 1, NOW, buttons=["link:Denah http://a.id/1"])
    await rini.says("/pengumuman")
    (check,) = await rini.taps("Nomor 1")
    assert "⚠️ Tombol “Denah http://a.id/1” sudah tidak" in check.text
    assert "Lanjutkan" not in check.labels


@pytest.mark.parametrize(
    ("front", "found"),
    [
        (f"buttons: [exhibition:PPB27, 'link:Daftar di sini {URL}']", ["exhibition:1", f"link:Daftar di sini {URL}"]),
        (
            f"buttons:\n  - link: Daftar di sini {URL}\n  - exhibition: PPB27",
            [f"link:Daftar di sini {URL}", "exhibition:1"],
        ),
        (f"buttons: link:{URL}", [f"link:{URL}"]),
    ],
)
async def test_a_file_has_them_too(town: Town, front: str, found: list[str]) -> None:
    await hold(town, plan())
    async with town.assistant.database.reading() as tx:
        assert (await read_file(tx, f"---\n{front}\n---\nIsi.", NOW))["buttons"] == found


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ("buttons: ['link:Denah http://a.id']", "link:Denah http://a.id leads nowhere"),
        ("buttons: [link:]", "leads nowhere"),
        ("buttons: [card:halal.cost, enrol:A, enrol:B]", "There is room for 2 buttons"),
        ("buttons: [page:a]", "write exhibition:CODE"),
    ],
)
async def test_a_file_with_a_bad_one_says_so(town: Town, front: str, said: str) -> None:
    async with town.assistant.database.reading() as tx:
        with pytest.raises(ValueError, match=said):
            await read_file(tx, f"---\n{front}\n---\nIsi.", NOW)


@pytest_asyncio.fixture
async def stub() -> AsyncIterator[TelegramStub]:
    async with TelegramStub() as started:
        yield started


async def test_telegram_shows_an_address_and_keeps_the_numbers_of_the_others(stub: TelegramStub) -> None:
    channel = Telegram(TOKEN, stub.url)
    choices = (Choice("Daftar", "link", {"url": URL}), Choice("Berhenti", "stop"))
    await channel.send("42", Reply(Markdown("Isi"), choices), 7)
    await channel.close()
    (message,) = stub.messages(42)
    assert message["reply_markup"]["inline_keyboard"] == [
        [{"text": "Daftar", "url": URL}, {"text": "Berhenti", "callback_data": "r:7:1"}]
    ]


async def test_telegrams_stub_refuses_what_telegram_does(stub: TelegramStub) -> None:
    channel = Telegram(TOKEN, stub.url)
    await channel.send("42", Reply(Markdown("Isi"), (Choice("Daftar", "link", {"url": "https://localhost"}),)), 7)
    await channel.close()
    (message,) = stub.messages(42)
    assert "reply_markup" not in message


#: in place of what the greeting offers
OFFERED = json.dumps([Choice("Denah", "link", {"url": URL}).to_json(), Choice("Menu", "menu").to_json()])
_PUT = f"UPDATE replies SET body = json_set(body, '$.choices', json('{OFFERED}'))"


async def test_the_web_chat_is_told_the_address(sqlite_url: str, known: Knowledge) -> None:
    async with serving(sqlite_url, known) as site, Visitor.arrives(site.url) as ani:
        await ani.asks("menu")
        await asyncio.to_thread(site.run, _PUT)
        (_said, answer) = (await ani.history())["entries"]
        assert answer["choices"] == [
            {"label": "Denah", "index": 0, "rank": "main", "url": URL},
            {"label": "Menu", "index": 1, "rank": "main"},
        ]
        opened = await ani.taps(answer, "Denah")  # an older page, which knows no addresses
        assert URL in words(opened)


@pytest.mark.slow
def test_in_a_browser_it_opens_a_page_of_its_own() -> None:
    with service() as running, chromium() as browser, opened(browser, running.url) as page:
        with closing(sqlite3.connect(running.folder / "jembatan.db")) as database, database:
            database.execute(_PUT)
        page.context.route("https://disdagin.bandung.go.id/**", lambda route: route.fulfill(body="the form"))
        page.reload()
        denah = page.locator(".assistant .choices a.main")
        expect(denah).to_have_text("Denah")
        assert (denah.get_attribute("target"), denah.get_attribute("rel")) == ("_blank", "noopener noreferrer")
        height = "one => one.getBoundingClientRect().height"
        assert denah.evaluate(height) == page.get_by_role("button", name="Menu", exact=True).evaluate(height) >= 44
        with page.context.expect_page() as elsewhere:
            denah.click()
        elsewhere.value.wait_for_load_state()
        assert (elsewhere.value.url, elsewhere.value.inner_text("body")) == (URL, "the form")
        expect(page.locator(".visitor")).to_have_count(0)
