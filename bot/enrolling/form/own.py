"""A programme's own questions and documents, as staff write them: `Ukuran baju? (S, M, L)`.

What stands in brackets at the end says how it is answered: `(ya/tidak)`, `(angka)`, `(tanggal)`, `(HP)`, two to seven
words to choose from, `(beberapa: bazar, katalog, daring)` for several of them; `boleh dilewati` beside it, or alone,
that it may be skipped. Without brackets any words answer it. A question is known again by its words, so one that is
worded anew is asked again.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.fields import Field, Values, day, document, number, one_of, phone, some_of, text, yes_no
from bot.language.i18n import _
from bot.language.markdown import Markdown, escape
from db.fairs.programmes import Programme

#: characters of an answer in words
_LONGEST = 300
#: characters of a label in the review
_LABEL = 40
#: the most choices of a question, so that the ways out find room beside them
_MOST = 7
#: characters of a choice
_WIDEST = 20
_BRACKETS = re.compile(r"^(?P<asked>.*\S)\s*\((?P<how>[^()]*)\)\s*(?P<end>[?.:]?)\s*$", re.DOTALL)
_SKIP = re.compile(r"[,;]?\s*\b(?:boleh dilewati|opsional|optional|may be skipped)\b\s*", re.IGNORECASE)
_SEVERAL = re.compile(r"^(?:pilih |boleh )?(?:beberapa|lebih dari satu|several)\s*:\s*", re.IGNORECASE)

_KINDS: dict[str, Callable[..., Field]] = {
    **dict.fromkeys(("ya/tidak", "ya / tidak", "yes/no"), yes_no),
    **dict.fromkeys(("angka", "jumlah", "number"), number),
    **dict.fromkeys(("tanggal", "date"), day),
    **dict.fromkeys(("hp", "nomor hp", "phone"), phone),
}


@dataclass(frozen=True, slots=True)
class _Wording:
    """A question as it is asked, how it is answered, and whether it may be skipped."""

    asked: str
    how: str
    optional: bool


def fields(programme: Programme) -> list[Field]:
    """List a programme's questions, then its documents."""
    return [
        *(_question(wording) for wording in programme.questions),
        *(_document(wording) for wording in programme.documents),
    ]


def _read(wording: str) -> _Wording:
    found = _BRACKETS.match(wording)
    if not found:
        return _Wording(wording.strip(), "", False)
    how = _SKIP.sub("", found["how"]).strip(" ,;")
    optional = how != found["how"].strip()
    if how and not (how.lower() in _KINDS or _options(how)):
        return _Wording(wording.strip(), "", False)
    return _Wording(f"{found['asked']}{found['end']}", how, optional)


def _options(how: str) -> list[str]:
    """List what there is to choose from; empty where the brackets only explain."""
    listed = _SEVERAL.sub("", how)
    found = [part.strip() for part in re.split(r"[,/;|]", listed) if part.strip()]
    fits = 2 <= len(found) <= _MOST and all(len(one) <= _WIDEST for one in found)
    return found if fits and len({one.lower() for one in found}) == len(found) else []


def _question(wording: str) -> Field:
    read = _read(wording)
    name, label, ask = _parts("q", wording, read.asked)
    if kind := _KINDS.get(read.how.lower()):
        found = kind(name, label, ask)
    elif options := _options(read.how):
        labels = {one: escape(one) for one in options}
        several = _SEVERAL.match(read.how)
        found = some_of(name, label, ask, lambda: labels) if several else one_of(name, label, ask, lambda: labels)
    else:
        found = text(name, label, ask, _LONGEST)
    return replace(found, empty=dict.fromkeys(found.sets)) if read.optional else found


def _document(wording: str) -> Field:
    read = _read(wording)
    name, label, _ask = _parts("d", wording, read.asked)

    def ask(_values: Values) -> Markdown:
        return _("{document}: a photo (JPG, PNG) or a PDF, at most 5 MB.", document=read.asked.rstrip("?:. "))

    found = document(name, label, ask)
    return replace(found, empty=dict.fromkeys(found.sets)) if read.optional else found


def _parts(kind: str, wording: str, asked: str) -> tuple[str, Callable[[], Markdown], Callable[[Values], Markdown]]:
    same = " ".join(wording.lower().split())
    name = f"{kind}-{hashlib.blake2b(same.encode(), digest_size=6).hexdigest()}"
    short = asked.rstrip("?:. ")
    label = short if len(short) <= _LABEL else f"{short[: _LABEL - 1]}…"
    return name, lambda: escape(label), lambda _values: escape(asked)
