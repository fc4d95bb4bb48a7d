"""The office: what the city decides about its assistant. One row; what nobody decided yet is empty."""

from dataclasses import asdict, dataclass, field

from sqlalchemy import Text, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, JsonObject
from db.engine import Transaction

#: Monday to Friday, until an administrator says otherwise
_USUAL = {str(weekday): ["08:00", "16:00"] for weekday in range(5)}


class StoredOffice(Base):
    __tablename__ = "office"

    #: always 1
    id: Mapped[int] = mapped_column(primary_key=True)
    #: as owners read it; empty until an administrator says it
    name: Mapped[str] = mapped_column(Text)
    #: whom to ask about what: the area of a topic (`halal`, `hki`, ...) to the words shown
    contacts: Mapped[JsonObject]
    #: opening hours in Bandung: weekday (`0` is Monday) to `["08:00", "16:00"]`; a day that is missing is closed
    hours: Mapped[JsonObject]
    #: days on which nobody is there, as ISO 8601 dates
    holidays: Mapped[list[str]]
    #: days for which messages are kept
    retention_days: Mapped[int]
    #: announcements to one person in a week, at most
    weekly_limit: Mapped[int]
    #: an announcement to more people than this needs a second administrator
    second_from: Mapped[int]
    #: minutes without a message after which a case hands back by itself
    idle_minutes: Mapped[int]
    #: days for which an enrolment is kept after its programme is over
    enrolment_days: Mapped[int] = mapped_column(server_default="365")
    #: announcements a second that Telegram may be paid to take, 0 where nothing is paid
    paid_speed: Mapped[int] = mapped_column(server_default="0")


@dataclass(frozen=True, slots=True)
class Office:
    """What the office decided, with the usual value where it did not; the fields are those of `StoredOffice`."""

    name: str = ""
    contacts: dict[str, str] = field(default_factory=dict)
    hours: dict[str, list[str]] = field(default_factory=lambda: dict(_USUAL))
    holidays: list[str] = field(default_factory=list)
    retention_days: int = 90
    weekly_limit: int = 3
    second_from: int = 500
    idle_minutes: int = 30
    enrolment_days: int = 365
    paid_speed: int = 0


_OFFICE = select(
    StoredOffice.name,
    StoredOffice.contacts,
    StoredOffice.hours,
    StoredOffice.holidays,
    StoredOffice.retention_days,
    StoredOffice.weekly_limit,
    StoredOffice.second_from,
    StoredOffice.idle_minutes,
    StoredOffice.enrolment_days,
    StoredOffice.paid_speed,
)


async def load(tx: Transaction) -> Office:
    row = (await tx.execute(_OFFICE)).first()
    return Office(*row) if row else Office()


async def save(tx: Transaction, **decided: object) -> None:
    """Write what an administrator decided, by the names of the fields of `Office`."""
    whole = {"id": 1, **asdict(await load(tx)), **decided}
    insert = tx.insert(StoredOffice).values(whole)
    await tx.execute(insert.on_conflict_do_update(index_elements=["id"], set_=decided))
