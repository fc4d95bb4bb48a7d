"""What people write around an answer, as in `di Coblong kak`."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping

from bot.knowledge.words import cut, words
from bot.language.listening import listed
from bot.language.slips import likeness

#: the difference between two likenesses that are as good
_SAME = 0.1


def figures(text: str) -> str:
    """Cut a text to the length of an answer, in small letters, with every script's figures as 0 to 9."""
    plain = unicodedata.normalize("NFKC", cut(text)).lower()
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in plain)


def bare(text: str) -> list[str]:
    """List the words without the courtesies around them; all words where there is nothing else."""
    said = words(figures(text))
    return [word for word in said if word not in listed("answers.around")] or said


def squashed(said: Iterable[str]) -> str:
    """Join words to one: a space too many or too few makes no difference."""
    return "".join(said)


def meant(text: str, labels: Mapping[str, str]) -> list[str]:
    """List the codes of the labels that a text most likely means.

    Its words are those of the label, except for a slip; the whole label is surely meant.
    """
    said = bare(text)
    named = {code: [word.removeprefix("rp") or word for word in words(label)] for code, label in labels.items()}
    whole = [code for code, its in named.items() if squashed(its) in (squashed(said), squashed(words(figures(text))))]
    if whole:
        return whole[:1]
    wanted = [word.removeprefix("rp") or word for word in said]
    scores = {code: _shared(wanted, its) for code, its in named.items()}
    best = max(scores.values(), default=0.0)
    return [code for code, score in scores.items() if score and score > best - _SAME]


def _shared(said: Collection[str], label: Collection[str]) -> float:
    content = [word for word in label if word not in listed("answers.hollow")]
    return sum(max((likeness(word, its) for its in content), default=0.0) for word in dict.fromkeys(said))
