"""What to look at again before many people read it; only a fault keeps it from being sent."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.broadcasts.audience.wording import duration, people
from bot.broadcasts.sending.paying import price
from bot.broadcasts.sending.progress import RATE
from bot.broadcasts.writing import body, buttons
from bot.clock import bandung_day
from bot.dates import When, read
from bot.fairs.exhibitions import local
from bot.knowledge import Knowledge
from bot.language.i18n import LANGUAGE_NAMES, LANGUAGES, _, day, number, speaking
from bot.language.markdown import Markdown, plain
from bot.language.quiet_hours import is_day
from bot.reply import WHATSAPP, utf16_length
from db import office
from db.broadcasts import audiences, broadcasts
from db.broadcasts.broadcasts import Broadcast
from db.engine import Transaction
from db.fairs import exhibitions, programmes
from db.fairs.exhibitions import Exhibition
from db.fairs.programmes import Programme

#: what may be a date: days and months in words or figures, with a year or without
_DATES = re.compile(r"\b\d{1,2}(?:\s+[^\W\d]{3,10}|[/.-]\d{1,2})(?:[\s/.-]+20\d\d)\b|\b20\d\d-\d\d-\d\d\b")
_PLACEHOLDERS = re.compile(r"\{[^}]*\}|\[[A-Z ]{3,}\]|\bX{2,6}\b|\blorem\b", re.IGNORECASE)
#: in an address that opens the assistant: what a poster's code carries
_POSTER = re.compile(r"[?&]start=pameran_([A-Za-z0-9]+)", re.IGNORECASE)
#: how many gaps to be filled in are named
_SHOWN = 3
#: how long the same text is not sent again without a warning
_AGAIN = timedelta(days=7)


async def faults(tx: Transaction, one: Broadcast, knowledge: Knowledge) -> list[Markdown]:
    """List why it cannot be sent as it is."""
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
        if await buttons.leads_to(tx, button) is None or _is_no_card(knowledge, button):
            found.append(_("⚠️ The button “{button}” leads nowhere any more.", button=buttons.label(button)))
    for code in _posters(one):
        exhibition = await exhibitions.find(tx, code)
        if exhibition is None or exhibition.state == "draft":
            found.append(_("⚠️ The link to exhibition {code} leads nowhere.", code=code))
    if twice := buttons.alike(one):
        found.append(_("⚠️ Two buttons are called “{label}”.", label=twice))
    return found


def _posters(one: Broadcast) -> list[str]:
    """List the codes of exhibitions that our own links open, in the text or on a button."""
    said = [plain(text) for text in one.texts.values()] + [button for button in one.buttons if buttons.is_link(button)]
    return list(dict.fromkeys(code for text in said for code in _POSTER.findall(text)))


def _is_no_card(knowledge: Knowledge, button: str) -> bool:
    kind, _colon, topic = button.partition(":")
    return kind == "card" and knowledge.card(topic, "id") is None


async def warnings(tx: Transaction, one: Broadcast, counts: Mapping[str, int], now: datetime) -> list[Markdown]:
    """List what to look at again; nobody has to mend it."""
    found = [*await _dates(tx, one, now), *_leftovers(one), *await _languages(tx, one, now)]
    recent = 0 if one.skips_recent else await audiences.count_recent(tx, one, now)
    if recent:
        found.append(_("⚠️ {people} got another announcement within a day.", people=people(recent)))
    found += [*await skipped(tx, one, now), *await left_out(tx, one, now)]
    decided = await office.load(tx)
    if await _was_sent(tx, one, now):
        found.append(_("⚠️ The same text was sent within a week."))
    speed = decided.paid_speed if one.is_paid else 0
    return [*found, price(counts, speed) if speed else _takes(one, sum(counts.values()), now)]


async def full(tx: Transaction, one: Broadcast, at: datetime) -> int:
    """Count the people who would not get it if it started then: they had the office's number within a week."""
    return await audiences.count_full(tx, one, (await office.load(tx)).weekly_limit, at)


async def left_out(tx: Transaction, one: Broadcast, at: datetime) -> list[Markdown]:
    """Count the people of the audience who would not get it if it started then."""
    had_enough, limit = await full(tx, one, at), (await office.load(tx)).weekly_limit
    if not had_enough:
        return []
    return [_("⚠️ {people} had {limit} this week and are left out.", people=people(had_enough), limit=limit)]


async def skipped(tx: Transaction, one: Broadcast, now: datetime) -> list[Markdown]:
    """Count the people whom staff decided to skip."""
    recent = await audiences.count_recent(tx, replace(one, skips_recent=False), now) if one.skips_recent else 0
    if not recent:
        return []
    return [_("{people} are skipped: they got another announcement within a day.", people=people(recent))]


async def _dates(tx: Transaction, one: Broadcast, now: datetime) -> list[Markdown]:
    found = {}
    for text in one.texts.values():
        for match in _DATES.finditer(plain(text)):
            if on := _day(match[0], now):
                found[match[0]] = on
    known, today = await _on_record(tx, one), bandung_day(now)
    said = (_date(written, on, known, today) for written, on in found.items())
    return [line for line in said if line]


def _date(written: str, on: date, known: Sequence[tuple[str, date]], today: date) -> Markdown | None:
    """Find a date whose day and month are on record, but in another year, which nobody meant."""
    others = [(name, other) for name, other in known if (other.day, other.month) == (on.day, on.month)]
    if others and on not in (other for _name, other in others):
        name, other = others[0]
        if on < today:
            return _("⚠️ “{written}” is past. {name} has: {date}.", written=written, name=name, date=day(other))
        return _("⚠️ “{written}”: {name} has {date}.", written=written, name=name, date=day(other))
    if on >= today:
        return None
    if day(on) == written:
        return _("⚠️ “{written}” is past.", written=written)
    return _("⚠️ “{written}” is past: {date}.", written=written, date=day(on))


async def _on_record(tx: Transaction, one: Broadcast) -> list[tuple[str, date]]:
    """Load the dates of what its buttons lead to, each with the short name of what it belongs to."""
    found: list[tuple[str, date | None]] = []
    for button in one.buttons:
        kind, _colon, of = button.partition(":")
        shown: Programme | Exhibition | None = None
        if kind in ("programme", "enrol"):
            shown = await programmes.load(tx, int(of))
        elif kind == "exhibition":
            shown = await exhibitions.load(tx, int(of))
        if shown:
            name = local(shown.short_name)
            found += [(name, shown.enrolment_closes), (name, shown.first_day), (name, shown.last_day)]
    return [(name, on) for name, on in found if on]


def _day(written: str, now: datetime) -> date | None:
    """Read a date with its year, also one that is past."""
    found = read(written, now)
    readings = (found,) if isinstance(found, When) else found.readings if found else ()
    return next((one.last or one.first for one in readings if one.first), None)


def _leftovers(one: Broadcast) -> Iterator[Markdown]:
    found = {match[0] for text in one.texts.values() for match in _PLACEHOLDERS.finditer(plain(text))}
    for left in sorted(found)[:_SHOWN]:
        yield _("⚠️ “{words}” looks like something to be filled in.", words=left[:30])


async def _languages(tx: Transaction, one: Broadcast, now: datetime) -> list[Markdown]:
    """Count the people who read another language than those it is written in."""
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
