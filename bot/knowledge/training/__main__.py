"""Build the search's model from the ways of asking: `make model`, or `python -m bot.knowledge.training`.

Needs the extras `train` and `semantic`. Reads the questions, unclear ones, words, follow-ups and subjects below
`locales/`; writes `locales/search/model.npz`, and `vectors.npz` beside it, which keeps the embeddings so that only new
ones are computed. Takes a few minutes.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from bot.knowledge.model import LANGUAGE_RUNS, Vocabulary, letters, pieces
from bot.knowledge.questions import OUT_OF_SCOPE, load_questions, load_unclear
from bot.knowledge.search import MODEL, fingerprint
from bot.knowledge.training.distortion import distorted
from bot.knowledge.training.follow_ups import NONE, Subjects
from bot.knowledge.training.softmax import Floats, fit
from bot.knowledge.training.vectors import embedded
from bot.knowledge.wording import Worded, Wording
from bot.knowledge.words import LISTS, Lexicon, words
from bot.language.i18n import LOCALES

SEED = 20261124
#: distorted copies of every way of asking
COPIES = 1
#: what a copy counts for beside the original
COPY_COUNTS = 0.6
#: follow-ups count less: each text comes with many subjects
FOLLOW_UP_COUNTS = 0.15
#: what a question with several meanings counts for, all of them together
SHARED_COUNTS = 2.0
#: a topic that answers so many aspects does not tell which is asked for
SEVERAL = 2
#: a question for no aspect counts less: there are many more of them
NONE_COUNTS = 0.15
#: how often what is not ours is just that, and not what is nearest to it
OUTSIDE = 0.75
#: how much more likely the first of several meanings is than the last
FIRST_TO_LAST = 1.45
#: strength of the pull towards small weights
PENALTY, MEANING_PENALTY = 0.1, 0.03
STEPS = 80
#: how often a piece must be seen to count
OFTEN = 2
#: weights are kept as whole multiples of this, so that the many small ones vanish
GRAIN = 0.04

Pieces = tuple[list[str], list[str]]
Stored = dict[str, NDArray[np.generic]]
#: a question that stands alone, that lacks a subject, that only names one
Kind = Literal["whole", "lacking", "naming"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Asked:
    language: str
    topic: str
    text: str
    #: what it needs of the card before it: the topic where it lacks a subject, the aspect where it only names one
    previous: str = ""
    aspect: str = ""
    #: what it asks of its subject, where the topic does not tell
    asks: str = NONE
    counts: float = 1.0
    kind: Kind = "whole"
    #: one of several meanings of the same words, which keep their shares however often each topic is asked for
    shared: bool = False


def unclear(locales: Path, subjects: Subjects) -> list[Asked]:
    """The questions that may mean several things, once for each; where these answer the same of different subjects,
    a subject is what they lack."""
    return [
        Asked(
            path.parts[-2],
            topic,
            text,
            counts=SHARED_COUNTS * share,
            kind="lacking" if subjects.common(topics) else "whole",
            shared=True,
        )
        for topics, text, path in load_unclear(locales)
        for topic, share in zip(topics, _shares(topics), strict=True)
    ]


def follow_ups(locales: Path, subjects: Subjects) -> list[Asked]:
    """The questions without a subject, or with nothing but a subject."""
    chance = random.Random(SEED)
    found = [
        Asked(language, topic, text, previous, asks=asks, counts=FOLLOW_UP_COUNTS, kind="lacking")
        for language, previous, topic, asks, text in subjects.asked(locales, chance)
    ]
    found += [
        Asked(language, topic, text, "", aspect, asks, FOLLOW_UP_COUNTS, "naming" if aspect else "whole")
        for language, aspect, topic, asks, text in subjects.named(locales, chance)
    ]
    return found


def _shares(topics: Sequence[str]) -> list[float]:
    if topics[0] == OUT_OF_SCOPE:
        return [OUTSIDE] + [(1 - OUTSIDE) / (len(topics) - 1)] * (len(topics) - 1)
    falling = np.linspace(FIRST_TO_LAST, 1, len(topics))
    return list(map(float, falling / falling.sum()))


def copies(asked: Sequence[Asked], number: int) -> list[Asked]:
    chance = random.Random(SEED)
    return [
        replace(one, text=distorted(one.text, one.language, chance), counts=COPY_COUNTS * one.counts)
        for one in asked
        for _ in range(number)
    ]


class Trained:
    """A linear model in the making: its pieces, and texts as rows over them."""

    def __init__(self, name: str, found: Sequence[Pieces]) -> None:
        self.name = name
        self.lists: list[list[str]] = []
        self.vocabularies: list[Vocabulary] = []
        for kind in (0, 1):
            seen = Counter(piece for one in found for piece in set(one[kind]))
            kept = sorted(piece for piece, count in seen.items() if count >= OFTEN)
            rarity = np.array([np.log((1 + len(found)) / (1 + seen[piece])) + 1 for piece in kept], dtype=np.float16)
            self.lists.append(kept)
            places = {piece: place for place, piece in enumerate(kept)}
            self.vocabularies.append(Vocabulary(places, rarity.astype(np.float32)))

    def rows(self, found: Sequence[Pieces]) -> sparse.csr_array:
        blocks = []
        for kind, vocabulary in enumerate(self.vocabularies):
            vectors = [vocabulary.vector(one[kind]) for one in found]
            ends = np.cumsum([0, *(len(places) for places, _ in vectors)])
            flat = np.array([place for places, _ in vectors for place in places], dtype=np.int32)
            values = np.concatenate([values for _, values in vectors]).astype(np.float32)
            blocks.append(sparse.csr_array((values, flat, ends), shape=(len(found), len(vocabulary.places))))
        return sparse.hstack(blocks, format="csr")

    def stored(self, weights: Floats, bias: Floats, classes: Sequence[str]) -> Stored:
        """The arrays of `bot.knowledge.model.Linear`: weights as whole multiples of the grain."""
        arrays: Stored = {f"{self.name}-classes": lines(classes), f"{self.name}-bias": bias}
        arrays[f"{self.name}-grain"] = np.array(GRAIN, dtype=np.float32)
        start = 0
        for kind, kept, vocabulary in zip(("words", "letters"), self.lists, self.vocabularies, strict=True):
            part = np.rint(weights[start : start + len(kept)] / GRAIN).clip(-127, 127).astype(np.int8)
            start += len(kept)
            arrays[f"{self.name}-{kind}"] = lines(kept)
            arrays[f"{self.name}-{kind}-rarity"] = vocabulary.rarity.astype(np.float16)
            arrays[f"{self.name}-{kind}-weights"] = part
        return arrays


def lines(texts: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode("utf-8"), dtype=np.uint8)


def train_language(alone: Sequence[Asked]) -> Stored:
    """Which language words are in, from the words as they stand."""
    found = [(written := words(one.text), letters(written, LANGUAGE_RUNS)) for one in alone]
    model = Trained("language", found)
    classes = list(LISTS)
    targets = np.array([classes.index(one.language) for one in alone])
    sizes = np.bincount(targets)
    importance = (sizes.mean() / sizes[targets]).astype(np.float32)
    none = np.zeros((1, len(classes)), dtype=np.float32)
    return model.stored(*fit(model.rows(found), targets, importance, none, 0.3, STEPS), classes)


def spelling(alone: Sequence[Asked], lexicon: Lexicon) -> Stored:
    """The words that a misspelled one may have meant, with how often each is seen."""
    seen = Counter(word for one in alone for word in words(one.text))
    known = {word: count for word, count in seen.items() if count >= OFTEN}
    for word in lexicon.all_words():
        known.setdefault(word, 1)
    kept = sorted(known)
    counts = np.array([min(known[word], 60_000) for word in kept], dtype=np.uint16)
    return {"spelling-words": lines(kept), "spelling-counts": counts}


class Task:
    """Everything that a fit needs, for a selection of the questions."""

    def __init__(
        self, asked: Sequence[Asked], wording: Wording, likely: dict[str, Floats], classes: Sequence[str]
    ) -> None:
        self.asked, self.classes = asked, classes
        self.worded: list[Worded] = [wording.read(one.text, one.language) for one in asked]
        self.found = [pieces(one.plain) for one in self.worded]
        self.targets = np.array([classes.index(one.topic) for one in asked])
        self.offsets = np.array([likely[one.previous or one.aspect] for one in asked], dtype=np.float32)
        shared = np.array([one.shared for one in asked])
        sizes = np.bincount(self.targets[[one.counts >= COPY_COUNTS for one in asked]], minlength=len(classes))
        balance = np.where(shared, 1.0, np.sqrt(sizes.mean() / np.maximum(sizes[self.targets], 1)))
        self.importance = (balance * [one.counts for one in asked]).astype(np.float32)


def build(locales: Path) -> Stored:
    alone = [Asked(path.parts[-3], topic, text) for topic, text, path in load_questions(locales)]
    classes = sorted({one.topic for one in alone})
    topics = [topic for topic in classes if "." in topic]
    subjects = Subjects(locales, topics)
    several = unclear(locales, subjects)
    written = [*alone, *several, *follow_ups(locales, subjects)]
    lexicon = Lexicon(locales)
    stored = train_language(alone) | spelling([*alone, *several], lexicon)
    wording = Wording(lexicon, stored)
    aspects, table = sorted(subjects.all_aspects()), subjects.likely(classes)
    carried = np.array([subjects.carried(aspect, classes) for aspect in aspects])
    likely = dict(zip(["", *topics, *aspects], [np.zeros_like(table[0]), *table, *carried], strict=True))
    every = Task([*written, *copies([*alone, *several], COPIES)], wording, likely, classes)
    model = Trained("topic", every.found[: len(written)])
    fitted = fit(model.rows(every.found), every.targets, every.importance, every.offsets, PENALTY, STEPS)
    stored |= model.stored(*fitted, classes)
    stored |= {"follows": table.astype(np.float16), "carried": carried.astype(np.float16)}
    stored |= {"topic-aspect": lines([subjects.aspect_of(topic) for topic in topics])}
    stored |= train_meaning(Task(written, wording, likely, classes), locales)
    return stored | train_ellipsis(every, len(written)) | train_aspect(every, len(written), subjects)


def train_meaning(task: Task, locales: Path) -> Stored:
    """The second view: weights over embeddings, brought to mean 0 and deviation 1."""
    vectors = embedded([one.meaning for one in task.worded], locales / MODEL.parent / "vectors.npz")
    mean, deviation = vectors.mean(axis=0), vectors.std(axis=0) * np.sqrt(vectors.shape[1])
    rows = sparse.csr_array((vectors - mean) / deviation)
    weights, bias = fit(rows, task.targets, task.importance, task.offsets, MEANING_PENALTY, STEPS)
    weights = weights / deviation[:, None]
    return {"meaning-weights": weights.astype(np.float16), "meaning-bias": bias - mean @ weights}


def train_ellipsis(task: Task, own: int) -> Stored:
    """Whether a question lacks a subject, or only names one; the first `own` questions are as they were written."""
    targets = np.array([KINDS.index(one.kind) for one in task.asked])
    return _by_words("ellipsis", task.found, own, targets, np.ones(len(targets), dtype=np.float32), KINDS)


def train_aspect(task: Task, own: int, subjects: Subjects) -> Stored:
    """What a question asks of its subject, where that is known; the first `own` questions are as they were written."""
    classes = [NONE, *sorted(subjects.all_aspects())]
    known = {
        row: one.asks or (NONE if one.kind == "naming" else subjects.aspect_of(one.topic))
        for row, one in enumerate(task.asked)
        if one.asks or one.kind == "naming" or len(subjects.answered(one.topic)) < SEVERAL
    }
    targets = np.array([classes.index(aspect) for aspect in known.values()])
    importance = np.where(targets, 1.0, NONE_COUNTS).astype(np.float32)
    found = [task.found[row] for row in known]
    return _by_words("aspect", found, sum(row < own for row in known), targets, importance, classes)


def _by_words(
    name: str, found: Sequence[Pieces], own: int, targets: NDArray[np.intp], importance: Floats, classes: Sequence[str]
) -> Stored:
    alone: list[Pieces] = [(words, []) for words, _ in found]
    model = Trained(name, alone[:own])
    none = np.zeros((1, len(classes)), dtype=np.float32)
    return model.stored(*fit(model.rows(alone), targets, importance, none, 0.3, STEPS), classes)


def main() -> None:
    stored = build(LOCALES)
    stored["fingerprint"] = lines([fingerprint(LOCALES)])
    (LOCALES / MODEL).parent.mkdir(exist_ok=True)
    np.savez_compressed(LOCALES / MODEL, allow_pickle=False, **stored)
    print(f"{LOCALES / MODEL}: {(LOCALES / MODEL).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
