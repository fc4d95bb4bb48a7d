"""Slips of the fingers: how alike a written word and a known one are."""

from collections.abc import Collection

from rapidfuzz.distance import OSA, Indel

#: how much of two words must be the same for one to be a slip of the other, and letters of the shortest such word
_ALIKE, _SHORTEST = 0.8, 4
#: letters beyond which a word may hold one slip more
_LONG = (7, 12)


def is_slip(written: str, known: str) -> bool:
    """Whether letters added, lost, replaced or swapped with their neighbour make one word of the other: one, in a word
    of more than 7 letters two, of more than 12 three."""
    most = 1 + sum(len(known) > long for long in _LONG)
    return OSA.distance(written, known, score_cutoff=most) <= most


def likeness(written: str, known: str) -> float:
    """How much of two words is the same, from 0 to 1; 0 where it is no slip, and for short words nothing or all."""
    if written == known:
        return 1.0
    if min(len(written), len(known)) < _SHORTEST or written.isdigit() or not is_slip(written, known):
        return 0.0
    found = in_common(written, known)
    return found if found >= _ALIKE else 0.0


def in_common(one: str, other: str) -> float:
    """How much of two words is the same, from 0 to 1."""
    return Indel.normalized_similarity(one, other)


def closest(word: str, known: Collection[str]) -> str:
    """The known word that this one is, but for a slip behind its first letter; empty for none."""
    near = {one: likeness(word, one) for one in known if len(one) > _SHORTEST and one[0] == word[0]}
    best = max(near, key=near.__getitem__, default="")
    return best if near.get(best) else ""
