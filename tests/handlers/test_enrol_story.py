"""Enrolling as people do it: a form that changes, is left, tapped twice, filled in again; and its review by staff."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import Clock
from bot.commands.staff import appoint
from bot.knowledge import Knowledge
from db.conversation import turns
from db.engine import Database
from db.enrolling import enrolments
from db.enrolling.enrolments import Enrolment
from db.fairs import programmes
from db.fairs.programmes import Plan
from db.migrations import upgrade
from handlers import ROUTERS
from tests.handlers.test_story import RINI, Story, opened
from tests.town.applicants import ANSWERS, QUESTIONS, Applicant, alter, begin, leap, offered, plan, rows, tap
from tests.town.desks import Desks
from tests.town.fairs import offer
from tests.town.phone import NOW, Phone, Town
from tests.town.sample_files import JPEG, PDF
from tests.town.telegram_assistant import running
from tests.town.telegram_stub import TelegramStub, User

#: a shorter form: what everybody is asked, one question and one photo
SHORT = plan(questions=["Ukuran baju? (S, M, L, XL)"], documents=["Foto produk utama"])


@pytest.fixture
async def applicant(town: Town) -> Applicant:
    """Euis, at the first question."""
    await offer(town, SHORT)
    phone = town.phone("euis")
    await begin(phone)
    return Applicant(town, phone)


async def one(town: Town, phone: Phone) -> Enrolment:
    [found] = await rows(town, phone)
    return found


# leaving, coming back, tapping twice


async def test_two_taps_on_send_are_one_enrolment(town: Town, applicant: Applicant) -> None:
    phone = applicant.phone
    await applicant.fill()
    label, bubble = offered(phone.bubbles, "form-send") or ("", phone.bubbles[0])
    answered = await phone.does(phone.tap(label, bubble), phone.tap(label, bubble))
    assert (await one(town, phone)).number == "DPJ27-0001"
    assert "DPJ27-0001" in answered[0].text
    assert "menunggu keputusan" in answered[-1].text
    assert "menunggu keputusan" in (await phone.taps(label, bubble))[0].text


async def test_a_kill_between_send_and_its_answer_is_one_enrolment(sqlite_url: str, known: Knowledge) -> None:
    async with Town.opened(sqlite_url, known) as town:
        await offer(town, SHORT)
        phone = town.phone("euis")
        await begin(phone)
        await Applicant(town, phone).fill()
        found = offered(phone.bubbles, "form-send")
        assert found
        before, shown = len(phone.bubbles), phone.bubbles
        town.channel.troubles = [ConnectionError()] * 9  # it is stored, and never leaves
        await phone.sends([phone.tap(*found)])
        await town.assistant.lines.idle()
        assert len(phone.bubbles) == before
    async with Town.opened(sqlite_url, known, NOW + timedelta(minutes=1)) as town:
        await town.assistant.settled()
        phone = town.phone("euis")
        assert [sent.text for sent in phone.bubbles if "DPJ27-0001" in sent.text]
        town.channel.sent["euis"] = [*shown, *phone.bubbles]
        assert "menunggu keputusan" in (await phone.taps(*found))[0].text
        assert (await one(town, phone)).state == "submitted"


async def test_an_old_button_says_where_the_form_is(applicant: Applicant) -> None:
    phone = applicant.phone
    await applicant.fill("nib")
    at_nib = phone.bubbles[-1]
    await applicant.fill("sector")
    [answered] = await phone.taps("Belum punya", at_nib)
    assert "6" in answered.text and "Makanan dan minuman" in answered.labels
    kept = await one(applicant.town, phone)
    assert (kept.answers["nib"], kept.step) == (ANSWERS["nib"], "sector")


async def test_a_form_that_was_left_for_hours_takes_nothing_as_an_answer_until_it_is_gone_on_with(
    applicant: Applicant,
) -> None:
    phone = applicant.phone
    await applicant.fill("business")
    await phone.waits(3 * 3600)
    await phone.says("biaya sertifikat halal berapa ya kak")
    kept = await one(applicant.town, phone)
    assert (kept.step, kept.answers.get("business")) == ("business", None)
    [again] = await phone.says("lanjut")
    assert again.text.startswith("3 dari")
    await phone.says("Keripik Teh Euis")
    assert (await one(applicant.town, phone)).answers["business"] == "Keripik Teh Euis"


@pytest.mark.parametrize("word", ["lanjut", "Lanjut kak", "/lanjut", "teruskan", "continue"])
async def test_go_on_is_no_answer(applicant: Applicant, word: str) -> None:
    await applicant.fill("business")
    [again] = await applicant.phone.says(word)
    assert again.text.startswith("3 dari")
    assert "business" not in (await one(applicant.town, applicant.phone)).answers


# again, another business, somebody else


async def test_somebody_who_enrols_again_is_shown_what_they_have(town: Town, applicant: Applicant) -> None:
    phone = applicant.phone
    await applicant.finish()
    await phone.says("program apa saja yang dibuka")
    await tap(phone, "programme")
    [shown] = await tap(phone, "enrol")
    assert "DPJ27-0001" in shown.text
    assert len(await rows(town, phone)) == 1


async def test_a_second_business_is_asked_for_alone(town: Town, applicant: Applicant) -> None:
    phone = applicant.phone
    await applicant.finish()
    [first] = await begin(phone)
    assert "Euis Komariah" in first.text and "Keripik Teh Euis" in first.text
    [asked] = await tap(phone, "form-businesses")
    assert "Nama usahanya" in asked.text
    await phone.says("Batik Euis")
    await Applicant(town, phone, nib="8120000654321").finish()
    first_one, second = await rows(town, phone)
    assert (second.number, second.answers["business"]) == ("DPJ27-0002", "Batik Euis")
    assert second.answers["phone"] == first_one.answers["phone"]
    assert first_one.business_id != second.business_id
    assert first_one.answers["business"] == "Keripik Teh Euis"


async def test_what_is_known_is_confirmed_with_one_tap(town: Town, applicant: Applicant) -> None:
    phone = applicant.phone
    await applicant.finish()
    await begin(phone)
    [next_] = await tap(phone, "form-same")
    assert "Ukuran baju" in next_.text
    await applicant.finish()
    first, second = await rows(town, phone)
    assert {name: second.answers[name] for name in ANSWERS} == {name: first.answers[name] for name in ANSWERS}
    assert first.business_id == second.business_id


async def test_somebody_else_is_enrolled_with_nothing_of_ones_own(town: Town, applicant: Applicant) -> None:
    phone = applicant.phone
    await applicant.finish()
    [first] = await begin(phone, other=True)
    assert "yang Anda daftarkan" in first.text
    await phone.says("Asep Sunandar")
    await applicant.finish()
    mine, theirs = await rows(town, phone)
    assert (theirs.for_other, theirs.name, mine.name) == (True, "Asep Sunandar", "Euis Komariah")
    [status] = await phone.says("status")
    assert "Asep Sunandar" in status.text


# a form that changes


async def test_of_a_form_that_changed_only_what_is_new_is_asked(town: Town) -> None:
    first = [*QUESTIONS][:5]
    await offer(town, plan(questions=first, documents=[]))
    people = [Applicant(town, town.phone(f"p{number}")) for number in range(20)]
    for number, person in enumerate(people):
        await begin(person.phone)
        await leap(town, person.phone, number + 1)
        for _ in range(number % 7 if number > 9 else 0):
            await person.step()
    before = {person.phone.name: await one(town, person.phone) for person in people}
    size, *_gone, where = first
    reworded, other_kind, added = (
        "Sudah pernah ikut pameran? (ya/tidak)",
        "Berapa orang ikut? (boleh dilewati)",
        "Ukuran sepatu? (angka)",
    )
    changed = [where, added, reworded, other_kind, size]
    await alter(town, questions=changed)
    for person in people:
        old = before[person.phone.name]
        asked = await questions_until_sent(person)
        now = await one(town, person.phone)
        assert now.number
        assert not set(asked) & {name for name, value in old.answers.items() if value}, (asked, old.answers)
        kept = [name for name, value in old.answers.items() if value]
        assert [now.answers[name] for name in kept] == [old.answers[name] for name in kept]
    assert len({sent.number for sent in await rows(town)}) == 20


async def questions_until_sent(person: Applicant) -> list[str]:
    """The fields that are asked for, of which a list is done with by a tap."""
    asked: list[str] = []
    await person.phone.says("lanjut")
    while found := await person.open_form():
        if found.step and not found.answers.get(found.step):
            asked.append(found.step)
        elif found.step:
            assert offered(person.phone.bubbles[-1:], "form-next"), f"{found.step} is asked again"
        await person.step()
    return asked


# staff


async def test_a_photo_that_staff_want_anew_comes_later_without_a_tap(town: Town, applicant: Applicant) -> None:
    phone, desks = applicant.phone, Desks(town)
    rini = await desks.employ("rini", "Bu Rini")
    await applicant.finish()
    before = await one(town, phone)
    await rini.says("/pendaftaran dpj27 1")
    await tap(rini, "enrolment-correct")
    await rini.says("12")
    await rini.says("Fotonya gelap, tolong foto lagi di tempat terang.")
    assert "Fotonya gelap" in phone.bubbles[-1].text
    await phone.waits(26 * 3600)
    [asked] = await phone.sends_file(PDF, "produk.pdf")
    assert "Foto produk utama" in asked.text
    [received] = await tap(phone, "form-file")
    assert "DPJ27-0001" in received.text
    after = await one(town, phone)
    assert (after.state, after.serial) == ("submitted", before.serial)
    changed = {name for name in after.answers if after.answers[name] != before.answers[name]}
    assert len(changed) == 1 and changed.pop().startswith("d-")
    assert [sent for sent in await desks.news(rini) if "Foto produk utama" in sent.text]


# the whole of it, on every channel

PLAIN = plan(enrolment_closes=None, first_day=None, last_day=None, questions=[], documents=["Foto produk utama"])
FIELDS = ("business", "nib", "district", "sector", "products", "scale", "halal", "hki")
NOTE, WHY = "The photo is dark, please take it again by a window.", "This time only food is shown."


async def enter(url: str, programme: Plan) -> None:
    """Have the programme in the database before anything is started on it."""
    database = Database(url)
    await upgrade(database.engine)
    async with database.transaction() as tx:
        await programmes.add(tx, [programme], NOW)
    await database.close()


def conversation(photo: str) -> list[dict[str, Any]]:
    """Euis and Asep enrol; Rini asks Euis for another photo, accepts her, and declines Asep."""
    filled = ["keripik teh euis", "9120000123456", "coblong", "food", "banana crisps", "200 juta", "not yet", "not yet"]
    begun: list[dict[str, Any]] = [{"text": "which programmes are open"}, {"choice": 1}, {"choice": "Join"}]
    answers = [{"text": text} for text in filled]
    ending = [{"photo": photo}, {"choice": "Send"}]
    euis = [*begun, {"choice": "I agree"}, {"text": "euis komariah"}, {"contact": "+6281234567890"}, *answers, *ending]
    asep = [*begun, {"choice": "I agree"}, {"text": "asep"}, {"text": "0813 9876 5432"}, *answers, *ending]
    correct = [
        begun[0],
        {"text": "/enrolments DPJ27-0001"},
        {"choice": "Ask to correct"},
        {"text": "11"},
        {"text": NOTE},
    ]
    accept = [{"text": "/enrolments dpj27 1"}, {"choice": "Accept"}]
    decline = [{"text": "/enrolments dpj27 2"}, {"choice": "Decline"}, {"text": WHY}, {"choice": "Yes, decline"}]
    again = [{"wait": "26h"}, {"photo": photo}, {"choice": "Yes"}]
    played = [("euis", euis), ("asep", asep), ("rini", correct), ("euis", again), ("rini", [*accept, *decline])]
    end = [("euis", [{"wait": "26h"}, {"text": "status"}]), ("asep", [{"text": "status"}])]
    return [{"person": who, "language": "en", **line} for who, lines in (*played, *end) for line in lines]


async def test_by_lines_of_json(tmp_path: Path) -> None:
    await enter(f"sqlite+aiosqlite:///{tmp_path / 'jembatan.db'}", PLAIN)
    (tmp_path / "product.jpg").write_bytes(JPEG)
    lines = conversation(str(tmp_path / "product.jpg"))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("JEMBATAN_")}
    played = subprocess.run(
        [sys.executable, "-m", "bot", "chat", "--jsonl"],
        input="\n".join(map(json.dumps, lines)).encode(),
        capture_output=True,
        timeout=60,
        env=clean | {
            "JEMBATAN_DATA_DIR": str(tmp_path),
            "JEMBATAN_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'jembatan.db'}",
            "JEMBATAN_STAFF": "terminal:rini",
        },
    )  # fmt: skip
    assert played.returncode == 0, played.stderr.decode()
    written = [json.loads(line) for line in played.stdout.decode().splitlines()]
    own = [line for line in written if not line.get("unasked")]
    assert len(own) == len(lines)
    assert all(line["replies"] for line, given in zip(own, lines, strict=True) if "wait" not in given), own
    told: dict[str, str] = {"euis": "", "asep": "", "rini": ""}
    for line in written:
        told[line["person"]] += "\n".join(reply["text"] for reply in line["replies"])
    for words in ("*DPJ27-0001*", NOTE, "Is this *Foto produk utama*", "Received and sent again", "You are accepted"):
        assert words in told["euis"], words
    assert WHY in told["asep"] and "not accepted" in told["asep"]
    assert "was corrected: Foto produk utama" in told["rini"]
    assert "accepted" in own[-2]["replies"][0]["text"] and "not accepted" in own[-1]["replies"][0]["text"]


class OfficeHours(Clock):
    """The real time, moved to a morning, so that what is told by day is told."""

    def __init__(self) -> None:
        self._ahead = NOW - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


@dataclass
class OnTelegram:
    """Somebody with Telegram, who waits for each answer."""

    stub: TelegramStub
    user: User

    @property
    def heard(self) -> list[dict[str, Any]]:
        """What came, also under a picture."""
        calls = [call.params for call in self.stub.sent if call.ok and call.params.get("chat_id") == self.user.id]
        return [said | {"text": said.get("text") or said.get("caption", "")} for said in calls]

    async def hears(self, words: str, since: int = 0) -> dict[str, Any]:
        """The last message with these words, of those from the number `since` on."""
        for _ in range(400):
            if found := [said for said in self.heard[since:] if words in said["text"]]:
                return found[-1]
            await asyncio.sleep(0.02)
        raise AssertionError(f"{words!r} never came; {self.heard[-2:]}")

    async def says(self, text: str, answer: str) -> dict[str, Any]:
        before = len(self.heard)
        self.user.says(text)
        return await self.hears(answer, before)

    async def taps(self, source: dict[str, Any], label: str, answer: str) -> dict[str, Any]:
        before = len(self.heard)
        self.user.taps(source, label)
        return await self.hears(answer, before)

    async def photo(self, answer: str) -> dict[str, Any]:
        before = len(self.heard)
        self.user.sends_photo(JPEG)
        return await self.hears(answer, before)


async def fill_on_telegram(person: OnTelegram) -> None:
    listed = await person.says("program apa saja yang dibuka", "Program yang dibuka")
    shown = await person.taps(listed, "1 Delegasi", "Yang didapat")
    consent = await person.taps(shown, "Daftar ikut", "Yang melihat")
    await person.taps(consent, "Setuju", "1 dari 11")
    contact = await person.says("euis komariah", "2 dari 11")
    keyboard = contact["reply_markup"]["keyboard"]
    assert [button for row in keyboard for button in row if button.get("request_contact")]
    person.user.shares_contact("6281234567890")
    after = await person.hears("3 dari 11")
    assert "0812-3456-7890" not in after["text"]
    for number, field in enumerate(FIELDS, 4):
        await person.says(ANSWERS[field], f"{number} dari 11")
    review = await person.photo("Periksa dulu")
    assert "2. HP: 0812-3456-7890" in review["text"]
    await person.taps(review, "Kirim", "DPJ27-0001")


NOTE_ID, WHY_ID = "Fotonya gelap, tolong foto lagi di dekat jendela.", "Kali ini hanya untuk makanan kemasan."


async def ask_for_a_photo(rini: OnTelegram) -> None:
    card = await rini.says("/pendaftaran dpj27 1", "masuk hari ini")
    await rini.taps(card, "Minta perbaikan", "Bagian mana?")
    await rini.says("11", "apa sebabnya?")
    await rini.says(NOTE_ID, "diminta memperbaiki")


async def test_on_telegram(tmp_path: Path, known: Knowledge) -> None:
    await enter(f"sqlite+aiosqlite:///{tmp_path / 'jembatan.db'}", PLAIN)
    async with TelegramStub() as stub, running(stub, tmp_path, ROUTERS, known, clock=OfficeHours()) as service:
        database = service.assistant.database
        euis, rini = OnTelegram(stub, User(stub, 1000, "Euis")), OnTelegram(stub, User(stub, RINI, "Rini"))
        await appoint(database, [("telegram", str(RINI))], NOW)
        await fill_on_telegram(euis)
        await ask_for_a_photo(rini)
        await euis.hears(NOTE_ID)
        asked = await euis.photo("Ini Foto produk utama untuk DPJ27-0001?")
        await euis.taps(asked, "Ya", "Nomornya tetap DPJ27-0001")
        corrected = await rini.hears("sudah diperbaiki: Foto produk utama")
        card = await rini.taps(corrected, "Periksa", "DPJ27-0001")
        await rini.taps(card, "Terima", "diterima, Euis Komariah dikabari")
        await euis.hears("Anda diterima di Delegasi Pekan Produk Bandung")
        async with database.reading() as tx:
            assert await enrolments.counts(tx) == {1: {"accepted": 1}}
            assert "failed" not in await turns.counts(tx)


@dataclass
class InABrowser:
    """Somebody with a browser of 360 px, who waits for each answer."""

    story: Story

    async def says(self, text: str, answer: str) -> None:
        await self.story.page.get_by_role("textbox").fill(text)
        await self.story.page.locator("#send").click()
        await self.story.reads(answer)

    async def taps(self, label: str, answer: str) -> None:
        """A button under a bubble, not the one that sends what is written; a second tap within 0.7 s is none."""
        await self.story.page.wait_for_timeout(750)
        await self.story.page.locator("#log").get_by_role("button", name=label, exact=True).last.click()
        await self.story.reads(answer)

    async def photo(self, answer: str) -> None:
        await self.story.shows_photo()
        await self.story.reads(answer)

    async def fills(self) -> None:
        await self.says("program apa saja yang dibuka", "Program yang dibuka")
        await self.taps("1 Delegasi", "Yang didapat")
        await self.taps("Daftar ikut", "Yang melihat")
        await self.taps("Setuju", "1 dari 11")
        await self.says("euis komariah", "2 dari 11")
        await self.says("0812 3456 7890", "3 dari 11")
        for number, field in enumerate(FIELDS, 4):
            await self.says(ANSWERS[field], f"{number} dari 11")
        await self.photo("Periksa dulu")
        await self.taps("Kirim", "DPJ27-0001")


@pytest.mark.slow
async def test_in_a_browser(tmp_path: Path) -> None:
    await enter(f"sqlite+aiosqlite:///{tmp_path / 'jembatan.db'}", PLAIN)
    async with opened(tmp_path) as story:
        euis, rini = InABrowser(story), OnTelegram(story.stub, story.rini)
        await story.open()
        await euis.fills()
        await ask_for_a_photo(rini)
        await story.reads(NOTE_ID)
        await euis.taps("Kirim sekarang", "Foto produk utama · ")
        await euis.photo("Nomornya tetap DPJ27-0001")
        await rini.hears("sudah diperbaiki: Foto produk utama")
        card = await rini.says("/pendaftaran DPJ27-0001", "11. Foto produk utama")
        await rini.taps(card, "Tolak", "ditolak?")
        again = await rini.says(WHY_ID, f"membaca: “{WHY_ID}”")
        await rini.taps(again, "Ya, tolak", "ditolak, Euis Komariah dikabari")
        await story.reads(WHY_ID)
        await euis.says("status", "tidak diterima")
        assert await story.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert story.rows("SELECT state FROM enrolments") == [("declined",)]
        assert "ERROR" not in story.log()
