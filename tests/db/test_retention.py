"""What is too old to be kept goes by itself, a slice at a time; administrators read how much that was."""

import asyncio
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from bot.cli import jembatan
from bot.knowledge import Knowledge
from db import files
from db.cases.case_messages import StoredCaseMessage
from db.cases.questions import StoredQuestion
from db.conversation.replies import StoredReply
from db.conversation.turns import StoredTurn
from db.engine import Transaction
from db.files import File, StoredFile
from db.office import Office
from db.people.addresses import Address
from db.privacy import audit, retention
from db.privacy.audit import StoredAct
from tests.handlers.test_erasure import dump
from tests.town import applicants, fairs
from tests.town.applicants import Applicant
from tests.town.copying import read
from tests.town.desks import Desks
from tests.town.phone import NOW, Phone, Town
from tests.town.resident import move_in
from tests.town.sample_files import PDF

DAY = 24 * 3600


async def passes(town: Town, days: float) -> None:
    """Let days go by, and what is due happen until nothing is."""
    town.clock.move(timedelta(days=days))
    for _ in range(20):
        while await town.assistant.jobs.run_due():
            await town.assistant.settled()
        town.clock.move(timedelta(seconds=2))
    await town.assistant.deliveries.run_due()


@pytest.mark.slow
async def test_words_go_after_the_offices_days_and_the_enrolment_stays(engine_url: str, known: Knowledge) -> None:
    async with Town.opened(engine_url, known) as town:
        euis, _rini, _desks = await move_in(town)
        await passes(town, 89)
        assert "gang Warta" in await dump(engine_url)
        await passes(town, 2)
        whole = await dump(engine_url)
        for gone in ("gang Warta", "Cikutra", "Cijerah", "sering menelepon sore", "loket tiga", "SIM C"):
            assert gone not in whole, gone
        assert "surat-tanah" not in whole  # nothing refers to it any more
        [one] = await applicants.rows(town)
        assert one.name == "Euis Komariah"
        assert len(await read(engine_url, select(StoredFile.id))) == 1  # the enrolment's own photo
        (page,) = await euis.says("data saya")
        assert re.search(r"Pesan dan jawaban 90 hari terakhir: [1-4]$", page.text, re.MULTILINE)  # that it is late


async def test_what_is_younger_or_not_finished_stays(town: Town, ani: Phone, sqlite_url: str) -> None:
    desks = Desks(town)
    await desks.employ("rini", "Bu Rini")
    await ani.says("perpanjang SIM C di bandung dimana")
    await ani.taps("Tanya petugas")
    await passes(town, 91)
    assert await read(sqlite_url, select(StoredCaseMessage.text)) == ["perpanjang SIM C di bandung dimana"]
    await ani.says("biaya sertifikat halal berapa ya kak")
    await passes(town, 1)
    assert [raw for raw in await read(sqlite_url, select(StoredTurn.raw)) if "biaya sertifikat" in raw]


async def test_a_button_of_a_bubble_that_is_too_old_gets_a_kind_sentence(town: Town, ani: Phone) -> None:
    (card,) = await ani.says("biaya sertifikat halal berapa ya kak")
    await passes(town, 91)
    (kind,) = await ani.taps(card.labels[0], card)
    assert kind.text == "Tombol itu sudah tidak berlaku. Tulis saja pertanyaannya, atau buka menu."
    assert kind.labels == ["Menu"]


async def test_enrolments_go_a_year_after_the_programme_and_drafts_never(town: Town, sqlite_url: str) -> None:
    await fairs.offer(town, applicants.plan(first_day=date(2027, 3, 1), last_day=date(2027, 3, 2)))
    sent, left = town.phone("euis"), town.phone("dedi")
    await applicants.begin(sent)
    await Applicant(town, sent).fill()
    await applicants.tap(sent, "form-send")
    await applicants.begin(left)
    await left.says("Dedi Suherman")
    await passes(town, (date(2028, 3, 1) - NOW.date()).days)
    assert {one.name for one in await applicants.rows(town)} == {"Euis Komariah", ""}
    await passes(town, 2)
    first, second = await applicants.rows(town)
    assert (first.number, first.state, first.name, first.answers) == ("DPJ27-0001", "submitted", "", {})
    assert second.answers["name"] == "Dedi Suherman"
    await passes(town, 1)
    assert await read(sqlite_url, select(func.count()).select_from(StoredFile)) == [0]


