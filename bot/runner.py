"""The heart: a turn in one transaction. Load the person, let the conversation answer, store the replies, commit.

Turns of different people that are ready together share a commit, each in a savepoint of its own. A turn's effects
happen exactly once; its replies, sent after the commit, leave at least once.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from bot.clock import Clock
from bot.conversation import Conversation, Outcome, State
from bot.nursery import Nursery
from bot.outbox import Outbox
from bot.reader import Prepared, Reader
from bot.turn import Memory
from db import people, replies, turns
from db.engine import Database, Transaction
from db.people import Known
from db.replies import Unsent

#: turns that share a commit; more would keep the first of them waiting
BATCH = 64


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
        self._nursery = nursery
        self._ready: list[tuple[Prepared, asyncio.Future[None]]] = []
        self._running = False

    async def take(self, prepared: Prepared) -> None:
        """Run a turn, together with those that are ready at the same time; returns once it is committed."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ready.append((prepared, done))
        if not self._running:
            self._running = True
            self._nursery.start(self._run_ready(), "runner")
        await done

    async def _run_ready(self) -> None:
        try:
            while self._ready:
                batch, self._ready = self._ready[:BATCH], self._ready[BATCH:]
                await self._run_batch(batch)
        finally:
            self._running = False

    async def _run_batch(self, batch: Sequence[tuple[Prepared, asyncio.Future[None]]]) -> None:
        try:
            await self._run([prepared for prepared, _ in batch])
        except Exception as error:  # the transaction itself failed: find out whose fault it was
            if len(batch) > 1:
                for one in batch:
                    await self._run_batch([one])
                return
            await self._give_up(*batch[0], error)
            return
        for _, done in batch:
            done.set_result(None)

    async def _give_up(self, prepared: Prepared, done: asyncio.Future[None], error: Exception) -> None:
        try:
            await self._run([prepared], fault=error)
        except Exception as second:
            done.set_exception(second)
        else:
            done.set_result(None)

    async def _run(self, batch: Sequence[Prepared], fault: Exception | None = None) -> None:
        now = self._clock.now()
        async with self._database.transaction() as tx:
            outcomes = await self._take_turns(tx, batch, now, fault)
            unsent = await self._store(tx, outcomes, now)
        self._outbox.add(unsent)

    async def _take_turns(
        self, tx: Transaction, batch: Sequence[Prepared], now: datetime, fault: Exception | None
    ) -> list[Outcome]:
        """Each turn of the batch, after any older one of the same person that another process left."""
        known = await people.load_and_lock(tx, {prepared.turn.address_id for prepared in batch})
        unfinished = defaultdict(list)
        for turn in await turns.unfinished(tx, {person.person_id for person in known.values()}):
            unfinished[turn.person_id].append(turn)
        state = State(tx, now, await _asked(tx, batch, known))
        outcomes = []
        for prepared in batch:
            open_turns = {turn.id: turn for turn in unfinished[prepared.turn.person_id]}
            if prepared.turn.id not in open_turns:
                continue  # another process was faster
            for turn in open_turns.values():
                if turn.state == "received" and turn.id < prepared.turn.id:
                    older = self._reader.read(turn)
                    person = known.get(turn.address_id) or (await people.load(tx, [turn.address_id]))[turn.address_id]
                    known[turn.address_id] = person
                    outcomes.append(await self._conversation.take(state, older, person, (), None))
            person = known[prepared.turn.address_id]
            waiting = [turn for turn in open_turns.values() if turn.state == "waiting"]
            outcomes.append(await self._conversation.take(state, prepared, person, waiting, fault))
        return outcomes

    async def _store(self, tx: Transaction, outcomes: Sequence[Outcome], now: datetime) -> list[Unsent]:
        """Write the replies, the ends of the turns and what the conversations remember."""
        if not outcomes:
            return []
        said = [(outcome, reply) for outcome in outcomes for reply in outcome.replies]
        holder = self._outbox.holder
        elsewhere = await self._elsewhere(tx, {outcome.person.address_id for outcome, _ in said}, now)
        ids = await replies.store(
            tx,
            [(outcome.turn, outcome.person.address_id, reply.to_json()) for outcome, reply in said],
            now,
            holder,
            self._outbox.held_until(now),
        )
        unsent = []
        for number, (outcome, reply) in zip(ids, said, strict=True):
            if reply.choices:
                outcome.memory.asked = number
            person = outcome.person
            unsent.append(
                Unsent(number, outcome.turn, person.address_id, person.channel, person.value, reply.to_json(), now)
            )
        await turns.finish(tx, [ended for outcome in outcomes for ended in outcome.finished], now)
        await people.remember(tx, {outcome.person.address_id: outcome.memory.to_json() for outcome in outcomes})
        if elsewhere:
            await replies.let_go(tx, [reply.id for reply in unsent if reply.address_id in elsewhere])
            self._outbox.sweep_soon()
        return [reply for reply in unsent if reply.address_id not in elsewhere]

    async def _elsewhere(self, tx: Transaction, addresses: set[int], now: datetime) -> set[int]:
        """Addresses that still wait for an earlier reply from another process: ours must come after it."""
        if self._database.is_sqlite or not addresses:
            return set()
        return await replies.held_elsewhere(tx, addresses, self._outbox.holder, now)


async def _asked(
    tx: Transaction, batch: Sequence[Prepared], known: dict[int, Known]
) -> dict[int, tuple[int, dict[str, object]]]:
    """The stored replies that these turns may be choosing from: the one last asked, and the one tapped on."""
    wanted = {prepared.inbound.reply for prepared in batch if prepared.inbound and prepared.inbound.reply}
    wanted |= {Memory.from_json(person.memory).asked for person in known.values()}
    return await replies.bodies(tx, wanted - {0})
