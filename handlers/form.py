"""Fill in a form: answer, skip, go back, change, stop; nothing that was typed is lost."""

import re
from dataclasses import replace

from bot.cases.forwarded import Forwarded
from bot.enrolling.form.aside import aside, my_answer
from bot.enrolling.form.form import FillIn, Form, OwnEnrolment
from bot.enrolling.form.page import PATIENCE, go_on, offers, stamped
from bot.enrolling.form.resuming import ask_to_stop, opened, which_stop
from bot.enrolling.form.sending import go_on_or_hand_back
from bot.errors import Refusal
from bot.fields import Field, SetValues, Values
from bot.fields.trouble import file_trouble, not_taken
from bot.language.courtesy import is_courtesy
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.language.withdrawal import likely_withdraws
from bot.reply import Choice
from bot.router import Router, is_command
from bot.turn import Turn
from db.people import businesses

router = Router("form", private=True)

#: words that always mean something else
_LEAD_OUT = ("menu", "status", "language", "continue", "my-data")
#: a line of the review, as it is asked for: `7`, `no 7`, `ubah 7`
_LINE = re.compile(
    r"(?:tolong\s+)?(?:ubah|ganti|robih|change|tukar)?\s*(?:no\.?|nomor|nomer|number|nombor)?\s*(\d{1,2})\W*",
    re.IGNORECASE,
)


@router.answer(FillIn, lambda turn: not is_command(turn.text, *_LEAD_OUT))
async def written(turn: Turn, asked: FillIn) -> None:
    """Take an answer, a word that moves through the form, or a question in between."""
    form = await Form.load(turn, asked.form)
    field = form.named(asked.field) if asked.field else form.asked
    if turn.inbound.album and field:
        turn.memory.album_asks = replace(asked, field=field.name).kept()
    if asked.field and field and field != form.asked:
        await _another_of_album(turn, form, field)
        return
    if not form.is_open:
        raise Refusal(_("That enrolment is sent already."), [Choice(_("See status"), "status")])
    if asked.mark != form.one.mark and not asked.field:
        await go_on(turn, form, _("You went on with this form elsewhere; this is where it is."))
        return
    if likely_withdraws(turn.text):
        is_open = form.asked is not None and form.asked.is_free and not is_command(turn.text, "stop")
        await which_stop(turn, form, my_answer(turn) if is_open else ())
    elif is_command(turn.text, "cancel"):
        await ask_to_stop(turn, form)
    elif is_command(turn.text, "back"):
        await _back(turn, form)
    elif is_command(turn.text, "skip"):
        await _skip(turn, form)
    elif (turn.file_trouble or turn.inbound.kind == "video") and not (form.asked and form.asked.is_document):
        await go_on(turn, form, file_trouble(turn) or not_taken(turn))
    elif form.confirms or form.asked is None:
        await _at_the_review(turn, form)
    else:
        await _answer(turn, form, form.asked)


async def _answer(turn: Turn, form: Form, field: Field) -> None:
    """Take an answer; where any words would do, look at them as a question first, else only where they are none."""
    courtesy = is_courtesy(turn.text)
    if field.is_free:
        if await aside(turn, form, field):
            return
        if courtesy:
            await go_on(turn, form, _("Yes."), my_answer(turn))
            return
    if turn.file and not field.is_document and await _one_more(turn, form):
        return
    try:
        meant = field.read(turn, form.values)
    except Refusal as trouble:
        if await aside(turn, form, field):
            return
        if courtesy:
            await go_on(turn, form, _("Yes."))
        else:
            await _missed(turn, form, field, trouble)
        return
    await _take(turn, form, field, meant)


async def _take(turn: Turn, form: Form, field: Field, meant: Values) -> None:
    noted = None
    if field.is_document and turn.file:
        await form.add_file(turn, field)
        form.go_on_after(field)
    else:
        form.answer(field, meant)
        noted = field.noted(turn, form.values)
    await go_on_or_hand_back(turn, form, noted)


async def _one_more(turn: Turn, form: Form) -> bool:
    """Take another of several photos that were sent together, when the next question stands already."""
    field = form.takes_more()
    if field is None or not field.is_document:
        return False
    await go_on(turn, form, _added(field, await form.add_file(turn, field)))
    return True


async def _another_of_album(turn: Turn, form: Form, field: Field) -> None:
    """Add a photo of an album whose question is answered by the ones before it, even when it was sent with them."""
    try:
        field.read(turn, form.values)
    except Refusal as trouble:
        noted = trouble.sentence
    else:
        noted = _added(field, await form.add_file(turn, field))
    if form.is_open:
        await go_on(turn, form, noted)
    else:
        await form.keep(turn)
        turn.say(noted, [Choice(_("See status"), "status")])


def _added(field: Field, number: int) -> Markdown:
    return _("Added to **{document}** ({number}).", document=field.label(), number=str(number))


