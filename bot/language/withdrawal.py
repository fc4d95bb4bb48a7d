"""What may take back the consent to announcements: never passed over, see `handlers/interests.py`."""

from bot.knowledge.words import words
from bot.language.courtesy import without_courtesy
from bot.language.listening import listed


def may_withdraw(text: str) -> bool:
    """Whether a word for "stop" is in it, or it refuses what is sent: `jangan kirim lagi`."""
    return not listed("commands.stop").isdisjoint(words(text)) or _refuses(text)


def likely_withdraws(text: str) -> bool:
    """Whether it begins with a word for "stop", or refuses what is sent, so that it is no plain answer either."""
    return not listed("commands.stop").isdisjoint(without_courtesy(text)[:1]) or _refuses(text)


def _refuses(text: str) -> bool:
    said = words(text)

    def has(part: str) -> bool:
        return not listed(f"withdrawal.{part}").isdisjoint(said)

    return has("sending") and (has("refusing") or (has("declining") and has("again")))
