"""The question for whom a broadcast is."""

from dataclasses import dataclass
from typing import ClassVar

from bot.asking import Question
from bot.broadcasts.sending import page
from bot.language.i18n import _
from bot.reply import Choice
from bot.turn import Turn
from db.broadcasts.broadcasts import Broadcast


@dataclass(frozen=True)
class ForWhom(Question):
    """For whom a broadcast is."""

    name: ClassVar[str] = "broadcast-audience"
    id: int


def ask(turn: Turn, one: Broadcast) -> None:
    """Ask for whom it is."""
    turn.ask(ForWhom(one.id))
    text = _(
        "For whom? Just write it, for example: **culinary in Coblong, not enrolled yet**. Or send phone or registration"
        " numbers, one a line or as a file (Excel, CSV)."
    )
    turn.say(text, choices(one))


def choices(one: Broadcast) -> list[Choice]:
    """Offer what many announcements are for."""
    return [
        page.about(one, _("All who agreed"), "to"),
        page.about(one, _("Exhibition friends"), "to", interested=True),
        page.about(one, _("Participants"), "participants"),
    ]
