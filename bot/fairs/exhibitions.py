"""Say an exhibition: when, on both clocks, where, what it costs; its calendar file; and what people can do next."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.language.dates_said import hours, span, weekday_span
from bot.language.i18n import _, day, language, ngettext
from bot.language.markdown import Markdown, escape, plain
from bot.media.calendar import Event, build
from bot.reply import WHATSAPP, Choice, utf16_length
from bot.turn import Turn
from db import files
from db.fairs.exhibitions import Exhibition
from db.fairs.programmes import Programme
from db.files import File

#: the word that marks a sample, in every language
SAMPLE = "CONTOH"
#: UTF-16 units, so that an introduction still fits below in one bubble with choices
_ROOM = 850


def local(texts: Mapping[str, str]) -> str:
    """The text in the language being spoken, or in Indonesian."""
    return texts.get(language()) or texts.get("id", "")


def title(one: Exhibition | Programme) -> str:
    """The title; of a sample, with the word for it."""
    name = local(one.title)
    return f"{name} ({SAMPLE})" if one.is_sample and SAMPLE not in name else name


def when(one: Exhibition) -> Markdown:
    """Format days and hours: Friday–Sunday, 16–18 April 2027, 10:00 am–8:00 pm Malaysia time (9:00 am–7:00 pm …)."""
    if one.opens is None:
        return escape(days(one))
    return _("{days}, {hours}", days=days(one), hours=hours(one.first_day, one.opens, one.closes, one.timezone))


def days(one: Exhibition) -> str:
    """Format days: Friday–Sunday, 16–18 April 2027."""
    return weekday_span(one.first_day, one.last_day)


def row(one: Exhibition, short: bool = False) -> Markdown:
    """Make one line of a list; a cancelled one says so."""
    line = ", ".join((title(one), span(one.first_day, one.last_day), *(() if short else (one.venue, one.city))))
    return _("cancelled: {exhibition}", exhibition=line) if one.state == "cancelled" else escape(line)


def details(one: Exhibition, today: date, programme: Programme | None = None) -> Markdown:
    """Say everything; the description is cut where a bubble would grow too long."""
    lines = [
        _("**{title}**", title=title(one)),
        _("📅 {when}", when=when(one)),
        _("📍 {place}", place=", ".join(part for part in (one.venue, one.address, one.city) if part)),
    ]
    below = [*_terms(one, today, programme), source(one.source, one.link, one.checked)]
    if one.state == "changed":
        below.insert(0, _("⚠️ The details have changed since this was first announced."))
    description = local(one.description)
    if description and utf16_length(plain("\n".join([*lines, description, *below]))) <= _ROOM:
        lines.append(escape(description))
    return Markdown("\n".join([*lines, *below]))


def _terms(one: Exhibition, today: date, programme: Programme | None) -> list[Markdown]:
    """Say what it costs, and until when people may enrol."""
    cost = local(one.cost)
    lines = [_("Cost: {cost}", cost=cost)] if cost else []
    lines += enrolment(one.enrolment_opens, one.enrolment_closes, today)
    if programme and programme.quota:
        lines.append(places(programme.quota, programme.decides))
    return lines


def enrolment(opens: date | None, closes: date | None, today: date) -> list[Markdown]:
    """Say from when or until when people may enrol, where that is known."""
    if opens and opens > today:
        return [_("Enrolment opens on {date}.", date=weekday_span(opens, opens))]
    if closes and closes < today:
        return [_("Enrolment closed on {date}.", date=day(closes))]
    if closes:
        return [_("Enrolment is open until {date}, 23:59 in Bandung.", date=weekday_span(closes, closes))]
    return []


def places(quota: int, decides: str) -> Markdown:
    """Say how many may join, and who decides."""
    if decides == "staff":
        return ngettext("{number} place, chosen by staff.", "{number} places, chosen by staff.", quota, number=quota)
    return ngettext("{number} place, first come first served.", "{number} places, first come first served.", quota,
                    number=quota)  # fmt: skip


def source(name: str, link: str, checked: date) -> Markdown:
    """Say where staff read it, and when they last looked."""
    if link:
        return _("_Source: {source} · {link} · checked {date}_", source=name, link=link, date=day(checked))
    return _("_Source: {source} · checked {date}_", source=name, date=day(checked))


def choices(one: Exhibition) -> list[Choice]:
    """List what people can do about it."""
    found = [
        Choice(_("Remind me"), "remind", {"id": one.id}),
        Choice(_("Add to calendar"), "exhibition-calendar", {"id": one.id}),
    ]
    if one.latitude is not None:
        found.append(Choice(_("See the map"), "exhibition-map", {"id": one.id}, "quiet"))
    return found


def numbered(name: str, short_names: Sequence[str], ids: Sequence[int], others: int) -> list[Choice]:
    """Make a button for each line of a list, numbered where every label still fits; `others` stand below them."""
    longest = WHATSAPP.button_label if len(ids) + others <= WHATSAPP.buttons else WHATSAPP.row_label
    labels = [f"{number} {short}" for number, short in enumerate(short_names, start=1)]
    if len(set(short_names)) == len(ids) and max(map(len, labels)) > longest:
        labels = list(short_names)
    return [Choice(label[:longest], name, {"id": id_}) for label, id_ in zip(labels, ids, strict=True)]


def details_choice(one: Exhibition) -> Choice:
    """Make the way to everything about it."""
    return Choice(_("See details"), "exhibition", {"id": one.id})


async def calendar(turn: Turn, one: Exhibition) -> int:
    """Keep its calendar file in the language being spoken; returns the file's id."""
    event = Event(
        uid=f"{one.code}-{one.created_at:%Y%m%d%H%M%S}@jembatan",
        sequence=one.sequence,
        cancelled=one.state == "cancelled",
        summary=title(one),
        description=local(one.description),
        location=", ".join(part for part in (one.venue, one.address, one.city) if part),
        first_day=one.first_day,
        last_day=one.last_day,
        opens=one.opens,
        closes=one.closes,
        timezone=one.timezone,
        place=None if one.latitude is None or one.longitude is None else (one.latitude, one.longitude),
        url=one.link,
        changed_at=one.updated_at,
        now=turn.now,
    )
    name = "-".join(plain(local(one.short_name)).lower().split())
    file = File("document", "text/calendar", f"{name}.ics", build(event))
    return await files.add(turn.db, None, file, turn.now)
