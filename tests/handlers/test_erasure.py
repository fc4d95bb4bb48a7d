"""Erasing somebody: asked, due after a day, proved; afterwards nothing of theirs is found anywhere, also in backups."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, text

from bot.channel import Blocked
from bot.channels.memory import Delivered
from bot.cli import jembatan
from bot.knowledge import Knowledge
from bot.privacy import backup, erasing
from db.base import Base
from db.copies import snapshots
from db.engine import Database
from db.enrolling.changes import EnrolmentChange
from db.enrolling.enrolments import StoredEnrolment
from db.files import StoredFile
from db.people import people, staff
from db.people.addresses import Address
from db.people.people import Person
from db.privacy import erasures
from tests.town import applicants, fairs
from tests.town.applicants import Applicant
from tests.town.copying import opened, read, silent, taken
from tests.town.desks import Desks
from tests.town.phone import NOW, Phone, Town
from tests.town.resident import ADDRESS, WORDS, move_in
from tests.town.sample_files import DRAWN

DAY = 24 * 3600
PROOF = re.compile(r"HPS-[2-9A-HJ-NP-Z]{4}")


async def wants_all_erased(phone: Phone) -> list[Delivered]:
    await phone.says("data saya")
    await phone.taps("Hapus data saya")
    return await phone.taps("Hapus semuanya")


async def dump(url: str) -> str:
    """Everything in the database, as a backup has it, and as it is read."""
    lines = []
    async with opened(url) as database, snapshots.snapshot(database) as snapshot:
        for table in snapshot.tables:
            async for row in snapshot.rows(table):
                lines += [row, json.dumps(json.loads(row), ensure_ascii=False)]
    return "\n".join(lines)


def in_files(folder: Path) -> bytes:
    """Every byte of the database's files, with what SQLite gives free taken out."""
    file = folder / "jembatan.db"
    with sqlite3.connect(file) as connection:
        connection.execute("VACUUM")
    connection.close()
    return b"".join(one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file())


def found(content: str | bytes) -> Iterator[str]:
    """Which of her words are in it, however they are written there."""
    for word in WORDS:
        forms = {word, word.casefold(), re.sub(r"([^\w ])", r"\\\1", word), json.dumps(word)[1:-1]}
        if word.isdigit() and word.startswith("8"):
            forms.add(f"0{word[:3]}-{word[3:7]}-{word[7:]}")
        if any((form.encode() if isinstance(content, bytes) else form) in content for form in forms):  # type: ignore[operator]
            yield word


async def test_after_an_erasure_nothing_of_theirs_is_found_and_the_counts_stay(
    engine_url: str, known: Knowledge, tmp_path: Path
) -> None:
    async with Town.opened(engine_url, known) as town:
        euis, rini, desks = await move_in(town)
        assert sorted(found(await dump(engine_url))) == sorted(WORDS)
        before = await _counted(town)
        await wants_all_erased(euis)
        last = await euis.waits(DAY)
        assert PROOF.search(last[-1].text)
        await desks.deliver()
        assert await _counted(town) == before
        (card,) = await rini.says("/pendaftaran DPJ27-0001")
        assert "DPJ27-0001" in card.text
        if engine_url.startswith("sqlite"):  # also before a vacuum, and while it runs
            assert list(found(b"".join(one.read_bytes() for one in tmp_path.iterdir()))) == []
    assert list(found(await dump(engine_url))) == []
    assert await read(engine_url, select(func.count()).select_from(StoredFile)) == [0]
    if engine_url.startswith("sqlite"):
        content = in_files(tmp_path)
        assert list(found(content)) == []
        assert DRAWN[200:240] not in content


async def _counted(town: Town) -> list[object]:
    async with town.assistant.database.reading() as tx:
        numbers = await tx.execute(select(StoredEnrolment.prefix, StoredEnrolment.serial))
        submitted = select(func.count()).where(EnrolmentChange.state == "submitted")
        turns = select(func.count()).select_from(Base.metadata.tables["cases"])
        return [numbers.all(), (await tx.execute(submitted)).scalar_one(), (await tx.execute(turns)).scalar_one()]


