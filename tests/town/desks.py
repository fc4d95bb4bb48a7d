"""Staff with phones, and what reaches people without their asking, for the stories of cases."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from bot.channels.memory import Delivered, insist
from db.cases.cases import StoredCase
from db.people.addresses import Address
from db.people.staff import StaffMember
from tests.town.phone import Phone, Town


class Desks:
    """A town whose office has staff; `news` are the bubbles that came to a phone since the last look at it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self._seen: dict[str, int] = {}

    async def employ(self, name: str, called: str, role: str = "officer", language: str = "id") -> Phone:
        """Somebody who works here from now on."""
        phone = self.town.phone(name, language)
        await phone.says("/menu")
        async with self.town.assistant.database.transaction() as tx:
            address = select(Address.id).where(Address.value == name).scalar_subquery()
            row = {"address_id": address, "role": role, "name": called, "since": self.town.clock.now()}
            await tx.execute(tx.insert(StaffMember).values(row))
        self._seen[name] = len(phone.bubbles)
        return phone

    async def dismiss(self, called: str) -> None:
        async with self.town.assistant.database.transaction() as tx:
            gone = update(StaffMember).where(StaffMember.name == called)
            await tx.execute(gone.values(until=self.town.clock.now()))

    async def news(self, phone: Phone) -> list[Delivered]:
        """What came since the last look, in order."""
        await self.deliver()
        return self.look(phone)

    def look(self, phone: Phone) -> list[Delivered]:
        """The same, of what was delivered already."""
        before = self._seen.get(phone.name, 0)
        self._seen[phone.name] = len(phone.bubbles)
        arrived = phone.bubbles[before:]
        for sent in arrived:
            insist(sent.reply)
        return arrived

    async def waits(self, phone: Phone, minutes: float) -> list[Delivered]:
        """Let time pass; returns what came to this phone meanwhile."""
        await self.news(phone)
        self.town.clock.move(timedelta(minutes=minutes))
        while await self.town.assistant.jobs.run_due():
            await self.town.assistant.settled()
        return await self.news(phone)

    async def deliver(self) -> None:
        """Send what may leave now."""
        await self.town.assistant.settled()
        await self.town.assistant.deliveries.run_due()


async def case_rows(town: Town) -> list[dict[str, Any]]:
    """The cases as they are stored."""
    async with town.assistant.database.reading() as tx:
        return [dict(row) for row in (await tx.execute(select(StoredCase.__table__))).mappings()]
