"""Traces of a person that lie with staff: what members were shown of them, and wrote to or about them."""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select, update

from db.base import JsonObject
from db.cases.case_messages import StoredCaseMessage
from db.cases.cases import StoredCase
from db.cases.questions import StoredQuestion
from db.cases.reports import StoredReport
from db.conversation.replies import GONE, StoredReply
from db.conversation.turns import StoredTurn
from db.deliveries.deliveries import StoredDelivery
from db.engine import Transaction
from db.enrolling.changes import EnrolmentChange
from db.enrolling.enrolments import StoredEnrolment
from db.people.addresses import Address
from db.people.businesses import Membership, StoredBusiness
from db.people.people import Person
from db.people.staff import StaffMember

#: a text of at least so many characters is somebody's own words
_OWN = 8
#: how many words of a longer text are looked for
_WORDS = 8
#: digits of a phone number that are the same however it is written
_DIGITS = 9
_WORD, _ESCAPE = re.compile(r"\w+"), re.compile(r"\\([!-/:-@\[-`{-~])")
#: rows looked at in one go
_SLICE = 500


@dataclass(slots=True)
class Marks:
    """The marks by which a text is known to speak of a person."""

    #: words in a row, by the longest of them
    phrases: dict[str, set[str]] = field(default_factory=dict)
    digits: set[str] = field(default_factory=set)
    cases: set[int] = field(default_factory=set)
    enrolments: set[int] = field(default_factory=set)
    since: datetime | None = None

    def add(self, text: str, least: int = 2) -> None:
        """Know a text again from its first words; one that is shorter than `least` says nothing."""
        said = _words(text)[:_WORDS]
        if said and len(" ".join(said)) >= least:
            self.phrases.setdefault(max(said, key=len), set()).add(f" {' '.join(said)} ")

    def add_phone(self, number: str) -> None:
        if len(number) > _DIGITS:
            self.digits.add(re.sub(r"\D", "", number)[-_DIGITS:])

    def are_in(self, texts: Sequence[str]) -> bool:
        whole = _ESCAPE.sub(r"\1", "\n".join(texts))
        said = _words(whole)
        keys = self.phrases.keys() & set(said)
        spoken = f" {' '.join(said)} "
        if any(phrase in spoken for key in keys for phrase in self.phrases[key]):
            return True
        figures = re.sub(r"\D", "", whole) if self.digits else ""
        return any(one in figures for one in self.digits)

    def are_behind(self, body: JsonObject) -> bool:
        """Whether a choice leads to something of this person."""
        for choice in body.get("choices", ()):
            args = choice.get("args", {})
            number = next((args[name] for name in ("case", "enrolment", "form", "id") if name in args), None)
            about = self.cases if "case" in args else self.enrolments if choice["name"].startswith("enrol") else set()
            if number in about:
                return True
        return False


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _texts(value: Any) -> Iterator[str]:
    """List all texts in something that came as JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


async def wipe(tx: Transaction, whose: Sequence[int]) -> None:
    """Wipe all traces; must run before anything else of the person is erased, as that is how they are found."""
    marks = await _marks(tx, whose)
    await _wipe_deliveries(tx, marks)
    staff = select(StaffMember.address_id).scalar_subquery()
    columns = (StoredReply.id, StoredReply.body)
    replies = select(*columns).where(StoredReply.address_id.in_(staff), StoredReply.created_at >= marks.since)
    async for found in _slices(tx, replies.where(StoredReply.state != "unsent"), StoredReply.id):
        hits = [row.id for row in found if marks.are_behind(row.body) or marks.are_in(list(_texts(row.body)))]
        await tx.execute(update(StoredReply).where(StoredReply.id.in_(hits)).values(body=GONE))
    turns = select(StoredTurn.id, StoredTurn.raw).where(StoredTurn.address_id.in_(staff), StoredTurn.raw != "")
    async for found in _slices(tx, turns.where(StoredTurn.received_at >= marks.since), StoredTurn.id):
        hits = [row.id for row in found if marks.are_in(list(_texts(_read(row.raw))))]
        await tx.execute(update(StoredTurn).where(StoredTurn.id.in_(hits)).values(raw=""))
    for id_, memory in (await tx.execute(select(Address.id, Address.memory).where(Address.id.in_(staff)))).all():
        if marks.are_in(list(_texts(memory))):
            await tx.execute(update(Address).where(Address.id == id_).values(memory={}))


def _read(raw: str) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw


async def _slices(tx: Transaction, rows: Select[Any, Any], id_: Any) -> Any:
    last = 0
    while found := (await tx.execute(rows.where(id_ > last).order_by(id_).limit(_SLICE))).all():
        yield found
        last = found[-1].id


async def _wipe_deliveries(tx: Transaction, marks: Marks) -> None:
    """What went to staff about their cases and enrolments, and the replies that it became."""
    messages = select(StoredCaseMessage.id).where(StoredCaseMessage.case_id.in_(marks.cases))
    sources = [f"case:{case}:%" for case in marks.cases] + [f"enrolment:{id_}:%" for id_ in marks.enrolments]
    for message in (await tx.execute(messages)).scalars():
        sources += [f"case-message:{message}", f"case-message:{message}:%"]
    for begin in range(0, len(sources), 50):
        about = or_(*(StoredDelivery.source.like(source) for source in sources[begin : begin + 50]))
        became = select(StoredDelivery.reply_id).where(about)
        await tx.execute(update(StoredReply).where(StoredReply.id.in_(became)).values(body=GONE))
        still = (about, StoredDelivery.state == "pending")
        await tx.execute(update(StoredDelivery).where(*still).values(state="cancelled", reason="erased"))
        await tx.execute(update(StoredDelivery).where(about).values(body={}))


async def _marks(tx: Transaction, whose: Sequence[int]) -> Marks:
    marks = Marks()
    people = select(Person.name, Person.phone, Person.created_at).where(Person.id.in_(whose))
    for name, phone, since in await tx.execute(people):
        marks.add(name)
        marks.add_phone(phone)
        marks.since = min(marks.since or since, since)
    theirs = select(Address.id, Address.value).where(Address.person_id.in_(whose))
    addresses = {row.id: row.value for row in await tx.execute(theirs)}
    for value in addresses.values():
        marks.add(value, _OWN)
    names = [getattr(StoredBusiness, name) for name in ("name", "nib", "products")]
    works = select(*names).join(Membership, Membership.business_id == StoredBusiness.id)
    for row in await tx.execute(works.where(Membership.person_id.in_(whose))):
        for said in row:
            marks.add(said, _OWN)
    await _mark_enrolments(tx, marks, whose)
    await _mark_words(tx, marks, whose, addresses)
    return marks


async def _mark_enrolments(tx: Transaction, marks: Marks, whose: Sequence[int]) -> None:
    found = select(StoredEnrolment).where(StoredEnrolment.person_id.in_(whose))
    for one in (await tx.execute(found.with_only_columns(*StoredEnrolment.__table__.columns))).all():
        marks.enrolments.add(one.id)
        marks.add(one.name)
        marks.add_phone(one.phone)
        if one.prefix:
            marks.add(f"{one.prefix}-{one.serial:04d}")
        for said in (one.business, one.reason, *_texts(one.answers)):
            marks.add(said, _OWN)
    why = select(EnrolmentChange.reason).where(EnrolmentChange.enrolment_id.in_(marks.enrolments))
    for reason in (await tx.execute(why)).scalars():
        marks.add(reason, _OWN)


async def _mark_words(tx: Transaction, marks: Marks, whose: Sequence[int], addresses: Collection[int]) -> None:
    cases = select(StoredCase.id).where(StoredCase.person_id.in_(whose))
    marks.cases |= set((await tx.execute(cases)).scalars())
    for case in marks.cases:
        marks.add(f"K-{case}")
    turns = select(StoredTurn.id).where(StoredTurn.address_id.in_(addresses)).scalar_subquery()
    written = (
        select(StoredCaseMessage.text).where(StoredCaseMessage.case_id.in_(marks.cases)),
        select(StoredQuestion.text).where(StoredQuestion.turn_id.in_(turns)),
        select(StoredReport.comment).where(StoredReport.turn_id.in_(turns), StoredReport.comment.is_not(None)),
    )
    for some in written:
        for said in (await tx.execute(some)).scalars():
            marks.add(said, _OWN)