async def test_a_backup_of_before_is_erased_again_when_it_is_restored(
    sqlite_url: str, known: Knowledge, empty_url: str, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    async with Town.opened(sqlite_url, known) as town:
        euis, _rini, _desks = await move_in(town)
        await town.phone("budi").says("halo, saya Budi dari Ujungberung")
        await taken(sqlite_url, kept / "backup")
        await wants_all_erased(euis)
        await euis.waits(DAY)
        async with town.assistant.database.transaction() as tx:
            await erasing.Erasing(lambda: kept).run(tx, town.clock.now())
    listed = (kept / erasing.LIST).read_text()
    assert listed.count("\n") == 1
    assert not list(found(listed))
    async with opened(empty_url) as database:
        restored = await backup.restore(database, kept / "backup", NOW, silent, erasing.read(kept / erasing.LIST))
    assert restored.erased == 1
    whole = await dump(empty_url)
    assert list(found(whole)) == []
    assert "Ujungberung" in whole


@pytest.mark.slow
async def test_the_list_erases_nobody_else(sqlite_url: str, known: Knowledge, empty_url: str, tmp_path: Path) -> None:
    """A list of another database, or a line that was cut short: ids alone mean nothing."""
    async with Town.opened(sqlite_url, known) as town:
        await town.phone("budi").says("halo, saya Budi dari Ujungberung")
        async with town.assistant.database.reading() as tx:
            person, since = (await tx.execute(select(Person.id, Person.created_at))).one()
        await taken(sqlite_url, tmp_path / "backup")
    path = tmp_path / erasing.LIST
    erasing.append(path, [erasures.DoneErasure(person, since.replace(year=2025), NOW, "HPS-2222")])
    with path.open("a") as file:
        file.write('{"person": 1, "sin')
    async with opened(empty_url) as database:
        assert (await backup.restore(database, tmp_path / "backup", NOW, silent, erasing.read(path))).erased == 0


@pytest.mark.parametrize("rest", ['{"person": 1, "sin', '{"person": 1, "name": "\x00\x00', "{\udcff"])
def test_whoever_is_erased_after_a_crash_cut_a_line_of_the_list_stays_on_it(tmp_path: Path, rest: str) -> None:
    path = tmp_path / erasing.LIST
    before, after = (erasures.DoneErasure(person, NOW, NOW, f"HPS-222{person}") for person in (2, 3))
    erasing.append(path, [before])
    with path.open("a", errors="surrogateescape") as file:
        file.write(rest)
    erasing.append(path, [after])
    erasing.append(path, [after])
    assert erasing.read(path) == [before, after, after]


async def test_it_happens_after_a_day_and_they_are_new_when_they_write_again(town: Town, ani: Phone) -> None:
    await ani.says("halo")
    (planned,) = await wants_all_erased(ani)
    assert planned.text == (
        "Data Anda dihapus Selasa, 24 November 2026 pukul 09.41 WIB. Sampai saat itu masih bisa dibatalkan."
    )
    assert planned.labels == ["Batalkan hapus", "Unduh semua"]
    await ani.says("biaya sertifikat halal berapa ya kak")  # does not take it back
    assert await ani.waits(DAY - 60) == []
    (last,) = await ani.waits(60)
    assert re.fullmatch(
        r"✅ Data Anda sudah dihapus\. Bukti: HPS-\w{4}\. Tulis apa saja kalau suatu hari ingin mulai lagi\.", last.text
    )
    greeted = await ani.says("biaya sertifikat halal berapa ya kak")
    assert "Saya Jembatan" in " ".join(sent.text for sent in greeted)
    async with town.assistant.database.reading() as tx:
        assert await people.count(tx) == 1
        assert len((await tx.execute(select(Person.id))).all()) == 2


async def test_it_is_taken_back_by_a_tap_and_only_once(ani: Phone) -> None:
    await ani.says("halo")
    (planned,) = await wants_all_erased(ani)
    await ani.says("data saya")
    assert "⚠️ Semuanya dihapus Selasa" in ani.bubbles[-1].text
    (kept,) = await ani.taps("Batalkan hapus", planned)
    assert kept.text == "Baik, tidak ada yang dihapus."
    (nothing,) = await ani.taps("Batalkan hapus", planned)
    assert nothing.text == "Tidak ada yang sedang menunggu dihapus."
    assert await ani.waits(2 * DAY) == []
    await ani.says("data saya")
    assert ani.bubbles[-1].labels[2] == "Hapus data saya"


async def test_a_restart_does_not_lose_it(sqlite_url: str, known: Knowledge) -> None:
    async with Town.opened(sqlite_url, known) as town:
        await town.phone("ani").says("halo, nama saya Anindita")
        await wants_all_erased(town.phone("ani"))
    async with Town.opened(sqlite_url, known, NOW) as town:
        (last,) = await town.phone("ani").waits(DAY + 1)
        assert PROOF.search(last.text)
    assert "Anindita" not in await dump(sqlite_url)


async def test_who_cannot_be_told_is_erased_all_the_same(town: Town, ani: Phone, sqlite_url: str) -> None:
    await ani.says("halo, nama saya Anindita")
    await wants_all_erased(ani)
    town.channel.troubles = [Blocked()]
    assert await ani.waits(DAY) == []
    assert "Anindita" not in await dump(sqlite_url)


async def test_a_channel_that_is_not_served_any_more_does_not_keep_anybody(sqlite_url: str, known: Knowledge) -> None:
    """Nobody's turn does it: the periodic look does, a little later."""
    async with Town.opened(sqlite_url, known) as town:
        await town.phone("ani").says("halo, nama saya Anindita")
        await wants_all_erased(town.phone("ani"))
        async with town.assistant.database.transaction() as tx:
            await tx.execute(text("DELETE FROM jobs WHERE name = 'erase'"))
        await town.phone("budi").waits(DAY + 700)
    assert "Anindita" not in await dump(sqlite_url)


async def test_what_goes_with_it_is_said_and_the_place_is_given_back(town: Town) -> None:
    await fairs.offer(town, applicants.plan(decides="first-come", quota=1))
    first, second = town.phone("euis"), town.phone("dedi")
    for phone in (first, second):
        await applicants.begin(phone)
        await Applicant(town, phone).fill()
        await applicants.tap(phone, "form-send")
    await first.says("data saya")
    assert "Pendaftaran: 1 (DPJ27-0001, diterima)" in first.bubbles[-1].text
    (asked,) = await first.taps("Hapus data saya")
    assert "dan pendaftaran DPJ27-0001 (tempat Anda dilepas)" in asked.text
    await first.taps("Hapus semuanya")
    await first.waits(DAY)
    states = {one.serial: one.state for one in await applicants.rows(town)}
    assert states == {1: "withdrawn", 2: "offered"}


async def test_an_officer_who_answers_them_hears_it_without_a_word_of_theirs(town: Town, ani: Phone) -> None:
    desks = Desks(town)
    rini = await desks.employ("rini", "Bu Rini")
    await ani.says("perpanjang SIM C di bandung dimana")
    await ani.taps("Tanya petugas")
    await desks.deliver()
    await rini.taps("Saya ambil")
    await wants_all_erased(ani)
    await desks.waits(rini, 24 * 60 - 10)
    async with town.assistant.database.transaction() as tx:
        await tx.execute(text("UPDATE cases SET state = 'taken', owner_id = 1"))
    news = [sent.text for sent in await desks.waits(rini, 10)]
    assert "K-1 ditutup: orangnya menghapus semua datanya. Yang Anda tulis sekarang tidak diteruskan." in news


async def test_staff_leave_the_staff_first(town: Town) -> None:
    rini = await Desks(town).employ("rini", "Bu Rini")
    await rini.says("data saya")
    (refused,) = await rini.taps("Hapus data saya")
    assert refused.text.startswith("Anda petugas di sini.")
    async with town.assistant.database.reading() as tx:
        assert await erasures.overdue(tx, town.clock.now()) == []


async def test_who_became_one_of_staff_meanwhile_is_not_erased(town: Town, ani: Phone) -> None:
    await wants_all_erased(ani)
    async with town.assistant.database.transaction() as tx:
        address = (await tx.execute(select(Address.id))).scalar_one()
        await staff.add(tx, address, "officer", "Bu Ani", None, NOW)
    (told,) = await ani.waits(DAY)
    assert told.text.startswith("Data Anda tidak dihapus")


@pytest.mark.slow
@pytest.mark.parametrize("part", ["Pesan", "Pendaftaran", "Kabar pilihan saya"])
async def test_a_part_goes_at_once_and_the_rest_stays(sqlite_url: str, known: Knowledge, part: str) -> None:
    async with Town.opened(sqlite_url, known) as town:
        euis, _rini, _desks = await move_in(town)
        await euis.says("data saya")
        await euis.taps("Hapus data saya")
        await euis.taps("Sebagian saja")
        (done,) = await euis.taps(part)
        assert done.text.startswith("✅")
        [one] = await applicants.rows(town)
        whole = await dump(sqlite_url)
        assert ("gang Warta" in whole) == (part != "Pesan")
        assert (one.name == "Euis Komariah") == (part != "Pendaftaran")
        assert (one.state == "submitted") == (part != "Pendaftaran")
        await euis.says("data saya")
        assert ("Kabar yang Anda pilih: belum ada" in euis.bubbles[-1].text) == (part == "Kabar pilihan saya")
    assert ADDRESS in whole


async def test_every_table_that_could_hold_words_of_somebody_was_thought_of(database: Database) -> None:
    """Whoever adds one says in `db.privacy.erasure` what becomes of it, and here that they did."""
    known = {
        "addresses", "arrivals", "attendance", "broadcast_listed", "case_messages", "cases", "consents", "deliveries",
        "enrolment_changes", "enrolments", "erasures", "feedback", "files", "interests", "jobs", "joinings",
        "memberships", "people", "questions", "reminders", "replies", "reports", "settled_reports", "staff",
        "subscriptions", "taps", "turns",
    }  # fmt: skip
    roots = {"people", "addresses", "turns", "enrolments", "replies", "cases", "reports"}
    referring = {
        table.name
        for table in Base.metadata.tables.values()
        if any(key.column.table.name in roots for key in table.foreign_keys)
    }
    assert referring | {"people", "files"} == known


@pytest.mark.slow
def test_from_the_command_line_a_restore_says_how_many_were_erased_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", f"sqlite:///{tmp_path}/a.db")
    assert "Ujungberung" not in _talk("halo, saya Anindita dari Ujungberung")
    _run("backup", "kept")
    said = _talk(
        "data saya", {"choice": "Hapus data saya"}, {"choice": "Hapus semuanya"}, {"wait": "25h"}, {"wait": "30h"}
    )
    assert PROOF.search(said)
    assert erasing.read(tmp_path / "data" / erasing.LIST)[0].proof in said
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", f"sqlite:///{tmp_path}/b.db")
    assert "Erased again, as they had wished since: 1 people." in _run("restore", "kept")
    assert b"Ujungberung" not in b"".join(one.read_bytes() for one in tmp_path.glob("b.db*"))


def _talk(*done: str | dict[str, str]) -> str:
    lines = [{"person": "a"} | ({"text": one} if isinstance(one, str) else one) for one in done]
    return _run("chat", "--jsonl", given="\n".join(map(json.dumps, lines)))


def _run(*words: str, given: str = "") -> str:
    result = CliRunner().invoke(jembatan, [*words], input=given)
    assert result.exit_code == 0, result.output
    return result.output
