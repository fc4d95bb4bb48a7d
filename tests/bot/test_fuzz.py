"""Ten thousand inputs nobody would think of: no unhandled error, nobody stuck, no silence, nothing takes a second."""

import logging
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import bindparam, func, select, text

from bot.assistant import Assistant
from bot.channels.memory import insist
from bot.channels.telegram.channel import WEBHOOK_PATH, Telegram
from bot.clock import ManualClock
from bot.composition import product
from bot.knowledge import Knowledge
from bot.language.markdown import plain
from bot.reply import WHATSAPP, Reply, utf16_length
from bot.web.app import LARGEST_BODY, SECRET_HEADER, create_app
from db.conversation.replies import StoredReply
from db.conversation.turns import StoredTurn
from db.engine import Database
from tests.town import fuzz_text
from tests.town.fuzz_update import Sent, Updates
from tests.town.phone import NOW, Town
from tests.town.telegram_stub import TOKEN, TelegramStub

SEED = 20261124
#: inputs after which everybody is asked whether they are still answered
BATCH = 100
#: seconds of work (of this process, however busy the machine) from the call of the webhook to the answer on the phone
SLOWEST = 1.0
#: a turn's end without a word of its own: a fragment that the next words answer
_ANSWERED_LATER = {"waiting", "joined"}


#: what the log may say of updates gone wrong
_EXPECTED = {"turn %s cannot be read: %s", "a tap could not be answered: %s", "the file of turn %s was not fetched: %s"}
_ENDED = (
    select(StoredTurn.update_id, StoredTurn.state, func.count(StoredReply.id))
    .outerjoin(StoredReply, StoredReply.turn_id == StoredTurn.id)
    .where(StoredTurn.channel == "telegram", StoredTurn.update_id.in_(bindparam("updates", expanding=True)))
    .group_by(StoredTurn.update_id, StoredTurn.state)
)
_STUCK = text(
    """SELECT (SELECT count(*) FROM turns WHERE state IN ('received', 'waiting', 'failed')),
    (SELECT count(*) FROM replies WHERE state <> 'sent')"""
)
_SAID = select(StoredReply.body).order_by(StoredReply.id)


def _is_too_large(sent: Sent) -> bool:
    """Whether it is more than the webhook takes, as a text of 100,000 rare letters may be in JSON."""
    return len(sent.body) > LARGEST_BODY


class Fuzz:
    """The whole product behind its web app, and behind it the stub, which refuses what Telegram refuses."""

    def __init__(self, assistant: Assistant, stub: TelegramStub, web: httpx.AsyncClient, clock: ManualClock) -> None:
        self.assistant = assistant
        self.stub = stub
        self.web = web
        self.clock = clock
        self.slowest: tuple[float, bytes] = (0.0, b"")
        self._calls = 0
        self._replies = 0

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, known: Knowledge) -> AsyncIterator["Fuzz"]:
        clock = ManualClock(NOW)
        async with TelegramStub() as stub:
            telegram = Telegram(TOKEN, stub.url, "a secret key of the test")
            assistant = Assistant(Database(url), known, product(), [telegram], clock)
            try:
                await assistant.start(background=False)
                await telegram.listen("https://bot.test")
                told = next(call.params for call in stub.sent if call.method == "setWebhook")
                transport = httpx.ASGITransport(create_app(assistant, telegram))
                headers = {SECRET_HEADER: told["secret_token"]}
                async with httpx.AsyncClient(transport=transport, base_url="http://bot", headers=headers) as web:
                    yield cls(assistant, stub, web, clock)
            finally:
                await assistant.stop(grace=0.5)
                await telegram.close()

    async def brings(self, sent: Sent) -> None:
        """One call of the webhook, up to the answer's arrival."""
        self.clock.move(timedelta(seconds=1))
        begun = time.process_time()
        response = await self.web.post(WEBHOOK_PATH, content=sent.body)
        await self.assistant.settled()
        took = time.process_time() - begun
        self.slowest = max(self.slowest, (took, sent.body))
        known = sent.update_id is not None and not _is_too_large(sent)
        assert response.status_code in ((200,) if known else (200, 400, 413)), sent.body[:500]
        assert took < SLOWEST, (took, sent.body[:500])

    async def check(self, batch: Sequence[Sent]) -> None:
        """After a batch: every turn is finished, nothing was refused, and whoever asked heard something."""
        self.clock.move(timedelta(seconds=10))
        await self.assistant.jobs.run_due()
        await self.assistant.settled()
        asked = [str(sent.update_id) for sent in batch if sent.asks and not _is_too_large(sent)]
        async with self.assistant.database.reading() as tx:
            stuck = (await tx.execute(_STUCK)).one()
            states = {row[0]: (row[1], row[2]) for row in await tx.execute(_ENDED, {"updates": asked})}
            bodies = [row[0] for row in await tx.execute(_SAID.offset(self._replies))]
        assert tuple(stuck) == (0, 0), "turns that are not finished or failed, replies that are not sent"
        silent = [update for update in asked if not states[update][1] and states[update][0] not in _ANSWERED_LATER]
        assert not silent, [sent.body[:500] for sent in batch if str(sent.update_id) in silent]
        self._replies += len(bodies)
        for body in bodies:
            readable(Reply.from_json(body))
        self._look_at_calls()

    def _look_at_calls(self) -> None:
        """The stub refused nothing but files that do not exist; what had to be sent in a plainer form would show."""
        calls, self._calls = self.stub.sent[self._calls :], len(self.stub.sent)
        refused = [call for call in calls if not call.ok and call.method != "getFile"]
        assert not refused, refused[:3]

    def buttons(self) -> dict[int, list[str]]:
        """The data of the buttons that each person's last bubbles show."""
        found: dict[int, list[str]] = {}
        for params in self.stub.messages()[-60:]:
            rows = params.get("reply_markup", {}).get("inline_keyboard", ())
            data = [button["callback_data"] for row in rows for button in row]
            found.setdefault(int(params["chat_id"]), []).extend(data)
        return found


