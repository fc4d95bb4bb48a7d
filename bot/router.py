"""Find the handler of a turn: the first whose rule fits, in the order of the page that lists them."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cache, wraps

from bot.inbound import InboundKind
from bot.language.courtesy import without_courtesy
from bot.language.listening import listed, tables
from bot.private_chat import Handler, in_private
from bot.turn import Asked, Turn

Rule = Callable[[Turn], bool]
#: a handler of answers, with what was asked
Taker = Callable[[Turn, Asked], Awaitable[None]]

#: every word that is a command where it stands alone, whoever writes it
_commands: set[str] = set()


@dataclass(frozen=True, slots=True)
class Route:
    #: such as `ask.ask`: what the turn's row keeps
    name: str
    rule: Rule
    handler: Handler
    #: of most routes: that only a `choice`, or a `job`, can be theirs; their rule need not be asked about anything else
    only: str = ""


class Router:
    """The handlers of one file."""

    def __init__(self, name: str, private: bool = False) -> None:
        """`private` handlers ask for, show or change what is somebody's own, and never in a group."""
        self.name = name
        self.private = private
        self.routes: list[Route] = []

    def when(self, rule: Rule, only: str = "") -> Callable[[Handler], Handler]:
        """Take the turns for which `rule` holds."""

        def register(handler: Handler) -> Handler:
            taken = in_private(handler) if self.private else handler
            self.routes.append(Route(f"{self.name}.{handler.__name__}", rule, taken, only))
            return handler

        return register

    def command(self, *names: str) -> Callable[[Handler], Handler]:
        """Take `/name`, and the bare word as a whole message."""
        known = {word for name in names for word in words_for(name)}
        _commands.update(known)
        return self.when(
            lambda turn: (
                (turn.inbound.kind == "command" and turn.inbound.name in known)
                or (turn.inbound.kind == "text" and not turn.choice and is_command(turn.text, *names))
            )
        )

    def choice(self, *names: str) -> Callable[[Handler], Handler]:
        """Take a choice of this name, tapped or typed."""
        return self.when(lambda turn: turn.choice is not None and turn.choice.name in names, "choice")

    def answer(self, question: type[Asked], rule: Rule = lambda _turn: True) -> Callable[[Taker[Asked]], Handler]:
        """Take what answers this question, as far as `rule` holds; the handler gets what was asked."""

        def register(handler: Taker[Asked]) -> Handler:
            @wraps(handler)
            async def answered(turn: Turn) -> None:
                if asked := turn.asked(question):
                    await handler(turn, asked)

            return self.when(lambda turn: turn.asked(question) is not None and rule(turn))(answered)

        return register

    def kind(self, *kinds: InboundKind) -> Callable[[Handler], Handler]:
        return self.when(lambda turn: turn.inbound.kind in kinds)

    def job(self, name: str) -> Callable[[Handler], Handler]:
        return self.when(lambda turn: turn.inbound.kind == "job" and turn.inbound.name == name, "job")

    def anything(self) -> Callable[[Handler], Handler]:
        return self.when(lambda _turn: True)


def is_command(text: str, *names: str) -> bool:
    """The word of a message of one word, without punctuation and courtesy: `Menu dong kak!` is `menu`; else empty."""
    said = " ".join(without_courtesy(text))
    return any(said in words_for(name) for name in names) if names else said in _commands or said in listed("commands")


@cache
def words_for(name: str) -> frozenset[str]:
    """The words for a command in `listening.toml`, and its name: none of these is an answer to a question."""
    return (listed(f"commands.{name}") if name in tables("commands") else frozenset()) | {name}


def find(routers: Iterable[Router], turn: Turn) -> Route:
    """Find the first route that fits; the last route of the product takes anything."""
    may = ("", "choice") if turn.choice else ("", "job") if turn.inbound.kind == "job" else ("",)
    return next(route for router in routers for route in router.routes if route.only in may and route.rule(turn))
