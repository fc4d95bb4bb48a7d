"""The menu: the areas, and the most asked topics of each. For those who do not know what to ask; text always works."""

from dataclasses import dataclass

from bot.answers.card_page import card_choice
from bot.broadcasts.sending.active_warnings import heading, warnings
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn

router = Router("menu")

#: the most asked topics of each area, as the submenu lists them: nine, so that `Back` is the tenth row
_MOST_ASKED = {
    "halal": "mandatory paths self-declare-requirements self-declare-steps cost sehati duration companion label",
    "hki": "trademark-steps trademark-cost trademark-requirements trademark-umk-letter trademark-search "
    "trademark-duration copyright-steps malaysia-trademark kinds",
    "export": "start requirements documents certificate-of-origin malaysia-food-import malaysia-label shipping buyers "
    "payment",
    "exhibition": "upcoming join requirements cost goods travel preparation little-bandung sister-city",
    "program": "list enrol status change",
    "business": "nib pirt bpom capital cost-price scale digital-marketing bookkeeping contact",
}


@dataclass(frozen=True, slots=True)
class ShowArea:
    area: str


@router.command("menu")
@router.choice("menu")
async def menu(turn: Turn) -> None:
    """List the areas."""
    names = {
        "halal": _("Halal"),
        "hki": _("Brands and HKI"),
        "export": _("Export to Malaysia"),
        "exhibition": _("Exhibitions"),
        "program": _("Programmes"),
        "business": _("Permits and capital"),
    }
    choices = [Choice(name, "area", {"area": area}) for area, name in names.items() if _topics(turn, area)]
    choices.append(Choice(_("My data"), "my-data"))
    talk = _("Talk to a person")
    choices += [Choice(talk, "person"), Choice(_("Bahasa / Language"), "language")]
    text = _("What can I help you with? You can also just write your question.")
    if hold := await warnings(turn):
        newest = hold[0]
        choices.insert(0, Choice(_("⚠️ Warning"), "warning", {"id": newest.id}))
        text = Markdown(f"{heading(newest)}\n\n{text}")
    turn.say(text, choices)


@router.choice("area")
async def area(turn: Turn) -> None:
    """List the most asked topics of one area, and the way back."""
    choices = _topics(turn, turn.chosen(ShowArea).area)
    turn.say(_("Choose one, or just write your question."), [*choices, Choice(_("Back"), "menu")])


def _topics(turn: Turn, area: str) -> list[Choice]:
    topics = [f"{area}.{name}" for name in _MOST_ASKED[area].split()]
    cards = [turn.knowledge.card(topic, turn.person.language) for topic in topics]
    return [card_choice(card) for card in cards if card]
