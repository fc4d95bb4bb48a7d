"""What staff see of a broadcast: what to look at before it is sent, how it goes, and what became of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.broadcasts.audience.wording import reached
from bot.broadcasts.sending import checks, progress
from bot.broadcasts.writing import body, buttons, difference
from bot.cases.cases import called
from bot.clock import BANDUNG
from bot.errors import Gone, Refusal
from bot.language.dates_said import MALAYSIA
from bot.language.i18n import _, clock_time, day, hour, number
from bot.language.markdown import Markdown, escape, plain
from bot.reply import Choice, Rank
from bot.turn import Turn
from db import office
from db.broadcasts import audiences, broadcasts, recipients, taps
from db.broadcasts.broadcasts import Broadcast
from db.people import staff
from db.privacy import audit

#: characters of a text in a list
_SHORT = 40
#: states in which it can still be changed
OPEN = ("draft", "waiting", "scheduled", "late")


@dataclass(frozen=True, slots=True)
class OfBroadcast:
    """Which broadcast a tap is about, how often it had been changed when that was offered, and what is said of it."""

    id: int
    sequence: int = -1
    language: str = ""
    topic: str = ""
    button: str = ""
    #: how deliveries of it ended
    state: str = ""
    #: messages a second, 0 for as many as the channels take
    speed: int = 0
    file: int = 0
    at: datetime | None = None
    #: of a correction, how people hear of it, and whether that is meant
    mode: str = ""
    sure: bool = False


async def chosen(turn: Turn) -> Broadcast:
    """Load the broadcast that the choice is about."""
    return await known(turn, turn.chosen(OfBroadcast).id)


async def known(turn: Turn, id: int) -> Broadcast:  # noqa: A002
    """Load a broadcast by its number; refuses one that is gone."""
    one = await broadcasts.load(turn.db, id)
    if one is None:
        raise Gone(_("It is no longer there."), [to_list()])
    return one


async def open_one(turn: Turn) -> Broadcast:
    """Load the broadcast that the choice is about; refuses one that has begun, showing how it stands."""
    one = await chosen(turn)
    if one.state not in OPEN:
        raise Refusal(await _decided(turn, one), [see(one)])
    return one


async def as_seen(turn: Turn, states: Collection[str] = OPEN) -> Broadcast:
    """Load the broadcast that the choice decides about; refuses one that was changed since it was offered."""
    one = await open_one(turn)
    if one.state not in states or one.sequence != turn.chosen(OfBroadcast).sequence:
        raise Refusal(_("It was changed since. Please look at it again."), [see(one)])
    return one


async def _decided(turn: Turn, one: Broadcast) -> Markdown:
    if one.state == "cancelled" and not one.started_at:
        return _("Announcement {number} was cancelled.", number=str(one.id))
    begun = one.started_at or turn.now
    return _(
        "Announcement {number} has begun, {date} at {time}.",
        number=str(one.id),
        date=day(begun.astimezone(BANDUNG)),
        time=clock_time(begun),
    )


def to_list() -> Choice:
    """Make the way to all of them."""
    return Choice(_("All announcements"), "broadcasts", rank="quiet")


def see(one: Broadcast) -> Choice:
    return Choice(_("See it"), "broadcast", {"id": one.id})


def about(one: Broadcast, label: Markdown, name: str, **more: object) -> Choice:
    """Make a choice about it."""
    return Choice(label, f"broadcast-{name}", {"id": one.id, **more})


def decides(one: Broadcast, label: Markdown, name: str, **more: object) -> Choice:
    """Make a choice that counts once, for the broadcast as it is now."""
    return Choice(label, f"broadcast-{name}", {"id": one.id, "sequence": one.sequence, **more}, kind="deciding")


def line(one: Broadcast) -> Markdown:
    """Make one line of a list."""
    text = plain(body.spoken(one.texts)).replace("\n", " ") or str(_("without a text"))
    if one.audience.get("mode") == broadcasts.RECALL:
        text = str(_("deletes announcement {number}", number=str(one.corrects_id)))
    short = text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"
    return _("{number} · {state} · {text}", number=str(one.id), state=state(one), text=short)


def state(one: Broadcast) -> Markdown:
    """Say its state in a word or two."""
    return {
        "draft": _("draft"),
        "waiting": _("waits for agreement"),
        "scheduled": _("scheduled"),
        "late": _("too late, not sent"),
        "freezing": _("starting"),
        "sending": _("sending"),
        "paused": _("paused"),
        "done": _("done"),
        "cancelled": _("cancelled"),
    }[one.state]


async def show(turn: Turn, one: Broadcast) -> None:
    """Show how it stands, and what can be done with it."""
    if one.state == "draft":
        await check(turn, one)
    elif one.state in OPEN:
        await _before(turn, one)
    elif one.state in ("done", "cancelled"):
        await report(turn, one)
    else:
        await _underway(turn, one)


async def change(turn: Turn, one: Broadcast, **values: object) -> None:
    """Write what is different and show what to look at again; one that has begun is shown as it stands."""
    if await broadcasts.change(turn.db, one.id, turn.now, **values):
        await audit.note(turn.db, turn.person.staff_id, "broadcast.write", one.source, turn.now)
    await show(turn, await known(turn, one.id))


async def check(turn: Turn, one: Broadcast) -> None:
    """Show what to look at again, with the fix beside it."""
    if wrong := await broadcasts.corrected(turn.db, one):
        await _correction(turn, one, wrong)
        return
    counts = await audiences.count(turn.db, one, turn.now)
    stops = await checks.faults(turn.db, one, turn.knowledge)
    lines = [_("**Check before sending** (announcement {number})", number=str(one.id)), reached(counts)]
    lines += [*stops, *await checks.warnings(turn.db, one, counts, turn.now)]
    choices = [
        about(one, _("Correct the text"), "text"),
        about(one, _("Preview"), "preview"),
        about(one, _("Test to myself"), "test"),
        about(one, _("More"), "more"),
    ]
    recent = 0 if one.skips_recent else await audiences.count_recent(turn.db, one, turn.now)
    if recent:
        label = _("Skip {number}", number=number(recent))
        choices.append(Choice(label, "broadcast-skip", {"id": one.id}, "quiet"))
    if turn.person.role == "admin" and (one.is_paid or (await office.load(turn.db)).paid_speed):
        label = _("Do not pay") if one.is_paid else _("Faster, paid")
        choices.append(Choice(label, "broadcast-pay", {"id": one.id}, "quiet"))
    if counts and not stops:
        choices.append(Choice(_("Continue"), "broadcast-ready", {"id": one.id}, "quiet"))
    turn.say(Markdown("\n".join(lines)), [*choices, to_list()])


async def _correction(turn: Turn, one: Broadcast, wrong: Broadcast) -> None:
    """Show the difference, and how it may be told."""
    total = total_of(await audiences.count(turn.db, one, turn.now))
    choices, cancel = [], about(one, _("Cancel"), "keep")
    if one.audience.get("mode") == broadcasts.RECALL:
        delete = decides(one, _("Delete for {number}", number=number(total)), "recalled")
        choices = [cancel, delete] if total else [cancel]
    elif total and not difference.missing(one, wrong) and difference.changed(one, wrong):
        choices = [
            decides(one, _("Correct for {number}", number=number(total)), "corrected", mode=broadcasts.LINE),
            decides(one, _("Change it silently"), "corrected", mode=broadcasts.SILENT),
            cancel,
        ]
    turn.say(difference.told(one, wrong, total), choices or [about(one, _("Correct the text"), "right"), cancel])


def see_back(one: Broadcast) -> Choice:
    """Make the way back to the broadcast."""
    return Choice(_("Back"), "broadcast", {"id": one.id}, "quiet")


async def _before(turn: Turn, one: Broadcast) -> None:
    """Say what it waits for: an agreement, its time, or a decision as its time is past."""
    counts, at = await audiences.count(turn.db, one, turn.now), one.due_at or turn.now
    total = total_of(counts) - await checks.full(turn.db, one, at)
    lines = [_("Announcement {number}: {state}.", number=str(one.id), state=state(one)), reached(counts)]
    lines += await checks.left_out(turn.db, one, at)
    if one.due_at:
        lines.append(_("To go out: {time}.", time=both_clocks(one.due_at)))
    change, cancel = about(one, _("Change it"), "change"), decides(one, _("Cancel it"), "drop")
    if one.state == "waiting":
        wrong, seen = await broadcasts.corrected(turn.db, one), await body.preview(turn.db, one)
        turn.say(difference.told(one, wrong, total) if wrong else seen.text, file=seen.file)
        author = await author_name(turn, one)
        lines += [*buttons.pages(seen), _("Written by {name}.", name=author)]
        if turn.person.role == "admin" and turn.person.staff_id != one.author_id:
            choices = [
                decides(one, _("Approve {number}", number=number(total)), "approve"),
                decides(one, _("Decline"), "reject"),
            ]
        else:
            choices = [change, cancel]
    elif one.state == "late":
        choices = [about(one, _("Send after all"), "ready"), change, cancel]
    else:
        choices = [change, cancel]
    turn.say(Markdown("\n".join(lines)), [*choices, to_list()])


async def author_name(turn: Turn, one: Broadcast) -> Markdown:
    """The name of its author."""
    member = await staff.find(turn.db, one.author_id) if one.author_id else None
    return (
        escape(member.name) if member and member.name else called(turn.person) if _own(turn, one) else _("An officer")
    )


def _own(turn: Turn, one: Broadcast) -> bool:
    return turn.person.staff_id == one.author_id


async def _underway(turn: Turn, one: Broadcast) -> None:
    text = progress.underway(one, await recipients.counts(turn.db, one.id), turn.now)
    go = about(one, _("Continue"), "resume") if one.state == "paused" else about(one, _("Pause"), "pause")
    speed = Choice(_("Speed"), "broadcast-speed", {"id": one.id}, "quiet")
    choices = [about(one, _("Refresh"), "refresh"), go, about(one, _("Cancel it"), "cancel"), speed]
    turn.say(text, [*choices, *await _tapped(turn, one, "quiet"), to_list()])


async def _tapped(turn: Turn, one: Broadcast, rank: Rank = "main") -> list[Choice]:
    """Offer who tapped what, where there is a button of staff's own or somebody did tap."""
    got = (await recipients.counts(turn.db, one.id)).get("sent")
    if not (got and buttons.own(one)) and not await taps.counts(turn.db, one.id):
        return []
    return [Choice(_("Who tapped what"), "broadcast-taps", {"id": one.id}, rank)]


async def report(turn: Turn, one: Broadcast) -> None:
    """Say what became of everybody, with a way to each part."""
    counts = await recipients.counts(turn.db, one.id)
    choices = []
    if counts.get("failed"):
        choices.append(decides(one, _("Try the failed again"), "again", state="failed"))
    if counts.get("unsure"):
        choices.append(about(one, _("See the unsure"), "unsure"))
    choices += await _tapped(turn, one)
    if counts:
        choices.append(about(one, _("See the lists"), "lists"))
    if counts.get("sent") and one.kind != broadcasts.CORRECTION:
        choices += [about(one, _("Send a correction"), "correct"), about(one, _("Delete it again"), "recall")]
    turn.say(progress.report(one, counts, turn.now), [*choices, to_list()])


def both_clocks(at: datetime) -> Markdown:
    """Format the day and the time in Bandung, and the time in Malaysia."""
    here, there = at.astimezone(BANDUNG), at.astimezone(ZoneInfo(MALAYSIA))
    return _("{date} at {time} ({there} in Malaysia)", date=day(here), time=clock_time(at), there=hour(there))


def total_of(counts: Mapping[str, int]) -> int:
    return sum(counts.values())
