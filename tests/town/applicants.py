"""People who enrol: a programme with every kind of question, what a patient person answers, and what is stored."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from bot.channels.memory import Delivered
from bot.enrolling.form import own
from bot.enrolling.form.enrolment import fields
from bot.enrolling.form.form import SAME
from bot.fields import Field
from bot.inbound import Inbound
from db.enrolling import enrolments
from db.enrolling.enrolments import Enrolment, StoredEnrolment
from db.fairs import programmes
from db.fairs.programmes import Plan, Programme
from db.people.addresses import Address
from tests.town import fairs
from tests.town.phone import NOW, Phone, Town
from tests.town.sample_files import JPEG

CODE = "DPJ27"
#: own questions of every kind, with an answer to each
QUESTIONS = {
    "Ukuran baju? (S, M, L, XL)": "XL",
    "Pernah ikut pameran? (ya/tidak, boleh dilewati)": "ya",
    "Berapa orang ikut? (angka)": "2",
    "Kapan mulai usaha? (tanggal)": "17 Agustus 2020",
    "Jual di mana? (beberapa: bazar, katalog, daring)": "bazar dan katalog",
    "Nomor darurat? (HP, boleh dilewati)": "0813 9876 5432",
    "Ceritakan usaha Anda": "kripik singkong buatan ibu, tiga rasa",
}
#: others that may come to them later
LATER = {
    "Alergi makanan? (boleh dilewati)": "tidak ada alergi",
    "Ukuran sepatu? (angka)": "40",
    "Punya paspor? (ya/tidak)": "ya",
    "Sudah pernah ikut pameran? (ya/tidak)": "tidak",
    "Berapa orang ikut? (boleh dilewati)": "berdua dengan adik saya",
}
DOCUMENTS = ("Foto produk utama", "Sertifikat (boleh dilewati)")
#: answers to what is asked of everybody
ANSWERS = {
    "name": "Euis Komariah",
    "phone": "081234567890",
    "business": "Keripik Teh Euis",
    "nib": "9120000123456",
    "district": "Coblong",
    "sector": "makanan",
    "products": "keripik singkong, keripik pisang",
    "scale": "300 juta setahun",
    "halal": "belum",
    "hki": "belum",
}
#: the same as they are kept
KEPT = ANSWERS | {"phone": "+6281234567890", "city": "Bandung", "sector": "food", "scale": "micro"}
KEPT |= dict.fromkeys(("halal", "hki"), "no")
#: more steps than the longest form has, and the way into it
_PATIENCE = 80


def plan(**said: Any) -> Plan:
    """A delegation of twenty whom staff choose; `said` is what is different."""
    known: dict[str, Any] = {
        "kind": "delegation",
        "title": {"id": "Delegasi Pekan Produk Bandung"},
        "short_name": {"id": "Delegasi"},
        "decides": "staff",
        "quota": 20,
        "questions": [*QUESTIONS],
        "documents": [*DOCUMENTS],
    }
    return fairs.programme(CODE, **known | said)


async def programme(town: Town, code: str = CODE) -> Programme:
    """As it is stored now."""
    async with town.assistant.database.reading() as tx:
        return next(one for one in await programmes.all_of(tx) if one.code == code)


async def alter(town: Town, code: str = CODE, **said: Any) -> Programme:
    """Staff change the programme."""
    before = await programme(town, code)
    async with town.assistant.database.transaction() as tx:
        return await programmes.change(tx, before, replace(before.plan(), **said), NOW)


async def rows(town: Town, phone: Phone | None = None) -> list[Enrolment]:
    """Everything that anybody began or sent, or whoever has this phone, oldest first."""
    columns = [getattr(StoredEnrolment, name) for name in Enrolment.__dataclass_fields__]
    found = select(*columns).order_by(StoredEnrolment.id)
    if phone:
        theirs = select(Address.person_id).where(Address.value == phone.name)
        found = found.where(StoredEnrolment.person_id.in_(theirs))
    async with town.assistant.database.reading() as tx:
        return [Enrolment(**row) for row in (await tx.execute(found)).mappings()]


async def join_devices(town: Town, first: Phone, second: Phone) -> None:
    """Both phones are one person's."""
    async with town.assistant.database.transaction() as tx:
        person = select(Address.person_id).where(Address.value == first.name).scalar_subquery()
        await tx.execute(update(Address).where(Address.value == second.name).values(person_id=person))


def right(field: Field, asked_of: Programme) -> str:
    """An answer to a question in words; empty for a document, which a photo answers."""
    if field.is_document:
        return ""
    own_names = [one.name for one in own.fields(asked_of)]
    if field.name not in own_names:
        return ANSWERS[field.name]
    wording = asked_of.questions[own_names.index(field.name)]
    return {**QUESTIONS, **LATER}[wording]


def offered(sent: Sequence[Delivered], name: str) -> tuple[str, Delivered] | None:
    """The label of the last choice of this name, and the bubble that it stands under."""
    for bubble in reversed(sent):
        for choice in bubble.reply.numbered():
            if choice.name == name:
                return choice.shown, bubble
    return None


