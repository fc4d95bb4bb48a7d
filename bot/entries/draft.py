"""What a member has entered so far, of something new or as changes to what is stored."""

from dataclasses import asdict, dataclass, field
from typing import ClassVar, Self

from bot.asking import Question
from bot.fields import Values
from bot.memory import Slot
from bot.turn import Turn


@dataclass(frozen=True)
class EnterField(Question):
    """The field that the draft stands at."""

    name: ClassVar[str] = "entry"


@dataclass(frozen=True, slots=True)
class OfEntry:
    """What a choice is about that is offered while something is entered, or below what is stored."""

    #: the noun, and what is stored of it, 0 for none
    of: str = "exhibition"
    id: int = 0
    #: how it was when the choice was offered: the mark of the draft, or how often what is stored was changed
    mark: int = 0
    sequence: int = -1
    #: the field, or the language, that shall be different
    field: str = ""
    language: str = ""
    #: of something new, where it takes place, and whether what is not finished is given up
    exhibition: int = 0
    anew: bool = False
    #: which news people are to hear
    news: str = ""


@dataclass(slots=True)
class Entering(Slot):
    """What a conversation of staff remembers of it: the draft as a dict, assigned as a whole; empty for none."""

    draft: Values = field(default_factory=dict)


@dataclass(slots=True)
class Draft:
    #: the noun, such as `exhibition`
    of: str
    #: what is stored and is to be changed, and its sequence when that began; 0 for something new
    id: int = 0
    sequence: int = 0
    #: the field that is asked for; empty once everything was asked
    step: str = ""
    #: only this field is asked for, or only the texts in this language
    only: str = ""
    language: str = ""
    #: everything of something new; of what is stored, what is different
    answers: Values = field(default_factory=dict)
    #: the turn that last went on with it: choices of earlier ones are of an earlier question
    mark: int = 0
    #: answers in a row to the same question that were none
    misses: int = 0

    @classmethod
    def kept(cls, turn: Turn) -> Self | None:
        """Load the draft that this conversation remembers."""
        draft = turn.memory[Entering].draft
        return cls(**draft) if draft else None

    def remember(self, turn: Turn) -> None:
        """Keep the draft; the question stays the same."""
        turn.memory[Entering].draft = asdict(self)

    def ask(self, turn: Turn) -> None:
        """Keep the draft with a question of this turn: choices of earlier questions no longer count."""
        self.mark = turn.id
        self.remember(turn)
