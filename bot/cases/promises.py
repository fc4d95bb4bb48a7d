"""What a person who asks for one of staff is told: by when they are answered, or who else can help."""

from dataclasses import dataclass
from datetime import datetime

from bot.answers.card_page import CONTACTS, card_choice
from bot.cases.cases import alert, asker, load, number, officers, recipient, typed, watch
from bot.cases.opening_hours import OfficeHours, deadline
from bot.language.courtesy import is_thanks, opens_only
from bot.language.i18n import _, language, speaking
from bot.language.markdown import Markdown, escape, plain
from bot.language.withdrawal import likely_withdraws
from bot.reply import Choice
from bot.router import is_command
from bot.turn import Turn
from db import office
from db.cases import cases
from db.cases.cases import Case
from db.conversation import jobs

#: the card that tells whether a person answers here
HUMAN = "bot.human"


@dataclass(frozen=True, slots=True)
class Promise:
    """By when staff answer; no time where the office is closed for months. `hours` are said while it is closed."""

    at: datetime | None
    hours: Markdown


async def promise(turn: Turn, missed: datetime | None = None, to: int = 0) -> Promise | None:
    """Compute what can be promised now, or after a promise was `missed`; None while nobody else can answer.

    It is given to the address `to`, or to whose turn it is.
    """
    if not await officers(turn, to or turn.person.address_id):
        return None
    decided = await office.load(turn.db)
    hours = OfficeHours(decided.hours, decided.holidays)
    at = hours.promise(missed) if missed else None
    if at is None or at <= turn.now:
        at = hours.promise(turn.now)
    return Promise(at, Markdown("") if hours.is_open(turn.now) else hours.format())


def confirm(turn: Turn, case: int, promised: Promise) -> None:
    """Say that the case is noted: its number, by when it is answered, and what may help until then."""
    name = number(case)
    if promised.at is None:
        text = _("Noted, number {case}. The answer comes here by itself; you need not wait.", case=name)
    elif promised.hours:
        text = _(
            "Noted, number {case}. Staff are there {hours}. The answer comes here by itself, {deadline} at the latest.",
            case=name,
            hours=promised.hours,
            deadline=deadline(promised.at, turn.now),
        )
    else:
        text = _(
            "Noted, number {case}. The answer comes here by itself, {deadline} at the latest; you need not wait.",
            case=name,
            deadline=deadline(promised.at, turn.now),
        )
    go_on = (
        [Choice(_("Go on filling in"), "form-continue", {"form": turn.memory.form})]
        if turn.memory.form
        else _meanwhile(turn)
    )
    turn.say(text, [*go_on, *own_choices(case)])


def asks_for_person(turn: Turn) -> bool:
    """Whether these words alone ask for a person.

    The card shown before is left out: after the one on talking to people, much that is written in a form would look
    like it.
    """
    found = turn.knowledge.judge(turn.found) if turn.found else None
    return found is not None and found.outcome == "sure" and found.matches[0].topic == HUMAN


def _meanwhile(turn: Turn) -> list[Choice]:
    """Offer the card that fits the words best, as help until then."""
    if turn.found is None or not turn.found.matches or turn.choice:
        return []
    found = turn.knowledge.judge(turn.found)
    card = turn.knowledge.card(found.matches[0].topic, language())
    return [card_choice(card)] if card and found.outcome in ("sure", "unsure") and card.topic != HUMAN else []


async def wait_again(turn: Turn, case: Case, at_night: bool, quiet_since: datetime | None = None) -> bool:
    """Let a taken case wait for anybody again, as promised or anew, and tell the person and the owner's colleagues.

    False where it was no longer taken, or somebody wrote after `quiet_since`.
    """
    promised = await promise(turn, to=case.address_id)
    kept = case.promised_at if case.promised_at and case.promised_at > turn.now else None
    until = kept or (promised.at if promised else None)
    if not await cases.give_back(turn.db, case.id, until, case.owner_id, quiet_since):
        return False
    if until != kept:
        await watch(turn, case.id, case.address_id, until)
    person, name = await asker(turn, case), number(case.id)
    with speaking(person.language):
        text = _("{case} waits for another officer now.", case=name)
        if until:
            by = deadline(until, turn.now)
            text = _(
                "{case} waits for another officer now; the answer comes here {deadline} at the latest.",
                case=name,
                deadline=by,
            )
        source = f"case:{case.id}:back:{turn.id}"
        await turn.tell(recipient(person), source, text, own_choices(case.id), at_night=at_night)
    again = await load(turn, case.id)
    others = [one for one in await officers(turn, case.address_id) if one.staff_id != case.owner_id]
    await alert(turn, again, f"{source}:staff", lambda: _("Waits for somebody again:"), case.file, others)
    return True


async def finished(turn: Turn, case: Case, name: Markdown) -> None:
    """Tell the person that `name` has finished; a form that they were filling in goes on."""
    person = await asker(turn, case)
    if person.memory.get("form"):
        await jobs.later(turn.db, "form-back", turn.now, person.address_id, {"name": plain(name), "case": case.id})
        return
    with speaking(person.language):
        text = _("{name} has finished. If there is more, write it here; I answer first.", name=name)
        await turn.tell(recipient(person), f"case:{case.id}:closed:{turn.id}", text, after(case.id), at_night=True)


def known(turn: Turn, case: Case) -> None:
    """Say that it was asked already."""
    name = number(case.id)
    if case.state == "taken":
        text = _("{name} reads {case} already; just write.", name=escape(case.owner) or _("An officer"), case=name)
        turn.say(text)
    elif case.promised_at:
        until = deadline(case.promised_at, turn.now)
        text = _("Already noted, number {case}; the answer comes {deadline} at the latest.", case=name, deadline=until)
        turn.say(text, own_choices(case.id))
    else:
        turn.say(_("Already noted, number {case}; the answer comes here.", case=name), own_choices(case.id))


async def nobody(turn: Turn) -> None:
    """Say, while no staff can answer, whom else to ask, without a promise."""
    contacts = (await office.load(turn.db)).contacts
    contact = contacts.get(turn.memory.topic.partition(".")[0])
    text = _("No staff answer here yet. The offices in the list below can help.")
    if contact:
        text = _("No staff answer here yet. You can ask: {contact}", contact=typed(contact))
    card = turn.knowledge.card(CONTACTS, language())
    turn.say(text, [*([card_choice(card)] if card else []), menu()])


def is_answer(turn: Turn) -> bool:
    """Whether this can be what the person was asked to write: no greeting, no thanks, no command."""
    inbound = turn.inbound
    if inbound.kind != "text":
        return inbound.kind in ("photo", "file", "voice", "video", "location", "contact")
    courtesy = opens_only(turn.text) or is_thanks(turn.text)
    return not (courtesy or is_command(turn.text) or likely_withdraws(turn.text))


def own_choices(case: int) -> list[Choice]:
    """List what the person can do with their waiting case."""
    return [
        Choice(_("Add something"), "case-add", {"case": case}),
        Choice(_("Cancel it"), "case-cancel", {"case": case}, kind="deciding"),
    ]


def after(case: int) -> list[Choice]:
    """List what the person can say of an answer."""
    return [
        Choice(_("It is answered"), "case-fine", {"case": case}),
        Choice(_("Not clear yet"), "case-again", {"case": case}, kind="deciding"),
    ]


def give_up() -> Choice:
    """Make the way out of writing."""
    return Choice(_("Cancel"), "person-not", rank="quiet")


def menu() -> Choice:
    """Make the way to the menu."""
    return Choice(_("Menu"), "menu")
