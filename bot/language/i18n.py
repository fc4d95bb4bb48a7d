"""Interface sentences in the person's language, and dates, money and numbers the way that language writes them.

`_("A whole English sentence, {name}.", name=...)` translates first and fills after. The language is that of the
enclosing `speaking(...)` block, so it cannot leak from one person to the next.
"""

import gettext
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from functools import cache, lru_cache
from pathlib import Path

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from bot.clock import BANDUNG
from bot.language.markdown import Markdown, escape

log = logging.getLogger(__name__)

LOCALES = Path(__file__).parents[2] / "locales"
#: the languages spoken here, the first being the one to fall back on
LANGUAGES = ("id", "en", "ms", "su")
#: each language in its own words
LANGUAGE_NAMES = {"id": "Bahasa Indonesia", "en": "English", "ms": "Bahasa Melayu", "su": "Basa Sunda"}

#: sentences asked for without a translation, as (language, msgid); the memory channel insists that it stays empty
missing: set[tuple[str, str]] = set()

_language: ContextVar[str] = ContextVar("language", default=LANGUAGES[0])


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say everything inside the block in `language`."""
    token = _language.set(language if language in LANGUAGES else LANGUAGES[0])
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    """The language being spoken."""
    return _language.get()


def closest(code: str | None) -> str:
    """Find our language for a platform's code such as `ms-MY`; Indonesian where we do not speak it."""
    short = (code or "").lower().replace("_", "-").split("-")[0]
    return {"in": "id", "jv": "id"}.get(short, short if short in LANGUAGES else LANGUAGES[0])


def _(message: str, **values: object) -> Markdown:
    """Translate a sentence into the language being spoken, and fill it; values that are no Markdown show as they
    are."""
    return _filled(translate(message, _language.get()), values)


def ngettext(one: str, many: str, count: float, **values: object) -> Markdown:
    """Translate a sentence that counts something, see `_`."""
    spoken = _language.get()
    if spoken == "en":
        return _(one if count == 1 else many, **values)
    translated = _catalogue(spoken).ngettext(one, many, int(count))
    if translated in (one, many):
        _note_missing(spoken, one)
    return _filled(translated, values)


def translate(message: str, language: str) -> str:
    """Translate a sentence into one language; English is the source and needs no translation."""
    if language == "en":
        return message
    found = _catalogue(language).gettext(message)
    if found == message and message not in _same(language):
        _note_missing(language, message)
    return found


def _note_missing(language: str, message: str) -> None:
    missing.add((language, message))
    log.warning("no %s translation for %r", language, message)


def _filled(text: str, values: dict[str, object]) -> Markdown:
    if not values:
        return Markdown(text)
    shown = {name: value if isinstance(value, str) else str(value) for name, value in values.items()}
    return Markdown(text.format(**{name: escape(value) for name, value in shown.items()}))


@cache
def _catalogue(language: str) -> gettext.GNUTranslations:
    """Load the compiled catalogue, or compile the .po now where `make` has not run since it changed."""
    source = LOCALES / language / "LC_MESSAGES" / "messages.po"
    compiled = source.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
        with compiled.open("rb") as file:
            return gettext.GNUTranslations(file)
    buffer = io.BytesIO()
    with source.open("rb") as file:
        write_mo(buffer, read_po(file, locale=language))
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)


@cache
def _same(language: str) -> frozenset[str]:
    """Load the sentences whose translation is the source itself, such as `Menu`."""
    source = LOCALES / language / "LC_MESSAGES" / "messages.po"
    with source.open("rb") as file:
        return frozenset(str(entry.id) for entry in read_po(file, locale=language) if entry.id == entry.string)


def locale() -> str:
    """The language being spoken as Babel calls it; English writes days as the British do."""
    return {"en": "en_GB"}.get(_language.get(), _language.get())


def number(value: float) -> str:
    return _number(value, locale())


@lru_cache(maxsize=1024)
def _number(value: float, locale: str) -> str:
    return str(format_decimal(value, locale=locale))


def money(amount: float, currency: str) -> str:
    """Format an amount: Rp500.000, Rp2 miliar, RM1.100, without decimals, by our own patterns over Babel's."""
    sign = {"IDR": "Rp", "MYR": "RM", "USD": "US$"}[currency]
    if amount >= 1_000_000_000:
        billions = {"en": "billion", "ms": "bilion"}.get(_language.get(), "miliar")
        return f"{sign}{number(amount / 1_000_000_000)} {billions}"
    if amount % 1:
        return sign + str(format_decimal(amount, "#,##0.00", locale=locale()))
    return f"{sign}{number(amount)}"


def day(value: date) -> str:
    """Format a day: 22 November 2026."""
    return _day(value, locale())


@lru_cache(maxsize=1024)
def _day(value: date, locale: str) -> str:
    return str(format_date(value, "d MMMM y", locale=locale))


def clock_time(at: datetime) -> str:
    """Format a time of day on Bandung's clock: `02.00 WIB`, `2:00 am in Bandung`, `2.00 pagi WIB`."""
    return f"{hour(at.astimezone(BANDUNG))} {'in Bandung' if _language.get() == 'en' else 'WIB'}"


def hour(at: datetime | time) -> str:
    """Format the time on the clock as given: `02.00`, `2:00 am`, `2.00 pagi`."""
    if _language.get() == "en":
        return f"{at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"
    if _language.get() == "ms":
        parts = ((12, "pagi"), (14, "tengah hari"), (19, "petang"), (24, "malam"))
        part = next(name for until, name in parts if at.hour < until)
        return f"{at.hour % 12 or 12}.{at:%M} {part}"
    return f"{at:%H.%M}"
