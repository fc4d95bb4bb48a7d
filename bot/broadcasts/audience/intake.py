"""Read the list that staff send as a file: before the turn, in a thread, and only where one was asked for."""

import asyncio

from bot.broadcasts.audience import lists
from bot.broadcasts.audience.numbers import NumberList
from bot.broadcasts.audience.question import ForWhom
from bot.media import attachments
from db.engine import Database, Transaction
from db.people import holders, people

#: seconds of a pause, without which each turn of others waits for the thread at every step
_BREATH = 0.0005


class ListIntake:
    """Reads one list at a time: 50,000 lines take some seconds, in which everybody else is answered.

    Whose the numbers are is looked up here as well; the turn, where others wait, only writes down who is on the list.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turns = asyncio.Lock()

    async def read(self, address: int, content: bytes) -> NumberList | None:
        """Read the list in a file that came from this address; None where none was asked for, or it cannot be one."""
        if attachments.table(content) is None:
            return None
        async with self._database.reading() as tx:
            if not await is_asked(tx, address):
                return None
        async with self._turns:
            found = await asyncio.to_thread(lists.read, content, breath=_BREATH)
        async with self._database.reading() as tx:
            found.known = await holders.find(tx, found.numbers)
        return found


async def is_asked(tx: Transaction, address: int) -> bool:
    """Whether a member was asked at this address for whom an announcement is."""
    known = (await people.load(tx, [address])).get(address)
    return known is not None and bool(known.role) and ForWhom.read(str(known.memory.get("asks", ""))) is not None
