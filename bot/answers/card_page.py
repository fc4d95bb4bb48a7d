"""Say a card: facts filled in and dated, one quiet line with what was read, and what people ask next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.answers.unanswered import Unanswered
from bot.knowledge.cards import PLACEHOLDER, Card, Part, fill
from bot.knowledge.facts import NO_SOURCE, Age, Fact
from bot.language.i18n import LANGUAGE_NAMES, _, day, language, speaking
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn
from db import office
from db.people import people, staff

#: the card to which a person is sent whose figure is too old to be shown
CONTACTS = "business.contact"
#: choices under a bubble that all channels show as buttons
MAIN = 3
#: sources named in the line under an answer; the choice `Sources` lists all
_NAMED = 3
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z{*])")


@dataclass(frozen=True, slots=True)
class Read:
    """Which card, and which of its sections, to read or to say something of; without a topic the one last shown."""

    topic: str = ""
    section: str = ""


def say_card(
    turn: Turn,
    card: Card,
    before: str = "",
    after: str = "",
    ahead: Sequence[Choice] = (),
    behind: Sequence[Choice] = (),
    section: str = "",
) -> None:
    """Say the short answer, or in its place a section that the card has. `before` opens its first sentence, `after` is
    a line below it; `ahead` and `behind` are choices around what the card lists to go on with."""
    turn.memory[Unanswered].misses, turn.memory[Unanswered].unsure = 0, ""
    part = card.section(section)
    following = [choice for choice in _following(turn, card) if not part or choice.args != _at(card, section)]
    choices = [*[*ahead, *following][: MAIN - len(behind)], *behind]
    _say(turn, card, part or card.short, section if part else "", choices, before, after)


def say_section(turn: Turn, card: Card, id: str) -> None:  # noqa: A002
    """Say one section; a section that a new edition of the card no longer has leads to the card itself."""
    section = card.section(id)
    if section is None:
        say_card(turn, card)
        return
    others = [Choice(other.label, "section", _at(card, other.id)) for other in card.sections]
    _say(turn, card, section, id, [*_following(turn, card), *others])


def card_choice(card: Card) -> Choice:
    """Make a button that leads to a card."""
    return Choice(card.label, "card", {"topic": card.topic})


def card_choices(cards: Sequence[Card]) -> list[Choice]:
    """Make buttons that lead to cards of which one is meant; between areas they are labelled by subject."""
    labels = [card.apart for card in cards]
    areas = {card.topic.partition(".")[0] for card in cards}
    if len({*labels}) < len(cards) or len(areas) < len(cards):
        return [card_choice(card) for card in cards]
    return [Choice(label, "card", {"topic": card.topic}) for label, card in zip(labels, cards, strict=True)]


async def introduce(turn: Turn) -> None:
    """Say once in a person's life who answers here, and what becomes of messages."""
    if not turn.person.introduced_at:
        await people.introduce(turn.db, [turn.person.person_id], turn.now)
        turn.say(Markdown(f"{await who_answers(turn)} {await privacy(turn)}"))


async def who_answers(turn: Turn) -> Markdown:
    """Say who this is, and whose, where the office has given its name."""
    name = (await office.load(turn.db)).name
    if name:
        return _("I am Jembatan, the assistant of {office} for small businesses.", office=name)
    return _("I am Jembatan, the assistant for small businesses in Bandung.")


async def privacy(turn: Turn) -> Markdown:
    """Say what becomes of messages; that somebody reads them is promised only where somebody does."""
    if await staff.exists(turn.db):
        return _("Your messages are kept; what I cannot answer yet is read by staff.")
    return _("Your messages are kept.")


