"""Two addresses of one person: joined by a code after both are shown, and undone again."""

from typing import Any

import pytest
from sqlalchemy import func, select

from bot.knowledge import Knowledge
from db.base import Base
from db.engine import Database
from db.enrolling import enrolments
from db.enrolling.enrolments import StoredEnrolment
from db.fairs import interests, reminders
from db.fairs.interests import EXHIBITION, Wish
from db.fairs.reminders import Reminder
from db.people import consents, joinings, people
from db.people.addresses import Address
from db.people.consents import ANNOUNCEMENTS, Consent
from db.privacy.audit import StoredAct
from tests.town import applicants, fairs
from tests.town.applicants import Applicant
from tests.town.phone import NOW, Phone, Town

DAY = 24 * 3600


async def code_of(phone: Phone) -> str:
    await phone.says("data saya")
    await phone.taps("Gabungkan akun")
    (given,) = await phone.taps("Minta kode")
    return given.text.split()[2].strip(".")


async def joined(old: Phone, new: Phone) -> None:
    """The new phone is given a code, which the old one writes."""
    await old.says(await code_of(new))
    await old.taps("Gabungkan")


async def persons(town: Town) -> dict[str, int]:
    async with town.assistant.database.reading() as tx:
        return {row[0]: row[1] for row in await tx.execute(select(Address.value, Address.person_id))}


async def enrols(town: Town, phone: Phone) -> None:
    await applicants.begin(phone)
    await Applicant(town, phone).fill()
    await applicants.tap(phone, "form-send")


async def test_two_become_one_after_both_were_shown(engine_url: str, known: Knowledge) -> None:
    async with Town.opened(engine_url, known) as town:
        await fairs.offer(town, applicants.plan())
        old, new = town.phone("lama"), town.phone("baru", "en")
        await old.says("halo kak mau tanya halal")
        await enrols(town, old)
        await new.says("my data")
        await new.taps("Join accounts")
        (given,) = await new.taps("Give me a code")
        assert given.text.startswith("Your code is ")
        (shown,) = await old.says(given.text.split()[3].strip("."))
        assert shown.text.splitlines() == [
            "Yang digabung:",
            "• di sini: memory; pendaftaran: 1; Bahasa Indonesia",
            "• di sana: memory; pendaftaran: 0; English",
            "Tidak ada yang hilang, dan bisa dibatalkan selama 7 hari.",
        ]
        assert shown.labels == ["Gabungkan", "Tidak jadi"]
        assert len(set((await persons(town)).values())) == 2
        (done,) = await old.taps("Gabungkan")
        assert done.text == "✅ Keduanya sudah jadi satu. Sampai 30 November 2026 bisa dibatalkan lewat data saya."
        await town.assistant.deliveries.run_due()
        assert new.bubbles[-1].text.startswith("This address and another one of yours are one now.")
        assert len(set((await persons(town)).values())) == 1
        (status,) = await new.says("status")
        assert "DPJ27-0001" in status.text
        async with town.assistant.database.reading() as tx:
            assert await people.count(tx) == 1
            acts = (await tx.execute(select(StoredAct.act, StoredAct.object))).all()
        assert ("people.join", "person:1") in [tuple(act) for act in acts]


async def test_what_moved_goes_back_and_the_rest_stays(engine_url: str, known: Knowledge) -> None:
    async with Town.opened(engine_url, known) as town:
        await fairs.offer(town, applicants.plan())
        old, new = town.phone("lama"), town.phone("baru")
        await old.says("halo")
        await enrols(town, new)
        before = await _rows(town)
        await joined(old, new)
        (page,) = await new.says("data saya")
        assert "Keripik Teh Euis" in page.text
        assert "Batalkan gabungan" in page.labels
        (status,) = await old.says("status")
        assert "DPJ27-0001" in status.text
        await new.says("data saya")
        (done,) = await new.taps("Batalkan gabungan")
        assert done.text.startswith("✅ Dibatalkan")
        assert await _rows(town) == before
        (nothing,) = await old.says("status")
        assert "belum mendaftar" in nothing.text.lower()
        (late,) = await new.taps("Batalkan gabungan", page)
        assert late.text == "Tidak ada gabungan yang masih bisa dibatalkan."


async def _rows(town: Town) -> dict[str, Any]:
    """Whose what is, but for what is only said."""
    async with town.assistant.database.reading() as tx:
        found: dict[str, Any] = {}
        for name in ("addresses", "enrolments", "memberships", "consents", "files"):
            table = Base.metadata.tables[name]
            found[name] = (await tx.execute(select(table.c.id, table.c.person_id).order_by(table.c.id))).all()
        found["people"] = [await people.profile(tx, person) for person in (1, 2)]
    return found


