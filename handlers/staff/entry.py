"""Enter an exhibition or a programme, field after field: answer, skip, go back, stop."""

from bot.entries.draft import ASKS, Draft, Entering
from bot.entries.noun import AnyNoun
from bot.entries.page import NOUNS, advance, current, go_on, load, preview, stamped, step, to_list, values_of, ways
from bot.errors import Refusal
from bot.fields import Field
from bot.language.courtesy import bare_word
from bot.language.i18n import LANGUAGE_NAMES, LANGUAGES, _
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.router import is_command
from bot.turn import Turn
from handlers.staff.desk import CANCEL, Desk

desk = Desk("entry", "officer")

#: fields on one page of what can be changed
_PAGE = 7
#: words that are no answer, whatever was asked
_LEAD_OUT = ("menu", "stop", "cancel", "back", "skip")


@desk.choice("entry-add")
async def add(turn: Turn) -> None:
    """Ask the first question; where something is not finished, ask whether to go on with it."""
    assert turn.choice is not None
    given = turn.choice.args
    noun = NOUNS[given["of"]]
    kept = Draft.kept(turn)
    if kept and not given.get("anew"):
        text = _("Something is not finished yet: {name}.", name=await _called(turn, kept))
        anew = Choice(_("Begin anew"), "entry-add", {**given, "anew": True})
        turn.say(text, [Choice(_("Continue"), "entry-continue"), anew, to_list(noun)])
        return
    answers = {"exhibition_id": given["exhibition"]} if given.get("exhibition") else {}
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


@desk.when(lambda turn: turn.asks == ASKS and not is_command(turn.text, *_LEAD_OUT))
async def written(turn: Turn) -> None:
    """Take an answer in words or as a location; what cannot be read is asked again, and nothing is lost."""
    draft = current(turn)
    noun = NOUNS[draft.of]
    values = await values_of(turn, noun, draft)
    asked = step(noun, draft, values)
    if asked is None:
        await preview(turn, draft)
        return
    try:
        meant = asked.read(turn, values)
    except Refusal as trouble:
        draft.misses += 1
        draft.remember(turn)
        turn.ask(ASKS, number=asked.takes_number)
        text = trouble.sentence
        if draft.misses > 1:
            further = _("You can also go back, or stop here: what you entered stays.")
            text = Markdown(f"{text}\n{further}")
        turn.say(text, [*stamped(trouble.choices, draft), *ways(noun, draft, values, asked)])
        return
    await _answered(turn, noun, draft, asked, meant)


async def _answered(turn: Turn, noun: AnyNoun, draft: Draft, asked: Field, meant: dict[str, object]) -> None:
    draft.answers = draft.answers | meant
    values = await values_of(turn, noun, draft)
    if not asked.several:
        advance(noun, draft, values)
    await go_on(turn, draft, asked.noted(turn, values))


@desk.choice("entry-set", "entry-next", "entry-own", "entry-skip", "entry-back")
async def tapped(turn: Turn) -> None:
    """Take a choice under the question as it stands; for a choice of an earlier one, say what is asked now."""
    assert turn.choice is not None
    draft, name, given = current(turn), turn.choice.name, turn.choice.args
    noun = NOUNS[draft.of]
    values = await values_of(turn, noun, draft)
    asked = step(noun, draft, values)
    if given.get("mark") != draft.mark or asked is None:
        await go_on(turn, draft, _("That was an earlier question."))
    elif name == "entry-set":
        await _answered(turn, noun, draft, asked, given["set"])
    elif name == "entry-own":
        await go_on(turn, draft, own=True)
    else:
        if name == "entry-skip":
            draft.answers = draft.answers | (asked.empty or {})
        values = await values_of(turn, noun, draft)
        advance(noun, draft, values, -1 if name == "entry-back" else 1)
        await go_on(turn, draft)


@desk.when(lambda turn: turn.asks == ASKS and is_command(turn.text, "back", "skip"))
async def moved(turn: Turn) -> None:
    """The words for the way back and for skipping are never data."""
    draft = current(turn)
    noun = NOUNS[draft.of]
    asked = step(noun, draft, await values_of(turn, noun, draft))
    if asked and is_command(turn.text, "skip"):
        if asked.empty is None:
            await go_on(turn, draft, _("This one is needed, it cannot be skipped."))
            return
        draft.answers = draft.answers | asked.empty
    values = await values_of(turn, noun, draft)
    advance(noun, draft, values, -1 if is_command(turn.text, "back") else 1)
    await go_on(turn, draft)


@desk.choice("entry-stop")
@desk.when(lambda turn: turn.asks == ASKS and bare_word(turn.text) in CANCEL)
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
    assert turn.choice is not None
    given = turn.choice.args
    draft = await _begun(turn)
    noun, page = NOUNS[draft.of], int(given.get("page", 0))
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
    assert turn.choice is not None
    draft, given = await _begun(turn), turn.choice.args
    noun = NOUNS[draft.of]
    draft.only, draft.language = str(given.get("field", "")), str(given.get("language", ""))
    draft.step = noun.steps(draft, await values_of(turn, noun, draft))[0].name
    await go_on(turn, draft)


@desk.choice("entry-preview")
async def look(turn: Turn) -> None:
    """Show what people will see, in this language."""
    assert turn.choice is not None
    await preview(turn, current(turn), str(turn.choice.args["language"]))


async def _begun(turn: Turn) -> Draft:
    """Load the draft of the choice, begun with its first change where it is about something stored."""
    assert turn.choice is not None
    given = turn.choice.args
    kept, id = Draft.kept(turn), int(given.get("id", 0))  # noqa: A001
    if kept and (not id or (kept.of, kept.id) == (given["of"], id)):
        return kept
    if not id:
        return current(turn)
    if kept and (kept.answers or not kept.id):
        raise Refusal(
            _("Something is not finished yet: {name}.", name=await _called(turn, kept)),
            [Choice(_("Continue"), "entry-continue"), Choice(_("Discard it"), "entry-discard", kind="deciding")],
        )
    noun = NOUNS[given["of"]]
    draft = Draft(noun.name, id, (await load(turn, noun, id)).sequence)
    draft.remember(turn)
    return draft
