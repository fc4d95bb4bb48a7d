"""Fields that only staff enter: texts in several languages, a name for buttons, a source."""

from collections.abc import Callable, Sequence

from bot.errors import Refusal
from bot.fields import NEXT, OWN, Field, Given, Values, answer, nothing, words
from bot.fields.link import web_address
from bot.language.i18n import LANGUAGE_NAMES, LANGUAGES, _
from bot.language.markdown import Markdown, escape
from bot.reply import Choice

#: the language that every text has
FIRST = LANGUAGES[0]


def texts(
    name: str,
    label: Callable[[], Markdown],
    question: Callable[[Values], Markdown],
    longest: int,
    *,
    optional: bool = False,
    offers: Callable[[Values], Sequence[Choice]] = nothing,
) -> Field:
    """A field for a text in several languages, entered in Indonesian; `in_language` gives the field for another one."""
    return Field(
        name,
        label,
        question,
        lambda turn, values: {name: values.get(name, {}) | {FIRST: words(turn.text, longest)}},
        lambda values: str(values.get(name, {}).get(FIRST, "")),
        {name: {}} if optional else None,
        offers,
        longest=longest,
        sets=(name,),
    )


def in_language(one: Field, code: str) -> Field:
    """Make the field for the same text in another language, which may stay empty."""

    def ask(values: Values) -> Markdown:
        indonesian = values[one.name][FIRST]
        return _(
            "{field} in {language}, at most {longest} characters? In Indonesian: {text}",
            field=one.label(),
            language=LANGUAGE_NAMES[code],
            longest=one.longest,
            text=escape(indonesian),
        )

    return Field(
        f"{one.name}/{code}",
        lambda: _("{field}, {language}", field=one.label(), language=LANGUAGE_NAMES[code]),
        ask,
        lambda turn, values: {one.name: values[one.name] | {code: words(turn.text, one.longest)}},
        lambda values: str(values.get(one.name, {}).get(code, "")),
        {},
        sets=(one.name,),
    )


def lines(
    name: str, label: Callable[[], Markdown], question: Callable[[Values], Markdown], longest: int, most: int
) -> Field:
    """A field for texts in one language, each on a line of its own; there may be none."""

    def ask(values: Values) -> Markdown:
        kept = values.get(name) or []
        if not kept:
            return question(values)
        numbered = "\n".join(f"{at}. {escape(one)}" for at, one in enumerate(kept, start=1))
        return _("So far:\n{lines}\nWrite more, or is that all?", lines=Markdown(numbered))

    def read(turn: Given, values: Values) -> Values:
        written = [words(line, longest) for line in turn.text.splitlines() if line.strip()]
        kept = [*(values.get(name) or []), *written]
        if not written:
            raise Refusal(_("Please write it as a text."))
        if len(kept) > most:
            raise Refusal(_("That is {count}, at most {most}.", count=len(kept), most=most), offers(values))
        return {name: list(dict.fromkeys(kept))}

    def offers(values: Values) -> list[Choice]:
        if not values.get(name):
            return []
        return [Choice(_("Done"), NEXT, kind="step"), answer(_("Begin anew"), **{name: []})]

    said = lambda values: "; ".join(values.get(name) or [])  # noqa: E731
    return Field(name, label, ask, read, said, {name: []}, offers, several=True, sets=(name,))


def link(name: str, label: Callable[[], Markdown], question: Callable[[Values], Markdown]) -> Field:
    """A field for an address in the web, which may stay empty."""

    def read(turn: Given, _values: Values) -> Values:
        found = web_address(turn.text)
        if not found:
            raise Refusal(_("That is no web address. Please write it like this: https://mbpj.gov.my"))
        return {name: found}

    return Field(name, label, question, read, lambda values: str(values.get(name, "")), {name: ""}, sets=(name,))


def short_name() -> Field:
    """A field for the name on buttons, with a proposal."""

    def offers(values: Values) -> list[Choice]:
        proposed = _short_name_of(values.get("title", {}).get(FIRST, ""))
        if not proposed:
            return []
        own = Choice(_("I will write it"), OWN, rank="quiet", kind="step")
        return [answer(proposed, short_name=values.get("short_name", {}) | {FIRST: proposed}), own]

    ask = lambda _values: _("A short name for buttons, at most 20 characters?")  # noqa: E731
    return texts("short_name", lambda: _("Short name"), ask, 20, offers=offers)


def source() -> Field:
    """A field for where staff read it; whoever names the source has looked today."""

    def read(turn: Given, _values: Values) -> Values:
        return {"source": words(turn.text, 120), "checked": turn.today.isoformat()}

    return Field(
        "source",
        lambda: _("Source"),
        lambda _values: _("Where is this from? A link, or the name of a letter. Date of the check: today."),
        read,
        lambda values: str(values.get("source", "")),
        {"source": ""},
        sets=("source", "checked"),
    )


def _short_name_of(title: str, longest: int = 17) -> str:
    """The first words of a title that fit on a button together with a number; empty where not even one does."""
    found = ""
    for word in title.split():
        if len(f"{found} {word}".strip()) > longest:
            break
        found = f"{found} {word}".strip()
    return found
