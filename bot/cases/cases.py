"""Open, promise and tell a case, to each in their own language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.asking import Question
from bot.cases.opening_hours import deadline
from bot.language.i18n import LANGUAGE_NAMES, _, speaking
from bot.language.markdown import Markdown, escape
from bot.reply import Choice, utf16_length
from bot.turn import Turn
from db.cases import case_messages, cases
from db.cases.cases import Case
from db.conversation import jobs
from db.deliveries.deliveries import Recipient
from db.people import people, staff
from db.people.people import Known
from db.people.staff import ROLES

#: the roles that may answer cases
ANSWERING = ROLES[: ROLES.index("officer") + 1]
#: UTF-16 units of a person's words in a bubble with choices
QUOTED = 500
#: the same in a bubble without choices
_WHOLE = 3900


def number(case: int) -> str:
    """The number as people read and say it: `K-207`."""
    return f"K-{case}"


def recipient(person: Known) -> Recipient:
    return Recipient(person.person_id, person.address_id)


def called(person: Known) -> Markdown:
    """The name of a member as owners and colleagues read it."""
    return escape(person.staff_name) if person.staff_name else _("An officer")


async def officers(turn: Turn, but: int = 0) -> list[Known]:
    """List everybody who may answer a case, except at the address `but`."""
    active = await staff.active(turn.db)
    members = [member for member in active if member.role in ANSWERING and member.address_id != but]
    known = await people.load(turn.db, [member.address_id for member in members])
    return [known[member.address_id] for member in members]


async def owner(turn: Turn, case: Case) -> Known | None:
    """Load the member who has a case, as long as they work here and may answer."""
    return next((one for one in await officers(turn) if one.staff_id == case.owner_id), None)


async def asker(turn: Turn, case: Case) -> Known:
    """The person who waits, at the address where they asked."""
    return (await people.load(turn.db, [case.address_id]))[case.address_id]


@dataclass(frozen=True)
class AddToCase(Question):
    """What to add to a case of theirs; choices below it carry which one it is."""

    name: ClassVar[str] = "case-add"
    case: int


async def open_case(
    turn: Turn, kind: str, words: str, promised_at: datetime | None, file: int = 0, report: int = 0, topic: str = ""
) -> int:
    """Open a case of the person whose turn it is, with their words, and show it to everybody who may answer."""
    person = turn.person
    topic = topic or turn.memory.recent_topic(turn.now)
    case = await cases.add(
        turn.db, person.person_id, person.address_id, kind, topic, promised_at, turn.now, report=report
    )
    await case_messages.add(turn.db, case, words, turn.id, turn.now, file=file)
    await watch(turn, case, person.address_id, promised_at)
    await alert(turn, await load(turn, case), f"case:{case}:new", file=file)
    if turn.inbound.album:
        turn.memory.album_asks = AddToCase(case).kept()
    return case


async def load(turn: Turn, case: int) -> Case:
    """Load a case by its id; it must exist."""
    found = await cases.load(turn.db, case)
    assert found is not None
    return found


async def watch(turn: Turn, case: int, address: int, promised_at: datetime | None) -> None:
    """Plan the apology for the moment at which the promise would be missed."""
    if promised_at:
        args = {"case": case, "promised_at": promised_at.isoformat()}
        await jobs.later(turn.db, "case-late", promised_at, address, args)


async def alert(
    turn: Turn,
    case: Case,
    source: str,
    first: Callable[[], Markdown] | None = None,
    file: int = 0,
    to: Sequence[Known] | None = None,
) -> None:
    """Show a waiting case to those who may answer it, or to these of them, by day; `first` is said above it."""
    person = await asker(turn, case)
    for member in await officers(turn, case.address_id) if to is None else to:
        with speaking(member.language):
            told = summary(turn, case, person)
            text = Markdown(f"{first()}\n{told}") if first else told
            choices = [
                Choice(_("I take it"), "case-take", {"case": case.id}, kind="deciding"),
                Choice(_("Look first"), "case", {"case": case.id}),
            ]
            await turn.tell(recipient(member), source, text, choices, file=file)


def summary(turn: Turn, case: Case, person: Known) -> Markdown:
    """Say who asks, what, what they were told and until when, so that staff can answer without scrolling."""
    where = {"telegram": "Telegram", "web": _("web chat")}.get(person.channel, person.channel)
    name = number(case.id)
    lines = [
        _("**{case}** · {language} · {channel}", case=name, language=LANGUAGE_NAMES[person.language], channel=where)
    ]
    if case.kind == "report":
        lines.append(_("Says that an answer is not right."))
    if case.kind == "signal":
        lines.append(_("⚠️ Reports something that others may have to be warned of."))
    if case.words:
        lines.append(Markdown(f"“{typed(case.words, QUOTED)}”"))
    card = turn.knowledge.card(case.topic, person.language) if case.topic else None
    if card:
        lines.append(_("The assistant last showed: {title}.", title=card.title))
    if case.late_at:
        lines.append(_("⚠️ Late; promised anew: {deadline}.", deadline=_until(case, turn.now)))
    elif case.promised_at:
        lines.append(_("Promised: {deadline}.", deadline=_until(case, turn.now)))
    return Markdown("\n".join(lines))


def _until(case: Case, now: datetime) -> Markdown:
    return deadline(case.promised_at, now) if case.promised_at else Markdown("-")


def typed(text: str, limit: int = _WHOLE) -> Markdown:
    """Show what a person typed, line by line and exactly; cut where it is longer than `limit` UTF-16 units."""
    if utf16_length(text) > limit:
        text = pieces(text, limit - 1)[0] + "…"
    return Markdown("\n".join(escape(line.strip()) for line in text.splitlines()))


def headed(whose: Markdown, words: str) -> Markdown:
    """Put the writer's name above what they wrote; a file without words has only the name."""
    return Markdown(f"**{whose}:** {typed(words)}" if words else f"**{whose}**")


def pieces(text: str, limit: int) -> list[str]:
    """Cut a text into pieces of at most `limit` UTF-16 units, at spaces where that can be."""
    cut, rest = [], text
    while utf16_length(rest) > limit:
        head = rest.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", errors="ignore")
        end = max(head.rfind(" "), head.rfind("\n"))
        head = head[: end if end > len(head) // 2 else len(head)]
        cut.append(head)
        rest = rest[len(head) :].lstrip()
    return [*cut, rest]


async def pass_on(
    turn: Turn, to: Known, message: int, heading: str, words: str, file: int = 0, choices: Sequence[Choice] = ()
) -> None:
    """Send one side's message to the other, under a heading that says whose it is."""
    parts = pieces(words, 2 * QUOTED - utf16_length(heading) - 20 if choices else _WHOLE)
    for at, part in enumerate(parts):
        source = f"case-message:{message}" + (f":{at + 1}" if at else "")
        last = at == len(parts) - 1
        text = headed(escape(heading), part)
        await turn.tell(recipient(to), source, text, choices if last else (), file=0 if at else file, at_night=True)
