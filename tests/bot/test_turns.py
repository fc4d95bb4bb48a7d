"""Turns: stored once however often they are delivered, and found again until they are finished."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from db.conversation import turns
from db.conversation.turns import Finished, NewTurn
from db.engine import Database
from db.people import people
from tests.town.plans import add_past, plan

NOW = datetime(2026, 11, 23, 2, 41, tzinfo=UTC)
CHANNELS = ["telegram", "web"]
SECOND = timedelta(seconds=1)


async def come_in(database: Database, *updates: str, at: datetime = NOW) -> dict[str, int]:
    """Updates such as `ani 1`, in one batch; returns the numbers of the new turns."""
    names = [update.split()[0] for update in updates]
    async with database.transaction() as tx:
        known = await people.find_or_create(tx, "telegram", dict.fromkeys(names, "id"), at)
        new = [NewTurn(update, known[name][0], "{}") for update, name in zip(updates, names, strict=True)]
        return await turns.store(tx, "telegram", new, at)


async def finish(database: Database, *ended: Finished) -> None:
    async with database.transaction() as tx:
        await turns.finish(tx, ended, NOW)


async def test_an_update_that_comes_again_is_stored_once(database: Database) -> None:
    first = await come_in(database, "ani 1", "ani 2", "ani 1")
    assert list(first) == ["ani 1", "ani 2"]
    assert list(await come_in(database, "ani 2", "ani 3")) == ["ani 3"]
    async with database.reading() as tx:
        assert await turns.counts(tx) == {"received": 3}


async def test_an_update_delivered_to_two_processes_at_once_is_one_turn(engine_url: str) -> None:
    one, other = Database(engine_url), Database(engine_url)
    await come_in(one, "ani 0")
    stored = await asyncio.gather(*(come_in(database, "ani 1") for database in (one, other) for _ in range(5)))
    assert sum(len(ids) for ids in stored) == 1
    await one.close()
    await other.close()


async def test_turns_are_numbered_in_the_order_in_which_they_came(database: Database) -> None:
    updates = [f"{name} {number}" for number in range(50) for name in ("ani", "budi")]
    ids = await come_in(database, *updates)
    assert [ids[update] for update in updates] == sorted(ids.values())


async def test_an_update_that_names_nobody_is_kept_and_passed_over(database: Database) -> None:
    async with database.transaction() as tx:
        await turns.store(tx, "telegram", [NewTurn("odd", None, "[]")], NOW)
    async with database.reading() as tx:
        assert await turns.counts(tx) == {"passed": 1}
        assert await turns.left_over(tx, CHANNELS, NOW) == []


async def test_a_turn_is_found_with_the_earlier_ones_of_its_person_until_it_is_finished(database: Database) -> None:
    ids = await come_in(database, "ani 1", "budi 1", "ani 2", "ani 3")
    await finish(database, Finished(ids["ani 1"], "waiting"))

    async def open_until(*updates: str) -> list[tuple[str, str]]:
        names = {number: update for update, number in ids.items()}
        async with database.reading() as tx:
            found = await turns.unfinished(tx, [ids[update] for update in updates])
        return [(names[turn.id], turn.state) for turn in found]

    assert await open_until("ani 2") == [("ani 1", "waiting"), ("ani 2", "received")]
    assert await open_until("ani 1", "budi 1") == [("ani 1", "waiting"), ("budi 1", "received")]
    await finish(database, Finished(ids["ani 2"], "done", "ask.ask"), Finished(ids["ani 1"], "joined", None, 3))
    assert await open_until("ani 3", "ani 2") == [("ani 3", "received")]


async def test_the_pieces_of_a_person_at_two_addresses_belong_together(database: Database) -> None:
    ids = await come_in(database, "ani 1", "budi 1")
    async with database.transaction() as tx:
        await tx.execute(text("UPDATE addresses SET person_id = (SELECT min(id) FROM people)"))
    async with database.reading() as tx:
        found = await turns.unfinished(tx, [ids["budi 1"]])
    assert [turn.value for turn in found] == ["ani", "budi"]


async def test_what_a_crash_left_is_found_oldest_first_and_fairly(database: Database) -> None:
    ids = await come_in(database, *(f"ani {number}" for number in range(5)), "budi 0", at=NOW - SECOND)
    await come_in(database, "ani new")
    await finish(database, Finished(ids["ani 1"], "waiting"), Finished(ids["ani 2"], "failed"))
    async with database.reading() as tx:
        found = await turns.left_over(tx, CHANNELS, NOW - SECOND, limit=3, of_each=2)
        everything = await turns.left_over(tx, CHANNELS, NOW)
    assert [turn.id for turn in found] == [ids["ani 0"], ids["ani 3"], ids["budi 0"]]
    assert (found[0].channel, found[0].value, found[0].raw) == ("telegram", "ani", "{}")
    assert found[0].received_at == NOW - SECOND
    assert len(everything) == 5


async def test_only_the_person_themselves_can_take_a_turn_again(database: Database) -> None:
    ids = await come_in(database, "ani 1", "budi 1")
    async with database.reading() as tx:
        (ani, budi) = await turns.left_over(tx, CHANNELS, NOW)
        assert await turns.received(tx, ids["ani 1"], ani.address_id) == ani
        assert await turns.received(tx, ids["ani 1"], budi.address_id) is None


@pytest.fixture
async def crowded(database: Database) -> Database:
    """20,000 turns of the past, and two open ones."""
    await add_past(database)
    await come_in(database, "ani 1", "budi 1")
    return database


async def test_open_turns_are_found_among_many_by_their_own_index(crowded: Database) -> None:
    ids = [20001, 20002]
    assert "ix_turns_unfinished" in await plan(crowded, lambda tx: turns.unfinished(tx, ids))
    assert "ix_turns_unfinished" in await plan(crowded, lambda tx: turns.left_over(tx, CHANNELS, NOW))


async def test_people_are_found_among_many_by_their_addresses(crowded: Database) -> None:
    shown = await plan(crowded, lambda tx: people.find_or_create(tx, "telegram", {"ani": "id", "budi": "id"}, NOW))
    assert "uq_addresses_channel_value" in shown or "channel=? AND value=?" in shown


async def test_what_another_process_serves_is_left_to_it(database: Database) -> None:
    await come_in(database, "ani 1", "budi 1")
    async with database.reading() as tx:
        assert await turns.left_over(tx, ["terminal"], NOW) == []
