"""Reminders and news: each once and in time, moved with the date, silent after "stop"."""

import asyncio
import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from sqlalchemy import select

from bot.assistant import Assistant
from bot.channels.memory import InMemory as MemoryChannel
from bot.channels.memory import insist
from bot.clock import ManualClock
from bot.composition import product
from bot.fairs import notices
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from bot.language.i18n import speaking
from bot.language.markdown import plain
from bot.language.quiet_hours import earliest_delivery
from bot.memory import Memory
from bot.reply import Reply
from bot.turn import Turn
from db import files
from db.deliveries.deliveries import StoredDelivery
from db.engine import Database
from db.fairs import exhibitions, programmes, reminders
from db.fairs.exhibitions import Exhibition
from db.people import people
from tests.town.fairs import hold, offer, plan, programme
from tests.town.phone import NOW, Phone, Town

WIB = ZoneInfo("Asia/Jakarta")


def text(reply: Reply) -> str:
    insist(reply)
    return plain(reply.text)


async def told(town: Town) -> list[tuple[str, datetime, Reply]]:
    """What was sent without being asked for: its source, when it may leave, and what it says."""
    columns = (StoredDelivery.source, StoredDelivery.due_at, StoredDelivery.body)
    async with town.assistant.database.reading() as tx:
        rows = await tx.execute(select(*columns).order_by(StoredDelivery.id))
        return [(source, due_at, Reply.from_json(body)) for source, due_at, body in rows]


async def reminded(town: Town) -> list[str]:
    return [source for source, _due_at, _body in await told(town) if source.startswith("reminder:")]


async def arrives(town: Town, at: datetime) -> None:
    """Let the clock come to this moment, and what is due happen."""
    town.clock.move_to(at)
    while await town.assistant.jobs.run_due():
        await town.assistant.settled()


async def passes(town: Town, until: datetime, step: timedelta = timedelta(hours=6)) -> None:
    while town.clock.now() + step < until:
        await arrives(town, town.clock.now() + step)
    await arrives(town, until)


async def wants(town: Town, phone: Phone, **said: Any) -> Exhibition:
    (one,) = await hold(town, plan(**said))
    await phone.says(f"/start pameran_{one.code}")
    await phone.taps("Ingatkan saya")
    return one


async def test_a_reminder_says_at_once_on_which_days_and_how_to_undo_it(town: Town, ani: Phone) -> None:
    await wants(town, ani)
    bubble = ani.bubbles[-1]
    assert bubble.text == (
        "🔔 Saya ingatkan 14, 3, dan 1 hari sebelumnya: 2 April 2027, 13 April 2027, dan 15 April 2027,"
        " sekitar pukul 09.00 WIB."
    )
    assert bubble.labels == ["Batalkan pengingat", "Simpan kalender"]


async def test_each_comes_once_at_nine_with_the_days_left_and_the_arrival_card_when_it_may_be_filled_in(
    town: Town, ani: Phone
) -> None:
    await wants(town, ani, is_sample=True)
    await passes(town, datetime(2027, 4, 20, tzinfo=WIB), timedelta(days=1))
    first, second, third = await told(town)
    assert [one[0] for one in (first, second, third)] == [f"reminder:PPB27:2027-04-16:{days}" for days in (14, 3, 1)]
    assert text(first[2]).startswith("🔔 14 hari lagi, Jumat, 16 April 2027: Pekan Produk Bandung")
    assert "MDAC" not in text(first[2])
    assert text(second[2]).splitlines()[1] == "Mulai pukul 10.00 waktu Malaysia (09.00 WIB), Dewan Sivik MBPJ."
    assert "Isi kartu kedatangan MDAC dalam 3 hari sebelum tiba di Malaysia, gratis" in text(second[2])
    assert text(third[2]).startswith("🔔 Besok, Jumat, 16 April 2027")
    assert [choice.shown for choice in third[2].numbered()] == ["Saya datang", "Tidak jadi", "Lihat peta"]


@pytest.mark.parametrize(
    ("joins", "days"),
    [
        (datetime(2027, 4, 2, 8, 59, tzinfo=WIB), [14, 3, 1]),
        (datetime(2027, 4, 2, 9, 1, tzinfo=WIB), [3, 1]),
        (datetime(2027, 4, 14, 20, tzinfo=WIB), [1]),
        (datetime(2027, 4, 15, 9, 1, tzinfo=WIB), []),
        (datetime(2027, 4, 17, 9, tzinfo=WIB), []),
    ],
)
async def test_who_joins_late_gets_only_what_is_still_ahead(
    town: Town, ani: Phone, joins: datetime, days: list[int]
) -> None:
    town.clock.move_to(joins)
    await wants(town, ani)
    assert ("tidak ada lagi waktu" in ani.bubbles[-1].text) == (not days)
    await passes(town, datetime(2027, 4, 20, tzinfo=WIB))
    assert await reminded(town) == [f"reminder:PPB27:2027-04-16:{before}" for before in days]


