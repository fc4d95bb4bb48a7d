"""People who agreed to announcements, for the stories of broadcasts."""

from datetime import timedelta

from sqlalchemy import select

from db.deliveries.deliveries import StoredDelivery
from db.enrolling import enrolments
from db.fairs import programmes
from db.people import addresses, businesses, consents, people
from db.people.businesses import Business
from db.people.consents import ANNOUNCEMENTS, Consent
from tests.town.phone import NOW, Phone, Town


async def agrees(town: Town, *names: str, language: str = "id", **business: str) -> list[Phone]:
    """These people wrote once and agreed; `business` is what is known of the business of each."""
    phones = [town.phone(name, language) for name in names]
    async with town.assistant.database.transaction() as tx:
        found = await people.find_or_create(tx, "memory", dict.fromkeys(names, language), NOW)
        for name in names:
            _address, person = found[name]
            await people.introduce(tx, [person], NOW)
            since = NOW - timedelta(days=1)
            await consents.give(tx, person, Consent(ANNOUNCEMENTS, "", "2026-11-25", language, since))
            if business:
                own = await businesses.add(tx, Business(**business), NOW)
                await businesses.join(tx, person, own, NOW)
    return phones


async def named(town: Town, **names: tuple[str, str]) -> None:
    """The name and the phone number that they gave, by address."""
    async with town.assistant.database.transaction() as tx:
        found = await addresses.known(tx, "memory", names)
        for address, (name, phone) in names.items():
            await people.set_profile(tx, found[address][1], name, phone)


async def states(town: Town, broadcast: int = 1) -> dict[str, int]:
    """How many deliveries of a broadcast stand in each state."""
    found: dict[str, int] = {}
    async with town.assistant.database.reading() as tx:
        rows = await tx.execute(select(StoredDelivery.state).where(StoredDelivery.broadcast_id == broadcast))
        for row in rows:
            found[row[0]] = found.get(row[0], 0) + 1
    return found


async def enrols(town: Town, code: str, **states: str) -> None:
    """These people, by address, are enrolled in a programme, in this state."""
    async with town.assistant.database.transaction() as tx:
        found = await addresses.known(tx, "memory", states)
        one = next(one for one in await programmes.all_of(tx) if one.code == code)
        for name, state in states.items():
            address, person = found[name]
            id_ = await enrolments.begin(tx, one.id, person, address, {}, NOW)
            begun = await enrolments.load(tx, id_)
            assert begun
            await enrolments.move(tx, begun, state, NOW)
