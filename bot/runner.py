"""The heart: a turn in one transaction. Load the person, let the conversation answer, store the replies, commit.

Turns of different people that are ready together share a commit, each in a savepoint of its own. A turn's effects
happen exactly once; its replies, sent after the commit, leave at least once.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot import metrics
from bot.batch import Batches
from bot.choosing import may_choose
from bot.clock import Clock
from bot.conversation import Conversation, Outcome, State
from bot.errors import where
from bot.nursery import Nursery
from bot.outbox import Outbox
from bot.reader import Prepared, Reader
from db.conversation import replies, turns
from db.conversation.replies import NewReply, Unsent
from db.conversation.turns import Finished, Received
from db.engine import Database, Transaction, will_pass
from db.people import addresses, people
from db.people.people import Known

log = logging.getLogger(__name__)

#: turns that share a commit; more would keep the first of them waiting
BATCH = 32
#: unfinished turns of a person that must come before a turn of theirs
Earlier = Sequence[Received]


class Runner:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        reader: Reader,
        conversation: Conversation,
        outbox: Outbox,
        nursery: Nursery,
    ) -> None:
        self._database = database
        self._clock = clock
        self._reader = reader
        self._conversation = conversation
        self._outbox = outbox
        self._batches = Batches("runner", self._run_batch, BATCH, nursery)

    async def take(self, prepared: Prepared) -> None:
        """Run a turn after those of the same person that another process left; returns once it is committed.

        Raises what the database cannot do now; the turn stays as it was.
        """
        while earlier := await self._batches.add(prepared):
            for turn in earlier:
                await self.take(await self._reader.prepare(turn))

    async def _run_batch(self, batch: Sequence[Prepared]) -> list[Earlier | Exception]:
        try:
            earlier = await self._run(batch)
        except Exception as error:
            if will_pass(error):
                return [error] * len(batch)
            if len(batch) == 1:
                return [await self._give_up(batch[0], error)]
            return [(await self._run_batch([one]))[0] for one in batch]  # find out whose fault it was
        return [earlier.get(prepared.turn.id, ()) for prepared in batch]

    async def _give_up(self, prepared: Prepared, error: Exception) -> Earlier | Exception:
        """Answer with the apology, or not at all where not even that can be stored: a turn must not block its line."""
        try:
            return (await self._run([prepared], fault=error)).get(prepared.turn.id, ())
        except Exception as second:
            if will_pass(second):
                return second
            log.error("turn %s ends unanswered: %s\n%s", prepared.turn.id, type(second).__name__, where(second))
        try:
            async with self._database.transaction() as tx:
                await turns.finish(tx, [Finished(prepared.turn.id, "failed")], self._clock.now())
            return ()
        except Exception as last:
            return last

    async def _run(self, batch: Sequence[Prepared], fault: Exception | None = None) -> dict[int, Earlier]:
        """Run the transaction; returns, for the turns that were left as they are, the earlier ones that must come
        first."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            outcomes, earlier = await self._take_turns(tx, batch, now, fault)
            unsent = await self._store(tx, outcomes, now) if outcomes else []
        self._outbox.add(unsent)
        _count(outcomes, {one.turn.id: one.turn.received_at for one in batch}, self._clock.now())
        return earlier

    async def _take_turns(
        self, tx: Transaction, batch: Sequence[Prepared], now: datetime, fault: Exception | None
    ) -> tuple[list[Outcome], dict[int, Earlier]]:
        known = await people.load_and_lock(tx, {prepared.turn.address_id for prepared in batch})
        unfinished: dict[int, dict[int, Received]] = defaultdict(dict)
        newest = 0
        for turn in await turns.unfinished(tx, [prepared.turn.id for prepared in batch]):
            newest = turn.newest
            unfinished[turn.person_id][turn.id] = turn
        state = State(tx, now, newest, await _asked(tx, batch, known))
        outcomes: list[Outcome] = []
        earlier: dict[int, Earlier] = {}
        for prepared in batch:
            person = known[prepared.turn.address_id]
            others = unfinished[person.person_id]
            own = others.pop(prepared.turn.id, None)
            if own is None or own.state != "received":
                continue  # another process was faster
            if left := [turn for turn in others.values() if turn.state == "received"]:
                earlier[own.id] = left
                continue
            outcomes.append(await self._conversation.take(state, prepared, person, list(others.values()), fault))
        return outcomes, earlier

    async def _store(self, tx: Transaction, outcomes: Sequence[Outcome], now: datetime) -> list[Unsent]:
        """Write the replies, the ends of the turns and what is remembered; returns the replies to send from here."""
        said = [(outcome, reply, reply.to_json()) for outcome in outcomes for reply in outcome.replies]
        addressed = {by.person.address_id for by, _, _ in said}
        if behind := await replies.queued_elsewhere(tx, addressed, self._outbox.holder):
            self._outbox.sweep_soon()  # ours must come after what another process still sends
        holders = [None if by.person.address_id in behind else self._outbox.holder for by, _, _ in said]
        new = [
            NewReply(by.turn, by.person.address_id, body, held)
            for (by, _, body), held in zip(said, holders, strict=True)
        ]
        unsent, ids = [], await replies.store(tx, new, now, self._outbox.held_until(now))
        for number, holder, (outcome, reply, body) in zip(ids, holders, said, strict=True):
            to = outcome.person
            if reply.choices:
                outcome.memory.asked = number
            if holder:
                unsent.append(Unsent(number, outcome.turn, to.address_id, to.channel, to.value, body, now))
        await turns.finish(tx, [ended for outcome in outcomes for ended in outcome.finished], now)
        await addresses.remember(tx, {outcome.person.address_id: outcome.memory.to_json() for outcome in outcomes})
        return unsent


def _count(outcomes: Iterable[Outcome], received: Mapping[int, datetime], now: datetime) -> None:
    """Count turns that were committed, and the fragments that they answered; what was only put aside ends later."""
    for outcome in outcomes:
        channel = outcome.person.channel
        for ended in outcome.finished:
            if ended.state != "waiting":
                metrics.TURNS.labels(channel, ended.state, ended.handler or "").inc()
        seconds = max(0.0, (now - received[outcome.turn]).total_seconds())
        metrics.TURN_SECONDS.labels(channel).observe(seconds)


async def _asked(
    tx: Transaction, batch: Sequence[Prepared], known: dict[int, Known]
) -> dict[int, tuple[int, dict[str, object]]]:
    """Load the stored replies that these turns may be choosing from: the one tapped on, and the one last asked."""
    done = [(one.inbound, known[one.turn.address_id].memory) for one in batch if one.inbound]
    wanted = {inbound.reply for inbound, _ in done}
    wanted |= {memory.get("asked", 0) for inbound, memory in done if may_choose(inbound.text)}
    return await replies.bodies(tx, wanted - {0})
