"""From a question to the topics that answer it, or an honest "not sure"."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Literal

import numpy as np

from bot.knowledge.meaning import Embed, Trial
from bot.knowledge.model import Floats, Linear, lines, load, pieces, softmax
from bot.knowledge.questions import OUT_OF_SCOPE
from bot.knowledge.wording import Worded, Wording
from bot.knowledge.words import Lexicon, cut, words

Outcome = Literal["sure", "unsure", "outside"]

#: where the built model lies, below `locales/`
MODEL = Path("search/model.npz")
#: the topic of greetings and thanks, which are no question beside another
GREETING = "bot.help"
#: how many matches are kept
MOST = 10
#: the confidence from which a topic is answered without asking back
SURE = 0.75
#: the confidence from which the words are enough: to compute their meaning takes thirty times as long
PLAIN = 0.95
#: how many messages are remembered with what they mean: many people open with the same question
REMEMBERED = 2000
#: what the scores of the words count for where they stand alone, and those of words and meaning together, so that
#: confidences come true (least surprise over the questions of `tests/bench/dev-questions.jsonl`)
WORDS_ALONE = 1.5
WORDS, MEANING = 0.9, 0.8
#: the weight of the last card, where a question lacks a subject
FOLLOWS = 3.0
#: the weight of the aspect last asked for, where a question only names another subject: "and halal?"
CARRIED = 2.0
#: the confidence from which a question asks for an aspect, or only names a subject
PLAINLY = 0.45
#: the confidence of the rest of a message from which an insult in it is passed over
CLEAR = 0.8
#: the confidence from which a question is said to be not ours, instead of offering choices
NOT_OURS = 0.35
#: the confidence from which a further question is offered
OFFERED = 0.4
#: after a question mark, and before these words, the next question of a message may begin
_NEXT = re.compile(r"(?<=\?)|\b(?=(?:terus|trus|trs|lalu|tuluy|lepas tu|and also|also)\b)", re.IGNORECASE)
#: what makes a question of words without a question mark, in the form that stands for all languages
_ASKING = frozenset("apa bagaimana berapa bisa boleh cara kapan kenapa mana perlu siapa tidak wajib".split())
#: the least words of a question
_FEWEST = 2


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
    #: what is asked of its subject, as `follow-ups.toml` calls it (cost, duration); empty where that is not plain
    aspect: str = ""
    #: a score for every class, and how likely the question lacks a subject, or is nothing but a subject's name: what
    #: follow_up() needs
    _scores: Floats | None = field(default=None, repr=False, compare=False)
    _lacking: float = field(default=0.0, repr=False, compare=False)
    _naming: float = field(default=0.0, repr=False, compare=False)


def fingerprint(locales: Path) -> str:
    """Hash what the model is built from: questions, words, follow-ups and subjects."""
    sources = sorted(
        path
        for pattern in ("*/questions/*.toml", "*/unclear.toml", "*/words.toml", "*/follow-ups.toml", "subjects.toml")
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
        self._aspect = Linear(stored, "aspect")
        self._classes = self._topics.classes
        self._outside = self._classes.index(OUT_OF_SCOPE)
        known = [topic for topic in self._classes if topic != OUT_OF_SCOPE]
        self._follows = dict(zip(known, stored["follows"].astype(np.float32), strict=True))
        self._carried = dict(zip(self._aspect.classes[1:], stored["carried"].astype(np.float32), strict=True))
        self._aspect_of = dict(zip(known, lines(stored["topic-aspect"]), strict=True))
        self._meaning = stored["meaning-weights"].astype(np.float32), stored["meaning-bias"].astype(np.float32)
        self._embed: Embed | None = trial.embed() if trial else None
        self._remembered: dict[tuple[str, str], Understanding] = {}
        self._remembering = Lock()

    @property
    def knows_meaning(self) -> bool:
        """Whether the extra `semantic` runs here."""
        return self._embed is not None

    def understand(self, text: str, language: str = "") -> Understanding:
        """Understand a message; `language` is that of the conversation, for words that tell none.

        Takes 30 ms or more where the meaning has to be computed; `at_once` knows when.
        """
        text = cut(text)
        return self.at_once(text, language) or self._remember(text, language, self._read(text, language, self._embed))

    def at_once(self, text: str, language: str = "") -> Understanding | None:
        """Understand a message in 1 ms, from memory or by the words alone; None where these are not plain enough."""
        text = cut(text)
        if known := self._remembered.get((text, language)):
            return known
        found = self._read(text, language, None)
        if self._embed and found._scores is not None and softmax(found._scores).max() < PLAIN:
            return None
        return self._remember(text, language, found)

    def _remember(self, text: str, language: str, found: Understanding) -> Understanding:
        with self._remembering:
            if len(self._remembered) >= REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
            self._remembered[text, language] = found
        return found

    def _read(self, text: str, language: str, embed: Embed | None) -> Understanding:
        whole = self._alone(text, language, embed)
        if whole._scores is None or whole.insult:
            return whole
        several = self._several(_parts(text), language)
        return _led_by(whole, several[0], several[1:]) if len(several) > 1 else whole

    def aspect_of(self, topic: str) -> str:
        """The aspect of its subject that a topic is about, such as `cost`; empty for one that is about all of it."""
        return self._aspect_of[topic]

    def follow_up(self, found: Understanding, previous: str, aspect: str = "") -> Understanding:
        """Understand the same words as said right after the card `previous`, of which `aspect` was asked.

        A message with its own subject stays as it is.
        """
        if found._scores is None or found.others or previous not in self._follows:
            return found
        asked = self._aspect_of[previous] or aspect
        scores = found._scores + FOLLOWS * found._lacking * self._follows[previous]
        if asked in self._carried:
            scores = scores + CARRIED * found._naming * self._carried[asked]
        kept = asked if found._naming >= PLAINLY else found.aspect
        return replace(self._judged(replace(found, _scores=scores)), aspect=kept, _scores=found._scores)

    def _alone(self, text: str, language: str, embed: Embed | None) -> Understanding:
        """Understand a text as one question."""
        worded = self._wording.read(text, language)
        if worded.nonsense or not worded.written:
            return Understanding(worded.told, "outside", (), nonsense=worded.nonsense)
        found = pieces(worded.plain)
        scores = self._scored(worded, found, embed)
        _, lacking, naming = map(float, softmax(self._ellipsis.scores((found[0], []))))
        aspects = softmax(self._aspect.scores((found[0], [])))
        asked = self._aspect.classes[int(aspects.argmax())] if aspects.max() >= PLAINLY else ""
        understood = Understanding(worded.told, "outside", (), insult=worded.insult, aspect=asked)
        return self._judged(replace(understood, _scores=scores, _lacking=lacking, _naming=naming))

    def _several(self, parts: list[str], language: str) -> list[Match]:
        """Understand the questions of a message by their words, each after the one before; the first must be sure."""
        asked: list[Match] = []
        for part in parts if len(parts) > 1 else ():
            if not (part.endswith("?") or _ASKING.intersection(self._wording.read(part, language).plain)):
                continue
            found = self._alone(part, language, None)
            if asked:
                found = self.follow_up(found, asked[-1].topic)
            if found.outcome == "outside" or found.matches[0].topic in (GREETING, *(one.topic for one in asked)):
                continue
            if found.matches[0].confidence >= (OFFERED if asked else SURE):
                asked.append(found.matches[0])
        return asked

    def _scored(self, worded: Worded, found: tuple[list[str], list[str]], embed: Embed | None) -> Floats:
        by_words = np.log(softmax(self._topics.scores(found)))
        if embed is None or not worded.meaning:
            return np.asarray(WORDS_ALONE * by_words, dtype=np.float32)
        weights, bias = self._meaning
        by_meaning = np.log(softmax(embed(worded.meaning) @ weights + bias))
        return np.asarray(WORDS * by_words + MEANING * by_meaning, dtype=np.float32)

    def _judged(self, found: Understanding) -> Understanding:
        assert found._scores is not None
        chances = softmax(found._scores)
        ranked = [place for place in np.argsort(-chances)[: MOST + 1] if place != self._outside][:MOST]
        matches = tuple(Match(self._classes[place], float(chances[place])) for place in ranked)
        insult = found.insult and matches[0].confidence < CLEAR
        outcome: Outcome = "unsure"
        if chances[self._outside] > max(matches[0].confidence, NOT_OURS) or insult:
            outcome = "outside"
        elif matches[0].confidence >= SURE:
            outcome = "sure"
        return replace(found, outcome=outcome, matches=matches, insult=insult)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _NEXT.split(text) if len(words(part)) >= _FEWEST]


def _led_by(whole: Understanding, first: Match, others: Sequence[Match]) -> Understanding:
    """The understanding of the whole message, answered with one of its questions."""
    rest = tuple(match for match in whole.matches if match.topic != first.topic)
    further = tuple(match.topic for match in others)
    return replace(whole, outcome="sure", matches=(first, *rest)[:MOST], others=further)