async def test_what_both_have_is_had_once_and_twice_again_after_the_undoing(database: Database) -> None:
    async with database.transaction() as tx:
        found = await people.find_or_create(tx, "memory", {"a": "id", "b": "id"}, NOW)
        (one_at, one), (other_at, other) = found["a"], found["b"]
        [fair] = await _fair(tx)
        for person, address in ((one, one_at), (other, other_at)):
            await interests.add(tx, person, address, Wish(EXHIBITION), "", NOW)
            await reminders.start(tx, Reminder(person, address, fair.id), fair.first_day, NOW)
            await consents.give(tx, person, Consent(ANNOUNCEMENTS, "", "2026-11-25", "id", NOW))
        await interests.add(tx, other, other_at, Wish(EXHIBITION, "Bandung"), "", NOW)
        await joinings.give_code(tx, other, NOW)
        code = (await tx.execute(select(joinings.StoredJoining.id))).scalar_one()
        kept, gone = await joinings.join(tx, code, one, other, NOW)
        assert (kept, gone) == (one, other)
        assert len(await interests.of(tx, one)) == 2
        assert [person.person_id for person in await reminders.of(tx, fair.id)] == [one]
        assert len(await consents.of(tx, one)) == 1
        again = await joinings.of(tx, one, NOW)
        assert again is not None
        await joinings.undo(tx, again, NOW)
        assert [len(await interests.of(tx, person)) for person in (one, other)] == [1, 2]
        assert len(await reminders.of(tx, fair.id)) == 2
        assert [len(await consents.of(tx, person)) for person in (one, other)] == [1, 1]


async def _fair(tx: Any) -> list[Any]:
    from db.fairs import exhibitions

    await exhibitions.add(tx, [fairs.plan()], NOW)
    return [await exhibitions.find(tx, "PPB27")]


async def test_a_code_is_good_for_fifteen_minutes_once_and_not_for_oneself(town: Town) -> None:
    old, new, third = (town.phone(name) for name in ("lama", "baru", "ketiga"))
    await old.says("halo")
    code = await code_of(new)
    (own,) = await new.says(code)
    assert own.text == "Itu kode Anda sendiri. Tulis di HP atau aplikasi yang lain."
    (shown,) = await old.says(code.lower())
    await new.waits(15 * 60)
    (late,) = await old.taps("Gabungkan", shown)
    assert late.text.startswith("Kode itu sudah dipakai atau sudah lewat waktunya.")
    await joined(old, new)
    (used,) = await third.says(await code_of(third))
    assert used.text.startswith("Itu kode Anda sendiri")


async def test_wrong_codes_end_the_trying(town: Town, ani: Phone) -> None:
    await ani.says("halo kak mau tanya halal")
    await ani.says("gabungkan")
    await ani.taps("Saya punya kode")
    for number in range(5):
        (wrong,) = await ani.says(f"AAAA-BBB{number + 2}")
        assert wrong.text.startswith("Kode itu tidak saya kenal.")
    code = await code_of(town.phone("baru"))
    (stopped,) = await ani.says(code)
    assert stopped.text == "Terlalu banyak kode yang salah. Coba lagi 15 menit kemudian."
    await ani.waits(15 * 60 + 1)
    (shown,) = await ani.says(await code_of(town.phone("baru")))
    assert shown.text.startswith("Yang digabung:")


async def test_after_a_week_it_stays(town: Town) -> None:
    old, new = town.phone("lama"), town.phone("baru")
    await old.says("halo")
    await joined(old, new)
    done = old.bubbles[-1]
    await old.waits(7 * DAY + 1)
    (late,) = await old.taps("Batalkan gabungan", done)
    assert late.text == "Tidak ada gabungan yang masih bisa dibatalkan."


async def test_one_who_is_about_to_be_erased_is_not_joined(town: Town) -> None:
    old, new = town.phone("lama"), town.phone("baru")
    await old.says("halo")
    await new.says("data saya")
    await new.taps("Hapus data saya")
    await new.taps("Hapus semuanya")
    (refused,) = await old.says(await code_of(new))
    assert refused.text.startswith("Salah satunya sedang menunggu dihapus.")


async def test_both_are_erased_together(town: Town) -> None:
    await fairs.offer(town, applicants.plan())
    old, new = town.phone("lama"), town.phone("baru")
    await old.says("halo")
    await enrols(town, new)
    await joined(old, new)
    await old.says("data saya")
    await old.taps("Hapus data saya")
    await old.taps("Hapus semuanya")
    await old.waits(DAY)
    async with town.assistant.database.reading() as tx:
        assert (await tx.execute(select(func.count()).where(StoredEnrolment.name != ""))).scalar_one() == 0
        assert await people.count(tx) == 0
        assert (await people.profile(tx, 1), await people.profile(tx, 2)) == (("", ""), ("", ""))
        assert await enrolments.of(tx, 1) != []


@pytest.mark.parametrize("name", sorted(Base.metadata.tables))
def test_every_table_that_refers_to_people_can_move(name: str) -> None:
    """What tells two rows of one person apart is needed to bring them back."""
    moving = {table.name: joinings._key(table, column) for table, column in joinings._theirs()}
    refers = any(key.column.table.name == "people" for key in Base.metadata.tables[name].foreign_keys)
    assert (name in moving) == (refers and name not in ("erasures", "joinings"))
