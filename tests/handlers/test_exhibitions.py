"""Exhibitions and programmes as people ask for them, look at them and come to them from a poster."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.fairs import filters
from bot.fairs.filters import Filter
from bot.media.qr import png
from db.fairs import exhibitions
from tests.town.fairs import bazaar, hold, offer, plan, programme
from tests.town.phone import Phone, Town

APRIL = "pameran di pj bulan april ada apa aja"


async def test_what_is_coming_is_listed_soonest_first_under_what_the_question_named(town: Town, ani: Phone) -> None:
    await hold(town, bazaar(), plan(is_sample=True), plan("KL27", city="Kuala Lumpur"))
    (bubble,) = await ani.says(APRIL)
    first, *rows = bubble.text.splitlines()
    assert first == "Pameran di Petaling Jaya, April 2027 (2):"
    assert rows[0] == "1. Pekan Produk Bandung (CONTOH), 16–18 April 2027, Dewan Sivik MBPJ, Petaling Jaya"
    assert rows[1].startswith("2. Bazar Kriya, 24–25 April 2027")
    assert "Dari daftar petugas · dicek 23 November 2026" in bubble.text
    assert bubble.labels == ["1 Pekan Produk", "2 Bazar Kriya", "Kabari saya", "Bulan lain"]


@pytest.mark.parametrize(
    ("said", "heading"),
    [
        ("kalau yang sepatu?", "sepatu dan kulit"),
        ("klo kriya ada ga", "kriya"),
        ("yg bulan mei", "Mei 2027"),
        ("di kl ada?", "Kuala Lumpur"),
        ("what about fashion", "for fashion"),
    ],
)
async def test_after_a_list_it_is_enough_to_say_what_is_different(
    town: Town, ani: Phone, said: str, heading: str
) -> None:
    await hold(town, bazaar(), plan("KL27", city="Kuala Lumpur"))
    await ani.says("ada pameran apa aja?")
    (bubble,) = await ani.says(said)
    assert heading in bubble.text


async def test_a_typed_number_opens_that_line_with_both_clocks(town: Town, ani: Phone) -> None:
    await hold(town, plan(is_sample=True), bazaar())
    await ani.says(APRIL)
    (bubble,) = await ani.says("1")
    title, when, place, *_ = bubble.text.splitlines()
    assert title == "Pekan Produk Bandung (CONTOH)"
    assert when == "📅 Jumat–Minggu, 16–18 April 2027, pukul 10.00–20.00 waktu Malaysia (09.00–19.00 WIB)"
    assert place == "📍 Dewan Sivik MBPJ, Jalan Yong Shook Lin, Petaling Jaya"
    assert "sampai Minggu, 31 Januari 2027 pukul 23.59 WIB" in bubble.text
    assert bubble.text.endswith("Sumber: surat MBPJ · dicek 23 November 2026")
    assert bubble.labels == ["Ingatkan saya", "Simpan kalender", "Lihat peta"]


@pytest.mark.parametrize(
    ("language", "when"),
    [
        ("en", "Friday–Sunday, 16–18 April 2027, 10:00 am–8:00 pm Malaysia time (9:00 am–7:00 pm in Bandung)"),
        ("ms", "Jumaat–Ahad, 16–18 April 2027, pukul 10.00 pagi–8.00 malam waktu Malaysia (9.00 pagi–7.00 malam WIB)"),
        ("su", "Jumaah–Minggu, 16–18 April 2027, tabuh 10.00–20.00 waktos Malaysia (09.00–19.00 WIB)"),
    ],
)
async def test_both_clocks_in_every_language(town: Town, language: str, when: str) -> None:
    await hold(town, plan())
    (bubble,) = await town.phone("sari", language).says("/start pameran_PPB27")
    assert f"📅 {when}" in bubble.text.splitlines()


async def test_past_ones_and_drafts_are_not_listed_and_cancelled_ones_say_so_until_their_date(
    town: Town, ani: Phone
) -> None:
    over = plan("PPB26", first_day=date(2026, 4, 16), last_day=date(2026, 4, 18))
    await hold(town, over, plan("NEU27", state="draft"), bazaar(state="cancelled"))
    (bubble,) = await ani.says("ada pameran apa saja")
    assert "batal: Bazar Kriya" in bubble.text
    assert "Pekan Produk" not in bubble.text
    (cancelled,) = await ani.says("1")
    assert cancelled.text == "Bazar Kriya, Sabtu–Minggu, 24–25 April 2027, batal."
    town.clock.move(timedelta(days=155))
    (later,) = await ani.says("ada pameran apa saja")
    assert "Bazar Kriya" not in later.text


async def test_five_at_most_then_more(town: Town, ani: Phone) -> None:
    many = [
        plan(f"P{number}", first_day=date(2027, 4, number), last_day=date(2027, 4, number)) for number in range(1, 8)
    ]
    await hold(town, *(replace(one, title={"id": "Pameran panjang " + "n" * 60}) for one in many))
    (bubble,) = await ani.says("ada pameran apa saja")
    assert "(7):" in bubble.text
    assert bubble.labels == [*(f"{number} Pekan Produk" for number in range(1, 6)), "Lainnya", "Kabari saya"]
    (rest,) = await ani.taps("Lainnya")
    assert rest.labels == ["1 Pekan Produk", "2 Pekan Produk", "Kabari saya"]


async def test_nothing_known_is_an_answer_and_the_wish_is_kept(town: Town, ani: Phone) -> None:
    await hold(town, plan())
    (bubble,) = await ani.says("ada pameran sepatu di pj ga taun depan")
    assert bubble.text.startswith(
        "Belum ada. Sampai hari ini, 23 November 2026, belum ada pameran sepatu dan kulit di Petaling Jaya"
        " yang kami ketahui untuk 2027.\nMau saya kabari begitu ada?"
    )
    assert bubble.labels == ["Kabari saya", "Sektor lain", "Pameran di KL", "Bulan lain"]
    (noted,) = await ani.taps("Kabari saya", bubble)
    assert (
        noted.text == "✅ Dicatat: kabar pameran di Petaling Jaya, sektor sepatu dan kulit. "
        "Paling sering 3 pesan seminggu; tulis berhenti kapan saja."
    )
    (mine,) = await ani.taps("Ubah minat")
    assert "1. kabar pameran di Petaling Jaya, sektor sepatu dan kulit" in mine.text
    assert mine.labels == ["Hentikan 1", "Pilih topik", "Menu"]
    town.clock.move(timedelta(days=3))
    (again,) = await ani.taps("Kabari saya", bubble)
    assert again.text.startswith("Sudah dicatat sejak 23 November 2026")
    (others,) = await ani.taps("Sektor lain", bubble)
    assert others.labels == ["Makanan dan minuman", "Fesyen", "Kriya", "Semua pameran"]
    (elsewhere,) = await ani.taps("Pameran di KL", bubble)
    assert "MIHAS" in elsewhere.text


async def test_with_an_empty_list_the_card_says_so_and_the_wish_can_be_kept(ani: Phone) -> None:
    (bubble,) = await ani.says(APRIL)
    assert bubble.text.startswith("Belum ada. Sampai")
    assert bubble.labels[0] == "Kabari saya"
    (noted,) = await ani.taps("Kabari saya")
    assert "kabar pameran di Petaling Jaya" in noted.text
    (programmes,) = await ani.says("ada program apa aja kak")
    assert programmes.labels[0] == "Kabari saya"


async def test_a_poster_shows_the_thing_itself_first_and_the_introduction_last(town: Town, ani: Phone) -> None:
    await hold(town, plan())
    (bubble,) = await ani.says("/start pameran_ppb27_braga")
    assert bubble.text.startswith("Pekan Produk Bandung\n📅")
    assert bubble.text.splitlines()[-1].startswith("Saya Jembatan")
    assert bubble.labels[-1] == "Bahasa / Language"
    await ani.says("/start pameran_ppb27_braga")
    await town.phone("budi").says("/start pameran_ppb27_braga")
    async with town.assistant.database.reading() as tx:
        assert await exhibitions.arrivals(tx) == {"pameran_ppb27_braga": 2}


async def test_an_old_an_unknown_and_a_cancelled_poster_lead_on(town: Town, ani: Phone) -> None:
    over = plan("PPB26", first_day=date(2026, 4, 16), last_day=date(2026, 4, 18))
    await hold(town, over, bazaar(state="cancelled"), plan("NEU27", state="draft"))
    for code, said in {
        "PPB26": "Pameran di poster itu sudah selesai, 18 April 2026.",
        "BKR27": "Bazar Kriya, Sabtu–Minggu, 24–25 April 2027, batal.",
        "NEU27": "Pameran di poster itu tidak ada di daftar kami.",
        "X' OR 1=1": "Pameran di poster itu tidak ada di daftar kami.",
    }.items():
        (bubble,) = await ani.says(f"/start pameran_{code}")
        assert bubble.text.startswith(said)
        assert bubble.labels == ["Pameran berikutnya", "Kabari saya", "Menu"]


async def test_the_map_is_a_link(town: Town, ani: Phone) -> None:
    await hold(town, plan())
    await ani.says("/start pameran_PPB27")
    (bubble,) = await ani.taps("Lihat peta")
    assert bubble.text.endswith("https://maps.google.com/?q=3.1043,101.6419")


async def test_yesterdays_button_of_what_is_over_says_so(town: Town, ani: Phone) -> None:
    await hold(town, plan())
    (list_,) = await ani.says(APRIL)
    town.clock.move(timedelta(days=200))
    (bubble,) = await ani.taps("1 Pekan Produk", list_)
    assert bubble.text == "Pekan Produk Bandung sudah selesai, 18 April 2027."


async def test_programmes_are_listed_by_kind_and_shown(town: Town, ani: Phone) -> None:
    await offer(town, programme(), programme("DPJ27", kind="delegation", title={"id": "Delegasi PJ"}))
    (bubble,) = await ani.says("ada program apa aja kak")
    assert bubble.text.startswith("Program yang dibuka atau akan datang (2):")
    assert "1. Pelatihan Ekspor, dibuka sampai 20 Februari 2027" in bubble.text
    (one,) = await ani.says("1")
    assert "30 tempat, siapa cepat dia dapat." in one.text
    assert "sampai Sabtu, 20 Februari 2027 pukul 23.59 WIB" in one.text
    assert one.labels == ["Daftar ikut", "Semua program", "Menu"]


@pytest.mark.parametrize(
    ("question", "sought"),
    [
        ("pameran fashion di PJ kapan", Filter("Petaling Jaya", "fashion")),
        ("umkm bandung mau ikut pameran kriya di kuala lumpur", Filter("Kuala Lumpur", "craft")),
        ("ada pameran apa bulan depan", Filter(first=date(2026, 12, 1), last=date(2026, 12, 31))),
        ("exhibitions in may?", Filter(first=date(2027, 5, 1), last=date(2027, 5, 31))),
        ("may i join an exhibition", Filter()),
        ("pameran november", Filter(first=date(2026, 11, 1), last=date(2026, 11, 30))),
        ("pameran oktober", Filter(first=date(2027, 10, 1), last=date(2027, 10, 31))),
        ("pameran minggu depan ada?", Filter(first=date(2026, 11, 30), last=date(2026, 12, 6))),
        ("any exhibition this week", Filter(first=date(2026, 11, 23), last=date(2026, 11, 29))),
        ("pameran makanan taun depan", Filter("", "food", date(2027, 1, 1), date(2027, 12, 31))),
        ("pameran des sampai feb", Filter(first=date(2026, 12, 1), last=date(2027, 2, 28))),
        ("pameran di alun kota", Filter("Alun Kota")),
        ("paméran kadaharan sasih payun", Filter("", "food", date(2026, 12, 1), date(2026, 12, 31))),
    ],
)
def test_month_sector_and_city_are_understood(question: str, sought: Filter) -> None:
    known = ["Alun Kota", "Petaling Jaya"]
    assert filters.sought(question, known, date(2026, 11, 23)) == sought


def test_a_poster_gets_a_qr_picture() -> None:
    picture = png("https://t.me/jembatan_bot?start=pameran_PPB27")
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20]) >= 400  # pixels across


async def test_two_who_change_the_same_do_not_overwrite_each_other(town: Town) -> None:
    (before,) = await hold(town, plan())
    async with town.assistant.database.transaction() as tx:
        after = await exhibitions.change(tx, before, replace(before.plan(), venue="Jaya One"), town.clock.now())
        assert (after.sequence, after.state, after.venue) == (1, "changed", "Jaya One")
        with pytest.raises(exhibitions.Outdated):
            await exhibitions.cancel(tx, before, town.clock.now())
        assert (await exhibitions.cancel(tx, after, town.clock.now())).state == "cancelled"


@pytest.mark.parametrize(("word", "language"), [("pameran", "id"), ("Pameran kak?", "id"), ("exhibitions", "en")])
async def test_the_word_alone_asks_what_there_is(town: Town, word: str, language: str) -> None:
    await hold(town, bazaar())
    (bubble,) = await town.phone("dewi", language).says(word)
    assert "Bazar Kriya" in bubble.text
    assert "Jembatan" in bubble.text.splitlines()[-1]


async def test_the_word_explains_a_question_that_was_asked_back(town: Town, ani: Phone) -> None:
    await hold(town, bazaar())
    await ani.says("berkasnya apa aja yg disiapin")
    (bubble,) = await ani.says("pameran")
    assert "Bazar Kriya" not in bubble.text


async def test_the_word_is_a_command_too(ani: Phone) -> None:
    (listed,) = await ani.says("/pameran")
    assert listed.text.startswith("Belum ada.")