async def _missed(turn: Turn, form: Form, field: Field, trouble: Refusal) -> None:
    """Say what the answer lacks, with an example; after the third time offer a person. The question still stands."""
    misses = form.missed()
    await form.ask(turn, number=field.takes_number)
    text = trouble.sentence
    if misses >= PATIENCE:
        hint = _("You can also ask a person, or go on later: what you answered stays.")
        text = Markdown(f"{text}\n{hint}")
    instead = stamped(form, trouble.choices)
    shown = {choice.shown for choice in instead}
    rest = [choice for choice in offers(form, field) if choice.shown not in shown]
    ways = [choice for choice in rest if choice.rank == "quiet"]
    turn.say(text, [*instead, *(ways if instead else rest)], wants=field.wants)


async def _at_the_review(turn: Turn, form: Form) -> None:
    """Change the line whose number or name was written."""
    if form.confirms:
        if not await aside(turn, form, None):
            await go_on(turn, form, _("Please choose one of these."))
        return
    if turn.file and await _one_more(turn, form):
        return
    field = _line(turn.text, form)
    if field:
        form.change(field)
        await go_on(turn, form)
    elif is_courtesy(turn.text):
        await go_on(turn, form)
    elif not await aside(turn, form, None):
        await go_on(turn, form, _("Which line shall be different? Write its number first, for example: 3"))


def _line(text: str, form: Form) -> Field | None:
    found = _LINE.fullmatch(text.strip())
    if found and 0 < int(found[1]) <= len(form.fields):
        return form.fields[int(found[1]) - 1]
    wanted = text.strip(" .?").lower()
    return next((field for field in form.fields if str(field.label()).lower() == wanted), None)


def _stands(turn: Turn) -> FillIn | None:
    return FillIn.read(turn.memory.still_asks(turn.now))


@router.when(lambda turn: turn.inbound.kind == "edit" and _stands(turn) is not None)
async def edited(turn: Turn) -> None:
    """Say how to change an answer, as nobody knows which answer an edited message was."""
    if asked := _stands(turn):
        note = _("I do not take a message that was changed later as an answer. Write **back** to change one.")
        await go_on(turn, await Form.load(turn, asked.form), note)


async def _standing(turn: Turn) -> Form | None:
    """Load the form of a choice below its question as it stands; for one below an earlier question, say what is now."""
    form = await opened(turn)
    if turn.chosen(OwnEnrolment).mark == form.one.mark and (form.asked or form.confirms):
        return form
    at, _total = form.place(form.asked)
    text = _("That was an earlier question; now we are at step {at}.", at=str(at))
    if form.asked is None and not form.confirms:
        text = _("That was an earlier question; everything is answered now.")
    await go_on(turn, form, text)
    return None


@router.choice("form-set", "form-keep")
async def choose(turn: Turn) -> None:
    """Take an answer that was offered, or the one given before."""
    form = await _standing(turn)
    if form and (field := form.asked):
        await _take(turn, form, field, turn.chosen(SetValues).set or form.proposal(field))


@router.choice("form-mine")
async def insist(turn: Turn) -> None:
    """Take a text that looked like a question as the answer, as they insist."""
    form = await _standing(turn)
    if form and (field := form.asked):
        turn.inbound = replace(turn.inbound, kind="text", text=turn.chosen(Forwarded).words)
        try:
            meant = field.read(turn, form.values)
        except Refusal as trouble:
            await _missed(turn, form, field, trouble)
        else:
            await _take(turn, form, field, meant)


@router.choice("form-next")
async def enough(turn: Turn) -> None:
    """Close a question that takes several answers."""
    form = await _standing(turn)
    if form and (field := form.asked):
        if not field.said(form.values):
            await go_on(turn, form, _("Please choose at least one."))
            return
        form.go_on_after(field)
        await go_on_or_hand_back(turn, form)


@router.choice("form-skip")
async def skip(turn: Turn) -> None:
    """Leave a question without an answer, where that may be."""
    if form := await _standing(turn):
        await _skip(turn, form)


@router.choice("form-back")
async def back(turn: Turn) -> None:
    """Go to the question before."""
    if form := await _standing(turn):
        await _back(turn, form)


@router.choice("form-same")
async def confirm(turn: Turn) -> None:
    """Take what is known as it is, or ask for each of it again."""
    form = await _standing(turn)
    if form is None:
        return
    if form.confirms:
        same = turn.chosen(OwnEnrolment).same
        known = await businesses.of(turn.db, turn.person.person_id) if same else {}
        spoken_of = [id_ for id_, one in known.items() if one.name == form.one.known.get("business")]
        form.set_business(spoken_of[0] if spoken_of else None)
        form.confirm(same)
    await go_on(turn, form)


async def _skip(turn: Turn, form: Form) -> None:
    field = form.asked
    if field is None:
        await go_on(turn, form)
    elif field.empty is None or form.one.state == "correction":
        await go_on(turn, form, _("This one is needed, it cannot be skipped."))
    else:
        form.answer(replace(field, several=False), field.empty)
        await go_on(turn, form)


async def _back(turn: Turn, form: Form) -> None:
    if form.one.state != "correction":
        form.go_back()
    await go_on(turn, form)
