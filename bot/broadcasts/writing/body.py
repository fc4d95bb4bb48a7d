"""Make what is sent: the text in each language, one quiet line with who sends it and why, and the buttons."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.broadcasts.writing import buttons
from bot.broadcasts.writing.draft import differences
from bot.broadcasts.writing.topics import within
from bot.language.i18n import LANGUAGES, _, day, language, speaking
from bot.language.markdown import Markdown
from bot.reply import Choice, Reply
from db import office
from db.base import JsonObject
from db.broadcasts import broadcasts
from db.broadcasts.broadcasts import EDITS, RECALL, SILENT, WARNING, Broadcast
from db.engine import Transaction

#: after more changes than these the whole text is said
_MANY = 3


async def bodies(tx: Transaction, one: Broadcast) -> JsonObject:
    """Make the bodies by language, as replies are kept; a language without a text has the first that was written."""
    wrong = await broadcasts.corrected(tx, one)
    if wrong:
        return await _correction(tx, one, wrong)
    return await _whole(tx, one)


async def _whole(tx: Transaction, one: Broadcast) -> JsonObject:
    name = (await office.load(tx)).name
    own = await buttons.that_lead(tx, one)
    found = {}
    for code in LANGUAGES:
        with speaking(code):
            found[code] = reply(one, name, buttons.choices(one, own, noted=True)).to_json()
    return found


async def _correction(tx: Transaction, one: Broadcast, wrong: Broadcast) -> JsonObject:
    """Make the line with what is right now, unless it is silent, and what takes the place of the wrong text."""
    mode = one.audience.get("mode")
    if mode == RECALL:
        return {}
    right = await _whole(tx, replace(wrong, texts=one.texts))
    had = (await broadcasts.sent(tx, [wrong.id]))[wrong.id]
    edits = {code: had.body(code) | {"text": body["text"]} for code, body in right.items()}
    if mode == SILENT:
        return {EDITS: edits}
    lines = {code: {"text": str(line(one, wrong, code)), "choices": had.body(code)["choices"]} for code in LANGUAGES}
    return {**lines, EDITS: edits}


def line(one: Broadcast, wrong: Broadcast, code: str) -> Markdown:
    """Say what is right and what was wrong, for people who got the wrong text; after many changes, the whole text."""
    with speaking(code):
        found = differences(spoken(wrong.texts), spoken(one.texts))
        if len(found) > _MANY:
            return _("**Correction:** {text}", text=spoken(one.texts))
        said = [_("{text}, not {before}.", text=each.sentence, before=each.before) for each in found]
        return _("**Correction:** {text}", text=Markdown("\n".join(said)))


async def preview(tx: Transaction, one: Broadcast) -> Reply:
    """Make it as people see it who read the language being spoken; taps below it are not noted."""
    shown = buttons.choices(one, await buttons.that_lead(tx, one), noted=False)
    return reply(one, (await office.load(tx)).name, shown)


def reply(one: Broadcast, office_name: str, choices: Sequence[Choice]) -> Reply:
    """Make the reply in the language being spoken."""
    lines = [spoken(one.texts)]
    if one.kind == WARNING and one.valid_until:
        lines.append(_("Valid until {date}.", date=day(one.valid_until)))
    if office_name and one.topic:
        lines.append(_("_From {office} · about {topic}_", office=office_name, topic=within(one.topic)))
    elif office_name:
        lines.append(_("_From {office} · you agreed to announcements_", office=office_name))
    else:
        lines.append(_("_You agreed to announcements_"))
    return Reply(Markdown("\n".join(lines)), tuple(choices), file=one.file_id or 0)


def spoken(texts: Mapping[str, str]) -> Markdown:
    """The text in the language being spoken, or the first that was written."""
    written = [texts[code] for code in (language(), *LANGUAGES) if texts.get(code)]
    return Markdown(written[0] if written else "")
