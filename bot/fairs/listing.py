"""Say what is coming: the first line of a list, the honest "none yet", and what a person asked to hear of."""

from dataclasses import dataclass
from datetime import date

from bot.fairs.filters import Filter
from bot.language.dates_said import period
from bot.language.i18n import _, day
from bot.language.markdown import Markdown
from bot.reply import Choice
from db.fairs.interests import EXHIBITION, PROGRAMME, Wish

#: characters of the words that are kept with a wish
_WORDS = 200


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list: of which kind, for which words, and how many stand on those before it."""

    kind: str = ""
    words: str = ""
    skip: int = 0


def sectors() -> dict[str, Markdown]:
    """The sectors by their code, as a button names them."""
    return {
        "food": _("Food and drink"),
        "fashion": _("Fashion"),
        "craft": _("Craft"),
        "shoes-leather": _("Shoes and leather"),
        "furniture": _("Furniture"),
        "cosmetics": _("Cosmetics"),
        "other": _("Other sectors"),
    }


def kinds() -> dict[str, Markdown]:
    """The kinds of programme by their code, as a button names them."""
    return {
        "delegation": _("Delegations"),
        "training": _("Training"),
        "halal": _("Halal help"),
        "hki": _("HKI help"),
        "business-matching": _("Business matching"),
        "display": _("Display space"),
    }


def _small(name: str) -> str:
    """A button's name within a sentence; `HKI` stays."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _values(sought: Filter) -> dict[str, str]:
    found = {"city": sought.city}
    if sought.sector:
        found["sector"] = _small(sectors()[sought.sector])
    if sought.first and sought.last:
        found["period"] = period(sought.first, sought.last)
    return found


def heading(sought: Filter, number: int) -> Markdown:
    """Say the first line above the exhibitions that were found, with everything that narrowed them down."""
    values = _values(sought) | {"number": str(number)}
    match bool(sought.city), bool(sought.sector), bool(sought.first):
        case (False, False, False):
            return _("Coming exhibitions ({number}):", **values)
        case (True, False, False):
            return _("Coming exhibitions in {city} ({number}):", **values)
        case (False, True, False):
            return _("Coming exhibitions for {sector} ({number}):", **values)
        case (False, False, True):
            return _("Exhibitions, {period} ({number}):", **values)
        case (True, True, False):
            return _("Coming exhibitions for {sector} in {city} ({number}):", **values)
        case (True, False, True):
            return _("Exhibitions in {city}, {period} ({number}):", **values)
        case (False, True, True):
            return _("Exhibitions for {sector}, {period} ({number}):", **values)
        case _:
            return _("Exhibitions for {sector} in {city}, {period} ({number}):", **values)


def none_yet(sought: Filter, today: date) -> Markdown:
    """Say that nothing is known, dated, with everything that narrowed the question down."""
    values = _values(sought) | {"today": day(today)}
    match bool(sought.city), bool(sought.sector), bool(sought.first):
        case (False, False, False):
            return _("None yet. As of today, {today}, we know of no exhibition.", **values)
        case (True, False, False):
            return _("None yet. As of today, {today}, we know of no exhibition in {city}.", **values)
        case (False, True, False):
            return _("None yet. As of today, {today}, we know of no exhibition for {sector}.", **values)
        case (False, False, True):
            return _("None yet. As of today, {today}, we know of no exhibition for {period}.", **values)
        case (True, True, False):
            return _("None yet. As of today, {today}, we know of no exhibition for {sector} in {city}.", **values)
        case (True, False, True):
            return _("None yet. As of today, {today}, we know of no exhibition in {city} for {period}.", **values)
        case (False, True, True):
            return _("None yet. As of today, {today}, we know of no exhibition for {sector} in {period}.", **values)
        case _:
            text = _(
                "None yet. As of today, {today}, we know of no exhibition for {sector} in {city} for {period}.",
                **values,
            )
            return text


def wished(wish: Wish) -> Markdown:
    """Say what a person will hear of."""
    if wish.kind == PROGRAMME:
        if wish.topic:
            return _("news of programmes: {kind}", kind=_small(kinds()[wish.topic]))
        return _("news of programmes")
    values = {"city": wish.city, "sector": _small(sectors()[wish.topic]) if wish.topic else ""}
    match bool(wish.city), bool(wish.topic):
        case (False, False):
            return _("news of exhibitions")
        case (True, False):
            return _("news of exhibitions in {city}", city=wish.city)
        case (False, True):
            return _("news of exhibitions, sector {sector}", sector=values["sector"])
        case _:
            return _("news of exhibitions in {city}, sector {sector}", **values)


def keep_posted(wish: Wish, words: str) -> Choice:
    """Offer to tell them once something like it is announced; `words` are what they asked."""
    kept = {"kind": wish.kind, "city": wish.city, "topic": wish.topic, "words": words[:_WORDS]}
    return Choice(_("Keep me posted"), "keep-posted", {name: value for name, value in kept.items() if value})


def of_exhibitions(sought: Filter) -> Wish:
    """Turn a question into a wish: place and sector stay, the time does not."""
    return Wish(EXHIBITION, sought.city, sought.sector)
