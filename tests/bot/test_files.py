"""Photos, documents and voice notes, in and out, on every channel."""

import asyncio
import io
import json
import struct
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete, select

from bot import reader
from bot.channel import Later
from bot.channels.telegram.channel import Telegram
from bot.commands.script import Script, parse
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from bot.language.markdown import Markdown, escape
from bot.media.attachments import LARGEST, recognised
from bot.reply import Choice, Reply
from bot.router import Router
from bot.turn import Turn
from db import files
from db.files import File, StoredFile
from tests.town import web_site
from tests.town.phone import Phone, Town
from tests.town.sample_files import AAC, DRAWN, JPEG, M4A, MP3, MP3_WITH_TAGS, MP4, OGG, PDF, WEBP, png
from tests.town.telegram_assistant import running
from tests.town.telegram_stub import TOKEN, TelegramStub, User
from tests.town.visitor import Visitor, words

CHAT = 42
LONG = "Satu kalimat yang panjang. " * 80

parcels = Router("parcels")


@parcels.when(lambda turn: turn.text == "fails" and turn.file is not None)
async def fail(_turn: Turn) -> None:
    raise RuntimeError("on purpose")


@parcels.anything()
async def send_back(turn: Turn) -> None:
    """What came is kept and sent back, under its caption."""
    kept = await files.add(turn.db, turn.person.person_id, turn.file, turn.now) if turn.file else 0
    name = turn.file.name if turn.file else turn.file_trouble or "none"
    turn.say(escape(f"{turn.inbound.kind} {name} {turn.text}"), [Choice("Menu", "menu")], file=kept)


@pytest_asyncio.fixture
async def town(engine_url: str, known: Knowledge) -> AsyncIterator[Town]:
    async with Town.opened(engine_url, known, routers=[parcels]) as opened:
        yield opened


@pytest.fixture
def ani(town: Town) -> Phone:
    return town.phone("ani")


@pytest_asyncio.fixture
async def stub() -> AsyncIterator[TelegramStub]:
    async with TelegramStub() as started:
        yield started


@pytest_asyncio.fixture
async def telegram(stub: TelegramStub) -> AsyncIterator[Telegram]:
    channel = Telegram(TOKEN, stub.url)
    yield channel
    await channel.close()


# what a file is


@pytest.mark.parametrize(
    ("content", "name", "known_as"),
    [
        (JPEG, "", ("photo", "image/jpeg", "photo.jpg")),
        (png(1, 1), "../../etc/kue.png", ("photo", "image/png", "kue.png")),
        (WEBP, "C:\\foto\\kue.JPG", ("photo", "image/webp", "kue.JPG.webp")),
        (PDF, "nota\u202efdp.hta", ("document", "application/pdf", "nota_fdp.hta.pdf")),
        (PDF, "Nota.PDF", ("document", "application/pdf", "Nota.PDF")),
        (PDF, "a" * 300, ("document", "application/pdf", "a" * 76 + ".pdf")),
        (OGG, "a\0b\ud800\n.ogg", ("voice", "audio/ogg", "a_b__.ogg")),
        (MP3, "..", ("voice", "audio/mpeg", "voice.mp3")),
        (MP3_WITH_TAGS, ".mp3", ("voice", "audio/mpeg", "mp3.mp3")),
        (M4A, "suara.m4a", ("voice", "audio/mp4", "suara.m4a")),
        (AAC, "suara.aac", ("voice", "audio/aac", "suara.aac")),
    ],
)
def test_a_file_is_known_by_its_content_and_gets_a_true_name(
    content: bytes, name: str, known_as: tuple[str, str, str]
) -> None:
    found = recognised(content, name)
    assert found is not None
    assert (found.kind, found.mime, found.name) == known_as


HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 260\r\n\r\n"


@pytest.mark.parametrize("content", [PDF, JPEG, WEBP, png(1, 1)])
@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n", b"\n\n ", HEADERS, HEADERS.split(b"\r\n", 1)[1]])
def test_what_stands_before_a_file_is_left_away(before: bytes, content: bytes) -> None:
    found = recognised(before + content)
    assert found is not None and found.content == content


def test_a_pdf_begins_within_its_first_kilobyte_and_none_is_taken_out_of_a_packed_file() -> None:
    found = recognised(b"\0" * 900 + PDF)
    assert found is not None and found.content == PDF
    assert recognised(b"x" * 1_100 + PDF) is None
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        opened.writestr("nota.pdf", PDF)
    assert recognised(packed.getvalue()) is None


def boxes(*brands: bytes) -> bytes:
    """The beginning of a file in boxes: HEIC, AVIF, a film."""
    return struct.pack(">I", 12 + 4 * len(brands)) + b"ftyp" + brands[0] + bytes(4) + b"".join(brands[1:]) + bytes(900)


