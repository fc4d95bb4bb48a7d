"""Leave a form and come back to it: it waits as long as it has to."""

from collections.abc import Sequence

from bot.cases.forwarded import Forwarded
from bot.enrolling.form.form import OPEN, Form
from bot.enrolling.form.open_form import OpenForm, StopAsked
from bot.enrolling.form.page import go_on, left_at, stamped
from bot.errors import Refusal
from bot.fairs.exhibitions import title
from bot.language.i18n import _, day
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn
from db.broadcasts.audiences import HELD
from db.deliveries import deliveries
from db.enrolling import enrolments
from db.enrolling.enrolments import Enrolment
from db.fairs.programmes import Programme
from db.people import people


async def opened(turn: Turn) -> Form:
    """Load the form that the choice is about; refuses one that was sent."""
    form = await Form.chosen(turn)
    if not form.is_open:
        raise Refusal(_("That enrolment is sent already."), [Choice(_("See status"), "status")])
    return form


async def latest(turn: Turn) -> Enrolment | None:
    """Load the form that they left last: the one of this conversation, or another of theirs."""
    own = [one for one in await enrolments.of(turn.db, turn.person.person_id) if one.state in OPEN]
    return next((one for one in own if one.id == turn.memory.form), own[0] if own else None)


def closed(programme: Programme) -> Markdown:
    """Say that nobody can enrol any more, and since when."""
    if programme.state == "cancelled":
        return _("{title} is cancelled.", title=title(programme))
    if programme.enrolment_closes:
        date = day(programme.enrolment_closes)
        return _("Enrolment for {title} closed on {date}.", title=title(programme), date=date)
    return _("Enrolment for {title} is closed.", title=title(programme))


async def resume(turn: Turn, draft: Enrolment, hello: Markdown | None = None) -> None:
    """Say where the form was left, and ask whether to go on."""
    form = await Form.load(turn, draft.id)
    turn.memory.form, turn.memory[OpenForm].form_said = draft.id, turn.today.isoformat()
    about = {"form": draft.id}
    if not form.takes_on(turn):
        ask = _("Shall I keep your answers for the next programme?")
        keep = Choice(_("Keep"), "form-later", {**about, "closed": True})
        delete = Choice(_("Delete"), "form-discard", about, kind="deciding")
        turn.say(Markdown(f"{closed(form.programme)} {ask}"), [keep, delete])
        return
    choices = [Choice(_("Continue"), "form-continue", about)]
    if form.one.state == "draft":
        choices.append(Choice(_("Start again"), "form-restart", about))
    text = left_at(form)
    turn.say(Markdown(f"{hello}{text}") if hello else text, [*choices, Choice(_("Later"), "form-later", about)])


async def greet(turn: Turn) -> bool:
    """Tell a person who only says hello of the form that they left; False where there is none."""
    draft = await latest(turn)
    if draft is None:
        return False
    name, _phone = await people.profile(turn.db, turn.person.person_id)
    called = (name or str(draft.answers.get("name") or "")).partition(" ")[0]
    hello = _("Hello again, {name}. ", name=called) if called else _("Hello again. ")
    await resume(turn, draft, hello)
    return True


async def mention(turn: Turn) -> None:
    """Say after an answer, once a day, that the form is still there."""
    if not turn.memory.form or turn.memory[OpenForm].form_said == turn.today.isoformat():
        return
    one = await enrolments.load(turn.db, turn.memory.form)
    if one is None or one.state not in OPEN:
        turn.memory.form = 0
        return
    turn.memory[OpenForm].form_said = turn.today.isoformat()
    turn.say(_("Your enrolment form is still here; write **continue**."))


async def is_it_this(turn: Turn, sent: Forwarded) -> bool:
    """Ask whether a photo without a word is the one that staff want anew; False where they want none."""
    for one in await enrolments.of(turn.db, turn.person.person_id):
        form = await Form.load(turn, one.id)
        wanted = [field for field in form.pending() if field.is_document] if one.state == "correction" else []
        if wanted:
            about = {"form": one.id, "field": wanted[0].name, "file": sent.file}
            text = _("Is this **{document}** for {number}?", document=wanted[0].label(), number=one.number)
            no = Choice(_("No"), "file-not", {"text": sent.words, "file": sent.file})
            turn.say(text, [Choice(_("Yes"), "form-file", about, kind="step"), no])
            return True
    return False


async def ask_to_stop(turn: Turn, form: Form) -> None:
    """Ask once whether to stop; what was answered stays unless they say otherwise."""
    await form.ask(turn, number=False)
    about = {"form": form.one.id}
    choices = [Choice(_("Go on filling in"), "form-continue", about), Choice(_("Keep it for now"), "form-later", about)]
    if form.one.state == "draft":
        choices.append(Choice(_("Delete the answers"), "form-delete", about))
    turn.say(_("Stop filling in? What you answered can stay."), choices)


async def which_stop(turn: Turn, form: Form, more: Sequence[Choice] = ()) -> None:
    """Ask what "stop" means inside a form, with the choices of `more` below; until they say, no announcement comes."""
    until = turn.now + HELD
    turn.memory[StopAsked].undecided = until.isoformat()
    await deliveries.hold_broadcasts(turn.db, turn.person.person_id, until)
    await form.ask(turn, number=False)
    about = {"form": form.one.id}
    choices = [
        Choice(_("Stop filling in"), "form-later", about),
        Choice(_("Stop announcements"), "stop"),
        Choice(_("Go on filling in"), "form-continue", about),
    ]
    text = _(
        "Your form is kept. Stop filling in, or stop getting announcements? Until you choose, no announcement is sent."
    )
    turn.say(text, [*choices, *stamped(form, more)])


async def decided(turn: Turn) -> None:
    """Let announcements leave again, as the person did not mean to stop them."""
    if turn.memory[StopAsked].undecided:
        turn.memory[StopAsked].undecided = ""
        await deliveries.release_broadcasts(turn.db, turn.person.person_id, turn.now)


async def back_to(turn: Turn, noted: Markdown) -> bool:
    """Go on with the form after a member has finished; False where none was open here."""
    one = await enrolments.load(turn.db, turn.memory.form) if turn.memory.form else None
    if one is None or one.state not in OPEN:
        return False
    form = await Form.load(turn, one.id)
    if not form.takes_on(turn):
        return False
    await go_on(turn, form, noted)
    return True
