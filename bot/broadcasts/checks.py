"""What to look at again before many people read it; only what cannot be sent stops anybody."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from bot.broadcasts import body
from bot.broadcasts.paying import price
from bot.broadcasts.progress import RATE
from bot.broadcasts.wording import duration, people
from bot.clock import BANDUNG
from bot.dates import When, read
from bot.i18n import LANGUAGE_NAMES, LANGUAGES, _, day, number, speaking
from bot.knowledge import Knowledge
from bot.markdown import Markdown, plain
from bot.quiet import is_day
from bot.reply import WHATSAPP, utf16_length
from db import audiences, broadcasts, office
from db.broadcasts import Broadcast
from db.engine import Transaction

#: what may be a date: days and months in words or figures, with a year or without
_DATES = re.compile(r"\b\d{1,2}(?:\s+[^\W\d]{3,10}|[/.-]\d{1,2})(?:[\s/.-]+20\d\d)\b|\b20\d\d-\d\d-\d\d\b")
_PLACEHOLDERS = re.compile(r"\{[^}]*\}|\[[A-Z ]{3,}\]|\bX{2,6}\b|\blorem\b", re.IGNORECASE)
#: of what is left to be filled in
_SHOWN = 3
#: within which the same text is not sent twice without a word
_AGAIN = timedelta(days=7)


async def faults(tx: Transaction, one: Broadcast, knowledge: Knowledge) -> list[Markdown]:
    """Why it cannot be sent as it is."""
    found = []
    if not one.texts:
        found.append(_("⚠️ There is no text yet."))
    for code in (code for code in LANGUAGES if one.texts.get(code)):
        with speaking(code):
            length = utf16_length(plain((await body.preview(tx, one)).text))
        if length > WHATSAPP.text_with_choices:
            over = number(length - WHATSAPP.text_with_choices)
            found.append(_("⚠️ {language}: {number} characters too long.", language=LANGUAGE_NAMES[code], number=over))
    for button in one.buttons:
        if await body.leads_to(tx, button) is None or _is_no_card(knowledge, button):
            found.append(_("⚠️ The button {button} leads nowhere any more.", button=button))
    return found


def _is_no_card(knowledge: Knowledge, button: str) -> bool:
    kind, _colon, topic = button.partition(":")
    return kind == "card" and knowledge.card(topic, "id") is None


async def warnings(tx: Transaction, one: Broadcast, counts: Mapping[str, int], now: datetime) -> list[Markdown]:
    """What nobody has to mend."""
    found = [*_dates(one, now), *_leftovers(one), *await _languages(tx, one, now)]
    recent = 0 if one.skips_recent else await audiences.count_recent(tx, one, now)
    if recent:
        found.append(_("⚠️ {people} got another announcement within a day.", people=people(recent)))
    decided = await office.load(tx)
    limit = decided.weekly_limit
    if full := await audiences.count_full(tx, one, limit, now):
        found.append(_("⚠️ {people} had {limit} this week and are left out.", people=people(full), limit=limit))
    if await _was_sent(tx, one, now):
        found.append(_("⚠️ The same text was sent within a week."))
    speed = decided.paid_speed if one.is_paid else 0
    return [*found, price(counts, speed) if speed else _takes(one, sum(counts.values()), now)]


def _dates(one: Broadcast, now: datetime) -> Iterator[Markdown]:
    past = {}
    for text in one.texts.values():
        for match in _DATES.finditer(plain(text)):
            on = _day(match[0], now)
            if on and on < now.astimezone(BANDUNG).date():
                past[match[0]] = on
    for written, on in past.items():
        yield _("⚠️ “{written}” is past: {date}.", written=written, date=day(on))


def _day(written: str, now: datetime) -> date | None:
    """A date with its year, also one that is past."""
    found = read(written, now)
    readings = (found,) if isinstance(found, When) else found.readings if found else ()
    return next((one.last or one.first for one in readings if one.first), None)


def _leftovers(one: Broadcast) -> Iterator[Markdown]:
    found = {match[0] for text in one.texts.values() for match in _PLACEHOLDERS.finditer(plain(text))}
    for left in sorted(found)[:_SHOWN]:
        yield _("⚠️ “{words}” looks like something to be filled in.", words=left[:30])


async def _languages(tx: Transaction, one: Broadcast, now: datetime) -> list[Markdown]:
    """Who reads another language than those it is written in."""
    readers = await audiences.languages(tx, one, now)
    missing = {code: count for code, count in readers.items() if not one.texts.get(code)}
    if not missing or not one.texts:
        return []
    first = next(code for code in LANGUAGES if one.texts.get(code))
    names = ", ".join(LANGUAGE_NAMES[code] for code in LANGUAGES if code in missing)
    text = _(
        "⚠️ Not in {languages}: {people} get it in {language}.",
        languages=names,
        people=people(sum(missing.values())),
        language=LANGUAGE_NAMES[first],
    )
    return [text]


async def _was_sent(tx: Transaction, one: Broadcast, now: datetime) -> bool:
    earlier = [other for other in await broadcasts.latest(tx, limit=20) if other.id != one.id]
    recent = [other for other in earlier if other.started_at and now - other.started_at < _AGAIN]
    return any(text in other.texts.values() for other in recent for text in one.texts.values())


def _takes(one: Broadcast, total: int, now: datetime) -> Markdown:
    starts = one.due_at or now
    time = duration(total / RATE)
    if not one.is_urgent and not is_day(starts):
        return _("Sending takes {time}, from 7 in the morning on.", time=time)
    return _("Sending takes {time}.", time=time)
