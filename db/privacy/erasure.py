"""Erasure of everything about a person, or of a part of it.

Rows stay where others refer to them or where they are counted, without anything that says who that was or what they
wrote.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, cast, delete, exists, literal, or_, select, update
from sqlalchemy import String as Text

from db.base import JsonObject
from db.broadcasts.broadcasts import StoredBroadcast
from db.broadcasts.recipients import StoredListed
from db.broadcasts.subscriptions import StoredSubscription
from db.broadcasts.taps import StoredTap
from db.cases.case_messages import StoredCaseMessage
from db.cases.cases import StoredCase
from db.cases.questions import StoredQuestion
from db.cases.reports import StoredReport
from db.conversation.jobs import StoredJob
from db.conversation.replies import GONE, StoredReply
from db.conversation.turns import StoredTurn
from db.deliveries.deliveries import StoredDelivery
from db.engine import Transaction
from db.enrolling import enrolments
from db.enrolling.changes import EnrolmentChange
from db.enrolling.enrolments import ENROLLED, Enrolment, StoredEnrolment
from db.enrolling.feedback import StoredFeedback
from db.fairs import programmes
from db.fairs.interests import StoredInterest
from db.fairs.reminders import StoredReminder
from db.files import StoredFile
from db.people import consents, joinings, people
from db.people.addresses import Address
from db.people.businesses import Business, Membership, StoredBusiness
from db.people.consents import ANNOUNCEMENTS, ENROLMENT, StoredConsent
from db.people.people import Person
from db.people.staff import StaffMember
from db.privacy import traces

_FINISHED = ("done", "failed", "passed", "joined")
_UNDER_WAY = ("pending", "sending")
_BANDUNG = ZoneInfo("Asia/Jakarta")
#: of an enrolment that stays only to be counted
EMPTY: JsonObject = {
    "answers": {},
    "known": {},
    "fields": [],
    "wrong": [],
    "business_id": None,
    **dict.fromkeys(("step", "only", "reason", "name", "phone", "business"), ""),
}


async def erase(tx: Transaction, person: int, now: datetime) -> list[int]:
    """Erase everything about a person; returns the programmes in which a place, or a place in line, became free."""
    whose = [person, *await joinings.gone_into(tx, person)]
    await traces.wipe(tx, whose)
    freed = await forget_enrolments(tx, whose, now)
    await _forget_news(tx, whose)
    await _forget_words(tx, whose, cases=True)
    await _forget_files(tx, whose)
    await _forget_businesses(tx, whose)
    for table in (StoredConsent, StoredListed):
        await tx.execute(delete(table).where(table.person_id.in_(whose)))
    theirs = _addresses(whose)
    await tx.execute(delete(StoredJob).where(StoredJob.address_id.in_(theirs)))
    await tx.execute(update(StaffMember).where(StaffMember.address_id.in_(theirs)).values(name=""))
    nobody = {"value": literal("erased:") + cast(Address.id, Text), "state": "gone", "memory": {}}
    await tx.execute(update(Address).where(Address.person_id.in_(whose)).values(nobody))
    blank = {"name": "", "phone": "", "language_by": "phone", "introduced_at": None}
    await tx.execute(update(Person).where(Person.id.in_(whose)).values(blank))
    await people.set_gone(tx, whose, now)
    tx.leave_nothing()
    return freed


async def forget_messages(tx: Transaction, person: int) -> None:
    """Erase what a person wrote and was told, except what waits for one of staff to answer."""
    whose = [person]
    await _forget_words(tx, whose, cases=False)
    in_form = await files_of_enrolments(tx, whose)
    free = (StoredFile.person_id == person, StoredFile.id.not_in(in_form), ~is_in_use())
    await tx.execute(delete(StoredFile).where(*free))
    tx.leave_nothing()


async def forget_news(tx: Transaction, person: int, now: datetime) -> None:
    """Erase what a person wanted to hear of; from now on nothing is sent to them unasked."""
    await _forget_news(tx, [person])
    await consents.withdraw(tx, person, ANNOUNCEMENTS, now)


async def forget_enrolments(tx: Transaction, whose: Collection[int], now: datetime) -> list[int]:
    """Erase a person's answers in forms, with files, tickets and certificates, and free their places.

    Returns the programmes of those enrolments.
    """
    found = [one for person in whose for one in await enrolments.of(tx, person)]
    ahead = [one for person in whose for one in await under_way(tx, person, now)]
    for one in ahead:
        await enrolments.move(tx, one, "withdrawn", now)
    files = _numbers([one.answers for one in found])
    await empty(tx, [one.id for one in found if one.state != "draft"])
    await _remove_drafts(tx, [one.id for one in found if one.state == "draft"])
    made = [name for one in found if one.number for name in (f"{one.number}.png", f"sertifikat-{one.number}.pdf")]
    theirs = or_(StoredFile.id.in_(files), StoredFile.name.in_(made))
    mine = (StoredFile.person_id.in_(whose), theirs, ~is_in_use())
    await tx.execute(delete(StoredFile).where(*mine))
    agreed = update(StoredConsent).where(StoredConsent.person_id.in_(whose), StoredConsent.kind == ENROLMENT)
    await tx.execute(agreed.where(StoredConsent.until.is_(None)).values(until=now))
    tx.leave_nothing()
    return list(dict.fromkeys(one.programme_id for one in ahead))


async def under_way(tx: Transaction, person: int, now: datetime) -> list[Enrolment]:
    """Load the enrolments that are with staff, in line, or accepted, in programmes that are not over."""
    today, found = now.astimezone(_BANDUNG).date(), []
    for one in await enrolments.of(tx, person):
        programme = await programmes.load(tx, one.programme_id) if one.state in ENROLLED else None
        if programme and not programme.is_over(today):
            found.append(one)
    return found


async def empty(tx: Transaction, ids: Collection[int]) -> None:
    """Empty these enrolments; number and state stay, to be counted."""
    await tx.execute(update(StoredEnrolment).where(StoredEnrolment.id.in_(ids)).values(EMPTY))
    said = update(EnrolmentChange).where(EnrolmentChange.enrolment_id.in_(ids))
    await tx.execute(said.values(reason="", fields=[]))
    await tx.execute(update(StoredFeedback).where(StoredFeedback.enrolment_id.in_(ids)).values(useful=""))
    sources = [StoredDelivery.source.like(f"enrolment:{id_}:%") for id_ in ids]
    for begin in range(0, len(sources), 50):
        told = update(StoredDelivery).where(or_(*sources[begin : begin + 50]))
        await tx.execute(told.where(StoredDelivery.state.not_in(_UNDER_WAY)).values(body={}))


async def _remove_drafts(tx: Transaction, ids: Collection[int]) -> None:
    await tx.execute(delete(EnrolmentChange).where(EnrolmentChange.enrolment_id.in_(ids)))
    await tx.execute(delete(StoredEnrolment).where(StoredEnrolment.id.in_(ids)))


async def _forget_news(tx: Transaction, whose: Sequence[int]) -> None:
    theirs = select(StoredReminder.address_id).where(StoredReminder.person_id.in_(whose))
    await tx.execute(delete(StoredJob).where(StoredJob.name == "remind", StoredJob.address_id.in_(theirs)))
    for table in (StoredReminder, StoredInterest, StoredSubscription, StoredTap):
        await tx.execute(delete(table).where(table.person_id.in_(whose)))


async def _forget_words(tx: Transaction, whose: Sequence[int], cases: bool) -> None:
    """Erase turns and replies, and what was kept because of them; of cases only closed ones, or all."""
    theirs = _addresses(whose)
    turns = select(StoredTurn.id).where(StoredTurn.address_id.in_(theirs))
    closed = (StoredCase.person_id.in_(whose), StoredCase.state == "closed")
    of_cases = select(StoredCase.id).where(StoredCase.person_id.in_(whose) if cases else and_(*closed))
    written = select(StoredCaseMessage.turn_id).where(StoredCaseMessage.case_id.in_(of_cases))
    await blank_turns(tx, StoredTurn.id.in_(written))
    await tx.execute(delete(StoredCaseMessage).where(StoredCaseMessage.case_id.in_(of_cases)))
    await tx.execute(delete(StoredQuestion).where(StoredQuestion.turn_id.in_(turns)))
    await tx.execute(update(StoredReport).where(StoredReport.turn_id.in_(turns)).values(comment=None))
    await blank_turns(tx, StoredTurn.address_id.in_(theirs))
    await blank_replies(tx, StoredReply.address_id.in_(theirs))
    to_them = StoredDelivery.person_id.in_(whose)
    if cases:
        still = (to_them, StoredDelivery.state.in_(_UNDER_WAY))
        await tx.execute(update(StoredDelivery).where(*still).values(state="cancelled", reason="erased"))
    done = update(StoredDelivery).where(to_them, StoredDelivery.state.not_in(_UNDER_WAY))
    await tx.execute(done.values(body={}, reason=None))


async def blank_turns(tx: Transaction, *which: ColumnElement[bool]) -> int:
    """Remove the words of these turns, except of one that waits to be taken; returns how many."""
    erased = {"raw": "", "update_id": literal("erased:") + cast(StoredTurn.id, Text)}
    waiting = update(StoredTurn).where(*which, StoredTurn.state.not_in(_FINISHED))
    await tx.execute(waiting.values(state="passed", finished_at=StoredTurn.received_at))
    return (await tx.execute(update(StoredTurn).where(*which, StoredTurn.raw != "").values(erased))).rowcount


async def blank_replies(tx: Transaction, *which: ColumnElement[bool]) -> int:
    """Remove the words of these replies, and drop those that have not left; returns how many."""
    unsent = update(StoredReply).where(*which, StoredReply.state == "unsent")
    await tx.execute(unsent.values(state="dropped", holder=None))
    said = update(StoredReply).where(*which, StoredReply.body["gone"].as_string().is_(None))
    return (await tx.execute(said.values(body=GONE, message_ids=None))).rowcount


async def _forget_files(tx: Transaction, whose: Sequence[int]) -> None:
    """Delete what people sent, and files made for them; a picture in a broadcast stays, as nobody's."""
    mine = StoredFile.person_id.in_(whose)
    in_broadcast = select(StoredBroadcast.file_id).where(StoredBroadcast.file_id.is_not(None))
    shown = update(StoredFile).where(mine, StoredFile.id.in_(in_broadcast))
    await tx.execute(shown.values(person_id=None, name=""))
    made = and_(StoredFile.person_id.is_(None), StoredFile.id.not_in(in_broadcast), StoredFile.kind == "document")
    in_case = exists().where(StoredCaseMessage.file_id == StoredFile.id)
    await tx.execute(delete(StoredFile).where(or_(mine, made), StoredFile.id.not_in(in_broadcast), ~in_case))


