"""A full hall at the door: 500 tickets, three of staff at once, 100 scanned twice, and bad ones in between."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from time import perf_counter

import pytest
from sqlalchemy import func, select

from bot.channels.memory import Delivered
from bot.codes import Codes
from bot.door.codes import TICKET
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from db.deliveries.deliveries import StoredDelivery
from db.enrolling.attendance import StoredAttendance
from db.enrolling.enrolments import StoredEnrolment
from db.people import people
from db.privacy.audit import StoredAct
from tests.town import door
from tests.town.applicants import programme as stored
from tests.town.desks import Desks
from tests.town.fairs import offer, programme
from tests.town.hall import ANSWERS, Hall, opened
from tests.town.phone import NOW, Phone, Town

PEOPLE, TWICE = 500, 100
CALLED = ("Bu Rini", "Pak Dadan", "Bu Tini")


async def crowd(hall: Hall, number: int, prefix: str = "DPJ27") -> None:
    """So many people with a place, each with an address of their own."""
    names = [f"{prefix}-{at}" for at in range(1, number + 1)]
    async with hall.town.assistant.database.transaction() as tx:
        known = await people.find_or_create(tx, "memory", dict.fromkeys(names, "id"), NOW)
        common = {
            "programme_id": hall.programme.id,
            "for_other": False,
            "state": "accepted",
            "answers": ANSWERS,
            "known": {},
            "fields": [],
            "mark": 0,
            "misses": 0,
            "wrong": [],
            "created_at": NOW,
            "updated_at": NOW,
            "submitted_at": NOW,
            "prefix": prefix,
            **dict.fromkeys(("step", "only", "reason", "phone", "business"), ""),
        }
        rows = [
            common | {"address_id": known[name][0], "person_id": known[name][1], "serial": at, "name": f"Orang {at}"}
            for at, name in enumerate(names, start=1)
        ]
        await tx.execute(tx.insert(StoredEnrolment), rows)


def bad(hall: Hall) -> list[str]:
    """Forged, of another installation, and of a programme that is long over."""
    good = door.code(hall, "DPJ27-0001")
    foreign = TICKET.payload + Codes(lambda: "another installation").code(TICKET, "DPJ27-0001")
    return [good[:-3] + "AAA", good.replace("0001", "0002"), foreign, door.code(hall, "PEX27-0001")]


def queues(hall: Hall) -> list[list[str]]:
    """Who scans what: every ticket once, a hundred again by another, the bad ones by everybody."""
    turns: list[list[str]] = [[], [], []]
    for at in range(PEOPLE):
        turns[at % 3].append(door.code(hall, f"DPJ27-{at + 1:04d}"))
    for at in range(TWICE):
        turns[(at + 1) % 3].insert(at * 2, door.code(hall, f"DPJ27-{at + 1:04d}"))
    for queue in turns:
        queue[50:50] = bad(hall)
    return turns


def said(sent: list[Delivered]) -> Counter[str]:
    kinds = {"✅ Hadir: Orang": "marked", "⚠️ Ini bukan tiket": "no ticket", "⚠️ Tiket ini untuk": "another day"}
    found: Counter[str] = Counter()
    for one in sent:
        if "sudah tercatat hadir pukul 08.41 waktu Malaysia" in one.text:
            assert any(f"oleh {name}." in one.text for name in CALLED), one.text
            found["second"] += 1
            continue
        found[next((kind for begins, kind in kinds.items() if one.text.startswith(begins)), one.text)] += 1
    return found


async def scan(phone: Phone, queue: list[str]) -> None:
    """One after the other, as fast as the answers come; a line holds a hundred."""
    for at in range(0, len(queue), 20):
        await phone.sends([Inbound.typed(f"/start {code}") for code in queue[at : at + 20]])
        await phone.assistant.settled()


@asynccontextmanager
async def doors(url: str, known: Knowledge) -> AsyncIterator[tuple[Hall, list[Phone]]]:
    """The hall on its day with everybody outside, and three of staff; on PostgreSQL in two processes."""
    codes = Codes(lambda: "a secret of the test")
    async with AsyncExitStack() as stack:
        places = 1 if url.startswith("sqlite") else 2
        towns = [await stack.enter_async_context(Town.opened(url, known, codes=codes)) for _ in range(places)]
        await offer(towns[0], programme("PEX27"))
        hall = await opened(towns[0], quota=600)
        await crowd(hall, PEOPLE)
        await crowd(replace(hall, programme=await stored(towns[0], "PEX27")), 1, "PEX27")
        staff = [await Desks(towns[at % places]).employ(f"staff{at}", CALLED[at]) for at in range(3)]
        for town in towns:
            town.clock.move(door.OPENING - town.clock.now())
        yield hall, staff


@pytest.mark.slow
async def test_everybody_is_marked_once_and_every_second_scan_hears_of_the_first(
    engine_url: str, known: Knowledge
) -> None:
    """Bar 2 of issue 8."""
    async with doors(engine_url, known) as (hall, staff):
        before, began = [len(phone.bubbles) for phone in staff], perf_counter()
        await asyncio.gather(*(scan(phone, queue) for phone, queue in zip(staff, queues(hall), strict=True)))
        print(f"{PEOPLE + TWICE + 12} scans in {perf_counter() - began:.1f} s")
        sent = [phone.bubbles[at:] for phone, at in zip(staff, before, strict=True)]
        answered = sum(map(said, sent), start=Counter[str]())
        assert answered == {"marked": PEOPLE, "second": TWICE, "no ticket": 3 * 3, "another day": 3}
        async with hall.town.assistant.database.reading() as tx:
            marks = (await tx.execute(select(StoredAttendance.enrolment_id))).scalars().all()
            assert len(marks) == len({*marks}) == PEOPLE
            acts = select(func.count()).where(StoredAct.act == "attendance.mark")
            assert (await tx.execute(acts)).scalar_one() == PEOPLE
            welcomes = select(func.count()).where(StoredDelivery.source.like("enrolment:%:attendance:%"))
            assert (await tx.execute(welcomes)).scalar_one() == PEOPLE
