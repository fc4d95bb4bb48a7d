"""A question and its answer: the card, three choices where it is not clear which, or an honest "not ours"."""

from collections.abc import Sequence
from dataclasses import replace

from bot.answers import lookups
from bot.answers.card_page import card_choice, card_choices, introduce, say_card
from bot.answers.unanswered import Unanswered
from bot.enrolling.form.resuming import mention
from bot.fairs import filters
from bot.fragments import asked_the_same
from bot.knowledge import CANDIDATES, Card, Match, Understanding
from bot.language.courtesy import greeting
from bot.language.i18n import _, speaking
from bot.reply import Choice, Rank
from bot.router import Router
from bot.turn import Turn
from db.cases import questions

router = Router("ask")

#: the nearest topic is near enough to be named from this confidence on; or from a faint one, if that is most of what
#: all topics have
_NEAR, _FAINT, _MOST = 0.15, 0.05, 0.6
#: the section that is shown first, where a card is about more than the price or time that was asked for
_SECTIONS = {"cost": "cost", "duration": "time"}
#: characters of a question that go on to a person
_PASSED_ON = 1000
#: what was asked before is searched together with its narrowing down, up to so many characters
_KEPT = 300


@router.when(lambda turn: turn.found is not None and not (turn.choice or turn.inbound.kind == "command"))
async def ask(turn: Turn) -> None:
    """Answer a question, in its language."""
    found = _understood(turn)
    spoken = found.language or turn.person.language
    if turn.inbound.kind == "edit" and found.matches and found.matches[0].topic == turn.memory.topic:
        return
    with speaking(spoken):
        if found.outcome == "sure":
            await _answer(turn, found, spoken)
        elif found.outcome == "unsure":
            await _keep(turn, found, spoken)
            _ask_back(turn, found)
        elif found.insult:
            text = _("Sorry, I have not been of help yet. Please write once more what you need, or talk to a person.")
            turn.say(text, [_person(turn, "main"), *_menu()])
        else:
            if not found.nonsense:
                await _keep(turn, found, spoken)
            _miss(turn, found)
        await mention(turn)
        await introduce(turn)


async def _keep(turn: Turn, found: Understanding, spoken: str) -> None:
    """Keep a question without a sure answer for staff."""
    outcome = "unsure" if found.outcome == "unsure" else "unknown"
    words = turn.text[:_KEPT]
    await questions.add(turn.db, turn.id, words, asked_the_same(words), spoken, outcome, _near(found), turn.now)


def _understood(turn: Turn) -> Understanding:
    """Understand the question as following the last topic, and the question that was being narrowed down."""
    assert turn.found is not None
    knowledge, memory, found = turn.knowledge, turn.memory, turn.understood
    last = memory.recent_topic(turn.now)
    if found.outcome != "sure" and lookups.is_live(last) and filters.goes_on(turn.text):
        return replace(found, outcome="sure", matches=(Match(last, 1.0), *found.matches))
    narrowed = memory[Unanswered].unsure
    if found.outcome != "sure" and narrowed:
        together = knowledge.judge(knowledge.search.understand(f"{narrowed} {turn.text}"))
        if together.outcome == "sure":
            return together
    if found.outcome == "unsure" and memory.topic and not last:
        older = knowledge.judge(turn.found, memory.topic)
        if older.outcome == "sure":
            rest = tuple(match for match in found.matches if match.topic != older.matches[0].topic)
            return replace(found, matches=(older.matches[0], *rest))
    return found


