"""What a person sees of a form: the question that stands, the review, and where it was left."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.enrolling.form.form import Form
from bot.fairs.exhibitions import title
from bot.fields import Field, named
from bot.language.i18n import _, ngettext
from bot.language.markdown import Markdown, plain
from bot.reply import WHATSAPP, Choice, utf16_length
from bot.turn import Turn

#: characters of an answer in the review
_SHOWN = 70
#: UTF-16 units of a bubble with choices
_ROOM = WHATSAPP.text_with_choices
#: misses after which a talk with staff is offered
PATIENCE = 3
#: businesses offered beside the one that was spoken of last
OTHERS = 4
#: fields on a page of what can be changed
PAGE = 7


async def go_on(turn: Turn, form: Form, noted: Markdown | None = None, more: Sequence[Choice] = ()) -> None:
    """Keep the draft and ask its question, with `noted` said first; or show the review. `more` are choices beside."""
    if form.confirms:
        await form.ask(turn, number=False)
        _say_known(turn, form, noted)
        return
    field = form.asked
    await form.ask(turn, number=field is None or field.takes_number)
    if field is None:
        _say_review(turn, form, noted)
        return
    text = question(form, field)
    if _is_first(form, field):
        text = Markdown(f"{text}\n{_help()}")
    turn.say(_after(noted, text), [*offers(form, field), *stamped(form, more)], wants=field.wants)


def question(form: Form, field: Field) -> Markdown:
    """Say which of how many questions it is, what is asked, and what was answered before."""
    proposed = form.proposal(field)
    asked = field.question(form.values)
    if form.one.only or form.one.state == "correction":
        text = Markdown(f"**{field.label()}** · {asked}")
    else:
        at, total = form.place(field)
        text = _("**{at} of {total}** · {question}", at=str(at), total=str(total), question=asked)
    if proposed and not field.is_document and not field.several:
        before = _("Before: {answer}", answer=clipped(field.said(proposed)))
        text = Markdown(f"{text} {before}")
    return text


def _is_first(form: Form, field: Field) -> bool:
    """Whether this is the first question of all, where it is said once what can always be written."""
    return not form.one.only and form.one.state == "draft" and form.place(field)[0] == 1


def _help() -> Markdown:
    return _("At any time you can write **back**, **skip** or **cancel**, or ask something first.")


def offers(form: Form, field: Field) -> list[Choice]:
    """List answers to tap, and the ways out of the question."""
    proposed = form.proposal(field)
    found = list(field.offers(form.values))
    keep = bool(proposed) and not field.is_document and not field.several and len(found) < PAGE + 1
    if keep:
        found.append(Choice(_("Keep it"), "form-keep", kind="step"))
    if form.one.misses >= PATIENCE:
        found.append(_person(field))
    if field.empty is not None and not form.one.only and form.one.state != "correction":
        found.append(Choice(_("Skip"), "form-skip", rank="quiet", kind="step"))
    if form.one.state != "correction" and (form.one.only or not _is_first(form, field)):
        found.append(Choice(_("Back"), "form-back", rank="quiet", kind="step"))
    return stamped(form, found)


def stamped(form: Form, choices: Sequence[Choice]) -> list[Choice]:
    """Mark choices so that they count only for the question as it stands."""
    return named(choices, "form", form=form.one.id, mark=form.one.mark)


def _person(field: Field) -> Choice:
    about = str(field.label())
    return Choice(
        _("Ask a person"), "person", {"text": plain(_("About the question: {question}", question=about))}, "quiet"
    )


def _say_known(turn: Turn, form: Form, noted: Markdown | None) -> None:
    """Ask first whether what is known is still right."""
    fields = {field.name: field for field in form.fields}
    shown = [fields[name].said(form.one.known) for name in ("name", "phone", "business") if name in form.one.known]
    at, total = form.place(None)
    known = ", ".join(clipped(one) for one in shown if one)
    text = _("**{at} of {total}** · Still the same? {known}", at=str(at), total=str(total), known=known)
    choices = [
        Choice(_("Still the same"), "form-same", {"same": True}, kind="step"),
        Choice(_("Another business"), "form-businesses", kind="step"),
        Choice(_("Change"), "form-same", {"same": False}, kind="step"),
    ]
    turn.say(_after(noted, Markdown(f"{text}\n{_help()}")), stamped(form, choices))


def _say_review(turn: Turn, form: Form, noted: Markdown | None) -> None:
    """Show all answers as numbered lines; a list too long for a bubble with choices goes ahead of it."""
    ask = _("Look through it, then send it. Write a number to change that line.")
    first = _after(noted, ask)
    lines = [_line(at, field, form) for at, field in enumerate(form.fields, start=1)]
    choices = stamped(
        form,
        [
            Choice(_("Send"), "form-send", kind="deciding"),
            Choice(_("Keep it for now"), "form-later", kind="step"),
            Choice(_("Cancel"), "form-stop", kind="step"),
            Choice(_("Change"), "form-change", rank="quiet"),
        ],
    )
    whole = Markdown("\n".join([first, *lines]))
    if utf16_length(plain(whole)) <= _ROOM:
        turn.say(whole, choices)
        return
    turn.say(Markdown("\n".join(lines)))
    turn.say(first, choices)


def _line(at: int, field: Field, form: Form) -> Markdown:
    said = field.said(form.values)
    value = clipped(said) if said else str(_("skipped"))
    return _("{number}. {field}: {value}", number=str(at), field=field.label(), value=value)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What to change: a line, perhaps with a kept file; the business, 0 for a new one; or a page of lines."""

    field: str = ""
    file: int = 0
    business: int = 0
    page: int = 0


