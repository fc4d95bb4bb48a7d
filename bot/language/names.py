"""Names of people and places as they are written."""

import re

#: one generation after another, as in `Asep Sunandar III`
_NUMERAL = re.compile(r"II|III|IV|VI|VII|VIII|IX", re.IGNORECASE)
_PART = re.compile(r"[^\s.-]+")
#: `D'Angelo`, `O’Brien`: a capital behind the apostrophe
_PREFIXED = re.compile(r"([DO])['’‘ʼ`](\w)", re.IGNORECASE)


def capitalised(name: str) -> str:
    """A name in capitals or small letters alone with a capital for each word: `NUR'AINI` is `Nur'aini`; what has both
    stays as it was written."""
    if not (name.islower() or name.isupper()):
        return name
    first, *others = re.split(r"(\s+)", name)
    return "".join([_each(first), *(word.upper() if _NUMERAL.fullmatch(word) else _each(word) for word in others)])


def _each(word: str) -> str:
    return _PART.sub(lambda part: _one(part[0]), word)


def _one(part: str) -> str:
    plain = part[:1].upper() + part[1:].lower()
    return plain[:2] + plain[2:].capitalize() if _PREFIXED.match(part) else plain
