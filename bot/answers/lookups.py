"""Topics answered from the database; the card is the fallback."""

from collections.abc import Awaitable, Callable, Sequence

from bot.reply import Choice
from bot.turn import Turn

#: answers, with what was asked and the greeting to give back, and returns None; or returns choices for the card
Answer = Callable[[Turn, str, str], Awaitable[Sequence[Choice] | None]]

_answers: dict[str, Answer] = {}


def answers(topic: str) -> Callable[[Answer], Answer]:
    """Register a handler that is asked before the card of this topic is shown."""

    def register(answer: Answer) -> Answer:
        _answers[topic] = answer
        return answer

    return register


def is_live(topic: str) -> bool:
    """Whether the database is asked before the card of this topic is shown."""
    return topic in _answers


async def answer(turn: Turn, topic: str, asked: str, hello: str = "") -> Sequence[Choice] | None:
    """Answer from the database, or return what stands above the choices of the card, which is to be shown then."""
    known = _answers.get(topic)
    return await known(turn, asked, hello) if known else ()
