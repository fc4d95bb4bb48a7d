"""Opening hours as staff write them: `senin-kamis 08.00-16.00, jumat 08.00-11.30`."""

import re
from collections.abc import Mapping
from datetime import time
from functools import cache

from babel.dates import get_day_names

from bot.language.i18n import LANGUAGES

_CLOSED = ("tutup", "libur", "closed", "peré", "pere")
_DAY, _TO = "[^\\W\\d_]+(?:'at)?", "(?:-|–|sampai|s/d|to|hingga)"
_RANGE = re.compile(rf"({_DAY})(?: *{_TO} *({_DAY}))? *:? *(?:pukul|jam)? *((?:\d|{'|'.join(_CLOSED)}).*)")
_HOURS = re.compile(rf"(\d{{1,2}})(?:[.:](\d{{2}}))? *{_TO} *(\d{{1,2}})(?:[.:](\d{{2}}))?")


@cache
def _weekdays() -> Mapping[str, int]:
    """Each name of a weekday, full and short, in every language, with its number: 0 is Monday."""
    found: dict[str, int] = {}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            names = get_day_names(width, locale=language)
            found |= {name.lower().strip("."): weekday for weekday, name in names.items()}
    return found | {"jum'at": 4, "jumaat": 4, "ahad": 6}


def read(text: str) -> dict[str, list[str]] | None:
    """Read hours as weekday (`0` is Monday) to `["08:00", "16:00"]`; None where the text says anything else."""
    found: dict[str, list[str]] = {}
    for part in re.split(r"[,;\n]", text.lower()):
        if not part.strip():
            continue
        match = _RANGE.fullmatch(part.strip())
        first = _weekdays().get(match[1].strip()) if match else None
        last = _weekdays().get(match[2]) if match and match[2] else first
        if match is None or first is None or last is None:
            return None
        hours = _hours(match[3])
        if hours is None and match[3].strip() not in _CLOSED:
            return None
        days = range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)]
        for weekday in days:
            found.pop(str(weekday), None)
            if hours:
                found[str(weekday)] = hours
    return dict(sorted(found.items())) or None


def _hours(text: str) -> list[str] | None:
    match = _HOURS.fullmatch(text.strip())
    try:
        opens, closes = (time(int(match[at]), int(match[at + 1] or 0)) for at in (1, 3)) if match else (None, None)
    except ValueError:
        return None
    if opens is None or closes is None or opens >= closes:
        return None
    return [f"{opens:%H:%M}", f"{closes:%H:%M}"]
