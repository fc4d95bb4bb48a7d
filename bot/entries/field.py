"""A field of what staff enter: what is asked, which answers are offered, how what they write is read."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.entries.draft import Values
from bot.errors import Refusal
from bot.exhibitions import today
from bot.i18n import LANGUAGE_NAMES, LANGUAGES, _
from bot.markdown import Markdown, escape
from bot.reply import Choice
from bot.turn import Turn

#: the language that every text has
FIRST = LANGUAGES[0]
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LINK = re.compile(r"(https?://)?[^\s/]+\.[^\s/]{2,}(/\S*)?")
#: characters of an address
_LONGEST_LINK = 120
#: the choice that answers a field with values of a plan
SET = "entry-set"
#: those that end a field with several answers, and that ask for it without a proposal
NEXT, OWN = "entry-next", "entry-own"


def nothing(_values: Values) -> Sequence[Choice]:
    return ()


@dataclass(frozen=True, slots=True)
class Field:
    """`values` are those of the whole plan so far. `read` takes what was sent and returns what it means for the plan,
    or raises `Refusal` with what is wanted, perhaps with choices called `SET`."""

    name: str
    label: Callable[[], Markdown]
    question: Callable[[Values], Markdown]
    read: Callable[[Turn, Values], Values]
    #: its value as one reads it, empty for none
    said: Callable[[Values], str]
    #: what a skipped one means; none where it is needed
    empty: Values | None = None
    offers: Callable[[Values], Sequence[Choice]] = nothing
    #: whether it is asked for, of something new
    applies: Callable[[Values], bool] = lambda _values: True
    #: what was understood, said back before the next question
    noted: Callable[[Turn, Values], Markdown | None] = lambda _turn, _values: None
    #: of a text in languages, how long it may be; it can be entered in the others too
    longest: int = 0
    #: whether a number that is written answers it, rather than chooses
    takes_number: bool = False
    #: whether it is asked again until "done"
    several: bool = False
    #: fields of the plan that it decides
    sets: tuple[str, ...] = field(default=())


def answer(label: Markdown | str, **values: Any) -> Choice:
    """A choice that answers the field."""
    return Choice(label, SET, {"set": values}, kind="step")


def words(text: str, longest: int) -> str:
    """A text in one line; refuses what is too long or cannot be seen."""
    found = " ".join(text.split())
    if not found:
        raise Refusal(_("Please write it as a text."))
    if _CONTROL.search(text):
        raise Refusal(_("There is a character in it that cannot be seen. Please write it again."))
    if len(found) > longest:
        raise Refusal(_("That is {length} characters, at most {longest}.", length=len(found), longest=longest))
    return found


def text(
    name: str,
    label: Callable[[], Markdown],
    question: Callable[[Values], Markdown],
    longest: int,
    *,
    optional: bool = False,
    offers: Callable[[Values], Sequence[Choice]] = nothing,
) -> Field:
    """A text in one language."""
    return Field(
        name,
        label,
        question,
        lambda turn, _values: {name: words(turn.text, longest)},
        lambda values: str(values.get(name, "")),
        {name: ""} if optional else None,
        offers,
        sets=(name,),
    )


def texts(
    name: str,
    label: Callable[[], Markdown],
    question: Callable[[Values], Markdown],
    longest: int,
    *,
    optional: bool = False,
    offers: Callable[[Values], Sequence[Choice]] = nothing,
) -> Field:
    """A text in several languages, entered in Indonesian; `in_language` gives the field for another one."""
    return Field(
        name,
        label,
        question,
        lambda turn, values: {name: values.get(name, {}) | {FIRST: words(turn.text, longest)}},
        lambda values: str(values.get(name, {}).get(FIRST, "")),
        {name: {}} if optional else None,
        offers,
        longest=longest,
        sets=(name,),
    )


def in_language(one: Field, code: str) -> Field:
    """The field for the same text in another language, which may stay empty."""

    def ask(values: Values) -> Markdown:
        indonesian = values[one.name][FIRST]
        return _(
            "{field} in {language}, at most {longest} characters? In Indonesian: {text}",
            field=one.label(),
            language=LANGUAGE_NAMES[code],
            longest=one.longest,
            text=escape(indonesian),
        )

    return Field(
        f"{one.name}/{code}",
        lambda: _("{field}, {language}", field=one.label(), language=LANGUAGE_NAMES[code]),
        ask,
        lambda turn, values: {one.name: values[one.name] | {code: words(turn.text, one.longest)}},
        lambda values: str(values.get(one.name, {}).get(code, "")),
        {},
        sets=(one.name,),
    )


def link(name: str, label: Callable[[], Markdown], question: Callable[[Values], Markdown]) -> Field:
    """An address in the web, which may stay empty."""

    def read(turn: Turn, _values: Values) -> Values:
        written = turn.text.strip()
        if not _LINK.fullmatch(written) or len(written) > _LONGEST_LINK:
            raise Refusal(_("That is no web address. Please write it like this: https://mbpj.gov.my"))
        return {name: written if "://" in written else f"https://{written}"}

    return Field(name, label, question, read, lambda values: str(values.get(name, "")), {name: ""}, sets=(name,))


def one_of(
    name: str,
    label: Callable[[], Markdown],
    question: Callable[[Values], Markdown],
    labels: Callable[[], dict[str, Markdown]],
    find: Callable[[str], str] = lambda _text: "",
) -> Field:
    """One of several by a button; `find` reads it out of what is written."""

    def read(turn: Turn, _values: Values) -> Values:
        found = find(turn.text)
        if not found:
            raise Refusal(_("Please choose one of these."), [*offers(_values)])
        return {name: found}

    def offers(_values: Values) -> list[Choice]:
        return [answer(shown, **{name: code}) for code, shown in labels().items()]

    said = lambda values: str(labels().get(values.get(name, ""), ""))  # noqa: E731
    return Field(name, label, question, read, said, None, offers, sets=(name,))


def short_name() -> Field:
    """For buttons, with a proposal."""

    def offers(values: Values) -> list[Choice]:
        proposed = _short_name_of(values.get("title", {}).get(FIRST, ""))
        if not proposed:
            return []
        own = Choice(_("I will write it"), OWN, rank="quiet", kind="step")
        return [answer(proposed, short_name=values.get("short_name", {}) | {FIRST: proposed}), own]

    ask = lambda _values: _("A short name for buttons, at most 20 characters?")  # noqa: E731
    return texts("short_name", lambda: _("Short name"), ask, 20, offers=offers)


def source() -> Field:
    """Where staff have it from; whoever names it has looked today."""

    def read(turn: Turn, _values: Values) -> Values:
        return {"source": words(turn.text, 120), "checked": today(turn).isoformat()}

    return Field(
        "source",
        lambda: _("Source"),
        lambda _values: _("Where is this from? A link, or the name of a letter. Date of the check: today."),
        read,
        lambda values: str(values.get("source", "")),
        {"source": ""},
        sets=("source", "checked"),
    )


def _short_name_of(title: str, longest: int = 17) -> str:
    """The first words of a title that fit on a button together with a number; empty where not even one does."""
    found = ""
    for word in title.split():
        if len(f"{found} {word}".strip()) > longest:
            break
        found = f"{found} {word}".strip()
    return found
