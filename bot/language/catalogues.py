"""Find what the translations of the interface's sentences lack."""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.language.i18n import LANGUAGES

#: the source language, which needs no catalogue
SOURCE = "en"
_PLACEHOLDER = re.compile(r"\{\w+\}")


def faults(locales: Path, code: tuple[Path, ...]) -> list[str]:
    """List the faults as `file:line: sentence`: translations missing, unfinished, or with other placeholders; and what
    Babel warns of, such as an f-string within `_(...)`."""
    warned = io.StringIO()
    with redirect_stderr(warned):
        said = {message: place for folder in code for message, place in _sentences(folder)}
    found = [line.replace(" warning:", "") for line in warned.getvalue().splitlines()]
    for language in (each for each in LANGUAGES if each != SOURCE):
        path = locales / language / "LC_MESSAGES" / "messages.po"
        with path.open("rb") as file:
            found += list(_faults(path, read_po(file, locale=language), said))
    return found


def _sentences(folder: Path) -> Iterator[tuple[str, str]]:
    for name, line, message, _comments, _context in extract_from_dir(folder):
        yield _forms(message)[0], f"{folder / name}:{line}"


def _faults(path: Path, catalogue: Catalog, said: dict[str, str]) -> Iterator[str]:
    for sentence, place in said.items():
        entry = catalogue.get(sentence)
        if entry is None or entry.fuzzy or not all(_forms(entry.string)):
            yield f"{place}: {path} has no translation of {sentence!r}; `make catalogues` makes room for it"
        elif {_filled(form) for form in _forms(entry.string)} != {_filled(_forms(entry.id)[-1])}:
            yield f"{path}:{entry.lineno}: the translation of {sentence!r} is filled differently"
    for entry in catalogue:
        if entry.id and _forms(entry.id)[0] not in said:
            yield f"{path}:{entry.lineno}: nobody says {_forms(entry.id)[0]!r} any more; `make catalogues` takes it out"


def _forms(sentence: str | Sequence[str] | None) -> tuple[str, ...]:
    """Singular and plural, or the one form there is."""
    return (sentence,) if isinstance(sentence, str) else tuple(sentence or ("",))


def _filled(sentence: str) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall(sentence))
