"""“Not right?” under an answer: ask what is wrong with it, and keep that with the answer."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import ClassVar

from bot.answers.card_page import Read, card_choice
from bot.answers.unanswered import Unanswered
from bot.asking import Question
from bot.cases.cases import number, open_case
from bot.cases.forwarded import Forwarded, content
from bot.cases.opening_hours import deadline
from bot.cases.promises import own_choices, promise
from bot.language.i18n import _, language
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db.cases import case_messages, cases, reports

router = Router("wrong")

#: how long staff wait for the words that may follow a report
_PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Report:
    """The reply with the answer, or the report once it is kept."""

    reply: int = 0
    report: int = 0


@dataclass(frozen=True)
class Explain(Question):
    """What they know of a report that was kept."""

    name: ClassVar[str] = "report-explain"
    report: int


@router.choice("wrong")
async def wrong(turn: Turn) -> None:
    """Ask what is not right, in three taps at most."""
    about = {**asdict(turn.chosen(Read)), "reply": turn.chosen_from}
    choices = [
        Choice(_("The figure"), "wrong-figure", about),
        Choice(_("Not what I meant"), "wrong-meaning", about),
        Choice(_("It has changed"), "wrong-changed", about),
        Choice(_("Cancel"), "wrong-cancel", about, "quiet"),
    ]
    turn.say(_("Thank you for telling. What is not right?"), choices)


@router.choice("wrong-meaning")
async def not_meant(turn: Turn) -> None:
    """Offer the next three topics, as the search missed."""
    await _keep(turn, "meaning")
    cards = [
        card for card in (turn.knowledge.card(topic, language()) for topic in turn.memory[Unanswered].near) if card
    ]
    if cards:
        turn.say(_("Perhaps this?"), [*map(card_choice, cards), _person()])
    else:
        turn.say(_("Please write it once more in other words."), [Choice(_("Menu"), "menu"), _person()])


@router.choice("wrong-figure")
async def mistaken(turn: Turn) -> None:
    """Keep the report that a figure may be wrong."""
    await _ask_for_more(turn, "figure")


@router.choice("wrong-changed")
async def outdated(turn: Turn) -> None:
    """Keep the report that something may have changed."""
    await _ask_for_more(turn, "changed")


async def _ask_for_more(turn: Turn, reason: str) -> None:
    """Keep the report; words or a photo are welcome, not required."""
    report = await _keep(turn, reason)
    turn.ask(Explain(report))
    if await promise(turn) is None:
        turn.say(_("Noted, with the answer. If you know what is right, write it here. Ask the office before you pay."))
        return
    await turn.later(_PATIENCE, "report-alone", report=report)
    skip = Choice(_("Skip"), "wrong-skip", {"report": report}, "quiet")
    turn.say(_("Will you write what you know, or send a photo of it?"), [skip])


@router.choice("wrong-skip")
async def skip(turn: Turn) -> None:
    """Send the report to staff without words."""
    await _pass_on(turn, turn.chosen(Report).report, Forwarded(""))


@router.job("report-alone")
async def alone(turn: Turn) -> None:
    """Send the report to staff, as they said nothing more."""
    report = int(turn.inbound.args["report"])
    if Explain.read(turn.memory.still_asks(turn.now)) == Explain(report):
        turn.memory.asks = ""
    await _pass_on(turn, report, Forwarded(""))


@router.choice("wrong-cancel")
async def cancel(turn: Turn) -> None:
    """Keep no report."""
    turn.say(_("All right."))


@router.answer(Explain, lambda turn: turn.inbound.kind in ("text", "photo", "file", "voice") and not _is_sure(turn))
async def explain(turn: Turn, asked: Explain) -> None:
    """Add the words or the photo after a report, unless they are a question of their own."""
    sent = await content(turn)
    if not isinstance(sent, Forwarded):
        turn.say(sent)
        return
    await reports.comment(turn.db, asked.report, sent.words)
    await _pass_on(turn, asked.report, sent)


def _is_sure(turn: Turn) -> bool:
    """Whether the words are a question of their own."""
    return turn.found is not None and turn.understood.outcome == "sure"


async def _pass_on(turn: Turn, report: int, sent: Forwarded) -> None:
    """Give the report to staff, once; the person is told the outcome."""
    promised, open_already = await promise(turn), await cases.of_report(turn.db, report)
    if open_already and (sent.words or sent.file):
        await case_messages.add(turn.db, open_already.id, sent.words, turn.id, turn.now, file=sent.file)
    if promised is None or open_already:
        if turn.inbound.kind != "job":
            turn.say(_("Noted. Thank you."))
        return
    topic = await reports.topic(turn.db, report)
    case = await open_case(turn, "report", sent.words, promised.at, sent.file, report, topic)
    text = _("Noted and passed on to staff as {case}. You hear the outcome here.", case=number(case))
    if promised.at:
        text = _(
            "Noted and passed on to staff as {case}. You hear the outcome here, {deadline} at the latest.",
            case=number(case),
            deadline=deadline(promised.at, turn.now),
        )
    until_then = _("Until then, ask the office before you pay.")
    turn.say(Markdown(f"{text}\n{until_then}"), own_choices(case))


async def _keep(turn: Turn, reason: str) -> int:
    about, reply = turn.chosen(Read), turn.chosen(Report).reply
    return await reports.add(turn.db, turn.id, reply, about.topic, about.section, reason, turn.now)


def _person() -> Choice:
    return Choice(_("Ask a person"), "person", rank="quiet")
