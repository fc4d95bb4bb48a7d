"""People as a table, a row for each person and business; and their export."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from bot.commands import columns as say
from bot.commands import exports
from bot.commands.columns import column, written
from bot.commands.exports import Outgoing
from bot.commands.tables import Table
from bot.fields.places import districts
from bot.language.i18n import LANGUAGES
from bot.settings import Settings
from db.engine import Transaction
from db.fairs.exhibitions import SECTORS
from db.people import addresses, businesses, consents, people
from db.people.businesses import SCALES, Business
from db.people.consents import ANNOUNCEMENTS, Consent
from db.people.people import Profile

#: the column of each field of a business
BUSINESS = {one.name: "business" if one.name == "name" else one.name for one in fields(Business)}
#: columns that say the same in all rows of a person
PERSON = (
    "name",
    "phone",
    "language",
    "announcements",
    "announcements_since",
    "announcements_words",
    "announcements_language",
)
#: how far a certificate is, as an enrolment's form keeps it
_CERTIFICATE = ("yes", "applied", "no")

PEOPLE = Table(
    "people",
    (
        column("addresses", say.addresses, True),
        column("name", say.text(80)),
        column("phone", say.phone),
        column("language", say.one_of(LANGUAGES)),
        column("announcements", say.yes_no),
        column("announcements_since", say.moment),
        column("announcements_words", say.text(10)),
        column("announcements_language", say.one_of(LANGUAGES)),
        column("business", say.text(80)),
        column("nib", say.nib),
        column("district", say.one_of(districts())),
        column("city", say.text(40)),
        column("sector", say.one_of(SECTORS)),
        column("products", say.text(200)),
        column("scale", say.one_of(SCALES)),
        column("halal", say.one_of(_CERTIFICATE)),
        column("hki", say.one_of(_CERTIFICATE)),
    ),
    people,
    Profile,
)


@dataclass(frozen=True, slots=True)
class Record:
    """Everything stored of a person that has a column; `taken_back` is when they last stopped announcements."""

    profile: Profile
    addresses: list[str]
    businesses: dict[int, Business]
    consent: Consent | None
    taken_back: datetime | None

    def rows(self) -> list[dict[str, str]]:
        """Make a row for each business; one for a person without any."""
        consent = self.consent
        person = {
            "addresses": self.addresses,
            "name": self.profile.name,
            "phone": self.profile.phone,
            "language": self.profile.language,
            "announcements": consent is not None,
            "announcements_since": consent and consent.since,
            "announcements_words": consent and consent.version,
            "announcements_language": consent and consent.language,
        }
        return [
            {name: written(value) for name, value in person.items()}
            | {heading: written(getattr(business, name)) for name, heading in BUSINESS.items()}
            for business in self.businesses.values() or (Business(),)
        ]


async def records(tx: Transaction, profiles: Collection[Profile]) -> list[Record]:
    """Load what is stored of these people."""
    ids = [one.id for one in profiles]
    written_at, theirs = await addresses.of(tx, ids), await businesses.of_all(tx, ids)
    agreed = await consents.standing(tx, ids, ANNOUNCEMENTS)
    taken_back = await consents.taken_back(tx, ids, ANNOUNCEMENTS)
    return [
        Record(one, written_at.get(one.id, []), theirs.get(one.id, {}), agreed.get(one.id), taken_back.get(one.id))
        for one in profiles
    ]


def bring_out(settings: Settings, path: Path | None, form: str | None) -> None:
    """Export everybody."""

    async def find(tx: Transaction, _form: str) -> Outgoing:
        return Outgoing(PEOPLE.headings(), _rows(tx), await people.count(tx), "rows of people and their businesses")

    exports.bring_out(settings, "people", path, form, find, personal=True)


async def _rows(tx: Transaction) -> AsyncIterator[dict[str, str]]:
    async for profiles in people.every(tx):
        for record in await records(tx, profiles):
            for row in record.rows():
                yield row
