"""Enter an exhibition or a programme, field after field: answer, skip, go back, stop."""

from bot.entries.draft import Draft, EnterField, Entering, OfEntry
from bot.entries.page import NOUNS, advance, current, go_on, load, preview, stamped, step, to_list, values_of, ways
from bot.errors import Refusal
from bot.fields import Field, SetValues, Values
from bot.fields.trouble import file_trouble
from bot.language.i18n import LANGUAGE_NAMES, LANGUAGES, _
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.router import is_command
from bot.turn import Turn
from handlers.staff.desk import Desk, ShowPage

desk = Desk("entry", "officer")

#: fields on one page of what can be changed
_PAGE = 7
#: words that are no answer, whatever was asked
_LEAD_OUT = ("menu", "stop", "cancel", "back", "skip")


@desk.choice("entry-add")
async def add(turn: Turn) -> None:
    """Ask the first question; where something is not finished, ask whether to go on with it."""
    new, kept = turn.chosen(OfEntry), Draft.kept(turn)
    noun = NOUNS[new.of]
    if kept and not new.anew:
        text = _("Something is not finished yet: {name}.", name=await _called(turn, kept))
        anew = Choice(_("Begin anew"), "entry-add", {"of": new.of, "exhibition": new.exhibition, "anew": True})
        turn.say(text, [Choice(_("Continue"), "entry-continue"), anew, to_list(noun)])
        return
    answers = {"exhibition_id": new.exhibition} if new.exhibition else {}
    await go_on(turn, Draft(noun.name, step=noun.fields[0].name, answers=answers))


async def _called(turn: Turn, draft: Draft) -> str:
    values = await values_of(turn, NOUNS[draft.of], draft)
    return str(values.get("title", {}).get("id") or _("without a name"))


@desk.choice("entry-continue")
async def go_on_with_it(turn: Turn) -> None:
    """Go on where it was left."""
    await go_on(turn, current(turn))


@desk.choice("entry-ready")
async def ready(turn: Turn) -> None:
    """Take up a stored draft, to be changed or published."""
    await go_on(turn, await _begun(turn))


@desk.answer(EnterField, lambda turn: not is_command(turn.text, *_LEAD_OUT))
async def written(turn: Turn, asks: EnterField) -> None:
    """Take an answer in words or as a location; what cannot be read is asked again, and nothing is lost."""
    draft = current(turn)
    noun = NOUNS[draft.of]
    values = await values_of(turn, noun, draft)
    asked = step(noun, draft, values)
    if asked is None:
        await preview(turn, draft)
        return
    try:
        if why := file_trouble(turn):
            raise Refusal(why)
        meant = asked.read(turn, values)
    except Refusal as trouble:
        draft.misses += 1
        draft.remember(turn)
        turn.ask(asks, number=asked.takes_number)
        text = trouble.sentence
        if draft.misses > 1:
            further = _("You can also go back, or stop here: what you entered stays.")
            text = Markdown(f"{text}\n{further}")
        turn.say(text, [*stamped(trouble.choices, draft), *ways(noun, draft, values, asked)])
        return
    await _answered(turn, draft, asked, meant)


async def _answered(turn: Turn, draft: Draft, asked: Field, meant: Values) -> None:
    noun = NOUNS[draft.of]
    draft.answers = draft.answers | meant
    values = await values_of(turn, noun, draft)
    if not asked.several:
        advance(noun, draft, values)
    await go_on(turn, draft, asked.noted(turn, values))


def _says(turn: Turn, name: str) -> bool:
    """Whether one of the words that are never data comes instead of an answer."""
    return turn.asked(EnterField) is not None and is_command(turn.text, name)


async def _standing(turn: Turn) -> tuple[Draft, Field] | None:
    """Load the draft, and the field below which the choice stands; for one of an earlier field, say what is asked."""
    draft = current(turn)
    asked = step(NOUNS[draft.of], draft, await values_of(turn, NOUNS[draft.of], draft))
    if asked and (turn.choice is None or turn.chosen(OfEntry).mark == draft.mark):
        return draft, asked
    await go_on(turn, draft, _("That was an earlier question."))
    return None


@desk.choice("entry-set")
async def choose(turn: Turn) -> None:
    """Take an answer that was offered."""
    if found := await _standing(turn):
        await _answered(turn, *found, turn.chosen(SetValues).set)


@desk.choice("entry-own")
async def write_own(turn: Turn) -> None:
    """Ask for an answer of their own instead of what was proposed."""
    if found := await _standing(turn):
        await go_on(turn, found[0], own=True)


