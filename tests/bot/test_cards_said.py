"""Every card, section and list of sources, said once: each must be readable on every channel."""

from collections.abc import AsyncIterator

import pytest

from bot.answers.card_page import card_choice
from bot.cases.promises import HUMAN
from bot.knowledge import Knowledge
from bot.language.i18n import _
from bot.router import Router
from bot.turn import Turn
from handlers import ROUTERS
from tests.town.phone import Phone, Town

topics = Router("topics")


@topics.when(lambda turn: turn.text.startswith("kartu "))
async def offer(turn: Turn) -> None:
    """A button that leads to the card of a topic."""
    card = turn.knowledge.card(turn.text.removeprefix("kartu "), "id")
    assert card is not None
    turn.say(_("Perhaps this?"), [card_choice(card)])


@pytest.fixture
async def reader(sqlite_url: str, known: Knowledge) -> AsyncIterator[Phone]:
    async with Town.opened(sqlite_url, known, routers=(topics, *ROUTERS)) as town:
        yield town.phone("reader")


async def test_every_card_section_and_list_of_sources_is_readable(reader: Phone, known: Knowledge) -> None:
    await reader.says("syarat sertifikat halal self declare untuk usaha kecil apa saja ya")
    for topic, card in known.cards["id"].items():
        if topic == HUMAN:
            continue  # what it is about happens instead
        await reader.says(f"kartu {topic}")
        (answer,) = await reader.taps(card.label)
        (sources,) = await reader.taps("Sumber", answer)
        assert sources.labels[0] == card.label
        for choice in answer.reply.main():
            if choice.name == "section":
                (section,) = await reader.taps(choice.shown, answer)
                assert await reader.taps("Sumber", section)