def readable(reply: Reply) -> None:
    """As the memory channel insists; but what was joined for Telegram may be longer than WhatsApp shows."""
    if utf16_length(plain(reply.text)) <= WHATSAPP.text_with_choices:
        insist(reply)
    else:
        insist(Reply(reply.text, ()))


async def storm(url: str, known: Knowledge, inputs: int, seed: int) -> None:
    """Bring so many updates, with a normal question from everybody after each batch."""
    updates = Updates(seed)
    async with Fuzz.opened(url, known) as fuzz:
        for _ in range(0, inputs, BATCH):
            drawn = [updates.draw() for _ in range(BATCH)]
            normal = [updates.question(person) for person in updates.people()]
            for sent in [*drawn, *normal]:
                await fuzz.brings(sent)
            await fuzz.check([*drawn, *normal])
            updates.taps = fuzz.buttons()
        print(f"\nslowest of {inputs} updates: {fuzz.slowest[0] * 1000:.0f} ms for {fuzz.slowest[1][:400]!r}")


async def talk(town: Town, texts: int, seed: int) -> None:
    """Say so many texts on the channel that insists on what every channel can show."""
    drawn, slowest = random.Random(seed), 0.0
    people = [town.phone(f"p{number}", ("id", "en", "ms", "su")[number % 4]) for number in range(12)]
    for number in range(texts):
        said = fuzz_text.text(drawn).replace("\0", "").encode(errors="replace").decode()
        begun = time.process_time()
        heard = await people[number % len(people)].says(said)
        slowest = max(slowest, time.process_time() - begun)
        assert slowest < SLOWEST, said[:500]
        assert heard or await people[number % len(people)].waits(5), said[:500]
    for person in people:
        assert await person.says("biaya sertifikat halal berapa ya kak")
    print(f"\nslowest of {texts} texts: {slowest * 1000:.0f} ms")


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log complains of, but for updates that nobody could read or answer."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING and record.msg not in _EXPECTED
    ]


async def test_odd_updates_leave_nobody_stuck_or_unanswered(
    engine_url: str, known: Knowledge, caplog: pytest.LogCaptureFixture
) -> None:
    await storm(engine_url, known, 200, SEED)
    assert complaints(caplog) == []


async def test_odd_texts_are_answered_with_what_every_channel_can_show(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    await talk(town, 150, SEED)
    assert complaints(caplog) == []


async def test_json_of_any_depth_is_kept_or_refused(
    sqlite_url: str, known: Knowledge, caplog: pytest.LogCaptureFixture
) -> None:
    async with Fuzz.opened(sqlite_url, known) as fuzz:
        for depth in range(800, 1010):
            await fuzz.brings(Sent(b'{"deep":' + b"[" * depth + b"]" * depth + b"}"))
    assert complaints(caplog) == []


async def test_the_longest_texts_take_no_second(
    sqlite_url: str, known: Knowledge, caplog: pytest.LogCaptureFixture
) -> None:
    updates = Updates(SEED)
    async with Fuzz.opened(sqlite_url, known) as fuzz:
        units = ("a", "\u0301\u0316", "﷽", "* ", "halal ", "👍🏽", "/a", "'", "biaya halal berapa? ")
        person = updates.people()[0]
        said = [updates.saying(person, (unit * fuzz_text.LONGEST)[: fuzz_text.LONGEST]) for unit in units]
        for sent in said:
            await fuzz.brings(sent)
        await fuzz.check(said)
    assert complaints(caplog) == []


@pytest.mark.slow
async def test_seven_thousand_updates(sqlite_url: str, known: Knowledge, caplog: pytest.LogCaptureFixture) -> None:
    await storm(sqlite_url, known, 7000, SEED + 1)
    assert complaints(caplog) == []


@pytest.mark.slow
async def test_three_thousand_texts(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    await talk(town, 3000, SEED + 1)
    assert complaints(caplog) == []
