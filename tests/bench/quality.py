"""How well the search understands a file of questions: `python -m tests.bench.quality FILE` (or `make quality`).

Each line is `{"id", "lang", "kind", "text", "accept": [topics], "after"?: the question before it}`; nothing to accept
means out of scope. Prints everything twice: with the extra `semantic`, where it runs, and without.
"""

import json
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge.search import Search, Understanding
from bot.language.i18n import LOCALES

DEV = Path(__file__).parent / "dev-questions.jsonl"
WORST = 20


@dataclass(frozen=True, slots=True)
class Judged:
    """One question of the file, what was understood, and the seconds of processor time it took."""

    id: str
    language: str
    kind: str
    text: str
    accept: tuple[str, ...]
    found: Understanding
    seconds: float

    @property
    def best(self) -> str:
        return self.found.matches[0].topic if self.found.matches else ""

    @property
    def confidence(self) -> float:
        return self.found.matches[0].confidence if self.found.matches else 0.0

    @property
    def right(self) -> bool:
        return self.best in self.accept

    @property
    def in_three(self) -> bool:
        return any(match.topic in self.accept for match in self.found.matches[:3])

    @property
    def sure(self) -> bool:
        return self.found.outcome == "sure"


def judge(search: Search, file: Path) -> list[Judged]:
    return [_one(search, json.loads(line)) for line in file.read_text("utf-8").splitlines() if line.strip()]


def _one(search: Search, asked: dict[str, str]) -> Judged:
    before = search.understand(asked["after"]) if asked.get("after") else None
    start = time.thread_time()
    found = search.understand(asked["text"])
    if before and before.matches:
        found = search.follow_up(found, before.matches[0].topic, before.aspect)
    seconds = time.thread_time() - start
    return Judged(asked["id"], asked["lang"], asked["kind"], asked["text"], tuple(asked["accept"]), found, seconds)


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares (0 to 1) over a judged file; `right` to `wrong_though_sure` are those of single questions in scope."""

    right: float
    in_three: float
    sure_and_right: float
    wrong_though_sure: float
    outside_answered: float
    follow_ups_right: float
    by_language: dict[str, float]
    by_kind: dict[str, float]

    @classmethod
    def of(cls, judged: Sequence[Judged]) -> "Quality":
        single = [one for one in judged if one.accept and one.kind != "followup"]
        return cls(
            right=share(single, lambda one: one.right),
            in_three=share(single, lambda one: one.in_three),
            sure_and_right=share(single, lambda one: one.sure and one.right),
            wrong_though_sure=share(single, lambda one: one.sure and not one.right),
            outside_answered=share([one for one in judged if not one.accept], lambda one: one.sure),
            follow_ups_right=share([one for one in judged if one.kind == "followup"], lambda one: one.right),
            by_language=_grouped(single, lambda one: one.language),
            by_kind=_grouped(single, lambda one: one.kind),
        )


def share(judged: Iterable[Judged], fits: Callable[[Judged], bool]) -> float:
    fitting = [fits(one) for one in judged]
    return sum(fitting) / len(fitting) if fitting else 0.0


def _grouped(judged: Sequence[Judged], name: Callable[[Judged], str]) -> dict[str, float]:
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[name(one)].append(one)
    return {key: share(group, lambda one: one.right) for key, group in sorted(groups.items())}


def report(judged: Sequence[Judged]) -> str:
    quality = Quality.of(judged)
    times = sorted(one.seconds * 1000 for one in judged)
    lines = [
        f"right first {quality.right:.1%}   in three {quality.in_three:.1%}",
        f"sure and right {quality.sure_and_right:.1%}   wrong though sure {quality.wrong_though_sure:.1%}",
        f"out of scope answered {quality.outside_answered:.1%}   follow-ups right first {quality.follow_ups_right:.1%}",
        "by language  " + "   ".join(f"{name} {value:.1%}" for name, value in quality.by_language.items()),
        "by kind      " + "   ".join(f"{name} {value:.1%}" for name, value in quality.by_kind.items()),
        f"processor time {statistics.median(times):.1f} ms (median), {times[int(len(times) * 0.99)]:.1f} ms (p99)",
        "",
        "worst:",
        *_worst(judged),
        "",
        "confused:",
        *_confused(judged),
    ]
    return "\n".join(lines)


def _worst(judged: Sequence[Judged]) -> list[str]:
    """The most confident of the wrong ones, those that would have been answered first."""
    wrong = [one for one in judged if (not one.right if one.accept else one.sure)]
    wrong.sort(key=lambda one: (one.sure, one.confidence), reverse=True)
    return [
        f"  {one.found.outcome:7} {one.confidence:.2f} {one.best} <- {' or '.join(one.accept) or 'nothing'}: {one.text}"
        for one in wrong[:WORST]
    ]


def _confused(judged: Sequence[Judged]) -> list[str]:
    pairs = Counter((one.accept[0], one.best) for one in judged if one.accept and not one.right)
    return [f"  {count} x {meant} taken for {taken}" for (meant, taken), count in pairs.most_common(10)]


def main() -> None:
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else DEV
    for semantic in (True, False):
        search = Search(LOCALES, semantic=semantic)
        if semantic and not search.knows_meaning:
            print("The extra `semantic` does not run here.\n")
            continue
        print(f"--- {file.name}, {'words and meaning' if semantic else 'words alone'} ---")
        print(report(judge(search, file)) + "\n")


if __name__ == "__main__":
    main()
