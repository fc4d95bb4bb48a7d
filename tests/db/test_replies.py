"""Replies: in the order of each address, in one process's hands at a time, until the channel took them."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from db.conversation import replies, turns
from db.conversation.replies import Mark, NewReply, Unsent
from db.conversation.turns import NewTurn
from db.engine import Database
from db.people import people
from tests.town.plans import add_past, plan

NOW = datetime(2026, 11, 23, 2, 41, tzinfo=UTC)
CHANNELS = ["telegram", "web"]
SECOND = timedelta(seconds=1)
HELD = NOW + 15 * SECOND


async def say(database: Database, *said: str, holder: str | None = None, until: datetime = HELD) -> list[int]:
    """Replies such as `ani 1`, each to the address in its first word; returns their numbers."""
    async with database.transaction() as tx:
        known = await people.find_or_create(tx, "telegram", {name.split()[0]: "id" for name in said}, NOW)
        ids = await turns.store(tx, "telegram", [NewTurn(f"{said[0]}", known[said[0].split()[0]][0], "{}")], NOW)
        turn = ids[said[0]]
        new = [NewReply(turn, known[text.split()[0]][0], {"text": text}, holder) for text in said]
        return await replies.store(tx, new, NOW, until)


async def claim(
    database: Database, holder: str = "one", at: datetime = NOW, until: datetime = HELD, limit: int = 500
) -> list[Unsent]:
    async with database.transaction() as tx:
        return await replies.claim(tx, CHANNELS, holder, at, until, limit)


async def mark(database: Database, *marks: Mark) -> None:
    async with database.transaction() as tx:
        await replies.mark(tx, marks, NOW)


def texts(found: Sequence[Unsent]) -> list[str]:
    return [unsent.body["text"] for unsent in found]


async def test_free_replies_are_taken_over_once_in_their_order(database: Database) -> None:
    await say(database, "ani 1", "budi 1", "ani 2")
    found = await claim(database)
    assert texts(found) == ["ani 1", "budi 1", "ani 2"]
    assert (found[0].channel, found[0].value, found[0].due_at, found[0].attempts) == ("telegram", "ani", NOW, 0)
    assert await claim(database, "other") == []
    assert await claim(database, "one") == []


async def test_what_a_living_process_holds_stays_and_so_does_what_comes_after_it(database: Database) -> None:
    await say(database, "ani 1", holder="other")
    await say(database, "ani 2", "budi 1")
    assert texts(await claim(database)) == ["budi 1"]
    assert texts(await claim(database, at=HELD, until=HELD + SECOND)) == ["ani 1", "ani 2", "budi 1"]


async def test_a_process_that_lives_holds_on_to_its_own(database: Database) -> None:
    await say(database, "ani 1", holder="other")
    await say(database, "budi 1", holder="dead")
    async with database.transaction() as tx:
        await replies.hold_on(tx, "other", HELD + 10 * SECOND)
    assert texts(await claim(database, at=HELD)) == ["budi 1"]


async def test_a_reply_that_has_to_wait_holds_back_its_own_address_only(database: Database) -> None:
    first, *_ = await say(database, "ani 1", "ani 2", "budi 1")
    await mark(database, Mark(first, "unsent", 1, due_at=NOW + 9 * SECOND))
    assert texts(await claim(database)) == ["budi 1"]
    found = await claim(database, at=NOW + 9 * SECOND)
    assert texts(found) == ["ani 1", "ani 2"]
    assert (found[0].attempts, found[0].due_at) == (1, NOW + 9 * SECOND)


async def test_a_limit_never_takes_a_later_reply_before_an_earlier_one(database: Database) -> None:
    first, *_ = await say(database, "ani 1", "ani 2")
    await mark(database, Mark(first, "unsent", 1, due_at=NOW + SECOND))
    assert texts(await claim(database, at=NOW + SECOND, limit=1)) == []
    assert texts(await claim(database, at=NOW + SECOND, limit=2)) == ["ani 1", "ani 2"]


async def test_processes_that_claim_at_once_never_share_a_reply_or_part_an_address(engine_url: str) -> None:
    databases = {holder: Database(engine_url) for holder in ("a", "b", "c")}
    await say(databases["a"], *(f"{name} {number}" for number in range(6) for name in ("ani", "budi", "cici", "dedi")))
    taken: dict[str, list[str]] = {holder: [] for holder in databases}

    async def work(holder: str) -> None:
        for _ in range(12):
            found = await claim(databases[holder], holder, limit=5)
            taken[holder] += texts(found)
            if found:
                await mark(databases[holder], *(Mark(unsent.id, "sent", 1) for unsent in found))

    await asyncio.gather(*(work(holder) for holder in databases))
    everything = [text for found in taken.values() for text in found]
    assert len(everything) == len(set(everything)) == 24
    for found in taken.values():
        for name in ("ani", "budi", "cici", "dedi"):
            assert [text for text in found if text.startswith(name)] == sorted(t for t in found if t.startswith(name))
    for database in databases.values():
        await database.close()


async def test_a_reply_is_behind_while_any_earlier_one_is_not_ours(database: Database) -> None:
    (ani,) = await say(database, "ani 1", holder="other")
    await say(database, "budi 1", holder="one")
    await say(database, "cici 1")

    async def behind() -> int:
        async with database.reading() as tx:
            return len(await replies.queued_elsewhere(tx, [1, 2, 3], "one"))

    assert await behind() == 2
    await mark(database, Mark(ani, "sent", 1, ["77"]))
    assert await behind() == 1


async def test_marks_are_written_together_and_keep_what_the_platform_said(database: Database) -> None:
    sent, blocked, refused, waits = await say(database, "ani 1", "budi 1", "cici 1", "dedi 1")
    await mark(
        database,
        Mark(waits, "unsent", 3, due_at=NOW + SECOND),
        Mark(sent, "sent", 1, ["77", "78"]),
        Mark(blocked, "blocked", 1),
        Mark(refused, "refused", 2),
    )
    async with database.reading() as tx:
        columns = replies.StoredReply.__table__.c
        rows = list(await tx.execute(replies.StoredReply.__table__.select().order_by(columns.id)))
    assert [(row.state, row.attempts, row.message_ids) for row in rows] == [
        ("sent", 1, ["77", "78"]),
        ("blocked", 1, None),
        ("refused", 2, None),
        ("unsent", 3, None),
    ]
    assert [row.sent_at for row in rows] == [NOW, None, None, None]
    assert [row.due_at for row in rows] == [NOW, NOW, NOW, NOW + SECOND]


async def test_what_a_dead_process_held_is_free_at_once_where_there_is_only_one(database: Database) -> None:
    await say(database, "ani 1", holder="dead")
    async with database.transaction() as tx:
        await replies.release(tx, CHANNELS)
    assert texts(await claim(database)) == ["ani 1"]


async def test_the_body_of_a_reply_is_found_by_its_number(database: Database) -> None:
    first, second = await say(database, "ani 1", "budi 1")
    async with database.reading() as tx:
        found = await replies.bodies(tx, [first, second, 999])
        assert await replies.bodies(tx, []) == {}
    assert {number: body["text"] for number, (_, body) in found.items()} == {first: "ani 1", second: "budi 1"}


@pytest.fixture
async def crowded(database: Database) -> Database:
    await add_past(database)
    await say(database, "ani 1", "budi 1")
    return database


async def test_unsent_replies_are_found_among_many_by_their_own_indexes(crowded: Database) -> None:
    queued = await plan(crowded, lambda tx: replies.queued_elsewhere(tx, [20001, 20002], "one"))
    assert "ix_replies_unsent" in queued
    assert "ix_replies_unsent" in await plan(crowded, lambda tx: replies.claim(tx, CHANNELS, "one", NOW, HELD, 500))
    assert "ix_replies_unsent" in await plan(crowded, lambda tx: replies.hold_on(tx, "one", HELD))


async def test_replies_on_another_processs_channels_are_left_to_it(database: Database) -> None:
    await say(database, "ani 1")
    async with database.transaction() as tx:
        await replies.release(tx, ["terminal"])
        assert await replies.claim(tx, ["terminal"], "one", NOW, HELD, 500) == []
