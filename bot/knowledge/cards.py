"""Cards: one card answers one topic. YAML in front, then a short answer that stands alone, then sections as choices."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.facts import Fact, Faulty

#: characters of a short answer and of a section, filled: with source line and choices both fit on WhatsApp
SHORT_LIMIT = 500
SECTION_LIMIT = 900
#: characters of a label: the narrowest button of all channels
LABEL_LIMIT = 20

PLACEHOLDER = re.compile(r"\{([a-z]+\.[a-z0-9-]+)\}")
#: libyaml reads all cards in a sixth of the time, where PyYAML was built with it
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HEADING = re.compile(r"^## (?P<label>.+?) \{#(?P<id>[a-z0-9-]+)\}$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """A text with `{fact-id}` placeholders, and the sources it was read in; `line` is where it begins in its file."""

    text: str
    sources: tuple[str, ...]
    line: int

    def facts(self) -> list[str]:
        """The ids of the facts in it, in order."""
        return PLACEHOLDER.findall(self.text)


@dataclass(frozen=True, slots=True)
class Section(Part):
    id: str
    #: the label of its button
    label: str


@dataclass(frozen=True, slots=True)
class Card:
    topic: str
    language: str
    path: Path
    title: str
    #: the label of a button that leads here
    label: str
    #: the same beside buttons to other areas, where the subject tells them apart: `Sertifikat halal` for `Berkas halal`
    apart: str
    short: Part
    sections: tuple[Section, ...]
    reviewed: date
    valid_until: date
    #: a clause that the source line adds, such as `penundaan baru tidak kami temukan`
    note: str
    related: tuple[str, ...]
    #: what people ask next: topics, or `#section`
    next: tuple[str, ...]

    def section(self, id: str) -> Section | None:  # noqa: A002
        return next((section for section in self.sections if section.id == id), None)

    def parts(self) -> Iterator[Part]:
        yield self.short
        yield from self.sections


def load_cards(folder: Path, language: str) -> dict[str, Card]:
    """Load the cards of one language, by topic; raises `Faulty` for a file that cannot be read as a card."""
    return {card.topic: card for card in (_read(path, language) for path in sorted(folder.glob("*/*.md")))}


def _read(path: Path, language: str) -> Card:
    text = path.read_text("utf-8")
    matter = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    if not matter:
        raise Faulty(path, 1, "a card begins with YAML between two lines of ---")
    front = _front(path, matter[1])
    body, first = text[matter.end() :], text[: matter.end()].count("\n") + 1
    short, sections = _split(path, body, first, front)
    try:
        return Card(
            topic=f"{path.parent.name}.{path.stem}",
            language=language,
            path=path,
            title=front["title"],
            label=front["label"],
            apart=front.get("apart", front["label"]),
            short=short,
            sections=sections,
            reviewed=front["reviewed"],
            valid_until=front["valid_until"],
            note=front.get("note", ""),
            related=tuple(front["related"]),
            next=tuple(front["next"]),
        )
    except KeyError as missing:
        raise Faulty(path, 1, f"the card has no {missing.args[0]}") from None


def _front(path: Path, text: str) -> dict[str, Any]:
    try:
        front = yaml.load(text, _Loader)  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        line = getattr(error, "problem_mark", None)
        raise Faulty(path, line.line + 2 if line else 1, f"no YAML: {getattr(error, 'problem', error)}") from None
    if not isinstance(front, dict):
        raise Faulty(path, 2, "the YAML in front is `name: value` lines")
    return front


def _split(path: Path, body: str, first: int, front: dict[str, Any]) -> tuple[Part, tuple[Section, ...]]:
    """Split a card into the short answer and the sections below their headings."""
    own: Mapping[str, list[str]] = front.get("section_sources", {})
    common = tuple(front.get("sources", ()))
    headings = list(_HEADING.finditer(body))
    edges = [heading.start() for heading in headings] + [len(body)]
    short = Part(body[: edges[0]].strip(), common, first)
    sections = []
    for heading, end in zip(headings, edges[1:], strict=True):
        line = first + body[: heading.start()].count("\n")
        sources = tuple(own.get(heading["id"], common))
        sections.append(
            Section(body[heading.end() : end].strip(), sources, line, id=heading["id"], label=heading["label"])
        )
    stray = re.search(r"^#+ .*$", _HEADING.sub("", body), re.MULTILINE)
    if stray:
        raise Faulty(path, first + body[: body.index(stray[0])].count("\n"), "a section is `## Heading {#id}`")
    return short, tuple(sections)


def fill(part: Part, facts: Mapping[str, Fact]) -> str:
    """Fill the facts into a text, in the language being spoken."""
    return PLACEHOLDER.sub(lambda found: facts[found[1]].shown(), part.text)
