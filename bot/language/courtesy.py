"""Courtesy: what is said around a message, greetings that open one, and thanks."""

import re
from functools import cache, lru_cache

from bot.knowledge.words import words
from bot.language.listening import listed

#: words of the longest message that only opens a conversation, and that only thanks
_OPENING, _THANKING = 7, 8
#: texts that are remembered: many rules ask of one and the same
_LATELY = 64
#: lists of what may stand around a command
_AROUND = ("address", "please", "greetings", "grateful", "thanks", "nods")
_SALAM = re.compile(r"\bas+al+am+u?\W*al+a?i?k+um|^\W*salam\b|\bass?kum\b|\bass?wr", re.IGNORECASE)
_SAMPURASUN = re.compile(r"\bsampura?sun\b", re.IGNORECASE)


@lru_cache(_LATELY)
def opens_only(text: str) -> bool:
    """True for a text that greets or calls but asks nothing yet: `kak`, `p`, `mau nanya`, `halo?`."""
    said = words(text)
    return 0 < len(said) <= _OPENING and _all(said, "address", "greetings", "asking")


def is_courtesy(text: str) -> bool:
    """True for a greeting or thanks that is no name: `halo kak`, but not `Abdi`."""
    return (opens_only(text) or is_thanks(text)) and not listed("names.courteous").issuperset(words(text) or [""])


@lru_cache(_LATELY)
def is_thanks(text: str) -> bool:
    """True for thanks and nothing else: `makasih ya kak`, `nuhun pisan`, folded hands."""
    said = words(text)
    if not said:
        return "🙏" in text or "👍" in text
    thanks = not listed("courtesy.grateful").isdisjoint(said) and len(said) <= _THANKING
    return thanks and _all(said, "address", "please", "grateful", "thanks", "nods", "reasons")


def greeting(text: str) -> str:
    """`salam`, `sampurasun` or nothing: greetings that are given back in kind."""
    if _SALAM.search(text):
        return "salam"
    return "sampurasun" if _SAMPURASUN.search(text) else ""


@lru_cache(_LATELY)
def without_courtesy(text: str) -> tuple[str, ...]:
    """The words of a message in small letters, without the courtesy around them; all where there is nothing else."""
    said = words(text)
    return tuple(word for word in said if word not in _lists(*_AROUND)) or tuple(said)


def bare_word(text: str) -> str:
    """A message of one word, without the punctuation and courtesy around it: `Menu dong kak!` is `menu`."""
    said = without_courtesy(text)
    return said[0] if len(said) == 1 else ""


def _all(said: list[str], *parts: str) -> bool:
    return _lists(*parts).issuperset(said)


@cache
def _lists(*parts: str) -> frozenset[str]:
    return frozenset().union(*(listed(f"courtesy.{part}") for part in parts))
