"""Correct one's name, phone number, or what is known of a business; an enrolment has its own way."""

from bot.cases.promises import is_answer
from bot.enrolling.form import known
from bot.enrolling.form.enrolment import of_business, of_person
from bot.errors import Refusal
from bot.fields import Field, Values, named
from bot.language.i18n import _
from bot.language.markdown import Markdown, plain
from bot.reply import Choice
from bot.router import Router, is_command
from bot.turn import Turn
from db.people import businesses, people

router = Router("correcting", private=True)

#: what the next message answers; behind it the business, 0 for the person, and the field
_ASKS = "my-data:"
#: characters of a label in a list
_LABEL = 24
#: businesses in a list
_MOST = 7


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
    turn.say(text, [*_apart(choices), _back()])


def _apart(choices: list[Choice]) -> list[Choice]:
    """Keep one row for two businesses of one name: the newer one."""
    return list({choice.shown: choice for choice in reversed(choices)}.values())[::-1]


def _row(field: Field, of: int) -> Choice:
    return Choice(plain(field.label())[:_LABEL], "my-data-field", {"of": of, "field": field.name})


@router.choice("my-data-business")
async def of_one_business(turn: Turn) -> None:
    """Ask which line of it to correct."""
    assert turn.choice is not None
    of = int(turn.choice.args["of"])
    await _values(turn, of)
    turn.say(_("Which line shall be different?"), [*(_row(field, of) for field in of_business()), _back()])


@router.choice("my-data-field")
async def ask(turn: Turn) -> None:
    """Ask the question, with what is kept now."""
    assert turn.choice is not None
    of, name = int(turn.choice.args["of"]), str(turn.choice.args["field"])
    values = await _values(turn, of)
    field = _field(of, name)
    said = field.said(values)
    first = _("Now: {value}", value=said) if said else _("Nothing is kept so far.")
    _ask(turn, of, field, Markdown(f"{first}\n{field.question(values)}"), values)


def _ask(turn: Turn, of: int, field: Field, text: Markdown, values: Values, instead: tuple[Choice, ...] = ()) -> None:
    turn.ask(f"{_ASKS}{of}:{field.name}", number=field.takes_number)
    choices = named(instead or field.offers(values), "my-data", of=of, field=field.name)
    turn.say(text, [*choices, Choice(_("Cancel"), "my-data", rank="quiet")], wants=field.wants)


def _field(of: int, name: str) -> Field:
    return next(one for one in (of_business() if of else of_person(abroad=False)) if one.name == name)


async def _values(turn: Turn, of: int) -> Values:
    """Load what is kept of the person, or of a business that is still theirs."""
    if not of:
        name, phone = await people.profile(turn.db, turn.person.person_id)
        return {"name": name, "phone": phone}
    one = (await businesses.of(turn.db, turn.person.person_id)).get(of)
    if one is None:
        raise Refusal(_("I no longer keep that business."), [_back()])
    return known.about(one)


@router.when(lambda turn: turn.asks.startswith(_ASKS) and is_command(turn.text, "back", "cancel", "skip"))
async def left(turn: Turn) -> None:
    """A word that leads out is no answer."""
    turn.say(_("All right, nothing is changed."), [_back()])


@router.when(lambda turn: turn.asks.startswith(_ASKS) and is_answer(turn))
async def answered(turn: Turn) -> None:
    """Store the new value, or say what the answer lacks."""
    of, name = turn.asks.removeprefix(_ASKS).split(":")
    values = await _values(turn, int(of))
    field = _field(int(of), name)
    try:
        meant = field.read(turn, values)
    except Refusal as trouble:
        _ask(turn, int(of), field, trouble.sentence, values, trouble.choices)
        return
    await _keep(turn, int(of), field, meant)


@router.choice("my-data-set", "my-data-own")
async def tapped(turn: Turn) -> None:
    """Store an answer that was offered."""
    assert turn.choice is not None
    given = turn.choice.args
    await _keep(turn, int(given["of"]), _field(int(given["of"]), str(given["field"])), given["set"])


async def _keep(turn: Turn, of: int, field: Field, meant: Values) -> None:
    values = await _values(turn, of) | meant
    if of:
        await businesses.change(turn.db, of, known.business(values), turn.now)
    else:
        await people.set_profile(turn.db, turn.person.person_id, values["name"], values["phone"] or "")
    said = field.said(values) or str(_("nothing"))
    turn.say(_("✅ Changed. {field}: {value}", field=field.label(), value=said), [_again(), _back()])


def _again() -> Choice:
    return Choice(_("Change data"), "my-data-change")


def _back() -> Choice:
    return Choice(_("My data"), "my-data", rank="quiet")
