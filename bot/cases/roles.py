"""The roles of staff, as people read them."""

from dataclasses import dataclass

from bot.language.i18n import _
from bot.language.markdown import Markdown


@dataclass(frozen=True, slots=True)
class Appointed:
    """The addresses, as channel and value, that the settings make administrators at every start."""

    addresses: frozenset[tuple[str, str]] = frozenset()


def role_name(role: str) -> Markdown:
    """The name of a role in the middle of a sentence."""
    return {"admin": _("administrator"), "officer": _("officer"), "viewer": _("viewer")}[role]


def role_label(role: str) -> Markdown:
    """The name of a role on a button."""
    return {"admin": _("Administrator"), "officer": _("Officer"), "viewer": _("Viewer")}[role]
