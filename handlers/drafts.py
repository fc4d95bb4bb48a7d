"""Go on with a form that was left, put it aside, delete it, or send what staff want corrected."""

from bot.enrolling.form.form import Form, OwnEnrolment
from bot.enrolling.form.page import go_on
from bot.enrolling.form.resuming import ask_to_stop, back_to, decided, latest, opened, resume
from bot.fields import Values
from bot.language.i18n import _
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db import files
from db.enrolling import enrolments

router = Router("drafts", private=True)


@router.command("continue")
async def go_on_by_word(turn: Turn) -> None:
    """Go on with the form that was left last."""
    await decided(turn)
    draft = await latest(turn)
    if draft is None:
        turn.say(_("You have no open form."), [Choice(_("All programmes"), "programmes"), Choice(_("Menu"), "menu")])
        return
    form = await Form.load(turn, draft.id)
    if form.takes_on(turn):
        await go_on(turn, form)
    else:
        await resume(turn, draft)


@router.choice("form-continue", "form-review", "enrol-correct")
async def go_on_by_tap(turn: Turn) -> None:
    """Go on where it was left; of a correction, with the first thing that staff want anew."""
    await decided(turn)
    form = await opened(turn)
    if form.takes_on(turn):
        await go_on(turn, form)
    else:
        await resume(turn, form.one)


@router.choice("form-later", "enrol-later")
async def later(turn: Turn) -> None:
    """Put the form aside."""
    await decided(turn)
    turn.memory.form = 0
    if turn.chosen(OwnEnrolment).closed:
        turn.say(_("✅ Kept. I offer your answers when you enrol next time."), [Choice(_("Menu"), "menu")])
        return
    turn.say(_("✅ Kept. Write **continue** when you want to go on."), [Choice(_("Menu"), "menu")])


@router.choice("form-stop")
async def stop(turn: Turn) -> None:
    """Ask once whether to stop."""
    await ask_to_stop(turn, await opened(turn))


@router.choice("form-restart")
async def ask_to_restart(turn: Turn) -> None:
    """Say what starting over means, and ask once more."""
    form = await opened(turn)
    about = {"form": form.one.id}
    choices = [Choice(_("Start again"), "form-anew", about, kind="step"), Choice(_("Continue"), "form-continue", about)]
    turn.say(_("All questions come again, with what you answered beside them. Start again?"), choices)


@router.choice("form-anew")
async def restart(turn: Turn) -> None:
    """Start over from the first question."""
    form = await opened(turn)
    if form.one.state == "draft":
        form.restart()
    await go_on(turn, form)


@router.choice("form-delete")
async def ask_to_delete(turn: Turn) -> None:
    """Say what deleting means, and ask once more."""
    form = await opened(turn)
    about = {"form": form.one.id}
    delete = Choice(_("Delete"), "form-discard", about, kind="deciding")
    text = _("All your answers in this form are erased and cannot be brought back. Delete them?")
    turn.say(text, [delete, Choice(_("Keep it for now"), "form-later", about)])


@router.choice("form-discard")
async def discard(turn: Turn) -> None:
    """Delete the answers and the files of a draft."""
    form = await opened(turn)
    if form.one.state == "draft":
        await enrolments.discard(turn.db, form.one.id)
        await files.remove(turn.db, _files(form))
    turn.memory.form = 0
    turn.say(_("Deleted."), [Choice(_("All programmes"), "programmes"), Choice(_("Menu"), "menu")])


def _files(form: Form) -> list[int]:
    answers: Values = form.one.answers
    return [id_ for field in form.fields if field.is_document for id_ in answers.get(field.name) or []]


@router.job("form-back")
async def handed_back(turn: Turn) -> None:
    """Go on with the form after a member has finished a case."""
    name = str(turn.inbound.args["name"])
    if not await back_to(turn, _("{name} has finished. Let us go on:", name=name)):
        turn.say(_("{name} has finished. If there is more, write it here; I answer first.", name=name))
