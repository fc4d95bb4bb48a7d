"""Bring what phones send to one form: case, repeated letters, abbreviations, typos, and four languages in one."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import snowballstemmer
from rapidfuzz.distance import OSA

#: characters of a question that are searched; longer ones are cut at a word's edge
LONGEST = 600
#: how many of these characters are taken from the beginning of a longer text
_BEGINNING = 200
#: where a word of each language is looked up, its own list first; English words look like Indonesian ones too often
LISTS = {"id": ("id", "su", "ms", "en"), "ms": ("ms", "id", "en"), "su": ("su", "id", "ms", "en"), "en": ("en",)}

_stemmer = snowballstemmer.stemmer("indonesian")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
#: `macam2`, `syarat2nya`
_DOUBLED = re.compile(r"([^\W\d]{3,})2(nya|na|an)?")
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_SHORTEST_CORRECTED = 4
#: what stands for "its" at the end of an Indonesian or Sundanese word, as it is written
_OWNED = ("nya", "ny", "na")


def cut(text: str) -> str:
    """Cut a text to `LONGEST` characters, at the edges of words.

    Of a longer story the beginning is kept and, as that is where people ask, more of the end.
    """
    if len(text) <= LONGEST:
        return text
    start, end = text[:_BEGINNING], text[_BEGINNING + 1 - LONGEST :]
    return f"{start.rpartition(' ')[0] or start} {end.partition(' ')[2] or end}"


def words(text: str) -> list[str]:
    """Split a text into words: small letters, without accents, a letter at most twice in a row."""
    known = cut(unicodedata.normalize("NFKC", cut(text)))  # which may have made it longer
    plain = unicodedata.normalize("NFD", known.lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [word.replace("'", "").replace("’", "") for word in _WORD.findall(_REPEATED.sub(r"\1", plain))]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Strip Indonesian affixes from a word: `pendaftarannya` gives `daftar`."""
    return str(_stemmer.stemWord(word))


class Lexicon:
    """The word lists of `locales/<language>/words.toml`: many ways to write a word, one word that stands for them."""

    def __init__(self, locales: Path) -> None:
        lists = {language: tomllib.loads((locales / language / "words.toml").read_text("utf-8")) for language in LISTS}
        self._same = {language: _turned(lists[language]["same"]) for language in LISTS}
        self._insults = frozenset(word for one in lists.values() for word in one["insults"]["words"].split())

    def plain(self, found: Iterable[str], language: str) -> list[str]:
        """Replace every word by the form that stands for it: `gmn`, `camne`, `kumaha` and `how` by `bagaimana`."""
        return [plain for word in found for plain in self.one(word, language)]

    def one(self, word: str, language: str) -> list[str]:
        if doubled := _DOUBLED.fullmatch(word):
            word = "".join(doubled.groups(""))
        return self._listed(word, language) or [word]

    def knows(self, word: str, language: str) -> bool:
        return bool(self._listed(word, language))

    def _listed(self, word: str, language: str) -> list[str]:
        """Find what stands for a word of the lists, also with a possessive ending: `sertifnya`, `daptarna`."""
        ways = [word, *(word.removesuffix(end) for end in _OWNED if word.endswith(end) and len(word) > len(end) + 2)]
        found = (self._same[name].get(way) for way in ways for name in LISTS[language])
        return next((same for same in found if same), [])

    def all_words(self) -> set[str]:
        """List every word of the lists, on either side."""
        return {word for same in self._same.values() for written, full in same.items() for word in (written, *full)}

    def insults(self, found: Iterable[str]) -> bool:
        return not self._insults.isdisjoint(found)


class Spelling:
    """Words known from the questions, found again behind one wrong, missing, doubled or swapped letter."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._near: dict[str, list[str]] = {}
        for word in counts:
            if len(word) >= _SHORTEST_CORRECTED:
                for shorter in _without_one(word):
                    self._near.setdefault(shorter, []).append(word)

    def known(self, word: str) -> bool:
        return word in self._counts

    def correct(self, word: str) -> str:
        """Find the most frequent known word one slip away, or return the word itself."""
        if word in self._counts or len(word) < _SHORTEST_CORRECTED or not word.isalpha():
            return word
        near = {
            known
            for shorter in (word, *_without_one(word))
            for known in (*self._near.get(shorter, ()), *((shorter,) if shorter in self._counts else ()))
            if len(known) >= _SHORTEST_CORRECTED
            and known[0] == word[0]
            and OSA.distance(word, known, score_cutoff=1) <= 1
        }
        return max(near, key=lambda known: (self._counts[known], known), default=word)


def _turned(same: Mapping[str, str]) -> dict[str, list[str]]:
    return {written: full.split() for full, ways in same.items() for written in ways.split()}


def _without_one(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}
