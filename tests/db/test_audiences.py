"""Who is in an audience and at which address; and that it is written down once, on both engines."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.broadcasts.audience.reading import read
from db.broadcasts import audiences, broadcasts, recipients, subscriptions
from db.broadcasts.audiences import Audience
from db.broadcasts.broadcasts import Broadcast
from db.conversation import turns
from db.conversation.turns import NewTurn
from db.deliveries import deliveries, sendings
from db.deliveries.deliveries import StoredDelivery
from db.deliveries.sendings import Leaving, Look
from db.engine import Database, Transaction
from db.fairs import interests
from db.fairs.interests import EXHIBITION, Wish
from db.people import addresses, businesses, consents, people
from db.people.addresses import Address
from db.people.businesses import Business
from db.people.consents import ANNOUNCEMENTS, Consent
from tests.town.phone import NOW


async def somebody(tx: Transaction, name: str, language: str = "id", agrees: bool = True) -> tuple[int, int]:
    """A person at Telegram; returns the ids of person and address."""
    address, person = (await people.find_or_create(tx, "telegram", {name: language}, NOW))[name]
    if agrees:
        await consents.give(tx, person, Consent(ANNOUNCEMENTS, "", "2026-11-25", language, NOW))
    return person, address


async def draft(tx: Transaction, audience: Audience | None = None, **said: Any) -> Broadcast:
    kept = {"audience": audience.to_json() if audience else {}, "texts": {"id": "x"}}
    one = await broadcasts.load(tx, await broadcasts.add(tx, None, NOW, **kept | said))
    assert one
    return one


async def total(tx: Transaction, audience: Audience | None = None, **said: Any) -> int:
    return sum((await audiences.count(tx, await draft(tx, audience, **said), NOW)).values())


async def freeze(tx: Transaction, one: Broadcast) -> None:
    while await audiences.freeze(tx, one, 3, NOW):
        one = await _again(tx, one)


async def _again(tx: Transaction, one: Broadcast) -> Broadcast:
    found = await broadcasts.load(tx, one.id)
    assert found
    return found


async def test_each_part_narrows_it_down(database: Database) -> None:
    async with database.transaction() as tx:
        ani, address = await somebody(tx, "ani")
        await somebody(tx, "budi", "su")
        await somebody(tx, "cici", agrees=False)
        food = Business(sector="food", district="Coblong", city="Bandung", scale="micro")
        for own in (food, Business(sector="craft", district="Regol", city="Bandung")):
            await businesses.join(tx, ani, await businesses.add(tx, own, NOW), NOW)
        await interests.add(tx, ani, address, Wish(EXHIBITION), "pameran", NOW)
        await turns.store(tx, "telegram", [NewTurn("1", address, "{}")], NOW - timedelta(days=5))
        expected: Mapping[Audience, int] = {
            Audience(): 2,
            Audience(languages=("su",)): 1,
            Audience(languages=("su", "id")): 2,
            Audience(sectors=("food", "fashion")): 1,
            Audience(sectors=("food",), districts=("Coblong",), scales=("micro", "small")): 1,
            Audience(sectors=("food",), districts=("Regol",)): 0,
            Audience(interested=True): 1,
            Audience(seen_days=7): 1,
            Audience(seen_days=3): 0,
            Audience(listed=True): 0,
        }
        assert {one: await total(tx, one) for one in expected} == expected


async def test_topics_that_were_chosen_count(database: Database) -> None:
    async with database.transaction() as tx:
        for name, topics in (("ani", ["halal"]), ("budi", ["halal", "export"]), ("cici", [])):
            person, _ = await somebody(tx, name)
            await subscriptions.choose(tx, person, topics, NOW)
        assert [await total(tx, topic=topic) for topic in ("", "halal", "export", "hki")] == [3, 3, 2, 1]


async def test_each_is_told_once_where_they_wrote_last_and_can_be_reached(database: Database) -> None:
    async with database.transaction() as tx:
        ani, telegram = await somebody(tx, "ani")
        row = {"person_id": ani, "created_at": NOW, "memory": {}}
        rows = [
            row | {"channel": channel, "value": "ani", "state": state}
            for channel, state in (("web", "open"), ("whatsapp", "blocked"), ("terminal", "open"))
        ]
        for each in rows:
            await tx.execute(insert(Address).values(each))
        ids = {found.channel: found.id for found in await tx.execute(select(Address.id, Address.channel))}
        web, whatsapp, terminal = ids["web"], ids["whatsapp"], ids["terminal"]
        assert await audiences.count(tx, await draft(tx), NOW) == {"web": 1}
        await turns.store(tx, "web", [NewTurn("1", web, "{}")], NOW)
        await turns.store(tx, "telegram", [NewTurn("1", telegram, "{}")], NOW)
        await turns.store(tx, "whatsapp", [NewTurn("1", whatsapp, "{}")], NOW)
        await turns.store(tx, "delivery", [NewTurn("1", web, "{}")], NOW)
        assert await audiences.count(tx, await draft(tx), NOW) == {"telegram": 1}
        await turns.store(tx, "terminal", [NewTurn("1", terminal, "{}")], NOW)
        assert await audiences.count(tx, await draft(tx), NOW) == {"telegram": 1}
        assert await audiences.count(tx, await draft(tx, Audience(terminal=True)), NOW) == {"terminal": 1}
        await addresses.set_state(tx, telegram, "blocked")
        one = await draft(tx)
        await freeze(tx, one)
        await freeze(tx, one)
        rows_ = await tx.execute(select(StoredDelivery.address_id, StoredDelivery.state))
        assert [tuple(found) for found in rows_] == [(web, "pending")]


async def leaving(tx: Transaction) -> list[Leaving]:
    """What is being sent, as fast as it goes."""
    return [Leaving(one, 30) for one, _speed, _paid in await broadcasts.sending(tx)]


async def test_what_is_paused_does_not_leave_and_whoever_stopped_gets_nothing(database: Database) -> None:
    async with database.transaction() as tx:
        for name in ("ani", "budi"):
            await somebody(tx, name)
        one = await draft(tx, bodies={"id": {"text": "x"}})
        assert await broadcasts.move(tx, one.id, ["draft"], "freezing", NOW)
        await freeze(tx, one)
        look = Look("telegram", NOW, True, [1, 2, 3], broadcasts=await leaving(tx))
        assert not await sendings.waits(tx, look)
        assert await broadcasts.move(tx, one.id, ["freezing"], "paused", NOW, frozen_at=NOW)
        assert await broadcasts.resume(tx, one.id, NOW)
        look = Look("telegram", NOW, True, [1, 2, 3], broadcasts=await leaving(tx))
        assert await sendings.waits(tx, look)
        assert await deliveries.next_due(tx, NOW) == (True, None)
        _address, person = (await addresses.known(tx, "telegram", ["ani"]))["ani"]
        await consents.withdraw(tx, person, ANNOUNCEMENTS, NOW)
        claimed, ended = await sendings.claim(tx, look, "me", NOW + timedelta(minutes=1), 8)
        assert ([found.value for found in claimed], ended) == (["budi"], 1)
        assert await recipients.counts(tx, one.id) == {"sending": 1, "cancelled": 1}


async def test_the_week_is_counted_from_what_was_sent_and_what_is_about_to_be(database: Database) -> None:
    async with database.transaction() as tx:
        await somebody(tx, "ani")
        for _ in range(3):
            earlier = await draft(tx, started_at=NOW, state="sending")
            await freeze(tx, earlier)
        assert await audiences.count_full(tx, await draft(tx), 3, NOW) == 1
        last = await draft(tx)
        await freeze(tx, last)
        assert await recipients.counts(tx, last.id) == {"skipped": 1}
        urgent = await draft(tx, kind=broadcasts.WARNING)
        await freeze(tx, urgent)
        assert await recipients.counts(tx, urgent.id) == {"pending": 1}
        old = update(StoredDelivery).values(state="sent", sent_at=NOW - timedelta(days=8))
        await tx.execute(old.where(StoredDelivery.state == "pending"))
        assert await audiences.count_full(tx, await draft(tx), 3, NOW) == 0


@pytest.mark.parametrize(
    ("text", "audience"),
    [
        ("semua yang setuju", Audience()),
        ("kuliner di Coblong", Audience(sectors=("food",), districts=("Coblong",))),
        ("kuliner sama kriya", Audience(sectors=("food", "craft"))),
        ("usaha mikro yang berbahasa sunda", Audience(languages=("su",), scales=("micro",))),
        ("peminat pameran", Audience(interested=True)),
        ("aktif 30 hari terakhir", Audience(seen_days=30)),
        ("fashion in Regol", Audience(sectors=("fashion",), districts=("Regol",))),
        ("everyone", Audience()),
    ],
)
def test_a_sentence_is_read(text: str, audience: Audience) -> None:
    understood = read(text, [])
    assert (understood.audience, understood.unknown, understood.asks) == (audience, (), False)
