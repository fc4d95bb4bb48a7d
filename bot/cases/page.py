"""A case as a member sees it: who and what, the last messages, how it stands, and what can be done with it."""

from dataclasses import dataclass

from bot.cases.cases import QUOTED, asker, headed, number, summary, typed
from bot.cases.opening_hours import deadline
from bot.language.i18n import _
from bot.language.markdown import Markdown, escape
from bot.reply import Choice, utf16_length
from bot.turn import Turn
from db.cases import case_messages
from db.cases.case_messages import Message
from db.cases.cases import Case

#: messages that are shown
_LAST = 6
#: files that are shown among them
_FILES = 3


@dataclass(frozen=True, slots=True)
class OfCase:
    """Which case is meant, which of its deliveries, whom it goes to, and whether it ends without an answer."""

    case: int
    delivery: int = 0
    staff: int = 0
    unanswered: bool = False


async def show(turn: Turn, case: Case) -> None:
    """Say who and what, the last messages with their files, and how it stands."""
    turn.say(summary(turn, case, await asker(turn, case)))
    if utf16_length(case.words) > QUOTED:
        turn.say(Markdown(f"“{typed(case.words)}”"))
    last = await case_messages.last(turn.db, case.id, _LAST)
    for message in last:
        line = headed(_heading(message, case), message.text)
        if message.file_id and message in [one for one in last if one.file_id][-_FILES:]:
            turn.say(line, file=message.file_id)
        elif message.text != case.words:
            turn.say(line)
    turn.say(state(turn, case), choices_for(turn, case))


def state(turn: Turn, case: Case) -> Markdown:
    """Say how the case stands, in one sentence."""
    name = number(case.id)
    if case.state == "closed":
        when = deadline(case.closed_at or turn.now, turn.now)
        if case.outcome == "cancelled":
            return _("{case} was cancelled by the person {when}.", case=name, when=when)
        if case.outcome == "ended":
            return _("{case} was ended by the person {when}.", case=name, when=when)
        return _("{case} was closed {when}.", case=name, when=when)
    if case.state == "open":
        return _("{case} waits for somebody.", case=name)
    since = deadline(case.taken_at or turn.now, turn.now)
    if case.owner_id == turn.person.staff_id:
        return _("You have {case} since {since}.", case=name, since=since)
    return _("{name} has {case} since {since}.", name=owner_name(case), case=name, since=since)


def choices_for(turn: Turn, case: Case) -> list[Choice]:
    """List what the member who looks at it can do."""
    about = {"case": case.id}
    if case.state == "open":
        take = Choice(_("I take it"), "case-take", about, kind="deciding")
        warn = [Choice(_("Warn others"), "broadcast-warn")] if case.kind == "signal" else []
        return [take, *warn, back()]
    if case.state == "closed" or case.owner_id != turn.person.staff_id:
        return [back()]
    enter = [] if turn.memory.case == case.id else [Choice(_("Answer here"), "case-enter", about)]
    warn = [Choice(_("Warn others"), "broadcast-warn", rank="quiet")] if case.kind == "signal" else []
    return [
        *enter,
        *warn,
        Choice(_("Close it"), "case-close", about, kind="deciding"),
        Choice(_("Hand it over"), "case-over", about),
        Choice(_("Give it back"), "case-queue", about, "quiet", "deciding"),
    ]


def _heading(message: Message, case: Case) -> Markdown:
    """Say who wrote it, naming the person by the case's number."""
    if message.staff_id is None:
        return escape(number(case.id))
    name = escape(message.name) if message.name else _("An officer")
    return _("Note by {name}", name=name) if message.is_note else name


def owner_name(case: Case) -> str:
    """The name of the case's owner."""
    return case.owner or str(_("An officer"))


def back() -> Choice:
    """Make the way to the list."""
    return Choice(_("All cases"), "cases")
