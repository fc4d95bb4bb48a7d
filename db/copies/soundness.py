"""Whether a database can be relied on, asked without leaving anything behind."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select, text

from db import migrations
from db.engine import Database


@dataclass(frozen=True, slots=True)
class Version:
    """The schema's version, None before the first start."""

    found: str | None
    newest: bool
    #: whether a newer program made it, whose version this one does not know
    unknown: bool


async def version(database: Database) -> Version:
    async with database.reading() as tx:
        found = await tx.connection.run_sync(migrations.revision)
    return Version(found, found == migrations.newest(), found is not None and found not in migrations.revisions())


async def is_ours(database: Database) -> bool:
    """Whether the database is there and has a schema of ours; makes nothing."""
    return database.is_there() and (await version(database)).found is not None


async def try_to_write(database: Database) -> None:
    """Make a table, write to it, and roll back; raises the database's own error."""
    async with database.engine.connect() as connection:
        await connection.execute(text("CREATE TABLE soundness (id INTEGER)"))
        await connection.execute(text("INSERT INTO soundness VALUES (1)"))
        await connection.rollback()


async def clock(database: Database) -> datetime:
    """Ask the PostgreSQL server for its time."""
    async with database.reading() as tx:
        found: datetime = (await tx.execute(select(func.now()))).scalar_one()
    return found.astimezone(UTC)
