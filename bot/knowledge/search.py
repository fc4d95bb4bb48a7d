"""From a question to the topics that answer it, or an honest "not sure"."""

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from bot.knowledge.meaning import Embed, Trial
from bot.knowledge.model import Floats, Linear, load, pieces, softmax
from bot.knowledge.questions import OUT_OF_SCOPE
from bot.knowledge.wording import Worded, Wording
from bot.knowledge.words import Lexicon

Outcome = Literal["sure", "unsure", "outside"]

#: where the built model lies, below `locales/`
MODEL = Path("search/model.npz")
#: matches that are kept
MOST = 10
#: from which confidence on a topic is answered without asking back
SURE = 0.55
#: how sharp the scores of the words alone, and of words and meaning together, are read
SHARPNESS = 1.0
WORDS_SHARE, MEANING_SHARE = 1.0, 0.6


@dataclass(frozen=True, slots=True)
class Match:
    topic: str
    #: calibrated, 0 to 1
    confidence: float


@dataclass(frozen=True, slots=True)
class Understanding:
    #: id, en, ms or su: what the words are in; None where they do not tell
    language: str | None
    outcome: Outcome
    #: ranked, best first, at most 10; empty only where nothing is known
    matches: tuple[Match, ...]
    #: topics of the further questions in the same message
    others: tuple[str, ...] = ()
    #: letters without words, such as `sdfkjh`
    nonsense: bool = False
    insult: bool = False
    #: a score for every class, and how likely the question lacks a subject
    _scores: Floats | None = field(default=None, repr=False, compare=False)
    _lacking: float = field(default=0.0, repr=False, compare=False)


def fingerprint(locales: Path) -> str:
    """What the model was built from, as a hash: questions, words, follow-ups and subjects."""
    sources = sorted(
        path
        for pattern in ("*/questions/*.toml", "*/words.toml", "*/follow-ups.toml", "subjects.toml")
        for path in locales.glob(pattern)
    )
    digest = hashlib.sha256()
    for path in sources:
        digest.update(path.relative_to(locales).as_posix().encode() + b"\n" + path.read_bytes() + b"\n")
    return digest.hexdigest()


class Search:
    """Ranks topics by the words of a question and, where the extra `semantic` runs, by its meaning."""

    def __init__(self, locales: Path, semantic: bool = True) -> None:
        trial = Trial() if semantic else None
        stored = load(locales / MODEL)
        self._wording = Wording(Lexicon(locales), stored)
        self._topics = Linear(stored, "topic")
        self._ellipsis = Linear(stored, "ellipsis")
        self._classes = self._topics.classes
        self._outside = self._classes.index(OUT_OF_SCOPE)
        known = [topic for topic in self._classes if topic != OUT_OF_SCOPE]
        self._follows = dict(zip(known, stored["follows"].astype(np.float32), strict=True))
        self._meaning = stored["meaning-weights"].astype(np.float32), stored["meaning-bias"].astype(np.float32)
        self._embed: Embed | None = trial.embed() if trial else None

    @property
    def slow(self) -> bool:
        """Whether understand() may take more than 5 ms."""
        return self._embed is not None

    def understand(self, text: str, language: str = "") -> Understanding:
        """What a message asks; `language` is that of the conversation, for words that tell none."""
        worded = self._wording.read(text, language)
        if worded.nonsense or not worded.written:
            return Understanding(worded.told, "outside", (), nonsense=True)
        found = pieces(worded.plain)
        scores = self._scores(worded, found)
        lacking = float(softmax(self._ellipsis.scores((found[0], [])))[1])
        return self._judged(Understanding(worded.told, "outside", (), (), False, worded.insult, scores, lacking))

    def follow_up(self, found: Understanding, previous: str) -> Understanding:
        """What the same words mean right after the card `previous`; a message with its own subject stays as it is."""
        if found._scores is None or previous not in self._follows:
            return found
        moved = self._judged(replace(found, _scores=found._scores + found._lacking * self._follows[previous]))
        return replace(moved, _scores=found._scores)

    def _scores(self, worded: Worded, found: tuple[list[str], list[str]]) -> Floats:
        by_words = np.log(softmax(self._topics.scores(found)))
        if self._embed is None:
            return np.asarray(by_words * SHARPNESS, dtype=np.float32)
        weights, bias = self._meaning
        by_meaning = np.log(softmax(self._embed(worded.meaning) @ weights + bias))
        return np.asarray(WORDS_SHARE * by_words + MEANING_SHARE * by_meaning, dtype=np.float32)

    def _judged(self, found: Understanding) -> Understanding:
        assert found._scores is not None
        chances = softmax(found._scores)
        ranked = [place for place in np.argsort(-chances)[: MOST + 1] if place != self._outside][:MOST]
        matches = tuple(Match(self._classes[place], float(chances[place])) for place in ranked)
        outcome: Outcome = "unsure"
        if chances[self._outside] > matches[0].confidence or found.insult:
            outcome = "outside"
        elif matches[0].confidence >= SURE:
            outcome = "sure"
        return replace(found, outcome=outcome, matches=matches)
