"""One turn inside its transaction: find the choice that was meant and the handler, and let it answer."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.apology import apology
from bot.channel import Channel
from bot.choosing import typed_choice
from bot.errors import Gone, Refusal, where
from bot.fragments import is_nudge, same_text
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from bot.language.i18n import _, clock_time, speaking
from bot.memory import Memory
from bot.private_chat import asked_for
from bot.reader import Prepared, Reader
from bot.reply import Choice, Limits, Reply, join
from bot.router import Router, find
from bot.turn import Tools, Turn
from db.base import JsonObject
from db.broadcasts import taps
from db.conversation import replies, turns
from db.conversation.turns import Finished, Received
from db.engine import Transaction, will_pass
from db.people import addresses, people
from db.people.people import Known

log = logging.getLogger(__name__)

#: an answer that comes later than this says that it is late
LATE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which the assistant did not run."""

    since: datetime
    until: datetime


@dataclass(slots=True)
class State:
    """What the turns of one transaction share."""

    tx: Transaction
    now: datetime
    #: the newest turn that there is
    newest: int
    #: stored replies by number: whose they are, and their body
    asked: Mapping[int, tuple[int, JsonObject]]
    memories: dict[int, Memory] = field(default_factory=dict)

    def memory(self, person: Known) -> Memory:
        return self.memories.setdefault(person.address_id, Memory.from_json(person.memory))


@dataclass(slots=True)
class Outcome:
    """How a turn ended, what it says, and what the conversation remembers."""

    turn: int
    person: Known
    memory: Memory
    finished: list[Finished]
    replies: list[Reply] = field(default_factory=list)
    #: the button tapped below a broadcast, see `Choice.announced`
    tapped: str = ""


