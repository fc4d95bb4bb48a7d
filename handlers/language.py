"""Change the language: by command, by the menu, or by the offer under an answer."""

from dataclasses import dataclass

from bot.language.i18n import LANGUAGE_NAMES, _, speaking
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db.people import people

router = Router("language")


@dataclass(frozen=True, slots=True)
class Speak:
    language: str


@router.command("language")
@router.choice("language")
async def choose(turn: Turn) -> None:
    """Offer each language in its own words, so that nobody is stuck in one they cannot read."""
    choices = [Choice(name, "speak", {"language": code}) for code, name in LANGUAGE_NAMES.items()]
    turn.say(_("Which language shall I use? I also understand questions in the other ones."), choices)


@router.choice("speak")
async def speak(turn: Turn) -> None:
    """Use the chosen language from now on."""
    code = turn.chosen(Speak).language
    await people.set_language(turn.db, turn.person.person_id, code, "choice")
    with speaking(code):
        choices = [Choice(_("Menu"), "menu"), Choice(_("Bahasa / Language"), "language")]
        turn.say(_("All right, from now on I use English. What would you like to know?"), choices)
