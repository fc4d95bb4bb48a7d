"""The database of an older version, and its backup: people go on where they stood; see old/README.md."""

import gzip
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select

from bot.channels.memory import Delivered
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from bot.reply import Reply
from db.base import Base
from db.conversation.replies import StoredReply
from db.enrolling import enrolments
from db.people.addresses import Address
from tests.town.copying import released, restored
from tests.town.phone import NOW, Phone, Town

OLD = Path(__file__).with_name("old")


@pytest.fixture(params=["file", "backup-sqlite", pytest.param("backup-postgresql", marks=pytest.mark.slow)])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, bool]]:
    """The address of the database, and whether the backup is still to be restored there."""
    file = f"sqlite+aiosqlite:///{tmp_path / 'old.db'}"
    if request.param == "file":
        (tmp_path / "old.db").write_bytes(gzip.decompress((OLD / "jembatan.db.gz").read_bytes()))
        yield file, False
    elif request.param == "backup-sqlite":
        yield file, True
    else:
        with request.getfixturevalue("postgres").database(template="template0") as url:
            yield url, True


@pytest.fixture
async def old(kept: tuple[str, bool], known: Knowledge, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    """Started with today's program, five minutes after it stopped."""
    url, from_backup = kept
    if from_backup:
        await restored(OLD / "jembatan.backup", url)
        await released(url)
    monkeypatch.setattr(Phone, "_numbers", count(10_000))  # the lower ones are taken
    async with Town.opened(url, known, NOW + timedelta(minutes=5)) as town:
        yield town


async def taps(town: Town, phone: Phone, label: str) -> list[Delivered]:
    """Tap a button of a bubble that came before the update, the last one that has it."""
    async with town.assistant.database.reading() as tx:
        bodies = select(StoredReply.id, StoredReply.body).join(Address, Address.id == StoredReply.address_id)
        rows = (await tx.execute(bodies.where(Address.value == phone.name).order_by(StoredReply.id))).all()
    offered = [(id_, [choice.shown for choice in Reply.from_json(body).numbered()]) for id_, body in rows]
    reply, labels = next((id_, labels) for id_, labels in reversed(offered) if label in labels)
    return await phone.does(Inbound("tap", reply=reply, index=labels.index(label)))


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": Base.metadata})
    return list(compare_metadata(context, Base.metadata))


async def test_it_becomes_what_the_models_say(old: Town) -> None:
    async with old.assistant.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_the_form_goes_on_where_it_stood(old: Town) -> None:
    ani = old.phone("ani")
    (nib,) = await ani.says("Keripik Teh Ani")
    assert nib.text.startswith("4 dari 12 · NIB, 13 angka?")
    async with old.assistant.database.reading() as tx:
        [form] = await enrolments.of(tx, await person(old, "ani"))
    assert form.answers["name"] == "Ani Contoh" and form.answers["business"] == "Keripik Teh Ani"


async def person(town: Town, name: str) -> int:
    async with town.assistant.database.reading() as tx:
        return int((await tx.execute(select(Address.person_id).where(Address.value == name))).scalar_one())


async def test_old_buttons_answer(old: Town) -> None:
    gita = old.phone("gita")
    (cost,) = await taps(old, gita, "Biaya reguler")
    assert cost.text.startswith("Biaya halal reguler untuk usaha mikro dan kecil:")
    (wrong,) = await taps(old, gita, "Kurang tepat?")
    assert wrong.labels[:2] == ["Angkanya", "Bukan maksud saya"]
    budi = old.phone("budi")
    (status,) = await taps(old, budi, "Lihat status")
    assert "DPJ27-0001" in status.text
    (accepted,) = await taps(old, old.phone("rini"), "Terima")
    assert accepted.text.startswith("✅ DPJ27-0001 diterima, Budi Contoh dikabari.")
    told = await budi.waits(60)
    assert any("DPJ27-0001" in sent.text for sent in told)


async def test_an_accepted_one_still_has_the_ticket(old: Town) -> None:
    said = await old.phone("citra").says("tiket")
    assert any("DPJ27-0002" in sent.text for sent in said)


async def test_what_was_asked_is_answered_and_reaches_the_officer(old: Town) -> None:
    hani, rini = old.phone("hani"), old.phone("rini")
    await hani.says("merknya Singer, tahun 2010")
    assert "Singer" in rini.bubbles[-1].text
    await rini.says("Besok kami ke sana, Bu.")
    assert "Besok kami ke sana, Bu." in hani.bubbles[-1].text


async def test_what_staff_were_entering_goes_on(old: Town) -> None:
    (venue,) = await old.phone("dadan").says("Petaling Jaya")
    assert venue.text.startswith("Tempatnya?")


async def test_what_was_scheduled_goes_out(old: Town) -> None:
    eka = old.phone("eka")
    await eka.waits(timedelta(days=1, minutes=20).total_seconds())
    await old.assistant.deliveries.run_due()
    assert [sent.text for sent in eka.bubbles if sent.text.startswith("Pendaftaran dibuka")]