def packed_as(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        for name in names:
            opened.writestr(name, b"application/vnd.oasis.opendocument.text" if name == "mimetype" else b"<x/>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (boxes(b"heic", b"mif1", b"heic"), "Jenis gambar itu (HEIC)"),
        (boxes(b"mif1", b"mif1", b"heic"), "Jenis gambar itu (HEIC)"),
        (boxes(b"avif", b"mif1", b"avif"), "Jenis gambar itu (AVIF)"),
        (boxes(b"mif1", b"mif1", b"avif"), "Jenis gambar itu (AVIF)"),
        (b"GIF89a" + bytes(90), "Jenis gambar itu (GIF)"),
        (b"BM" + bytes(90), "Jenis gambar itu (BMP)"),
        (b"II*\0" + bytes(90), "Jenis gambar itu (TIFF)"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Jenis gambar itu (SVG)"),
        (packed_as("[Content_Types].xml", "word/document.xml"), "Itu berkas Word"),
        (packed_as("mimetype", "content.xml"), "Itu berkas Word"),
        (packed_as("[Content_Types].xml", "xl/workbook.xml"), "Excel"),
        (packed_as("ppt/presentation.xml"), "PowerPoint"),
        (packed_as("foto/kue.jpg"), "dikemas"),
        (boxes(b"isom", b"mp42"), "Itu video"),
    ],
)
async def test_a_kind_that_cannot_be_opened_is_named_by_its_content_whatever_its_name(
    sqlite_url: str, known: Knowledge, content: bytes, said: str
) -> None:
    async with Town.opened(sqlite_url, known) as town:
        [answer] = await town.phone("ani").sends_file(content, "foto.jpg")
        assert said in answer.text


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ\x90", b"PK\x03\x04", b"<svg onload='x()'>", MP4, b"\xff\xfeh\0a\0l\0o\0", b"OggS" + bytes(60), b"\xff"],
)
def test_what_is_no_photo_document_or_voice_note_is_not_taken(content: bytes) -> None:
    assert recognised(content, "photo.jpg") is None


# in, and out again


async def test_what_somebody_sends_reaches_the_handler_and_can_be_sent_back(ani: Phone) -> None:
    [photo] = await ani.sends_photo(JPEG, "kue kering")
    [document] = await ani.sends_file(PDF, "nota.pdf")
    [voice] = await ani.sends_voice(OGG)
    assert [sent.text for sent in (photo, document, voice)] == [
        "photo photo.jpg kue kering",
        "file nota.pdf",
        "voice voice.ogg",
    ]
    assert [sent.file and sent.file.content for sent in (photo, document, voice)] == [DRAWN, PDF, OGG]


async def test_the_same_file_of_the_same_person_is_kept_once(town: Town, ani: Phone) -> None:
    for phone in (ani, ani, town.phone("budi")):
        [sent] = await phone.sends_photo(JPEG)
        assert sent.file and sent.file.content == DRAWN
    async with town.assistant.database.reading() as tx:
        assert len(list(await tx.execute(select(StoredFile.id)))) == 2


async def test_what_is_too_large_unknown_or_missing_is_said_and_not_kept(town: Town, ani: Phone) -> None:
    large, lying = ani.holding("photo", JPEG), ani.holding("file", JPEG + bytes(LARGEST), "a.jpg")
    large = Inbound("photo", file=large.file, file_size=LARGEST + 1)
    lying = Inbound("file", file=lying.file, file_size=7)
    missing = Inbound("voice", file="nowhere", file_size=7)
    video = Inbound("video")
    said = await ani.does(large, lying, missing, ani.holding("file", MP4, "a.m4a"), video)
    assert [sent.text for sent in said] == [
        "photo too-large",
        "file too-large",
        "voice not-fetched",
        "file unknown-kind",
        "video none",
    ]
    async with town.assistant.database.reading() as tx:
        assert list(await tx.execute(select(StoredFile.id))) == []


async def test_a_slow_file_holds_up_nobody_else_and_has_its_limit(
    town: Town, ani: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_inbound: Inbound) -> bytes:
        await asyncio.Event().wait()
        return b""

    monkeypatch.setattr(town.channel, "fetch", never)
    monkeypatch.setattr(reader, "PATIENCE", 0.5)
    await ani.sends([ani.holding("photo", JPEG), Inbound.typed("halo")])
    budi = town.phone("budi")
    async with asyncio.timeout(10):
        await budi.sends([Inbound.typed("halo")])
        while not budi.bubbles:
            await asyncio.sleep(0.01)
    assert ani.bubbles == []
    await town.assistant.settled()
    assert [sent.text for sent in ani.bubbles] == ["photo not-fetched", "text none halo"]