@desk.choice("entry-next")
async def enough(turn: Turn) -> None:
    """Close a question that takes several answers."""
    if found := await _standing(turn):
        await _move(turn, found[0])


@desk.choice("entry-skip")
@desk.when(lambda turn: _says(turn, "skip"))
async def skip(turn: Turn) -> None:
    """Leave a field empty, where that may be."""
    if found := await _standing(turn):
        draft, asked = found
        if asked.empty is None:
            await go_on(turn, draft, _("This one is needed, it cannot be skipped."))
            return
        draft.answers = draft.answers | asked.empty
        await _move(turn, draft)


@desk.choice("entry-back")
@desk.when(lambda turn: _says(turn, "back"))
async def back(turn: Turn) -> None:
    """Go to the field before."""
    if found := await _standing(turn):
        await _move(turn, found[0], -1)


async def _move(turn: Turn, draft: Draft, by: int = 1) -> None:
    advance(NOUNS[draft.of], draft, await values_of(turn, NOUNS[draft.of], draft), by)
    await go_on(turn, draft)


@desk.choice("entry-stop")
@desk.when(lambda turn: _says(turn, "cancel"))
async def stop(turn: Turn) -> None:
    """Stop: what was entered of something new stays, changes to what is stored are dropped."""
    draft = current(turn)
    noun = NOUNS[draft.of]
    if draft.id:
        turn.memory[Entering].draft = {}
        turn.say(_("All right, nothing is changed."), [to_list(noun)])
        return
    again = [Choice(_("Continue"), "entry-continue"), to_list(noun)]
    turn.say(_("All right. What you entered stays; it is not published."), again)


@desk.choice("entry-discard")
async def discard(turn: Turn) -> None:
    """Delete what was entered and not saved."""
    noun = NOUNS[current(turn).of]
    turn.memory[Entering].draft = {}
    turn.say(_("Discarded."), [to_list(noun)])


@desk.choice("entry-change")
async def change(turn: Turn) -> None:
    """Ask which field."""
    draft = await _begun(turn)
    noun, page = NOUNS[draft.of], turn.chosen(ShowPage).page
    shown = noun.fields[page * _PAGE : (page + 1) * _PAGE]
    about = {"of": draft.of, "id": draft.id}
    choices = [Choice(one.label(), "entry-field", {**about, "field": one.name}) for one in shown]
    if len(noun.fields) > (page + 1) * _PAGE:
        choices.append(Choice(_("More"), "entry-change", {**about, "page": page + 1}))
    choices.append(Choice(_("Other languages"), "entry-languages", about))
    turn.say(_("What shall be different?"), [*choices, to_list(noun)])


@desk.choice("entry-languages")
async def languages(turn: Turn) -> None:
    """Ask which language beside Indonesian."""
    draft = await _begun(turn)
    about = {"of": draft.of, "id": draft.id}
    others = [Choice(LANGUAGE_NAMES[code], "entry-field", {**about, "language": code}) for code in LANGUAGES[1:]]
    turn.say(_("In which language?"), others)


@desk.choice("entry-field")
async def one_field(turn: Turn) -> None:
    """Ask for this field, or for all texts in this language; then show the preview again."""
    draft, wanted = await _begun(turn), turn.chosen(OfEntry)
    noun = NOUNS[draft.of]
    draft.only, draft.language = wanted.field, wanted.language
    draft.step = noun.steps(draft, await values_of(turn, noun, draft))[0].name
    await go_on(turn, draft)


@desk.choice("entry-preview")
async def look(turn: Turn) -> None:
    """Show what people will see, in this language."""
    await preview(turn, current(turn), turn.chosen(OfEntry).language)


async def _begun(turn: Turn) -> Draft:
    """Load the draft of the choice, begun with its first change where it is about something stored."""
    kept, wanted = Draft.kept(turn), turn.chosen(OfEntry)
    if kept and (not wanted.id or (kept.of, kept.id) == (wanted.of, wanted.id)):
        return kept
    if not wanted.id:
        return current(turn)
    if kept and (kept.answers or not kept.id):
        raise Refusal(
            _("Something is not finished yet: {name}.", name=await _called(turn, kept)),
            [Choice(_("Continue"), "entry-continue"), Choice(_("Discard it"), "entry-discard", kind="deciding")],
        )
    noun = NOUNS[wanted.of]
    draft = Draft(noun.name, wanted.id, (await load(turn, noun, wanted.id)).sequence)
    draft.remember(turn)
    return draft
