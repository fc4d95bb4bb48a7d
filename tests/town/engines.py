"""Every test opens databases of its own; what SQLAlchemy works out about statements is worked out once for all."""

from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.dialects import registry
from sqlalchemy.engine.interfaces import CompiledCacheType


def share() -> None:
    """From here on the engines of one driver share their dialect and what statements are compiled to."""
    for driver in ("sqlite.aiosqlite", "postgresql.asyncpg"):
        _share(registry.load(driver))


def _share(dialect: type[Dialect]) -> None:
    initialize, known = dialect.initialize, list[Dialect]()
    compiled: CompiledCacheType = {}

    def initialized(self: Dialect, connection: Connection) -> None:
        initialize(self, connection)
        known.append(self)

    def created(engine: Engine) -> None:
        if known:
            engine.dialect = known[0]
            engine.update_execution_options(compiled_cache=compiled)

    dialect.initialize, dialect.engine_created = initialized, created  # type: ignore[method-assign]
