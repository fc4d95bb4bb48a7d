"""What choices and questions carry: small dataclasses, read back from the JSON in which they were kept."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Self, TypeVar

from pydantic import TypeAdapter, ValidationError

Carried = TypeVar("Carried")


@dataclass(frozen=True, slots=True)
class About:
    """Which of many a choice is about, where its name says many of what."""

    id: int


#: made once for each class
_adapters: dict[type, TypeAdapter[Any]] = {}


def read(carries: type[Carried], values: Mapping[str, object]) -> Carried | None:
    """Make the dataclass of these values; None where one that it needs is missing or of another kind.

    What it does not know is left out: a button of last year may carry more than today's.
    """
    if carries not in _adapters:
        _adapters[carries] = TypeAdapter(carries)
    try:
        carried: Carried = _adapters[carries].validate_python(dict(values))
    except ValidationError:
        return None
    return carried


@dataclass(frozen=True)
class Question:
    """What the next message is to answer; each question is a frozen dataclass of its own, with what it is about."""

    #: what the conversation remembers it by, such as `case-add`
    name: ClassVar[str]
    #: whether a number is asked for, so that a bare `2` answers it and is no tap
    takes_number: ClassVar[bool] = False

    def kept(self) -> str:
        """Write it as the conversation remembers it: its name, and behind a colon what it is about, as JSON."""
        about = asdict(self)
        return f"{self.name}:{json.dumps(about)}" if about else self.name

    @classmethod
    def read(cls, kept: str) -> Self | None:
        """Read this question, if it is the one that is remembered; else None."""
        name, _colon, about = kept.partition(":")
        if name != cls.name:
            return None
        if not about.startswith("{"):  # as it was kept before its parts had names: `case-add:12`
            names = [part.name for part in fields(cls)]
            return read(cls, dict(zip(names, about.split(":") if about else (), strict=False)))
        return read(cls, json.loads(about))
