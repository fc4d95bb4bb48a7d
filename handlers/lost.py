"""Turns that nobody took: answered and counted (`turns.handler` is `lost.lost`), never met with silence."""

from bot.language.i18n import _
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn

router = Router("lost")


@router.anything()
async def lost(turn: Turn) -> None:
    """Answer an unknown command, or a button whose message is gone; a job or an edit without words needs no answer."""
    menu = [Choice(_("Menu"), "menu")]
    if turn.inbound.kind == "command":
        turn.say(_("I do not know that command. Just write your question, or open the menu."), menu)
    elif turn.inbound.kind == "tap" or turn.choice:
        turn.say(_("That button no longer works. Just write your question, or open the menu."), menu)
    elif turn.inbound.kind not in ("job", "edit"):
        turn.say(_("I did not understand that. Just write your question, or open the menu."), menu)
