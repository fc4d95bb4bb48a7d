"""People write in pieces: recognise words that only open a conversation, and the same thing said again."""

import hashlib
import re

from bot.knowledge.words import words
from bot.language.courtesy import opens_only
from bot.language.listening import listed

_WORD = re.compile(r"[\w']+")


def is_nudge(text: str) -> bool:
    """Whether a text only asks if anybody is there."""
    return opens_only(text) or not _WORD.search(text)


def asked_the_same(text: str) -> str:
    """Reduce a question to what is equal where only case, punctuation, accents and courtesy differ."""
    said, courtesy = words(text), listed("courtesy")
    return " ".join([word for word in said if word not in courtesy] or said) or same_text(text)


def same_text(text: str) -> str:
    """Make a short mark by which the same text is known again, without keeping the words."""
    words = " ".join(_WORD.findall(text.lower())) or text.strip()
    return hashlib.blake2b(words.encode(errors="replace"), digest_size=8).hexdigest()
