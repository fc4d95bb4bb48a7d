"""What people ask and the cards do not say: questions by how often they come, and answers called not right."""

from bot.cases import typed
from bot.errors import Refusal
from bot.i18n import _, day
from bot.markdown import Markdown, escape
from bot.reply import Choice
from bot.turn import Turn
from db import audit, questions, reports
from db.questions import Group
from db.reports import Counted
from handlers.staff.desk import Desk

desk = Desk("questions", "viewer")
deciding = Desk("settling", "officer")

#: on one page of a list; UTF-16 units of a question in it
_PAGE, _QUOTED = 8, 70


@desk.command("pertanyaan", "questions")
@desk.choice("questions")
async def listed(turn: Turn) -> None:
    """The most frequent ones, numbered as the buttons; who asked is not shown."""
    page = int(turn.choice.args.get("page", 0)) if turn.choice else 0
    found = await questions.most_asked(turn.db, _PAGE + 1, page * _PAGE)
    reported = Choice(_("Not right"), "reported")
    if not found:
        turn.say(_("No question is open."), [reported, Choice(_("Back"), "staff")])
        return
    lines = [_line(at, group) for at, group in enumerate(found[:_PAGE], start=page * _PAGE + 1)]
    choices = [
        Choice(f"{at} {group.text}"[:20].strip(), "question", {"question": group.id})
        for at, group in enumerate(found[:_PAGE], start=page * _PAGE + 1)
    ]
    if len(found) > _PAGE:
        choices.append(Choice(_("More"), "questions", {"page": page + 1}))
    turn.say(Markdown("\n".join(lines)), [*choices, reported])


def _line(at: int, group: Group) -> Markdown:
    return _("{at}. {count}×: {words}", at=at, count=group.count, words=typed(" ".join(group.text.split()), _QUOTED))


@desk.choice("question")
async def question(turn: Turn) -> None:
    """The ways in which it was asked, and the nearest card."""
    key = await _chosen(turn)
    lines = [Markdown(f"“{typed(words, 200)}”") for words in await questions.asked(turn.db, key, 4)]
    if not lines:
        raise Refusal(_("That question is settled."), [Choice(_("Back"), "questions")])
    found = next((one for one in await questions.most_asked(turn.db, 1000, 0) if one.key == key), None)
    if found:
        card = turn.knowledge.card(found.topic, turn.person.language) if found.topic else None
        lines.append(_("Asked {count} times, last on {day}.", count=found.count, day=day(found.last)))
        if card:
            lines.append(_("The nearest card: {title}.", title=card.title))
    assert turn.choice is not None
    settle = Choice(_("Dealt with"), "question-settled", turn.choice.args, kind="deciding")
    turn.say(Markdown("\n".join(lines)), [settle, Choice(_("Back"), "questions")])


@deciding.choice("question-settled")
async def settle(turn: Turn) -> None:
    """It leaves the list; asked again, it comes back."""
    assert turn.choice is not None
    count = await questions.settle(turn.db, await _chosen(turn), turn.now)
    if not count:
        raise Refusal(_("That question is settled."), [Choice(_("Back"), "questions")])
    about = f"question:{turn.choice.args['question']}"
    await audit.note(turn.db, turn.person.staff_id, "question.settle", about, turn.now, count=count)
    turn.say(_("Dealt with. If it is asked again, it comes back here."), [Choice(_("Questions"), "questions")])


@desk.choice("reported")
async def reported(turn: Turn) -> None:
    """The answers called not right most often, with one of the comments."""
    found = await reports.most_reported(turn.db, 10)
    if not found:
        turn.say(_("No answer was called not right."), [Choice(_("Back"), "questions")])
        return
    turn.say(Markdown("\n".join(_reported(turn, one) for one in found)), [Choice(_("Back"), "questions")])


def _reported(turn: Turn, one: Counted) -> Markdown:
    reason = {"figure": _("the figure"), "changed": _("has changed"), "meaning": _("not what was meant")}[one.reason]
    card = turn.knowledge.card(one.topic, turn.person.language)
    title = escape(card.title if card else one.topic)
    if one.comment:
        comment = typed(" ".join(one.comment.split()), 60)
        return _(
            "{count}× {title}: {reason}. “{comment}”", count=one.count, title=title, reason=reason, comment=comment
        )
    return _("{count}× {title}: {reason}", count=one.count, title=title, reason=reason)


async def _chosen(turn: Turn) -> str:
    assert turn.choice is not None
    key = await questions.key_of(turn.db, int(turn.choice.args["question"]))
    if key is None:
        raise Refusal(_("That question is settled."), [Choice(_("Back"), "questions")])
    return key
