"""A message in words that can be compared: its language told, abbreviations written out, slips corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.model import LANGUAGE_RUNS, Linear, letters, softmax
from bot.knowledge.words import LISTS, Lexicon, Spelling, cut, words

#: the confidence from which a language is named, and words are read by it
CERTAIN = 0.75
#: a message of fewer words does not tell its language
FEWEST = 2
#: words are made of runs of letters that were seen before; fewer than this share of them is nonsense
FAMILIAR = 0.45


@dataclass(frozen=True, slots=True)
class Worded:
    #: the words as they stand
    written: tuple[str, ...]
    #: the words in the form that stands for them
    plain: tuple[str, ...]
    #: the language they are read by
    language: str
    #: the language they tell, if they do
    told: str | None
    nonsense: bool
    insult: bool

    @property
    def meaning(self) -> str:
        """The text whose meaning is computed: English as it is, other languages by the words that stand for theirs.

        Only Latin letters are kept, as all four languages use them: each other letter costs as much as a word.
        """
        told = self.written if self.language == "en" else self.plain
        return cut(" ".join(word for word in told if word.isascii()))


class Wording:
    def __init__(self, lexicon: Lexicon, stored: Mapping[str, NDArray[np.generic]]) -> None:
        self._lexicon = lexicon
        self._languages = Linear(stored, "language")
        known = stored["spelling-words"].tobytes().decode("utf-8").split("\n")
        counts = [int(count) for count in stored["spelling-counts"]]
        self._spelling = Spelling(dict(zip(known, counts, strict=True)))

    def read(self, text: str, hint: str = "") -> Worded:
        """Read a message; `hint` is the language of the conversation, for words that tell none."""
        written = words(text)
        language, told = self._language(written, hint)
        spelled = [word if self._lexicon.knows(word, language) else self._spelling.correct(word) for word in written]
        nonsense = not any(self._spelling.known(word) for word in spelled) and not self._familiar(written)
        plain = tuple(self._lexicon.plain(spelled, language))
        return Worded(tuple(spelled), plain, language, told, nonsense, self._lexicon.insults(written))

    def _language(self, written: Sequence[str], hint: str) -> tuple[str, str | None]:
        chances = softmax(self._languages.scores((list(written), letters(written, LANGUAGE_RUNS))))
        if hint in LISTS:
            chances = chances * np.where(np.array(self._languages.classes) == hint, 2.0, 1.0)
            chances = chances / chances.sum()
        best = int(chances.argmax())
        language = self._languages.classes[best]
        told = language if chances[best] >= CERTAIN and len(written) >= FEWEST else None
        return language if told or hint not in LISTS else hint, told

    def _familiar(self, written: Sequence[str]) -> bool:
        runs = letters([word for word in written if word.isalpha()], LANGUAGE_RUNS[1:])
        known = self._languages.vocabularies[1].places
        return bool(runs) and sum(run in known for run in runs) >= FAMILIAR * len(runs)
