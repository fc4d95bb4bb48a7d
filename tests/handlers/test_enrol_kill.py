"""kill -9 at random moments while forty people fill in the form: no answer is lost, each is enrolled once."""

import asyncio
import json
import random
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.handlers.test_enrol_story import FIELDS, PLAIN, enter
from tests.town.applicants import ANSWERS
from tests.town.at_work import Service
from tests.town.sample_files import JPEG
from tests.town.telegram_stub import TelegramStub, User

pytestmark = pytest.mark.slow

SEED = 20261125
PEOPLE, KILLS = 40, 30
#: seconds after it has begun to take updates, to the latest kill; and that a whole run may take
ALIVE, LONGEST = 1.2, 230.0
#: questions of the form
TOTAL = 11
#: what a step of a person does, and words that only its answer has
Step = tuple[Callable[[], Awaitable[None]], str]


@dataclass
class Owner:
    """Somebody who fills in the form, each answer only after the next question has come."""

    stub: TelegramStub
    number: int
    #: kills after which they are to be done with each further step
    pace: random.Random
    step: int = 0
    user: User = field(init=False)

    def __post_init__(self) -> None:
        self.user = User(self.stub, 1000 + self.number, "P")
        self.answers = ANSWERS | {
            "business": f"Usaha {self.number}",
            "phone": f"0812{34_000_000 + self.number}",
            "nib": f"{9_120_000_000_000 + self.number}",
            "products": f"keripik rasa {self.number}",
        }

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.stub.messages(self.user.id)

    async def hears(self, words: str) -> dict[str, Any]:
        while not (found := [said for said in self.messages if words in said["text"]]):
            await asyncio.sleep(0.1)
        return found[-1]

    def steps(self) -> list[Step]:
        """From the list of programmes to the number."""

        def says(text: str) -> Callable[[], Awaitable[None]]:
            async def act() -> None:
                self.user.says(text)

            return act

        def taps(label: str, under: str) -> Callable[[], Awaitable[None]]:
            async def act() -> None:
                self.user.taps(await self.hears(under), label)

            return act

        async def contact() -> None:
            self.user.shares_contact(f"62{self.answers['phone'][1:]}")

        async def photo() -> None:
            self.user.sends_photo(JPEG)

        of = [f"{number} dari {TOTAL} ·" for number in range(1, TOTAL + 1)]
        return [
            (says("program apa saja yang dibuka"), "Program yang dibuka"),
            (taps("1 Delegasi", "Program yang dibuka"), "Yang didapat"),
            (taps("Daftar ikut", "Yang didapat"), "Yang melihat"),
            (taps("Setuju", "Yang melihat"), of[0]),
            (says(self.answers["name"]), of[1]),
            (contact, of[2]),
            *((says(self.answers[name]), of[number]) for number, name in enumerate(FIELDS, 3)),
            (photo, "Periksa dulu"),
            (taps("Kirim", "Periksa dulu"), "Nomor Anda"),
        ]

    async def enrol(self, under_fire: "Fire") -> None:
        steps = self.steps()
        for number, (act, answer) in enumerate(steps):
            await under_fire.kills_reached(number * KILLS // len(steps) - self.pace.randint(0, 2))
            await asyncio.sleep(self.pace.uniform(0, ALIVE))
            await act()
            await self.hears(answer)
            self.step = number + 1

    @property
    def answered(self) -> int:
        """How many answers they know to have arrived: the next question came."""
        return max(0, self.step - 4)


class Fire:
    """The service, killed again and again."""

    def __init__(self, service: Service, owners: list[Owner], folder: Path) -> None:
        self.service, self.owners, self.folder = service, owners, folder
        self.kills = 0
        self.dice = random.Random(SEED)
        folder.mkdir()

    async def kills_reached(self, number: int) -> None:
        while self.kills < number:
            await asyncio.sleep(0.05)

    async def burn(self) -> None:
        """Kill it, mostly at work and now and then in its start; look what it left; start it again."""
        while self.kills < KILLS:
            begun = time.monotonic()
            await self.polls(len(self.service.stub.sent) if self.kills else 0)
            took = time.monotonic() - begun
            await asyncio.sleep(self.dice.uniform(0, ALIVE))
            await self.strike()
            if self.kills % 5 == 0:
                await asyncio.sleep(self.dice.uniform(0, took))
                await self.strike()

    async def strike(self) -> None:
        answered = {owner.user.id: owner.answered for owner in self.owners}
        await self.service.kill()
        kept = self.kept()
        for person, number in answered.items():
            assert len(kept.get(person, {})) >= number, f"{person} had answered {number}: {kept.get(person)}"
        self.kills += 1
        await self.service.start()

    async def polls(self, since: int) -> None:
        """Wait until it fetches updates."""
        while not any(call.method == "deleteWebhook" for call in self.service.stub.sent[since:]):
            await asyncio.sleep(0.02)

    def kept(self) -> dict[int, dict[str, Any]]:
        """Answers by the chat of the person, out of a copy: the next start finds what the kill left."""
        for part in self.service.folder.glob("jembatan.db*"):
            if not part.name.endswith("-shm"):
                shutil.copy(part, self.folder / part.name)
        query = "SELECT value, answers FROM enrolments JOIN addresses ON addresses.id = address_id"
        with closing(sqlite3.connect(self.folder / "jembatan.db")) as copied:
            found = {int(chat): json.loads(answers) for chat, answers in copied.execute(query)}
        for part in self.folder.glob("jembatan.db*"):
            part.unlink()
        return found


async def test_thirty_kills_lose_no_answer_and_enrol_nobody_twice(tmp_path: Path) -> None:
    await enter(f"sqlite+aiosqlite:///{tmp_path / 'jembatan.db'}", PLAIN)
    async with TelegramStub() as stub:
        service = Service(tmp_path, stub)
        owners = [Owner(stub, number, random.Random(SEED + number)) for number in range(PEOPLE)]
        fire = Fire(service, owners, tmp_path / "copy")
        await service.start()
        try:
            async with asyncio.timeout(LONGEST), asyncio.TaskGroup() as tasks:
                tasks.create_task(fire.burn())
                for owner in owners:
                    tasks.create_task(owner.enrol(fire))
        finally:
            await service.stop()
        check(service, owners)


def check(service: Service, owners: list[Owner]) -> None:
    """Every submission is there once, with what was answered, under a number of its own; no step came twice anew."""
    rows = service.rows(
        "SELECT value, enrolments.state, serial, answers FROM enrolments JOIN addresses ON addresses.id = address_id"
        " ORDER BY serial"
    )
    assert [row[2] for row in rows] == list(range(1, PEOPLE + 1))
    assert {row[1] for row in rows} == {"submitted"}
    changes = service.rows("SELECT enrolment_id, state FROM enrolment_changes")
    assert Counter(changes) == dict.fromkeys({(change[0], "submitted") for change in changes}, 1)
    assert len(changes) == PEOPLE
    by_chat = {int(row[0]): json.loads(row[3]) for row in rows}
    doubled = 0
    for owner in owners:
        kept = by_chat[owner.user.id]
        for name in ("name", "business", "nib", "products"):
            assert kept[name] == owner.answers[name]
        assert kept["phone"] == f"+62{owner.answers['phone'][1:]}"
        places = [place for said in owner.messages if (place := _place(said["text"]))]
        assert sorted(set(places)) == list(range(1, TOTAL + 1))
        assert places == sorted(places), f"{owner.user.id} was thrown back: {places}"
        doubled += len(places) - TOTAL
    assert "failed" not in {row[0] for row in service.rows("SELECT state FROM turns")}
    assert "ERROR" not in service.log()
    print(f"{doubled} questions came twice")
    assert doubled <= KILLS


def _place(text: str) -> int:
    """Which question a bubble asks; 0 for none."""
    before, found, _after = text.partition(f" dari {TOTAL} ·")
    return int(before.rsplit(maxsplit=1)[-1].strip("*")) if found else 0
