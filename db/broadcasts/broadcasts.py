"""Broadcasts: what staff tell many people, from the first draft to the last delivery.

The texts and the audience are written here once; each recipient is a delivery that refers to it. Staff and the service
may reach for one at once: every verb that changes the state says which it must be in, and returns whether it was.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, and_, cast, false, func, not_, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base, JsonObject
from db.engine import Record, Transaction

#: a correction goes to those who got another one
ANNOUNCEMENT, WARNING, CORRECTION = "announcement", "warning", "correction"
#: how a correction is made: a line to those who got it beside the change; the change alone; or taken back
LINE, SILENT, RECALL = "line", "silent", "recall"
EDITS = "edits"
#: `late` was to begin at a time at which nobody was there to send it; `waiting` needs a second administrator
STATES = ("draft", "waiting", "scheduled", "late", "freezing", "sending", "paused", "done", "cancelled")
#: what the service has something to do with
_ACTIVE = "state IN ('scheduled', 'freezing', 'sending')"


class StoredBroadcast(Base):
    __tablename__ = "broadcasts"
    __table_args__ = (
        Index("ix_broadcasts_active", "id", sqlite_where=text(_ACTIVE), postgresql_where=text(_ACTIVE)),
        KEPT_IDS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: one of the kinds above
    kind: Mapped[str] = mapped_column(String(12))
    #: one of `db.broadcasts.subscriptions.TOPICS`, empty for what concerns everybody
    topic: Mapped[str] = mapped_column(String(12))
    #: one of `STATES`
    state: Mapped[str] = mapped_column(String(10))
    #: by language, as Markdown
    texts: Mapped[dict[str, str]]
    #: what stands below it, such as `exhibition:3`, `programme:5`, `card:halal.cost`, `link:A label https://...`
    buttons: Mapped[list[str]]
    #: as `db.broadcasts.audiences.Audience.to_json` writes it
    audience: Mapped[JsonObject]
    #: by language, as `bot.reply.Reply.to_json` writes it: what is sent, from the moment it starts; in `EDITS`, what
    #: takes the place of the one that is corrected
    bodies: Mapped[JsonObject]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    #: of a correction: what was wrong
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("broadcasts.id"))
    #: of a warning: the last day in Bandung on which it stands above the menu
    valid_until: Mapped[date | None]
    #: whether those are left out who got another one within a day
    skips_recent: Mapped[bool]
    #: none where the command line wrote it
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    #: rises with every change of what is sent and to whom
    sequence: Mapped[int]
    #: up to which person the audience is written down
    frozen_to: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    #: when it is to start, where that is not at once
    due_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    frozen_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    #: messages a second at most, 0 for as many as the channel takes
    speed: Mapped[int] = mapped_column(server_default="0")
    #: whether the platform is paid to take more than its usual number a second
    is_paid: Mapped[bool] = mapped_column(server_default=false())


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """A broadcast as it is stored; the fields are those of `StoredBroadcast`."""

    id: int
    kind: str
    topic: str
    state: str
    texts: dict[str, str]
    buttons: list[str]
    audience: JsonObject
    file_id: int | None
    corrects_id: int | None
    valid_until: date | None
    skips_recent: bool
    author_id: int | None
    approver_id: int | None
    sequence: int
    frozen_to: int
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None
    started_at: datetime | None
    frozen_at: datetime | None
    finished_at: datetime | None
    speed: int
    is_paid: bool

    @property
    def source(self) -> str:
        """The source of its deliveries, such as `broadcast:12`."""
        return source(self.id)

    @property
    def is_urgent(self) -> bool:
        """Whether it may leave at night and beyond the office's number a week."""
        return self.kind == WARNING


def source(id: int) -> str:  # noqa: A002
    """The source of the deliveries of a broadcast: `broadcast:12`."""
    return f"broadcast:{id}"


_NAMES = tuple(Broadcast.__dataclass_fields__)
_SELECT = select(*(getattr(StoredBroadcast, name) for name in _NAMES))


def _read(row: Record) -> Broadcast:
    return Broadcast(**dict(zip(_NAMES, row, strict=True)))


