"""Show a broadcast as people will see it, before it is sent."""

from collections.abc import Mapping

from bot.broadcasts.audience.wording import channel
from bot.broadcasts.sending import page
from bot.broadcasts.writing import body, buttons
from bot.language.i18n import LANGUAGE_NAMES, LANGUAGES, _, language, speaking
from bot.language.markdown import Markdown
from bot.turn import Turn
from db.broadcasts import audiences
from db.broadcasts.broadcasts import Broadcast


async def show(turn: Turn, one: Broadcast, code: str = "") -> None:
    """Show it in one language."""
    shown = code or next((code for code in (language(), *LANGUAGES) if one.texts.get(code)), language())
    with speaking(shown):
        seen = await body.preview(turn.db, one)
    turn.say(seen.text, file=seen.file)
    others = [
        page.about(one, Markdown(LANGUAGE_NAMES[code]), "preview", language=code) for code in LANGUAGES if code != shown
    ]
    text = _(
        "This is how it looks in {language}; its buttons: {buttons}.",
        language=LANGUAGE_NAMES[shown],
        buttons=", ".join(choice.shown for choice in seen.choices),
    )
    counts = await audiences.count(turn.db, one, turn.now)
    turn.say(Markdown("\n".join([text, *buttons.pages(seen), *_places(counts)])), [*others, page.see_back(one)])


def _places(counts: Mapping[str, int]) -> list[Markdown]:
    """Say where people read it: a text that may be sent is one message with its buttons on every channel."""
    names = ", ".join(channel(name) for name in sorted(counts, key=counts.__getitem__, reverse=True))
    return [_("It is one message, the same on: {channels}.", channels=names)] if names else []
