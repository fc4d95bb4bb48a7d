"""The loader names file and line of what is wrong; `check` finds what a reader would stumble over."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.knowledge import Knowledge, shelf
from bot.knowledge.cards import fill
from bot.knowledge.check import check
from bot.knowledge.facts import Fact, Faulty
from bot.language.i18n import LOCALES, speaking

TODAY = date(2026, 11, 24)
CARD = "id/cards/halal/cost.md"


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    """A copy of the knowledge to spoil."""
    return Path(shutil.copytree(LOCALES, tmp_path / "locales"))


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_what_is_shipped_is_clean() -> None:
    assert check(LOCALES, TODAY).faults == []


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("facts.toml", 'unit = "IDR"', 'unit = "shells"', "facts.toml:62: the unit 'shells' is none of"),
        ("facts.toml", "value = 2026-10-18", "value = 2026-10-", "facts.toml:7: "),
        ("facts.toml", 'source = "waspada-2025"', 'source = "hearsay"', "the source 'hearsay' is not in sources.toml"),
        ("sources.toml", 'kind = "news"', 'kind = "rumour"', "sources.toml:3: the kind 'rumour'"),
        ("sources.toml", "https://www.waspada.id", "waspada", "is no web address"),
        (CARD, "label: Biaya halal\n", "", "cost.md:1: the card has no label"),
        (CARD, "related: [", "related: [[", "cost.md:"),
        (CARD, "## Isi tagihan {#breakdown}", "### Isi tagihan", "a section is `## Heading {#id}`"),
    ],
)
def test_what_cannot_be_read_is_named_with_file_and_line(
    locales: Path, file: str, old: str, new: str, complaint: str
) -> None:
    spoil(locales / file, old, new)
    with pytest.raises(Faulty) as fault:
        shelf(locales)
    assert complaint in str(fault.value)
    assert check(locales, TODAY).faults == [str(fault.value)]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "{halal.self-declare-fee} kalau",
            "{halal.self-declare-price} kalau",
            "unknown facts: halal.self-declare-price",
        ),
        ("{halal.self-declare-fee} kalau", "Rp230.000 kalau", "'Rp230.000' should be a fact"),
        ("{halal.self-declare-fee} kalau", "18 Oktober kalau", "'18 Oktober' should be a fact"),
        ("{halal.self-declare-fee} kalau", "21 hari kalau", "'21 hari' should be a fact"),
        ("Jalur reguler lebih mahal", "[Jalur](https://x.id) lebih mahal", "a link written as a link"),
        ("Jalur reguler lebih mahal", "**Jalur reguler lebih mahal", "stray mark"),
        ("Jalur reguler lebih mahal", "Jalur reguler lebih mahal. " * 20, "at most 500 fit a phone"),
        ("related: [halal.paths", "related: [halal.path", "the related topic halal.path has no card"),
        ('next: ["#regular"', 'next: ["#irregular"', "which is no section here"),
        ("sources: [kepkaban-80-2024", "sources: [kepkaban", "the source kepkaban is not in sources.toml"),
        ("label: Biaya halal", "label: Biaya sertifikat halal", "is longer than 20 characters"),
        ("label: Biaya halal", "label: Wajib halal", "is also that of"),
    ],
)
def test_what_a_reader_would_stumble_over_is_found(locales: Path, old: str, new: str, complaint: str) -> None:
    spoil(locales / CARD, old, new)
    faults = check(locales, TODAY).faults
    assert any(complaint in fault for fault in faults), faults
    assert all(":" in fault for fault in faults)


def test_the_same_question_under_two_topics_is_found(locales: Path) -> None:
    path = locales / "id/questions/halal.toml"
    path.write_text(
        path.read_text("utf-8").replace('"halal.cost" = [', '"halal.cost" = [\n    "PIRT itu apa 🙂",'), "utf-8"
    )
    other = locales / "id/questions/business.toml"
    other.write_text(
        other.read_text("utf-8").replace('"business.pirt" = [', '"business.pirt" = [\n    "pirt itu apa? 🙂",'), "utf-8"
    )
    assert any("is asked under business.pirt and halal.cost" in fault for fault in check(locales, TODAY).faults)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"halal.paths, ', '"halal.path, ', "halal.path may be meant and has no card"),
        ('" = [\n', '" = [\n    "cara buat PIRT",\n', "'cara buat PIRT' is asked under business.pirt as well"),
    ],
)
def test_what_may_mean_several_things_means_what_there_is(locales: Path, old: str, new: str, complaint: str) -> None:
    spoil(locales / "id/unclear.toml", old, new)
    assert any(complaint in fault for fault in check(locales, TODAY).faults)


def test_a_topic_that_is_asked_for_needs_a_card(locales: Path) -> None:
    (locales / CARD).unlink()
    assert any("halal.cost is asked for and has no card" in fault for fault in check(locales, TODAY).faults)


def test_what_grew_old_is_listed_and_is_no_fault() -> None:
    report = check(LOCALES, date(2028, 1, 1))
    assert report.faults == []
    assert any(line.startswith("halal.self-declare-fee: checked 2026-11-22") for line in report.stale)


@pytest.mark.parametrize(
    ("language", "unit", "value", "shown"),
    [
        ("id", "IDR", 500_000, "Rp500\\.000"),
        ("en", "IDR", 500_000, "Rp500\\,000"),
        ("id", "IDR", 2_000_000_000, "Rp2 miliar"),
        ("ms", "IDR", 2_000_000_000, "Rp2 bilion"),
        ("su", "MYR", 1100, "RM1\\.100"),
        ("ms", "MYR", 1100, "RM1\\,100"),
        ("id", "MYR", 0.5, "RM0\\,50"),
        ("id", "date", date(2026, 6, 8), "8 Juni 2026"),
        ("ms", "date", date(2026, 6, 8), "8 Jun 2026"),
        ("en", "date", date(2026, 6, 8), "8 June 2026"),
        ("id", "working-day", 12, "12 hari kerja"),
        ("en", "working-day", 1, "1 working day"),
        ("en", "working-day", 12, "12 working days"),
        ("ms", "working-day", 12, "12 hari bekerja"),
        ("id", "percent", 0.5, "0\\,5 persen"),
    ],
)
def test_facts_are_said_the_way_the_reader_writes_them(language: str, unit: str, value: object, shown: str) -> None:
    fact = Fact("a.b", value, unit, "s", TODAY, TODAY, "confirmed")
    with speaking(language):
        assert fact.shown() == shown


def test_every_card_fills_in_without_a_gap(known: Knowledge) -> None:
    texts = [fill(part, known.facts) for card in known.cards["id"].values() for part in card.parts()]
    assert texts
    assert [text for text in texts if "{" in text] == []


def test_a_question_alone_is_judged_as_the_chat_judges_it(known: Knowledge) -> None:
    sure = known.answer("biaya sertifikat halal self declare berapa")
    assert (sure.topic, sure.candidates[:1]) == ("halal.cost", ["halal.cost"])
    outside = known.answer("perpanjang SIM C di bandung dimana")
    assert outside.topic is None
