"""A programme as staff enter it."""

from dataclasses import asdict, replace

from bot.clock import BANDUNG
from bot.enrolling.seats import fill
from bot.entries import days, warnings
from bot.entries.field import lines, short_name, source, texts
from bot.entries.noun import News, Noun
from bot.errors import Refusal
from bot.fairs import filters, listing, notices
from bot.fairs import programmes as say
from bot.fields import Field, Given, Values, answer, number, one_of, text
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn
from db.fairs import exhibitions, interests, programmes
from db.fairs.programmes import Plan, Programme

_MOST = 1_000_000
#: the most questions of a programme's own
_QUESTIONS = 10
#: the most documents of a programme
_DOCUMENTS = 5


def _quota() -> Field:
    asked = lambda _values: _("How many places are there?")  # noqa: E731
    return number("quota", lambda: _("Places"), asked, least=1, most=_MOST - 1, optional=True)


def _exhibition() -> Field:
    """A field for the exhibition by its code, which the list shows; not asked where it is known already."""

    def read(turn: Given, values: Values) -> Values:
        wanted = turn.text.strip().upper()
        known = values.get("exhibitions", {})
        if wanted not in known:
            raise Refusal(_("I know no exhibition with that code. It stands in the list of exhibitions."))
        return {"exhibition_id": known[wanted]}

    def offers(values: Values) -> list[Choice]:
        return [answer(code, exhibition_id=id_) for code, id_ in list(values.get("exhibitions", {}).items())[:9]]

    def said(values: Values) -> str:
        codes = {id_: code for code, id_ in values.get("exhibitions", {}).items()}
        return str(codes.get(values.get("exhibition_id"), ""))

    return Field(
        "exhibition",
        lambda: _("Exhibition"),
        lambda _values: _("Does it belong to an exhibition? Choose its code, or skip."),
        read,
        said,
        {"exhibition_id": None},
        offers,
        applies=lambda values: bool(values.get("exhibitions")) and not values.get("exhibition_id"),
        sets=("exhibition_id",),
    )


def _asked_beside(_values: Values) -> Markdown:
    return _(
        "What else shall be asked of those who enrol? Name, phone and business are always asked. One question a line; "
        "in brackets how it is answered, for example:\nShirt size? (S, M, L)\nBeen to a fair before? (yes/no)\n"
        "How many come? (number, optional)"
    )


def _documents(_values: Values) -> Markdown:
    return _("Which photos or papers shall they send? One a line, for example: Photo of the main product")


def _deciders() -> dict[str, Markdown]:
    return {"staff": _("Staff choose"), "first-come": _("First come, first in")}


def _fields() -> tuple[Field, ...]:
    what = lambda _values: _("What kind of programme is it?")  # noqa: E731
    who_decides = lambda _values: _("Who decides who may join?")  # noqa: E731
    return (
        one_of("kind", lambda: _("Kind"), what, listing.kinds, filters.kind),
        texts(
            "title",
            lambda: _("Name"),
            lambda _values: _("What is the programme called? Write it in Indonesian; other languages come later."),
            80,
        ),
        short_name(),
        texts(
            "gives",
            lambda: _("What it gives"),
            lambda _values: _("What does it give those who join? One or two sentences in Indonesian."),
            250,
            optional=True,
        ),
        texts(
            "who", lambda: _("For whom"), lambda _values: _("Who may join? Write it in Indonesian."), 200, optional=True
        ),
        _quota(),
        days.when(optional=True),
        days.hours_of_day(),
        days.zone(),
        text("place", lambda: _("Place"), lambda _values: _("Where does it take place?"), 120, optional=True),
        days.enrolment(),
        _exhibition(),
        lines("questions", lambda: _("Own questions"), _asked_beside, 120, _QUESTIONS),
        lines("documents", lambda: _("Documents"), _documents, 80, _DOCUMENTS),
        one_of("decides", lambda: _("Who decides"), who_decides, _deciders),
        source(),
    )


def _card(turn: Turn, plan: Plan) -> Markdown:
    shown = replace(plan, source=plan.source or "–")
    return say.details(Programme(**asdict(shown), id=0, sequence=0, updated_at=turn.now), turn.today)


async def _fill(turn: Turn, one: Programme) -> None:
    """Offer added places to the people who wait."""
    await fill(turn, one.id)


async def _context(turn: Turn) -> Values:
    """Load the exhibitions that are not over, by their code."""
    found = await exhibitions.all_of(turn.db)
    return {"exhibitions": {one.code: one.id for one in found if not one.is_over(turn.today)}}


async def _concerned(turn: Turn, one: Programme, _before: Programme) -> int:
    return len(await interests.concerned_by(turn.db, one))


async def _announce(turn: Turn, one: Programme, _before: Programme, _reason: str) -> int:
    return await notices.announce_programme(turn, one)


async def _announce_change(turn: Turn, one: Programme, _before: Programme, _reason: str) -> int:
    return await notices.announce_programme_change(turn, one)


async def _announce_cancellation(turn: Turn, one: Programme, _before: Programme, reason: str) -> int:
    return await notices.announce_programme_cancellation(turn, one, reason)


_UNTOLD = {"code", "short_name", "questions", "documents", "timezone", "source", "checked", "is_sample"}

PROGRAMME = Noun(
    "programme",
    _fields(),
    programmes,
    _card,
    warnings.of,
    {
        "announced": News(_concerned, _announce),
        "changed": News(_concerned, _announce_change),
        "cancelled": News(_concerned, _announce_cancellation),
    },
    frozenset(Plan.__dataclass_fields__) - _UNTOLD,
    {"timezone": BANDUNG.key},
    row=say.row,
    heading=lambda number: _("Programmes on the list: {number}", number=number),
    add=lambda: _("Add a programme"),
    changed=_fill,
    context=_context,
)
