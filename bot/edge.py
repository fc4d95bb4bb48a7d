"""The edge: what comes in is stored, raw, before anybody acknowledges it."""

from collections.abc import Sequence

from bot.channels import Channel, Update
from bot.clock import Clock
from bot.i18n import closest
from bot.lines import Lines
from db import channels, people, turns
from db.engine import Database
from db.turns import NewTurn, Received


class Edge:
    def __init__(self, database: Database, clock: Clock, lines: Lines) -> None:
        self._database = database
        self._clock = clock
        self._lines = lines

    async def receive(self, channel: Channel, updates: Sequence[Update], offset: int | None = None) -> None:
        """Store a batch in one commit, with the offset from which polling goes on; then let the lines take it.

        A redelivered update is stored once: the insert itself is the check.
        """
        now = self._clock.now()
        hints = {update.address: closest(update.language) for update in updates if update.address is not None}
        async with self._database.transaction() as tx:
            known = await people.find_or_create(tx, channel.name, hints, now) if hints else {}
            new = [NewTurn(update.id, known.get(update.address or "", (None, 0))[0], update.raw) for update in updates]
            ids = await turns.store(tx, channel.name, new, now) if new else {}
            if offset is not None:
                await channels.set_offset(tx, channel.name, offset)
        self._lines.add(
            Received(ids[update.id], channel.name, *known[update.address], update.raw, now)
            for update in _once(updates)
            if update.id in ids and update.address is not None
        )


def _once(updates: Sequence[Update]) -> Sequence[Update]:
    return list({update.id: update for update in reversed(updates)}.values())[::-1]