async def add(tx: Transaction, author: int | None, now: datetime, **said: object) -> int:
    """Store a new draft; `said` are fields that are known already."""
    row = {
        "kind": ANNOUNCEMENT,
        "topic": "",
        "state": "draft",
        "texts": {},
        "buttons": [],
        "audience": {},
        "bodies": {},
        "skips_recent": False,
        "author_id": author,
        "sequence": 0,
        "frozen_to": 0,
        "created_at": now,
        "updated_at": now,
    }
    return (await tx.insert_all(StoredBroadcast, [row | said]))[0]


async def load(tx: Transaction, id: int) -> Broadcast | None:  # noqa: A002
    row = (await tx.execute(_SELECT.where(StoredBroadcast.id == id))).one_or_none()
    return _read(row) if row else None


async def latest(tx: Transaction, skip: int = 0, limit: int = 10) -> list[Broadcast]:
    """Load the newest ones, cancelled ones too, without drafts that say nothing."""
    empty = cast(StoredBroadcast.texts, String) == "{}"
    never = and_(StoredBroadcast.state.in_(("draft", "cancelled")), StoredBroadcast.started_at.is_(None), empty)
    newest = _SELECT.where(not_(never)).order_by(StoredBroadcast.id.desc())
    rows = await tx.execute(newest.offset(skip).limit(limit))
    return [_read(row) for row in rows]


async def active(tx: Transaction) -> list[Broadcast]:
    """Load what the service has something to do with, oldest first."""
    return [_read(row) for row in await tx.execute(_SELECT.where(text(_ACTIVE)).order_by(StoredBroadcast.id))]


async def moving(tx: Transaction, since: datetime) -> list[Broadcast]:
    """Load what somebody may be watching: what is being sent, or has ended since then."""
    under_way = StoredBroadcast.state.in_(("freezing", "sending", "paused"))
    rows = await tx.execute(_SELECT.where(or_(under_way, StoredBroadcast.finished_at > since)))
    return [_read(row) for row in rows]


async def sending(tx: Transaction) -> list[tuple[int, int, bool]]:
    """Load those that leave now, each with its speed and whether it is paid for: urgent ones first, then the oldest."""
    columns = (StoredBroadcast.id, StoredBroadcast.speed, StoredBroadcast.is_paid)
    rows = select(*columns).where(text(_ACTIVE), StoredBroadcast.state == "sending")
    ordered = await tx.execute(rows.order_by(StoredBroadcast.kind != WARNING, StoredBroadcast.id))
    return [(row.id, row.speed, row.is_paid) for row in ordered]


async def set_speed(tx: Transaction, id: int, speed: int, now: datetime) -> bool:  # noqa: A002
    """Set how fast it leaves from now on; False where it is over, or has not begun."""
    under_way = StoredBroadcast.state.in_(("freezing", "sending", "paused"))
    of_it = update(StoredBroadcast).where(StoredBroadcast.id == id, under_way)
    return (await tx.execute(of_it.values(speed=speed, updated_at=now))).rowcount == 1


async def stop_paying(tx: Transaction, id: int, now: datetime) -> bool:  # noqa: A002
    """Let it leave at the usual pace from now on; False where it does already."""
    paid = update(StoredBroadcast).where(StoredBroadcast.id == id, StoredBroadcast.is_paid)
    return (await tx.execute(paid.values(is_paid=False, speed=0, updated_at=now))).rowcount == 1


async def change(tx: Transaction, id: int, now: datetime, **values: object) -> bool:  # noqa: A002
    """Write what changed of one that has not begun; an agreement given before counts no more."""
    assert "state" not in values
    open_ones = ("draft", "waiting", "scheduled", "late")
    of_it = update(StoredBroadcast).where(StoredBroadcast.id == id, StoredBroadcast.state.in_(open_ones))
    again = {"sequence": StoredBroadcast.sequence + 1, "approver_id": None, "state": "draft", "updated_at": now}
    return (await tx.execute(of_it.values(values | again))).rowcount == 1


async def move(tx: Transaction, id: int, before: Collection[str], state: str, now: datetime, **values: object) -> bool:  # noqa: A002
    """Change its state from one of `before`; False where somebody else was faster."""
    of_it = update(StoredBroadcast).where(StoredBroadcast.id == id, StoredBroadcast.state.in_(before))
    return (await tx.execute(of_it.values(values | {"state": state, "updated_at": now}))).rowcount == 1


