"""Ask for a person: from under an answer with what was asked, or by saying so and then writing it."""

from dataclasses import dataclass
from typing import ClassVar

from bot.answers.card_page import Read
from bot.asking import Question
from bot.cases.cases import open_case
from bot.cases.forwarded import Forwarded, content
from bot.cases.opening_hours import deadline
from bot.cases.promises import HUMAN, asks_for_person, confirm, give_up, is_answer, known, nobody, promise
from bot.fragments import asked_the_same, same_text
from bot.language.i18n import _, speaking
from bot.router import Router
from bot.turn import Turn
from db.cases import cases, questions

router = Router("person", private=True)

#: characters of a question that are kept while nobody can answer it
_KEPT = 300


@dataclass(frozen=True)
class SayWhatYouNeed(Question):
    name: ClassVar[str] = "person"


@router.choice("person")
async def person(turn: Turn) -> None:
    """Pass on what was asked; where the person said nothing yet, ask for their words first."""
    said = turn.chosen(Forwarded)
    if said.words or said.file:
        await _open(turn, said, "question", kept=not said.turn)
    else:
        await _invite(turn)


@router.when(lambda turn: _wants_person(turn))
async def wanted(turn: Turn) -> None:
    """Take a message that asks for a person."""
    with speaking((turn.found and turn.found.language) or turn.person.language):
        await _invite(turn)


def _wants_person(turn: Turn) -> bool:
    if turn.choice:
        return turn.choice.name == "card" and turn.chosen(Read).topic == HUMAN
    return not turn.asks and turn.inbound.kind == "text" and asks_for_person(turn)


@router.answer(SayWhatYouNeed, is_answer)
async def write(turn: Turn, asked: SayWhatYouNeed) -> None:
    """Pass on what they need, in their words, or a photo or a voice note of it."""
    taken = await content(turn)
    if isinstance(taken, Forwarded):
        await _open(turn, taken, "talk")
        return
    turn.ask(asked)
    turn.say(taken, [give_up()])


@router.choice("person-not")
async def not_now(turn: Turn) -> None:
    """Pass nothing on."""
    turn.say(_("All right."))


async def _invite(turn: Turn) -> None:
    """Ask for the words, with the promise, and the hours where nobody is there."""
    promised = await promise(turn)
    if promised is None:
        await nobody(turn)
        return
    turn.ask(SayWhatYouNeed())
    if promised.at is None:
        text = _("All right. Write what you need; the answer comes here.")
    elif promised.hours:
        text = _(
            "All right. Staff are there {hours}. Write what you need now; the answer comes {deadline} at the latest.",
            hours=promised.hours,
            deadline=deadline(promised.at, turn.now),
        )
    else:
        text = _(
            "All right. Write what you need; the answer comes here {deadline} at the latest.",
            deadline=deadline(promised.at, turn.now),
        )
    turn.say(text, [give_up()])


async def _open(turn: Turn, asked: Forwarded, kind: str, kept: bool = False) -> None:
    """Open a case, unless the same one waits already; `kept` says that the question is among the unanswered ones."""
    promised = await promise(turn)
    if promised is None:
        if asked.words and not kept:
            words, spoken = asked.words[:_KEPT], turn.person.language
            await questions.add(turn.db, turn.id, words, asked_the_same(words), spoken, "unknown", None, turn.now)
        await nobody(turn)
        return
    for case in await cases.unfinished(turn.db, turn.person.address_id):
        if (same_text(case.words), case.file) == (same_text(asked.words), asked.file):
            known(turn, case)
            return
    case_id = await open_case(turn, kind, asked.words, promised.at, asked.file)
    confirm(turn, case_id, promised)
