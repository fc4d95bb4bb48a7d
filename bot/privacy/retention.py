"""Retention: delete once a day, a little at a time, what is too old; tell administrators weekly how much that was."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.cases.cases import recipient
from bot.clock import bandung_day
from bot.language.i18n import _, number, speaking
from bot.language.markdown import Markdown
from bot.reply import Reply
from db import office
from db.conversation import jobs
from db.deliveries import deliveries
from db.deliveries.deliveries import NOTICE
from db.engine import Transaction
from db.people import people, staff
from db.privacy import retention

#: seconds between two runs
DAY = 24 * 3600
#: seconds between two reports
WEEK = 7 * 24 * 3600
#: the name of the job
JOB = "retention"
#: between two slices, so that conversations come in between
_BREATH = timedelta(seconds=1)


async def run(tx: Transaction, now: datetime) -> None:
    """Delete a slice of everything that is too old; the next follows in a moment, as long as there is more."""
    if await retention.run(tx, await office.load(tx), now):
        await jobs.later(tx, JOB, now + _BREATH)


async def report(tx: Transaction, now: datetime) -> None:
    """Tell every administrator what was deleted since the last report; nothing where nothing was."""
    removed = await retention.take_report(tx)
    if not removed:
        return
    source = f"retention:{bandung_day(now)}"
    admins = [member for member in await staff.active(tx) if member.role == "admin"]
    for one in (await people.load(tx, [member.address_id for member in admins])).values():
        with speaking(one.language):
            body = Reply(_report(removed)).to_json()
        await deliveries.add(tx, source, [recipient(one)], NOTICE, body, now, now)


def _report(removed: Mapping[str, int]) -> Markdown:
    names = {
        "messages": _("messages of people"),
        "answers": _("answers to them"),
        "notices": _("reminders and notices"),
        "cases": _("messages in closed cases"),
        "questions": _("questions without an answer"),
        "comments": _("remarks on answers"),
        "enrolments": _("enrolments of programmes that are over"),
        "audit": _("entries of what staff did"),
        "files": _("files"),
    }
    lines = [_("{count} {kind}", count=number(count), kind=names[kind]) for kind, count in removed.items()]
    first = _("Erased this week because it was older than the office keeps it:")
    return Markdown("\n".join([first, *(f"- {line}" for line in lines)]))
