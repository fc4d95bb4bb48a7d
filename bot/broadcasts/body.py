"""What is sent: the text in each language, one quiet line with who sends it and why, and what can be done with it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.broadcasts.draft import differences
from bot.broadcasts.topics import within
from bot.i18n import LANGUAGES, _, day, language, speaking
from bot.markdown import Markdown
from bot.reply import Choice, Reply
from db import broadcasts, exhibitions, office, programmes
from db.broadcasts import EDITS, RECALL, SILENT, WARNING, Broadcast
from db.engine import Transaction

#: buttons of staff's own, beside the one that stops announcements
BUTTONS = 2
#: more changes than these are told by the whole text
_MANY = 3


async def bodies(tx: Transaction, one: Broadcast) -> dict[str, Any]:
    """By language, as replies are kept; a language without a text has the first that was written."""
    wrong = await broadcasts.load(tx, one.corrects_id) if one.corrects_id else None
    if wrong:
        return await _correction(tx, one, wrong)
    return await _whole(tx, one)


async def _whole(tx: Transaction, one: Broadcast) -> dict[str, Any]:
    name = (await office.load(tx)).name
    shown = await _shown(tx, one)
    found = {}
    for code in LANGUAGES:
        with speaking(code):
            found[code] = reply(one, name, shown).to_json()
    return found


async def _correction(tx: Transaction, one: Broadcast, wrong: Broadcast) -> dict[str, Any]:
    """One line with what is right now, unless it is made silently; and what takes the place of the wrong one."""
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
    """What those read who got the wrong one: the sentence as it is right, and what it said; of many changes, all."""
    with speaking(code):
        found = differences(spoken(wrong.texts), spoken(one.texts))
        if len(found) > _MANY:
            return _("**Correction:** {text}", text=spoken(one.texts))
        said = [_("{text}, not {before}.", text=each.sentence, before=each.before) for each in found]
        return _("**Correction:** {text}", text=Markdown("\n".join(said)))


async def preview(tx: Transaction, one: Broadcast) -> Reply:
    """As those see it who read the language being spoken."""
    return reply(one, (await office.load(tx)).name, await _shown(tx, one))


def reply(one: Broadcast, office_name: str, buttons: Mapping[str, Choice]) -> Reply:
    """In the language being spoken."""
    lines = [spoken(one.texts)]
    if one.kind == WARNING and one.valid_until:
        lines.append(_("Valid until {date}.", date=day(one.valid_until)))
    if office_name and one.topic:
        lines.append(_("_From {office} · about {topic}_", office=office_name, topic=within(one.topic)))
    elif office_name:
        lines.append(_("_From {office} · you agreed to announcements_", office=office_name))
    else:
        lines.append(_("_You agreed to announcements_"))
    own = [_labelled(buttons[button]) for button in one.buttons if button in buttons]
    if one.kind == WARNING:
        own.append(Choice(_("It happened to me"), "signal", {"broadcast": one.id}))
    return Reply(Markdown("\n".join(lines)), (*own[:BUTTONS], Choice(_("Stop"), "stop")), file=one.file_id or 0)


def spoken(texts: Mapping[str, str]) -> Markdown:
    """The text in the language being spoken, or the first that was written."""
    written = [texts[code] for code in (language(), *LANGUAGES) if texts.get(code)]
    return Markdown(written[0] if written else "")


async def _shown(tx: Transaction, one: Broadcast) -> dict[str, Choice]:
    """The buttons that still lead somewhere."""
    found = {}
    for button in one.buttons:
        if choice := await leads_to(tx, button):
            found[button] = choice
    return found


async def leads_to(tx: Transaction, button: str) -> Choice | None:
    """What a button does, such as `exhibition:3`; None where that is gone or not shown to people."""
    kind, _colon, of = button.partition(":")
    if kind == "card":
        return Choice("", "card", {"topic": of})
    if kind == "exhibition":
        exhibition = await exhibitions.load(tx, int(of))
        return Choice("", kind, {"id": int(of)}) if exhibition and exhibition.state != "draft" else None
    programme = await programmes.load(tx, int(of))
    if programme is None or programme.state == "draft":
        return None
    return Choice("", "enrol", {"programme": int(of)}) if kind == "enrol" else Choice("", kind, {"id": int(of)})


def _labelled(choice: Choice) -> Choice:
    labels = {
        "card": _("Read more"),
        "exhibition": _("See the exhibition"),
        "programme": _("See the programme"),
        "enrol": _("Join"),
    }
    return Choice(labels[choice.name], choice.name, choice.args)
