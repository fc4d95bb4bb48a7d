"""Change what a form is about, or one line of it."""

from bot.enrolling.form import known
from bot.enrolling.form.enrolment import PERSON
from bot.enrolling.form.form import Form
from bot.enrolling.form.page import ChangeLine, business_choices, go_on, rows_to_change
from bot.enrolling.form.resuming import opened
from bot.enrolling.form.sending import go_on_or_hand_back
from bot.language.i18n import _
from bot.router import Router
from bot.turn import Turn
from db.people import businesses

router = Router("changing", private=True)


@router.choice("form-file")
async def this_file(turn: Turn) -> None:
    """Take a photo that came before its question as the one that staff want anew."""
    form, sent = await opened(turn), turn.chosen(ChangeLine)
    field = next((one for one in form.pending() if one.name == sent.field), None)
    if field:
        form.attach(field, sent.file)
        form.go_on_after(field)
    await go_on_or_hand_back(turn, form)


@router.choice("form-businesses")
async def which_business(turn: Turn) -> None:
    """Ask which of their businesses it is about, or whether it is a new one."""
    form = await opened(turn)
    known_ones = await businesses.of(turn.db, turn.person.person_id)
    names = {id_: one.name for id_, one in known_ones.items() if one.name != form.one.known.get("business")}
    if not names:
        await _with_business(turn, form, 0)
        return
    await form.ask(turn, number=False)
    turn.say(_("Which business?"), business_choices(form, names))


@router.choice("form-business")
async def with_business(turn: Turn) -> None:
    """Set the business it is about."""
    await _with_business(turn, await opened(turn), turn.chosen(ChangeLine).business)


async def _with_business(turn: Turn, form: Form, business: int) -> None:
    if form.confirms:
        person = {name: form.one.known[name] for name in PERSON if name in form.one.known}
        chosen = (await businesses.of(turn.db, turn.person.person_id)).get(business)
        about = {name: value for name, value in known.about(chosen).items() if value} if chosen else {}
        form.set_business(business if chosen else None)
        form.confirm(same=True, known=person | about)
    await go_on(turn, form)


@router.choice("form-change")
async def change(turn: Turn) -> None:
    """Ask which line to change."""
    form = await opened(turn)
    await form.ask(turn, number=True)
    turn.say(_("Which line shall be different?"), rows_to_change(form, turn.chosen(ChangeLine).page))


@router.choice("form-field")
async def one_field(turn: Turn) -> None:
    """Ask this question again, then show the review."""
    form, wanted = await opened(turn), turn.chosen(ChangeLine).field
    field = next((one for one in form.fields if one.name == wanted), None)
    if field and not form.pending():
        form.change(field)
    await go_on(turn, form)
