"""The figures: what is counted, by which labels, and that none of them is a person."""

from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.channel import Blocked, Later, Update
from bot.channels.memory import raw
from bot.inbound import Inbound
from bot.web.app import create_app
from tests.town.phone import Phone, Town

Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]

QUESTION = "biaya sertifikat halal berapa?"


class Watcher:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def figures(self) -> Figures:
        answer = await self._client.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain")
        samples = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]
        return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in samples}

    async def get(self, **headers: str) -> int:
        return (await self._client.get("/metrics", headers=headers)).status_code


@pytest.fixture
async def watcher(town: Town) -> AsyncIterator[Watcher]:
    transport = httpx.ASGITransport(create_app(town.assistant))
    async with httpx.AsyncClient(transport=transport, base_url="http://jembatan.test") as client:
        yield Watcher(client)


def more(before: Figures, after: Figures, name: str, **labels: str) -> float:
    """By how much the figures of this name that carry these labels grew."""
    wanted = set(labels.items())

    def total(figures: Figures) -> float:
        return sum(value for (own, carried), value in figures.items() if own == name and wanted <= set(carried))

    return total(after) - total(before)


async def test_a_question_is_counted_from_its_arrival_to_its_answer(watcher: Watcher, ani: Phone) -> None:
    before = await watcher.figures()
    await ani.says(QUESTION)
    after = await watcher.figures()
    assert more(before, after, "jembatan_updates_total", channel="memory") == 1
    assert more(before, after, "jembatan_turns_total", channel="memory", outcome="done", handler="ask.ask") == 1
    assert more(before, after, "jembatan_turn_seconds_count", channel="memory") == 1
    assert more(before, after, "jembatan_search_seconds_count") >= 1
    assert more(before, after, "jembatan_replies_total", channel="memory", result="sent") == 1


async def test_a_piece_of_a_question_counts_once_it_is_answered_with_the_rest(watcher: Watcher, ani: Phone) -> None:
    before = await watcher.figures()
    await ani.says("kak")
    waiting = await watcher.figures()
    await ani.says(QUESTION)
    after = await watcher.figures()
    assert more(before, waiting, "jembatan_turns_total") == 0
    assert more(before, after, "jembatan_turns_total", outcome="joined") == 1
    assert more(before, after, "jembatan_turns_total", outcome="done") == 1


async def test_an_update_that_comes_again_is_not_counted_again(watcher: Watcher, town: Town) -> None:
    update = Update("once", raw(Inbound.typed(QUESTION)), "ani", "id")
    before = await watcher.figures()
    for _ in range(2):
        await town.assistant.edge.receive(town.channel, [update])
    assert more(before, await watcher.figures(), "jembatan_updates_total") == 1


async def test_a_reply_that_cannot_leave_is_counted_by_what_became_of_it(
    watcher: Watcher, town: Town, ani: Phone
) -> None:
    before = await watcher.figures()
    town.channel.troubles = [Later(60)]
    await ani.says(QUESTION)
    waiting = await watcher.figures()
    assert more(before, waiting, "jembatan_replies_total", result="unsent") == 1
    assert waiting["jembatan_unsent_replies", ()] == 1
    town.channel.troubles = [Blocked()]
    await town.phone("budi").says(QUESTION)
    assert more(waiting, await watcher.figures(), "jembatan_replies_total", result="blocked") == 1


async def test_no_figure_names_a_person_or_what_they_said(watcher: Watcher, ani: Phone) -> None:
    await ani.says("biaya sertifikat halal buat Warung Melati berapa?")
    figures = await watcher.figures()
    named = {label for _, labels in figures for label, _ in labels}
    assert named <= {"channel", "outcome", "handler", "lane", "result", "le"}
    values = {value for _, labels in figures for _, value in labels}
    assert not [value for value in values if "ani" in value or "Melati" in value]
    assert len(values) < 400


async def test_the_memory_and_the_processor_time_are_among_the_figures(watcher: Watcher) -> None:
    figures = await watcher.figures()
    assert figures["process_resident_memory_bytes", ()] > 10_000_000


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
async def test_who_comes_through_a_proxy_sees_no_figures(watcher: Watcher, header: str) -> None:
    assert await watcher.get() == 200
    assert await watcher.get(**{header: "203.0.113.9"}) == 404
