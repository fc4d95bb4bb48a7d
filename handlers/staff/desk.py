"""The desk: every handler of this folder is registered at one, which refuses whoever's role is too small."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ClassVar, Self

from bot.asking import Question
from bot.errors import Refusal
from bot.language.i18n import _
from bot.private_chat import Handler
from bot.reply import Choice
from bot.router import Router, Rule, Taker, is_command, words_for
from bot.turn import Asked, Turn
from db.people.people import Known
from db.people.staff import ROLES
from db.privacy import audit


@dataclass(frozen=True, slots=True)
class ShowPage:
    """Which page of a list, counted from 0, or how many lines stand on those before it."""

    page: int = 0
    skip: int = 0


@dataclass(frozen=True)
class CallMe(Question):
    """How owners and colleagues shall call a member."""

    name: ClassVar[str] = "staff-name"


@dataclass(frozen=True)
class Decide(Question):
    """What an office decides for one of its fields: for `contact`, of one area."""

    name: ClassVar[str] = "office"
    field: str = "contact"
    area: str = ""

    @classmethod
    def read(cls, kept: str) -> Self | None:
        """Read it also as it was kept before: `office-hours`."""
        return super().read(kept.replace("office-", "office:", 1))


def is_answer(turn: Turn) -> bool:
    """Whether a message is no word that leads out of what was asked."""
    return not is_command(turn.text, "menu", "cancel")


def cancels(turn: Turn) -> bool:
    """Whether a message ends what was asked without an answer."""
    return is_command(turn.text, "cancel")


class Desk(Router):
    """The handlers of one file that need the same role."""

    def __init__(self, name: str, role: str) -> None:
        """`role` is the least that may: `viewer`, `officer` or `admin`."""
        super().__init__(name, private=True)
        self.role = role

    def when(self, rule: Rule, only: str = "") -> Callable[[Handler], Handler]:
        """Take the turns for which `rule` holds, and refuse whoever may not."""
        register = super().when(rule, only)

        def guard(handler: Handler) -> Handler:
            @wraps(handler)
            async def guarded(turn: Turn) -> None:
                """Refuse whoever's role is too small."""
                insist(turn.person, self.role)
                await handler(turn)

            return register(guarded)

        return guard

    def answer(
        self, question: type[Asked], rule: Rule = is_answer, onward: Callable[[Asked], Choice] | None = None
    ) -> Callable[[Taker[Asked]], Handler]:
        """Take what answers this question; a word that cancels ends it where the way `onward` from there is named."""
        answer = super().answer
        if onward:

            @answer(question, cancels)
            async def cancel(turn: Turn, asked: Asked) -> None:
                """Change nothing."""
                turn.say(_("All right, nothing is changed."), [onward(asked)])

        return answer(question, rule)

    def command(self, *names: str) -> Callable[[Handler], Handler]:
        """Take `/name` from anybody, who may be refused, and the bare word only from staff; owners mean a question."""
        return self.when(
            lambda turn: (
                (turn.inbound.kind == "command" and any(turn.inbound.name in words_for(name) for name in names))
                or (
                    bool(turn.person.role)
                    and not (turn.memory.case or turn.choice)
                    and turn.inbound.kind == "text"
                    and is_command(turn.text, *names)
                )
            )
        )


async def record(turn: Turn, act: str, about: str, /, **details: object) -> None:
    """Note in the audit trail what a member did to which thing, such as `case:207`."""
    await audit.note(turn.db, turn.person.staff_id, act, about, turn.now, **details)


def may(person: Known, role: str) -> bool:
    """Whether a person has this role, or one that may do more."""
    return person.role in ROLES[: ROLES.index(role) + 1]


def insist(person: Known, role: str) -> None:
    """Refuse, kindly, whoever may not."""
    if may(person, role):
        return
    if person.role:
        raise Refusal(_("Your role does not include this; an administrator can change that."))
    raise Refusal(_("That is for the office's staff. I can help you with questions."), [Choice(_("Menu"), "menu")])
