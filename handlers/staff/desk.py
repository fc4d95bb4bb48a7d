"""The desk: every handler of this folder is registered at one, which refuses whoever's role is too small."""

from collections.abc import Callable
from functools import wraps

from bot.errors import Refusal
from bot.language.i18n import _
from bot.private_chat import Handler
from bot.reply import Choice
from bot.router import Router, Rule, is_command, words_for
from bot.turn import Turn
from db.people.people import Known
from db.people.staff import ROLES

#: words that end a question without an answer
CANCEL = words_for("cancel")


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


def answers(turn: Turn, what: str) -> bool:
    """Whether this answers `what` a member was asked, and is no word that leads out of it."""
    return turn.asks.startswith(what) and not is_command(turn.text, "menu", "cancel")


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
