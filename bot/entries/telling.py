"""Tell news as staff decide: nothing is told by itself, and what was told once is not told again."""

from dataclasses import replace
from datetime import datetime

from bot.clock import bandung_day
from bot.entries.noun import READ, AnyNoun, Entered
from bot.errors import Refusal
from bot.fairs.exhibitions import title
from bot.fields import Values
from bot.language.i18n import _, clock_time, day, ngettext
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn
from db.fairs.exhibitions import SHOWN
from db.privacy import audit

#: by act, which news it makes
_MAKES = {"publish": "announced", "change": "changed", "restore": "changed", "cancel": "cancelled"}


async def note(turn: Turn, noun: AnyNoun, code: str, act: str, **details: object) -> None:
    """Note in the audit trail that something was done to this one."""
    name = f"{noun.name}:{code}"
    await audit.note(turn.db, turn.person.staff_id, f"{noun.name}.{act}", name, turn.now, **details)


async def offer(turn: Turn, noun: AnyNoun, one: Entered) -> tuple[str, int]:
    """Find the news that was not told yet, and how many people it concerns; empty where there is none."""
    news, before, _reason, _told = await _untold(turn, noun, one)
    return (news, await noun.news[news].audience(turn, one, before)) if news else ("", 0)


def choice(noun: AnyNoun, one: Entered, news: str, number: int) -> list[Choice]:
    """Make the button with the number on it, where there is anybody to tell."""
    if not (news and number):
        return []
    label = ngettext("Tell {number} person", "Tell {number} people", number, number=number)
    return [Choice(label, "entry-tell", {"of": noun.name, "id": one.id, "news": news}, kind="deciding")]


async def tell(turn: Turn, noun: AnyNoun, one: Entered, wanted: str) -> int:
    """Tell everybody whom this news concerns; refuses what was told, and what is no longer so."""
    news, before, reason, told = await _untold(turn, noun, one)
    if one.is_over(turn.today):
        raise Refusal(_("{title} is over: there is nothing to tell.", title=title(one)))
    if news != wanted:
        if told and not news:
            raise Refusal(_("That was told on {date} at {time}.", date=day(bandung_day(told)), time=clock_time(told)))
        raise Refusal(_("It was changed since. Please look at it again."), [look(noun, one)])
    number = await noun.news[news].tell(turn, one, before, reason)
    await note(turn, noun, one.code, "tell", news=news, people=number)
    return number


def look(noun: AnyNoun, one: Entered, label: Markdown | None = None) -> Choice:
    """Make the way to it."""
    return Choice(label or _("See details"), f"staff-{noun.name}", {"id": one.id})


async def _untold(turn: Turn, noun: AnyNoun, one: Entered) -> tuple[str, Entered, str, datetime | None]:
    """Find which news there is, how it was when people last heard, why it is cancelled, and when they last heard."""
    news, before, reason, told = "", Values(), "", None
    kept = (news, before)
    for act in await audit.acts(turn.db, f"{noun.name}:{one.code}"):
        name = act.act.partition(".")[2]
        if name == "tell":
            news, before, told = "", Values(), act.at
        elif name == "restore" and news == "cancelled":
            news, before = kept
        elif name in _MAKES:
            kept = (news, before) if name == "cancel" else kept
            news = news if (name, news) == ("change", "announced") else _MAKES[name]
            before = act.details.get("before", {}) | before
            reason = act.details.get("reason", "")
    if one.state not in SHOWN or (news == "cancelled") != (one.state == "cancelled"):
        news = ""
    known = {key: READ[key](value) if key in READ and value else value for key, value in before.items()}
    old: Values = {key: value for key, value in known.items() if key in noun.told and value != getattr(one, key)}
    return "" if news == "changed" and not old else news, replace(one, **old), reason, told