@pytest.mark.parametrize("word", ["berhenti", "STOP.", "tolong berhenti", "henti", "lirén", "unsubscribe", "/stop"])
async def test_none_comes_after_stop_and_turned_on_again_they_do(town: Town, ani: Phone, word: str) -> None:
    await wants(town, ani)
    await arrives(town, datetime(2027, 4, 2, 9, tzinfo=WIB))
    (bubble,) = await ani.says(word)
    assert bubble.text.startswith("Dihentikan mulai sekarang: pengingat")
    await passes(town, datetime(2027, 4, 14, tzinfo=WIB), timedelta(days=1))
    assert len(await reminded(town)) == 1
    await ani.taps("Nyalakan lagi", bubble)
    await passes(town, datetime(2027, 4, 20, tzinfo=WIB), timedelta(days=1))
    assert await reminded(town) == ["reminder:PPB27:2027-04-16:14", "reminder:PPB27:2027-04-16:1"]


async def test_stop_takes_back_what_has_not_left_and_says_so_when_there_is_nothing(town: Town, ani: Phone) -> None:
    (bubble,) = await ani.says("stop")
    assert bubble.text == "Anda memang tidak menerima pengumuman, pengingat, atau kabar."
    one = await wants(town, ani)
    await arrives(town, datetime(2027, 4, 2, 22, tzinfo=WIB))
    await ani.says("stop")
    async with town.assistant.database.reading() as tx:
        assert not await reminders.is_wanted(tx, 1, one.id)
        states = (await tx.execute(select(StoredDelivery.state))).scalars().all()
    assert states == ["cancelled"]


async def test_what_a_reminder_asks_is_answered_and_no_longer_coming_ends_it(town: Town, ani: Phone) -> None:
    await wants(town, ani)
    await ani.taps("Batalkan pengingat")
    await ani.taps("Ingatkan saya")
    await arrives(town, datetime(2027, 4, 2, 9, tzinfo=WIB))
    await town.assistant.deliveries.run_due()
    (coming,) = await ani.taps("Saya datang")
    assert coming.text.startswith("✅ Dicatat: Anda datang ke Pekan Produk Bandung.\n🔔 Saya ingatkan 3 dan 1 hari")
    await ani.taps("Tidak jadi")
    assert ani.bubbles[-1].text == "Baik, tidak saya ingatkan."
    await passes(town, datetime(2027, 4, 20, tzinfo=WIB), timedelta(days=1))
    assert len(await reminded(town)) == 1


async def test_the_reminders_move_with_the_date_and_end_with_a_cancellation(town: Town, ani: Phone) -> None:
    before = await wants(town, ani)
    await arrives(town, datetime(2027, 4, 2, 9, tzinfo=WIB))
    later = replace(before.plan(), first_day=date(2027, 6, 18), last_day=date(2027, 6, 20))
    async with town.assistant.database.transaction() as tx:
        moved = await exhibitions.change(tx, before, later, town.clock.now())
    await passes(town, datetime(2027, 6, 15, 10, tzinfo=WIB), timedelta(days=1))
    assert await reminded(town) == [
        "reminder:PPB27:2027-04-16:14",
        "reminder:PPB27:2027-06-18:14",
        "reminder:PPB27:2027-06-18:3",
    ]
    async with town.assistant.database.transaction() as tx:
        await exhibitions.cancel(tx, moved, town.clock.now())
    await passes(town, datetime(2027, 6, 20, tzinfo=WIB), timedelta(days=1))
    assert len(await reminded(town)) == 3


async def test_a_late_one_waits_for_the_morning_and_counts_the_days_anew_or_leaves_it_to_the_next(
    town: Town, ani: Phone
) -> None:
    await wants(town, ani)
    await arrives(town, datetime(2027, 4, 2, 22, tzinfo=WIB))  # nobody was there since the morning
    await arrives(town, datetime(2027, 4, 14, 23, tzinfo=WIB))  # the next one is due when this may leave
    [(_source, due_at, reply)] = await told(town)
    assert due_at == datetime(2027, 4, 3, 7, tzinfo=WIB)
    assert text(reply).startswith("🔔 13 hari lagi")
    await arrives(town, datetime(2027, 4, 15, 9, tzinfo=WIB))
    assert (await reminded(town))[1:] == ["reminder:PPB27:2027-04-16:1"]


