"""The buttons below a broadcast: staff's own, where each leads, and under which name a tap on it is noted.

A button is stored as `exhibition:3`, `programme:5`, `enrol:5`, `card:halal.cost` or `link:A label https://...`.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import takewhile

from bot.broadcasts.writing import link
from bot.language.i18n import LANGUAGES, _, speaking
from bot.language.markdown import Markdown
from bot.reply import LINK, Choice, Reply
from db.broadcasts.broadcasts import CORRECTION, WARNING, Broadcast
from db.engine import Transaction
from db.fairs import exhibitions, programmes

#: buttons of staff's own, beside the one that stops announcements
MOST = 2
STOP, SIGNAL = "stop", "signal"


async def leads_to(tx: Transaction, button: str) -> Choice | None:
    """Make the choice of a button; None where what it leads to is gone, not shown to people, or no address."""
    kind, _colon, of = button.partition(":")
    if kind == "card":
        return Choice("", "card", {"topic": of})
    if kind == LINK:
        page = link.read(button)
        return None if page.fault else Choice("", LINK, {"url": page.url})
    if kind == "exhibition":
        exhibition = await exhibitions.load(tx, int(of))
        return Choice("", kind, {"id": int(of)}) if exhibition and exhibition.state != "draft" else None
    programme = await programmes.load(tx, int(of))
    if programme is None or programme.state == "draft":
        return None
    return Choice("", "enrol", {"programme": int(of)}) if kind == "enrol" else Choice("", kind, {"id": int(of)})


async def that_lead(tx: Transaction, one: Broadcast) -> dict[str, Choice]:
    """Make the choices of staff's own buttons that lead somewhere, without labels yet."""
    found = {button: await leads_to(tx, button) for button in one.buttons}
    return {button: choice for button, choice in found.items() if choice}


def choices(one: Broadcast, leading: Mapping[str, Choice], *, noted: bool) -> tuple[Choice, ...]:
    """Label the choices in the language being spoken; `noted` says whether taps on them are noted."""
    shown = {button: replace(leading[button], label=label(button)) for button in one.buttons if button in leading}
    if one.kind == WARNING:
        shown[SIGNAL] = Choice(label(SIGNAL), "signal", {"broadcast": one.id})
    kept = dict(list(shown.items())[:MOST]) | {STOP: Choice(label(STOP), "stop")}
    return tuple(
        replace(choice, announced=f"{one.id}:{as_tapped(button)}") if noted else choice
        for button, choice in kept.items()
    )


def own(one: Broadcast) -> list[str]:
    """List the names of staff's buttons, in order, as taps are noted."""
    return [*map(as_tapped, one.buttons), *([SIGNAL] if one.kind == WARNING else [])][:MOST]


def tappable(one: Broadcast) -> list[str]:
    """List everything below it; a correction has what is below the broadcast that it corrects."""
    return [] if one.kind == CORRECTION else [*own(one), STOP]


def alike(one: Broadcast) -> str:
    """Find a label that two of its buttons have in some language; empty where there is none."""
    for code in LANGUAGES:
        with speaking(code):
            labels = [label(button) for button in tappable(one)]
        told = [words.casefold() for words in labels]
        if twice := [words for words in labels if told.count(words.casefold()) > 1]:
            return twice[0]
    return ""


def as_tapped(button: str) -> str:
    """The name under which a tap is noted; of a link the label, as an address may be too long."""
    return f"{LINK}:{_words(button)}" if is_link(button) else button


def is_link(button: str) -> bool:
    return button.partition(":")[0] == LINK


def _words(button: str) -> str:
    """The words of staff's own on a link, also of one by the name its taps are noted under."""
    said = button.removeprefix(f"{LINK}:").split()
    return " ".join(takewhile(lambda word: not word.startswith("https://"), said))


def label(button: str) -> str:
    """The label of a button, also by the name under which its taps are noted."""
    if is_link(button):
        return _words(button) or _("Open the link")
    return {
        "card": _("Read more"),
        "exhibition": _("See the exhibition"),
        "programme": _("See the programme"),
        "enrol": _("Join"),
        SIGNAL: _("It happened to me"),
        STOP: _("Stop"),
    }[button.partition(":")[0]]


def pages(seen: Reply) -> list[Markdown]:
    """List where the links below it lead."""
    return [_("“{label}” opens {url}", label=choice.shown, url=choice.url) for choice in seen.choices if choice.url]
