"""Whole conversations in memory: the dialogues of the front desk, as the person who holds the phone sees them."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.inbound import Inbound
from bot.knowledge import Knowledge
from db.conversation import turns
from db.conversation.replies import StoredReply
from tests.town.phone import NOW, Phone, Town

QUESTION = "biaya sertifikat halal berapa ya kak"


async def states(town: Town) -> dict[str, int]:
    async with town.assistant.database.reading() as tx:
        return await turns.counts(tx)


async def test_a_first_question_is_answered_at_once_with_the_greeting_given_back(ani: Phone) -> None:
    (bubble,) = await ani.says("assalamualaikum kak, jualan seblak instan wajib halal ga skrg?")
    greeting, *_, introduction = bubble.text.splitlines()
    assert greeting.startswith("Waalaikumsalam, Kak. Ya, wajib. Makanan dan minuman usaha mikro dan kecil")
    assert "18 Oktober 2026" in greeting
    assert introduction.startswith("Saya Jembatan")
    assert "dicek 22 November 2026; penundaan baru tidak kami temukan" in bubble.text
    assert bubble.labels == ["Jalur yang cocok", "Biaya halal", "Sanksi", "Sumber", "Kurang tepat?"]


async def test_the_introduction_comes_once_in_a_persons_life(ani: Phone) -> None:
    (first,) = await ani.says(QUESTION)
    (second,) = await ani.says("syarat self declare apa aja")
    assert "Saya Jembatan" in first.text
    assert "Saya Jembatan" not in second.text


async def test_start_tells_who_answers_and_gives_an_example(ani: Phone) -> None:
    (bubble,) = await ani.says("/start")
    assert bubble.text.startswith("Halo, Kak. Saya Jembatan")
    assert bubble.labels[0] == "Menu"
    (again,) = await ani.says("/start")
    assert again.text.startswith("Halo lagi, Kak.")


async def test_a_phone_in_english_is_greeted_in_english_and_invited_to_write_indonesian(town: Town) -> None:
    john = town.phone("john", language="en-GB")
    (bubble,) = await john.says("/start")
    assert bubble.text.startswith("Hello. I am Jembatan")
    assert bubble.text.endswith("Bahasa Indonesia? Tulis saja dalam bahasa Indonesia.")


async def test_the_first_real_sentence_decides_the_language_not_the_phone(town: Town) -> None:
    budi = town.phone("budi", language="en")
    await budi.says("mau tanya syarat sertifikat halal self declare untuk usaha kecil apa saja ya")
    (menu,) = await budi.says("menu")
    assert menu.text.startswith("Mau dibantu apa, Kak?")


async def test_pieces_that_ask_nothing_are_answered_by_the_question_that_follows(town: Town, ani: Phone) -> None:
    assert await ani.says("kak") == []
    assert await ani.says("mau nanya") == []
    (bubble,) = await ani.says(QUESTION)
    assert "Rp230.000" in bubble.text
    assert await ani.waits(5) == []
    assert await states(town) == {"done": 1, "joined": 2, "passed": 1}


async def test_a_fragment_that_nothing_follows_is_answered_after_three_seconds(town: Town, ani: Phone) -> None:
    assert await ani.says("p") == []
    assert await ani.waits(2) == []
    (bubble,) = await ani.waits(1.5)
    assert bubble.text == "Iya, mau tanya soal apa?"
    assert await states(town) == {"done": 1, "joined": 1}


async def test_a_greeting_in_a_piece_of_its_own_is_given_back_with_the_answer(ani: Phone) -> None:
    assert await ani.says("assalamualaikum") == []
    (bubble,) = await ani.says(QUESTION)
    assert bubble.text.startswith("Waalaikumsalam, Kak. Biaya halal")


async def test_the_same_text_sent_again_before_the_answer_is_answered_once(town: Town, ani: Phone) -> None:
    asked = Inbound.typed(QUESTION)
    assert len(await ani.does(asked, asked, Inbound.typed("halo?"))) == 1
    assert await states(town) == {"done": 1, "joined": 2}


@pytest.mark.parametrize("again", [QUESTION, "halo?"])
async def test_after_a_restart_with_the_clock_behind_the_same_again_is_answered(
    sqlite_url: str, known: Knowledge, again: str
) -> None:
    async with Town.opened(sqlite_url, known, NOW + timedelta(hours=3)) as town:
        await town.phone("ani").says(QUESTION)
    async with Town.opened(sqlite_url, known, NOW) as town:
        ani = town.phone("ani")
        assert len(await ani.does(Inbound.typed(again))) + len(await ani.waits(4)) == 1


async def test_what_waits_to_be_answered_or_sent_does_not_wait_for_the_clock(sqlite_url: str, known: Knowledge) -> None:
    async with Town.opened(sqlite_url, known, NOW + timedelta(hours=3)) as town:
        await town.phone("budi").says(QUESTION)
        async with town.assistant.database.transaction() as tx:
            await tx.execute(update(StoredReply).values(state="unsent"))
        town.assistant.lines.open = False
        await town.phone("ani").sends([Inbound.typed(QUESTION)])
    async with Town.opened(sqlite_url, known, NOW) as town:
        await town.assistant.settled()
        assert [len(town.phone(name).bubbles) for name in ("ani", "budi")] == [1, 1]


async def test_a_section_is_one_tap_away_and_names_its_subject(ani: Phone) -> None:
    await ani.says(QUESTION)
    (section,) = await ani.taps("Biaya reguler")
    assert section.text.startswith("Biaya halal reguler")
    assert "Biaya reguler" not in section.labels


@pytest.mark.parametrize("typed", ["2", "yg kedua", "no 2", "Jalur yang cocok", "jalur", "JALUR yang cocok kak"])
async def test_a_typed_number_or_label_counts_as_the_tap(ani: Phone, typed: str) -> None:
    (bubble,) = await ani.says(QUESTION)
    assert bubble.labels[1] == "Jalur yang cocok"
    (answer,) = await ani.says(typed)
    assert answer.text.startswith("Jalur self-declare cocok untuk usaha mikro dan kecil")


async def test_yesterdays_button_still_works(town: Town, ani: Phone) -> None:
    (old,) = await ani.says(QUESTION)
    await ani.says("siapa yang wajib bersertifikat halal")
    town.clock.move(timedelta(days=1))
    (section,) = await ani.taps("Biaya reguler", old)
    assert section.text.startswith("Biaya halal reguler")


async def test_sources_are_shown_with_title_address_and_date(ani: Phone) -> None:
    await ani.says("siapa yang wajib bersertifikat halal")
    (bubble,) = await ani.taps("Sumber")
    assert "18 Oktober 2026 jadi batas wajib sertifikat halal" in bubble.text
    assert "https://www.waspada.id/" in bubble.text


async def test_a_follow_up_is_understood_from_the_last_topic(ani: Phone) -> None:
    await ani.says("siapa yang wajib bersertifikat halal")
    (bubble,) = await ani.says("kalau biayanya?")
    assert bubble.text.startswith("Biaya halal self-declare")


async def test_nonsense_gets_an_example_and_a_second_miss_another_sentence(ani: Phone) -> None:
    (first,) = await ani.says("sdfkjh")
    (second,) = await ani.says("qwrtpsdf")
    assert "misalnya: cara buat NIB" in first.text
    assert second.text != first.text


async def test_what_is_not_ours_is_said_to_be_so(ani: Phone) -> None:
    (bubble,) = await ani.says("perpanjang SIM C di bandung dimana")
    assert "di luar yang saya tahu" in bubble.text
    assert "Menu" in bubble.labels


async def test_thanks_a_sticker_and_folded_hands_get_two_words(ani: Phone) -> None:
    assert [sent.text for sent in await ani.says("makasih ya kak")] == ["Sama-sama, Kak."]
    assert [sent.text for sent in await ani.says("🙏")] == ["Sama-sama, Kak."]
    assert [sent.text for sent in await ani.does(Inbound("sticker"))] == ["Siap, Kak."]


@pytest.mark.parametrize("kind", ["voice", "video", "photo", "file", "contact", "location", "other"])
async def test_what_cannot_be_read_is_answered_kindly(ani: Phone, kind: str) -> None:
    (bubble,) = await ani.does(Inbound(kind))  # type: ignore[arg-type]
    assert "satu kalimat" in bubble.text


async def test_an_edited_question_is_answered_anew_only_where_it_asks_something_else(ani: Phone) -> None:
    await ani.says(QUESTION)
    assert await ani.edits("biaya sertifikat halal brp kak") == []
    (bubble,) = await ani.edits("syarat halal self declare apa saja")
    assert bubble.text.startswith("Syarat self-declare")


async def test_an_unknown_command_and_a_dead_button_are_never_met_with_silence(ani: Phone) -> None:
    (command,) = await ani.says("/saldo")
    assert "tidak saya kenal" in command.text
    (button,) = await ani.does(Inbound("tap", reply=999, index=0))
    assert "sudah tidak berlaku" in button.text


async def test_a_tap_on_somebody_elses_reply_counts_for_nothing(town: Town, ani: Phone) -> None:
    (bubble,) = await ani.says(QUESTION)
    assert await town.phone("stranger").does(ani.tap("Biaya reguler", bubble)) == []


async def test_the_menu_leads_to_topics_and_back(ani: Phone) -> None:
    (menu,) = await ani.says("Menu dong kak")
    assert menu.labels[0] == "Halal"
    (area,) = await ani.taps("Halal")
    assert area.labels[-1] == "Kembali"
    (again,) = await ani.taps("Kembali")
    assert again.labels == menu.labels


async def test_the_language_is_changed_by_its_own_name_and_stays(ani: Phone) -> None:
    await ani.says("bahasa")
    (changed,) = await ani.taps("Basa Sunda")
    assert changed.text.startswith("Mangga, ti ayeuna abdi nganggo basa Sunda")
    (menu,) = await ani.says("menu")
    assert menu.text.startswith("Bade dibantos naon?")


async def test_a_question_in_another_language_is_answered_in_it_and_the_switch_offered_once(ani: Phone) -> None:
    await ani.says(QUESTION)
    (bubble,) = await ani.says("what are the requirements for the self-declare halal certificate?")
    assert bubble.text.startswith("I only have this answer in Bahasa Indonesia so far.")
    assert "Use this language" in bubble.labels
    (second,) = await ani.says("how much does a halal certificate cost for a small business?")
    assert "Use this language" not in second.labels


async def test_what_a_person_typed_never_becomes_markup(ani: Phone) -> None:
    (bubble,) = await ani.says("**biaya** [halal](https://evil.example) _berapa_ `x`")
    assert "evil.example" not in bubble.text


async def test_a_wrong_figure_is_reported_with_the_answer_and_the_persons_words(town: Town, ani: Phone) -> None:
    await ani.says(QUESTION)
    (asked,) = await ani.taps("Kurang tepat?")
    assert asked.labels == ["Angkanya", "Bukan maksud saya", "Sudah berubah", "Batal"]
    (noted,) = await ani.taps("Sudah berubah")
    assert noted.text.startswith("Dicatat")
    (thanks,) = await ani.says("kata temen di dinas sekarang naik")
    assert thanks.text == "Dicatat. Terima kasih."


async def test_a_question_right_after_a_report_is_a_question(ani: Phone) -> None:
    await ani.says(QUESTION)
    await ani.taps("Kurang tepat?")
    await ani.taps("Angkanya")
    (bubble,) = await ani.says("siapa yang wajib bersertifikat halal")
    assert bubble.text.startswith("Ya, wajib.")


async def test_not_what_i_meant_offers_the_next_topics(ani: Phone) -> None:
    await ani.says(QUESTION)
    await ani.taps("Kurang tepat?")
    (bubble,) = await ani.taps("Bukan maksud saya")
    assert bubble.text in ("Mungkin ini, Kak?", "Tulis sekali lagi dengan kata lain.")


@pytest.mark.parametrize("command", ["/help", "bantuan", "Help please"])
async def test_help_says_what_can_be_asked_and_leads_to_the_menu(ani: Phone, command: str) -> None:
    (bubble,) = await ani.says(command)
    assert "Saya menjawab soal halal, merek dan HKI" in bubble.text
    assert bubble.labels[0] == "Menu"


async def test_sources_asked_for_before_any_answer_are_refused_kindly(ani: Phone) -> None:
    (bubble,) = await ani.says("/sumber")
    assert bubble.labels == ["Menu"]
