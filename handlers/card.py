"""The choices under an answer: another card, a section of this one, its sources. Yesterday's buttons work too."""

from bot.answers import lookups
from bot.answers.card_page import MAIN, Read, card_choice, introduce, say_card, say_section
from bot.answers.unanswered import Unanswered
from bot.errors import Refusal
from bot.knowledge import Card, Source
from bot.knowledge.cards import SECTION_LIMIT
from bot.language.i18n import _, language
from bot.language.markdown import Markdown, escape, plain
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn

router = Router("card")


@router.choice("card")
async def show(turn: Turn) -> None:
    """Say the short answer of the chosen card."""
    card = _card(turn)
    kept = await lookups.answer(turn, card.topic, turn.memory[Unanswered].unsure)
    if kept is not None:
        say_card(turn, card, ahead=kept)
    await introduce(turn)


@router.command("help")
async def help_(turn: Turn) -> None:
    """Say what can be asked here and how, and what this assistant cannot do yet."""
    say_card(turn, _card(turn, "bot.help"), ahead=[Choice(_("Menu"), "menu")])


@router.choice("section")
async def section(turn: Turn) -> None:
    """Say one section of a card."""
    say_section(turn, _card(turn), turn.chosen(Read).section)


@router.command("sources")
@router.choice("sources")
async def sources(turn: Turn) -> None:
    """List what was read for the answer: who wrote it, its title, its address, when it came out; and related topics."""
    card = _card(turn)
    part = card.section(turn.chosen(Read).section)
    read = [turn.knowledge.sources[source] for source in (part or card.short).sources]
    listed = Markdown("\n".join(_line(source) for source in read))
    if len(plain(listed)) > SECTION_LIMIT:
        listed = Markdown("\n".join(_line(source, titled=False) for source in read))
    heading = _("What I read for “{title}”:", title=card.title)
    related = [other for other in (turn.knowledge.card(topic, language()) for topic in card.related) if other]
    turn.say(Markdown(f"{heading}\n{listed}"), [card_choice(other) for other in (card, *related)][:MAIN])


def _line(source: Source, titled: bool = True) -> str:
    when = f" ({source.published})" if source.published and source.published[:4] not in source.name else ""
    title = f": {escape(source.title + when)}" if titled else ""
    address = f"\n{escape(source.url)}" if source.url else ""
    return f"- {escape(source.name)}{title}{address}"


def _card(turn: Turn, topic: str = "") -> Card:
    """Find the card of the topic, or the one that the choice names, or the one last shown."""
    card = turn.knowledge.card(topic or turn.chosen(Read).topic or turn.memory.topic, language())
    if card is None:
        raise Refusal(_("I no longer have that answer. Please write your question."), [Choice(_("Menu"), "menu")])
    return card
