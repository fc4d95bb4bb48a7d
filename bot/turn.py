"""One turn: what a person did (Inbound), what the conversation remembers, and what is said in return."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, TypeVar

from bot.asking import Carried, Question, read
from bot.clock import bandung_day
from bot.errors import Refusal
from bot.inbound import FileTrouble, Inbound
from bot.knowledge import Knowledge
from bot.knowledge.search import Understanding
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.memory import Memory
from bot.reply import Choice, Reply
from db.conversation import jobs
from db.conversation.turns import Received
from db.deliveries import deliveries
from db.deliveries.deliveries import NOTICE, Recipient
from db.engine import Transaction
from db.files import File
from db.people.people import Known

Tool = TypeVar("Tool")
Asked = TypeVar("Asked", bound=Question)


class Tools:
    """What rooms give every turn, each found by its class: `turn.tools[Codes]`."""

    def __init__(self, *tools: object) -> None:
        self._by_class = {type(tool): tool for tool in tools}

    def __getitem__(self, wanted: type[Tool]) -> Tool:
        """Raise `KeyError` for a tool that nobody gave."""
        tool = self._by_class[wanted]
        assert isinstance(tool, wanted)
        return tool


@dataclass(slots=True)
class Turn:
    """What a handler is given, to take it, decide and say."""

    id: int
    now: datetime
    inbound: Inbound
    person: Known
    memory: Memory
    db: Transaction
    knowledge: Knowledge
    #: what the search made of the text, None where there is none
    found: Understanding | None = None
    #: the choice that was tapped or typed
    choice: Choice | None = None
    #: the number of the stored reply that offered it
    chosen_from: int = 0
    #: earlier pieces of this message that wait to be answered, oldest first
    fragments: list[str] = field(default_factory=list)
    #: what was sent, where it is a file, and why it is not here where it could not be had
    file: File | None = None
    file_trouble: FileTrouble | None = None
    #: what a room made of a file of a kind that is taken only where it asked for one; see `bot.reader.Intake`
    taken_in: object | None = None
    replies: list[Reply] = field(default_factory=list)
    #: the address that opens a conversation with `/start payload`, for a poster; None where nobody gets here by one
    link: Callable[[str], str | None] = lambda _payload: None
    #: what was done in an earlier turn; None where that is not known any more
    read: Callable[[Received], Inbound | None] = lambda _received: None
    #: what rooms give every turn of theirs
    tools: Tools = field(default_factory=Tools)
    #: what this message is the answer to, where something was asked; whoever finds it no good asks again
    asks: str = ""
    #: set to put the turn aside as a fragment
    waits: bool = False
    #: set where it is taken and nothing is to be said: the words went to a person
    silent: bool = False
    _understood: Understanding | None = field(default=None, repr=False)

    @property
    def understood(self) -> Understanding:
        """The question as it follows the card last shown and its aspect; only where there is `found`."""
        assert self.found is not None
        if self._understood is None:
            topic = self.memory.recent_topic(self.now)
            self._understood = self.knowledge.judge(self.found, topic, self.memory.aspect)
        return self._understood

    @property
    def today(self) -> date:
        """The day in Bandung."""
        return bandung_day(self.now)

    @property
    def text(self) -> str:
        return self.inbound.text

    def chosen(self, carries: type[Carried]) -> Carried:
        """Read what the choice that was tapped or typed carries; without a choice, the defaults of `carries`.

        Raises `Refusal` for a button that carries something else: it is from an older version.
        """
        carried = read(carries, self.choice.args if self.choice else {})
        if carried is None:
            old = _("That button no longer works. Just write your question, or open the menu.")
            raise Refusal(old, [Choice(_("Menu"), "menu")])
        return carried

    def asked(self, question: type[Asked]) -> Asked | None:
        """Read the question, where it was asked and this message is the answer; else None."""
        return question.read(self.asks) if self.asks else None

    def say(
        self,
        text: Markdown,
        choices: Sequence[Choice] = (),
        wants: Literal["contact", "location"] | None = None,
        file: int = 0,
    ) -> None:
        """Say something, after what was already said in this turn; `file` is the id of one to go with it."""
        self.replies.append(Reply(text, tuple(choices), wants, file))

    def ask(self, question: Question, number: bool = False) -> None:
        """Have the person's next message come as the answer, unless they tap or command something else.

        A bare `2` is a tap, unless a `number` is asked for.
        """
        memory, takes_number = self.memory, number or question.takes_number
        memory.asks, memory.asks_at, memory.asks_number = question.kept(), self.now.isoformat(), takes_number

    async def tell(
        self,
        to: Recipient,
        source: str,
        text: Markdown,
        choices: Sequence[Choice] = (),
        *,
        file: int = 0,
        lane: int = NOTICE,
        at_night: bool = False,
        due_at: datetime | None = None,
    ) -> None:
        """Send a message that the person did not just ask for, once for each `source` and person, such as
        `case:207:late`.

        It leaves after the commit, by day unless it may come `at_night`. The text is in the language of who gets it.
        """
        body = Reply(text, tuple(choices), file=file).to_json()
        await deliveries.add(self.db, source, [to], lane, body, self.now, due_at or self.now, at_night)

    async def later(self, delay: timedelta, job: str, **args: object) -> None:
        """Come back to this conversation after `delay`: the job arrives as a turn of its own."""
        await jobs.later(self.db, job, self.now + delay, self.person.address_id, args)

    async def wait_for_more(self, delay: timedelta, job: str) -> None:
        """Put the turn aside, unanswered: what the person sends next answers it, or after `delay` the job does."""
        self.waits, self.memory.asks = True, self.asks
        await jobs.cancel(self.db, job, self.person.address_id)
        await self.later(delay, job)
