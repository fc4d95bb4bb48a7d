"""How a broadcast stands, counted from the rows: while it is sent, and at its end."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from bot.broadcasts.audience.wording import duration, people
from bot.language.i18n import _, number
from bot.language.markdown import Markdown
from bot.language.quiet_hours import is_day
from db.broadcasts.broadcasts import Broadcast

#: messages a second that a channel takes; see `bot.channels.telegram.channel.RATE`
RATE = 30


def underway(one: Broadcast, counts: Mapping[str, int], now: datetime) -> Markdown:
    """Say how many of how many have it (612 of 1,247), what went wrong, and how long the rest takes."""
    total, left = sum(counts.values()), counts.get("pending", 0) + counts.get("sending", 0)
    if one.state == "freezing" or (one.state == "paused" and not one.frozen_at):
        return _("Writing down whom it reaches: {number} so far.", number=number(total))
    parts = [_("{done} of {total}", done=number(total - left), total=number(total)), *_troubles(counts)]
    if one.state == "paused":
        head = _("Paused.")
    elif not one.is_urgent and not is_day(now):
        head = _("Sending goes on at 7 in the morning.")
    else:
        head = _("Sending …")
        parts.append(_("{time} left", time=duration(left / (one.speed or RATE))))
    return Markdown(f"{head} {' · '.join(parts)}")


def _troubles(counts: Mapping[str, int]) -> Iterator[Markdown]:
    if counts.get("failed"):
        yield _("failed {number}", number=number(counts["failed"]))
    if counts.get("blocked"):
        yield _("blocked {number}", number=number(counts["blocked"]))
    if counts.get("unsure"):
        yield _("unsure {number}", number=number(counts["unsure"]))


def report(one: Broadcast, counts: Mapping[str, int], now: datetime) -> Markdown:
    """Say what became of everybody; the parts add up."""
    total = sum(counts.values())
    head = _("Cancelled.") if one.state == "cancelled" else _("✅ Done.")
    if one.finished_at and one.started_at and one.state == "done":
        head = _("✅ Done, {time}.", time=duration((one.finished_at - one.started_at).total_seconds()))
    parts = [_("Sent {number}", number=number(counts.get("sent", 0))), *_troubles(counts)]
    if counts.get("skipped"):
        parts.append(_("had enough this week {number}", number=number(counts["skipped"])))
    if counts.get("cancelled"):
        parts.append(_("not sent {number}", number=number(counts["cancelled"])))
    if left := counts.get("pending", 0) + counts.get("sending", 0):
        parts.append(_("on its way {number}", number=number(left)))
    whole = _("In all {people}.", people=people(total))
    return Markdown(f"{head} {' · '.join(parts)}. {whole}")
