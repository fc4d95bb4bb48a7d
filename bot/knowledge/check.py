"""What is wrong with the knowledge, said with file and line; and what has grown old."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.knowledge import FIRST, Card, Shelf, shelf
from bot.knowledge.cards import LABEL_LIMIT, PLACEHOLDER, SECTION_LIMIT, SHORT_LIMIT, Part, fill
from bot.knowledge.facts import Faulty, line_of
from bot.knowledge.questions import OUT_OF_SCOPE, load_questions, load_unclear, same_question
from bot.language.i18n import speaking
from bot.language.markdown import faults as markdown_faults
from bot.language.markdown import plain

_MONTHS = "januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember"
#: money, dates, shares and durations that ought to be facts; the year of a law or a newspaper may stand
_BARE = re.compile(
    r"\b(?:Rp|RM|US\$|USD|MYR|IDR) ?\d[\d.,]*"
    r"|\b\d[\d.,]* ?(?:rupiah|ringgit|dolar|ribu|juta|miliar|triliun|persen|%)"
    rf"|\b\d{{1,2}} (?:{_MONTHS})\b"
    r"|\b\d+ (?:hari|minggu|bulan|tahun|jam|menit)\b"
    r"|(?<![\w.])(?:www\.|https?://)\S+|\b[\w-]+\.(?:go\.id|co\.id|or\.id|ac\.id|gov\.my|com\.my)\b",
    re.IGNORECASE,
)
_NEXT = 3


@dataclass(frozen=True, slots=True)
class Findings:
    """`faults` must be mended before the knowledge is used; `stale` and `unsourced` need a person's look."""

    faults: list[str]
    stale: list[str]
    unsourced: list[str]


def check(locales: Path, today: date) -> Findings:
    """Find everything that is wrong below `locales`; a file that cannot be read at all ends the search."""
    try:
        known = shelf(locales)
        questions, unclear = load_questions(locales), load_unclear(locales)
    except Faulty as fault:
        return Findings([str(fault)], [], [])
    faults = [fault for cards in known.cards.values() for fault in _labels(cards.values())]
    for cards in known.cards.values():
        for card in cards.values():
            faults += [f"{card.path}:{line}: {what}" for line, what in _card_faults(card, known)]
    faults += _question_faults(locales, known, questions)
    faults += _unclear_faults(known, unclear, questions)
    faults += _unused(locales, known)
    return Findings(faults, list(_stale(known, today)), list(_unsourced(known)))


def _card_faults(card: Card, known: Shelf) -> Iterator[tuple[int, str]]:
    topics = known.cards[FIRST]
    for topic in card.related:
        if topic not in topics:
            yield 1, f"the related topic {topic} has no card"
    if len(card.next) != _NEXT:
        yield 1, f"`next` names {_NEXT} topics or #sections"
    for target in card.next:
        if target.startswith("#") and not card.section(target[1:]):
            yield 1, f"`next` names {target}, which is no section here"
        if not target.startswith("#") and target not in topics:
            yield 1, f"`next` names {target}, which has no card"
    for source in {source for part in card.parts() for source in part.sources} - set(known.sources):
        yield 1, f"the source {source} is not in sources.toml"
    yield from _part_faults(card.short, SHORT_LIMIT, known)
    for section in card.sections:
        if len(section.label) > LABEL_LIMIT:
            yield section.line, f"the heading {section.label!r} is longer than a button: {LABEL_LIMIT} characters"
        yield from _part_faults(section, SECTION_LIMIT, known)


def _part_faults(part: Part, limit: int, known: Shelf) -> Iterator[tuple[int, str]]:
    unknown = [fact for fact in part.facts() if fact not in known.facts]
    if unknown:
        yield part.line, f"unknown facts: {', '.join(unknown)}"
        return
    if not part.sources:
        yield part.line, "no source"
    if not part.text:
        yield part.line, "no text"
    with speaking(FIRST):
        filled = fill(part, known.facts)
    if len(plain(filled)) > limit:
        yield part.line, f"{len(plain(filled))} characters, at most {limit} fit a phone"
    for fault in markdown_faults(filled):
        yield part.line, fault
    for bare in _BARE.findall(PLACEHOLDER.sub("", part.text)):
        yield part.line, f"{bare!r} should be a fact"
    if re.search(r"\{[^}]*\}?|\[[^\]]*\]\(", PLACEHOLDER.sub("", part.text)):
        yield part.line, "a broken placeholder, or a link written as a link"