async def _answer(turn: Turn, found: Understanding, spoken: str) -> None:
    """Show the card; a second question is one tap away, and a change of language is offered once."""
    card = _cards(turn, [found.matches[0].topic], spoken)[0]
    kept = await lookups.answer(turn, card.topic, turn.text, _given_back(turn))
    if kept is None:
        return
    others = _cards(turn, [topic for topic in found.others if topic != card.topic], spoken)[:2]
    after = _("Your other question is behind the first button.") if others else ""
    behind = []
    if spoken != turn.person.language and turn.memory[Unanswered].offered != spoken:
        turn.memory[Unanswered].offered = spoken
        behind = [Choice(_("Use this language"), "speak", {"language": spoken})]
    turn.memory[Unanswered].near = [match.topic for match in found.matches[1 : CANDIDATES + 1]]
    ahead = [*map(card_choice, others), *kept, *_door(card.topic)]
    section = "" if turn.knowledge.search.aspect_of(card.topic) else _SECTIONS.get(found.aspect, "")
    say_card(turn, card, before=_given_back(turn), after=after, ahead=ahead, behind=behind, section=section)
    turn.memory.aspect = found.aspect


def _ask_back(turn: Turn, found: Understanding) -> None:
    """Ask one short question, with what may have been meant."""
    turn.memory[Unanswered].unsure = turn.text[:_KEPT]
    cards = _cards(turn, [match.topic for match in found.matches[:CANDIDATES]], turn.person.language)
    text = _("{hello}Which one do you mean?", hello=_given_back(turn))
    turn.say(text, [*card_choices(cards), _person(turn)])


def _miss(turn: Turn, found: Understanding) -> None:
    """Say that it is not ours, or not understood: never in the same sentence twice in a row."""
    asked, near = turn.memory[Unanswered], _near(found)
    asked.misses += 1
    asked.missed, asked.unsure = asked.missed if asked.misses > 1 else "", ""
    if found.nonsense and asked.misses == 1:
        asked.missed = "caught nothing"
        text = _("I did not catch what you mean. Try one sentence, for example: **how to get a NIB**")
        turn.say(text, [*_menu(), _person(turn)])
    elif near and not found.nonsense and asked.misses <= 2 and asked.missed != "near":
        asked.missed = "near"
        card = _cards(turn, [near], turn.person.language)[0]
        text = _("That seems to be outside what I know. The nearest I have: **{title}**.", title=card.title)
        turn.say(text, [card_choice(card), *_menu(), _person(turn)])
    elif asked.misses <= 2 and asked.missed != "outside":
        asked.missed = "outside"
        text = _("That is outside what I know. I know about halal, HKI, export, exhibitions and business permits.")
        turn.say(text, [*_menu(), _person(turn)])
    else:
        offices = _cards(turn, ["business.contact"], turn.person.language)
        text = _("I still cannot answer this. The offices in the list below can, or choose a topic from the menu.")
        turn.say(text, [_person(turn, "main"), *map(card_choice, offices), *_menu()])


def _near(found: Understanding) -> str | None:
    """The topic to name where none is sure."""
    all_of_them = sum(match.confidence for match in found.matches)
    enough = min(_NEAR, max(_FAINT, _MOST * all_of_them))
    return found.matches[0].topic if found.matches and found.matches[0].confidence >= enough else None


def _given_back(turn: Turn) -> str:
    """Return a greeting, where the message or a piece sent before it has one."""
    kinds = [kind for kind in map(greeting, [*turn.fragments, turn.text]) if kind]
    return {"salam": _("Waalaikumsalam. "), "sampurasun": _("Rampes. ")}[kinds[0]] if kinds else ""


def _door(topic: str) -> list[Choice]:
    """Offer the action that a card only tells about."""
    doors = {
        "bot.language": Choice(_("Bahasa / Language"), "language"),
        "bot.help": Choice(_("Menu"), "menu"),
        "bot.privacy": Choice(_("My data"), "my-data"),
    }
    return [doors[topic]] if topic in doors else []


def _cards(turn: Turn, topics: Sequence[str], language: str) -> list[Card]:
    return [card for card in (turn.knowledge.card(topic, language) for topic in topics) if card]


def _person(turn: Turn, rank: Rank = "quiet") -> Choice:
    """Offer to pass the question on as it was asked."""
    words = "\n".join([*turn.fragments, turn.text])
    return Choice(_("Ask a person"), "person", {"text": words[:_PASSED_ON]}, rank)


def _menu() -> list[Choice]:
    return [Choice(_("Menu"), "menu")]
