"""Audiences: which people a broadcast is for, as one query that counts them, lists them and freezes them.

In it are people who agreed to announcements, have not chosen topics without this one, and can be reached, each at the
address that they used last; of those, only the ones to whom staff narrowed it down.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, exists, func, literal, select, tuple_, update
from sqlalchemy.orm import aliased

from db.base import JsonObject
from db.broadcasts import broadcasts
from db.broadcasts.broadcasts import CORRECTION, RECALL, Broadcast, StoredBroadcast
from db.broadcasts.recipients import StoredListed
from db.broadcasts.subscriptions import StoredSubscription
from db.conversation.turns import StoredTurn
from db.deliveries.deliveries import BROADCAST, UNDECIDED, StoredDelivery
from db.engine import Transaction
from db.enrolling.enrolments import ENROLLED, StoredEnrolment
from db.fairs.interests import EXHIBITION, StoredInterest
from db.people.addresses import Address
from db.people.businesses import Membership, StoredBusiness
from db.people.consents import ANNOUNCEMENTS, StoredConsent
from db.people.people import Person

#: people looked at in one transaction while an audience is written down
SLICE = 5000
#: a value for `states`: people who have not enrolled
NOT_ENROLLED = "none"
#: states of a delivery that count as "was told lately"
_TOLD = ("pending", "sending", "sent", "unsure")
WEEK, DAY = timedelta(days=7), timedelta(days=1)
#: how long deliveries wait while a person is asked whether they mean to stop announcements
HELD = timedelta(days=1)
#: for how long a platform lets a message be taken back
RECALLED = timedelta(hours=47, minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """How staff narrow it down: every part must fit, and within one part any of the values named."""

    languages: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    scales: tuple[str, ...] = ()
    #: enrolled in this one, in any or in these states, or `NOT_ENROLLED`
    programme: int = 0
    states: tuple[str, ...] = ()
    #: wants to hear of exhibitions
    interested: bool = False
    #: wrote within so many days
    seen_days: int = 0
    #: on the list that staff brought
    listed: bool = False
    #: also people at a terminal, whom only `jembatan chat` reaches
    terminal: bool = False

    def to_json(self) -> JsonObject:
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items() if value
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, object]) -> Self:
        known = {part.name for part in fields(cls)} & kept.keys()
        given: JsonObject = {name: kept[name] for name in known}
        return cls(**given | {name: tuple(value) for name, value in given.items() if isinstance(value, list)})


@dataclass(frozen=True, slots=True)
class Reached:
    """One person of an audience, as a list shows them."""

    person_id: int
    name: str
    channel: str
    language: str


async def count(tx: Transaction, one: Broadcast, now: datetime) -> dict[str, int]:
    """Count the people of an audience, by channel."""
    rows = select(Address.channel, func.count()).join(Person, Person.id == Address.person_id).where(*_fits(one, now))
    return {row[0]: row[1] for row in await tx.execute(rows.group_by(Address.channel))}


async def languages(tx: Transaction, one: Broadcast, now: datetime) -> dict[str, int]:
    """Count the people of an audience, by language."""
    rows = select(Person.language, func.count()).join(Address, Person.id == Address.person_id).where(*_fits(one, now))
    return {row[0]: row[1] for row in await tx.execute(rows.group_by(Person.language))}


async def listed(tx: Transaction, one: Broadcast, now: datetime, skip: int = 0, limit: int = 10) -> list[Reached]:
    """Load one page of the people of an audience."""
    columns = (Person.id, Person.name, Address.channel, Person.language)
    rows = select(*columns).join(Address, Person.id == Address.person_id).where(*_fits(one, now)).order_by(Person.id)
    return [Reached(*row) for row in await tx.execute(rows.offset(skip).limit(limit))]


async def count_recent(tx: Transaction, one: Broadcast, now: datetime) -> int:
    """Count the people of an audience who got another announcement within a day."""
    inside = select(func.count()).select_from(Address).join(Person, Person.id == Address.person_id)
    return int((await tx.execute(inside.where(*_fits(one, now), _told_since(now - DAY, one.id)))).scalar_one())


async def count_full(tx: Transaction, one: Broadcast, limit: int, now: datetime) -> int:
    """Count the people who already had the office's `limit` of announcements this week, and are left out."""
    earlier = await broadcasts.limited(tx, now - WEEK)
    if one.kind != broadcasts.ANNOUNCEMENT or not earlier:
        return 0
    inside = select(func.count()).select_from(Address).join(Person, Person.id == Address.person_id)
    return int((await tx.execute(inside.where(*_fits(one, now), _is_full(earlier, limit, now)))).scalar_one())