async def resume(tx: Transaction, id: int, now: datetime) -> bool:  # noqa: A002
    """Resume one that is paused."""
    going_on = "sending" if (one := await load(tx, id)) and one.frozen_at else "freezing"
    return await move(tx, id, ["paused"], going_on, now)


async def lock(tx: Transaction, id: int) -> Broadcast | None:  # noqa: A002
    """Load one for this transaction alone; None while another process works on it (PostgreSQL)."""
    row = (await tx.execute(_SELECT.where(StoredBroadcast.id == id).with_for_update(skip_locked=True))).one_or_none()
    return _read(row) if row else None


@dataclass(frozen=True, slots=True)
class SentBroadcast:
    """What is sent, by language; of a correction, also which broadcast it corrects, and the new text."""

    bodies: JsonObject
    corrects_id: int | None
    audience: JsonObject

    @property
    def mode(self) -> str:
        """How a correction is made: `line`, `silent` or `recall`."""
        return str(self.audience.get("mode", ""))

    def body(self, language: str) -> JsonObject:
        """The body as a reply of its own; empty where there is none."""
        found: JsonObject = self.bodies.get(language, {})
        return found

    def edit(self, language: str) -> JsonObject:
        """The body that takes the place of the corrected one; empty where that is taken back."""
        found: JsonObject = self.bodies.get(EDITS, {}).get(language, {})
        return found


async def sent(tx: Transaction, ids: Collection[int]) -> dict[int, SentBroadcast]:
    """Load what is sent of each of these."""
    if not ids:
        return {}
    columns = (StoredBroadcast.id, StoredBroadcast.bodies, StoredBroadcast.corrects_id, StoredBroadcast.audience)
    return {
        row[0]: SentBroadcast(*row[1:]) for row in await tx.execute(select(*columns).where(StoredBroadcast.id.in_(ids)))
    }


async def limited(tx: Transaction, since: datetime) -> list[int]:
    """Load those that count against the office's number a week and were not finished before `since`."""
    counted = (StoredBroadcast.kind == ANNOUNCEMENT, StoredBroadcast.started_at.is_not(None))
    recent = func.coalesce(StoredBroadcast.finished_at, since) >= since
    return list((await tx.execute(select(StoredBroadcast.id).where(*counted, recent))).scalars())


async def warnings(tx: Transaction, today: date) -> list[Broadcast]:
    """Load the warnings that were sent and hold today, newest first."""
    begun = StoredBroadcast.state.in_(("freezing", "sending", "paused", "done"))
    hold = (StoredBroadcast.kind == WARNING, StoredBroadcast.valid_until >= today, begun)
    return [_read(row) for row in await tx.execute(_SELECT.where(*hold).order_by(StoredBroadcast.id.desc()))]


async def corrected(tx: Transaction, one: Broadcast) -> Broadcast | None:
    """Load what this one corrects, as it reads now; None for one that corrects nothing."""
    wrong = await load(tx, one.corrects_id) if one.corrects_id else None
    return await as_it_reads(tx, wrong) if wrong else None


async def as_it_reads(tx: Transaction, one: Broadcast) -> Broadcast:
    """Load it with the texts that people have now: those of the last correction that has begun."""
    changed = [each for each in await _begun(tx, one.id) if each.audience.get("mode") != RECALL]
    return replace(one, texts=one.texts | changed[0].texts) if changed else one


async def is_recalled(tx: Transaction, broadcast: int) -> bool:
    """Whether it is taken back, or is being taken back."""
    return any(each.audience.get("mode") == RECALL for each in await _begun(tx, broadcast) if each.state != "cancelled")


async def unsent(tx: Transaction, broadcast: int) -> list[int]:
    """Load the corrections that have not begun and still may."""
    of_it = (StoredBroadcast.corrects_id == broadcast, StoredBroadcast.state.in_(("draft", "waiting")))
    return list((await tx.execute(select(StoredBroadcast.id).where(*of_it))).scalars())


async def _begun(tx: Transaction, broadcast: int) -> list[Broadcast]:
    """Load the corrections that have begun, newest first."""
    of_it = (StoredBroadcast.corrects_id == broadcast, StoredBroadcast.started_at.is_not(None))
    newest = (StoredBroadcast.started_at.desc(), StoredBroadcast.id.desc())
    ids = list((await tx.execute(select(StoredBroadcast.id).where(*of_it).order_by(*newest))).scalars())
    return [each for id_ in ids if (each := await load(tx, id_))]
