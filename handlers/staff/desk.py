"""The desk: every handler of this folder is registered at one, and a desk lets nobody through whose role may not."""

from collections.abc import Callable
from functools import wraps

from bot.errors import Refusal
from bot.language.i18n import _
from bot.reply import Choice
from bot.router import Handler, Router, Rule, bare_word
from bot.turn import Turn
from db.people.people import Known
from db.people.staff import ROLES

#: words that end a question without an answer
CANCEL = ("batal", "cancel")


class Desk(Router):
    """The handlers of one file that need the same role."""

    def __init__(self, name: str, role: str) -> None:
        """`role` is the least that may: `viewer`, `officer` or `admin`."""
        super().__init__(name)
        self.role = role

    def when(self, rule: Rule, only: str = "") -> Callable[[Handler], Handler]:
        """Take the turns for which `rule` holds, and refuse whoever may not."""
        register = super().when(rule, only)

        def guard(handler: Handler) -> Handler:
            @wraps(handler)
            async def guarded(turn: Turn) -> None:
                """Nothing happens for whoever may not."""
                insist(turn.person, self.role)
                await handler(turn)

            return register(guarded)

        return guard

    def command(self, *names: str) -> Callable[[Handler], Handler]:
        """`/name` from anybody, who may be refused; the bare word only from staff: of an owner it is a question."""
        return self.when(
            lambda turn: (
                (turn.inbound.kind == "command" and turn.inbound.name in names)
                or (
                    bool(turn.person.role)
                    and not (turn.memory.case or turn.choice)
                    and turn.inbound.kind == "text"
                    and bare_word(turn.text) in names
                )
            )
        )


def answers(turn: Turn, what: str) -> bool:
    """Whether this is the answer to `what` staff were asked: not a word that leads out of it."""
    return turn.asks.startswith(what) and bare_word(turn.text) not in ("menu", *CANCEL)


def may(person: Known, role: str) -> bool:
    """Whether they have this role, or one that may more."""
    return person.role in ROLES[: ROLES.index(role) + 1]


def insist(person: Known, role: str) -> None:
    """Refuse, kindly, whoever may not."""
    if may(person, role):
        return
    if person.role:
        raise Refusal(_("Your role does not include this; an administrator can change that."))
    raise Refusal(_("That is for the office's staff. I can help you with questions."), [Choice(_("Menu"), "menu")])
