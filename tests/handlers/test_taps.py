"""Who tapped what below an announcement: noted once for each person and button, and shown to staff."""

import json

import pytest
from sqlalchemy import delete, select, update

from bot.channels.memory import Delivered
from bot.errors import Refusal
from bot.knowledge import Knowledge
from bot.language.i18n import _
from bot.private_chat import Handler
from bot.router import Route
from bot.turn import Turn
from db.broadcasts import broadcasts, taps
from db.broadcasts.taps import StoredTap
from db.people import addresses
from db.people.staff import StaffMember
from handlers import interests
from tests.town.crowds import agrees, named
from tests.town.desks import Desks
from tests.town.fairs import hold, offer, plan, programme
from tests.town.phone import NOW, Phone, Town

TEXT = {"id": "**Pendaftaran dibuka**\n20 tempat.", "en": "**Enrolment opens**\n20 places."}


@pytest.fixture
async def rini(town: Town) -> Phone:
    """Bu Rini, an officer."""
    return await Desks(town).employ("rini", "Bu Rini")


async def sends(town: Town, *buttons: str, **said: object) -> int:
    """An announcement with these buttons has been sent to all who agreed."""
    async with town.assistant.database.transaction() as tx:
        values = {"texts": TEXT, "buttons": [*buttons], **said}
        id_ = await broadcasts.add(tx, None, town.clock.now(), **values)
        await broadcasts.move(tx, id_, ["draft"], "scheduled", town.clock.now())
    await town.assistant.deliveries.run_due()
    return id_


async def noted(town: Town) -> list[tuple[int, int, str]]:
    """Who tapped on what: broadcast, person and button, in order."""
    async with town.assistant.database.reading() as tx:
        rows = select(StoredTap.broadcast_id, StoredTap.person_id, StoredTap.button).order_by(StoredTap.id)
        return [tuple(row) for row in await tx.execute(rows)]


async def counted(town: Town, broadcast: int = 1) -> dict[str, int]:
    async with town.assistant.database.reading() as tx:
        return await taps.counts(tx, broadcast)


async def report(rini: Phone, broadcast: int = 1) -> Delivered:
    await rini.says("/pengumuman")
    return (await rini.taps(f"Nomor {broadcast}"))[-1]


async def test_a_tap_a_number_and_a_label_are_noted_once_for_each_person_and_button(town: Town) -> None:
    await hold(town, plan())
    ani, budi, cici = await agrees(town, "ani", "budi", "cici")
    await sends(town, "exhibition:1", "card:halal.cost")
    (got,) = cici.bubbles
    assert got.labels == ["Lihat pameran", "Baca lebih lanjut", "Berhenti"]
    await ani.taps("Lihat pameran", ani.bubbles[0])
    await ani.taps("Lihat pameran", ani.bubbles[0])
    await ani.taps("Baca lebih lanjut", ani.bubbles[0])
    await budi.taps("Baca lebih lanjut", budi.bubbles[0])
    await cici.taps("Berhenti", got)
    assert await counted(town) == {"exhibition:1": 1, "card:halal.cost": 2, "stop": 1}


@pytest.mark.parametrize(("typed", "button"), [("2", "card:halal.cost"), ("lihat pameran", "exhibition:1")])
async def test_what_is_typed_counts_as_the_tap(town: Town, typed: str, button: str) -> None:
    """A delivery takes no number of its own; what it offers is typed once one of its taps was the last asked."""
    await hold(town, plan())
    (ani,) = await agrees(town, "ani")
    await sends(town, "exhibition:1", "card:halal.cost")
    async with town.assistant.database.transaction() as tx:
        [address] = [one for one, _person in (await addresses.known(tx, "memory", ["ani"])).values()]
        await addresses.remember(tx, {address: {"asked": ani.bubbles[0].number}})
    await ani.says(typed)
    assert await counted(town) == {button: 1}


async def test_other_taps_a_preview_and_a_test_to_oneself_are_not_noted(town: Town, rini: Phone) -> None:
    await hold(town, plan())
    (ani,) = await agrees(town, "ani")
    await rini.says("/staf")
    await rini.taps("Pengumuman")
    await rini.taps("Pengumuman baru")
    await rini.says("Pekan produk dibuka\nGratis.")
    await rini.taps("Pameran")
    await rini.taps("Semua yang setuju")
    await rini.taps("Pakai")
    await rini.taps("Lainnya")
    await rini.taps("Tombol")
    await rini.taps("Pekan Produk")
    *_said, tried = await rini.taps("Uji ke saya")
    await rini.taps("Lihat pameran", tried)
    await ani.says("/menu")
    await ani.taps(ani.bubbles[-1].labels[0])
    assert await noted(town) == []


