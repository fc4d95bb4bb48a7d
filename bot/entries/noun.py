"""What staff can enter: its fields, how it is kept and shown, and whom its news concerns."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from bot.entries.draft import Draft
from bot.entries.field import FIRST, in_language
from bot.fields import Field, Values
from bot.language.i18n import LANGUAGES, _
from bot.language.markdown import Markdown
from bot.turn import Turn
from db.engine import Transaction
from db.fairs import exhibitions, programmes
from db.fairs.exhibitions import Exhibition
from db.fairs.programmes import Programme

#: signs of a code without its year
_INITIALS = 3


#: either of them, where it is the same which
Entered: TypeAlias = Exhibition | Programme
Plan: TypeAlias = exhibitions.Plan | programmes.Plan
#: the one that somebody chose by its name
AnyNoun: TypeAlias = "Noun[Any, Any]"

One = TypeVar("One", Exhibition, Programme)
PlanT = TypeVar("PlanT", exhibitions.Plan, programmes.Plan)


async def _nothing(_turn: Turn) -> Values:
    return {}


async def _no_more(_turn: Turn, _one: object) -> None:
    return None


class Kept(Protocol[One, PlanT]):
    """The file of `db/fairs` in which it is kept."""

    @property
    def Plan(self) -> type[PlanT]: ...
    async def load(self, tx: Transaction, id: int, /) -> One | None: ...  # noqa: A002
    async def all_of(self, tx: Transaction, /) -> list[One]: ...
    async def add(self, tx: Transaction, plans: Collection[PlanT], now: datetime, /) -> None: ...
    async def change(self, tx: Transaction, before: One, plan: PlanT, now: datetime, /) -> One: ...
    async def discard(self, tx: Transaction, before: One, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class News(Generic[One]):
    """How people are told: `audience` counts them, `tell` tells them and returns how many."""

    audience: Callable[[Turn, One, One], Awaitable[int]]
    tell: Callable[[Turn, One, One, str], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Noun(Generic[One, PlanT]):
    #: such as `exhibition`
    name: str
    fields: tuple[Field, ...]
    stored: Kept[One, PlanT]
    #: what the card says that people will see
    card: Callable[[Turn, PlanT], Markdown]
    #: what to look at again before it is published, or saved
    warnings: Callable[[Turn, Values], Sequence[Markdown]]
    #: by `announced`, `changed` and `cancelled`
    news: dict[str, News[One]]
    #: fields of the plan whose change people hear of
    told: frozenset[str]
    #: what one is made of that has no field of its own
    defaults: Values
    #: one line of the list, what stands above the list, and the button below it
    row: Callable[[One, date], Markdown]
    heading: Callable[[int], Markdown]
    add: Callable[[], Markdown]
    #: what else a change means
    changed: Callable[[Turn, One], Awaitable[None]] = _no_more
    #: what its fields need to know beside the plan
    context: Callable[[Turn], Awaitable[Values]] = _nothing

    def plan(self, values: Values, today: date) -> PlanT:
        """Make the plan of these values; raises TypeError where a needed one is missing."""
        names = self.stored.Plan.__dataclass_fields__
        known = {name: READ[name](value) if name in READ and value else value for name, value in values.items()}
        planned = {"code": "", "source": "", "checked": today, **self.defaults, **known}
        return self.stored.Plan(**{name: value for name, value in planned.items() if name in names})

    def steps(self, draft: Draft, values: Values) -> list[Field]:
        """List the fields that are asked for, in order."""
        if draft.language:
            written = [one for one in self.fields if one.longest and values.get(one.sets[0], {}).get(FIRST)]
            return [in_language(one, draft.language) for one in written]
        if draft.only:
            again = draft.only in ("when", "hours") and "opens" in draft.answers
            return [one for one in self.fields if one.name == draft.only or (again and one.name == "clock")]
        return [one for one in self.fields if one.applies(values) or one.name == draft.step]

    def every(self, values: Values) -> list[Field]:
        """List all fields, also those of other languages."""
        found: list[Field] = []
        for field in self.fields:
            found.append(field)
            if field.longest and values.get(field.sets[0], {}).get(FIRST):
                found += [in_language(field, code) for code in LANGUAGES[1:]]
        return found


READ: dict[str, Callable[[str], date | time]] = {
    **dict.fromkeys(("first_day", "last_day", "enrolment_opens", "enrolment_closes", "checked"), date.fromisoformat),
    **dict.fromkeys(("opens", "closes"), time.fromisoformat),
}


def to_json(plan: Plan) -> Values:
    """Turn a plan into values."""
    return {
        name: value.isoformat() if isinstance(value, date | time | datetime) else value
        for name, value in asdict(plan).items()
    }


async def free_code(turn: Turn, noun: AnyNoun, title: str, on: date) -> str:
    """Make a code of initials and the year, such as `PPB27`, with a letter behind where that is taken."""
    names = [word for word in title.split() if word[0].isascii() and word[0].isalpha()]
    capital = [word for word in names if word[0].isupper()]
    initials = "".join(word[0].upper() for word in (capital if len(capital) > 1 else names))[:_INITIALS]
    code = f"{initials if len(initials) > 1 else noun.name[:2].upper()}{on:%y}"
    taken = {one.code for one in await noun.stored.all_of(turn.db)}
    letters = ("", *"ABCDEFGHJKLMNPQRSTUVWXYZ")
    return next((code + letter for letter in letters if code + letter not in taken), f"{code}Z{turn.id}")


def changes(noun: AnyNoun, before: Values, after: Values) -> list[Markdown]:
    """List each field that is different: what it was, and what it is now."""
    lines = []
    for one in noun.every(before | after):
        was, now = one.said(before), one.said(after)
        if was != now:
            empty = str(_("nothing"))
            lines.append(_("{field}: {before} → {after}", field=one.label(), before=was or empty, after=now or empty))
    return lines


def left_behind(noun: AnyNoun, before: Values, after: Values) -> list[str]:
    """List the languages in which a text stays as it was though the Indonesian one is new."""
    found: dict[str, None] = {}
    for name in (one.sets[0] for one in noun.fields if one.longest):
        was, now = before.get(name) or {}, after.get(name) or {}
        if was.get(FIRST) and was.get(FIRST) != now.get(FIRST):
            found |= {code: None for code in LANGUAGES[1:] if now.get(code) and now.get(code) == was.get(code)}
    return list(found)
