"""What staff see while they enter something: the next question, the preview, and what is stored."""

from collections.abc import Iterable, Sequence

from bot.entries.draft import Draft, EnterField, Entering, OfEntry
from bot.entries.exhibition import EXHIBITION
from bot.entries.noun import AnyNoun, Entered, changes, left_behind, to_json
from bot.entries.programme import PROGRAMME
from bot.errors import Gone, Refusal
from bot.fields import Field, Values, named
from bot.language.i18n import LANGUAGE_NAMES, LANGUAGES, _, language, speaking
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn

NOUNS: dict[str, AnyNoun] = {EXHIBITION.name: EXHIBITION, PROGRAMME.name: PROGRAMME}


def current(turn: Turn) -> Draft:
    """Load what is being entered; refuses where nothing is."""
    draft = Draft.kept(turn)
    if draft is None:
        of = NOUNS[turn.chosen(OfEntry).of]
        raise Refusal(_("That is finished: it is saved, or was put aside."), [to_list(of)])
    return draft


def to_list(noun: AnyNoun) -> Choice:
    """Make the way to all of them."""
    return Choice(_("Back to the list"), f"staff-{noun.name}s", rank="quiet")


async def load(turn: Turn, noun: AnyNoun, id: int) -> Entered:  # noqa: A002
    """Load what is stored; refuses where it is gone."""
    stored: Entered | None = await noun.stored.load(turn.db, id)
    if stored is None:
        raise Gone(_("It is no longer there."), [to_list(noun)])
    return stored


async def values_of(turn: Turn, noun: AnyNoun, draft: Draft) -> Values:
    """Load what the plan holds so far: what is stored, with the draft's changes; forgets these where that is gone."""
    try:
        stored = to_json((await load(turn, noun, draft.id)).plan()) if draft.id else {}
    except Gone:
        turn.memory[Entering].draft = {}
        raise
    return stored | draft.answers | await noun.context(turn)


def step(noun: AnyNoun, draft: Draft, values: Values) -> Field | None:
    """The field that is asked for; None once everything was."""
    return next((one for one in noun.steps(draft, values) if one.name == draft.step), None)


def advance(noun: AnyNoun, draft: Draft, values: Values, by: int = 1) -> None:
    """Go to the next field, or the one before."""
    names = [one.name for one in noun.steps(draft, values)]
    place = names.index(draft.step) + by
    draft.step, draft.misses = names[place] if 0 <= place < len(names) else "", 0
    if not draft.step:
        draft.only = draft.language = ""


async def go_on(turn: Turn, draft: Draft, noted: Markdown | None = None, own: bool = False) -> None:
    """Remember the draft and ask for its field, with what was understood said first; or show the preview."""
    noun = NOUNS[draft.of]
    values = await values_of(turn, noun, draft)
    asked = step(noun, draft, values) or _missing(noun, draft, values)
    draft.ask(turn)
    if asked is None:
        await preview(turn, draft)
        return
    turn.ask(EnterField(), number=asked.takes_number)
    question = asked.question(values)
    offers = () if own else stamped(asked.offers(values), draft)
    turn.say(Markdown(f"{noted} {question}") if noted else question, [*offers, *ways(noun, draft, values, asked)])


def _missing(noun: AnyNoun, draft: Draft, values: Values) -> Field | None:
    """Find the first field without which nothing can be shown."""
    needed = [one for one in noun.steps(draft, values) if one.empty is None and not one.said(values)]
    if not needed:
        return None
    draft.step = needed[0].name
    return needed[0]


def stamped(offers: Iterable[Choice], draft: Draft) -> list[Choice]:
    """Mark choices so that they count only for the question as it stands."""
    return named(offers, "entry", of=draft.of, mark=draft.mark)


def ways(noun: AnyNoun, draft: Draft, values: Values, asked: Field) -> list[Choice]:
    """List the ways out of a question."""
    found = []
    if asked.empty is not None and not (asked.several and asked.said(values)):
        found.append(Choice(_("Skip"), "entry-skip", rank="quiet", kind="step"))
    if draft.only or draft.language or noun.steps(draft, values)[0].name != draft.step:
        found.append(Choice(_("Back"), "entry-back", rank="quiet", kind="step"))
    return stamped([*found, Choice(_("Cancel"), "entry-stop", rank="quiet", kind="step")], draft)


async def preview(turn: Turn, draft: Draft, code: str = "") -> None:
    """Show what people will see in one language, or what will be different, with what to look at again."""
    noun = NOUNS[draft.of]
    values = await values_of(turn, noun, draft)
    stored = await noun.stored.load(turn.db, draft.id) if draft.id else None
    if stored and stored.state != "draft":
        _say_changes(turn, noun, draft, to_json(stored.plan()) | await noun.context(turn), values)
        return
    plan = noun.plan(values, turn.today)
    shown = code or language()
    with speaking(shown):
        turn.say(noun.card(turn, plan))
    if values.get("source"):
        choices = [Choice(_("Publish"), "entry-publish", kind="deciding")]
    else:
        choices = [Choice(_("Name the source"), "entry-field", {"field": "source"})]
    choices += [
        Choice(_("Add a language"), "entry-languages"),
        Choice(_("Save as a draft"), "entry-save", kind="deciding"),
        Choice(_("Change"), "entry-change", rank="quiet"),
        *(_in(other) for other in LANGUAGES if other != shown),
    ]
    warnings = noun.warnings(turn, values)
    text = Markdown("\n".join(warnings)) if warnings else _("Nothing is amiss. Publish it?")
    turn.say(text, stamped(choices, draft))


def _in(code: str) -> Choice:
    return Choice(LANGUAGE_NAMES[code], "entry-preview", {"language": code}, "quiet")


def _say_changes(turn: Turn, noun: AnyNoun, draft: Draft, before: Values, after: Values) -> None:
    different = changes(noun, before, after)
    more = Choice(_("Change more"), "entry-change")
    stop = Choice(_("Cancel"), "entry-stop", rank="quiet", kind="step")
    if not different:
        turn.say(_("Nothing is different yet."), stamped([more, stop], draft))
        return
    turn.say(Markdown("\n".join([_("This will be different:"), *different])))
    known = noun.warnings(turn, before)
    warnings = [*_of_texts(noun, before, after), *(one for one in noun.warnings(turn, after) if one not in known)]
    save = Choice(_("Save"), "entry-save", kind="deciding")
    turn.say(Markdown("\n".join([*warnings, _("Save this?")])), stamped([save, more, stop], draft))


def _of_texts(noun: AnyNoun, before: Values, after: Values) -> Sequence[Markdown]:
    left = [LANGUAGE_NAMES[code] for code in left_behind(noun, before, after)]
    return [_("⚠️ Still as it was in {languages}.", languages=", ".join(left))] if left else []