async def freeze(tx: Transaction, one: Broadcast, limit: int, now: datetime) -> bool:
    """Write down the next `SLICE` people as deliveries, going on where the last call stopped; False once all are
    written.

    People who had the office's `limit` of announcements within a week are written as `skipped`.
    """
    await tx.plan_anew()
    people = select(Person.id).where(Person.id > one.frozen_to).order_by(Person.id).limit(SLICE).subquery()
    last: int | None = (await tx.execute(select(func.max(people.c.id)))).scalar_one()
    if last is None:
        return False
    inside = _rows(one, await _skipped(tx, one, limit, now), now, (one.frozen_to, last))
    into = tx.insert(StoredDelivery).from_select(_COLUMNS, inside, include_defaults=False)
    await tx.execute(into.on_conflict_do_nothing())
    await tx.execute(update(StoredBroadcast).where(StoredBroadcast.id == one.id).values(frozen_to=last))
    return True


_COLUMNS = [
    "source", "person_id", "address_id", "channel", "lane", "body", "broadcast_id", "state", "reason", "created_at",
    "due_at", "at_night", "attempts",
]  # fmt: skip


def _rows(
    one: Broadcast, skipped: ColumnElement[bool] | None, now: datetime, span: tuple[int, int]
) -> Select[*tuple[Any, ...]]:
    state: Any = literal("pending") if skipped is None else case((skipped, "skipped"), else_="pending")
    reason: Any = literal(None, StoredDelivery.reason.type)
    if skipped is not None:
        reason = case((skipped, "weekly-limit"))
    at, later = (literal(when, StoredDelivery.due_at.type) for when in (now, now + HELD))
    due_at = case((Address.memory[UNDECIDED].as_string() > now.isoformat(), later), else_=at)
    columns = (
        literal(one.source), Person.id, Address.id, Address.channel, literal(BROADCAST, BigInteger),
        literal({}, StoredDelivery.body.type), literal(one.id, BigInteger), state, reason, at, due_at,
        literal(one.is_urgent), literal(0, BigInteger),
    )  # fmt: skip
    return select(*columns).join(Address, Address.person_id == Person.id).where(*_fits(one, now, span))


async def _skipped(tx: Transaction, one: Broadcast, limit: int, now: datetime) -> ColumnElement[bool] | None:
    """Select who is left out; None where nobody can be."""
    if one.kind != broadcasts.ANNOUNCEMENT:
        return None
    earlier = [id_ for id_ in await broadcasts.limited(tx, now - WEEK) if id_ != one.id]
    return _is_full(earlier, limit, now) if earlier else None


def _is_full(earlier: Collection[int], limit: int, now: datetime) -> ColumnElement[bool]:
    told = select(func.count()).where(_told(now - WEEK, [broadcasts.source(id_) for id_ in earlier]))
    return told.correlate(Person).scalar_subquery() >= limit


def _told(since: datetime, sources: Collection[str]) -> ColumnElement[bool]:
    """Match people who were told by one of these sources since then, or are about to be."""
    return and_(
        StoredDelivery.source.in_(sources),
        StoredDelivery.person_id == Person.id,
        StoredDelivery.state.in_(_TOLD),
        func.coalesce(StoredDelivery.sent_at, StoredDelivery.created_at) > since,
    )


def _told_since(since: datetime, but: int) -> ColumnElement[bool]:
    return exists().where(
        StoredDelivery.person_id == Person.id,
        StoredDelivery.lane == BROADCAST,
        StoredDelivery.broadcast_id != but,
        StoredDelivery.sent_at > since,
    )


