"""What the author of a broadcast is told without asking."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.broadcasts.audience.wording import described
from bot.broadcasts.audience.wording import people as people_
from bot.broadcasts.sending import progress
from bot.broadcasts.writing import body
from bot.broadcasts.writing.difference import told
from bot.clock import BANDUNG
from bot.language.i18n import _, clock_time, day, number, speaking
from bot.language.markdown import Markdown, escape
from bot.reply import Choice, Reply
from db.broadcasts import broadcasts, recipients
from db.broadcasts.broadcasts import RECALL, Broadcast, corrected
from db.deliveries import deliveries
from db.deliveries.deliveries import NOTICE, Recipient
from db.engine import Transaction
from db.people import people, staff
from db.people.staff import Member


async def late(tx: Transaction, one: Broadcast, now: datetime) -> None:
    """Tell the author that nobody was there to send it at its time, and let them decide."""

    def said() -> Reply:
        assert one.due_at
        text = _(
            "Announcement {number} was to go out on {date} at {time}, but I was not running then. Nothing was sent.",
            number=str(one.id),
            date=day(one.due_at.astimezone(BANDUNG)),
            time=clock_time(one.due_at),
        )
        return Reply(text, (_open(one),))

    await tell_author(tx, one, "late", said, now)


async def done(tx: Transaction, one: Broadcast, now: datetime) -> None:
    """Send the author the report: everything has left."""
    counts = await recipients.counts(tx, one.id)
    again = f"done:{one.finished_at:%Y%m%d%H%M%S}" if one.finished_at else "done"
    await tell_author(tx, one, again, lambda: Reply(progress.report(one, counts, now), (_open(one),)), now)


async def unpaid(tx: Transaction, id: int, reason: str, now: datetime) -> None:  # noqa: A002
    """Tell the author that the platform does not take the payment, why, and that it goes on at the usual pace."""
    one = await broadcasts.load(tx, id)
    if one is None or not await broadcasts.stop_paying(tx, id, now):
        return

    def said() -> Reply:
        text = _(
            "Telegram did not take announcement {number} paid ({reason}); it goes on at the usual pace.",
            number=str(id),
            reason=escape(reason),
        )
        return Reply(text, (_open(one),))

    await tell_author(tx, one, "unpaid", said, now)


async def tell_author(tx: Transaction, one: Broadcast, event: str, said: Callable[[], Reply], now: datetime) -> None:
    """Tell the author, at night too: they wait for it."""
    author = await staff.find(tx, one.author_id) if one.author_id else None
    if author:
        await tell(tx, author, f"{one.source}:{event}", said, now)


async def tell(tx: Transaction, member: Member, source: str, said: Callable[[], Reply], now: datetime) -> None:
    """Tell a member, in their language."""
    known = (await people.load(tx, [member.address_id]))[member.address_id]
    with speaking(known.language):
        body = said().to_json()
    to = [Recipient(member.person_id, member.address_id)]
    await deliveries.add(tx, f"staff-{source}", to, NOTICE, body, now, now, at_night=True)


async def ask_for_agreement(
    tx: Transaction, one: Broadcast, others: Sequence[Member], asker: str, total: int, now: datetime
) -> None:
    """Show it, and how many it reaches, to those of whom one must agree; `asker` is who wants to send it."""
    audience, preview, wrong = await described(tx, one), await body.preview(tx, one), await corrected(tx, one)

    def seen() -> Reply:
        return Reply(told(one, wrong, total)) if wrong else Reply(preview.text, file=preview.file)

    def asked() -> Reply:
        text = _request(one, wrong, audience, asker, total)
        kept = {"id": one.id, "sequence": one.sequence}
        approve = Choice(_("Approve {number}", number=number(total)), "broadcast-approve", kept, kind="deciding")
        return Reply(text, (_open(one), approve, Choice(_("Decline"), "broadcast-reject", kept, kind="deciding")))

    for other in others:
        source = f"{one.source}:{one.sequence}"
        await tell(tx, other, f"{source}:preview", seen, now)
        await tell(tx, other, f"{source}:ask", asked, now)


def _request(one: Broadcast, wrong: Broadcast | None, audience: Markdown, asker: str, total: int) -> Markdown:
    count = people_(total)
    if wrong and one.audience.get("mode") == RECALL:
        return _(
            "{name} asks you to agree: announcement {number} is deleted for **{people}**.",
            name=asker,
            number=str(wrong.id),
            people=count,
        )
    if wrong:
        return _(
            "{name} asks you to agree: announcement {number} is corrected for **{people}**.",
            name=asker,
            number=str(wrong.id),
            people=count,
        )
    return _(
        "{name} asks you to agree: announcement {number} to **{people}** ({audience}).",
        name=asker,
        number=str(one.id),
        people=count,
        audience=audience,
    )


def _open(one: Broadcast) -> Choice:
    return Choice(_("See it"), "broadcast", {"id": one.id})
