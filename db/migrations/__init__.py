"""The schema's history. `upgrade` brings a database of any age to the newest version."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import files, office  # noqa: F401 (their tables belong to the metadata)
from db.broadcasts import broadcasts, subscriptions  # noqa: F401 (their tables belong to the metadata)
from db.cases import cases, questions, reports  # noqa: F401 (their tables belong to the metadata)
from db.conversation import channels, jobs, replies, turns  # noqa: F401 (their tables belong to the metadata)
from db.copies import restores  # noqa: F401 (their tables belong to the metadata)
from db.deliveries import deliveries, lanes  # noqa: F401 (their tables belong to the metadata)
from db.engine import connected
from db.enrolling import attendance, enrolments, feedback  # noqa: F401 (their tables belong to the metadata)
from db.fairs import exhibitions, interests, programmes, reminders  # noqa: F401 (their tables belong to the metadata)
from db.people import businesses, consents, joinings, people, staff  # noqa: F401 (their tables belong to the metadata)
from db.privacy import audit, erasures, retention  # noqa: F401 (their tables belong to the metadata)

HERE = Path(__file__).parent
#: the number of PostgreSQL's lock by which processes that start together migrate one after the other
_LOCK = 7_267_001


def config(connection: Connection, versions: Path = HERE / "versions") -> Config:
    """Make Alembic's configuration for an open connection."""
    settings = Config()
    settings.set_main_option("script_location", str(HERE))
    settings.set_main_option("version_locations", str(versions))
    settings.set_main_option("path_separator", "newline")
    settings.attributes["connection"] = connection
    return settings


def revisions() -> set[str]:
    """List every version of the schema that there ever was."""
    return {script.revision for script in ScriptDirectory(str(HERE)).walk_revisions()}


@cache
def newest(versions: Path = HERE / "versions") -> str | None:
    """Find the version that `upgrade` leads to."""
    return ScriptDirectory(str(HERE), version_locations=[str(versions)]).get_current_head()


def revision(connection: Connection) -> str | None:
    """Read the version of this database; None where it has no schema yet."""
    return MigrationContext.configure(connection).get_current_revision()


async def upgrade(engine: AsyncEngine, to: str = "head", versions: Path = HERE / "versions") -> None:
    """Bring the schema to a version, in one transaction: it succeeds, or nothing has changed.

    Safe to call at every start, and by several processes at once; a database of the newest version is left alone.
    """
    if to == "head" and await _is_newest(engine, versions):
        return
    async with changing(engine) as connection:
        await connection.run_sync(lambda inner: command.upgrade(config(inner, versions), to))


async def _is_newest(engine: AsyncEngine, versions: Path) -> bool:
    async with connected(engine) as connection:
        await connection.execution_options(jembatan_reading=True)
        return await connection.run_sync(revision) == newest(versions)


@asynccontextmanager
async def changing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Open a transaction in which the schema may change, one process at a time."""
    async with connected(engine) as connection:
        if engine.dialect.name == "sqlite":
            await _rebuild_freely(connection)
        try:
            async with connection.begin():
                if engine.dialect.name == "postgresql":
                    await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                yield connection
                if engine.dialect.name == "sqlite":
                    broken = (await connection.execute(text("PRAGMA foreign_key_check"))).first()
                    assert broken is None, f"a row of {broken[0]} is left without what it refers to"
        finally:
            await connection.invalidate()


async def _rebuild_freely(connection: AsyncConnection) -> None:
    """SQLite changes a table by copying and dropping it, which it refuses while rows of another table refer to it.

    Can only be said outside a transaction; the connection is not used again.
    """
    raw = await connection.get_raw_connection()
    assert raw.driver_connection is not None
    await raw.driver_connection.execute("PRAGMA foreign_keys=OFF")
