"""The edge: what comes in is stored, raw, before anybody acknowledges it."""

from collections import defaultdict
from collections.abc import Sequence

from bot import metrics
from bot.batch import Batches
from bot.channel import Channel, Position, Update
from bot.clock import Clock
from bot.language.i18n import closest
from bot.lines import Lines
from bot.nursery import Nursery
from db.conversation import channels, turns
from db.conversation.turns import NewTurn, Received
from db.engine import Database, Transaction, will_pass
from db.people import addresses, people

#: what came in with one call: where, what, and the position from which polling goes on
Call = tuple[str, Sequence[Update], Position | None]
#: calls that share a commit
BATCH = 64


class Edge:
    def __init__(self, database: Database, clock: Clock, lines: Lines, nursery: Nursery) -> None:
        self._database = database
        self._clock = clock
        self._lines = lines
        self._batches = Batches("edge", self._store, BATCH, nursery)

    async def receive(self, channel: Channel, updates: Sequence[Update], position: Position | None = None) -> None:
        """Store a batch in one commit, with the position from which polling goes on; then let the lines take it.

        A redelivered update is stored once: the insert itself is the check. Calls that come together share a commit.
        """
        await self._batches.add((channel.name, updates, position))

    async def _store(self, calls: Sequence[Call]) -> list[Exception | None]:
        of_channel: dict[str, list[Call]] = defaultdict(list)
        for call in calls:
            of_channel[call[0]].append(call)
        try:
            async with self._database.transaction() as tx:
                stored = [await self._keep(tx, channel, came) for channel, came in of_channel.items()]
        except Exception as error:
            if will_pass(error) or len(calls) == 1:
                return [error] * len(calls)
            return [(await self._store([call]))[0] for call in calls]  # find out whose fault it was
        for channel, (count, received) in zip(of_channel, stored, strict=True):
            metrics.UPDATES.labels(channel).inc(count)
            self._lines.add(received)
        return [None] * len(calls)

    async def _keep(self, tx: Transaction, channel: str, calls: Sequence[Call]) -> tuple[int, list[Received]]:
        """Store the updates of several calls; returns how many were new, and the turns of those that name somebody."""
        now = self._clock.now()
        updates = [update for _, came, _ in calls for update in came]
        for update in updates:
            if update.moved:
                await addresses.move(tx, channel, *update.moved)
        hints = {update.address: closest(update.language) for update in updates if update.address is not None}
        known = await people.find_or_create(tx, channel, hints, now) if hints else {}
        new = [NewTurn(update.id, known.get(update.address or "", (None, 0))[0], update.raw) for update in updates]
        ids = await turns.store(tx, channel, new, now) if new else {}
        for position in [position for _, _, position in calls if position is not None][-1:]:
            await channels.set_offset(tx, *position)
        return len(ids), [
            Received(ids.pop(update.id), channel, *known[update.address], update.address, update.raw, now)
            for update in updates
            if update.id in ids and update.address is not None
        ]
