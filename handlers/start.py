"""/start: who answers here, what can be asked, and one example."""

from bot.answers.card_page import privacy, who_answers
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db.people import people

router = Router("start")


@router.command("start")
async def start(turn: Turn) -> None:
    """Say the first screen; somebody known is greeted shorter."""
    choices = [Choice(_("Menu"), "menu"), Choice(_("Bahasa / Language"), "language")]
    if turn.knowledge.card("exhibition.upcoming", turn.person.language):
        choices.insert(1, Choice(_("Exhibitions"), "card", {"topic": "exhibition.upcoming"}))
    if turn.person.introduced_at:
        turn.say(_("Hello again. What would you like to know?"), choices)
        return
    await people.introduce(turn.db, [turn.person.person_id], turn.now)
    hello, who = _("Hello."), await who_answers(turn)
    lines = [
        Markdown(f"{hello} {who}"),
        _("I answer questions about halal, brands and HKI, export to Malaysia, and exhibitions in Petaling Jaya."),
        _("Just write your question, for example: **halal requirements for cookies**"),
        await privacy(turn),
    ]
    text = Markdown("\n".join(lines))
    if turn.person.language == "en":
        text = Markdown(f"{text}\nBahasa Indonesia? Tulis saja dalam bahasa Indonesia.")
    turn.say(text, choices)