async def test_the_page_tells_how_many_and_each_button_opens_its_list(town: Town, rini: Phone) -> None:
    await hold(town, plan())
    phones = await agrees(town, *(f"p{number:02}" for number in range(13)))
    await named(town, p00=("Euis *Komariah* " + "n" * 40, "+6281234567890"))
    await sends(town, "exhibition:1")
    for phone in phones[:12]:
        await phone.taps("Lihat pameran")
    await phones[12].taps("Berhenti")
    assert "Siapa menekan apa" in (await report(rini)).labels
    (page,) = await rini.taps("Siapa menekan apa")
    assert page.text.splitlines() == [
        "Siapa menekan apa (pengumuman 1)",
        "Lihat pameran: 12 dari 13",
        "Berhenti: 1 dari 13",
    ]
    assert page.labels == ["Lihat pameran", "Yang berhenti", "Kembali"]
    (first,) = await rini.taps("Lihat pameran", page)
    head, euis, second, *_rest = first.text.splitlines()
    assert head == "Menekan “Lihat pameran”:"
    assert euis == f"1. Euis *Komariah* {'n' * 24} · 23 November 2026, 09.41"
    assert second == "2. belum bernama · 23 November 2026, 09.41"
    assert first.labels == ["Lainnya", "Kembali"]
    (rest,) = await rini.taps("Lainnya", first)
    assert [line.split(".")[0] for line in rest.text.splitlines()[1:]] == ["11", "12"]
    assert rest.labels == ["Kembali"]
    (stopped,) = await rini.taps("Yang berhenti", page)
    assert stopped.text.splitlines()[0] == "Menekan “Berhenti”:"
    (back,) = await rini.taps("Kembali", stopped)
    assert back.text == page.text


async def test_nobody_yet_and_nobody_any_more(town: Town, rini: Phone) -> None:
    await hold(town, plan())
    (ani,) = await agrees(town, "ani")
    await sends(town)
    assert "Siapa menekan apa" not in (await report(rini)).labels
    await sends(town, "exhibition:1")
    await report(rini, 2)
    (page,) = await rini.taps("Siapa menekan apa")
    assert page.text.splitlines()[1:] == ["Lihat pameran: 0 dari 1", "Berhenti: 0 dari 1"]
    assert page.labels == ["Kembali"]
    await ani.taps("Berhenti", ani.bubbles[0])
    (page,) = [await report(rini, 1)]
    (page,) = await rini.taps("Siapa menekan apa", page)
    assert page.text.splitlines()[1:] == ["Berhenti: 1 dari 1"]
    async with town.assistant.database.transaction() as tx:
        await tx.execute(delete(StoredTap))
    (gone,) = await rini.taps("Yang berhenti", page)
    assert gone.text == "Tidak ada lagi orang di daftar ini."


async def test_only_officers_see_who_tapped(town: Town) -> None:
    await agrees(town, "ani")
    await sends(town, "card:halal.cost")
    rini = await Desks(town).employ("rini", "Bu Rini")
    shown = await report(rini)
    async with town.assistant.database.transaction() as tx:
        await tx.execute(update(StaffMember).values(role="viewer"))
    (refused,) = await rini.taps("Siapa menekan apa", shown)
    assert refused.text.startswith("Peran Anda tidak mencakup ini")


async def test_what_failed_is_noted_when_it_is_tried_again_and_a_kind_no_at_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(_turn: Turn) -> None:
        raise ValueError("a fault of ours")

    async def refuses(_turn: Turn) -> None:
        raise Refusal(_("It is no longer there."))

    (ani,) = await agrees(town, "ani")
    await sends(town)
    works = interests.stop
    _replaced(monkeypatch, works, breaks)
    (sorry,) = await ani.taps("Berhenti")
    assert "Coba lagi" in sorry.labels
    assert await noted(town) == []
    monkeypatch.undo()
    await ani.taps("Coba lagi", sorry)
    assert [button for _of, _who, button in await noted(town)] == ["stop"]
    (budi,) = await agrees(town, "budi")
    await sends(town)
    _replaced(monkeypatch, works, refuses)
    await budi.taps("Berhenti")
    assert await counted(town, 2) == {"stop": 1}


def _replaced(monkeypatch: pytest.MonkeyPatch, handler: Handler, other: Handler) -> None:
    routes = interests.router.routes
    new = [Route(one.name, one.rule, other if one.handler is handler else one.handler) for one in routes]
    monkeypatch.setattr(interests.router, "routes", new)