def _labels(cards: Iterable[Card]) -> Iterator[str]:
    """Check that labels fit a button, and lead to one place only."""
    seen: dict[str, Card] = {}
    for card in cards:
        for label in {card.label, card.apart}:
            if len(label) > LABEL_LIMIT:
                yield f"{card.path}:1: the label {label!r} is longer than {LABEL_LIMIT} characters"
        other = seen.setdefault(card.label.lower(), card)
        if other is not card:
            yield f"{card.path}:1: the label {card.label!r} is also that of {other.topic}"


def _question_faults(locales: Path, known: Shelf, questions: list[tuple[str, str, Path]]) -> Iterator[str]:
    """Check that each topic that is asked for has a card, and that no words stand under two topics."""
    where: dict[str, dict[str, Path]] = defaultdict(dict)
    for topic, text, path in questions:
        where[same_question(text)][topic] = path
    for words, topics in where.items():
        if len(topics) > 1:
            yield f"{next(iter(topics.values()))}:1: {words!r} is asked under {' and '.join(sorted(topics))}"
    asked = Counter(topic for topic, _, _ in questions if topic != OUT_OF_SCOPE)
    for topic in sorted(set(asked) - set(known.cards[FIRST])):
        area, _, name = topic.partition(".")
        yield f"{locales / FIRST / 'cards' / area / name}.md:1: {topic} is asked for and has no card"
    for topic in sorted(set(known.cards[FIRST]) - set(asked)):
        yield f"{known.cards[FIRST][topic].path}:1: nobody asks for {topic}: give it ways of asking"


def _unclear_faults(
    known: Shelf, unclear: list[tuple[tuple[str, ...], str, Path]], questions: list[tuple[str, str, Path]]
) -> Iterator[str]:
    """Check that unclear questions name topics with cards, and are nowhere said to mean one of them."""
    plain = {same_question(text): topic for topic, text, _ in questions}
    for topics, text, path in unclear:
        if missing := sorted({*topics} - {OUT_OF_SCOPE, *known.cards[FIRST]}):
            yield f"{path}:1: {', '.join(missing)} may be meant and has no card"
        if topic := plain.get(same_question(text)):
            yield f"{path}:1: {text!r} is asked under {topic} as well"


def _unused(locales: Path, known: Shelf) -> Iterator[str]:
    parts = [part for cards in known.cards.values() for card in cards.values() for part in card.parts()]
    shown = {fact for part in parts for fact in part.facts()}
    for fact in sorted(set(known.facts) - shown):
        yield f"{locales / 'facts.toml'}:{line_of(locales / 'facts.toml', fact)}: no card shows {fact}"
    read = {source for part in parts for source in part.sources} | {fact.source for fact in known.facts.values()}
    for source in sorted(set(known.sources) - read):
        yield f"{locales / 'sources.toml'}:{line_of(locales / 'sources.toml', source)}: nothing was read in {source}"


def _stale(known: Shelf, today: date) -> Iterator[str]:
    for fact in known.facts.values():
        if fact.valid_until < today:
            yield f"{fact.id}: checked {fact.checked}, valid until {fact.valid_until}"
    for cards in known.cards.values():
        for card in cards.values():
            if card.valid_until < today:
                yield f"{card.path}: reviewed {card.reviewed}, valid until {card.valid_until}"


def _unsourced(known: Shelf) -> Iterator[str]:
    for fact in known.facts.values():
        if fact.confidence == "unsourced":
            yield f"{fact.id}: no official source was found; checked {fact.checked}"
