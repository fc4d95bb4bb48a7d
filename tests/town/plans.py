"""How a database would run a query among many rows."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import event, text

from db.engine import Database, Transaction

_MANY = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
_AT = "'2026-01-01 00:00:00+00:00'"

#: 20,000 rows of the past, many of each of 40 people, none of which is of interest any more
PAST = (
    _MANY + f"INSERT INTO people (created_at, language, language_by) SELECT {_AT}, 'id', 'phone' FROM n",
    _MANY + "INSERT INTO addresses (person_id, channel, value, created_at, state, memory) "
    f"SELECT i, 'old', CAST(i AS TEXT), {_AT}, 'open', '{{}}' FROM n",
    _MANY + "INSERT INTO turns (channel, update_id, address_id, raw, received_at, state, finished_at) "
    f"SELECT 'old', CAST(i AS TEXT), i % 40 + 1, '{{}}', {_AT}, 'done', {_AT} FROM n",
    _MANY + "INSERT INTO replies (turn_id, address_id, body, created_at, state, due_at, attempts) "
    f"SELECT i, i % 40 + 1, '{{}}', {_AT}, 'sent', {_AT}, 1 FROM n",
    _MANY + "INSERT INTO jobs (name, due_at, address_id, args) "
    "SELECT 'later', '2030-01-01 00:00:00+00:00', i, '{}' FROM n",
)


async def add_past(database: Database) -> None:
    async with database.transaction() as tx:
        for statement in PAST:
            await tx.execute(text(statement))
        if not database.is_sqlite:  # SQLite has nobody who would count its rows
            await tx.execute(text("ANALYZE"))


async def plan(database: Database, query: Callable[[Transaction], Awaitable[Any]]) -> str:
    """The database's own description of how it runs the first statement of the query."""
    said: list[tuple[str, Any]] = []

    def listen(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        said.append((statement, parameters))

    async with database.transaction() as tx:
        event.listen(database.engine.sync_engine, "before_cursor_execute", listen)
        await query(tx)
        event.remove(database.engine.sync_engine, "before_cursor_execute", listen)
        explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        statement, parameters = said[0]
        rows = await tx.connection.exec_driver_sql(explain + statement, parameters)
        return "\n".join(str(row[-1]) for row in rows)
