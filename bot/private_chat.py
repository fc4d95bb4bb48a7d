"""A private chat: what is somebody's own is asked for, shown and done there; who asks in a group goes on there."""

from collections.abc import Awaitable, Callable
from functools import wraps

from bot.codes import Codes, Kind
from bot.inbound import Inbound
from bot.language.i18n import _
from bot.reply import LINK, Choice, Reply
from bot.turn import Tools, Turn
from db.conversation import replies, turns
from db.conversation.turns import Received
from db.engine import Transaction

_GOING_ON = Kind("lanjut_", "")
#: what stands before the number of a turn in such a code
_TURN = "G"

Handler = Callable[[Turn], Awaitable[None]]


def in_private(handler: Handler) -> Handler:
    """Have a handler take turns in a chat of one person only; a group gets a link by which it goes on there."""

    @wraps(handler)
    async def taken(turn: Turn) -> None:
        """Nothing is asked, shown or done where others read it."""
        if turn.inbound.in_group:
            send_there(turn)
        else:
            await handler(turn)

    return taken


def send_there(turn: Turn) -> None:
    """Say kindly that this goes on in a private chat, with a link to it, whoever of the group opens it."""
    link = turn.link(_GOING_ON.payload + turn.tools[Codes].code(_GOING_ON, f"{_TURN}-{turn.id}"))
    text = _("That is between you and me, so nobody else here sees your data. Please go on in a private chat.")
    then = {"then": turn.choice.to_json()} if turn.choice else {}
    turn.say(text, [Choice(_("Go on in private"), LINK, {"url": link, **then})] if link else [])


async def asked_for(tx: Transaction, tools: Tools, inbound: Inbound) -> tuple[Received, Choice | None] | None:
    """What was done in a group, and the choice that it was, where somebody comes from there by such a link."""
    if not (inbound.name == "start" and inbound.text.startswith(_GOING_ON.payload)):
        return None
    parsed = tools[Codes].read(_GOING_ON, inbound.text.removeprefix(_GOING_ON.payload))
    asked = await turns.received(tx, parsed[1]) if parsed else None
    answer = await replies.of_turn(tx, asked.id) if asked else None
    if asked is None or answer is None:
        return None
    offered = [choice.args["then"] for choice in Reply.from_json(answer.body).choices if "then" in choice.args]
    return asked, Choice(**offered[0]) if offered else None
