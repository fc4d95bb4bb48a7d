"""Photos and documents that visitors send: known by what is in them, never by what they are called."""

from collections.abc import AsyncIterator

#: bytes of a photo or a document
LARGEST = 5_000_000
_ENOUGH = 16


def kind_of(beginning: bytes) -> str | None:
    """`photo` (JPEG, PNG, WebP) or `document` (PDF), None for anything else, from the first 16 bytes."""
    if beginning.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return "photo"
    if beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP":
        return "photo"
    return "document" if beginning.startswith(b"%PDF-") else None


class TooLarge(Exception):
    """More than `LARGEST` bytes."""


async def measured(stream: AsyncIterator[bytes]) -> tuple[str | None, int]:
    """The kind and size (bytes) of what comes in, which is not kept; stops as soon as it is too large or unknown."""
    beginning, size = b"", 0
    async for chunk in stream:
        size += len(chunk)
        if size > LARGEST:
            raise TooLarge
        if len(beginning) < _ENOUGH:
            beginning += chunk[:_ENOUGH]
            if len(beginning) >= _ENOUGH and kind_of(beginning) is None:
                return None, size
    return kind_of(beginning), size
