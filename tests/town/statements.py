"""What is said to databases: a test counts statements where it would otherwise look at a clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect each statement as it is said, to any database that is open meanwhile."""
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
