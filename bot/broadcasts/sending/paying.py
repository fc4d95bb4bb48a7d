"""What Telegram charges where an announcement leaves faster than it takes for nothing."""

import math
from collections.abc import Mapping

from bot.broadcasts.audience.wording import duration
from bot.language.i18n import _, number
from bot.language.markdown import Markdown

#: Telegram Stars for a message above the usual number a second (core.telegram.org/bots/faq, "paid broadcasts")
PER_MESSAGE = 0.1


def stars(counts: Mapping[str, int]) -> int:
    """Compute the most Stars it may cost; `counts` are people by channel."""
    return math.ceil(counts.get("telegram", 0) * PER_MESSAGE)


def price(counts: Mapping[str, int], speed: int) -> Markdown:
    """Say how many Stars at most, and how long it takes at `speed` messages a second."""
    return _(
        "At {speed} a second it takes {time}. For that Telegram charges at most {stars} Stars, 0.1 for a message above"
        " 30 a second, from the bot's own balance.",
        speed=number(speed),
        time=duration(counts.get("telegram", 0) / speed),
        stars=number(stars(counts)),
    )