def _say(
    turn: Turn, card: Card, part: Part, section: str, choices: Sequence[Choice], before: str = "", after: str = ""
) -> None:
    turn.memory.topic, turn.memory.topic_at, turn.memory.aspect = card.topic, turn.now.isoformat(), section
    facts = [turn.knowledge.facts[fact] for fact in part.facts()]
    today = turn.today
    age = _oldest(facts, today)
    contacts = turn.knowledge.card(CONTACTS, language())
    if age == "hidden" and contacts and contacts.topic != card.topic:
        choices = [card_choice(contacts), *choices]
    main: list[Choice] = []
    for choice in choices:
        if choice not in main and choice.args != _at(card, section):
            main.append(choice)
    quiet = [Choice(_("Sources"), "sources", _at(card, section), "quiet")]
    if age == "fresh":
        quiet.append(Choice(_("Not right?"), "wrong", _at(card, section), "quiet"))
    text = _text(turn, card, part, facts, today)
    line = _source_line(turn, card, part, facts, age)
    turn.say(Markdown("\n".join(piece for piece in (before + text, after, line) if piece)), [*main[:MAIN], *quiet])


def _text(turn: Turn, card: Card, part: Part, facts: Sequence[Fact], today: date) -> Markdown:
    """Fill the facts into a part, below a word on its language and its age where there is one to say."""
    age = _oldest(facts, today)
    pieces = []
    if card.language != language():
        pieces.append(_("I only have this answer in {language} so far.", language=LANGUAGE_NAMES[card.language]))
    if age == "past":
        past = min(fact.checked for fact in facts if fact.age(today) == "past")
        pieces.append(_("Last checked {date}, which is too long ago: ask before you pay.", date=day(past)))
    if age == "hidden":
        part = _without_hidden(part, {fact.id for fact in facts if fact.age(today) == "hidden"})
        pieces.append(_("I do not show the figure, because our note is too old. Ask the office before you pay."))
    with speaking(card.language):
        pieces.append(Markdown(fill(part, turn.knowledge.facts)))
    return Markdown("\n".join(pieces))


def _oldest(facts: Sequence[Fact], today: date) -> Age:
    ages = {fact.age(today) for fact in facts}
    return "hidden" if "hidden" in ages else "past" if "past" in ages else "fresh"


def _without_hidden(part: Part, hidden: set[str]) -> Part:
    """Leave out the list items and sentences that show one of these facts."""
    kept = []
    for line in part.text.split("\n"):
        listed = re.match(r"\s*(?:-|\d+\.) ", line)
        sentences = [line] if listed else _SENTENCE.split(line)
        clean = [sentence for sentence in sentences if hidden.isdisjoint(PLACEHOLDER.findall(sentence))]
        if clean or not line:
            kept.append(" ".join(clean))
    return Part("\n".join(kept).strip(), part.sources, part.line)


def _source_line(turn: Turn, card: Card, part: Part, facts: Sequence[Fact], age: Age) -> Markdown:
    """Say what was really read and when it was checked, in one short line."""
    checked = min([fact.checked for fact in facts], default=card.reviewed)
    if set(part.sources) == {NO_SOURCE}:
        line = _("No official source found yet · looked for on {date}", date=day(checked))
        return Markdown(f"_{line}_")
    names = [turn.knowledge.sources[source].name for source in part.sources if source != NO_SOURCE]
    shown = ", ".join(names[:_NAMED])
    if len(names) > _NAMED:
        line = _(
            "Sources: {names} and {count} more · checked {date}",
            names=shown,
            count=len(names) - _NAMED,
            date=day(checked),
        )
    elif len(names) > 1:
        line = _("Sources: {names} · checked {date}", names=shown, date=day(checked))
    else:
        line = _("Source: {names} · checked {date}", names=shown, date=day(checked))
    note = f"; {card.note}" if card.note and part is card.short else ""
    again = _("Needs checking again")
    return Markdown(f"_{line}{note}_" if age == "fresh" else f"⚠️ _{again} · {line}{note}_")


def _following(turn: Turn, card: Card) -> list[Choice]:
    """List what people ask next, as the card says."""
    found = []
    for target in card.next:
        section = card.section(target.removeprefix("#")) if target.startswith("#") else None
        other = None if target.startswith("#") else turn.knowledge.card(target, language())
        if section:
            found.append(Choice(section.label, "section", _at(card, section.id)))
        elif other:
            found.append(card_choice(other))
    return found


def _at(card: Card, section: str) -> dict[str, str]:
    return {"topic": card.topic, "section": section} if section else {"topic": card.topic}
