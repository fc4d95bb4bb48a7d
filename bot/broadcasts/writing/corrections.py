"""Begin a correction: from then on the announcement reads as it says."""

from bot.broadcasts.sending.steps import start
from bot.turn import Turn
from db.broadcasts import broadcasts
from db.broadcasts.broadcasts import Broadcast
from db.privacy import audit


async def begin(turn: Turn, one: Broadcast, total: int, **values: object) -> None:
    """Begin it, unless it has begun.

    Others of the same announcement were compared with what it said before: they must be looked at anew, and agreed to.
    """
    if not await start(turn.db, one, turn.now, **values):
        return
    author, wrong = turn.person.staff_id, one.corrects_id or 0
    await audit.note(turn.db, author, "broadcast.send", one.source, turn.now, people=total, turn=turn.id)
    act = f"broadcast.{one.audience['mode']}"
    await audit.note(turn.db, author, act, broadcasts.source(wrong), turn.now, correction=one.id)
    for other in await broadcasts.unsent(turn.db, wrong):
        await broadcasts.change(turn.db, other, turn.now)
