"""See who is there and who is missing, print the list, and read what people say afterwards."""

from datetime import date

from bot.door import attendance as say
from bot.door import signing_list
from bot.enrolling.enrolments import brief
from bot.enrolling.page import back, programme
from bot.errors import Refusal
from bot.fairs.exhibitions import title
from bot.language.i18n import _, day, ngettext, number
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn
from db.enrolling import attendance, enrolments, feedback
from db.fairs.programmes import Programme
from handlers.staff.desk import Desk, ShowPage, record

desk = Desk("attendance", "officer")

#: missing people on one page
_PAGE = 5
#: comments on one page
_TEXTS = 4
#: UTF-16 units of a name
_NAME = 50
#: UTF-16 units of a comment
_WORDS = 160
_LABEL = 24


@desk.choice("attendance")
async def overview(turn: Turn) -> None:
    """Say how many are there, and who is missing: a number marks that person by hand."""
    one = await programme(turn)
    on = _day(turn, one)
    if on is None:
        raise Refusal(_("No day is set for {title} yet.", title=title(one)), [_list(one), back(one.id)])
    skip = turn.chosen(ShowPage).skip
    present, guests = await attendance.counts(turn.db, one.id, on)
    expected = await enrolments.count(turn.db, one.id, ["accepted"])
    missing = await attendance.missing(turn.db, one.id, on, skip, _PAGE + 1)
    counted = {"title": title(one), "date": day(on), "present": number(present), "all": number(expected)}
    lines = [_("**{title}**, {date}: {present} of {all} present.", **counted)]
    if guests:
        lines.append(_("Guests: {number}", number=number(guests)))
    shown = list(enumerate(missing[:_PAGE], start=1))
    if shown:
        lines.append(_("Not there:") if on < say.day_there(one, turn.now) else _("Not there yet:"))
    lines += [_("{at}. {number} · {name}", at=at, number=found[1], name=brief(found[2], _NAME)) for at, found in shown]
    rows = [Choice(f"{at}. {found[1]}"[:_LABEL], "attend", {"id": found[0]}) for at, found in shown]
    if len(missing) > _PAGE:
        about = {"programme": one.id, "day": on.isoformat(), "skip": skip + _PAGE}
        rows.append(Choice(_("More"), "attendance", about))
    turn.say(Markdown("\n".join(lines)), [*rows, *await _ways(turn, one, on), back(one.id)])


async def _ways(turn: Turn, one: Programme, on: date) -> list[Choice]:
    """Offer the list to print, what people say of it, and the next of its days."""
    found = [_list(one)]
    if (await feedback.summary(turn.db, one.id)).number:
        found.append(Choice(_("Feedback"), "feedback-summary", {"programme": one.id}))
    all_days = say.days(one)
    if len(all_days) > 1:
        following = all_days[(all_days.index(on) + 1) % len(all_days)]
        found.append(Choice(day(following), "attendance", {"programme": one.id, "day": following.isoformat()}))
    return found


def _day(turn: Turn, one: Programme) -> date | None:
    """The day of the choice, as long as it is one of the programme's; else today, or the nearest."""
    all_days = say.days(one)
    today = turn.chosen(say.OnDay).day or say.day_there(one, turn.now)
    return min(max(today, all_days[0]), all_days[-1]) if all_days else None


def _list(one: Programme) -> Choice:
    return Choice(_("List to print"), "attendance-list", {"programme": one.id})


@desk.choice("attendance-list")
async def print_list(turn: Turn) -> None:
    """Send the list to sign, for a door without a network."""
    one = await programme(turn)
    count, file = await signing_list.keep(turn, one)
    if not count:
        raise Refusal(_("Nobody is accepted in {title} yet.", title=title(one)), [back(one.id)])
    await record(turn, "attendance.list", f"programme:{one.code}", number=count)
    text = ngettext(
        "📎 The list to sign, with {number} person. It is people's data: keep it safe. Enter it later with /hadir.",
        "📎 The list to sign, with {number} people. It is people's data: keep it safe. Enter it later with /hadir.",
        count,
        number=number(count),
    )
    turn.say(text, [Choice(_("Attendance"), "attendance", {"programme": one.id}), back(one.id)], file=file)


@desk.choice("feedback-summary")
async def said(turn: Turn) -> None:
    """Show what they say all together, and in their words, without names."""
    one, skip = await programme(turn), turn.chosen(ShowPage).skip
    summary = await feedback.summary(turn.db, one.id)
    texts = await feedback.texts(turn.db, one.id, skip, _TEXTS + 1)
    average = number(round(summary.average, 1))
    lines = [
        ngettext(
            "**{title}**: {average} of 5, from {number} answer.",
            "**{title}**: {average} of 5, from {number} answers.",
            summary.number,
            title=title(one),
            average=average,
            number=number(summary.number),
        )
    ]
    if summary.answered:
        counted = {"number": number(summary.would_come), "all": number(summary.answered)}
        lines.append(_("Would come again: {number} of {all}", **counted))
    lines += [_("“{words}”", words=brief(words, _WORDS)) for words in texts[:_TEXTS]]
    more = {"programme": one.id, "skip": skip + _TEXTS}
    choices = [Choice(_("More"), "feedback-summary", more)] if len(texts) > _TEXTS else []
    choices.append(Choice(_("Attendance"), "attendance", {"programme": one.id}))
    turn.say(Markdown("\n".join(lines)), [*choices, back(one.id)])
