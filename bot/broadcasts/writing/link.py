"""Read a button that opens a page, as staff write it: an address, and before it a label or none."""

import re
from dataclasses import dataclass

from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.reply import WHATSAPP

#: characters of an address
LONGEST = 500
#: a name of letters, digits and points that ends in letters: no number of a machine, no password
_ADDRESS = re.compile(
    r"https://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})(?::\d{1,5})?"
    r"(?:[/?#][^\s<>\"\\]*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Link:
    """`label` is empty where the assistant's own words stand on the button."""

    label: str
    url: str

    @property
    def fault(self) -> Markdown | None:
        """Say why it can be on no button; None where it can."""
        is_address = len(self.url) <= LONGEST and self.url.isprintable() and _ADDRESS.fullmatch(self.url)
        if not is_address or "://" in self.label:
            return _(
                "The address must begin with https:// and be at most {number} characters long, without a password.",
                number=str(LONGEST),
            )
        if len(self.label) > WHATSAPP.button_label or not self.label.isprintable():
            return _("The label may have {number} characters at most.", number=str(WHATSAPP.button_label))
        return None

    def __str__(self) -> str:
        """Write it as a button of a broadcast is stored."""
        return f"link:{self.label} {self.url}" if self.label else f"link:{self.url}"


def read(written: str) -> Link:
    """Read what was written, usable or not; the label is what stands before the last space."""
    *label, url = written.removeprefix("link:").split() or [""]
    scheme, colon, rest = url.partition(":")
    return Link(" ".join(label), f"{scheme.lower()}{colon}{rest}")