def test_nothing_leaves_at_night_or_during_friday_prayer() -> None:
    for minutes in range(0, 7 * 24 * 60, 7):
        at = datetime(2027, 4, 12, tzinfo=WIB) + timedelta(minutes=minutes)
        then = earliest_delivery(at)
        assert at <= then <= at + timedelta(hours=11)
        assert time(7) <= then.time() < time(20)
        assert not (then.weekday() == 4 and time(11, 30) <= then.time() < time(13))


@pytest.mark.slow
async def test_killed_and_restarted_at_any_moment_each_comes_exactly_once(engine_url: str, known: Knowledge) -> None:
    chance = random.Random(6)
    async with Town.opened(engine_url, known) as town:
        await wants(town, town.phone("ani"))
    at = NOW
    while at < datetime(2027, 4, 18, tzinfo=WIB):
        at += timedelta(hours=chance.choice([2, 9, 13, 30]) if at > datetime(2027, 4, 1, tzinfo=WIB) else 24 * 20)
        await killed(engine_url, known, at, chance.randrange(12))
        async with Town.opened(engine_url, known, at + timedelta(minutes=1)) as town:
            await town.assistant.settled()
            await arrives(town, at)
            sources = await reminded(town)
    assert sources == [f"reminder:PPB27:2027-04-16:{days}" for days in (14, 3, 1)]


async def killed(url: str, known: Knowledge, at: datetime, steps: int) -> None:
    """Start, begin what is due, and die some steps of the loop later, with whatever is in hand."""
    assistant = Assistant(Database(url), known, product(), [MemoryChannel()], ManualClock(at))
    await assistant.start(background=False)
    due = asyncio.ensure_future(assistant.jobs.run_due())
    for _step in range(steps * 20):
        await asyncio.sleep(0)
    due.cancel()
    await asyncio.wait([due])
    await assistant.nursery.stop()
    await assistant.outbox.close()
    await assistant.database.close()


async def test_a_blocked_address_is_not_opened_by_a_reminder(town: Town, ani: Phone) -> None:
    await wants(town, ani)
    await ani.does(Inbound("blocked"))
    await arrives(town, datetime(2027, 4, 2, 9, tzinfo=WIB))
    async with town.assistant.database.reading() as tx:
        (person,) = (await people.load(tx, [1])).values()
    assert person.state == "blocked"


# What staff will do, whose screens come later.


async def as_staff(town: Town, work: Any) -> int:
    """Run something in a turn, as the handler of somebody of the staff would."""
    async with town.assistant.database.transaction() as tx:
        (person,) = (await people.load(tx, [1])).values()
        knowledge: Any = None
        turn = Turn(1, town.clock.now(), Inbound("text"), person, Memory(), tx, knowledge)
        with speaking("id"):
            return int(await work(turn))


async def test_who_waits_hears_once_when_something_fitting_is_announced(town: Town, ani: Phone) -> None:
    await ani.says("ada pameran fashion di pj ga")
    await ani.taps("Kabari saya")
    budi = town.phone("budi")
    await budi.says("ada pameran sepatu di pj ga")
    await budi.taps("Kabari saya")
    (draft,) = await hold(town, plan(state="draft"))
    async with town.assistant.database.transaction() as tx:
        one = await exhibitions.change(tx, draft, plan(state="announced"), town.clock.now())
    assert one.state == "announced"
    for _time in range(2):
        assert await as_staff(town, lambda turn: notices.announce(turn, one)) == 1
    [(source, _due_at, reply)] = await told(town)
    assert source == "exhibition:PPB27:announced"
    assert text(reply).startswith("Ada yang baru, seperti yang Anda minta dikabari:\nPekan Produk Bandung\n📅")
    assert [choice.shown for choice in reply.numbered()] == ["Ingatkan saya", "Lihat rincian", "Berhenti"]


