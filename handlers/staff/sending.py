"""Send an announcement: as it will look, to oneself first, now or at a time, and with a second administrator."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from bot.asking import Question
from bot.broadcasts.audience.wording import people
from bot.broadcasts.sending import checks, page, preview
from bot.broadcasts.sending.news import ask_for_agreement, tell_author
from bot.broadcasts.sending.steps import start
from bot.broadcasts.writing import body, corrections
from bot.cases.cases import called, recipient
from bot.clock import BANDUNG
from bot.dates import When, read
from bot.errors import Refusal
from bot.language.dates_said import MALAYSIA
from bot.language.i18n import LANGUAGES, _, number, speaking
from bot.language.markdown import Markdown
from bot.language.quiet_hours import is_day
from bot.reply import Choice, Reply
from bot.turn import Turn
from db import office
from db.broadcasts import audiences, broadcasts
from db.broadcasts.broadcasts import CORRECTION, Broadcast
from db.people import staff
from handlers.staff.desk import Desk, record

desk = Desk("sending", "officer")
agreeing = Desk("agreeing", "admin")

#: how far ahead something can be scheduled
_AHEAD = timedelta(days=366)


@desk.choice("broadcast-preview")
async def look(turn: Turn) -> None:
    """Show it as people will see it, in one language."""
    await preview.show(turn, await page.chosen(turn), turn.chosen(page.OfBroadcast).language)


@desk.choice("broadcast-test")
async def test(turn: Turn) -> None:
    """Send it to oneself as it will arrive, in every language that was written."""
    found = await page.chosen(turn)
    for code in (code for code in LANGUAGES if found.texts.get(code)):
        with speaking(code):
            seen = await body.preview(turn.db, found)
        source = f"broadcast-test:{found.id}:{code}:{turn.id}"
        await turn.tell(recipient(turn.person), source, seen.text, seen.choices, file=seen.file, at_night=True)
    turn.say(_("The test is on its way to you."), [page.see_back(found)])


@desk.choice("broadcast-skip")
async def skip(turn: Turn) -> None:
    """Leave out people who got another one within a day."""
    found = await page.open_one(turn)
    await broadcasts.change(turn.db, found.id, turn.now, skips_recent=True)
    await page.check(turn, await page.known(turn, found.id))


@desk.choice("broadcast-ready")
async def ready(turn: Turn) -> None:
    """Say how many it reaches, and offer now or a time; above the office's number, a second administrator."""
    await _offer(turn, await page.open_one(turn))


async def _offer(turn: Turn, found: Broadcast, due_at: datetime | None = None) -> None:
    at = due_at or turn.now
    nobody_fits = found.kind == CORRECTION or not await audiences.count(turn.db, found, at)
    if nobody_fits or await checks.faults(turn.db, found, turn.knowledge):
        await page.check(turn, found)
        return
    total = await _reach(turn, found, due_at)
    left_out = await checks.left_out(turn.db, found, at)
    schedule = page.about(found, _("Another time") if due_at else _("Schedule"), "when")
    keep = Choice(_("Keep the draft"), "broadcasts")
    if not total:
        others = page.about(found, _("Other people"), "people")
        nobody = _("Then nobody would get it. Choose another time, or other people.")
        turn.say(Markdown("\n".join([*left_out, nobody])), [schedule, others, keep])
        return
    limit = (await office.load(turn.db)).second_from
    when = {"at": due_at.isoformat()} if due_at else {}
    lines = [_("Send to **{people}** now?", people=people(total))]
    if due_at:
        lines = [_("Send to **{people}** on {time}?", people=people(total), time=page.both_clocks(due_at))]
    if not found.is_urgent and not is_day(due_at or turn.now):
        lines.append(_("It is night then: it leaves from 7 in the morning on."))
    lines += left_out
    if total > limit:
        lines.append(_("Above {number} people one more agreement is needed.", number=number(limit)))
        send = page.decides(found, _("Ask for agreement"), "ask", **when)
    else:
        label = _("Schedule it") if due_at else _("Send to {number}", number=number(total))
        send = page.decides(found, label, "send", **when)
    turn.say(Markdown("\n".join(lines)), [schedule, send, keep])


@dataclass(frozen=True)
class SendWhen(Question):
    """At which time a broadcast is sent."""

    name: ClassVar[str] = "broadcast-when"
    takes_number: ClassVar[bool] = True
    id: int


@desk.choice("broadcast-when")
async def ask_when(turn: Turn) -> None:
    """Ask at which time."""
    found = await page.open_one(turn)
    turn.ask(SendWhen(found.id))
    turn.say(_("When? For example: tomorrow 09.00"), [page.see_back(found)])


