"""Holdings: what is kept of a person, counted and listed for themselves to see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, func, literal, select

from db.base import JsonObject
from db.cases.case_messages import StoredCaseMessage
from db.cases.cases import StoredCase
from db.conversation.replies import StoredReply
from db.conversation.turns import Received, StoredTurn
from db.engine import Transaction
from db.enrolling.enrolments import StoredEnrolment
from db.fairs.exhibitions import StoredExhibition
from db.fairs.reminders import StoredReminder
from db.files import StoredFile
from db.people.addresses import Address
from db.people.staff import StaffMember
from db.privacy.audit import StoredAct


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is kept, by kind."""

    #: what they wrote and what they were told
    messages: int
    files: int
    cases: int
    #: the channels on which they write, each once
    channels: list[str]


async def counts(tx: Transaction, person: int) -> Counts:
    written = _written(select(func.count()).select_from(StoredTurn), person)
    told = _told(select(func.count()).select_from(StoredReply), person)
    files = select(func.count()).select_from(StoredFile).where(StoredFile.person_id == person)
    cases = select(func.count()).select_from(StoredCase).where(StoredCase.person_id == person)
    number = [int((await tx.execute(one)).scalar_one()) for one in (written, told, files, cases)]
    channels = select(Address.channel).where(Address.person_id == person).order_by(Address.id)
    return Counts(number[0] + number[1], number[2], number[3], [*dict.fromkeys((await tx.execute(channels)).scalars())])


def _written(rows: Any, person: int) -> Any:
    """What they did themselves, and not what a job did."""
    joined = rows.join(Address, Address.id == StoredTurn.address_id).where(Address.person_id == person)
    return joined.where(StoredTurn.raw != "", StoredTurn.channel == Address.channel)


def _told(rows: Any, person: int) -> Any:
    joined = rows.join(Address, Address.id == StoredReply.address_id).where(Address.person_id == person)
    return joined.where(StoredReply.body["gone"].as_string().is_(None))


async def written(tx: Transaction, person: int) -> list[Received]:
    """Load what a person wrote, as it came in, oldest first."""
    columns = (StoredTurn.id, StoredTurn.channel, StoredTurn.address_id, Address.person_id, Address.value)
    rows = _written(select(*columns, StoredTurn.raw, StoredTurn.received_at, StoredTurn.state), person)
    return [Received(*row) for row in await tx.execute(rows.order_by(StoredTurn.id))]


@dataclass(frozen=True, slots=True)
class Told:
    """One message that a person was told: `body` as `bot.reply.Reply.to_json` writes it."""

    id: int
    at: datetime
    body: JsonObject


async def told(tx: Transaction, person: int) -> list[Told]:
    """Load what a person was told, oldest first."""
    rows = _told(select(StoredReply.id, StoredReply.created_at, StoredReply.body), person)
    return [Told(*row) for row in await tx.execute(rows.order_by(StoredReply.id))]


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """One message in a case; `by` is the name of the member who wrote it, None for the person."""

    case: int
    at: datetime
    by: str | None
    text: str


async def case_messages(tx: Transaction, person: int) -> list[CaseMessage]:
    """Load what a person and staff wrote to each other, oldest first, without staff's notes."""
    columns = (StoredCaseMessage.case_id, StoredCaseMessage.created_at, StaffMember.name, StoredCaseMessage.text)
    rows = select(*columns).join(StoredCase, StoredCase.id == StoredCaseMessage.case_id)
    named = rows.outerjoin(StaffMember, StaffMember.id == StoredCaseMessage.staff_id)
    theirs = named.where(StoredCase.person_id == person, StoredCaseMessage.is_note.is_(False))
    return [CaseMessage(*row) for row in await tx.execute(theirs.order_by(StoredCaseMessage.id))]


async def file_names(tx: Transaction, person: int) -> dict[int, str]:
    """Load the names of a person's files, by id."""
    rows = select(StoredFile.id, StoredFile.name).where(StoredFile.person_id == person).order_by(StoredFile.id)
    return {row[0]: row[1] for row in await tx.execute(rows)}


async def reminders(tx: Transaction, person: int) -> list[str]:
    """List the codes of the exhibitions that a person is reminded of."""
    rows = select(StoredExhibition.code).join(StoredReminder, StoredReminder.exhibition_id == StoredExhibition.id)
    theirs = rows.where(StoredReminder.person_id == person, StoredReminder.until.is_(None))
    return list((await tx.execute(theirs.order_by(StoredReminder.id))).scalars())


@dataclass(frozen=True, slots=True)
class Opening:
    """A member opened an enrolment of the person, or decided about it; `act` is that of the audit."""

    at: datetime
    act: str
    #: the name of the member, empty where there is none
    by: str
    #: the registration number, empty for none
    prefix: str
    serial: int


async def openings(tx: Transaction, person: int, limit: int) -> list[Opening]:
    """Load who looked at a person's enrolments, the last first."""
    about = literal("enrolment:") + cast(StoredEnrolment.id, String)
    columns = (StoredAct.at, StoredAct.act, func.coalesce(StaffMember.name, ""))
    rows = (
        select(*columns, func.coalesce(StoredEnrolment.prefix, ""), func.coalesce(StoredEnrolment.serial, 0))
        .join(StoredEnrolment, StoredAct.object == about)
        .outerjoin(StaffMember, StaffMember.id == StoredAct.staff_id)
        .where(StoredEnrolment.person_id == person)
    )
    return [Opening(*row) for row in await tx.execute(rows.order_by(StoredAct.id.desc()).limit(limit))]
