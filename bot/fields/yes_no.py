"""A field for yes or no."""

from collections.abc import Callable

from bot.errors import Refusal
from bot.fields.field import Field, Sent, Values, answer
from bot.fields.wording import listed, slip
from bot.knowledge.words import words
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.reply import Choice

#: words of the longest plain yes or no
_LONGEST = 8


def yes_no(
    name: str,
    label: Callable[[], Markdown],
    question: Callable[[Values], Markdown],
    *,
    optional: bool = False,
) -> Field:
    """A field kept as True or False."""

    def offers(_values: Values) -> list[Choice]:
        return [answer(_("Yes"), **{name: True}), answer(_("No"), **{name: False})]

    def read(turn: Sent, values: Values) -> Values:
        if affirms(turn.text):
            return {name: True}
        if denies(turn.text):
            return {name: False}
        raise Refusal(_("Please answer with yes or no."), offers(values))

    def said(values: Values) -> str:
        kept = values.get(name)
        return "" if kept is None else str(_("Yes") if kept else _("No"))

    return Field(name, label, question, read, said, {name: None} if optional else None, offers, sets=(name,))


def affirms(text: str) -> bool:
    """Whether a text is a plain yes, such as `iya sudah kak`; nothing else may be in it."""
    return _plain(text) == {"yes"}


def denies(text: str) -> bool:
    """Whether a text is a plain no, such as `teu acan gaduh`; nothing else may be in it."""
    return "no" in _plain(text)


def _plain(text: str) -> set[str]:
    """`yes`, `no` or both; empty where there are other words too."""
    thumbs = {"👍": "ya", "👌": "ya", "✅": "ya", "👎": "tidak", "❌": "tidak"}
    around = listed("courtesy") - listed("yes") - listed("no")
    said = [word for word in words("".join(thumbs.get(one, one) for one in text)) if word not in around]
    if not 0 < len(said) <= _LONGEST:
        return set()
    found = [_side(word) for word in said]
    return set() if "" in found else set(found) - {"about"}


def _side(word: str) -> str:
    """The side a word is on: `no`, `yes`, `about`; empty for another word."""
    if word in listed("no") or word in listed("yes"):
        return "no" if word in listed("no") else "yes"
    if word in listed("about"):
        return "about"
    return "no" if slip(word, listed("no")) else "yes" if slip(word, listed("yes")) else ""