async def test_a_file_that_is_gone_does_not_keep_its_words_back(town: Town, ani: Phone) -> None:
    town.channel.troubles = [Later(60)]
    assert await ani.sends_photo(JPEG, "kue") == []
    async with town.assistant.database.transaction() as tx:
        await tx.execute(delete(StoredFile))
    [sent] = await ani.waits(61)
    assert (sent.text, sent.file) == ("photo photo.jpg kue", None)


async def test_a_photo_whose_turn_failed_is_asked_for_again(ani: Phone) -> None:
    await ani.sends_photo(JPEG, "fails")
    [sent] = await ani.taps("Coba lagi")
    assert sent.text == "photo not-fetched fails"


@pytest.mark.parametrize("kind", ["text", "edit", "photo"])
async def test_letters_that_no_database_holds_are_left_out(ani: Phone, kind: Any) -> None:
    [sent] = await ani.does(Inbound(kind, "ha\0lo \ud800", file="x", file_name="\0"))
    assert sent.text.endswith("halo ?")


# Telegram


async def test_on_telegram_everything_goes_both_ways(stub: TelegramStub, tmp_path: Path) -> None:
    ani = User(stub, CHAT, "Ani")
    ani.sends_photo(JPEG, "kue kering")
    ani.sends_document(PDF, "nota tahun ini.pdf", "application/x-anything")
    ani.sends_voice(7, OGG)
    async with running(stub, tmp_path, [parcels]) as chat:
        assert await chat.wait_for_turns(3) == {"done": 3}
    sent = [call for call in stub.sent if call.method in ("sendPhoto", "sendDocument", "sendVoice")]
    assert [call.method for call in sent] == ["sendPhoto", "sendDocument", "sendVoice"]
    uploads = [call.params[call.method.removeprefix("send").lower()] for call in sent]
    assert [upload["content"] for upload in uploads] == [DRAWN, PDF, OGG]
    assert [upload["file_name"] for upload in uploads] == ["photo.jpg", "nota tahun ini.pdf", "voice.ogg"]
    assert sent[0].params["caption"] == "photo photo.jpg kue kering"
    assert "inline_keyboard" in sent[0].params["reply_markup"]
    assert stub.messages() == []


async def test_on_telegram_a_file_that_cannot_be_had_or_is_larger_than_it_says_is_told(
    stub: TelegramStub, tmp_path: Path
) -> None:
    ani = User(stub, CHAT, "Ani")
    lost = ani.sends_photo(JPEG, queue=False)
    lost["message"]["photo"][1]["file_id"] = "nowhere"
    lying = ani.sends_document(JPEG + bytes(LARGEST), "a.jpg", "image/jpeg", queue=False)
    lying["message"]["document"]["file_size"] = 7
    large = ani.sends_voice(7, OGG, queue=False)
    large["message"]["voice"]["file_size"] = LARGEST + 1
    for update in (lost, lying, large):
        stub.queue(update)
    async with running(stub, tmp_path, [parcels]) as chat:
        await chat.wait_for_turns(3)
    assert [message["text"] for message in stub.messages()] == [
        "photo not-fetched",
        "file too-large",
        "voice too-large",
    ]
    asked_for = [call.params["file_id"] for call in stub.sent if call.method == "getFile"]
    assert asked_for == ["nowhere", lying["message"]["document"]["file_id"]]


async def test_of_a_photo_the_largest_size_that_fits_is_taken(stub: TelegramStub) -> None:
    update = User(stub, CHAT, "Ani").sends_photo(JPEG, queue=False)
    sizes = update["message"]["photo"]
    sizes.append({"file_id": "huge", "file_unique_id": "h", "width": 9000, "height": 9000, "file_size": LARGEST + 1})
    channel = Telegram(TOKEN, stub.url)
    inbound = channel.inbound(json.dumps(update))
    assert inbound and inbound.file == sizes[1]["file_id"]
    await channel.close()


def with_file(kind: str, text: str, content: bytes = JPEG) -> Reply:
    attachment = File(kind, "image/jpeg", "kue.jpg", content)
    return Reply(Markdown(text), (Choice("Menu", "menu"),), file=1, attachment=attachment)


async def test_on_telegram_a_caption_keeps_its_styles_and_a_long_text_follows_its_file(
    stub: TelegramStub, telegram: Telegram
) -> None:
    assert len(await telegram.send("42", with_file("photo", "**Kue**"), 1)) == 1
    assert len(await telegram.send("42", with_file("photo", LONG), 2)) == 2
    first, second, third = stub.sent
    assert (first.params["caption"], first.params["caption_entities"][0]["type"]) == ("Kue", "bold")
    assert "caption" not in second.params and "reply_markup" not in second.params
    assert third.method == "sendMessage" and "inline_keyboard" in third.params["reply_markup"]


