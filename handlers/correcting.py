"""Correct one's name, phone number, or what is known of a business; an enrolment has its own way."""

from dataclasses import asdict, dataclass
from typing import ClassVar

from bot.asking import Question
from bot.cases.promises import is_answer
from bot.enrolling.form import known
from bot.enrolling.form.enrolment import of_business, of_person
from bot.errors import Gone, Refusal
from bot.fields import Field, SetValues, Values, named
from bot.language.i18n import _
from bot.language.markdown import Markdown, plain
from bot.privacy.my_data import back
from bot.reply import Choice
from bot.router import Router, is_command
from bot.turn import Turn
from db.people import businesses, people

router = Router("correcting", private=True)

#: characters of a label in a list
_LABEL = 24
#: businesses in a list
_MOST = 7


@dataclass(frozen=True)
class Correct(Question):
    """A field of a business, or of the person where `of` is 0; choices carry the same."""

    name: ClassVar[str] = "my-data"
    of: int
    field: str = ""


@router.choice("my-data-change")
async def choose(turn: Turn) -> None:
    """Show what can be corrected, and say how the rest is changed."""
    theirs = await businesses.of(turn.db, turn.person.person_id)
    choices = [_row(field, 0) for field in of_person(abroad=False)]
    choices += [Choice(one.name[:_LABEL], "my-data-business", {"of": id_}) for id_, one in [*theirs.items()][:_MOST]]
    choices.append(Choice(_("Language"), "language"))
    text = _(
        "What shall be different? What you sent in an enrolment stays as it was: ask staff for a correction there, or"
        " withdraw it."
    )
    turn.say(text, [*_apart(choices), back()])


def _apart(choices: list[Choice]) -> list[Choice]:
    """Keep one row for two businesses of one name: the newer one."""
    return list({choice.shown: choice for choice in reversed(choices)}.values())[::-1]


def _row(field: Field, of: int) -> Choice:
    return Choice(plain(field.label())[:_LABEL], "my-data-field", {"of": of, "field": field.name})


@router.choice("my-data-business")
async def of_one_business(turn: Turn) -> None:
    """Ask which line of it to correct."""
    of = turn.chosen(Correct).of
    await _values(turn, of)
    turn.say(_("Which line shall be different?"), [*(_row(field, of) for field in of_business()), back()])


@router.choice("my-data-field")
async def ask(turn: Turn) -> None:
    """Ask the question, with what is kept now."""
    wanted = turn.chosen(Correct)
    values, field = await _values(turn, wanted.of), _field(wanted)
    said = field.said(values)
    first = _("Now: {value}", value=said) if said else _("Nothing is kept so far.")
    _ask(turn, wanted, Markdown(f"{first}\n{field.question(values)}"), values)


def _ask(turn: Turn, wanted: Correct, text: Markdown, values: Values, instead: tuple[Choice, ...] = ()) -> None:
    field = _field(wanted)
    turn.ask(wanted, number=field.takes_number)
    choices = named(instead or field.offers(values), "my-data", **asdict(wanted))
    turn.say(text, [*choices, Choice(_("Cancel"), "my-data", rank="quiet")], wants=field.wants)


def _field(wanted: Correct) -> Field:
    return next(one for one in (of_business() if wanted.of else of_person(abroad=False)) if one.name == wanted.field)


async def _values(turn: Turn, of: int) -> Values:
    """Load what is kept of the person, or of a business that is still theirs."""
    if not of:
        name, phone = await people.profile(turn.db, turn.person.person_id)
        return {"name": name, "phone": phone}
    one = (await businesses.of(turn.db, turn.person.person_id)).get(of)
    if one is None:
        raise Gone(_("I no longer keep that business."), [back()])
    return known.about(one)


@router.answer(Correct, lambda turn: is_command(turn.text, "back", "cancel", "skip"))
async def left(turn: Turn, _asked: Correct) -> None:
    """A word that leads out is no answer."""
    turn.say(_("All right, nothing is changed."), [back()])


@router.answer(Correct, is_answer)
async def answered(turn: Turn, asked: Correct) -> None:
    """Store the new value, or say what the answer lacks."""
    values = await _values(turn, asked.of)
    try:
        meant = _field(asked).read(turn, values)
    except Refusal as trouble:
        _ask(turn, asked, trouble.sentence, values, trouble.choices)
        return
    await _keep(turn, asked, meant)


@router.choice("my-data-set", "my-data-own")
async def tapped(turn: Turn) -> None:
    """Store an answer that was offered."""
    await _keep(turn, turn.chosen(Correct), turn.chosen(SetValues).set)


async def _keep(turn: Turn, asked: Correct, meant: Values) -> None:
    values, field = await _values(turn, asked.of) | meant, _field(asked)
    if asked.of:
        await businesses.change(turn.db, asked.of, known.business(values), turn.now)
    else:
        await people.set_profile(turn.db, turn.person.person_id, values["name"], values["phone"] or "")
    said = field.said(values) or str(_("nothing"))
    again = Choice(_("Change data"), "my-data-change")
    turn.say(_("✅ Changed. {field}: {value}", field=field.label(), value=said), [again, back()])
