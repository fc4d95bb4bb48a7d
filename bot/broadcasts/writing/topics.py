"""The topics of announcements, as people choose them and as a line under one names them."""

from bot.language.i18n import _
from bot.language.markdown import Markdown


def topics() -> dict[str, Markdown]:
    """The topics by their code, as a button names them."""
    return {
        "exhibitions": _("Exhibitions"),
        "halal": _("Halal"),
        "hki": _("Brands and HKI"),
        "export": _("Export to Malaysia"),
        "training": _("Training"),
        "warnings": _("Urgent warnings"),
    }


def within(topic: str) -> Markdown:
    """The name of a topic within a sentence."""
    return {
        "exhibitions": _("exhibitions"),
        "halal": _("halal"),
        "hki": _("brands and HKI"),
        "export": _("export"),
        "training": _("training"),
        "warnings": _("urgent warnings"),
    }[topic]