@desk.answer(SendWhen, onward=lambda _asked: page.to_list())
async def at(turn: Turn, asked: SendWhen) -> None:
    """Read the time back on both clocks, and say whose clock was meant."""
    found = await page.known(turn, asked.id)
    when = read(turn.text, turn.now, turn.person.language)
    if not isinstance(when, When) or when.opens is None or when.closes or when.period or when.first != when.last:
        raise Refusal(_("Write a day and a time, for example: tomorrow 09.00"), [page.see_back(found)])
    on = when.first or turn.today
    due_at = datetime.combine(on, when.opens, BANDUNG)
    if not timedelta() < due_at - turn.now < _AHEAD:
        raise Refusal(_("That is past, or too far ahead. Write a day and a time."), [page.see_back(found)])
    there = datetime.combine(on, when.opens, ZoneInfo(MALAYSIA))
    text = _("On whose clock? In Bandung that is {time}.", time=page.both_clocks(due_at))
    choices = [
        page.about(found, _("Bandung (WIB)"), "at", at=due_at.isoformat()),
        page.about(found, _("Malaysia"), "at", at=there.isoformat()),
    ]
    turn.say(text, [*choices, page.see_back(found)])


@desk.choice("broadcast-at")
async def scheduled(turn: Turn) -> None:
    """Say once more how many and when."""
    await _offer(turn, await page.open_one(turn), turn.chosen(page.OfBroadcast).at)


@desk.choice("broadcast-send")
async def send(turn: Turn) -> None:
    """Begin it, now or at its time."""
    found, due_at = await page.as_seen(turn), turn.chosen(page.OfBroadcast).at
    total = await _reach(turn, found, due_at)
    if total > (await office.load(turn.db)).second_from:
        await _offer(turn, found, due_at)
        return
    await _go(turn, found, due_at, total)


async def _reach(turn: Turn, found: Broadcast, due_at: datetime | None) -> int:
    """Count the people who get it if it starts then."""
    at = due_at or turn.now
    return page.total_of(await audiences.count(turn.db, found, at)) - await checks.full(turn.db, found, at)


async def _go(turn: Turn, found: Broadcast, due_at: datetime | None, total: int, **values: object) -> None:
    if found.kind == CORRECTION:
        await corrections.begin(turn, found, total, **values)
        await page.show(turn, await page.known(turn, found.id))
        return
    if due_at:
        moved = await broadcasts.move(turn.db, found.id, page.OPEN, "scheduled", turn.now, due_at=due_at, **values)
    else:
        moved = await start(turn.db, found, turn.now, **values)
    if moved:
        details = {"people": total, "turn": turn.id} | ({"at": due_at.isoformat()} if due_at else {})
        await record(turn, "broadcast.send", found.source, **details)
    await page.show(turn, await page.known(turn, found.id))


@desk.choice("broadcast-ask")
async def ask(turn: Turn) -> None:
    """Show it, with the number, to the other administrators."""
    found, due_at = await page.as_seen(turn), turn.chosen(page.OfBroadcast).at
    others = [one for one in await staff.active(turn.db) if one.role == "admin" and one.id != turn.person.staff_id]
    if not others:
        raise Refusal(
            _("Nobody else can agree: there is no other administrator. Reach fewer people, or invite one."),
            [page.see(found)],
        )
    author = turn.person.staff_id
    values = {"due_at": due_at, "author_id": author}
    moved = await broadcasts.move(turn.db, found.id, ["draft", "late"], "waiting", turn.now, **values)
    if moved:
        await record(turn, "broadcast.ask", found.source)
        total = await _reach(turn, found, due_at)
        await ask_for_agreement(turn.db, found, others, called(turn.person), total, turn.now)
    turn.say(_("Asked. It goes out once another administrator agrees."), [page.see(found), page.to_list()])


@agreeing.choice("broadcast-approve")
async def approve(turn: Turn) -> None:
    """Begin it, now or at its time, as a second administrator agrees to what they have seen."""
    found = await page.as_seen(turn)
    if found.state != "waiting" or found.author_id == turn.person.staff_id:
        await page.show(turn, found)
        return
    total = await _reach(turn, found, found.due_at)
    await _go(turn, found, found.due_at, total, approver_id=turn.person.staff_id)
    name = called(turn.person)

    def said() -> Reply:
        text = _("{name} agreed to announcement {number}.", name=name, number=str(found.id))
        return Reply(text, (page.see(found),))

    await tell_author(turn.db, found, f"approved:{turn.id}", said, turn.now)


@agreeing.choice("broadcast-reject")
async def reject(turn: Turn) -> None:
    """Make it a draft again, and tell its author."""
    found = await page.as_seen(turn)
    if found.state != "waiting" or found.author_id == turn.person.staff_id:
        await page.show(turn, found)
        return
    await broadcasts.change(turn.db, found.id, turn.now)
    await record(turn, "broadcast.reject", found.source)
    name = called(turn.person)

    def said() -> Reply:
        text = _("{name} did not agree to announcement {number}.", name=name, number=str(found.id))
        return Reply(text, (page.see(found),))

    await tell_author(turn.db, found, f"rejected:{turn.id}", said, turn.now)
    turn.say(_("Declined; {number} is a draft again.", number=str(found.id)), [page.to_list()])