async def _forget_businesses(tx: Transaction, whose: Sequence[int]) -> None:
    """Detach people from their businesses, and empty a business where nobody is left."""
    theirs = select(Membership.business_id).where(Membership.person_id.in_(whose))
    ids = list((await tx.execute(theirs)).scalars())
    await tx.execute(delete(Membership).where(Membership.person_id.in_(whose)))
    others = exists().where(Membership.business_id == StoredBusiness.id)
    enrolled = exists().where(StoredEnrolment.business_id == StoredBusiness.id)
    left = update(StoredBusiness).where(StoredBusiness.id.in_(ids), ~others, ~enrolled)
    await tx.execute(left.values(dict.fromkeys(Business.__dataclass_fields__, "")))


async def files_of_enrolments(tx: Transaction, whose: Collection[int]) -> set[int]:
    return _numbers([one.answers for person in whose for one in await enrolments.of(tx, person)])


def _numbers(answers: Sequence[JsonObject]) -> set[int]:
    """Collect the ids of files among answers."""
    lists = [value for said in answers for value in said.values() if isinstance(value, list)]
    return {one for value in lists for one in value if isinstance(one, int)}


def is_in_use() -> ColumnElement[bool]:
    """Match files that stand in a case or a broadcast."""
    in_case = exists().where(StoredCaseMessage.file_id == StoredFile.id)
    return or_(in_case, exists().where(StoredBroadcast.file_id == StoredFile.id))


def _addresses(whose: Sequence[int]) -> Any:
    return select(Address.id).where(Address.person_id.in_(whose)).scalar_subquery()
