"""The schema's history leads from nothing, and from any older version, to what the models say; and back."""

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError

from db import migrations
from db.base import Base
from db.conversation import turns
from db.engine import Database
from db.migrations import upgrade
from db.people import people


async def _run(database: Database, work: Any, *args: Any) -> Any:
    async with database.engine.begin() as connection:
        return await connection.run_sync(work, *args)


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": Base.metadata})
    return list(compare_metadata(context, Base.metadata))


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version", "sqlite_sequence"}


def _downgrade(connection: Connection) -> None:
    command.downgrade(migrations.config(connection), "base")


@pytest.fixture
async def empty(empty_url: str) -> Any:
    database = Database(empty_url)
    yield database
    await database.close()


async def test_an_empty_database_becomes_what_the_models_say(empty: Database) -> None:
    await upgrade(empty.engine)
    assert await _run(empty, _tables) == set(Base.metadata.tables)
    assert await _run(empty, _differences) == []


async def test_migrating_twice_changes_nothing(empty: Database) -> None:
    await upgrade(empty.engine)
    await upgrade(empty.engine)
    assert await _run(empty, _differences) == []


async def test_the_way_back_leads_to_nothing(empty: Database) -> None:
    await upgrade(empty.engine)
    await _run(empty, _downgrade)
    assert await _run(empty, _tables) == set()


async def test_two_processes_that_start_together_migrate_once(empty_url: str) -> None:
    both = Database(empty_url), Database(empty_url)
    await asyncio.gather(*(upgrade(database.engine) for database in both))
    assert await _run(both[0], _differences) == []
    for database in both:
        await database.close()


#: rows as version 0001 keeps them
OLD = (
    "INSERT INTO people VALUES (1, '2026-11-23 02:41:00+00:00', 'id', 'words', NULL)",
    "INSERT INTO addresses VALUES (1, 1, 'telegram', '77', '2026-11-23 02:41:00+00:00', 'open', '{\"misses\": 1}')",
    "INSERT INTO turns VALUES (1, 'telegram', '5', 1, '{}', '2026-11-23 02:41:00+00:00', 'received', NULL, NULL, NULL)",
    "INSERT INTO replies VALUES "
    "(1, 1, 1, '{}', '2026-11-23 02:41:00+00:00', 'unsent', '2026-11-23 02:41:00+00:00', NULL, NULL, 0, NULL, NULL)",
)


async def _old(database: Database) -> None:
    await migrations.upgrade(database.engine, "0001")
    async with database.transaction() as tx:
        for row in OLD:
            await tx.execute(text(row))


async def _is_kept(database: Database) -> None:
    async with database.reading() as tx:
        (turn,) = await turns.left_over(tx, ["telegram"], datetime(2027, 1, 1, tzinfo=UTC))
        (person,) = (await people.load(tx, [turn.address_id])).values()
    assert (turn.value, person.memory, person.language) == ("77", {"misses": 1}, "id")


async def test_an_old_database_is_brought_up_to_date_and_keeps_its_rows(empty: Database) -> None:
    await _old(empty)
    await upgrade(empty.engine)
    await _is_kept(empty)
    assert await _run(empty, _differences) == []


NEXT = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9999", "HEAD"
def upgrade():
    with op.batch_alter_table("people") as table:
        table.alter_column("language", type_=sa.String(12))
"""


def _next() -> str:
    return NEXT.replace("HEAD", max(migrations.revisions()))


async def test_a_later_version_may_rebuild_a_table_that_others_refer_to(empty: Database, tmp_path: Path) -> None:
    await _old(empty)
    await upgrade(empty.engine)
    versions = Path(shutil.copytree(migrations.HERE / "versions", tmp_path / "versions"))
    (versions / "9999_longer.py").write_text(_next())
    await migrations.upgrade(empty.engine, versions=versions)
    await _is_kept(empty)
    with pytest.raises(IntegrityError):  # references are watched again
        async with empty.transaction() as tx:
            await tx.execute(text("DELETE FROM people"))


async def test_a_version_that_fails_leaves_the_database_as_it_was(empty: Database, tmp_path: Path) -> None:
    await _old(empty)
    await upgrade(empty.engine)
    versions = Path(shutil.copytree(migrations.HERE / "versions", tmp_path / "versions"))
    (versions / "9999_broken.py").write_text(_next() + "    raise ValueError\n")
    with pytest.raises(ValueError):
        await migrations.upgrade(empty.engine, versions=versions)
    await _is_kept(empty)
    assert await _run(empty, _differences) == []
