"""People and their addresses: found or created once, locked while their turn runs."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import func, select, text

from db.engine import Database
from db.people import addresses, people
from db.people.people import Person

NOW = datetime(2026, 11, 23, 2, 41, tzinfo=UTC)


async def create(database: Database, *names: str) -> dict[str, tuple[int, int]]:
    async with database.transaction() as tx:
        return await people.find_or_create(tx, "telegram", dict.fromkeys(names, "su"), NOW)


async def how_many(database: Database) -> int:
    async with database.reading() as tx:
        return int((await tx.execute(select(func.count()).select_from(Person))).scalar_one())


async def test_who_writes_for_the_first_time_is_created_and_then_found(database: Database) -> None:
    first = await create(database, "ani")
    both = await create(database, "budi", "ani")
    assert both["ani"] == first["ani"]
    assert both["budi"] != first["ani"]
    async with database.reading() as tx:
        (ani,) = (await people.load(tx, [first["ani"][0]])).values()
    assert (ani.channel, ani.value, ani.state, ani.memory) == ("telegram", "ani", "open", {})
    assert (ani.language, ani.language_by, ani.introduced_at) == ("su", "phone", None)


async def test_the_same_name_on_another_channel_is_somebody_else(database: Database) -> None:
    telegram = await create(database, "1")
    async with database.transaction() as tx:
        terminal = await people.find_or_create(tx, "terminal", {"1": "id"}, NOW)
    assert telegram["1"] != terminal["1"]


async def test_two_processes_that_meet_the_same_people_at_once_create_each_once(engine_url: str) -> None:
    one, other = Database(engine_url), Database(engine_url)
    names = [f"{number}" for number in range(20)]
    found = await asyncio.gather(
        *(create(database, *order) for database in (one, other) for order in (names, names[::-1]) for _ in range(3))
    )
    assert all(each == found[0] for each in found)
    assert await how_many(one) == 20
    await one.close()
    await other.close()


async def test_what_a_conversation_remembers_is_kept(database: Database) -> None:
    known = await create(database, "ani", "budi")
    (ani, _), (budi, _) = known["ani"], known["budi"]
    async with database.transaction() as tx:
        await addresses.remember(tx, {ani: {"topic": "halal.cost"}, budi: {"misses": 2}})
        await people.set_language(tx, known["ani"][1], "en", "choice")
        await people.introduce(tx, [known["budi"][1]], NOW)
        await addresses.set_state(tx, budi, "blocked")
    async with database.reading() as tx:
        loaded = await people.load(tx, [ani, budi])
    assert (loaded[ani].memory, loaded[ani].language, loaded[ani].language_by) == (
        {"topic": "halal.cost"},
        "en",
        "choice",
    )
    assert (loaded[budi].memory, loaded[budi].introduced_at, loaded[budi].state) == ({"misses": 2}, NOW, "blocked")


async def test_who_waited_for_a_person_sees_what_was_done_meanwhile(engine_url: str) -> None:
    one, other = Database(engine_url), Database(engine_url)
    address, person = (await create(one, "ani"))["ani"]
    waiting = asyncio.Event()

    async def wait() -> people.Known:
        waiting.set()
        async with other.transaction() as tx:
            return (await people.load_and_lock(tx, [address]))[address]

    async with one.transaction() as tx:
        await people.load_and_lock(tx, [address])
        after = asyncio.create_task(wait())
        await waiting.wait()
        await asyncio.sleep(0.2)
        assert not after.done()
        await addresses.remember(tx, {address: {"misses": 1}})
        await people.set_language(tx, person, "en", "words")
    seen = await after
    assert (seen.memory, seen.language) == ({"misses": 1}, "en")
    await one.close()
    await other.close()


async def test_an_id_is_never_given_twice(database: Database) -> None:
    (_, first) = (await create(database, "ani"))["ani"]
    async with database.transaction() as tx:
        await tx.execute(text("DELETE FROM addresses"))
        await tx.execute(text("DELETE FROM people"))
    (_, second) = (await create(database, "ani"))["ani"]
    assert second > first
