"""See what people ask and no card says: questions by how often they come, and answers called not right."""

from dataclasses import dataclass

from bot.cases.cases import typed
from bot.errors import Refusal
from bot.language.i18n import LANGUAGE_NAMES, _, day
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn
from db.cases import questions, reports
from db.cases.questions import Group
from db.cases.reports import Counted
from handlers.staff.desk import Desk, ShowPage, record

desk = Desk("questions", "viewer")
deciding = Desk("settling", "officer")

#: questions on one page of a list
_PAGE = 8
#: UTF-16 units of a question in a list
_QUOTED = 70
#: ways of asking, or comments, on a page of their own
_WAYS = 4


@dataclass(frozen=True, slots=True)
class SettleThis:
    """A question with all that are like it, or an answer, or a part of it, with what is not right."""

    question: int = 0
    topic: str = ""
    section: str = ""
    reason: str = ""


@desk.command("questions")
@desk.choice("questions")
async def listed(turn: Turn) -> None:
    """List the most frequent ones, numbered as the buttons; who asked is not shown."""
    page = turn.chosen(ShowPage).page
    found = await questions.most_asked(turn.db, _PAGE + 1, page * _PAGE)
    reported = Choice(_("Not right"), "reported")
    if not found:
        turn.say(_("No question is open."), [reported, Choice(_("Back"), "staff")])
        return
    shown = list(enumerate(found[:_PAGE], start=1))
    choices = [Choice(f"{at} {group.text}"[:20].strip(), "question", {"question": group.id}) for at, group in shown]
    if len(found) > _PAGE:
        choices.append(Choice(_("More"), "questions", {"page": page + 1}))
    turn.say(Markdown("\n".join(_line(at, group) for at, group in shown)), [*choices, reported])


def _line(at: int, group: Group) -> Markdown:
    return _("{at}. {count}×: {words}", at=at, count=group.count, words=typed(" ".join(group.text.split()), _QUOTED))


@desk.choice("question")
async def question(turn: Turn) -> None:
    """Show the ways in which it was asked, and the nearest card."""
    found = await _chosen(turn)
    ways = await questions.asked(turn.db, found.key, _WAYS)
    lines = [Markdown(f"“{typed(words, 200)}” · {LANGUAGE_NAMES[language]}") for words, language in ways]
    card = turn.knowledge.card(found.topic, turn.person.language) if found.topic else None
    lines.append(_("Asked {count} times, last on {day}.", count=found.count, day=day(found.last)))
    if card:
        lines.append(_("The nearest card: {title}.", title=card.title))
    settle = Choice(_("Dealt with"), "question-settled", {"question": found.id}, kind="deciding")
    turn.say(Markdown("\n".join(lines)), [settle, Choice(_("Back"), "questions")])


@deciding.choice("question-settled")
async def settle(turn: Turn) -> None:
    """Take it off the list; asked again, it comes back."""
    found = await _chosen(turn)
    count = await questions.settle(turn.db, found.key, turn.now)
    await record(turn, "question.settle", f"question:{found.id}", count=count)
    turn.say(_("Dealt with. If it is asked again, it comes back here."), [Choice(_("Questions"), "questions")])


async def _chosen(turn: Turn) -> Group:
    found = await questions.like(turn.db, turn.chosen(SettleThis).question)
    if found is None:
        raise Refusal(_("That question is settled."), [Choice(_("Back"), "questions")])
    return found


@desk.choice("reported")
async def reported(turn: Turn) -> None:
    """List the answers called not right most often."""
    page = turn.chosen(ShowPage).page
    found = await reports.most_reported(turn.db, _PAGE + 1, page * _PAGE)
    if not found:
        turn.say(_("No answer was called not right."), [Choice(_("Back"), "questions")])
        return
    shown = list(enumerate(found[:_PAGE], start=1))
    choices = [Choice(f"{at} {_title(turn, one)}"[:20].strip(), "report", _about(one)) for at, one in shown]
    if len(found) > _PAGE:
        choices.append(Choice(_("More"), "reported", {"page": page + 1}))
    lines = [_("{at}. {count}×: {words}", at=at, count=one.count, words=_reported(turn, one)) for at, one in shown]
    turn.say(Markdown("\n".join(lines)), [*choices, Choice(_("Back"), "questions")])


@desk.choice("report")
async def report(turn: Turn) -> None:
    """Show what people wrote about one answer, and the way to it."""
    one = await _chosen_report(turn)
    lines = [_reported(turn, one), _("Said {count} times, last on {day}.", count=one.count, day=day(one.last))]
    comments = await reports.comments(turn.db, one.topic, one.section, one.reason, _WAYS)
    lines += [Markdown(f"“{typed(comment, 150)}”") for comment in comments]
    choices = [Choice(_("Dealt with"), "report-settled", _about(one), kind="deciding")]
    if turn.knowledge.card(one.topic, turn.person.language):
        choices.append(Choice(_("Show the answer"), "section" if one.section else "card", _answer(one)))
    turn.say(Markdown("\n".join(lines)), [*choices, Choice(_("Back"), "reported")])


@deciding.choice("report-settled")
async def settle_report(turn: Turn) -> None:
    """Take it off the list; said again, it comes back."""
    one = await _chosen_report(turn)
    count = await reports.settle(turn.db, one.topic, one.section, one.reason, turn.now)
    await record(turn, "report.settle", f"card:{one.topic}", count=count, reason=one.reason)
    turn.say(_("Dealt with. If it is said again, it comes back here."), [Choice(_("Not right"), "reported")])


async def _chosen_report(turn: Turn) -> Counted:
    wanted = turn.chosen(SettleThis)
    found = await reports.counted(turn.db, wanted.topic, wanted.section, wanted.reason)
    if found is None:
        raise Refusal(_("That is settled."), [Choice(_("Back"), "reported")])
    return found


def _reported(turn: Turn, one: Counted) -> Markdown:
    reason = {"figure": _("the figure"), "changed": _("has changed"), "meaning": _("not what was meant")}[one.reason]
    return _("{title}: {reason}", title=_title(turn, one), reason=reason)


def _title(turn: Turn, one: Counted) -> str:
    card = turn.knowledge.card(one.topic, turn.person.language)
    return card.title if card else one.topic


def _about(one: Counted) -> dict[str, str]:
    return {"topic": one.topic, "section": one.section, "reason": one.reason}


def _answer(one: Counted) -> dict[str, str]:
    return {"topic": one.topic, "section": one.section} if one.section else {"topic": one.topic}