async def tap(phone: Phone, name: str) -> list[Delivered]:
    """Tap the choice of this name in the last bubbles, in whatever language it is."""
    found = offered(phone.bubbles[-4:], name)
    assert found, f"no {name} in {[one.labels for one in phone.bubbles[-4:]]}, after {phone.bubbles[-1].text!r}"
    return await phone.taps(*found)


async def begin(phone: Phone, other: bool = False) -> list[Delivered]:
    """From the list of programmes to the first question, with everything agreed to."""
    if not offered(phone.bubbles[-1:], "programmes"):
        await phone.says("program apa saja yang dibuka")
    if offered(phone.bubbles[-1:], "programmes"):
        await tap(phone, "programmes")
    await tap(phone, "programme")
    await tap(phone, "enrol")
    if offered(phone.bubbles[-1:], "enrol"):
        await tap(phone, "enrol")
    if other:
        await tap(phone, "enrol-other")
    return await tap(phone, "enrol-agree")


async def leap(town: Town, phone: Phone, number: int) -> None:
    """So many of the questions that everybody is asked are answered already."""
    one, asked_of = (await rows(town, phone))[-1], await programme(town)
    answers = one.answers | ({SAME: False} if one.known else {})
    for field in fields(asked_of)[: min(number, len(ANSWERS))]:
        answers |= {name: KEPT[name] for name in field.sets}
    async with town.assistant.database.transaction() as tx:
        await enrolments.keep(tx, one.id, town.clock.now(), answers=answers, step="")
    await phone.says("/lanjut")


class Applicant:
    """A patient person, who answers whatever is asked until it is sent."""

    def __init__(self, town: Town, phone: Phone, **own: str) -> None:
        self.town = town
        self.phone = phone
        #: what they answer instead of what everybody does
        self.own = own

    async def open_form(self) -> Enrolment | None:
        """The one that they spoke of last."""
        found = [one for one in await rows(self.town, self.phone) if one.state in ("draft", "correction")]
        return max(found, key=lambda one: one.mark, default=None)

    async def step(self) -> list[Delivered]:
        """Answer what is asked now; at the review, send it."""
        one = await self.open_form()
        assert one, "nothing is asked"
        async with self.town.assistant.database.reading() as tx:
            asked_of = await programmes.load(tx, one.programme_id)
        assert asked_of
        if one.known and SAME not in one.answers:
            return await tap(self.phone, "form-same")
        field = next((field for field in fields(asked_of) if field.name == one.step), None)
        if field is None:
            return await tap(self.phone, "form-send")
        if offered(self.phone.bubbles[-1:], "form-next"):
            return await tap(self.phone, "form-next")
        words = self.own.get(field.name) or right(field, asked_of)
        return await (self.phone.says(words) if words else self.phone.sends_photo(JPEG))

    async def fill(self, until: str = "") -> list[Delivered]:
        """Answer everything, up to the question of this name or the review."""
        sent: list[Delivered] = []
        for _ in range(_PATIENCE):
            one = await self.open_form()
            assert one
            if one.step == until and not (one.known and SAME not in one.answers):
                return sent
            sent = await self.step()
        raise AssertionError(f"never came to {until or 'the review'}; {[one.text for one in self.phone.bubbles[-5:]]}")

    async def finish(self) -> None:
        """From whatever there is: until nothing is open, and something was sent."""
        await self._come_back()
        for _ in range(_PATIENCE):
            before = await self.open_form()
            if before is None:
                return
            await self.step()
            after = await self.open_form()
            if after and after.id != before.id:
                await self.phone.says("lanjut")
        said = "\n---\n".join(sent.text for sent in self.phone.bubbles[-8:])
        raise AssertionError(f"no end of it: {before}\n{said}")

    async def _come_back(self) -> None:
        """Go on with what is open, or begin where nothing is; first end a talk with staff."""
        before = {one.id: one.answers for one in await rows(self.town, self.phone)}
        if not await self.phone.says("lanjut"):
            await self.phone.says("selesai")
            await self.phone.says("lanjut")
        found = await rows(self.town, self.phone)
        assert {one.id: one.answers for one in found} == before, "going on changes no answer"
        enrolled = [one for one in found if one.number and one.state != "withdrawn"]
        if await self.open_form() is None and not enrolled:
            await begin(self.phone)


def missed(phone: Phone) -> list[Inbound]:
    """What a form cannot read, one of each."""
    return [
        Inbound("sticker"),
        Inbound("other"),
        Inbound("location", place=(-6.9, 107.6)),
        Inbound("contact", phone="6281298765432"),
        phone.holding("file", b"PK\x03\x04" + b"x" * 200, "katalog.docx"),
        phone.holding("voice", b"OggS" + bytes(24) + b"OpusHead" + b"voice" * 50),
        phone.holding("file", b"", "kosong.pdf"),
        Inbound("photo", file="gone"),
    ]
