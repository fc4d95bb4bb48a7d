"""What Telegram says when it does not send, in the words of every channel."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from telegram.error import BadRequest, ChatMigrated, Conflict, EndPointNotFound, Forbidden, InvalidToken, RetryAfter

from bot.channel import Blocked, Later, Moved, Refused, Unreached
from bot.channels.telegram.request import NotConnected

#: seconds between tries of what only a person can put right
SLOW = 60.0
#: Telegram no longer knows the chat (it says so with 400 as well as with 403)
_UNREACHABLE = re.compile(r"chat not found|peer_id_invalid|user not found|user is deactivated", re.IGNORECASE)
_TOPIC_CLOSED = re.compile(r"topic.(closed|deleted|not.found|id.invalid)|thread.not.found", re.IGNORECASE)


class TopicClosed(Refused):
    """The topic of a group takes no messages any more: nothing was sent."""


@contextmanager
def told(say: Callable[[Exception], None]) -> Iterator[None]:
    """Raise what `bot.channel.Channel.send` may, or `TopicClosed`; `say` gets what only a person can put right."""
    try:
        yield
    except RetryAfter as error:
        raise Later(float(error.retry_after)) from None  # type: ignore[arg-type]
    except (InvalidToken, EndPointNotFound, Conflict) as error:
        say(error)
        raise Later(SLOW) from None
    except NotConnected as error:
        raise Unreached(error.message) from None
    except ChatMigrated as error:
        raise Moved(str(error.new_chat_id)) from None
    except Forbidden as error:
        raise Blocked(error.message) from None
    except BadRequest as error:
        if _TOPIC_CLOSED.search(error.message):
            raise TopicClosed(error.message) from None
        raise (Blocked if _UNREACHABLE.search(error.message) else Refused)(error.message) from None


def is_final(error: BadRequest) -> bool:
    """Whether another form of the message would be refused as well."""
    return bool(_UNREACHABLE.search(error.message) or _TOPIC_CLOSED.search(error.message))
