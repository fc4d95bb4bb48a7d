"""One field of a form: it asks, checks what was sent, and returns values."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, Protocol

from bot.inbound import FileTrouble, Inbound
from bot.language.markdown import Markdown
from bot.reply import Choice
from db.base import JsonObject
from db.files import File

#: answers by their name, as JSON: days as `2027-04-16`, hours as `10:00:00`
Values = JsonObject
#: choices under a question: one that answers it with values, that ends one with several answers, and that asks without
#: a proposal; whoever asks gives them names of its own, see `named`
SET, NEXT, OWN = "set", "next", "own"


class Given(Protocol):
    """What was sent to answer a field, as a turn has it; a field asks nothing else of a turn."""

    @property
    def now(self) -> datetime: ...
    @property
    def today(self) -> date: ...
    @property
    def inbound(self) -> Inbound: ...
    @property
    def text(self) -> str: ...
    @property
    def choice(self) -> Choice | None: ...
    @property
    def file(self) -> File | None: ...
    @property
    def file_trouble(self) -> FileTrouble | None: ...


def nothing(_values: Values) -> Sequence[Choice]:
    return ()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; `values` are all answers so far.

    `read` takes what was sent and returns what it means, or raises `Refusal` saying what is missing, with an example
    and perhaps with choices called `SET`.
    """

    name: str
    label: Callable[[], Markdown]
    question: Callable[[Values], Markdown]
    read: Callable[[Given, Values], Values]
    #: the value as people read it, empty for none
    said: Callable[[Values], str]
    #: the values of a skipped field; None where it must be answered
    empty: Values | None = None
    offers: Callable[[Values], Sequence[Choice]] = nothing
    #: whether it is asked at all, given the answers so far
    applies: Callable[[Values], bool] = lambda _values: True
    #: what was understood, said back before the next question
    noted: Callable[[Given, Values], Markdown | None] = lambda _turn, _values: None
    #: of a text in languages, how long it may be; it can be entered in the others too
    longest: int = 0
    #: whether a number that is written answers it, rather than chooses
    takes_number: bool = False
    #: whether it is asked again until "done"
    several: bool = False
    #: whether any words may answer it, so that a question among them is looked for first
    is_free: bool = False
    #: whether files answer it, kept as a list of their ids
    is_document: bool = False
    #: a button of the platform's own that answers it
    wants: Literal["contact"] | None = None
    #: fields of the plan that it decides
    sets: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class SetValues:
    """What a choice that answers a field carries."""

    set: Values = field(default_factory=dict)


def answer(label: Markdown | str, **values: object) -> Choice:
    """Make a choice that answers the field."""
    return Choice(label, SET, {"set": values}, kind="step")


def named(choices: Iterable[Choice], asker: str, **args: object) -> list[Choice]:
    """Rename the choices under a question to those of `asker`, such as `entry-set`; `args` say which question it
    was."""
    return [
        replace(one, name=f"{asker}-{one.name}" if one.name in (SET, NEXT, OWN) else one.name, args=one.args | args)
        for one in choices
    ]
