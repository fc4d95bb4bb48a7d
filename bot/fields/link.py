"""Addresses in the web, as people write them."""

import re

#: characters of an address that stands in a text
LONGEST = 120
#: a name of letters, digits and points that ends in letters: no number of a machine, no password
_ADDRESS = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})(?::\d{1,5})?"
    r"(?:[/?#][^\s<>\"\\]*)?",
    re.IGNORECASE,
)


def web_address(text: str, longest: int = LONGEST) -> str:
    """Read an address, with `https://` where it names no scheme; empty for anything else."""
    written = text.strip()
    address = written if "://" in written else f"https://{written}"
    is_address = len(address) <= longest and address.isprintable() and _ADDRESS.fullmatch(address)
    return address if is_address else ""
