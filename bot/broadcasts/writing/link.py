"""Read a button that opens a page, as staff write it: an address, and before it a label or none."""

from dataclasses import dataclass

from bot.fields.link import web_address
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.reply import WHATSAPP

#: characters of an address
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Link:
    """`label` is empty where the assistant's own words stand on the button."""

    label: str
    url: str

    @property
    def fault(self) -> Markdown | None:
        """Say why it can be on no button; None where it can."""
        if not self.url.startswith("https://") or not web_address(self.url, LONGEST) or "://" in self.label:
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
