"""Becoming staff, inviting, changing, leaving; and nobody passes the guard whose role may not."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels.memory import Delivered
from bot.commands.staff import appoint, first_code
from bot.errors import Refusal
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from bot.language.i18n import speaking
from bot.memory import Memory
from bot.reply import Choice
from bot.turn import Turn
from db.people import codes, people, staff
from db.people.codes import StaffCode
from db.people.people import Known
from db.people.staff import ROLES
from db.privacy.audit import StoredAct
from handlers.staff import DESKS
from handlers.staff.invitation import join
from tests.town.desks import Desks, case_rows
from tests.town.phone import NOW, Phone, Town


async def code_of(town: Town) -> str:
    code = await first_code(town.assistant.database, town.clock.now())
    assert code is not None
    return code


async def administrator(town: Town, name: str = "rini", called: str = "Bu Rini") -> Phone:
    """The first one, who came by the printed code and said their name."""
    phone = town.phone(name)
    await phone.says(f"/staf {await code_of(town)}")
    await phone.says(called)
    await phone.says("/staf")
    await phone.says("Disdagin")
    return phone


async def invited(town: Town, by: Phone, name: str, role: str, called: str) -> Phone:
    """Somebody who took an invitation."""
    await by.taps("Undang", (await by.taps("Petugas", (await by.says("/staf"))[-1]))[-1])
    (bubble,) = await by.taps(role)
    code = bubble.text.split("/staf ")[1].split()[0]
    phone = town.phone(name)
    await phone.says(f"/staf {code}")
    await phone.taps("Terima")
    await phone.says(called)
    return phone


async def acts(town: Town) -> list[str]:
    async with town.assistant.database.reading() as tx:
        return [row[0] for row in await tx.execute(select(StoredAct.act).order_by(StoredAct.id))]


async def test_the_printed_code_makes_the_first_administrator_who_is_asked_for_the_office(town: Town) -> None:
    rini = town.phone("rini")
    (welcome,) = await rini.says(f"/staf {(await code_of(town)).lower().replace('-', ' ')}")
    assert "administrator" in welcome.text
    assert "Bu Rini" in welcome.text
    (named,) = await rini.says("Bu  Rini")
    assert named.text == "Mulai sekarang disebut Bu Rini."
    (asked,) = await rini.says("/staf")
    assert asked.text.startswith("Apa nama kantornya")
    assert (await rini.says("Disdagin Kota Bandung"))[0].text.startswith("Tersimpan.")
    (page,) = await rini.says("/staf")
    labels = ["Kasus", "Pameran", "Program", "Pengumuman", "Pendaftaran", "Pertanyaan", "Petugas", "Kantor", "Saya"]
    assert page.labels == [*labels, "Menu"]
    assert page.text.startswith("Bu Rini: 0 kasus")
    assert await first_code(town.assistant.database, town.clock.now()) is None
    (hello,) = await town.phone("ani").says("/start")
    assert "asisten UMKM dari Disdagin Kota Bandung" in hello.text
    assert hello.text.endswith("Pesan Anda disimpan; yang belum bisa saya jawab dibaca petugas.")


async def test_who_has_no_code_is_told_whose_door_it_is(town: Town, ani: Phone) -> None:
    assert (await ani.says("/staf"))[0].text.startswith("Ini untuk petugas kantor.")
    assert (await ani.says("/kasus"))[0].text.startswith("Itu untuk petugas kantor.")


async def test_a_new_start_prints_a_new_code_and_the_old_one_is_void(town: Town, ani: Phone) -> None:
    old = await code_of(town)
    new = await code_of(town)
    assert "sudah dipakai atau sudah kedaluwarsa" in (await ani.says(f"/staf {old}"))[0].text
    assert "administrator" in (await ani.says(f"/staf {new}"))[0].text


async def test_a_code_is_good_for_a_day(town: Town, ani: Phone) -> None:
    code = await code_of(town)
    await ani.waits(24 * 3600 + 1)
    assert "kedaluwarsa" in (await ani.says(f"/staf {code}"))[0].text


async def test_five_wrong_codes_end_the_printed_one_and_whoever_guesses(town: Town, ani: Phone) -> None:
    code = await code_of(town)
    for number in range(5):
        assert "belum cocok" in (await ani.says(f"/staf WRON-G{number}23"))[0].text
    assert "Terlalu banyak" in (await ani.says(f"/staf {code}"))[0].text
    assert "kedaluwarsa" in (await town.phone("budi").says(f"/staf {code}"))[0].text
    await ani.waits(24 * 3600 + 1)
    assert "belum cocok" in (await ani.says("/staf WRON-G923"))[0].text


async def test_codes_are_kept_as_hashes_only(town: Town) -> None:
    code = await code_of(town)
    async with town.assistant.database.reading() as tx:
        kept = (await tx.execute(select(StaffCode.hash))).scalar_one()
    assert len(kept) == 64
    assert code not in kept


async def test_an_invitation_says_who_invites_works_once_and_only_when_accepted(town: Town) -> None:
    rini = await administrator(town)
    await rini.taps("Undang", (await rini.taps("Petugas", (await rini.says("/staf"))[-1]))[-1])
    (bubble,) = await rini.taps("Petugas")
    code = bubble.text.split("/staf ")[1].split()[0]
    dadan, budi = town.phone("dadan"), town.phone("budi")
    (question,) = await dadan.says(f"/staf {code}")
    assert question.text == "Bu Rini mengundang Anda menjadi petugas di sini."
    await dadan.taps("Tidak jadi", question)
    await budi.says(f"/staf {code}")
    await budi.taps("Terima")
    assert "sudah dipakai" in (await dadan.taps("Terima", question))[0].text
    assert "sudah terdaftar" in (await budi.says(f"/staf {code}"))[0].text


async def test_an_officer_sees_no_administrator_s_choices_and_a_viewer_no_cases(town: Town) -> None:
    rini = await administrator(town)
    dadan = await invited(town, rini, "dadan", "Petugas", "Pak Dadan")
    euis = await invited(town, rini, "euis", "Pembaca", "Bu Euis")
    own = ["Pendaftaran", "Pertanyaan", "Saya", "Menu"]
    assert (await dadan.says("/staf"))[0].labels == ["Kasus", "Pameran", "Program", "Pengumuman", *own]
    assert (await euis.says("/staf"))[0].labels == own


async def test_roles_change_members_leave_and_their_old_buttons_are_refused(town: Town) -> None:
    rini = await administrator(town)
    dadan = await invited(town, rini, "dadan", "Petugas", "Pak Dadan")
    page = (await dadan.says("/staf"))[0]
    await rini.taps("Petugas", (await rini.says("/staf"))[-1])
    (shown,) = await rini.taps("2. Pak Dadan")
    assert shown.text.startswith("Pak Dadan · petugas · memory · sejak")
    assert (await rini.taps("Pembaca"))[0].text == "Pak Dadan sekarang pembaca."
    assert (await dadan.taps("Kasus", page))[0].text.startswith("Peran Anda tidak mencakup ini")
    await rini.taps("Keluarkan", shown)
    assert (await rini.taps("Ya, keluarkan"))[0].text == "Pak Dadan bukan petugas lagi."
    assert (await dadan.taps("Pertanyaan", page))[0].text.startswith("Itu untuk petugas kantor.")
    assert "bukan petugas lagi" in (await rini.taps("Pembaca", shown))[0].text
    done = ["staff.join", "staff.rename", "office.change", "staff.invite", "staff.join", "staff.rename"]
    assert await acts(town) == [*done, "staff.role", "staff.remove"]


async def leaves(phone: Phone) -> list[Delivered]:
    """Begin to stop working here."""
    await phone.says("/staf")
    await phone.taps("Saya")
    return await phone.taps("Berhenti bertugas")


async def test_the_last_administrator_stays(town: Town) -> None:
    rini = await administrator(town)
    (refused,) = await leaves(rini)
    assert refused.text.startswith("Administrator terakhir harus tetap ada.")
    dadan = await invited(town, rini, "dadan", "Administrator", "Pak Dadan")
    await leaves(rini)
    assert (await rini.taps("Ya, berhenti"))[0].text.startswith("Anda bukan petugas lagi.")
    (refused,) = await leaves(dadan)
    assert refused.text.startswith("Administrator terakhir harus tetap ada.")


@pytest.mark.parametrize("written", ["x", "12", "👍👍", "a" * 41])
async def test_what_is_no_name_is_asked_for_again(town: Town, written: str) -> None:
    rini = town.phone("rini")
    await rini.says(f"/staf {await code_of(town)}")
    assert (await rini.says(written))[0].text.startswith("Itu belum seperti nama.")
    assert (await rini.says("Bu Rini"))[0].text == "Mulai sekarang disebut Bu Rini."


async def test_the_settings_appoint_administrators_at_every_start(town: Town) -> None:
    database = town.assistant.database
    for _ in range(2):
        await appoint(database, [("memory", "rini"), ("memory", "dadan")], NOW)
    async with database.transaction() as tx:
        assert [(one.value, one.role) for one in await staff.listed(tx)] == [("rini", "admin"), ("dadan", "admin")]
        await staff.set_role(tx, 1, "viewer")
        await staff.end(tx, 2, NOW)
    await appoint(database, [("memory", "rini"), ("memory", "dadan")], NOW + timedelta(days=1))
    async with database.reading() as tx:
        assert [(one.value, one.role) for one in await staff.listed(tx)] == [("rini", "admin"), ("dadan", "admin")]
    rini = town.phone("rini")
    assert (await rini.says("/staf"))[0].text.startswith("Bagaimana pemilik usaha dan rekan menyebut Anda?")
    await rini.says("Bu Rini")
    assert (await rini.taps("Buka"))[0].text.startswith("Apa nama kantornya")


async def test_staff_are_removed_while_somebody_edits_the_settings(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rini = await administrator(town)
    await invited(town, rini, "dadan", "Petugas", "Pak Dadan")
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("JEMBATAN_PORT=half writ", "utf-8")
    await rini.taps("Petugas", (await rini.says("/staf"))[-1])
    await rini.taps("2. Pak Dadan")
    await rini.taps("Keluarkan")
    assert (await rini.taps("Ya, keluarkan"))[0].text == "Pak Dadan bukan petugas lagi."


async def test_what_is_asked_first_may_wait(town: Town) -> None:
    await appoint(town.assistant.database, [("memory", "rini")], NOW)
    rini = town.phone("rini")
    await rini.says("/staf")
    assert (await rini.says("nanti saja"))[0].text.startswith("Petugas: 0 kasus")
    await rini.taps("Saya")
    await rini.taps("Nama saya")
    await rini.says("Bu Rini")
    await rini.taps("Buka")
    assert (await rini.taps("Nanti saja"))[0].text.startswith("Bu Rini: 0 kasus")


async def test_an_invitation_falls_with_whoever_gave_it(town: Town) -> None:
    rini = await administrator(town)
    dadan = await invited(town, rini, "dadan", "Administrator", "Pak Dadan")
    await dadan.taps("Undang", (await dadan.taps("Petugas", (await dadan.says("/staf"))[-1]))[-1])
    (bubble,) = await dadan.taps("Administrator")
    code = bubble.text.split("/staf ")[1].split()[0]
    await rini.taps("Petugas", (await rini.says("/staf"))[-1])
    await rini.taps("2. Pak Dadan")
    await rini.taps("Petugas")
    assert dadan.bubbles[-1].text.startswith("Peran Anda di sini sekarang petugas")
    assert "kedaluwarsa" in (await town.phone("budi").says(f"/staf {code}"))[0].text


async def test_members_are_numbered_as_a_typed_number_counts_them(town: Town) -> None:
    rini = await administrator(town)
    dadan = await invited(town, rini, "dadan", "Petugas", "Pak Dadan")
    await invited(town, rini, "euis", "Pembaca", "Bu Euis")
    await leaves(dadan)
    await dadan.taps("Ya, berhenti")
    (shown,) = await rini.taps("Petugas", (await rini.says("/staf"))[-1])
    assert "2. Bu Euis · pembaca" in shown.text
    assert (await rini.says("2"))[0].text.startswith("Bu Euis · pembaca")


@pytest.mark.parametrize("way", ["Ya, berhenti", "Ya, keluarkan", "Pembaca"])
async def test_what_somebody_had_taken_waits_for_a_colleague_when_they_go(town: Town, way: str) -> None:
    rini = await administrator(town)
    dadan = await invited(town, rini, "dadan", "Petugas", "Pak Dadan")
    ani, desks = town.phone("ani"), Desks(town)
    await ani.says("mau tanya petugas")
    await ani.says("oven saya rusak, siapa yang bisa bantu?")
    await dadan.taps("Saya ambil", next(sent for sent in reversed(dadan.bubbles) if "Saya ambil" in sent.labels))
    if way == "Ya, berhenti":
        await leaves(dadan)
        await dadan.taps(way)
    else:
        await rini.taps("Petugas", (await rini.says("/staf"))[-1])
        (shown,) = await rini.taps("2. Pak Dadan")
        await rini.taps("Keluarkan" if way == "Ya, keluarkan" else way, shown)
        await rini.taps(way) if way == "Ya, keluarkan" else None
    assert "K-1 sekarang menunggu petugas lain" in (await desks.news(ani))[-1].text
    assert "K-1" in (await desks.news(rini))[-1].text
    assert [(case["state"], case["owner_id"]) for case in await case_rows(town)] == [("open", None)]


async def test_two_administrators_who_leave_at_once_do_not_both_leave(engine_url: str, known: Knowledge) -> None:
    async with Town.opened(engine_url, known) as town:
        rini = await administrator(town)
        dadan = await invited(town, rini, "dadan", "Administrator", "Pak Dadan")
        for phone in (rini, dadan):
            await leaves(phone)
        await asyncio.gather(*(phone.sends([phone.tap("Ya, berhenti")]) for phone in (rini, dadan)))
        await town.assistant.settled()
        async with town.assistant.database.transaction() as tx:
            assert await staff.admins(tx) == 1


async def test_a_group_is_no_place_for_a_code(town: Town, known: Knowledge) -> None:
    code = await code_of(town)
    group = replace(somebody(""), channel="telegram", value="-100123")
    async with town.assistant.database.transaction() as tx:
        turn = Turn(1, NOW, replace(Inbound.typed(f"/staf {code}"), in_group=True), group, Memory(), tx, known)
        with speaking("id"):
            await join(turn)
        assert "jangan di grup" in turn.replies[0].text
        found = await codes.find(tx, code)
    assert found is not None
    assert found.is_good(NOW)


def somebody(role: str) -> Known:
    return Known(1, 1, "memory", "x", "open", {}, "id", "choice", NOW, staff_id=1 if role else 0, role=role)


@pytest.mark.parametrize("role", ["", *ROLES])
async def test_every_desk_refuses_whoever_may_not(town: Town, known: Knowledge, role: str) -> None:
    """Each handler of each desk, called as it is registered, for a stranger and for every role."""
    routes = [(desk, route) for desk in DESKS for route in desk.routes]
    assert len(routes) > 30
    for desk, route in routes:
        allowed = bool(role) and ROLES.index(role) <= ROLES.index(desk.role)
        async with town.assistant.database.transaction() as tx:
            turn = Turn(
                1, NOW, Inbound("tap"), somebody(role), Memory(), tx, known, choice=Choice("x", "x", {"case": 1})
            )
            if allowed:
                continue
            with speaking("id"), pytest.raises(Refusal) as refused:
                await route.handler(turn)
            assert "petugas" in str(refused.value.sentence) or "Peran Anda" in str(refused.value.sentence), route.name


async def test_an_address_that_never_wrote_can_be_staff(town: Town) -> None:
    async with town.assistant.database.transaction() as tx:
        found = await people.find_or_create(tx, "memory", {"dadan": "id"}, NOW)
        await staff.add(tx, found["dadan"][0], "officer", "Pak Dadan", None, NOW)
    assert "Kasus" in (await town.phone("dadan").says("/staf"))[0].labels
