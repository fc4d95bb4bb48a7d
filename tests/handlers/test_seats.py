"""Places that are few (D22): given in order of arrival, a line, offers that are held by day, and nobody left out."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import BANDUNG
from bot.enrolling.seats import held_until
from db.enrolling import changes
from tests.town.applicants import alter, begin, leap, rows, tap
from tests.town.desks import Desks
from tests.town.fairs import offer, programme
from tests.town.phone import Phone, Town


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BANDUNG)


@pytest.mark.parametrize(
    ("made", "until"),
    [
        ("2026-11-24 10:05", "2026-11-25 12:00"),
        ("2026-11-24 07:00", "2026-11-25 08:00"),
        ("2026-11-24 22:30", "2026-11-26 08:00"),
        ("2026-11-24 05:00", "2026-11-25 08:00"),
        ("2026-11-24 19:59", "2026-11-26 08:00"),
    ],
)
def test_the_clock_of_an_offer_rests_at_night(made: str, until: str) -> None:
    assert held_until(at(made).astimezone(UTC)) == at(until)


async def training(town: Town, quota: int) -> None:
    await offer(town, programme("DPJ27", title={"id": "Pelatihan Ekspor"}, quota=quota))


async def enrols(town: Town, phone: Phone) -> str:
    """Send an enrolment; returns what was said to it."""
    await begin(phone)
    await leap(town, phone, 10)
    return (await tap(phone, "form-send"))[-1].text


async def states(town: Town) -> list[str]:
    return [one.state for one in await rows(town)]


async def test_the_line_and_an_offer_that_is_taken(town: Town) -> None:
    desks = Desks(town)
    ani, budi, cici = (town.phone(name) for name in ("ani", "budi", "cici"))
    await training(town, quota=1)
    assert "Anda mendapat tempat di Pelatihan Ekspor" in await enrols(town, ani)
    assert "Anda nomor 1 di daftar tunggu" in await enrols(town, budi)
    assert "Anda nomor 2 di daftar tunggu" in await enrols(town, cici)
    await desks.news(budi)
    await desks.news(cici)
    await ani.says("status")
    await tap(ani, "enrolled")
    (asked,) = await ani.taps("Mundur")
    assert "tempat Anda di Pelatihan Ekspor" in asked.text
    await ani.taps("Ya, mundur")
    (offered_,) = await desks.news(budi)
    assert offered_.text.startswith("Ada satu tempat untuk Anda di Pelatihan Ekspor.")
    assert "Selasa, 24 November 2026 pukul 11.00 WIB" in offered_.text
    assert await desks.news(cici) == []
    await budi.taps("Ambil", offered_)
    assert await states(town) == ["withdrawn", "accepted", "waiting"]
    (again,) = await budi.taps("Ambil", offered_)
    assert again.text == "Tempatnya sudah jadi milik Anda."


async def test_who_lets_it_go_is_not_asked_again_by_itself(town: Town) -> None:
    desks = Desks(town)
    ani, budi, cici = (town.phone(name) for name in ("ani", "budi", "cici"))
    await training(town, quota=1)
    for phone in (ani, budi, cici):
        await enrols(town, phone)
    await withdraw(town, ani)
    await desks.deliver()
    (why,) = await budi.taps("Lewati")
    assert why.labels == ["Bentrok jadwal", "Biaya", "Alasan lain", "Lewati"]
    await budi.taps("Bentrok jadwal")
    assert await states(town) == ["withdrawn", "skipped", "offered"]
    await withdraw(town, cici)
    assert await states(town) == ["withdrawn", "skipped", "withdrawn"]
    (again,) = await budi.taps("Masuk daftar lagi")
    assert "Ada tempat kosong" in again.text
    assert await states(town) == ["withdrawn", "offered", "withdrawn"]
    async with town.assistant.database.reading() as tx:
        reasons = [change.reason for change in await changes.history(tx, 2)]
    assert "Bentrok jadwal" in reasons


async def withdraw(town: Town, phone: Phone) -> None:
    await phone.says("status")
    await tap(phone, "enrolled")
    await phone.taps("Mundur")
    await phone.taps("Ya, mundur")


async def test_nobody_answers_until_the_time_is_over(town: Town) -> None:
    desks = Desks(town)
    ani, budi, cici = (town.phone(name) for name in ("ani", "budi", "cici"))
    await training(town, quota=1)
    for phone in (ani, budi, cici):
        await enrols(town, phone)
    await withdraw(town, ani)
    (offered_,) = (await desks.news(budi))[-1:]
    (half,) = await desks.waits(budi, 7 * 60)
    assert half.text.startswith("Tempat di Pelatihan Ekspor masih saya simpan untuk Anda")
    assert await desks.waits(budi, 17 * 60) == []
    (over,) = await desks.waits(budi, 2 * 60)
    assert "ditawarkan ke orang berikutnya" in over.text
    assert await states(town) == ["withdrawn", "skipped", "offered"]
    (late,) = await budi.taps("Ambil", offered_)
    assert late.labels == ["Masuk daftar lagi", "Tidak jadi"]
    (line,) = await budi.taps("Masuk daftar lagi")
    assert "Anda nomor 1 di daftar tunggu" in line.text


async def test_more_places_are_offered_at_once(town: Town) -> None:
    desks = Desks(town)
    rini = await desks.employ("rini", "Bu Rini")
    await training(town, quota=1)
    for name in ("ani", "budi", "cici"):
        await enrols(town, town.phone(name))
    await rini.says("/staf")
    await tap(rini, "staff-programmes")
    await tap(rini, "staff-programme")
    await tap(rini, "entry-change")
    await rini.taps("Jumlah tempat")
    await rini.says("2")
    await tap(rini, "entry-save")
    assert await states(town) == ["accepted", "offered", "waiting"]


async def test_an_offer_of_what_is_cancelled_is_void(town: Town) -> None:
    desks = Desks(town)
    ani, budi = town.phone("ani"), town.phone("budi")
    await training(town, quota=1)
    for phone in (ani, budi):
        await enrols(town, phone)
    await withdraw(town, ani)
    await desks.deliver()
    await alter(town, state="cancelled")
    (void,) = await budi.taps("Ambil")
    assert void.text == "Pelatihan Ekspor batal."


async def test_offers_are_held_by_day_and_told_by_day(town: Town) -> None:
    desks = Desks(town)
    ani, budi = town.phone("ani"), town.phone("budi")
    await training(town, quota=1)
    for phone in (ani, budi):
        await enrols(town, phone)
    await desks.news(budi)
    town.clock.move(timedelta(hours=13))
    await withdraw(town, ani)
    assert await desks.news(budi) == []
    (offered_,) = await desks.waits(budi, 9 * 60)
    assert "Rabu, 25 November 2026 pukul 08.00 WIB" in offered_.text