class Conversation:
    def __init__(
        self,
        routers: Sequence[Router],
        knowledge: Knowledge,
        reader: Reader,
        channels: Mapping[str, Channel],
        tools: Tools,
    ) -> None:
        self._routers = routers
        self._knowledge = knowledge
        self._reader = reader
        self._channels = channels
        self._tools = tools
        #: the last time the assistant did not run, if anybody may have noticed
        self.outage: Outage | None = None

    async def take(
        self, state: State, prepared: Prepared, person: Known, waiting: Sequence[Received], fault: Exception | None
    ) -> Outcome:
        """Answer one turn; with a `fault`, only say that it failed."""
        memory = state.memory(person)
        ended = Outcome(prepared.turn.id, person, memory, [])
        inbound = prepared.inbound
        if inbound is None or inbound.kind in ("blocked", "unblocked"):
            await self._notice(state.tx, person, inbound)
            ended.finished.append(Finished(ended.turn, "passed"))
            return ended
        two_talk = bool(person.case_id or memory.case)
        if memory.said_in and not two_talk and self._answered_already(prepared, memory):
            ended.finished.append(Finished(ended.turn, "joined", answered_by=memory.said_in))
            return ended
        if person.state != "open" and inbound.kind != "job":
            await addresses.set_state(state.tx, person.address_id, "open")
        if inbound.kind != "job":
            memory.thread = inbound.thread
        person = ended.person = await self._settle_language(state.tx, prepared, person)
        with speaking(person.language):
            await self._answer(state, prepared, ended, waiting, fault)
        if ended.tapped and ended.finished[0].state != "failed":
            of, _colon, button = ended.tapped.partition(":")
            await taps.note(state.tx, int(of), person.person_id, button, state.now)
        return ended

    async def _answer(
        self, state: State, prepared: Prepared, ended: Outcome, waiting: Sequence[Received], fault: Exception | None
    ) -> None:
        own = [turn for turn in waiting if turn.address_id == ended.person.address_id]
        assert prepared.inbound is not None
        before, name, choice = ended.memory.copy(), None, None
        try:
            if fault:
                raise fault
            choice = self._choice(state, prepared.inbound, ended)
            async with state.tx.savepoint() as savepoint:
                turn = await self._turn(state, savepoint, prepared, ended, choice, own)
                if turn is None:
                    ended.finished.append(Finished(ended.turn, "passed"))
                    return
                route = find(self._routers, turn)
                name = route.name
                await route.handler(turn)
            taken = turn.replies or turn.silent
            said, end = turn.replies, "waiting" if turn.waits else "done" if taken else "passed"
        except Refusal as refusal:
            said, end = [Reply(refusal.sentence, refusal.choices)], "done"
            if not isinstance(refusal, Gone):
                state.memories[ended.person.address_id] = ended.memory = before
        except Exception as error:
            if will_pass(error):
                raise
            log.error("turn %s failed with %s\n%s", ended.turn, type(error).__name__, where(error))
            said, end = [apology(ended.turn, prepared.inbound, choice)], "failed"
            state.memories[ended.person.address_id] = ended.memory = before
        ended.finished.append(Finished(ended.turn, end, name))
        if end != "waiting" and (said or prepared.inbound.kind != "job"):
            ended.finished += [Finished(fragment.id, "joined", answered_by=ended.turn) for fragment in own]
        self._remember_said(state, prepared, ended, end)
        said = self._own_up(said, prepared, ended.memory, state.now)
        ended.replies = _in_thread(join(said, self._limits(ended.person)), ended.memory.thread)

    async def _turn(
        self,
        state: State,
        tx: Transaction,
        prepared: Prepared,
        ended: Outcome,
        choice: Choice | None,
        waiting: Sequence[Received],
    ) -> Turn | None:
        """Make the turn as its handler gets it; None for a tap on somebody else's reply, which counts for nothing."""
        prepared, choice = await self._from_group(state, tx, prepared, ended, choice)
        assert prepared.inbound is not None
        inbound, found = prepared.inbound, prepared.found
        if inbound.kind == "tap" and choice is None and inbound.reply in state.asked:
            return None
        if choice and choice.name == "retry" and (again := await self._failed(tx, choice, ended)) and again.inbound:
            prepared, inbound, found = again, again.inbound, again.found
            choice = self._choice(await self._with_tapped(state, tx, inbound), inbound, ended)
        ended.tapped = choice.announced if choice else ""
        texts = [piece.text for piece in map(self._reader.inbound, waiting) if piece]
        return Turn(
            ended.turn, state.now, inbound, ended.person, ended.memory, tx, self._knowledge, found, choice,
            inbound.reply or ended.memory.asked, texts, prepared.file, prepared.file_trouble, prepared.taken_in,
            link=self._link, tools=self._tools, read=self._reader.inbound,
            asks=ended.memory.answered(inbound, bool(choice), state.now),
        )  # fmt: skip

    async def _from_group(
        self, state: State, tx: Transaction, prepared: Prepared, ended: Outcome, choice: Choice | None
    ) -> tuple[Prepared, Choice | None]:
        """What was done in a group, for somebody who comes from there; for all others what they did here."""
        assert prepared.inbound is not None
        came = await asked_for(tx, self._tools, prepared.inbound)
        group = self._reader.read(came[0]) if came else None
        if came is None or group is None or group.inbound is None:
            return prepared, came[1] if came else choice
        ended.memory.answered(prepared.inbound, False, state.now)
        return replace(group, inbound=replace(group.inbound, in_group=False, thread=0)), came[1]

    async def _failed(self, tx: Transaction, retry: Choice, ended: Outcome) -> Prepared | None:
        failed = await turns.received(tx, int(retry.args["turn"]), ended.person.address_id)
        return self._reader.read(failed) if failed else None

    async def _with_tapped(self, state: State, tx: Transaction, inbound: Inbound) -> State:
        return replace(state, asked={**state.asked, **await replies.bodies(tx, {inbound.reply} - {0})})

    def _choice(self, state: State, inbound: Inbound, ended: Outcome) -> Choice | None:
        if inbound.kind == "tap":
            owner, body = state.asked.get(inbound.reply, (0, {}))
            choices = Reply.from_json(body).numbered() if owner == ended.person.address_id else []
            return choices[inbound.index] if 0 <= inbound.index < len(choices) else None
        if ended.person.case_id or (ended.memory.case and not ended.memory.asks):
            return None  # two people talk: a typed "2" is for the other
        if inbound.kind == "text" and ended.memory.asked in state.asked:
            offered = Reply.from_json(state.asked[ended.memory.asked][1])
            return typed_choice(inbound.text, offered, numbers=not ended.memory.wants_number(state.now))
        return None

    def _answered_already(self, prepared: Prepared, memory: Memory) -> bool:
        """Whether it is the same text, or a nudge, that came in before the first was answered."""
        if prepared.inbound is None or prepared.inbound.kind != "text":
            return False
        text = prepared.inbound.text
        in_time = prepared.turn.id <= memory.said_upto
        return in_time and (same_text(text) == memory.said or is_nudge(text))

    def _remember_said(self, state: State, prepared: Prepared, ended: Outcome, end: str) -> None:
        assert prepared.inbound is not None
        if prepared.inbound.kind == "text" and end == "done":
            ended.memory.said = same_text(prepared.inbound.text)
            ended.memory.said_in = ended.turn
            ended.memory.said_upto = state.newest

    def _own_up(self, said: list[Reply], prepared: Prepared, memory: Memory, now: datetime) -> list[Reply]:
        """After an outage of more than two minutes, say so honestly before the answer, once to each person."""
        outage, inbound = self.outage, prepared.inbound
        if not said or outage is None or inbound is None or memory.sorry_at >= outage.until.isoformat():
            return said
        came = inbound.sent_at or prepared.turn.received_at
        if now - came < LATE or came >= outage.until:
            return said
        memory.sorry_at = outage.until.isoformat()
        sorry = _("Sorry for the late answer, the system was down since {time}.", time=clock_time(outage.since))
        return [Reply(sorry), *said]

    async def _notice(self, tx: Transaction, person: Known, inbound: Inbound | None) -> None:
        if inbound is not None:
            state = "blocked" if inbound.kind == "blocked" else "open"
            await addresses.set_state(tx, person.address_id, state)

    async def _settle_language(self, tx: Transaction, prepared: Prepared, person: Known) -> Known:
        """Let the first real sentence decide the language; what staff write as staff decides nothing."""
        heard = prepared.found.language if prepared.found else None
        if person.language_by != "phone" or heard is None or {"case", "draft", "form"} & set(person.memory):
            return person
        await people.set_language(tx, person.person_id, heard, "words")
        return replace(person, language=heard, language_by="words")

    def _link(self, payload: str) -> str | None:
        """The address of a conversation on Telegram, else on the web: on Telegram a person hears from us again."""
        links = {name: channel.link(payload) for name, channel in self._channels.items()}
        return links.pop("telegram", None) or next(filter(None, links.values()), None)

    def _limits(self, person: Known) -> Limits:
        return self._channels[person.channel].limits


def _in_thread(said: list[Reply], thread: int) -> list[Reply]:
    """The replies in the topic of the group in which the person wrote, 0 for none."""
    if not thread:
        return said
    closed = str(_("The topic where this was asked is closed, so the answer comes here."))
    return [replace(reply, thread=thread, elsewhere=closed) for reply in said]