async def test_it_goes_in_slices_and_comes_to_an_end(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "SLICE", 20)
    async with town.assistant.database.transaction() as tx:
        await _many_questions(tx, 50)
    async with town.assistant.database.transaction() as tx:
        assert await retention.run(tx, Office(), NOW + timedelta(days=91))
        assert (await tx.execute(select(func.count()).select_from(StoredQuestion))).scalar_one() == 30
    for _ in range(2):
        async with town.assistant.database.transaction() as tx:
            more = await retention.run(tx, Office(), NOW + timedelta(days=91))
    assert not more
    async with town.assistant.database.transaction() as tx:
        assert await retention.take_report(tx) == {"messages": 1, "questions": 50}
        assert await retention.take_report(tx) == {}


async def _many_questions(tx: Transaction, number: int) -> None:
    turn = {"channel": "memory", "update_id": "x", "raw": "{}", "received_at": NOW, "state": "passed"}
    id_ = (await tx.execute(tx.insert(StoredTurn).values(turn).returning(StoredTurn.id))).scalar_one()
    row = {"turn_id": id_, "key": "k", "language": "id", "outcome": "unknown", "created_at": NOW}
    await tx.execute(tx.insert(StoredQuestion), [row | {"text": f"pertanyaan {at}"} for at in range(number)])


async def test_acts_of_staff_are_kept_for_two_years(town: Town, sqlite_url: str) -> None:
    async with town.assistant.database.transaction() as tx:
        await audit.note(tx, None, "people.export", "people", NOW)
        await audit.note(tx, None, "people.export", "people", NOW + timedelta(days=10))
    await passes(town, 731)
    assert await read(sqlite_url, select(func.count()).select_from(StoredAct)) == [1]


async def test_files_that_something_refers_to_stay(town: Town, ani: Phone, sqlite_url: str) -> None:
    await ani.says("halo")
    async with town.assistant.database.transaction() as tx:
        person = (await tx.execute(select(Address.person_id).limit(1))).scalar_one()
        await files.add(tx, person, File("document", "application/pdf", "lepas.pdf", PDF), NOW)
    await passes(town, 91)
    assert await read(sqlite_url, select(StoredFile.name)) == []


async def test_administrators_read_once_a_week_how_much_it_was(town: Town, ani: Phone) -> None:
    desks = Desks(town)
    rini = await desks.employ("rini", "Bu Rini", "admin")
    dadan = await desks.employ("dadan", "Pak Dadan")
    await ani.says("biaya sertifikat halal berapa ya kak")
    await passes(town, 6.9)
    assert desks.look(rini) == []
    await passes(town, 90)
    await passes(town, 7)
    reports = [sent.text for sent in desks.look(rini) if sent.text.startswith("Dihapus minggu ini")]
    assert len(reports) == 1
    assert "3 pesan orang" in reports[0]
    assert desks.look(dadan) == []
    await passes(town, 7)
    assert desks.look(rini) == []


async def test_replies_that_wait_keep_their_words(town: Town, ani: Phone, sqlite_url: str) -> None:
    await ani.says("halo kak mau tanya halal")
    async with town.assistant.database.transaction() as tx:
        await tx.execute(update(StoredReply).values(state="unsent", due_at=NOW + timedelta(days=900)))
    await passes(town, 91)
    assert all(body.get("text") for body in await read(sqlite_url, select(StoredReply.body)))


@pytest.mark.slow
async def test_the_doctor_says_when_it_last_ran(sqlite_url: str, known: Knowledge) -> None:
    async with Town.opened(sqlite_url, known) as town:
        assert "has not run yet" in await _doctor(sqlite_url)
        await passes(town, 0)
        days = (datetime.now(UTC) - NOW).days
        assert "retention" in await _doctor(sqlite_url)
        assert days < 4 or f"last ran {days} days ago" in await _doctor(sqlite_url)


async def _doctor(url: str) -> str:
    environment = {"JEMBATAN_DATABASE_URL": url.replace("+aiosqlite", "")}
    return (await asyncio.to_thread(CliRunner().invoke, jembatan, ["doctor"], env=environment)).output
