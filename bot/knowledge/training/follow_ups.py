"""Questions without a subject, or with nothing but a subject, for training: what each asks for after which card."""

import random
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

import numpy as np

from bot.knowledge.training.softmax import Floats
from bot.knowledge.words import LISTS

#: how often the next question stays with the card, the subject, the area (the rest goes anywhere)
SAME, SUBJECT, AREA = 0.25, 0.55, 0.12
#: the same after a card that answers so many aspects by itself
WHOLE, SAME_WHOLE, SUBJECT_WHOLE = 3, 0.55, 0.25
#: how often "and halal?" asks for what was asked last
CARRIES = 0.8
#: what each of its questions may have asked for before
ASKED = 3
#: what `naming` calls a question that names a subject and nothing else; the class of questions for nothing known
ANY, NONE = "any", ""


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

    def asked(self, locales: Path, chance: random.Random) -> Iterator[tuple[str, str, str, str, str]]:
        """Every question without a subject, as (language, previous topic, topic, its aspect or `NONE`, text)."""
        for language in LISTS:
            tables = _follow_ups(locales, language)
            for aspect, texts in tables["aspects"].items():
                for name, table in self._tables.items():
                    if target := table.get(aspect):
                        for text in texts:
                            yield language, chance.choice(self._members[name]), target, aspect, text
            for target, texts in tables["topics"].items():
                near = sorted(self.beside(target) | {target})
                for text in texts:
                    yield language, target, target, NONE, text
                    yield from ((language, chance.choice(near), target, NONE, text) for _ in range(3))

    def named(self, locales: Path, chance: random.Random) -> Iterator[tuple[str, str, str, str, str]]:
        """Questions that name a subject, as (language, aspect asked before, topic, aspect, text): one of the two."""
        for language in LISTS:
            tables = _follow_ups(locales, language)
            for name, called in tables["names"].items():
                table = {aspect: topic for aspect, topic in self._tables[name].items() if aspect != "topics"}
                for aspect, texts in tables["naming"].items():
                    for text in (text.format(name=one) for text in texts for one in called):
                        if aspect == ANY:
                            for asked in chance.sample(sorted(table), min(ASKED, len(table))):
                                yield language, asked, table[asked], NONE, text
                        elif aspect in table:
                            yield language, NONE, table[aspect], aspect, text

    def answered(self, topic: str) -> set[str]:
        """The aspects that a topic answers."""
        return {aspect for table in self._tables.values() for aspect, one in table.items() if one == topic}

    def common(self, topics: Sequence[str]) -> set[str]:
        """The aspects that each of these topics answers."""
        return set.intersection(*map(self.answered, topics))

    def all_aspects(self) -> set[str]:
        """What can be asked of the subjects."""
        return {aspect for table in self._tables.values() for aspect in table} - {"topics"}

    def aspect_of(self, topic: str) -> str:
        """The one aspect that a topic answers, `NONE` where it answers several or none."""
        answered = self.answered(topic)
        return answered.pop() if len(answered) == 1 else NONE

    def carried(self, aspect: str, classes: Sequence[str]) -> Floats:
        """Compute for each class how much likelier than usual it is after this aspect, as logarithms."""
        answers = {table[aspect] for table in self._tables.values() if aspect in table}
        shares = [CARRIES / len(answers) * (one in answers) if answers else 0.0 for one in classes]
        rest = (1 - CARRIES if answers else 1.0) / len(classes)
        return np.log((np.array(shares) + rest) * len(classes)).astype(np.float32)

    def likely(self, classes: Sequence[str]) -> Floats:
        """Compute for each topic just answered how much likelier than usual each class is next, as logarithms."""
        table = np.empty((len(self._topics), len(classes)), dtype=np.float32)
        for row, previous in enumerate(self._topics):
            shares: dict[str, float] = defaultdict(float)
            beside = self.beside(previous) - {previous}
            area = {topic for topic in self._topics if topic.partition(".")[0] == previous.partition(".")[0]}
            whole = len(self.answered(previous)) >= WHOLE
            same, subject = (SAME_WHOLE, SUBJECT_WHOLE) if whole else (SAME, SUBJECT)
            for group, share in (({previous}, same), (beside, subject), (area, AREA), (set(classes), 0.08)):
                for topic in group:
                    shares[topic] += share / len(group)
            table[row] = [np.log(shares[topic] * len(classes)) for topic in classes]
        return table


def _follow_ups(locales: Path, language: str) -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((locales / language / "follow-ups.toml").read_text("utf-8"))
