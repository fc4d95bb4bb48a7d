"""Send an enrolment: give it a number, a place where places go by order of arrival, and say what comes next."""

from dataclasses import replace

from bot.enrolling.enrolments import tell_corrected, tell_new
from bot.enrolling.form import known
from bot.enrolling.form.form import Form
from bot.enrolling.form.page import go_on
from bot.enrolling.seats import give, in_line
from bot.fairs.exhibitions import title
from bot.fields import Values
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn
from db.enrolling import changes, enrolments, seats

#: letters that are taken for digits when a number is read aloud or copied by hand
_LOOK_ALIKE = set("IO")


async def send(turn: Turn, form: Form) -> Markdown:
    """Give it a number and send it; where nobody chooses, it gets a place, or one in line. Returns what to say."""
    business = await known.keep(turn, form.one)
    await enrolments.keep(turn.db, form.one.id, turn.now, business_id=business, **_named(form))
    await seats.lock(turn.db, form.programme.id)
    if not form.one.prefix:
        prefix = _prefix(form.programme.code)
        serial = await enrolments.give_number(turn.db, form.one.id, prefix)
        form.one = replace(form.one, prefix=prefix, serial=serial)
    moved = await enrolments.move(turn.db, form.one, "submitted", turn.now)
    assert moved, "the person's own turns come one after the other"
    form.one = replace(form.one, state="submitted", submitted_at=turn.now)
    turn.memory.form = 0
    number = form.one.number
    if form.programme.decides != "first-come":
        await tell_new(turn, form.programme)
        return _(
            "✅ Sent. Your number is **{number}**.\nStaff choose who takes part; I tell you here. "
            "Write **status** to see it at any time.",
            number=number,
        )
    state = await give(turn, form.one, form.programme)
    form.one = replace(form.one, state=state)
    if state == "accepted":
        return _(
            "✅ Sent, and you have a place in **{title}**. Your number is **{number}**; "
            "your ticket comes right after this.",
            title=title(form.programme),
            number=number,
        )
    sent = _("✅ Sent. Your number is **{number}**.", number=number)
    return Markdown(f"{sent}\n{await in_line(turn, form.one, form.programme)}")


async def go_on_or_hand_back(turn: Turn, form: Form, noted: Markdown | None = None) -> None:
    """Ask the next question; a correction is handed back right after its last one."""
    if form.one.state == "correction" and not form.pending():
        await form.keep(turn)
        await _hand_back(turn, form)
        return
    await go_on(turn, form, noted)


async def _hand_back(turn: Turn, form: Form) -> None:
    """Hand a corrected enrolment back to staff, under the same number."""
    asked_for = (await changes.history(turn.db, form.one.id))[-1].fields
    business = await known.keep(turn, form.one)
    await enrolments.keep(turn.db, form.one.id, turn.now, business_id=business, **_named(form))
    await enrolments.move(turn.db, form.one, "submitted", turn.now)
    form.one = replace(form.one, state="submitted")
    turn.memory.form = 0
    await tell_corrected(turn, form.one, asked_for)
    turn.say(_("✅ Received and sent again. Your number is still **{number}**.", number=form.one.number), [_status()])


def _named(form: Form) -> Values:
    """The answers by which staff look for it."""
    return {name: form.one.answers[name] for name in ("name", "phone", "business")}


def _status() -> Choice:
    return Choice(_("See status"), "status")


def _prefix(code: str) -> str:
    """Make what stands before the number: the programme's code without what looks like a digit."""
    return "".join(sign for sign in code if sign not in _LOOK_ALIKE) or "PRG"