def rows_to_change(form: Form, page: int) -> list[Choice]:
    """Make buttons for the fields, with the numbers of the review."""
    shown = list(enumerate(form.fields, start=1))[page * PAGE : (page + 1) * PAGE]
    rows = [
        Choice(f"{at}. {plain(field.label())}"[:24], "form-field", {"field": field.name}, kind="step")
        for at, field in shown
    ]
    if len(form.fields) > (page + 1) * PAGE:
        rows.append(Choice(_("More"), "form-change", {"page": page + 1}))
    return stamped(form, [*rows, Choice(_("Back"), "form-review", rank="quiet")])


def left_at(form: Form) -> Markdown:
    """Say where a draft was left, and what is new since."""
    at, total = form.place(form.asked)
    if form.asked is None and not form.confirms:
        return _("Your enrolment for **{title}** is filled in, but not sent yet.", title=title(form.programme))
    text = _(
        "Your enrolment for **{title}** is kept, at step {at} of {total}.",
        title=title(form.programme),
        at=str(at),
        total=str(total),
    )
    if added := form.added():
        new = ngettext(
            "Since then there is {number} new question; what you answered is not asked again.",
            "Since then there are {number} new questions; what you answered is not asked again.",
            added,
            number=str(added),
        )
        text = Markdown(f"{text}\n{new}")
    return text


def clipped(said: str) -> str:
    return said if len(said) <= _SHOWN else f"{said[: _SHOWN - 1]}…"


def _after(noted: Markdown | None, text: Markdown) -> Markdown:
    return Markdown(f"{noted}\n{text}") if noted else text


def business_choices(form: Form, businesses: dict[int, str]) -> list[Choice]:
    """Offer the businesses they enrolled before, and one that is not known yet."""
    rows = [
        Choice(name[:24], "form-business", {"business": id_}, kind="step")
        for id_, name in list(businesses.items())[: OTHERS + 1]
    ]
    new = Choice(_("A new one"), "form-business", {"business": 0}, kind="step")
    return stamped(form, [*rows, new, Choice(_("Back"), "form-review", rank="quiet")])
