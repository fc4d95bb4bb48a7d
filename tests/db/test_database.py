"""Transactions mean the same on both engines: nothing is lost, nothing is half done, nobody is shut out."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from db.conversation import channels
from db.engine import Database, Transaction, Unreachable, will_pass
from db.people import addresses, people
from db.privacy import audit

NOW = datetime(2026, 11, 23, 2, 41, tzinfo=UTC)


async def count(tx: Transaction) -> int:
    return await channels.offset(tx, "telegram") or 0


async def add_one(database: Database) -> None:
    async with database.transaction() as tx:
        if not database.is_sqlite:
            await tx.execute(text("LOCK TABLE channels IN EXCLUSIVE MODE"))
        before = await count(tx)
        await asyncio.sleep(0)
        await channels.set_offset(tx, "telegram", before + 1)


async def test_a_hundred_increments_by_five_tasks_end_at_a_hundred(database: Database) -> None:
    async def twenty() -> None:
        for _ in range(20):
            await add_one(database)

    await asyncio.gather(*(twenty() for _ in range(5)))
    async with database.reading() as tx:
        assert await count(tx) == 100


@pytest.fixture
async def naive(sqlite_url: str) -> AsyncIterator[AsyncEngine]:
    """SQLite as the driver sets it up by itself."""
    engine = create_async_engine(sqlite_url)
    yield engine
    await engine.dispose()


async def test_sqlite_as_it_comes_would_lose_increments(naive: AsyncEngine) -> None:
    async def twenty() -> None:
        for _ in range(20):
            async with naive.begin() as connection:
                tx = Transaction(connection)
                await channels.set_offset(tx, "telegram", await count(tx) + 1)

    await asyncio.gather(*(twenty() for _ in range(5)))
    async with naive.begin() as connection:
        assert await count(Transaction(connection)) < 100


async def test_what_raises_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as tx:
            await channels.set_offset(tx, "telegram", 1)
            raise ZeroDivisionError
    async with database.reading() as tx:
        assert await count(tx) == 0


async def test_a_savepoint_is_undone_alone(database: Database) -> None:
    async with database.transaction() as tx:
        await channels.set_offset(tx, "telegram", 1)
        with pytest.raises(ZeroDivisionError):
            async with tx.savepoint() as part:
                await channels.set_offset(part, "telegram", 2)
                await people.find_or_create(part, "telegram", {"1": "id"}, NOW)
                raise ZeroDivisionError
        assert await count(tx) == 1
    async with database.reading() as tx:
        assert await count(tx) == 1
        assert (await tx.execute(text("SELECT count(*) FROM people"))).scalar_one() == 0


async def test_many_rows_written_in_a_savepoint_are_undone_with_it(database: Database) -> None:
    async with database.transaction() as tx:
        known = await people.find_or_create(tx, "telegram", {"1": "id"}, NOW)
        address = known["1"][0]
        with pytest.raises(ZeroDivisionError):
            async with tx.savepoint() as part:
                await addresses.remember(part, {address: {"topic": "halal.cost"}})
                raise ZeroDivisionError
        assert (await people.load(tx, [address]))[address].memory == {}


async def test_a_savepoint_inside_another_is_undone_with_it(database: Database) -> None:
    async with database.transaction() as tx:
        with pytest.raises(ZeroDivisionError):
            async with tx.savepoint() as outer:
                async with outer.savepoint() as inner:
                    await channels.set_offset(inner, "telegram", 2)
                raise ZeroDivisionError
        assert await count(tx) == 0


async def test_a_statement_that_fails_in_a_savepoint_spoils_nothing_else(database: Database) -> None:
    async with database.transaction() as tx:
        await channels.set_offset(tx, "telegram", 1)
        with pytest.raises(IntegrityError):
            async with tx.savepoint() as part:
                await part.execute(text("INSERT INTO channels (name) VALUES ('terminal')"))
        await channels.set_offset(tx, "telegram", 3)
    async with database.reading() as tx:
        assert await count(tx) == 3


async def test_a_savepoint_without_a_statement_costs_none(database: Database) -> None:
    said: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    event.listen(database.engine.sync_engine, "savepoint", lambda *args: said.append("savepoint"))
    async with database.transaction() as tx:
        async with tx.savepoint():
            pass
        assert not [statement for statement in said if "savepoint" in statement]
        async with tx.savepoint() as part:
            await count(part)
    assert said.count("savepoint") == 1


async def test_who_reads_beside_a_writer_sees_one_moment(database: Database) -> None:
    await add_one(database)
    async with database.reading() as reader:
        assert await count(reader) == 1
        await add_one(database)
        assert await count(reader) == 1
    async with database.reading() as reader:
        assert await count(reader) == 2


async def test_an_error_tells_nothing_of_what_was_written(database: Database) -> None:
    with pytest.raises(IntegrityError) as caught:
        async with database.transaction() as tx:
            await tx.execute(
                text("INSERT INTO turns (channel, update_id, raw, state) VALUES ('x', 'y', :raw, 'received')"),
                {"raw": "a person's words"},
            )
    message = str(caught.value).split("DETAIL")[0]
    assert "words" not in message


async def test_a_cancelled_writer_shuts_nobody_out(database: Database) -> None:
    """Cancelled at each of its steps in turn, with its error, and so its statement, still at hand."""
    kept: list[BaseException | None] = []
    await add_one(database)
    for steps in range(1, 80):
        writer = asyncio.create_task(add_one(database))
        for _ in range(steps):
            await asyncio.sleep(0)
        writer.cancel()
        kept += await asyncio.gather(writer, return_exceptions=True)
        async with asyncio.timeout(10):
            await add_one(database)
    assert any(isinstance(error, asyncio.CancelledError) for error in kept)


async def test_a_lock_held_by_another_program_will_pass(sqlite_url: str) -> None:
    backup, database = Database(sqlite_url), Database(sqlite_url)
    event.listen(database.engine.sync_engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout=20"))
    async with backup.transaction():
        with pytest.raises(OperationalError) as caught:
            await add_one(database)
    assert will_pass(caught.value)
    await add_one(database)
    await backup.close()
    await database.close()


async def test_a_full_disk_will_pass(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with pytest.raises(OperationalError) as caught:
        async with database.transaction() as tx:
            await tx.execute(text("PRAGMA max_page_count=1"))
            async with tx.savepoint() as part:
                for number in range(2000):
                    await people.find_or_create(part, "telegram", {f"{number}": "id"}, NOW)
    assert will_pass(caught.value)
    async with database.transaction() as tx:
        await tx.execute(text("PRAGMA max_page_count=100000"))
        assert (await tx.execute(text("SELECT count(*) FROM people"))).scalar_one() == 0
    await database.close()


async def test_a_server_that_is_down_will_pass(tmp_path: object) -> None:
    database = Database(f"postgresql+asyncpg://postgres@/none?host={tmp_path}")
    with pytest.raises(Unreachable) as caught:
        await add_one(database)
    assert will_pass(caught.value)
    await database.close()


async def test_a_deadlock_will_pass(postgres_url: str) -> None:
    database = Database(postgres_url)
    both = asyncio.Barrier(2)

    async def lock(first: str, second: str) -> None:
        async with database.transaction() as tx:
            await channels.set_offset(tx, first, 1)
            await both.wait()
            await channels.set_offset(tx, second, 1)

    ended = await asyncio.gather(lock("a", "b"), lock("b", "a"), return_exceptions=True)
    (failed,) = [error for error in ended if isinstance(error, Exception)]
    assert will_pass(failed)
    await database.close()


async def test_a_mistake_in_a_statement_will_not_pass(database: Database) -> None:
    with pytest.raises(Exception, match="nowhere") as caught:
        async with database.transaction() as tx:
            await tx.execute(text("SELECT * FROM nowhere"))
    assert not will_pass(caught.value)
    assert not will_pass(ValueError())


async def test_the_last_sign_of_life_and_the_offset_are_kept(database: Database) -> None:
    async with database.transaction() as tx:
        assert await channels.last_seen_alive(tx) is None
        assert await channels.offset(tx, "telegram") is None
        for minute in (1, 2):
            await channels.beat(tx, NOW.replace(minute=minute))
            await channels.set_offset(tx, "telegram", minute)
    async with database.reading() as tx:
        assert await channels.last_seen_alive(tx) == NOW.replace(minute=2)
        assert await channels.offset(tx, "telegram") == 2


async def test_letters_that_only_one_engine_holds_are_let_into_neither(database: Database) -> None:
    evil, kept = "Bu\0di \ud800\U0001f600", "Budi ?\U0001f600"
    async with database.transaction() as tx:
        person = (await people.find_or_create(tx, "memory", {"budi": "id"}, NOW))["budi"][1]
        await people.set_profile(tx, person, evil, "")
        await audit.note(tx, None, "test", evil, NOW, said=[evil, {"evil\0": evil}])
        assert await people.profile(tx, person) == (kept, "")
        (act,) = await audit.acts(tx, kept)
    assert act.details == {"said": [kept, {"evil": kept}]}