async def test_below_a_correction_a_tap_is_one_on_what_it_corrects(town: Town, rini: Phone) -> None:
    await offer(town, programme())
    (ani,) = await agrees(town, "ani")
    await sends(town, "enrol:1", texts={"id": TEXT["id"]})
    await report(rini)
    await rini.taps("Koreksi")
    await rini.says("Pendaftaran dibuka\n25 tempat.")
    await rini.taps("Koreksi 1")
    line = ani.bubbles[-1]
    assert line.text.startswith("Koreksi:")
    await ani.taps("Daftar ikut", line)
    await ani.taps("Daftar ikut", ani.bubbles[0])
    assert [(of, button) for of, _person, button in await noted(town)] == [(1, "enrol:1")]
    assert "Siapa menekan apa" not in (await report(rini, 2)).labels


async def test_it_happened_to_me_is_noted_too(town: Town, rini: Phone) -> None:
    (ani,) = await agrees(town, "ani")
    id_ = await sends(town, kind="warning", topic="warnings", valid_until=NOW.date())
    assert ani.bubbles[-1].labels == ["Saya mengalaminya", "Berhenti"]
    await ani.taps("Saya mengalaminya")
    assert await counted(town, id_) == {"signal": 1}
    await report(rini)
    (page,) = await rini.taps("Siapa menekan apa")
    assert page.text.splitlines()[1:] == ["Saya mengalaminya: 1 dari 1", "Berhenti: 0 dari 1"]


async def test_what_somebody_tapped_is_in_their_own_file_and_goes_with_their_news(town: Town) -> None:
    (ani,) = await agrees(town, "ani")
    await sends(town, "card:halal.cost")
    await ani.taps("Baca lebih lanjut")
    (page,) = await ani.says("data saya")
    assert "• Tombol di bawah pengumuman yang Anda tekan: 1" in page.text.splitlines()
    (sent,) = await ani.taps("Unduh semua")
    assert sent.file
    assert json.loads(sent.file.content)["announcement_taps"] == [
        {"at": "2026-11-23T09:41:00+07:00", "announcement": 1, "button": "Baca lebih lanjut"}
    ]
    await ani.taps("Hapus data saya", page)
    await ani.taps("Sebagian saja")
    await ani.taps("Kabar pilihan saya")
    assert await noted(town) == []


async def test_whoever_is_erased_tapped_on_nothing(town: Town, rini: Phone) -> None:
    ani, budi = await agrees(town, "ani", "budi")
    await sends(town, "card:halal.cost")
    for phone in (ani, budi):
        await phone.taps("Baca lebih lanjut")
    await ani.says("data saya")
    await ani.taps("Hapus data saya")
    await ani.taps("Hapus semuanya")
    await ani.waits(24 * 3600)
    assert await counted(town) == {"card:halal.cost": 1}
    await report(rini)
    (page,) = await rini.taps("Siapa menekan apa")
    assert page.text.splitlines()[1] == "Baca lebih lanjut: 1 dari 2"


async def test_one_that_is_under_way_has_the_page_too(town: Town, rini: Phone) -> None:
    phones = await agrees(town, "ani", "budi")
    town.channel.troubles = [TimeoutError()]
    await sends(town, "card:halal.cost")
    async with town.assistant.database.transaction() as tx:
        await broadcasts.move(tx, 1, ["sending", "done"], "paused", NOW)
    (ani,) = [phone for phone in phones if phone.bubbles]
    await ani.taps("Baca lebih lanjut")
    await report(rini)
    (page,) = await rini.taps("Siapa menekan apa")
    assert page.text.splitlines()[1] == "Baca lebih lanjut: 1 dari 1"


async def test_two_who_become_one_tapped_once(engine_url: str, known: Knowledge) -> None:
    async with Town.opened(engine_url, known) as town:
        old, new = await agrees(town, "lama", "baru")
        await sends(town, "card:halal.cost", "link:Denah https://bandung.go.id/denah")
        for phone in (old, new):
            await phone.taps("Baca lebih lanjut")
        await new.taps("Berhenti", new.bubbles[0])
        await new.says("data saya")
        await new.taps("Gabungkan akun")
        (given,) = await new.taps("Minta kode")
        await old.says(given.text.split()[2].strip("."))
        await old.taps("Gabungkan")
        async with town.assistant.database.reading() as tx:
            whose = (await addresses.known(tx, "memory", ["lama", "baru"]))["baru"][1]
            assert [one.button for one in await taps.of(tx, whose)] == ["card:halal.cost", "stop"]
