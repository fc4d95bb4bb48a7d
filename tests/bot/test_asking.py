"""Questions that lean on what was said before, or may mean several things, as the person who asks sees the answers."""

from itertools import pairwise

import pytest

from bot.asking import Question
from bot.broadcasts.audience.question import ForWhom
from bot.cases.cases import AddToCase
from bot.enrolling.form.form import FillIn
from bot.enrolling.page import Review
from bot.entries.draft import EnterField
from handlers.announcements import TellSignal
from handlers.correcting import Correct
from handlers.feedback import SayHowItWas
from handlers.merge_accounts import WriteCode
from handlers.person import SayWhatYouNeed
from handlers.seats import SayWhy
from handlers.staff.announcing import WriteText
from handlers.staff.bulk_decisions import WhichOnes, WhyThese
from handlers.staff.correcting import WriteRightText
from handlers.staff.deciding import WhyCorrect
from handlers.staff.desk import CallMe, Decide
from handlers.staff.enrolments import FindEnrolment
from handlers.staff.publishing import WhyCancelled
from handlers.staff.sending import SendWhen
from tests.town.phone import Phone


async def test_a_paper_that_is_there_and_one_that_may_be_missing_are_one_question(ani: Phone) -> None:
    await ani.says("kak")
    await ani.says("mau nanya")
    (bubble,) = await ani.says("keripik singkong saya udah ada PIRT, masih perlu BPOM ga")
    assert bubble.text.startswith("Makanan kering buatan rumah")
    assert "BPOM MD tidak perlu" in bubble.text


@pytest.mark.parametrize("words", ["Cara daftar", "cara daftarnya gimana kak", "langkahnya apa aja"])
async def test_after_a_price_the_way_to_register_is_that_of_the_same_thing(ani: Phone, words: str) -> None:
    await ani.says("bikin merek tu bayarnya brp sih, usahanya kecil2an kak")
    (bubble,) = await ani.says(words)
    assert bubble.text.startswith("Daftar merek")


async def test_a_certificate_that_may_be_one_of_three_is_asked_back_by_subject(ani: Phone) -> None:
    (bubble,) = await ani.says("mau urus sertifikat buat keripik saya")
    assert set(bubble.labels[:3]) == {"Sertifikat halal", "Izin P-IRT", "Daftar merek"}
    (answer,) = await ani.says("izin p-irt")
    assert answer.text.startswith("Makanan kering buatan rumah")


async def test_a_loan_for_a_house_is_not_ours_and_the_nearest_is_named(ani: Phone) -> None:
    (bubble,) = await ani.says("bisa bantu pinjaman buat renov rumah ga kak")
    assert bubble.text.startswith("Sepertinya itu di luar yang saya tahu, Kak. Yang paling dekat: Modal untuk usaha")
    assert bubble.labels[0] == "Modal usaha (KUR)"


async def test_what_was_asked_of_one_thing_is_asked_of_the_next(ani: Phone) -> None:
    await ani.says("ngurus p-irt bayar berapa ya")
    (bubble,) = await ani.says("klo SKA?")
    assert bubble.text.startswith("Biaya SKA")


async def test_a_section_that_was_read_is_what_is_asked_of_the_next_thing(ani: Phone) -> None:
    await ani.says("syarat pirt apa aja")
    await ani.taps("Biaya P-IRT")
    (bubble,) = await ani.says("klo SKA?")
    assert bubble.text.startswith("Biaya SKA")


async def test_a_question_that_finds_nothing_never_gets_the_sentence_of_the_one_before(ani: Phone) -> None:
    asked = ("resep rendang padang apa aja bahannya", "jadwal kereta ke surabaya besok", "harga emas antam hari ini")
    said = [(await ani.says(words))[0] for words in asked]
    sentences = [sent.text.split(".")[0] for sent in said]
    assert all(one != other for one, other in pairwise(sentences))
    assert said[-1].labels[0] == "Tanya petugas"


async def test_a_price_that_a_card_tells_in_a_section_is_what_is_read_first(ani: Phone) -> None:
    (cost,) = await ani.says("ngurus p-irt bayar berapa ya")
    assert cost.text.startswith("Biaya P-IRT: setahu kami")
    assert "Biaya P-IRT" not in cost.labels
    (general,) = await ani.says("p-irt itu apa sih")
    assert general.text.startswith("Makanan kering buatan rumah")


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("form:12:345", FillIn(12, 345)),
        ("form:12:345:photo", FillIn(12, 345, "photo")),
        ("case-add:7", AddToCase(7)),
        ("my-data:0:name", Correct(0, "name")),
        ("place-why:5", SayWhy(5)),
        ("feedback:5", SayHowItWas(5)),
        ("person", SayWhatYouNeed()),
        ("signal", TellSignal()),
        ("joining", WriteCode()),
        ("staff-name", CallMe()),
        ("office-weekly_limit", Decide("weekly_limit")),
        ("office-contact:halal", Decide("contact", "halal")),
        ("entry", EnterField()),
        ("entry-reason:programme:5", WhyCancelled("programme", 5)),
        ("broadcast-audience:5", ForWhom(5)),
        ("broadcast-text:0:id:warnings", WriteText(0, "id", "warnings")),
        ("broadcast-text:5:ms:", WriteText(5, "ms")),
        ("broadcast-right:5:id", WriteRightText(5, "id")),
        ("broadcast-when:5", SendWhen(5)),
        ("enrolments-search", FindEnrolment()),
        ('enrolment-card:{"id": 5, "seen": "2026-12-01"}', Review(5, "2026-12-01")),
        ('enrolment-note:{"id": 5, "seen": "2026", "fields": ["nib"]}', WhyCorrect(5, "2026", ("nib",))),
        ('several-which:{"programme": 5, "to": "accepted", "ids": [7, 8]}', WhichOnes(5, "accepted", (7, 8))),
        ('several-why:{"programme": 5, "to": "declined", "ids": [7]}', WhyThese(5, "declined", (7,))),
    ],
)
def test_what_was_asked_before_an_update_is_still_answered(kept: str, asked: Question) -> None:
    assert type(asked).read(kept) == asked
    assert type(asked).read(asked.kept()) == asked
    assert type(asked).read("another:1") is None
