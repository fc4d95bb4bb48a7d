"""Linear models over the pieces of a text: words, pairs of words, runs of letters. Built ahead, read from one file."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.words import stem

Floats = NDArray[np.float32]
#: lengths of the runs of letters
RUNS = (2, 3, 4, 5)
#: lengths of the runs of letters that tell languages apart
LANGUAGE_RUNS = (2, 3)


def pieces(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """List the stems, neighbouring stems, stems one word apart, and runs of letters within each word."""
    stems = [stem(word) for word in words]
    framed = ["^", *stems, "$"]
    apart = [f"{min(a, b)}~{max(a, b)}" for a, b in zip(stems, stems[2:], strict=False)]
    return stems + [f"{a} {b}" for a, b in pairwise(framed)] + apart, letters(words, RUNS)


def letters(words: Iterable[str], lengths: Sequence[int]) -> list[str]:
    found = []
    for word in words:
        framed = f"{word:_^{len(word) + 2}}"
        for length in lengths:
            found += [framed[at : at + length] for at in range(len(framed) - length + 1)]
    return found


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The pieces of one kind that count, with their places in the weights and how rare they are."""

    places: Mapping[str, int]
    rarity: Floats

    def vector(self, found: Iterable[str]) -> tuple[list[int], Floats]:
        """The places of the known pieces, and their values, of length 1 together."""
        counts = Counter(place for piece in found if (place := self.places.get(piece)) is not None)
        places = list(counts)
        values = np.array([1.0 + math.log(count) for count in counts.values()], dtype=np.float32) * self.rarity[places]
        return places, values / max(float(np.sqrt(values @ values)), 1e-9)


class Linear:
    """A score for every class: the weights of the pieces found, added up."""

    def __init__(self, stored: Mapping[str, NDArray[np.generic]], name: str) -> None:
        self.classes = lines(stored[f"{name}-classes"])
        self.vocabularies: list[Vocabulary] = []
        self._weights: list[NDArray[np.int8]] = []
        for kind in ("words", "letters"):
            found = lines(stored[f"{name}-{kind}"])
            places = {piece: place for place, piece in enumerate(found)}
            self.vocabularies.append(Vocabulary(places, stored[f"{name}-{kind}-rarity"].astype(np.float32)))
            self._weights.append(stored[f"{name}-{kind}-weights"].astype(np.int8))
        self._grain = np.float32(stored[f"{name}-grain"])
        self._bias = stored[f"{name}-bias"].astype(np.float32)

    def scores(self, found: tuple[list[str], list[str]]) -> Floats:
        total = self._bias.copy()
        for vocabulary, weights, some in zip(self.vocabularies, self._weights, found, strict=True):
            places, values = vocabulary.vector(some)
            total += (values * self._grain) @ weights[places].astype(np.float32)
        return total


def load(path: Path) -> dict[str, NDArray[np.generic]]:
    """Load the arrays of a built model."""
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum(), dtype=np.float32)


def lines(stored: NDArray[np.generic]) -> list[str]:
    """Split texts that are kept as one array of bytes."""
    return stored.tobytes().decode("utf-8").split("\n")
