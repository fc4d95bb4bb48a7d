"""A programme with people who enrolled and the staff who decide, as if the conversations had taken place."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from bot.channels.memory import Delivered
from bot.enrolling.seats import TICKET
from db.conversation.jobs import StoredJob
from db.engine import Transaction
from db.enrolling import enrolments
from db.enrolling.enrolments import Enrolment
from db.fairs import programmes
from db.fairs.programmes import Programme
from db.people import addresses
from tests.town.desks import Desks
from tests.town.fairs import offer, programme
from tests.town.phone import Phone, Town

ANSWERS: dict[str, Any] = {
    "name": "Euis Komariah",
    "phone": "+6281234567890",
    "business": "Keripik Teh Euis",
    "nib": None,
    "district": "Cibeunying Kidul",
    "city": "Bandung",
    "sector": "food",
    "products": "keripik singkong, pisang, basreng",
    "scale": "micro",
    "halal": "applied",
    "hki": None,
}
#: what a delegation is, for which staff choose 20
DELEGATION: dict[str, Any] = {
    "kind": "delegation",
    "title": {"id": "Delegasi Pekan Produk", "en": "Delegation to the Products Week"},
    "short_name": {"id": "Delegasi"},
    "quota": 20,
    "enrolment_closes": date(2027, 1, 31),
    "place": "Dewan Sivik MBPJ",
    "first_day": date(2027, 4, 16),
    "last_day": date(2027, 4, 16),
    "timezone": "Asia/Kuala_Lumpur",
    "documents": ["Foto produk"],
    "decides": "staff",
}


@dataclass
class Hall:
    """A town, its staff, and a programme with people who enrolled."""

    town: Town
    desks: Desks
    programme: Programme
    phones: dict[str, Phone] = field(default_factory=dict)

    async def enrols(self, who: str, state: str = "submitted", /, **said: Any) -> int:
        """Somebody sends an enrolment; `said` are answers, or other columns of it."""
        if who not in self.phones:
            self.phones[who] = self.town.phone(who, said.pop("language", "id"))
            await self.phones[who].says("/menu")
            self.desks.look(self.phones[who])
        self.town.clock.move(timedelta(minutes=1))
        async with self.town.assistant.database.transaction() as tx:
            return await self.keep(tx, who, state, said)

    async def keep(self, tx: Transaction, name: str, state: str, said: dict[str, Any]) -> int:
        """The same within a transaction, by somebody who has written before."""
        now = self.town.clock.now()
        known = await addresses.known(tx, "memory", [name])
        address, person = known[name]
        other = bool(said.pop("for_other", False))
        one = await enrolments.begin(tx, self.programme.id, person, address, {}, now, other)
        answers = ANSWERS | {key: value for key, value in said.items() if key != "business_id"}
        kept = {key: str(answers[key]) for key in ("name", "phone", "business")}
        await enrolments.keep(tx, one, now, answers=answers, business_id=said.get("business_id"), **kept)
        if state != "draft":
            await enrolments.give_number(tx, one, "DPJ27")
            for following in ("submitted", state) if state != "submitted" else ("submitted",):
                draft = await enrolments.load(tx, one)
                assert draft is not None
                await enrolments.move(tx, draft, following, now)
        return one

    async def load(self, id: int) -> Enrolment:  # noqa: A002
        async with self.town.assistant.database.reading() as tx:
            found = await enrolments.load(tx, id)
        assert found is not None
        return found

    async def states(self) -> list[str]:
        async with self.town.assistant.database.reading() as tx:
            found = await enrolments.listed(tx, self.programme.id, enrolments.STATES, limit=400)
        return [one.state for one in found]

    async def tickets(self) -> list[int]:
        """The enrolments whose tickets are to be made."""
        async with self.town.assistant.database.reading() as tx:
            found = await tx.execute(select(StoredJob.args).where(StoredJob.name == TICKET).order_by(StoredJob.id))
            return [int(args["id"]) for args in found.scalars()]

    async def news(self, name: str) -> list[Delivered]:
        return await self.desks.news(self.phones[name])


async def opened(town: Town, **said: Any) -> Hall:
    """With the delegation, in which nobody enrolled yet; `said` is what is different in it."""
    await offer(town, programme("DPJ27", **DELEGATION | said))
    async with town.assistant.database.reading() as tx:
        found = await programmes.all_of(tx)
    return Hall(town, Desks(town), next(one for one in found if one.code == "DPJ27"))


async def looks_at(phone: Phone) -> Delivered:
    """The first that waits."""
    await phone.says("/pendaftaran")
    await phone.taps("1 Delegasi")
    (card,) = await phone.taps(next(label for label in phone.bubbles[-1].labels if label.startswith("Periksa")))
    return card
