"""The questions that everybody who enrols is asked, about the person and the business; then the programme's own."""

import re

from bot.enrolling.form import own
from bot.errors import Refusal
from bot.fairs import filters, listing
from bot.fields import Field, Given, Values, district, nib, one_of, phone, text, words
from bot.fields.amounts import amounts
from bot.fields.yes_no import affirms, denies
from bot.language.i18n import _
from bot.language.listening import any_of, listed
from bot.language.markdown import Markdown
from bot.language.names import capitalised
from db.fairs.programmes import Programme

#: names of the fields of a person, and below of a business, that are known the next time
PERSON = ("name", "phone")
BUSINESS = ("business", "nib", "district", "city", "sector", "products", "scale", "halal", "hki")

_INTRODUCED = re.compile(
    rf"{any_of('names.introduced')}(?:\s*[:=]\s*|\s+(?:{any_of('names.joining')}\s+)?)", re.IGNORECASE
)
#: the most rupiah a year of a class, PP 7/2021 article 35
_UP_TO = {"micro": 2_000_000_000, "small": 15_000_000_000}
#: a smaller amount of rupiah is not that of a year
_LEAST = 100_000
#: digits of a KTP number, which nobody needs here
_NIK = 16


def fields(programme: Programme) -> list[Field]:
    """List all fields, in the order in which they are asked and numbered."""
    return [*of_person(abroad=programme.kind == "delegation"), *of_business(), *own.fields(programme)]


def of_person(*, abroad: bool) -> list[Field]:
    """List the fields that are kept of a person beyond an enrolment."""
    return [_name(abroad), _phone()]


def of_business() -> list[Field]:
    """List the fields that are kept of a business beyond an enrolment."""
    return [
        _business(),
        nib("nib", lambda: _("NIB"), _nib, optional=True),
        district("district", lambda: _("District"), _district),
        one_of("sector", lambda: _("Sector"), _sector, listing.sectors, filters.sector),
        text("products", lambda: _("Products"), _products, 200),
        one_of("scale", lambda: _("Sales of a year"), _sales, scales, _scale, optional=True),
        one_of("halal", lambda: _("Halal"), _halal, certificates, _certificate, optional=True),
        one_of("hki", lambda: _("HKI"), _hki, certificates, _certificate, optional=True),
    ]


def scales() -> dict[str, Markdown]:
    """The classes of PP 7/2021, by the sales of a year."""
    return {"micro": _("Up to Rp2 billion"), "small": _("Rp2–15 billion"), "medium": _("Over Rp15 billion")}


def certificates() -> dict[str, Markdown]:
    """The stages of a certificate or a registration."""
    return {"yes": _("Yes, I have it"), "applied": _("Being processed"), "no": _("Not yet")}


def _name(abroad: bool) -> Field:
    def ask(values: Values) -> Markdown:
        if values.get("for_other"):
            return _("What is the name of the person you enrol?")
        return _("Your name as in your passport?") if abroad else _("Your full name?")

    def read(turn: Given, _values: Values) -> Values:
        written = words(turn.text, 80)
        if sum(map(str.isdigit, written)) >= _NIK:
            raise Refusal(_("I do not need the number of an identity card; please never send it. Just the name."))
        lead_in = _INTRODUCED.match(written)
        name = written[lead_in.end() :] if lead_in else written
        if sum(map(str.isalpha, name)) < 2 or any(map(str.isdigit, name)):
            raise Refusal(_("A name has letters only. For example: Euis Komariah"))
        return {"name": capitalised(name)}

    def noted(turn: Given, values: Values) -> Markdown | None:
        return _("Noted: {place}.", place=values["name"]) if _INTRODUCED.match(words(turn.text, 80)) else None

    said = lambda values: str(values.get("name") or "")  # noqa: E731
    return Field("name", lambda: _("Name"), ask, read, said, noted=noted, is_free=True, sets=("name",))


def _phone() -> Field:
    def ask(values: Values) -> Markdown:
        if values.get("for_other"):
            return _("Their mobile number, or yours if they have none?")
        return _("A mobile number where the organisers can reach you?")

    return phone("phone", lambda: _("Phone"), ask)


def _business() -> Field:
    return text("business", lambda: _("Business"), lambda _values: _("What is the business called?"), 80)


def _nib(_values: Values) -> Markdown:
    return _("NIB, 13 digits? It stands on the NIB sheet from oss.go.id.")


def _district(_values: Values) -> Markdown:
    return _("In which kecamatan is the business? Write its name, or the city if it is outside Bandung.")


def _sector(_values: Values) -> Markdown:
    return _("What does the business make or sell?")


def _products(_values: Values) -> Markdown:
    return _("Its main products? For example: cassava crisps, banana crisps")


def _halal(_values: Values) -> Markdown:
    return _("A halal certificate?")


def _hki(_values: Values) -> Markdown:
    return _("Is the brand registered?")


def _certificate(text: str) -> str:
    if any(word in text.lower() for word in listed("answers.applied")):
        return "applied"
    return "yes" if affirms(text) else "no" if denies(text) else ""


def _scale(text: str) -> str:
    """Find the class for an amount of rupiah; a bare small number is none."""
    found = [amount for amount in amounts(text) if amount >= _LEAST]
    if len(found) != 1:
        return ""
    return next((scale for scale, most in _UP_TO.items() if found[0] <= most), "medium")


def _sales(_values: Values) -> Markdown:
    return _("Sales of a year, roughly? Only to know the size of the business; only staff see it.")
