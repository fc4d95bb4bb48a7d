"""Random conversations about enrolling: whatever was tapped, written, sent or waited, a patient person can finish."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.memory import Delivered
from bot.enrolling.form.enrolment import fields
from bot.enrolling.form.form import SAME
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from bot.knowledge.search import Search
from bot.language.i18n import LOCALES
from db.conversation.turns import StoredTurn
from db.enrolling.enrolments import Enrolment
from tests.town.applicants import (
    ANSWERS,
    DOCUMENTS,
    LATER,
    QUESTIONS,
    Applicant,
    alter,
    begin,
    join_devices,
    leap,
    missed,
    offered,
    plan,
    programme,
    right,
    rows,
    tap,
)
from tests.town.desks import Desks
from tests.town.fairs import offer
from tests.town.phone import Phone, Town
from tests.town.sample_files import JPEG, PDF

SEED = 20261125
LANGUAGES = ("id", "id", "id", "id", "en", "ms", "su")
#: what people write in the middle of a form
WORDS = (
    *(
        "kembali",
        "lewati",
        "batal",
        "berhenti",
        "lanjut",
        "menu",
        "status",
        "data saya",
        "ubah 3",
        "7",
        "16",
        "0",
        "99",
    ),
    *("kak", "halo kak", "makasih ya", "assalamualaikum", "Daftar ikut", "ya", "tidak", "belum", "selesai", "kirim"),
    *("emang nib teh bayar ga?", "sy bingung omzet yg mana, bisa tanya orang?", "biaya sertifikat halal berapa"),
    *(
        "pameran di PJ kapan ya",
        "pendaftaran saya gimana",
        "asdfghjkl qwerty",
        "😀😀👍",
        "?",
        "…",
        "*tebal* _miring_ <b> %s",
    ),
    *("kripik " * 700, "a" * 5000, "3273 0512 3456 0001", "0812345", "/start", "/menu", "/lanjut", "/status", "/batal"),
)
MOVES = ("batal", "berhenti", "kembali", "lewati", "lanjut", "status", "ubah 3", "halo kak", "program apa yang buka")
#: seconds of silence
SILENCES = (60, 1800, 7300, 30_000, 3 * 86_400)
REASON = "Fotonya gelap, mohon foto lagi di tempat terang."


class Walk:
    """One conversation at random: one person on one or two phones, and staff who decide meanwhile."""

    _numbers = count(1)

    def __init__(self, house: "House", dice: random.Random) -> None:
        self.house = house
        self.dice = dice
        self.name = f"p{next(self._numbers)}"
        self.language = dice.choice(LANGUAGES)
        self.has_two = dice.random() < 0.3
        self.done: list[str] = []

    @property
    def town(self) -> Town:
        return self.house.town

    @property
    def phones(self) -> list[Phone]:
        names = (self.name, f"{self.name}b") if self.has_two else (self.name,)
        return [self.town.phone(name, self.language) for name in names]

    async def go(self, steps: int) -> None:
        await self.arrives()
        for _ in range(steps):
            doing = self.dice.choices(
                (self.answers, self.writes, self.taps, self.follows, self.sends, self.waits, self.twice,
                 self.restarts, self.alters, self.decided),
                (20, 16, 22, 16, 6, 5, 3, 2, 3, 10),
            )[0]  # fmt: skip
            await (doing() if doing == self.follows else self.watched(doing))
        await alter(self.town, state="announced", enrolment_closes=None, first_day=None, last_day=None, quota=None)
        await self.watched(self.finishes)
        found = await rows(self.town, self.phones[0])
        assert [one for one in found if one.number], "nothing was sent"
        assert not [one for one in found if one.state in ("draft", "correction")]
        for one in found:
            assert one.state == "withdrawn" or not self.lacking(one), self.lacking(one)

    def lacking(self, one: Enrolment) -> list[str]:
        """What everybody is asked and nobody answered."""
        return [name for name in ("name", "phone", "business", "sector", "products") if not one.answers.get(name)]

    async def arrives(self) -> None:
        """They have just heard of it, are somewhere in the form, or have sent it."""
        for phone in self.phones:
            await phone.says("/menu")
        if self.has_two:
            await join_devices(self.town, *self.phones)
        await self.house.alter(**self.questions())
        start = self.dice.random()
        if start < 0.1:
            return
        await begin(self.phones[0], other=self.dice.random() < 0.1)
        if start > 0.3:
            await leap(self.town, self.phones[0], len(ANSWERS) if start > 0.5 else self.dice.randrange(len(ANSWERS)))
        if start > 0.6:
            await self.finishes()

    async def watched(self, doing: Callable[[], Awaitable[object]]) -> None:
        """Nothing that was answered is lost by it, unless it was about that."""
        before = await rows(self.town, self.phones[0])
        shown = [len(phone.bubbles) for phone in self.phones]
        self.done.append(doing.__name__)
        await doing()
        after = {one.id: one for one in await rows(self.town, self.phones[0])}
        for one in before:
            if one.id in after:
                self.compare(one, after[one.id])
            else:
                assert "form-discard" in self.done[-1], self.done
        for phone, seen in zip(self.phones, shown, strict=True):
            for sent in phone.bubbles[seen:]:
                assert sent.reply.choices == () or "retry" not in [one.name for one in sent.reply.choices], sent.text

    def compare(self, before: Enrolment, after: Enrolment) -> None:
        wiped = not after.answers and any("erase" in done for done in self.done)
        if wiped or self.done[-1] in ("finishes", "twice"):
            return
        named = {field.name: field for field in fields(self.house.programme)}
        asked = set(named[before.step].sets) if before.step in named else set()
        for name, value in before.answers.items():
            now = after.answers.get(name)
            if name == SAME or not value or now == value or name in asked:
                continue
            if isinstance(value, list) and isinstance(now, list) and set(value) <= set(now):
                continue
            if "form-anew" in self.done[-1] and after.known.get(name) == value:
                continue
            raise AssertionError(f"{name} was {value!r}, is {now!r}: {self.done[-5:]}")

    # what they do

    async def answers(self) -> None:
        """The right answer to what is asked, or the first step towards it."""
        phone = self.dice.choice(self.phones)
        person = Applicant(self.town, phone)
        one = await person.open_form()
        if one is None:
            if phone.bubbles and offered(phone.bubbles[-1:], "enrol-agree"):
                await tap(phone, "enrol-agree")
            return
        field = next((field for field in fields(self.house.programme) if field.name == one.step), None)
        words = right(field, self.house.programme) if field else self.dice.choice(("kirim", "3", "ya"))
        self.done[-1] = f"answers {one.step} {words}"
        await (phone.says(words) if words else phone.sends_photo(JPEG))

    async def writes(self) -> None:
        words = self.dice.choice((*WORDS, *ANSWERS.values(), *QUESTIONS.values()))
        self.done[-1] = f"writes {words[:40]}"
        phone = self.dice.choice(self.phones)
        await (phone.edits(words) if self.dice.random() < 0.1 else phone.says(words))

    async def taps(self) -> None:
        """Mostly a button of the last bubbles, else any that was ever shown."""
        phone = self.dice.choice(self.phones)
        bubbles = [sent for sent in phone.bubbles if sent.reply.choices]
        if bubbles:
            bubble = self.dice.choice(bubbles[-2:] if self.dice.random() < 0.6 else bubbles)
            choice = self.dice.choice(bubble.reply.numbered())
            self.done[-1] = f"taps {choice.name} {choice.shown}"
            await phone.taps(choice.shown, bubble)

    async def follows(self) -> None:
        """A word that moves through a form, or a greeting after hours, and then of what is offered, one to three."""
        phone = self.dice.choice(self.phones)
        sent: list[Delivered] = []

        async def writes() -> None:
            word = self.dice.choice(MOVES)
            self.done[-1] = f"follows {word}"
            if word == "halo kak":
                await phone.waits(3 * 3600)
            sent[:] = await phone.says(word) or await phone.waits(4)

        async def taps() -> None:
            choice = self.dice.choice([choice for bubble in sent for choice in bubble.reply.numbered()])
            self.done[-1] = f"taps {choice.name}"
            sent[:] = await tap(phone, choice.name)

        await self.watched(writes)
        for _ in range(self.dice.randint(1, 3)):
            if any(bubble.reply.choices for bubble in sent):
                await self.watched(taps)

    async def sends(self) -> None:
        phone = self.dice.choice(self.phones)
        files = [phone.holding("photo", JPEG, caption="ini kak"), phone.holding("file", PDF, "nib.pdf")]
        sent = self.dice.choice([*missed(phone), *files])
        self.done[-1] = f"sends {sent.kind} {sent.file_name}"
        await phone.does(sent)

    async def waits(self) -> None:
        seconds = self.dice.choice(SILENCES)
        self.done[-1] = f"waits {seconds}"
        await self.phones[0].waits(seconds)

    async def twice(self) -> None:
        """Two things at once, from one phone or from two."""
        for phone in self.phones:
            last = [sent for sent in phone.bubbles if sent.reply.choices][-1:]
            tapped = [phone.tap(self.dice.choice(last[0].labels), last[0])] if last else []
            await phone.sends([Inbound.typed(self.dice.choice(WORDS)), *tapped, *tapped])
        await self.town.assistant.settled()

    async def restarts(self) -> None:
        await self.house.restart()

    async def alters(self) -> None:
        """The programme closes, fills up, opens again, or asks other things."""
        kind = self.dice.choice(("closed", "full", "open", "questions", "questions"))
        self.done[-1] = f"alters {kind}"
        if kind == "closed":
            await self.house.alter(enrolment_closes=date(2026, 1, 1))
        elif kind == "full":
            await self.house.alter(quota=0)
        elif kind == "open":
            await self.house.alter(enrolment_closes=None, quota=None)
        else:
            await self.house.alter(**self.questions())

    def questions(self) -> dict[str, list[str]]:
        """Some of all questions and documents, in any order."""
        number = self.dice.choice((0, 1, 2, 2, 3, 3, 4, 9))
        documents = self.dice.sample(DOCUMENTS, self.dice.choice((0, 1, 1, 2)))
        return {"questions": self.dice.sample([*QUESTIONS, *LATER], number), "documents": documents}

    async def decided(self) -> None:
        """Staff ask for a correction of a few fields, or now and then decide."""
        sent = [one for one in await rows(self.town, self.phones[0]) if one.state in ("submitted", "correction")]
        if not sent:
            return
        rini, number = self.house.rini, sent[-1].number
        self.done[-1] = f"decided {number}"
        await rini.says(f"/pendaftaran {number}")
        chance = self.dice.random()
        if chance < 0.1:
            await tap(rini, "enrolment-accept")
        elif chance < 0.2:
            await tap(rini, "enrolment-decline")
            await rini.says(REASON)
            await tap(rini, "enrolment-declined")
        else:
            await tap(rini, "enrolment-correct")
            every = range(1, len(fields(self.house.programme)) + 1)
            await rini.says(" ".join(map(str, self.dice.sample(every, self.dice.randint(1, 3)))))
            await rini.says(REASON)

    async def finishes(self) -> None:
        await Applicant(self.town, self.phones[0]).finish()


class House:
    """A town with a programme and one of staff, opened again and again on the same database."""

    def __init__(self, url: str, known: Knowledge) -> None:
        self._url, self._known = url, replace(known, search=Search(LOCALES, semantic=False))
        self._open = AsyncExitStack()
        self._bubbles: dict[str, list[Delivered]] = {}
        self.town: Town
        self.rini: Phone

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, known: Knowledge) -> AsyncIterator["House"]:
        house = cls(url, known)
        house.town = await house._open.enter_async_context(Town.opened(url, house._known))
        await offer(house.town, plan(enrolment_closes=None, first_day=None, last_day=None))
        house.programme = await programme(house.town)
        house.rini = await Desks(house.town).employ("rini", "Bu Rini")
        try:
            yield house
        finally:
            await house._open.aclose()

    async def restart(self) -> None:
        """The phones keep what they show."""
        now, shown, files = self.town.clock.now(), self.town.channel.sent, self.town.channel.files
        await self._open.aclose()
        self.town = await self._open.enter_async_context(Town.opened(self._url, self._known, now))
        self.town.channel.sent, self.town.channel.files = shown, files
        self.rini = self.town.phone("rini")

    async def alter(self, **said: Any) -> None:
        self.programme = await alter(self.town, **said)


async def conversations(url: str, known: Knowledge, seed: int, number: int) -> None:
    """So many, one after the other; at the end no turn failed, and each number was given once."""
    dice = random.Random(seed)
    async with House.opened(url, known) as house:
        for _ in range(number):
            walk = Walk(house, dice)
            try:
                await walk.go(dice.randint(3, 25))
            except AssertionError as lost:
                said = [sent.text for phone in walk.phones for sent in phone.bubbles[-6:]]
                lost.add_note(f"seed {seed}, {walk.name} {walk.language}: {walk.done}")
                lost.add_note("\n---\n".join(said))
                raise
        async with house.town.assistant.database.reading() as tx:
            failed = await tx.execute(select(StoredTurn.id, StoredTurn.raw).where(StoredTurn.state == "failed"))
            assert not failed.all()
        numbers = [one.number for one in await rows(house.town) if one.number]
        assert len(set(numbers)) == len(numbers)


async def test_whatever_was_done_a_patient_person_can_finish(sqlite_url: str, known: Knowledge) -> None:
    await conversations(sqlite_url, known, SEED, 10)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(18))
async def test_so_can_a_thousand(sqlite_url: str, known: Knowledge, part: int) -> None:
    await conversations(sqlite_url, known, SEED + 1 + part, 50)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
async def test_of_whom_a_hundred_are_on_postgresql(postgres_url: str, known: Knowledge, part: int) -> None:
    await conversations(postgres_url, known, SEED - 1 - part, 50)
