"""What a conversation remembers of questions that are not answered well yet."""

from dataclasses import dataclass, field

from bot.memory import Slot


@dataclass(slots=True)
class Unanswered(Slot):
    #: questions in a row that found no answer
    misses: int = 0
    #: which sentence the last of them got: it is not said twice in a row
    missed: str = ""
    #: the question that is being narrowed down by choices
    unsure: str = ""
    #: the topics that came next after the one last shown: what "not what I meant" offers
    near: list[str] = field(default_factory=list)
    #: a language the switch to was offered
    offered: str = ""
