"""The schema's history. `upgrade` brings a database of any age to the newest version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from db import channels, jobs, people, replies, turns  # noqa: F401 (their tables belong to the metadata)


def config(connection: Connection) -> Config:
    """Alembic's configuration for an open connection."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["connection"] = connection
    return settings


async def upgrade(engine: AsyncEngine, to: str = "head") -> None:
    async with engine.begin() as connection:
        await connection.run_sync(lambda inner: command.upgrade(config(inner), to))
