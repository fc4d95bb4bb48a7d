"""Announcements for people: choosing topics, the warnings that hold, and reporting a swindle."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.asking import About, Question
from bot.broadcasts.sending.active_warnings import holding
from bot.broadcasts.writing.body import preview
from bot.broadcasts.writing.topics import topics, within
from bot.cases.cases import number, open_case
from bot.cases.forwarded import Forwarded, content
from bot.cases.opening_hours import deadline
from bot.cases.promises import is_answer, nobody, promise
from bot.language.i18n import _, language
from bot.private_chat import in_private
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db.broadcasts import subscriptions
from db.broadcasts.subscriptions import TOPICS
from db.deliveries import deliveries
from db.people import consents
from db.people.consents import ANNOUNCEMENTS, Consent

router = Router("announcements")

#: the date of the words that people agree to: new words get a new one
VERSION = "2026-11-25"
#: the card and its section for those who have paid a swindler
_HELP = ("export.scams", "hit")


@router.command("topics")
@router.choice("topics")
async def shown(turn: Turn) -> None:
    """Show which announcements they get, and what they can change."""
    person = turn.person.person_id
    if not await _gets(turn):
        text = _("You get no announcements. Choose what you want to hear of, or all of it.")
        turn.say(text, [*_choices([]), Choice(_("All of it"), "topics-all")])
        return
    chosen = await subscriptions.of(turn.db, person)
    text = _("You get announcements of all topics. Choose one to get only what you choose.")
    if chosen:
        names = ", ".join(within(topic) for topic in chosen)
        text = _("You get announcements about: {topics}. A tap adds or removes one.", topics=names)
    turn.say(text, [*_choices(chosen), Choice(_("All of it"), "topics-all"), Choice(_("Stop"), "stop")])


async def _gets(turn: Turn) -> bool:
    agreed = await consents.of(turn.db, turn.person.person_id)
    return any(one.kind == ANNOUNCEMENTS for one in agreed)


def _choices(chosen: list[str]) -> list[Choice]:
    labels = topics()
    return [
        Choice(f"✅ {labels[topic]}" if topic in chosen else labels[topic], "topics-one", {"topic": topic})
        for topic in TOPICS
    ]


@dataclass(frozen=True, slots=True)
class ChooseTopic:
    topic: str


@router.choice("topics-one")
async def one(turn: Turn) -> None:
    """Add a topic, or take it away; whoever takes the last one away gets no announcements any more."""
    person, topic = turn.person.person_id, turn.chosen(ChooseTopic).topic
    chosen = await subscriptions.of(turn.db, person) if await _gets(turn) else []
    await _agree(turn)
    now = [other for other in chosen if other != topic] if topic in chosen else [*chosen, topic]
    await subscriptions.choose(turn.db, person, now, turn.now)
    if not now:
        await consents.withdraw(turn.db, person, ANNOUNCEMENTS, turn.now)
        await deliveries.cancel_broadcasts(turn.db, person)
    await shown(turn)


@router.choice("topics-all")
async def everything(turn: Turn) -> None:
    """Choose all topics."""
    await _agree(turn)
    await subscriptions.choose(turn.db, turn.person.person_id, [], turn.now)
    await shown(turn)


async def _agree(turn: Turn) -> None:
    await consents.give(turn.db, turn.person.person_id, Consent(ANNOUNCEMENTS, "", VERSION, language(), turn.now))


@dataclass(frozen=True, slots=True)
class OpenPage:
    url: str


@router.choice("link")
async def link(turn: Turn) -> None:
    """Show the address, for whoever typed the label, or has no channel that opens pages by itself."""
    turn.say(_("Open this page: {url}", url=turn.chosen(OpenPage).url))


@router.choice("warning")
async def warning(turn: Turn) -> None:
    """Show a warning in full; one that is over says so."""
    wanted = turn.chosen(About).id
    found = next((one for one in await holding(turn) if one.id == wanted), None)
    if found is None:
        turn.say(_("That warning does not hold any more."), [Choice(_("Menu"), "menu")])
        return
    seen = await preview(turn.db, found)
    turn.say(seen.text, seen.choices, file=seen.file)


@dataclass(frozen=True)
class TellSignal(Question):
    name: ClassVar[str] = "signal"


@router.command("report")
@router.choice("signal")
@in_private
async def signal(turn: Turn) -> None:
    """Ask what happened, in their words."""
    if await promise(turn) is None:
        await nobody(turn)
        return
    turn.ask(TellSignal())
    text = _("Tell what happened; a photo or a screenshot is fine too. Do not send your account number or PIN.")
    turn.say(text, [Choice(_("Cancel"), "person-not", rank="quiet")])


@router.answer(TellSignal, is_answer)
async def told(turn: Turn, asked: TellSignal) -> None:
    """Open a case with their report, and say its number and by when it is read."""
    sent = await content(turn)
    if not isinstance(sent, Forwarded):
        turn.ask(asked)
        turn.say(sent, [Choice(_("Cancel"), "person-not", rank="quiet")])
        return
    promised = await promise(turn)
    until: datetime | None = promised.at if promised else None
    case = await open_case(turn, "signal", sent.words, until, sent.file)
    if until:
        text = _(
            "Thank you, your report is here, number {case}. Staff read it {deadline} at the latest. Your name is not"
            " told when we warn others.",
            case=number(case),
            deadline=deadline(until, turn.now),
        )
    else:
        text = _(
            "Thank you, your report is here, number {case}. Your name is not told when we warn others.",
            case=number(case),
        )
    add = Choice(_("Add something"), "case-add", {"case": case})
    turn.say(text, [*_already_paid(turn), add, Choice(_("Menu"), "menu")])


def _already_paid(turn: Turn) -> list[Choice]:
    """Say what to do at once, for whoever was caught; empty where no card says it."""
    topic, section = _HELP
    card = turn.knowledge.card(topic, language())
    if card is None or card.section(section) is None:
        return []
    return [Choice(_("If you already paid"), "section", {"topic": topic, "section": section})]