async def test_a_change_says_what_was_what_is_and_what_stays_to_all_it_concerns(town: Town, ani: Phone) -> None:
    before = await wants(town, ani)
    john = town.phone("john", "en")
    await john.says("any exhibitions for fashion in Petaling Jaya?")
    await john.taps("Keep me posted")
    later = replace(before.plan(), first_day=date(2027, 4, 23), last_day=date(2027, 4, 25))
    async with town.assistant.database.transaction() as tx:
        after = await exhibitions.change(tx, before, later, town.clock.now())
    assert await as_staff(town, lambda turn: notices.announce_change(turn, after, before)) == 2
    (_, _, english), (source, _, indonesian) = await told(town)
    assert source == "exhibition:PPB27:changed:1"
    assert text(indonesian) == (
        "⚠️ Berubah: Pekan Produk Bandung pindah dari 16–18 April 2027 ke Jumat–Minggu, 23–25 April 2027.\n"
        "Jam dan tempat tetap.\n📎 Buka berkasnya lagi supaya kalender Anda ikut berubah.\n"
        "Pengingat Anda sudah saya geser."
    )
    assert [choice.shown for choice in indonesian.numbered()] == ["Saya datang", "Tidak jadi", "Lihat rincian"]
    assert text(english).startswith("⚠️ Changed: Bandung Products Week moves from 16–18 April 2027 to Friday–Sunday")
    assert "reminders" not in text(english)
    moved, (event,) = await calendar(town, indonesian.file)
    assert "2027-04-23" in str(event.start)
    first, _notice = await ani.says("/start pameran_PPB27")
    (file,) = await ani.taps("Simpan kalender", first)
    again, _events = await calendar(town, file.reply.file)
    assert (moved["UID"], moved["SEQUENCE"]) == (again["UID"], again["SEQUENCE"]) == (moved["UID"], 1)
    assert "hapus yang lama" in file.text


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ({"opens": time(11)}, "Jam baru: 11.00–20.00 waktu Malaysia (10.00–19.00 WIB)."),
        ({"venue": "Jaya One", "address": ""}, "Tempat baru: Jaya One, Petaling Jaya."),
        ({"enrolment_closes": date(2027, 2, 14)}, "Pendaftaran peserta sekarang dibuka sampai 14 Februari 2027."),
        ({"cost": {"id": "Rp100.000"}}, "Biaya baru: Rp100.000"),
    ],
)
async def test_every_kind_of_change_is_named(town: Town, ani: Phone, said: dict[str, Any], line: str) -> None:
    before = await wants(town, ani)
    async with town.assistant.database.transaction() as tx:
        after = await exhibitions.change(tx, before, replace(before.plan(), **said), town.clock.now())
    await as_staff(town, lambda turn: notices.announce_change(turn, after, before))
    [(_, _, reply)] = await told(town)
    first, second, *_rest = text(reply).splitlines()
    assert first == "⚠️ Berubah: Pekan Produk Bandung, Jumat–Minggu, 16–18 April 2027."
    assert second == line


async def test_a_cancellation_reaches_the_calendar_and_ends_the_reminders(town: Town, ani: Phone) -> None:
    before = await wants(town, ani)
    (bubble,) = await ani.taps("Simpan kalender")
    saved, _events = await calendar(town, bubble.reply.file)
    async with town.assistant.database.transaction() as tx:
        after = await exhibitions.cancel(tx, before, town.clock.now())
    assert await as_staff(town, lambda turn: notices.announce_cancellation(turn, after)) == 1
    [(_, _, reply)] = await told(town)
    assert text(reply).splitlines()[0] == "⚠️ Batal: Pekan Produk Bandung, Jumat–Minggu, 16–18 April 2027."
    assert text(reply).splitlines()[-1] == "Pengingatnya sudah saya hentikan."
    cancelled, _events = await calendar(town, reply.file)
    assert (cancelled["UID"], cancelled["STATUS"]) == (saved["UID"], "CANCELLED")
    assert (saved["SEQUENCE"], cancelled["SEQUENCE"]) == (0, 1)


async def calendar(town: Town, file: int) -> tuple[Any, list[Any]]:
    """The entry of a calendar file, and the events as a calendar shows them."""
    async with town.assistant.database.reading() as tx:
        (kept,) = (await files.load(tx, [file])).values()
    assert (kept.mime, kept.name) == ("text/calendar", "pekan-produk.ics")
    events = icalendar.Calendar.from_ical(kept.content).events
    return events[0], events


async def test_who_waits_for_a_programme_hears_of_it(town: Town, ani: Phone) -> None:
    await ani.says("ada program apa aja kak")
    await ani.taps("Kabari saya")
    await offer(town, programme())
    async with town.assistant.database.reading() as tx:
        (one,) = await programmes.all_of(tx)
    assert await as_staff(town, lambda turn: notices.announce_programme(turn, one)) == 1
    [(_, _, reply)] = await told(town)
    assert "Pelatihan Ekspor" in text(reply)
    (bubble,) = await ani.says("berhenti")
    assert bubble.text.startswith("Dihentikan mulai sekarang")
    assert await as_staff(town, lambda turn: notices.announce_programme(turn, one)) == 0
