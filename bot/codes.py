"""Codes that only this installation can make: what the QR of a ticket and of a certificate carries."""

import hmac
import re
import secrets
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

#: bytes of the seal: 80 bits
_SEAL = 10
_CODE = re.compile(r"([0-9A-Z]+)-(\d+)-([2-7A-Z]{16})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a code is for: `payload` stands before it in `/start`, its page is below `path`."""

    payload: str
    path: str


class Codes:
    """`key` gives any text that stays secret and the same, asked for at first need; without it, the codes are good as
    long as the process runs. `public_url` is where the internet reaches this server."""

    def __init__(self, key: Callable[[], str] = secrets.token_hex, public_url: str | None = None) -> None:
        self._source = key
        self._public_url = public_url

    def code(self, kind: Kind, number: str) -> str:
        """Make a code: `DPJ27-0042` and its seal, with the payload before it at most 64 of A-Z, 0-9, `-` and `_`."""
        return f"{number}-{self._seal(kind, number)}"

    def read(self, kind: Kind, code: str) -> tuple[str, int] | None:
        """Read the prefix and serial of the registration number; None for what was not made here for this."""
        found = _CODE.fullmatch(code.strip().upper())
        if found is None or not hmac.compare_digest(found[3], self._seal(kind, f"{found[1]}-{found[2]}")):
            return None
        return found[1], int(found[2])

    def address(self, kind: Kind, number: str, link: Callable[[str], str | None]) -> str:
        """What a QR holds: the page where there is a public address, else the link into the chat, else the number."""
        code = self.code(kind, number)
        if self._public_url:
            return f"{self._public_url}{kind.path}{code}"
        return link(f"{kind.payload}{code}") or number

    @cached_property
    def _key(self) -> bytes:
        return hmac.digest(self._source().encode(), b"codes", "sha256")

    def _seal(self, kind: Kind, number: str) -> str:
        digest = hmac.digest(self._key, f"{kind.payload}{number}".encode(), "sha256")
        return b32encode(digest[:_SEAL]).decode()
