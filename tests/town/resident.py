"""Somebody of whom everything is kept that can be: a conversation, a case with staff's notes, an enrolment, news."""

from sqlalchemy import select

from db.deliveries import deliveries
from db.deliveries.deliveries import NOTICE, Recipient
from db.people.addresses import Address
from tests.town import applicants, fairs
from tests.town.applicants import Applicant
from tests.town.desks import Desks
from tests.town.phone import NOW, Phone, Town
from tests.town.sample_files import JPEG, PDF

#: how the channel calls her
ADDRESS = "euis-4711-di-cicadas"
#: what nobody may find of her afterwards, as it was typed or sent
WORDS = (
    ADDRESS,
    "Komariah",
    "81234567890",
    "81398765432",
    "Keripik Teh Euis",
    "keripik pisang",
    "9120000123456",
    "buatan ibu",
    "perpanjang SIM C di bandung dimana",
    "jalan Cikutra nomor sembilan",
    "angkanya sudah naik di kelurahan Sukapura",
    "langganan saya pabrik Cijerah",
    "surat-tanah-euis.pdf",
    "catatan petugas: sering menelepon sore",
    "Bu Euis, datang saja ke loket tiga",
    "Pengingat khusus",
    "halo saya mau tanya soal gang Warta",
    "yang di Kiaracondong",
)


async def move_in(town: Town) -> tuple[Phone, Phone, Desks]:
    """She lives here for a day; returns her phone, and that of an officer."""
    desks = Desks(town)
    rini = await desks.employ("rini", "Bu Rini")
    await fairs.offer(town, applicants.plan())
    euis = town.phone(ADDRESS)
    await _talks(euis)
    await _asks_staff(desks, euis, rini)
    await applicants.begin(euis)
    await Applicant(town, euis).fill()
    await applicants.tap(euis, "form-send")
    await applicants.tap(euis, "enrol-news")
    await _is_looked_at(rini)
    await _is_told(town)
    await desks.deliver()
    return euis, rini, desks


async def _talks(euis: Phone) -> None:
    await euis.says("halo saya mau tanya soal gang Warta")
    await euis.says("biaya sertifikat halal berapa ya kak")
    await euis.taps("Kurang tepat?")
    await applicants.tap(euis, "wrong-figure")
    await euis.says("angkanya sudah naik di kelurahan Sukapura")


async def _asks_staff(desks: Desks, euis: Phone, rini: Phone) -> None:
    await euis.says("perpanjang SIM C di bandung dimana")
    await euis.taps("Tanya petugas")
    await euis.taps("Tambah keterangan")
    await euis.says("jalan Cikutra nomor sembilan")
    await euis.taps("Tambah keterangan")
    await euis.sends_photo(JPEG)
    await desks.deliver()
    await rini.taps("Saya ambil")
    await rini.says("Bu Euis, datang saja ke loket tiga")
    await desks.deliver()
    await euis.says("langganan saya pabrik Cijerah")
    await euis.sends_file(PDF, "surat-tanah-euis.pdf", "yang di Kiaracondong")
    await desks.deliver()
    await rini.says("/catatan catatan petugas: sering menelepon sore")
    await rini.says("/selesai")
    await desks.deliver()


async def _is_looked_at(rini: Phone) -> None:
    await rini.says("/pendaftaran euis komariah")


async def _is_told(town: Town) -> None:
    async with town.assistant.database.transaction() as tx:
        rows = await tx.execute(select(Address.person_id, Address.id).where(Address.value == ADDRESS))
        person, address = rows.one()
        body = {"text": "Pengingat khusus untuk Euis Komariah."}
        await deliveries.add(tx, "reminder:1:3", [Recipient(person, address)], NOTICE, body, NOW, NOW, at_night=True)
