"""A field for a phone number: handed over by a button, or written; of Indonesia, Malaysia, or with a + of anywhere."""

import re
from collections.abc import Callable

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from bot.errors import Refusal
from bot.fields.field import Field, Given, Values, answer
from bot.fields.wording import figures
from bot.language.i18n import _
from bot.language.markdown import Markdown, escape

#: one phone number in E.164, or each that it may be: `0341123456` is one of Malang and one of Kuala Lumpur
Readings = tuple[str, ...]

#: whose numbers are written without their country, the likelier first
_HOME = {"ID": "62", "MY": "60"}
#: mobile numbers, which are most of a long list, are known without asking a library: that takes a hundredth of the time
_MOBILE = {
    "62": re.compile(r"(?:\+?62|0062)?0?(8[1-35-9]\d{7,10})", re.ASCII),
    "60": re.compile(r"(?:(?:\+?60|0060)0?|0)(1\d{8,9})", re.ASCII),
}
_SEPARATORS = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff'`().\u2010-\u2015-]+")
#: what a spreadsheet writes behind a number that it could count with
_COUNTABLE = re.compile(r"(?<=\d{9})[.,]00?\s*$")
#: figures with neither letters nor commas between them, the groups in it, and the number of a line
_WRITTEN, _GROUP = re.compile(r"\+?\d+(?:[^\w,;:\n]*\d+)*"), re.compile(r"\+?\d+")
_COUNTED = re.compile(r"(?<!\S)\(?\d[.)]\s+(?=[(+\d])")
#: a letter at the end of a number, and those that look like figures also within it and, as `O812`, before it
_LETTERED = re.compile(
    r"(?:\d[^\w,;:\n]*){7,}\d(?:[oilsbzgq]+|[^\W\d_])(?![^\W_])"
    r"|(?:\d[^\w,;:\n]*){2,}\d[oilsbzgq]+(?:\d[^\w,;:\n]*){3,}"
    r"|(?<![^\W_])o+(?:[\doil][^\w,;:\n]*){7,}"
)
#: groups of figures that are tried together
_MOST_GROUPS = 12
#: figures of the shortest number
_FEWEST = 6
#: numbers in one message that are asked back
_OFFERED = 3
#: characters of a button
_LONGEST_LABEL = 20


def phone(
    name: str, label: Callable[[], Markdown], question: Callable[[Values], Markdown], *, optional: bool = False
) -> Field:
    """A field kept as E.164, such as `+6281234567890`."""

    def read(turn: Given, _values: Values) -> Values:
        found = sent(turn)
        if len(found) > 1:
            offered = found[:_OFFERED]
            raise Refusal(_("Which of these numbers?"), [answer(_short(one), **{name: one}) for one in offered])
        if not found:
            raise Refusal(_lacking(figures(turn.text)))
        return {name: found[0]}

    return Field(
        name,
        label,
        question,
        read,
        lambda values: shown(values.get(name) or ""),
        {name: None} if optional else None,
        takes_number=True,
        wants="contact",
        sets=(name,),
    )


def shown(number: str) -> str:
    """Format an E.164 number as people read it: `0812-3456-7890` in Indonesia, `+60 12-345 6789` elsewhere."""
    if not number:
        return ""
    parsed = phonenumbers.parse(number)
    home = parsed.country_code == int(_HOME["ID"])
    form = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def _short(number: str) -> str:
    return label if len(label := shown(number)) <= _LONGEST_LABEL else number


def _lacking(text: str) -> Markdown:
    if lettered := _LETTERED.search(text):
        return _("There is a letter in that number: {written}. Please write it again.", written=escape(lettered[0]))
    count = max((len(re.sub(r"\D", "", one)) for one in _WRITTEN.findall(text)), default=0)
    if count < _FEWEST:
        return _("Please write the phone number, for example: 0812-3456-7890")
    if count < 10:
        return _("That is {number} digits, too few for a mobile number. For example: 0812-3456-7890", number=count)
    if count > 13:
        return _("That is {number} digits, too many for a phone number. For example: 0812-3456-7890", number=count)
    return _(
        "I know no such number in Indonesia or Malaysia. From elsewhere it begins with +. For example: 0812-3456-7890"
    )


def _handed_over(contact: str) -> str:
    """Read a contact's number, from which platforms leave out the +."""
    digits = re.sub(r"\D", "", contact)
    home = digits.startswith("0")
    return "" if home or not digits else _valid(f"+{digits}", None)


def sent(turn: Given) -> list[str]:
    """List the numbers that were sent, as a contact or in words, in E.164; of an unclear one each that it may be."""
    contact = _handed_over(turn.inbound.phone)
    found = [(contact,)] if contact else numbers(turn.inbound.phone or turn.text)
    return list(dict.fromkeys(one for readings in found for one in readings))


def numbers(text: str) -> list[Readings]:
    """List the phone numbers of a text; none where a letter stands among the figures, which one cannot leave out."""
    plain = _COUNTED.sub("; ", _COUNTABLE.sub("", figures(text)))
    if alone := mobile(plain):
        return [(alone,)]
    if _LETTERED.search(plain):
        return []
    return [one for run in _WRITTEN.findall(plain) for one in _split(_GROUP.findall(run)[:_MOST_GROUPS])]


def mobile(text: str) -> str:
    """Read a text that is nothing but a mobile number of Indonesia or Malaysia, in E.164; empty for any other."""
    plain = _SEPARATORS.sub("", _COUNTABLE.sub("", text))
    return next((f"+{code}{found[1]}" for code, form in _MOBILE.items() if (found := form.fullmatch(plain))), "")


def _split(groups: list[str]) -> list[Readings]:
    """Find the fewest numbers that the groups of figures make without one left over; empty where they make none."""
    if not groups:
        return []
    best: list[Readings] = []
    for end in range(len(groups), 0, -1):
        if any(group[0] == "+" for group in groups[1:end]):
            continue
        one = _read("".join(groups[:end]))
        rest = _split(groups[end:]) if one else []
        if one and (rest or end == len(groups)) and (not best or len(rest) + 1 < len(best)):
            best = [one, *rest]
    return best


def _read(written: str) -> Readings:
    """Read a number with its country where it begins with one; else as each country reads its own numbers.

    `+0812` is meant without the +, `62812` and `0062812` with one; `01` is how mobile numbers begin in Malaysia, and
    none in Indonesia.
    """
    digits = written.removeprefix("+")
    if len(digits) < _FEWEST:
        return ()
    abroad = digits.removeprefix("00")
    if not digits.startswith("0") or abroad != digits:
        named = digits != written or abroad != digits or abroad.startswith(tuple(_HOME.values()))
        found = _valid(f"+{abroad}", None) if named else ""
        if found or digits != written:
            return (found,) if found else ()
    regions = ["MY"] if digits.startswith("01") else _HOME
    return tuple(found for region in regions if (found := _valid(digits, region)))


def _valid(written: str, region: str | None) -> str:
    """The number in E.164, empty where it is none."""
    try:
        parsed: PhoneNumber = phonenumbers.parse(written, region)
    except NumberParseException:
        return ""
    parsed.extension = None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164) if phonenumbers.is_valid_number(parsed) else ""
