"""Questions without a subject, for training: what each asks for after which card, and which card follows which."""

import random
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

import numpy as np

from bot.knowledge.words import LISTS
from tests.softmax import Floats

#: how often the next question stays with the card, the subject, the area (the rest goes anywhere)
SAME, SUBJECT, AREA = 0.25, 0.55, 0.12


class Subjects:
    """`locales/subjects.toml`: which topics speak of the same thing."""

    def __init__(self, locales: Path, topics: Sequence[str]) -> None:
        self._topics = topics
        self._tables = tomllib.loads((locales / "subjects.toml").read_text("utf-8"))
        self._members = {
            name: [topic for topic in topics if any(fnmatch(topic, pattern) for pattern in table["topics"])]
            for name, table in self._tables.items()
        }

    def beside(self, topic: str) -> set[str]:
        """The topics of every subject that this one belongs to."""
        return {other for members in self._members.values() if topic in members for other in members}

    def asked(self, locales: Path, chance: random.Random) -> Iterator[tuple[str, str, str, str]]:
        """Every question without a subject, as (language, previous topic, topic, text)."""
        for language in LISTS:
            tables = tomllib.loads((locales / language / "follow-ups.toml").read_text("utf-8"))
            for aspect, texts in tables["aspects"].items():
                for name, table in self._tables.items():
                    if target := table.get(aspect):
                        for text in texts:
                            yield language, chance.choice(self._members[name]), target, text
            for target, texts in tables["topics"].items():
                near = sorted(self.beside(target) | {target})
                for text in texts:
                    yield language, target, target, text
                    yield from ((language, chance.choice(near), target, text) for _ in range(3))

    def likely(self, classes: Sequence[str]) -> Floats:
        """For each topic just answered, how much more likely than usual each class is next, as logarithms."""
        table = np.empty((len(self._topics), len(classes)), dtype=np.float32)
        for row, previous in enumerate(self._topics):
            shares: dict[str, float] = defaultdict(float)
            beside = self.beside(previous) - {previous}
            area = {topic for topic in self._topics if topic.partition(".")[0] == previous.partition(".")[0]}
            for group, share in (({previous}, SAME), (beside, SUBJECT), (area, AREA), (set(classes), 0.08)):
                for topic in group:
                    shares[topic] += share / len(group)
            table[row] = [np.log(shares[topic] * len(classes)) for topic in classes]
        return table
