"""Where a business is: a kecamatan of Bandung, or another city."""

from collections.abc import Callable

from bot.errors import Refusal
from bot.fields.field import Field, Given, Values, answer
from bot.fields.places import HOME, Place, alike, around, is_home, named, nearest
from bot.fields.wording import bare, squashed
from bot.knowledge.words import words
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.language.names import capitalised

#: places that are offered, beside the city as it was written
_OFFERED = 3
#: characters of a button
_LONGEST_LABEL = 20
#: characters of a city's name
_LONGEST_CITY = 40
#: words of a city's name
_MOST_WORDS = 4


def district(
    name: str, label: Callable[[], Markdown], question: Callable[[Values], Markdown], *, optional: bool = False
) -> Field:
    """A field kept as `{name: "Coblong", "city": "Bandung"}`, or `{name: "", "city": "Cimahi"}`."""

    def kept(one: Place) -> Values:
        return {name: one.district, "city": one.city}

    def read(turn: Given, _values: Values) -> Values:
        found = named(turn.text)
        if len(found) == 1:
            return kept(found[0])
        lies_in = [] if found else around(turn.text)
        found = found or lies_in or alike(turn.text)
        if len(found) == 1 and not lies_in:
            return kept(found[0])
        sentence, offered = _asked_back(turn.text, found)
        raise Refusal(sentence, [answer(label, **kept(one)) for label, one in offered])

    def said(values: Values) -> str:
        return ", ".join(part for part in (values.get(name), values.get("city")) if part)

    return Field(
        name,
        label,
        question,
        read,
        said,
        {name: None, "city": None} if optional else None,
        noted=lambda turn, values: _noted(turn, values.get(name) or values.get("city") or "", said(values)),
        sets=(name, "city"),
    )


def _noted(turn: Given, understood: str, said: str) -> Markdown | None:
    """Say back what was understood from more or other words than the name."""
    written = squashed(bare(turn.text))
    if not written or turn.choice or written == squashed(words(understood)):
        return None
    return _("Noted: {place}.", place=said)


def _asked_back(text: str, found: list[Place]) -> tuple[Markdown, list[tuple[str, Place]]]:
    """Ask back where several places, a kelurahan or none was meant; returns what to say and what to offer."""
    places = [(one.name, one) for one in found[:_OFFERED]]
    if len(found) > 1:
        return _("Which of these?"), places
    city = _as_city(text)
    if found:
        return _("Is that in the kecamatan {district}?", district=found[0].district), places + city
    if is_home(text):
        return _("In which kecamatan? For example: Coblong. Outside Bandung, write the city."), []
    if not city:
        return _("Please write the kecamatan, for example: Coblong. Outside Bandung, write the city."), []
    near = [(one.name, one) for one in nearest(text, _OFFERED - 1)]
    asked = _("I know no kecamatan of that name. Is it a city outside Bandung? If not, write the kecamatan.")
    return asked, near + city


def _as_city(text: str) -> list[tuple[str, Place]]:
    """Offer to take the text as the name of a city, where it can be one."""
    if not (city := _city(text)):
        return []
    label = _("City: {city}", city=city)
    return [(label if len(label) <= _LONGEST_LABEL else _("It is a city"), Place("", city))]


def _city(text: str) -> str:
    """The text as the name of a city; empty where it can be none."""
    said = " ".join(text.split())
    parts = bare(said)
    sane = 0 < len(parts) <= _MOST_WORDS and len(said) <= _LONGEST_CITY and squashed(parts).isalpha()
    return capitalised(" ".join(parts)) if sane and squashed(parts) != HOME.lower() else ""
