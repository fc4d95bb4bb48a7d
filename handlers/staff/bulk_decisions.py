"""Decide several enrolments at once: numbers in a list, the names read back, then all of them."""

from dataclasses import asdict, dataclass, field, replace
from typing import ClassVar

from bot.asking import Question
from bot.cases.cases import typed
from bot.enrolling import page, selection
from bot.enrolling.enrolments import LONGEST_REASON, OPEN, brief, decide, state_name
from bot.errors import Refusal
from bot.fairs.exhibitions import title
from bot.fields import words
from bot.language.i18n import _
from bot.language.markdown import Markdown, escape
from bot.reply import Choice
from bot.turn import Turn
from db.enrolling import enrolments, seats
from db.enrolling.enrolments import Enrolment
from handlers.staff.desk import Desk

desk = Desk("several", "officer")

#: enrolments in one list
_MOST = 12
#: UTF-16 units of a name in it
_NAME = 24


@dataclass(frozen=True)
class WhichOnes(Question):
    """Which enrolments of a list are to be accepted, or declined."""

    name: ClassVar[str] = "several-which"
    takes_number: ClassVar[bool] = True
    programme: int
    to: str
    ids: tuple[int, ...] = ()
    #: how each was when it was listed, by its id
    seen: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WhyThese(WhichOnes):
    """Why these enrolments are declined; empty before it was said."""

    name: ClassVar[str] = "several-why"
    takes_number: ClassVar[bool] = False
    reason: str = ""


@desk.choice("enrolments-several")
async def ask_which(turn: Turn) -> None:
    """Show the ones that wait longest, numbered."""
    asks = turn.chosen(WhichOnes)
    found = await enrolments.listed(turn.db, asks.programme, ["submitted"], limit=_MOST)
    if not found:
        raise Refusal(_("No enrolment waits here now."), [page.back(asks.programme)])
    seen = {one.id: one.updated_at.isoformat() for one in found}
    turn.ask(replace(asks, ids=tuple(seen), seen=seen))
    first = _("Accept which ones? Write their numbers, for example: 1 3 5-7, or: all")
    if asks.to == "declined":
        first = _("Decline which ones? Write their numbers, for example: 1 3 5-7, or: all")
    lines = [f"{at}. {_named(one)}" for at, one in enumerate(found, start=1)]
    turn.say(Markdown("\n".join([first, *lines])), [_cancel(asks.programme)])


def _named(one: Enrolment) -> Markdown:
    return _("{number} · {name}", number=one.number, name=brief(one.name, _NAME))


@desk.answer(WhichOnes, onward=lambda asked: _to_list(asked.programme))
async def which(turn: Turn, asked: WhichOnes) -> None:
    """Read the names back; to decline, ask for a reason first."""
    chosen = selection.parse(turn.text, len(asked.ids))
    if not chosen:
        text = _("Write the numbers of the list, for example: 1 3 5-7")
        raise Refusal(text, [_cancel(asked.programme)])
    about = WhyThese(asked.programme, asked.to, tuple(asked.ids[at - 1] for at in chosen), asked.seen)
    if about.to == "accepted":
        await _read_back(turn, about)
        return
    turn.ask(about)
    text = _("Why are these {number} declined? Each of them reads your sentence as it is.", number=len(about.ids))
    turn.say(text, [_cancel(about.programme)])


@desk.answer(WhyThese, onward=lambda asked: _to_list(asked.programme))
async def why(turn: Turn, asked: WhyThese) -> None:
    """Read the reason and the names back."""
    reason = words(turn.text, LONGEST_REASON)
    if not any(map(str.isalpha, reason)):
        raise Refusal(_("Please write it as a text."))
    await _read_back(turn, replace(asked, reason=reason))


async def _read_back(turn: Turn, about: WhyThese) -> None:
    found = [(await page.load(turn, id_))[0] for id_ in about.ids]
    label = _("Accept {number}", number=len(found))
    lines = [_("Accept these {number}?", number=len(found))]
    if about.to == "declined":
        label = _("Decline {number}", number=len(found))
        reason = typed(about.reason)
        lines = [_("Decline these {number}? Each of them reads: “{reason}”", number=len(found), reason=reason)]
    lines += [_named(one) for one in found]
    turn.say(
        Markdown("\n".join(lines)),
        [Choice(label, "enrolments-decided", asdict(about), kind="deciding"), _cancel(about.programme)],
    )


@desk.choice("enrolments-decided")
async def decided(turn: Turn) -> None:
    """Decide all, tell each person, and say which did not go and why."""
    about = turn.chosen(WhyThese)
    await seats.lock(turn.db, about.programme)
    left = [said for id_ in about.ids if (said := await _one(turn, id_, about))]
    done = len(about.ids) - len(left)
    lines = [_("✅ Accepted: {number}. Each of them is told.", number=done)]
    if about.to == "declined":
        lines = [_("Declined: {number}. Each of them is told.", number=done)]
    lines = lines if done else []
    if left:
        lines += [_("Not changed: {number}", number=len(left)), *left]
    choices = [_to_list(about.programme), Choice(_("Enrolments"), "enrolments")]
    turn.say(Markdown("\n".join(lines)), choices)


async def _one(turn: Turn, id: int, about: WhyThese) -> Markdown | None:  # noqa: A002
    """Decide one; returns what stood against it."""
    one, programme = await page.load(turn, id)
    name, to = escape(one.number), about.to
    if one.person_id == turn.person.person_id:
        return _("{number}: your own, a colleague decides", number=name)
    if one.state not in OPEN:
        return _("{number}: {state}", number=name, state=state_name(one.state))
    if about.seen.get(one.id) != one.updated_at.isoformat():
        return _("{number}: changed since, look at it again", number=name)
    if to == "accepted":
        if programme.state == "cancelled" or programme.is_over(turn.today):
            return _("{number}: {title} does not take place", number=name, title=title(programme))
        free = await seats.free(turn.db, programme)
        if free is not None and free <= 0:
            return _("{number}: no place is left", number=name)
    if not await decide(turn, one, programme, to, reason=about.reason):
        return _("{number}: a colleague was faster", number=name)
    return None


def _cancel(programme: int) -> Choice:
    return Choice(_("Cancel"), "enrolments-of", {"programme": programme}, "quiet")


def _to_list(programme: int) -> Choice:
    return Choice(_("Back to the list"), "enrolments-in", {"programme": programme, "state": "submitted"})
