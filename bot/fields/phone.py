"""A field for a phone number: handed over by a button, or written; of Indonesia, Malaysia, or with a + of anywhere."""

import re
from collections.abc import Callable, Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from bot.errors import Refusal
from bot.fields.field import Field, Given, Values, answer
from bot.fields.wording import figures
from bot.language.i18n import _
from bot.language.markdown import Markdown

#: whose numbers are written without their country, the likelier first
_HOME = {"ID": "62", "MY": "60"}
#: figures with neither letters nor commas between them, the groups in it, and the number of a line
_WRITTEN, _GROUP = re.compile(r"\+?\d+(?:[^\w,;:\n]*\d+)*"), re.compile(r"\+?\d+")
_COUNTED = re.compile(r"(?<!\S)\(?\d[.)]\s+(?=[(+\d])")
#: groups of figures that are tried together
_MOST_GROUPS = 12
#: figures of the shortest number
_FEWEST = 6
#: numbers in one message that are asked back
_OFFERED = 3
#: characters of a button
_LONGEST_LABEL = 20


def phone(
    name: str,
    label: Callable[[], Markdown],
    question: Callable[[Values], Markdown],
    *,
    optional: bool = False,
) -> Field:
    """A field kept as E.164, such as `+6281234567890`."""

    def read(turn: Given, _values: Values) -> Values:
        contact = _handed_over(turn.inbound.phone)
        found = [contact] if contact else numbers(turn.inbound.phone or turn.text)
        if len(found) > 1:
            raise Refusal(_("Which of these numbers?"), [answer(_short(one), **{name: one}) for one in found])
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


def numbers(text: str) -> list[str]:
    """List the phone numbers of a text in E.164, each once, at most three."""
    plain = _COUNTED.sub("; ", figures(text))
    found = [one for run in _WRITTEN.findall(plain) for one in _split(_GROUP.findall(run)[:_MOST_GROUPS])]
    return list(dict.fromkeys(found))[:_OFFERED]


def _split(groups: list[str]) -> list[str]:
    """Find the fewest numbers that the groups of figures make without one left over; empty where they make none."""
    if not groups:
        return []
    best: list[str] = []
    for end in range(len(groups), 0, -1):
        if any(group[0] == "+" for group in groups[1:end]):
            continue
        one = _read("".join(groups[:end]))
        rest = _split(groups[end:]) if one else []
        if one and (rest or end == len(groups)) and (not best or len(rest) + 1 < len(best)):
            best = [one, *rest]
    return best


def _read(written: str) -> str:
    return next((found for form, region in _forms(written) if (found := _valid(form, region))), "")


def _forms(written: str) -> Iterator[tuple[str, str | None]]:
    """List the ways to read a number.

    `+0812` is meant without the +, `62812` and `0062812` with one; `01` is how mobile numbers begin in Malaysia, and
    none in Indonesia.
    """
    digits = written.removeprefix("+")
    if len(digits) < _FEWEST:
        return
    if digits != written and not digits.startswith("0"):
        yield written, None
        return
    if digits.startswith("00"):
        yield f"+{digits[2:]}", None
    for region, code in sorted(_HOME.items(), key=lambda home: home[0] != "MY" if digits.startswith("01") else 0):
        yield digits, region
        if digits.startswith(code):
            yield f"+{digits}", None


def _valid(written: str, region: str | None) -> str:
    """The number in E.164, empty where it is none."""
    try:
        parsed: PhoneNumber = phonenumbers.parse(written, region)
    except NumberParseException:
        return ""
    parsed.extension = None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164) if phonenumbers.is_valid_number(parsed) else ""
