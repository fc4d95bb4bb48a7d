"""What the assistant knows: cards, the facts they show, and the search that picks one. No database, no network."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.knowledge.cards import Card, load_cards
from bot.knowledge.facts import Fact, Source, load_facts, load_sources
from bot.knowledge.search import Match, Search, Understanding

#: the language every card exists in
FIRST = "id"
#: choices offered where the search is not sure
CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything that was written down: cards, facts, sources."""

    #: by language, then by topic
    cards: Mapping[str, Mapping[str, Card]]
    facts: Mapping[str, Fact]
    sources: Mapping[str, Source]

    def card(self, topic: str, language: str) -> Card | None:
        """The card in this language, or else in Indonesian."""
        return self.cards.get(language, {}).get(topic) or self.cards[FIRST].get(topic)


@dataclass(frozen=True, slots=True)
class Knowledge(Shelf):
    """What was written down, and the search that finds it."""

    search: Search

    def judge(self, found: Understanding, previous: str = "", aspect: str = "") -> Understanding:
        """Understand a question as following the card `previous` and its `aspect`; only topics with cards are kept."""
        if previous:
            found = self.search.follow_up(found, previous, aspect)
        matches = tuple(match for match in found.matches if match.topic in self.cards[FIRST])
        outcome = found.outcome
        if outcome != "outside" and (not matches or matches[0].topic != found.matches[0].topic):
            outcome = "outside" if found.outcome == "sure" or not matches else "unsure"
        others = tuple(topic for topic in found.others if topic in self.cards[FIRST])
        return replace(found, outcome=outcome, matches=matches, others=others)

    def answer(self, text: str, after: str = "", language: str = "") -> "Answer":
        """Find the card for a question asked on its own, or right after the card `after`."""
        found = self.judge(self.search.understand(text, language), after)
        ranked = [match.topic for match in found.matches[:CANDIDATES]]
        return Answer(ranked[0] if found.outcome == "sure" else None, ranked)


@dataclass(frozen=True, slots=True)
class Answer:
    """The topic whose card is shown, None where it abstains or asks back; and the candidates, best first."""

    topic: str | None
    candidates: list[str]


def shelf(locales: Path) -> Shelf:
    """Read cards, facts and sources below `locales`; raises `bot.knowledge.facts.Faulty` naming file and line."""
    sources = load_sources(locales / "sources.toml")
    cards = {folder.parent.name: load_cards(folder, folder.parent.name) for folder in locales.glob("*/cards")}
    return Shelf(cards, load_facts(locales / "facts.toml", sources), sources)


def load(locales: Path) -> Knowledge:
    """Read everything below `locales`; raises `bot.knowledge.facts.Faulty` naming file and line."""
    written = shelf(locales)
    return Knowledge(written.cards, written.facts, written.sources, Search(locales))


__all__ = ["Answer", "Card", "Fact", "Knowledge", "Match", "Shelf", "Source", "Understanding", "load", "shelf"]
