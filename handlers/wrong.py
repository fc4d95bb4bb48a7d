"""“Not right?” under an answer: what is wrong with it, kept with the answer it is about."""

from bot.answer import card_choice
from bot.i18n import _, language
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db import reports

router = Router("wrong")


@router.choice("wrong")
async def wrong(turn: Turn) -> None:
    """Three taps at most: what is not right?"""
    assert turn.choice is not None
    about = {**turn.choice.args, "reply": turn.chosen_from}
    choices = [
        Choice(_("The figure"), "wrong-figure", about),
        Choice(_("Not what I meant"), "wrong-meaning", about),
        Choice(_("It has changed"), "wrong-changed", about),
        Choice(_("Cancel"), "wrong-cancel", about, "quiet"),
    ]
    turn.say(_("Thank you for telling. What is not right?"), choices)


@router.choice("wrong-meaning")
async def not_meant(turn: Turn) -> None:
    """A miss of the search: the next three topics."""
    await _keep(turn, "meaning")
    cards = [card for card in (turn.knowledge.card(topic, language()) for topic in turn.memory.near) if card]
    if cards:
        turn.say(_("Perhaps this?"), [card_choice(card) for card in cards])
    else:
        turn.say(_("Please write it once more in other words."), [Choice(_("Menu"), "menu")])


@router.choice("wrong-figure", "wrong-changed")
async def mistaken(turn: Turn) -> None:
    """The card may be wrong: keep the report; words are welcome, not required."""
    assert turn.choice is not None
    turn.memory.report = await _keep(turn, turn.choice.name.removeprefix("wrong-"))
    turn.say(_("Noted, with the answer. If you know what is right, write it here. Ask the office before you pay."))


@router.choice("wrong-cancel")
async def cancel(turn: Turn) -> None:
    """Nothing is kept."""
    turn.say(_("All right."))


@router.when(lambda turn: _explains(turn))
async def explain(turn: Turn) -> None:
    """The words after a report, unless they are a question of their own."""
    await reports.comment(turn.db, turn.memory.report, turn.text)
    turn.memory.report = 0
    turn.say(_("Noted. Thank you."))


def _explains(turn: Turn) -> bool:
    if not turn.memory.report or turn.inbound.kind != "text" or turn.choice:
        return False
    asks = turn.found is not None and turn.knowledge.judge(turn.found).outcome == "sure"
    if asks:
        turn.memory.report = 0
    return not asks


async def _keep(turn: Turn, reason: str) -> int:
    assert turn.choice is not None
    about = turn.choice.args
    return await reports.add(
        turn.db, turn.id, int(about["reply"]), str(about["topic"]), str(about.get("section", "")), reason, turn.now
    )
