"""Codes that can be said aloud: of signs none of which is read as another."""

from hashlib import sha256
from secrets import choice

_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new(length: int) -> str:
    """So many signs by chance: 8 are one of a million million."""
    return "".join(choice(_SIGNS) for _ in range(length))


def hashed(written: str) -> str:
    """A code as it is kept, however it was written: with or without its dash, in small letters."""
    return sha256("".join(filter(str.isalnum, written.upper())).encode()).hexdigest()
