"""What Telegram itself shows of the assistant: the commands beside the text field, and who this is."""

from bot.language.i18n import _, language


def commands() -> list[tuple[str, str]]:
    """List names and descriptions (at most 256 characters), in the language being spoken."""
    return [
        ("menu", _("What you can ask here")),
        ("start", _("Start over")),
        ({"en": "language", "su": "basa"}.get(language(), "bahasa"), _("Change the language")),
    ]


def description() -> str:
    """Say what an empty chat shows, at most 512 characters."""
    return _(
        "I answer questions from owners of small businesses in Bandung: halal certification, trademarks, "
        "export to Malaysia, exhibitions in Petaling Jaya. Tap Start, then write your question."
    )


def short_description() -> str:
    """Say what the profile and a shared link show, at most 120 characters."""
    return _("Answers for small businesses in Bandung: halal, trademarks, export, exhibitions.")