def _fits(one: Broadcast, now: datetime, span: tuple[int, int] | None = None) -> list[ColumnElement[bool]]:
    """Match a person at the address where they are to be told; `span` limits it to ids of people."""
    audience = Audience.from_json(one.audience)
    agreed = exists().where(
        StoredConsent.person_id == Person.id, StoredConsent.kind == ANNOUNCEMENTS, StoredConsent.until.is_(None)
    )
    found = [Address.state == "open", agreed]
    if span:
        found += [Person.id > span[0], Person.id <= span[1]]
    if one.kind == CORRECTION:
        wrong = broadcasts.source(one.corrects_id or 0)
        had = [StoredDelivery.source == wrong, StoredDelivery.state == "sent"]
        if one.audience.get("mode") == RECALL:
            had += [StoredDelivery.sent_at > now - RECALLED, StoredDelivery.channel != "web"]
        return [*found, exists().where(StoredDelivery.address_id == Address.id, *had)]
    found.append(~_better_address(audience.terminal, span))
    if not audience.terminal:
        found.append(Address.channel != "terminal")
    if one.topic:
        found.append(~_chose_others(one.topic))
    if one.skips_recent:
        found.append(~_told_since(now - DAY, one.id))
    return [*found, *_narrowed(audience, one.id, now)]


def _chose_others(topic: str) -> ColumnElement[bool]:
    """Match people who chose topics, but not this one."""
    this = aliased(StoredSubscription)
    chose_it = exists().where(this.person_id == StoredSubscription.person_id, this.topic == topic)
    theirs = (StoredSubscription.person_id == Person.id, StoredSubscription.topic != topic)
    return exists().where(*theirs, ~chose_it)


def _narrowed(audience: Audience, id: int, now: datetime) -> list[ColumnElement[bool]]:  # noqa: A002
    found: list[ColumnElement[bool]] = []
    if audience.languages:
        found.append(Person.language.in_(audience.languages))
    parts = (
        (StoredBusiness.district, audience.districts),
        (StoredBusiness.sector, audience.sectors),
        (StoredBusiness.scale, audience.scales),
    )
    of_business = [column.in_(wanted) for column, wanted in parts if wanted]
    if of_business:
        works = select(Membership.person_id).join(StoredBusiness, StoredBusiness.id == Membership.business_id)
        found.append(Person.id.in_(works.where(*of_business)))
    if audience.programme:
        found.append(_enrolled(audience))
    if audience.interested:
        wishes = (StoredInterest.kind == EXHIBITION, StoredInterest.until.is_(None))
        found.append(exists().where(StoredInterest.person_id == Person.id, *wishes))
    if audience.seen_days:
        theirs = (StoredTurn.address_id == Address.id, StoredTurn.channel == Address.channel)
        since = now - timedelta(days=audience.seen_days)
        found.append(exists().where(*theirs, StoredTurn.received_at > since))
    if audience.listed:
        found.append(exists().where(StoredListed.person_id == Person.id, StoredListed.broadcast_id == id))
    return found


def _enrolled(audience: Audience) -> ColumnElement[bool]:
    in_it = (StoredEnrolment.person_id == Person.id, StoredEnrolment.programme_id == audience.programme)
    if audience.states == (NOT_ENROLLED,):
        return ~exists().where(*in_it, StoredEnrolment.state.in_(ENROLLED))
    return exists().where(*in_it, StoredEnrolment.state.in_(audience.states or ENROLLED))


def _better_address(terminal: bool, span: tuple[int, int] | None) -> ColumnElement[bool]:
    """Match people who used another of their addresses later (of two never used: the newer one).

    The `span` of people is said here as well: PostgreSQL does not see by itself that no others can be meant.
    """
    other = aliased(Address)
    reachable = [other.state == "open"] if terminal else [other.state == "open", other.channel != "terminal"]
    if span:
        reachable += [other.person_id > span[0], other.person_id <= span[1]]
    later = tuple_(_newest(other), other.id) > tuple_(_newest(Address), Address.id)
    return exists().where(other.person_id == Address.person_id, other.id != Address.id, *reachable, later)


def _newest(address: Any) -> ColumnElement[int]:
    """The number of the last turn that the person began there, 0 for none."""
    began = select(StoredTurn.id).where(StoredTurn.address_id == address.id, StoredTurn.channel == address.channel)
    newest = began.order_by(StoredTurn.id.desc()).limit(1).correlate(address).scalar_subquery()
    return func.coalesce(newest, 0)
