"""Say audiences and progress in words that the writer can correct."""

from collections.abc import Iterator, Mapping

from bot.broadcasts.writing.topics import within
from bot.fairs.exhibitions import local
from bot.fairs.listing import sectors
from bot.language.i18n import LANGUAGE_NAMES, _, ngettext, number
from bot.language.markdown import Markdown
from db.broadcasts.audiences import NOT_ENROLLED, Audience
from db.broadcasts.broadcasts import CORRECTION, Broadcast
from db.engine import Transaction
from db.fairs import programmes


def channel(name: str) -> str:
    """The name of a channel as people call it."""
    return {"telegram": "Telegram", "whatsapp": "WhatsApp", "web": str(_("web chat"))}.get(name, name)


async def described(tx: Transaction, one: Broadcast) -> Markdown:
    """Say everything that narrows the audience down."""
    audience = Audience.from_json(one.audience)
    programme = await programmes.load(tx, audience.programme) if audience.programme else None
    named = local(programme.short_name) if programme else ""
    return Markdown(" · ".join(_parts(one, audience, named)))


def _parts(one: Broadcast, audience: Audience, programme: str) -> Iterator[Markdown]:
    if one.kind == CORRECTION:
        yield _("those who got announcement {number}", number=str(one.corrects_id))
        return
    if one.topic:
        yield _("agreed to announcements about {topic}", topic=within(one.topic))
    else:
        yield _("agreed to announcements")
    if audience.languages:
        yield _("reads {languages}", languages=_any(LANGUAGE_NAMES[code] for code in audience.languages))
    if audience.sectors:
        yield _("sector {sectors}", sectors=_any(sectors()[code] for code in audience.sectors))
    if audience.districts:
        yield _("in {districts}", districts=_any(audience.districts))
    if audience.scales:
        yield _("business size {scales}", scales=_any(_scales()[code] for code in audience.scales))
    if audience.interested:
        yield _("wants to hear of exhibitions")
    if programme:
        yield _enrolled(audience, programme)
    if audience.seen_days:
        yield _("wrote within {days} days", days=number(audience.seen_days))
    if audience.listed:
        yield _("on your list")


def _any(names: Iterator[str] | tuple[str, ...]) -> str:
    """Join names of which one is enough."""
    return " / ".join(str(name) for name in names)


def _scales() -> dict[str, Markdown]:
    return {"micro": _("micro"), "small": _("small"), "medium": _("medium")}


def _enrolled(audience: Audience, programme: str) -> Markdown:
    if audience.states == (NOT_ENROLLED,):
        return _("not enrolled in {programme}", programme=programme)
    match audience.states:
        case ("accepted",):
            return _("accepted in {programme}", programme=programme)
        case ("submitted",):
            return _("waiting for a decision in {programme}", programme=programme)
        case ("declined",):
            return _("declined in {programme}", programme=programme)
        case ("correction",):
            return _("asked to correct in {programme}", programme=programme)
        case _:
            return _("enrolled in {programme}", programme=programme)


def people(count: int) -> Markdown:
    """Say a number of people: 1,284 people."""
    return ngettext("{number} person", "{number} people", count, number=number(count))


def reached(counts: Mapping[str, int]) -> Markdown:
    """Say how many are reached, and where: `**1,284 people**: Telegram 1,112, web chat 52.`"""
    total = sum(counts.values())
    if not total:
        return _("**Nobody** fits.")
    ordered = sorted(counts.items(), key=lambda one: -one[1])
    where = ", ".join(f"{channel(name)} {number(count)}" for name, count in ordered)
    return _("**{people}**: {channels}.", people=people(total), channels=where)


def duration(seconds: float) -> Markdown:
    """Say about how long, in minutes; a long time in hours."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes < 90:
        return ngettext("about {number} minute", "about {number} minutes", minutes, number=number(minutes))
    hours = round(minutes / 60)
    return ngettext("about {number} hour", "about {number} hours", hours, number=number(hours))
