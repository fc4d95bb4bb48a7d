"""Every kind of field reads what people type, or says kindly what it lacks."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, cast, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import fields
from bot.choosing import typed_choice
from bot.errors import Refusal
from bot.fields import NEXT, SET, Field, Values
from bot.fields.places import districts
from bot.inbound import FileTrouble, Inbound, InboundKind
from bot.language import i18n
from bot.language.i18n import LANGUAGES, _, speaking
from bot.language.markdown import Markdown, plain
from bot.media.attachments import recognised
from bot.memory import Memory
from bot.reply import Reply
from bot.turn import Turn
from db.files import File
from tests.town.phone import NOW
from tests.town.sample_files import JPEG, OGG, PDF

SECTORS = {
    "food": "Makanan dan minuman",
    "fashion": "Pakaian dan fesyen",
    "craft": "Kerajinan",
    "shoes": "Sepatu, tas, kulit",
    "furniture": "Mebel dan dekorasi",
    "cosmetics": "Kosmetik dan herbal",
    "other": "Lainnya",
}
TURNOVER = {"micro": "Sampai Rp2 miliar", "small": "Rp2–15 miliar", "medium": "Di atas Rp15 miliar"}
often = settings(max_examples=60, deadline=None)


def labelled(labels: dict[str, str]) -> Callable[[], dict[str, Markdown]]:
    return lambda: {code: Markdown(label) for code, label in labels.items()}


def asked(kind: Callable[..., Field], *args: Any, **options: Any) -> Field:
    return kind("it", lambda: Markdown("It"), lambda _values: Markdown("It?"), *args, **options)


KINDS = {
    "phone": asked(fields.phone),
    "number": asked(fields.number, least=1, most=1_000_000_000_000),
    "nib": asked(fields.nib),
    "one of": asked(fields.one_of, labelled(TURNOVER)),
    "some of": asked(fields.some_of, labelled(SECTORS), most=3),
    "district": asked(fields.district),
    "day": asked(fields.day),
    "yes or no": asked(fields.yes_no),
    "document": asked(fields.document),
    "text": asked(fields.text, 80),
}
OPTIONAL = [
    asked(kind, *args, optional=True)
    for kind, *args in (
        (fields.phone,), (fields.number,), (fields.nib,), (fields.one_of, labelled(TURNOVER)), (fields.day,),
        (fields.some_of, labelled(SECTORS)), (fields.district,), (fields.yes_no,), (fields.document,), (fields.text, 9),
    )
]  # fmt: skip


def turn(inbound: Inbound | str, file: File | None = None, trouble: FileTrouble | None = None) -> Turn:
    came = Inbound.typed(inbound) if isinstance(inbound, str) else inbound
    nobody = cast(Any, None)
    return Turn(1, NOW, came, nobody, Memory(), nobody, nobody, file=file, file_trouble=trouble)


def read(kind: str, text: str, **values: Any) -> Any:
    return KINDS[kind].read(turn(text), values)["it"]


def refused(kind: str, came: Turn | str, **values: Any) -> Refusal:
    with pytest.raises(Refusal) as trouble:
        KINDS[kind].read(came if isinstance(came, Turn) else turn(came), values)
    return trouble.value


def labels(refusal: Refusal) -> list[str]:
    return [choice.shown for choice in refusal.choices]


# what people write around an answer, and how

BEFORE = ["", "no hp saya ", "ini kak: ", "punten, ", "hp ", "WA: ", "nomornya ", "it's ", "sim saya, "]
AFTER = ["", " ya kak", " hatur nuhun", ", makasih", " 🙏", ".", " (wa)", "\nmakasih"]


@st.composite
def spread(draw: st.DrawFn, digits: str) -> str:
    """Digits as they are typed: in groups, in full width."""
    between = draw(st.sampled_from(["", " ", "-", ".", "  ", " - "]))
    width = draw(st.integers(2, 5))
    shown = between.join(digits[start : start + width] for start in range(0, len(digits), width))
    wide = str.maketrans("0123456789", draw(st.sampled_from(["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩"])))
    return shown.translate(wide)


@st.composite
def polite(draw: st.DrawFn, text: str) -> str:
    """With courtesies around, in any case."""
    before = draw(st.sampled_from(["", "kak, ", "punten ", "mangga: ", "saya ", "itu "]))
    after = draw(st.sampled_from(["", " kak", " ya", " makasih", " atuh", " 🙏", "..", " saja"]))
    whole = before + text + after
    return draw(st.sampled_from([whole, whole.upper(), whole.title()]))


@st.composite
def slipped(draw: st.DrawFn, name: str) -> str:
    """With one letter too few, doubled, or changed with the next."""
    place = draw(st.integers(1, len(name) - 2))
    ways = (name[:place] + name[place + 1 :], name[:place] + name[place] + name[place:],
            name[:place] + name[place + 1] + name[place] + name[place + 2 :])  # fmt: skip
    return draw(st.sampled_from(ways))


# phone numbers


@often
@given(st.data(), st.from_regex(r"8(12|13|21|52|57|95)[1-9][0-9]{6,7}", fullmatch=True))
def test_an_indonesian_number_is_read_however_it_is_written(data: st.DataObject, number: str) -> None:
    start = data.draw(st.sampled_from(["0", "+62", "62", "+62 ", "0062", "+62 (0)", ""]))
    text = data.draw(st.sampled_from(BEFORE)) + start + data.draw(spread(number)) + data.draw(st.sampled_from(AFTER))
    assert read("phone", text) == f"+62{number}"


@often
@given(st.data(), st.from_regex(r"1[2367][2-9][0-9]{6}", fullmatch=True))
def test_a_malaysian_number_is_read_too(data: st.DataObject, number: str) -> None:
    start = data.draw(st.sampled_from(["0", "+60", "60", "+60 ", "+6 0"]))
    text = data.draw(st.sampled_from(BEFORE)) + start + data.draw(spread(number)) + data.draw(st.sampled_from(AFTER))
    assert read("phone", text) == f"+60{number}"


@pytest.mark.parametrize(
    ("text", "kept", "shown"),
    [
        ("0812 3456 7890", "+6281234567890", "0812-3456-7890"),
        ("012-345 6789", "+60123456789", "+60 12-345 6789"),
        ("(022) 720-1234", "+62227201234", "(022) 7201234"),
        ("+44 7911 123456", "+447911123456", "+44 7911 123456"),
        ("https://wa.me/6281234567890", "+6281234567890", "0812-3456-7890"),
        ("no 1: 0812-3456-7890 atau +6281234567890", "+6281234567890", "0812-3456-7890"),
    ],
)
def test_a_number_is_said_as_one_reads_it(text: str, kept: str, shown: str) -> None:
    assert read("phone", text) == kept
    assert KINDS["phone"].said({"it": kept}) == shown


@pytest.mark.parametrize("contact", ["6281234567890", "+62 812-3456-7890", "081234567890"])
def test_a_contact_is_a_number(contact: str) -> None:
    assert KINDS["phone"].wants == "contact"
    assert KINDS["phone"].read(turn(Inbound("contact", phone=contact)), {}) == {"it": "+6281234567890"}


@pytest.mark.parametrize(
    "text", ["0812 3456 7890 atau 0813 2222 3333", "1. 081234567890\n2. 081322223333", "0812 3456 7890 0813 2222 3333"]
)
def test_of_two_numbers_one_is_asked_for(text: str) -> None:
    assert labels(refused("phone", text)) == ["0812-3456-7890", "0813-2222-3333"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("62 22 4231234", "+62224231234"),
        ("(62-22) 4231234", "+62224231234"),
        ("62-21-5678901", "+62215678901"),
        ("0062 22 4231234", "+62224231234"),
        ("62811811234", "+62811811234"),
        ("62 811 811 234", "+62811811234"),
        ("0811811234", "+62811811234"),
        ("0622 423123", "+62622423123"),
        ("60123456789", "+60123456789"),
        ("0060 12-345 6789", "+60123456789"),
    ],
)
def test_a_number_that_begins_with_its_country_is_one_of_that_country(text: str, kept: str) -> None:
    assert read("phone", text) == kept


def test_a_number_of_two_countries_is_asked_back() -> None:
    assert labels(refused("phone", "0341-123456")) == ["(0341) 123456", "+60 3-4112 3456"]


@pytest.mark.parametrize(
    "text", ["08123456789O", "0812-3456-789O", "0812 3456 78 9o", "O8123456789", "0812O456789", "08123456789l kak",
             "081234567890a", "+62812345678O"]
)  # fmt: skip
def test_a_letter_among_the_figures_is_asked_back(text: str) -> None:
    assert "Ada huruf di nomor itu" in refused("phone", text).sentence


@pytest.mark.parametrize("text", ["no081234567890", "wa081234567890 ya kak", "2b 081234567890"])
def test_words_beside_a_number_are_no_letters_in_it(text: str) -> None:
    assert read("phone", text) == "+6281234567890"


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("yang biasa", "contoh: 0812-3456-7890"),
        ("0812345", "7 angka"),
        ("0812345678901234", "16 angka"),
        ("", "contoh"),
    ],
)
def test_a_phone_number_is_told_what_it_lacks(text: str, lacks: str) -> None:
    assert lacks in refused("phone", text).sentence


# numbers


@often
@given(st.data(), st.integers(1, 999_999_999))
def test_a_number_is_read_however_it_is_written(data: st.DataObject, value: int) -> None:
    forms = [str(value), f"{value:,}", f"{value:,}".replace(",", "."), f"Rp{value:,},-".replace(",", "."),
             f"rp. {value}", f"{value} orang", f"sekitar {value}an", f"kira-kira {value}"]  # fmt: skip
    if value % 100_000 == 0:
        forms.append(f"{value / 1_000_000:g} jt".replace(".", ","))
    assert read("number", data.draw(polite(data.draw(st.sampled_from(forms))))) == value


ONES = ["", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"]


def in_words(value: int) -> str:
    """In Indonesian, below a billion."""
    for step, name in ((1_000_000, "juta"), (1_000, "ribu"), (100, "ratus")):
        if value >= step:
            head = "se" + name if value // step == 1 and step < 1_000_000 else f"{in_words(value // step)} {name}"
            return f"{head} {in_words(value % step)}".strip()
    if value in (10, 11):
        return ("sepuluh", "sebelas")[value - 10]
    if value < 20:
        return ONES[value] if value < 10 else f"{ONES[value - 10]} belas"
    return f"{ONES[value // 10]} puluh {ONES[value % 10]}".strip()


@often
@given(st.data(), st.integers(1, 999_999_999))
def test_a_number_in_words_is_read(data: st.DataObject, value: int) -> None:
    assert read("number", data.draw(polite(in_words(value)))) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,5 juta", 1_500_000), ("rp 2jt", 2_000_000), ("sekitar 30an", 30), ("satu setengah juta", 1_500_000),
        ("2 jt 500 rb", 2_500_000), ("sabelas", 11), ("tilu puluh lima", 35), ("twenty five people", 25),
        ("2m", 2_000_000_000), ("salapan rebu", 9_000), ("1 500 000", 1_500_000), ("tak sampai 20", 20),
    ],
)  # fmt: skip
def test_a_number_in_slang_is_read(text: str, value: int) -> None:
    assert read("number", text) == value


def test_a_range_is_asked_back() -> None:
    assert labels(refused("number", "20-30")) == ["20", "30"]
    assert labels(refused("number", "20 sampai 30 juta")) == ["20.000.000", "30.000.000"]
    assert labels(refused("number", "antara 20 dan 30 dan 40")) == []


@pytest.mark.parametrize(
    ("text", "lacks"),
    [("banyak", "contoh: 20"), ("0", "paling sedikit 1"), ("-5", "paling sedikit 1"), ("9" * 30, "paling banyak"),
     ("1,5", "pecahan")],
)  # fmt: skip
def test_a_number_is_told_what_it_lacks(text: str, lacks: str) -> None:
    assert lacks in refused("number", text).sentence


def test_none_is_zero_where_it_may_be() -> None:
    assert asked(fields.number).read(turn("belum ada kak"), {}) == {"it": 0}


# NIB


@often
@given(st.data(), st.from_regex(r"[0-9]{13}", fullmatch=True).filter(str.isascii))
def test_a_nib_is_read_however_it_is_written(data: st.DataObject, number: str) -> None:
    text = data.draw(st.sampled_from(["", "NIB ", "nib saya: ", "NIB:", "mangga kak, "])) + data.draw(spread(number))
    assert read("nib", text + data.draw(st.sampled_from(AFTER))) == number


@often
@given(st.data(), st.integers(5, 20).filter(lambda length: length not in (13, 16)))
def test_a_nib_of_another_length_is_told_how_long_it_is(data: st.DataObject, length: int) -> None:
    refusal = refused("nib", data.draw(spread("9120000123456789012345"[:length])))
    assert f"{length} angka" in refusal.sentence and "1234567890123" in refusal.sentence
    assert "91200" not in refusal.sentence
    assert labels(refusal) == ["Belum punya"]


def test_a_ktp_number_is_not_wanted() -> None:
    assert "KTP" in refused("nib", "3273 0112 3456 0001").sentence


@often
@given(st.data())
def test_to_have_no_nib_is_an_answer(data: st.DataObject) -> None:
    none = ["belum punya", "ga ada", "teu acan", "teu acan gaduh", "blm ada", "belum", "gak punya nib", "tiada",
            "takde", "none yet", "i don't have one", "not yet", "tidak ada", "blm punya nib"]  # fmt: skip
    assert read("nib", data.draw(polite(data.draw(st.sampled_from(none))))) == "none"


@pytest.mark.parametrize("text", ["lupa", "ga tau", "nanti dulu", "123", "belum tahu", "apa itu?", "ada"])
def test_not_to_know_is_not_to_have_none(text: str) -> None:
    assert labels(refused("nib", text)) == ["Belum punya"]


def test_what_a_nib_is_said_as() -> None:
    assert KINDS["nib"].said({"it": "none"}) == "belum punya"
    assert KINDS["nib"].said({"it": "9120000123456"}) == "9120000123456"


# districts


@often
@given(st.data(), st.sampled_from(districts()))
def test_a_kecamatan_is_read_with_typos(data: st.DataObject, name: str) -> None:
    words = name.lower().split()
    long = max(range(len(words)), key=lambda place: len(words[place]))
    if data.draw(st.booleans()) and len(words[long]) > 5:
        words[long] = data.draw(slipped(words[long]))
    text = data.draw(st.sampled_from([" ", ""])).join(words)
    around = data.draw(st.sampled_from(["{}", "kec. {}", "kecamatan {}", "di {}", "{}, bandung", "{} kota bandung"]))
    found = KINDS["district"].read(turn(data.draw(polite(around.format(text)))), {})
    assert found == {"it": name, "city": "Bandung"}


def test_which_of_two_is_answered_with_the_word_that_tells_them_apart() -> None:
    offered = Reply(Markdown("Yang mana?"), refused("district", "cibenying").choices)
    for text in ("kidul", "Cibeunying Kidul", "2"):
        chosen = typed_choice(text, offered)
        assert chosen and chosen.args["set"] == {"it": "Cibeunying Kidul", "city": "Bandung"}
    assert typed_choice("cibeunying", offered) is None


def test_there_are_thirty_of_them() -> None:
    assert len(set(districts())) == 30


@pytest.mark.parametrize(
    ("text", "name"),
    [("kiara condong", "Kiaracondong"), ("ujung berung", "Ujungberung"), ("Astana Anyar", "Astanaanyar"),
     ("buah batu", "Buahbatu"), ("cibeunying kdl", "Cibeunying Kidul"), ("wetan", "Bandung Wetan"),
     ("cibeuning kaler", "Cibeunying Kaler"), ("di coblong deket dago", "Coblong")],
)  # fmt: skip
def test_a_kecamatan_is_read_from_its_parts(text: str, name: str) -> None:
    assert read("district", text) == name


@pytest.mark.parametrize(
    ("text", "offered"),
    [("cibenying", ["Cibeunying Kaler", "Cibeunying Kidul"]), ("bojongloa", ["Bojongloa Kaler", "Bojongloa Kidul"]),
     ("kidul", ["Bandung Kidul", "Bojongloa Kidul", "Cibeunying Kidul"]), ("suka", ["Sukajadi", "Sukasari"]),
     ("dago", ["Coblong", "Kota: Dago"]), ("cibaduyut", ["Bojongloa Kidul", "Kota: Cibaduyut"]),
     ("wonosobo", ["Kota: Wonosobo"]), ("pangkalan kerinci barat", ["Itu nama kota"]), ("kota bandung", []),
     ("jl merdeka no 5", ["Sumur Bandung"]), ("12345", []), ("", [])],
)  # fmt: skip
def test_where_a_place_is_unsure_it_is_asked_back(text: str, offered: list[str]) -> None:
    assert labels(refused("district", text)) == offered


@pytest.mark.parametrize(
    ("text", "city"),
    [("Cimahi", "Cimahi"), ("kab. bandung", "Kabupaten Bandung"), ("bandung barat", "Kabupaten Bandung Barat"),
     ("KBB", "Kabupaten Bandung Barat"), ("lembang", "Kabupaten Bandung Barat"), ("soreang", "Kabupaten Bandung"),
     ("sumedang kak", "Sumedang"), ("di tasik", "Tasikmalaya"), ("jkt", "Jakarta"), ("garut", "Garut"),
     ("cibiru hilir", "Kabupaten Bandung"), ("cimahii", "Cimahi"), ("PJ", "Petaling Jaya")],
)  # fmt: skip
def test_another_city_is_taken(text: str, city: str) -> None:
    values = KINDS["district"].read(turn(text), {})
    assert values == {"it": "", "city": city}
    assert KINDS["district"].said(values) == city


def test_an_unknown_city_is_taken_by_its_choice_and_a_guess_is_said_back() -> None:
    (choice,) = refused("district", "wonosobo").choices
    assert KINDS["district"].said(choice.args["set"]) == "Wonosobo"
    guessed = turn("kc antpni")
    values = KINDS["district"].read(guessed, {})
    assert plain(KINDS["district"].noted(guessed, values) or Markdown("")) == "Dicatat: Antapani, Bandung."
    assert KINDS["district"].noted(turn("antapani"), values) is None


# days


@often
@given(st.data(), st.dates(date(2026, 11, 24), date(2027, 12, 31)))
def test_a_day_is_read(data: st.DataObject, wanted: date) -> None:
    months = "januari februari maret april mei juni juli agustus september oktober november desember".split()
    forms = [f"{wanted.day} {months[wanted.month - 1]} {wanted.year}", f"tgl {wanted.day} {wanted:%b %Y}",
             f"{wanted:%Y-%m-%d}"]  # fmt: skip
    text = data.draw(st.sampled_from(forms)) + data.draw(st.sampled_from(["", " ya kak", "."]))
    assert read("day", text) == wanted.isoformat()


def test_a_day_is_relative_doubtful_or_said() -> None:
    tomorrow = (NOW.date() + timedelta(days=1)).isoformat()
    assert read("day", "besok") == read("day", "isukan") == tomorrow
    assert labels(refused("day", "minggu depan")) == ["29 Nov 2026", "6 Des 2026"]
    assert "16 April 2027" in refused("day", "16-18 april 2027").sentence
    assert "16 April 2027" in refused("day", "nanti deh").sentence
    assert KINDS["day"].said({"it": "2027-04-16"}) == "16 April 2027"


# yes or no, one of, some of


@often
@given(st.data(), st.booleans())
def test_yes_and_no_are_read(data: st.DataObject, wanted: bool) -> None:
    yes = ["ya", "iya", "yup", "betul", "sudah", "ada", "boleh", "muhun", "sumuhun", "tos", "yes", "ya lah", "udah",
           "iya sudah", "sudah ada", "leres", "oke", "pernah", "iyaaa", "betull", "👍"]  # fmt: skip
    no = ["belum pernah", "tidak pernah",
          "tidak", "ga", "gak", "nggak", "engga", "enggak", "belum", "teu", "henteu", "no", "takde", "tak", "blm",
          "belum ada", "ga ada", "teu acan", "tidak punya", "tidka", "belom", "don't"]  # fmt: skip
    text = data.draw(polite(data.draw(st.sampled_from(yes if wanted else no))))
    assert read("yes or no", text) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("belum pernah kak, baru mau coba", False), ("Tidak. Terima kasih", False), ("belum, masih diurus", False),
        ("pernah, tahun 2023 di Jakarta", True), ("iya pernah sekali kak karena diajak teman", None),
        ("belum pernah karena modalnya kurang", False), ("teu acan kantos", False),
        ("never, but I would like to", False),
        ("ya, tapi belum selesai", None), ("pernah ga ya?", None), ("belum tahu", None),
        ("pernah kak karena diajak", True),
    ],
)  # fmt: skip
def test_yes_and_no_with_a_reason_are_read(text: str, wanted: bool | None) -> None:
    if wanted is None:
        refused("yes or no", text)
    else:
        assert read("yes or no", text) is wanted


def test_no_nib_yet_may_have_a_reason() -> None:
    assert read("nib", "belum punya nib kak masih diurus") == "none"
    assert read("nib", "teu acan gaduh, nuju diurus") == "none"


@pytest.mark.parametrize("year", ["2020", "2027", "tahun 2035", "2099"])
def test_a_bare_year_asks_for_the_day(year: str) -> None:
    sentence = refused("day", year).sentence
    assert sentence.startswith("Tanggal berapa di") and "16 April 2027" in sentence


def test_no_alone_is_a_sign_and_not_zero() -> None:
    with pytest.raises(Refusal):
        asked(fields.number).read(turn("no"), {})
    assert asked(fields.number).read(turn("tidak ada"), {}) == {"it": 0}


def test_a_word_that_only_begins_like_a_label_chooses_nothing() -> None:
    refused("one of", "kripik singkong sama basreng")


@pytest.mark.parametrize("text", ["", "mungkin besok", "tergantung", "berapa biayanya?", "ga tau"])
def test_neither_yes_nor_no_is_asked_again(text: str) -> None:
    assert labels(refused("yes or no", text)) == ["Ya", "Tidak"]


@often
@given(st.data(), st.sampled_from([*SECTORS]))
def test_one_of_several_is_read_by_its_label(data: st.DataObject, code: str) -> None:
    field = asked(fields.one_of, labelled(SECTORS))
    word = SECTORS[code].split(",")[0].split()[0].lower()
    text = data.draw(st.sampled_from([SECTORS[code], word, data.draw(slipped(word)) if len(word) > 5 else word]))
    assert field.read(turn(data.draw(polite(text))), {}) == {"it": code}


def test_one_of_several_that_is_unsure_is_asked_back() -> None:
    assert labels(refused("one of", "2 miliar")) == ["Sampai Rp2 miliar", "Rp2–15 miliar"]
    assert labels(refused("one of", "entahlah")) == list(TURNOVER.values())
    assert read("one of", "sampai 2 miliar") == "micro"


@pytest.mark.parametrize(
    ("text", "codes"),
    [("1, 3 dan 4", ["food", "craft", "shoes"]), ("makanan sama kosmetik", ["food", "cosmetics"]), ("2", ["fashion"]),
     ("1-3", ["food", "fashion", "craft"]), ("no 2 & no 7", ["fashion", "other"]),
     ("1 3 4", ["food", "craft", "shoes"]), ("kerajinn, mebel", ["craft", "furniture"]),
     ("Sepatu, tas, kulit", ["shoes"]),
     ("Makanan dan minuman", ["food"])],
)  # fmt: skip
def test_several_are_read_at_once(text: str, codes: list[str]) -> None:
    assert read("some of", text) == codes


def test_several_are_added_taken_away_and_limited() -> None:
    field = KINDS["some of"]
    assert read("some of", "kerajinan", it=["food"]) == ["food", "craft"]
    offered = {choice.shown: choice for choice in field.offers({"it": ["food"]})}
    assert offered["✓ Makanan dan minuman"].args["set"] == {"it": []}
    assert offered["Kerajinan"].args["set"] == {"it": ["food", "craft"]}
    assert offered["Selesai"].name == NEXT
    assert "paling banyak 3" in refused("some of", "semua").sentence.lower()
    assert len(field.offers({"it": ["food", "craft", "other"]})) == 4
    assert asked(fields.some_of, labelled(SECTORS)).read(turn("semuanya kak"), {}) == {"it": [*SECTORS]}
    for text in ("9", "makanan dan pesawat", "", "0"):
        assert labels(refused("some of", text)) == list(SECTORS.values())


# documents


def test_a_photo_or_a_pdf_is_taken_until_it_is_enough() -> None:
    field = KINDS["document"]
    for content in (JPEG, PDF):
        file = recognised(content, "../../x")
        assert field.read(turn(Inbound("file"), file), {}) == {"it": file}
        assert field.said({"it": file}) == "1 berkas"
        assert "5 berkas" in refused("document", turn(Inbound("file"), file), it=[1, 2, 3, 4, 5]).sentence
    assert (field.said({"it": [1, 2]}), field.said({})) == ("2 berkas", "")
    assert [choice.name for choice in field.offers({"it": [1]})] == [NEXT]
    assert field.is_document and field.several and not asked(fields.document, most=1).several


@pytest.mark.parametrize(
    ("inbound", "trouble", "said"),
    [
        (Inbound("file", file_name="katalog.docx"), "unknown-kind", "Itu berkas Word"),
        (Inbound("file", file_name="harga.XLSX"), "unknown-kind", "Excel"),
        (Inbound("file", file_name="produk.pptx"), "unknown-kind", "PowerPoint"),
        (Inbound("file", file_name="foto.heic"), "unknown-kind", "JPG atau PNG"),
        (Inbound("file", file_name="foto.zip"), "unknown-kind", "dikemas"),
        (Inbound("file", file_name="setup.exe"), "unknown-kind", "JPG, PNG"),
        (Inbound("video"), None, "video"),
        (Inbound("voice"), None, "suara"),
        (Inbound("sticker"), None, "stiker"),
        (Inbound("text", "nanti"), None, "JPG, PNG"),
        (Inbound("photo"), "too-large", "terlalu besar"),
        (Inbound("photo"), "damaged", "rusak"),
        (Inbound("file", file_name="x.docx"), "empty", "tidak ada isinya"),
        (Inbound("photo"), "not-fetched", "tidak sampai"),
    ],
)
def test_a_document_is_told_what_it_lacks(inbound: Inbound, trouble: FileTrouble | None, said: str) -> None:
    assert said in refused("document", turn(inbound, None, trouble)).sentence


def test_a_voice_note_is_no_document() -> None:
    assert "suara" in refused("document", turn(Inbound("voice"), recognised(OGG))).sentence


# whatever is sent

ANY_TEXT = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            "ya tidak belum 2 20 0812 3456789 1,5 juta dan - + / semua coblong bandung kidul mei besok 13 "
            "3273011234560001 makanan miliar se setengah puluh ratus . , : \n 👍 ½ ² ١".split(" ")
        ),
        max_size=9,
    ).map(" ".join),
)
FILES = [None, recognised(JPEG, "../../x"), recognised(PDF), recognised(OGG)]


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from([*KINDS]),
    st.sampled_from(LANGUAGES),
    st.sampled_from(get_args(InboundKind)),
    ANY_TEXT,
    st.sampled_from(FILES),
    st.sampled_from([None, *get_args(FileTrouble)]),
)
def test_whatever_is_sent_gives_an_answer_or_a_sentence_and_nothing_else(
    kind: str, language: str, sent: InboundKind, text: str, file: File | None, trouble: FileTrouble | None
) -> None:
    i18n.missing.clear()
    with speaking(language):
        came = turn(Inbound(sent, text, phone=text if sent == "contact" else "", file_name=text[:20]), file, trouble)
        try:
            _is_an_answer(KINDS[kind], KINDS[kind].read(came, {}))
        except Refusal as refusal:
            _is_a_kind_sentence(KINDS[kind], refusal)
    assert not i18n.missing


def _is_an_answer(field: Field, values: Values) -> None:
    assert field.said(values)
    assert set(values) <= set(field.sets)
    json.dumps({name: value for name, value in values.items() if not isinstance(value, File)})


def _is_a_kind_sentence(field: Field, refusal: Refusal) -> None:
    said = plain(refusal.sentence)
    assert said and "!" not in said and "{" not in said
    shown = [choice.shown for choice in refusal.choices]
    assert len(set(shown)) == len(shown) and len(shown) <= 8
    for choice in refusal.choices:
        assert 0 < len(choice.shown) <= (20 if len(shown) <= 3 else 24)
        if choice.name == SET:
            _is_an_answer(field, choice.args["set"])


@pytest.mark.parametrize("field", OPTIONAL)
def test_what_is_skipped_is_nothing(field: Field) -> None:
    assert field.empty is not None and set(field.empty) == set(field.sets)
    assert field.said(field.empty) == field.said({}) == ""


def test_sentences_are_those_of_the_language() -> None:
    with speaking("en"):
        assert _("Yes") == labels(refused("yes or no", "?"))[0]
