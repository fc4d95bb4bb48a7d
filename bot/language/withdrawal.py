"""What may take back the consent to announcements: never passed over, see `handlers/interests.py`."""

from bot.knowledge.words import words
from bot.language.listening import listed


def may_withdraw(text: str) -> bool:
    """Whether a word for "stop" is in it, or it refuses what is sent: `jangan kirim lagi`."""
    return not listed("commands.stop").isdisjoint(words(text)) or refuses_messages(text)


def refuses_messages(text: str) -> bool:
    """Whether it refuses what is sent, without a word for "stop"."""
    said = words(text)

    def has(part: str) -> bool:
        return not listed(f"withdrawal.{part}").isdisjoint(said)

    return has("sending") and (has("refusing") or (has("declining") and has("again")))
