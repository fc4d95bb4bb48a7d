"""One turn: what a person did (Inbound), what the conversation remembers, and what is said in return."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeVar

from bot.asking import Carried, Question, read
from bot.clock import bandung_day
from bot.errors import Refusal
from bot.inbound import FileTrouble, Inbound
from bot.knowledge import Knowledge
from bot.knowledge.search import Understanding
from bot.language.i18n import _
from bot.language.markdown import Markdown
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
#: how long a question of ours waits to be answered; what is written later is a question of theirs
_PATIENCE = timedelta(hours=2)
#: how long the last topic is what a question without a subject means
REMEMBERED = timedelta(minutes=30)


@dataclass(slots=True)
class Memory:
    """What a conversation remembers between turns; times are in ISO 8601, UTC."""

    #: the card last shown, and when
    topic: str = ""
    topic_at: str = ""
    #: what was asked of it, such as `cost`, which "and halal?" asks for as well
    aspect: str = ""
    #: the reply whose choices a typed number or label answers
    asked: int = 0
    #: questions in a row that found no answer
    misses: int = 0
    #: which sentence the last of them got: it is not said twice in a row
    missed: str = ""
    #: the question that is being narrowed down by choices
    unsure: str = ""
    #: the last text and the turn that answered it: the same again, before the answer, is not answered twice
    said: str = ""
    said_in: int = 0
    answered_at: str = ""
    #: until when an outage was owned up to
    sorry_at: str = ""
    #: a language the switch to was offered
    offered: str = ""
    #: the topics that came next after the one last shown: what "not what I meant" offers
    near: list[str] = field(default_factory=list)
    #: the report that the next words may explain
    report: int = 0
    #: of staff: the case in which what they write goes to the person, and since when they have it: taken anew, or
    #: handed over and back, it is not theirs until they enter it again
    case: int = 0
    case_since: str = ""
    #: of staff: what they are entering, see `bot.entries.draft`; assigned as a whole, never changed in place
    draft: dict[str, Any] = field(default_factory=dict)
    #: the draft of an enrolment that is filled in here, and the day on which it was last spoken of
    form: int = 0
    form_said: str = ""
    #: until when the question stands whether they mean to stop announcements; see `db.deliveries.deliveries.UNDECIDED`
    undecided: str = ""
    #: wrong codes for staff that were tried here, and when the last one was
    wrong_codes: int = 0
    wrong_code_at: str = ""
    #: what the next message is to answer, such as `person`, and when that was asked; see `Turn.ask`
    asks: str = ""
    asks_at: str = ""
    #: whether that is a number, so that a typed one is no tap
    asks_number: bool = False

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Memory":
        known = {part.name for part in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})

    def to_json(self) -> dict[str, Any]:
        return {part.name: value for part in fields(self) if (value := getattr(self, part.name))}

    def recent_topic(self, now: datetime) -> str:
        """The last topic, as far as a question without a subject may mean it."""
        return self.topic_within(REMEMBERED, now)

    def still_asks(self, now: datetime) -> str:
        """What was asked and is not too long ago to be answered."""
        return self.asks if self.asks and now - datetime.fromisoformat(self.asks_at) <= _PATIENCE else ""

    def topic_within(self, age: timedelta, now: datetime) -> str:
        """The last topic, if it is not older than `age`."""
        return self.topic if self.topic and now - datetime.fromisoformat(self.topic_at) <= age else ""


class Tools:
    """What rooms give every turn, each found by its class: `turn.tools[Codes]`."""

    def __init__(self, *tools: object) -> None:
        self._by_class = {type(tool): tool for tool in tools}

    def __getitem__(self, wanted: type[Tool]) -> Tool:
        """Raises `KeyError` for what nobody gave."""
        tool = self._by_class[wanted]
        assert isinstance(tool, wanted)
        return tool


@dataclass(slots=True)
class Turn:
    """What a handler is given: it takes, decides, and says."""

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
        """What was asked, seen from the card last shown and what was asked of that; only where there is `found`."""
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
        """What the choice that was tapped or typed carries; without a choice, what `carries` has by itself.

        Raises `Refusal` for a button that carries something else: it is from an older version.
        """
        carried = read(carries, self.choice.args if self.choice else {})
        if carried is None:
            old = _("That button no longer works. Just write your question, or open the menu.")
            raise Refusal(old, [Choice(_("Menu"), "menu")])
        return carried

    def asked(self, question: type[Asked]) -> Asked | None:
        """What was asked, where it was this and this message is the answer."""
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

    def ask(self, what: str | Question, number: bool = False) -> None:
        """Have the person's next message come as the answer to `what`, unless they tap or command something else; a
        bare `2` is a tap, but not where a `number` is asked for."""
        kept = what.kept() if isinstance(what, Question) else what
        takes_number = number or (isinstance(what, Question) and what.takes_number)
        self.memory.asks, self.memory.asks_at, self.memory.asks_number = kept, self.now.isoformat(), takes_number

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
        """Send somebody what they did not just ask for, once for each `source` and person, such as `case:207:late`.

        It leaves after the commit, by day unless it may come `at_night`. The text is in the language of who gets it.
        """
        body = Reply(text, tuple(choices), file=file).to_json()
        await deliveries.add(self.db, source, [to], lane, body, self.now, due_at or self.now, at_night)

    async def later(self, delay: timedelta, job: str, **args: Any) -> None:
        """Come back to this conversation after `delay`: the job arrives as a turn of its own."""
        await jobs.later(self.db, job, self.now + delay, self.person.address_id, args)

    async def wait_for_more(self, delay: timedelta, job: str) -> None:
        """Put the turn aside, unanswered: what the person sends next answers it, or after `delay` the job does."""
        self.waits, self.memory.asks = True, self.asks
        await jobs.cancel(self.db, job, self.person.address_id)
        await self.later(delay, job)
