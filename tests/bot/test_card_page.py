"""How an answer ages: past its date a figure is shown with a warning, a month later it is not shown at all."""

from datetime import UTC, datetime, timedelta

from bot.channels.memory import Delivered
from bot.knowledge import Knowledge
from tests.town.phone import Town

QUESTION = "biaya sertifikat halal self declare berapa"


async def asked_on(day: datetime, url: str, known: Knowledge) -> Delivered:
    async with Town.opened(url, known, day) as town:
        (bubble,) = await town.phone("ani").says(QUESTION)
    return bubble


def last_day(known: Knowledge) -> datetime:
    """The first day on which a fact of the halal fees has passed its date, at noon."""
    facts = [known.facts[fact] for fact in known.cards["id"]["halal.cost"].short.facts()]
    until = min(fact.valid_until for fact in facts)
    return datetime(until.year, until.month, until.day, 5, tzinfo=UTC)


async def test_a_fact_on_its_last_day_is_told_plainly(sqlite_url: str, known: Knowledge) -> None:
    bubble = await asked_on(last_day(known), sqlite_url, known)
    assert bubble.text.startswith("Biaya halal self-declare: Rp0")
    assert "Kurang tepat?" in bubble.labels


async def test_a_fact_past_its_date_is_told_with_the_day_it_was_checked_first(
    sqlite_url: str, known: Knowledge
) -> None:
    bubble = await asked_on(last_day(known) + timedelta(days=10), sqlite_url, known)
    assert bubble.text.startswith("Terakhir kami cek, 22 November 2026. Catatan itu sudah lewat tanggalnya")
    assert "Rp230.000" in bubble.text
    assert "⚠️ Perlu dicek ulang · Sumber" in bubble.text


async def test_a_month_later_the_figure_is_gone_and_what_did_not_age_stays(sqlite_url: str, known: Knowledge) -> None:
    bubble = await asked_on(last_day(known) + timedelta(days=45), sqlite_url, known)
    assert bubble.text.startswith("Angkanya tidak saya tampilkan")
    assert "Rp" not in bubble.text
    assert "cocokkan dengan tagihan di SIHALAL" in bubble.text
    assert bubble.labels[0] == known.cards["id"]["business.contact"].label
    assert "Kurang tepat?" not in bubble.labels