@pytest.mark.parametrize(
    ("kind", "method", "refusal"),
    [("photo", "sendPhoto", "PHOTO_INVALID_DIMENSIONS"), ("voice", "sendVoice", "VOICE_MESSAGES_FORBIDDEN")],
)
async def test_what_telegram_refuses_as_a_photo_or_a_voice_message_goes_as_a_document(
    stub: TelegramStub, telegram: Telegram, kind: str, method: str, refusal: str
) -> None:
    stub.script(method, status=400, description=f"Bad Request: {refusal}")
    await telegram.send("42", with_file(kind, "**Kue**"), 1)
    refused, taken = stub.sent
    assert (refused.method, refused.ok, taken.method, taken.ok) == (method, False, "sendDocument", True)
    assert taken.params["document"]["content"] == JPEG
    assert taken.params["caption"] == "Kue" and "reply_markup" in taken.params


async def test_a_large_file_goes_to_telegram_whole(stub: TelegramStub, telegram: Telegram) -> None:
    content = JPEG + bytes(LARGEST - len(JPEG))
    await telegram.send("42", with_file("photo", "Kue", content), 1)
    assert stub.sent[0].params["photo"]["content"] == content


async def test_a_half_sent_reply_goes_on_after_its_file(stub: TelegramStub, telegram: Telegram) -> None:
    stub.script("sendMessage", retry_after=7)
    with pytest.raises(Later):
        await telegram.send("42", with_file("photo", LONG), 1)
    await telegram.send("42", with_file("photo", LONG), 1)
    assert [call.method for call in stub.sent if call.ok] == ["sendPhoto", "sendMessage"]


# the web chat


async def test_in_the_web_chat_a_file_goes_both_ways(
    sqlite_url: str, known: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.ROUTERS", [parcels])
    async with web_site.serving(sqlite_url, known) as site, Visitor.arrives(site.url) as ani:
        assert (await ani.posts("/chat/files?id=p1&name=kue.jpg", JPEG))[0] == 200
        answer = await ani.is_answered()
        assert words(answer) == "photo kue.jpg"
        assert answer["file"] == {"kind": "photo", "name": "kue.jpg", "size": len(DRAWN), "id": 1}
        assert site.rows("SELECT count(*) FROM files") == [(1,)]
        await _given_to_somebody_else(site, ani)


async def _given_to_somebody_else(site: web_site.Site, ani: Visitor) -> None:
    """What another person sent is seen by whoever it was sent on to, and is out of the history once it is erased."""
    async with Visitor.arrives(site.url) as budi:
        await budi.asks("halo")
        assert (await budi.gets("/chat/files/1"))[0] == 404
        site.run('UPDATE replies SET body = \'{"text": "Foto", "file": 1}\' WHERE id = (SELECT max(id) FROM replies)')
        assert (await ani.posts("/chat/files?id=p2&name=nota.pdf", PDF))[0] == 200
        assert (await budi.gets("/chat/files/2"))[0] == 404
        async with budi.session.get(f"{site.url}/chat/files/1") as response:
            assert (response.status, await response.read()) == (200, DRAWN)
        assert (await budi.history())["entries"][-1]["file"]["id"] == 1
        site.run("DELETE FROM files")
        assert "file" not in (await budi.history())["entries"][-1]
        assert "id" not in (await ani.history())["entries"][0]["file"]
        assert (await ani.gets("/chat/files/1"))[0] == 404


# the terminal


async def test_a_script_sends_paths_and_gets_paths(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.ROUTERS", [parcels])
    monkeypatch.setenv("JEMBATAN_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "kue.jpg").write_bytes(JPEG)
    (tmp_path / "besar.pdf").write_bytes(PDF + bytes(LARGEST))
    monkeypatch.chdir(tmp_path)
    played = Script(sqlite_url)
    await played.begin()
    [photo] = await played.play(parse({"person": "ani", "photo": "kue.jpg"}))
    [large] = await played.play(parse({"person": "ani", "file": str(tmp_path / "besar.pdf")}))
    [missing] = await played.play(parse({"person": "ani", "file": "nowhere.pdf"}))
    await played.stop()
    [reply] = photo["replies"]
    assert Path(reply["file"]).parent == tmp_path / "data" / "files"
    assert Path(reply["file"]).name.endswith("-kue.jpg")
    assert Path(reply["file"]).read_bytes() == DRAWN
    assert [line["replies"][0]["text"].strip() for line in (large, missing)] == ["file too-large", "file not-fetched"]
    assert "file" not in large["replies"][0]
