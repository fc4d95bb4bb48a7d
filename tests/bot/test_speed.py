"""How fast an announcement leaves: slower when staff say so, faster where an administrator pays Telegram for it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.broadcasts.sending.steps import start
from bot.pace import SECOND, Pace, Paces, Rate, Speed
from db import office
from db.broadcasts import broadcasts, recipients
from db.engine import Transaction
from db.people import people, staff
from db.people.consents import ANNOUNCEMENTS, StoredConsent
from tests.handlers.test_broadcasts import checks, rini, sends
from tests.town.crowds import agrees, states
from tests.town.desks import Desks
from tests.town.phone import Phone, Town
from tests.town.telegram_assistant import Running, running, until
from tests.town.telegram_stub import Call, Limits, TelegramStub, User

__all__ = ["rini"]

FIRST, AUTHOR = 1000, 5


@pytest.fixture
async def dadan(town: Town) -> Phone:
    """Pak Dadan, an administrator of an office that has a name."""
    async with town.assistant.database.transaction() as tx:
        await office.save(tx, name="Disdagin")
    return await Desks(town).employ("dadan", "Pak Dadan", "admin")


async def test_slower_at_once_and_again_as_fast_as_it_goes(town: Town, rini: Phone) -> None:
    await agrees(town, *(f"p{number}" for number in range(12)))
    town.clock.move(timedelta(hours=12))
    shown = await sends(rini)
    (asked,) = await rini.taps("Kecepatan", shown)
    assert asked.text.startswith("Dikirim secepat yang diterima tiap kanal.")
    assert asked.labels == ["20 per detik", "10 per detik", "5 per detik", "1 per detik", "Kembali"]
    (page,) = await rini.taps("5 per detik")
    assert page.text == "Dilanjutkan pukul 7 pagi. 0 dari 12"
    (slow,) = await rini.taps("Kecepatan")
    assert slow.text == "Dikirim paling cepat 5 per detik."
    assert slow.labels[0] == "Secepatnya"
    town.clock.move(timedelta(hours=12))
    await town.assistant.deliveries.run_due()
    assert await states(town) == {"sent": 5, "pending": 7}
    await asyncio.sleep(SECOND + 0.01)
    await town.assistant.deliveries.run_due()
    assert await states(town) == {"sent": 10, "pending": 2}
    await rini.taps("Secepatnya", slow)
    await town.assistant.deliveries.run_due()
    assert await states(town) == {"sent": 12}
    (late,) = await rini.taps("1 per detik", slow)
    assert late.text.startswith("✅ Selesai")


async def test_paying_is_off_until_the_office_and_an_administrator_want_it(
    town: Town, rini: Phone, dadan: Phone
) -> None:
    await agrees(town, "ani", "budi")
    assert "Lebih cepat, bayar" not in (await checks(dadan)).labels
    await dadan.says("/staf")
    await dadan.taps("Kantor")
    (asked,) = await dadan.taps("Kirim berbayar")
    assert asked.text.startswith("Berapa pengumuman per detik yang boleh dikirim berbayar")
    for wrong in ("12", "971", "-1", "banyak"):
        (refused,) = await dadan.says(wrong)
        assert refused.text.endswith("Tulis 0, atau bilangan bulat dari 31 sampai 970.")
    assert "mengirim 100 pengumuman per detik" in (await dadan.says("100"))[-1].text
    assert "Lebih cepat, bayar" not in (await checks(rini)).labels
    check = await checks(dadan)
    (nobody,) = await dadan.taps("Lebih cepat, bayar", check)
    assert nobody.text == "Tidak ada yang perlu dibayar: tidak ada yang menerimanya lewat Telegram."


async def test_what_it_costs_is_said_before_and_on_the_check(town: Town, dadan: Phone) -> None:
    async with town.assistant.database.transaction() as tx:
        await office.save(tx, paid_speed=100)
        await crowd(tx, 300)
    check = await checks(dadan)
    (price,) = await dadan.taps("Lebih cepat, bayar")
    assert price.text.startswith(
        "Dengan 100 per detik lamanya kurang dari 1 menit. Untuk itu Telegram memungut paling banyak 30 Stars"
    )
    (paid,) = await dadan.taps("Bayar")
    assert "paling banyak 30 Stars" in paid.text
    (again,) = await dadan.taps("Bayar", price)
    assert "paling banyak 30 Stars" in again.text
    (unpaid,) = await dadan.taps("Tidak usah bayar", again)
    assert "Lama kirim: kurang dari 1 menit." in unpaid.text
    async with town.assistant.database.transaction() as tx:
        await office.save(tx, paid_speed=0)
    (refused,) = await dadan.taps("Bayar", price)
    assert refused.text == "Kantor tidak lagi membayar pengiriman pengumuman."
    assert "Lebih cepat, bayar" in check.labels


async def crowd(tx: Transaction, count: int) -> None:
    """People on Telegram who agreed."""
    now = datetime.now(UTC)
    found = await people.find_or_create(tx, "telegram", {str(FIRST + one): "id" for one in range(count)}, now)
    agreed = {"kind": ANNOUNCEMENTS, "object": "", "version": "2026-11-25", "language": "id", "since": now}
    await tx.execute(insert(StoredConsent), [agreed | {"person_id": person} for _, person in found.values()])


async def paid_broadcast(here: Running, count: int) -> None:
    """An urgent warning to so many, as it may be night; its author pays for 100 a second."""
    now = datetime.now(UTC)
    async with here.assistant.database.transaction() as tx:
        await office.save(tx, paid_speed=100)
        await crowd(tx, count)
        address, _person = (await people.find_or_create(tx, "telegram", {str(AUTHOR): "id"}, now))[str(AUTHOR)]
        author = await staff.add(tx, address, "admin", "Pak Dadan", None, now)
        said = {"kind": broadcasts.WARNING, "texts": {"id": "Ada kabar."}, "is_paid": True}
        one = await broadcasts.load(tx, await broadcasts.add(tx, author, now, **said))
        assert one
        assert await start(tx, one, now)


async def test_telegram_is_told_that_it_is_paid_and_takes_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.pace.SECOND", 3600.0)  # of the unpaid ones 30 would leave within it
    async with TelegramStub() as stub, running(stub, tmp_path) as here:
        stub.limits = Limits(overall=30, to_one=1)
        await paid_broadcast(here, 90)
        await until(lambda: len(messages(stub)) == 90)
        calls = messages(stub)
        assert all(call.params["allow_paid_broadcast"] is True for call in calls)
        User(stub, AUTHOR, "Dadan").says("halo")
        await until(lambda: any(call.params["text"] == "text halo" for call in messages(stub)))
        assert "allow_paid_broadcast" not in messages(stub)[-1].params


async def test_what_telegram_does_not_take_paid_goes_on_at_the_usual_pace(tmp_path: Path) -> None:
    async with TelegramStub() as stub, running(stub, tmp_path) as here:
        stub.has_stars, stub.limits = False, Limits(overall=30, to_one=1)
        await paid_broadcast(here, 90)
        await until(lambda: len(stub.messages()) == 91)
        (told,) = stub.messages(AUTHOR)
        assert told["text"].startswith(
            "Telegram tidak menerima pengiriman berbayar untuk pengumuman 1 (Not enough stars)"
        )
        arrived = [call for call in messages(stub) if call.ok]
        assert not any("allow_paid_broadcast" in call.params for call in arrived)
        assert {call.status for call in messages(stub)} == {200, 400}, "it was never told that it is too fast"
        await here.assistant.settled()
        async with here.assistant.database.reading() as tx:
            found = await broadcasts.load(tx, 1)
            assert found
            assert (found.is_paid, found.speed, await recipients.counts(tx, 1)) == (False, 0, {"sent": 90})


def messages(stub: TelegramStub) -> list[Call]:
    return [call for call in stub.sent if call.method == "sendMessage"]


def test_a_broadcast_with_a_pace_of_its_own_keeps_both(monkeypatch: pytest.MonkeyPatch) -> None:
    paces = Paces(Pace(Rate(30, paid=970)))
    paces.keep([Speed(1, 0, is_paid=False), Speed(2, 5, is_paid=False), Speed(3, 100, is_paid=True)])
    assert [paces.room(one) for one in (None, 1, 2, 3)] == [30, 30, 5, 100]
    for pace in paces.of(2):
        pace.take("ani")
    assert [paces.room(one) for one in (None, 1, 2, 3)] == [29, 29, 4, 100]
    for pace in paces.of(3):
        pace.take("budi")
    assert [paces.room(one) for one in (None, 1, 2, 3)] == [29, 29, 4, 99]
    assert paces.busy() == {"ani", "budi"}
    assert (paces.is_paid(3), paces.is_paid(2), paces.is_paid(None)) == (True, False, False)
    paces.keep([Speed(2, 10, is_paid=False), Speed(3, 0, is_paid=False)])
    assert [paces.room(one) for one in (None, 1, 2, 3)] == [29, 29, 9, 29]
