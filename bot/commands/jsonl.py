"""Read and write JSON lines, in UTF-8 whatever the terminal speaks."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import click

from bot.commands import Stop
from db.base import JsonObject

Parsed = TypeVar("Parsed")


def read(lines: Iterable[bytes], parse: Callable[[JsonObject], Parsed]) -> Iterator[Parsed]:
    """Parse each object; a ValueError of `parse`, or a line that is no object, names the line and stops."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield parse(_object(line))
        except (ValueError, RecursionError) as error:
            raise Stop(f"line {number}: {error}") from None


def _object(line: bytes) -> JsonObject:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError('this is no JSON object; write one a line, such as {"person": "a", "text": "halo"}')
    return found


def write(line: Mapping[str, Any]) -> None:
    text = json.dumps(line, ensure_ascii=False)
    click.echo(text.encode(errors="backslashreplace"))
