"""Backups: whole, equal on both engines, and refused when damaged."""

import asyncio
import gzip
import shutil
import stat
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import JSON, BigInteger, Boolean, DateTime, Double, Integer, LargeBinary, String, Text, delete, select

from bot.knowledge import Knowledge
from bot.privacy import backup
from bot.privacy.backup import Broken
from db import files, migrations
from db.base import Base
from db.conversation.jobs import StoredJob
from db.copies.snapshots import FILES, Unfit
from db.files import File
from tests.town.copying import fill, live, opened, parts, restored, silent, taken
from tests.town.phone import NOW, Town
from tests.town.postgres import Server


@pytest.fixture
def postgres_empty(postgres: Server) -> Iterator[str]:
    with postgres.database(template="template0") as url:
        yield url


@pytest.fixture
def sqlite_empty(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'copy.db'}"


@pytest.fixture
async def morning(engine_url: str, known: Knowledge) -> str:
    """A database of either engine in which people were answered and some things are still open."""
    async with Town.opened(engine_url, known) as town:
        await live(town)
    return engine_url


@pytest.fixture(scope="module")
def whole(migrated_file: Path, known: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup of such a database, whichever engine it was taken from."""
    folder = tmp_path_factory.mktemp("whole")
    url = f"sqlite+aiosqlite:///{shutil.copy(migrated_file, folder / 'jembatan.db')}"

    async def take() -> bytes:
        async with Town.opened(url, known) as town:
            await live(town)
        return (await taken(url, folder / "file")).read_bytes()

    return asyncio.run(take())


# equal counts and checksums


async def test_from_sqlite_to_postgresql_and_back_every_table_is_equal(
    sqlite_url: str, postgres_empty: str, sqlite_empty: str, known: Knowledge, tmp_path: Path
) -> None:
    async with Town.opened(sqlite_url, known) as town:
        await live(town)
        async with town.assistant.database.transaction() as tx:
            await fill(tx)
    at_first = await parts(sqlite_url)
    assert {table for table, part in at_first.items() if not part.rows} == set()
    on_postgresql = await parts(await restored(await taken(sqlite_url, tmp_path / "first"), postgres_empty))
    back = await parts(await restored(await taken(postgres_empty, tmp_path / "second"), sqlite_empty))
    for found in (on_postgresql, back):
        assert {table: (part.rows, part.checksum) for table, part in found.items()} == {
            table: (part.rows, part.checksum) for table, part in at_first.items()
        }


async def test_an_id_is_not_given_again_after_a_restore_even_if_its_row_is_gone(
    morning: str, empty_url: str, tmp_path: Path
) -> None:
    async with opened(morning) as database, database.transaction() as tx:
        last = (await tx.execute(select(StoredJob.id).order_by(StoredJob.id.desc()).limit(1))).scalar_one()
        await tx.execute(delete(StoredJob))
    await restored(await taken(morning, tmp_path / "file"), empty_url)
    async with opened(empty_url) as database, database.transaction() as tx:
        row = {"name": "later", "due_at": NOW, "args": {}}
        assert (await tx.execute(tx.insert(StoredJob).values(row).returning(StoredJob.id))).scalar_one() > last


async def test_every_column_is_of_a_kind_that_a_backup_can_hold() -> None:
    known = (BigInteger, Boolean, DateTime, Double, Integer, JSON, LargeBinary, String, Text)
    columns = [column for table in Base.metadata.tables.values() for column in table.columns]
    assert [column for column in columns if not isinstance(getattr(column.type, "impl", column.type), known)] == []


@pytest.mark.slow
async def test_files_travel_a_few_at_a_time(engine_url: str, empty_url: str, tmp_path: Path) -> None:
    contents = [bytes([number]) * 3_000_000 for number in range(2 * FILES + 1)]
    async with opened(engine_url) as database, database.transaction() as tx:
        ids = [await files.add(tx, None, File("document", "application/pdf", "a.pdf", one), NOW) for one in contents]
    path = await taken(engine_url, tmp_path / "file")
    tracemalloc.start()
    await restored(path, empty_url)
    async with opened(empty_url) as database:
        await backup.take(database, tmp_path / "again", NOW, silent)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        async with database.reading() as tx:
            assert [file.content for file in (await files.load(tx, ids)).values()] == contents
    assert most < 60_000_000


async def test_a_backup_of_an_older_version_is_brought_up_to_date(
    sqlite_empty: str, empty_url: str, tmp_path: Path
) -> None:
    async with opened(sqlite_empty) as database:
        await migrations.upgrade(database.engine, "0001")
        async with database.transaction() as tx:
            await tx.connection.exec_driver_sql("INSERT INTO channels VALUES ('telegram', 77)")
    await restored(await taken(sqlite_empty, tmp_path / "file"), empty_url)
    async with opened(empty_url) as database, database.reading() as tx:
        assert await tx.connection.run_sync(migrations.revision) == migrations.newest()
        assert (await tx.connection.exec_driver_sql('SELECT "offset" FROM channels')).scalar_one() == 77


async def test_a_backup_from_before_there_were_staff_is_restored_with_all_its_rows(
    sqlite_empty: str, empty_url: str, tmp_path: Path
) -> None:
    async with opened(sqlite_empty) as database:
        await migrations.upgrade(database.engine, "0004")
        async with database.transaction() as tx:
            await fill(tx)
    before = await parts(sqlite_empty)
    after = await parts(await restored(await taken(sqlite_empty, tmp_path / "file"), empty_url))
    assert {table: after[table].rows for table in before} == {table: part.rows for table, part in before.items()}
    same = before.keys() - {"people"}  # of whom more is kept now
    assert {table: after[table].checksum for table in same} == {table: before[table].checksum for table in same}
    assert {"people", "turns", "replies"} < before.keys() and not {"staff", "files"} & before.keys()


# the file


async def test_only_its_owner_can_read_a_backup_and_no_draft_is_left(morning: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    path = await taken(morning, folder / "file")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [path]


async def test_a_backup_never_takes_the_place_of_a_file(morning: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("dear")
    with pytest.raises(FileExistsError):
        await taken(morning, path)
    assert path.read_text() == "dear"


def cut_off(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def flipped(raw: bytes) -> bytes:
    return raw[:300] + bytes([raw[300] ^ 0xFF]) + raw[301:]


def rewritten(raw: bytes) -> bytes:
    return gzip.compress(gzip.decompress(raw).replace(b"biaya", b"bayar", 1))


def without_its_end(raw: bytes) -> bytes:
    return gzip.compress(b"\n".join(gzip.decompress(raw).splitlines()[:-2]) + b"\n")


def no_backup(_raw: bytes) -> bytes:
    return b"PK\x03\x04"


@pytest.mark.parametrize("harm", [cut_off, flipped, rewritten, without_its_end, no_backup])
async def test_a_damaged_backup_is_refused_before_anything_is_written(
    whole: bytes, sqlite_empty: str, tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "file"
    path.write_bytes(harm(whole))
    with pytest.raises(Broken):
        await restored(path, sqlite_empty)
    assert not (tmp_path / "copy.db").exists()


async def test_a_database_that_holds_something_is_not_restored_into(
    morning: str, engine_url: str, tmp_path: Path
) -> None:
    before = await parts(morning)
    with pytest.raises(Unfit, match="not empty"):
        await restored(await taken(morning, tmp_path / "file"), engine_url)
    assert await parts(morning) == before


async def test_a_backup_of_a_newer_version_says_that_this_one_is_too_old(
    whole: bytes, sqlite_empty: str, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    newer = gzip.decompress(whole).replace(f'"{migrations.newest()}"'.encode(), b'"9999"', 1)
    path.write_bytes(gzip.compress(newer))
    with pytest.raises(Unfit, match="newer version"):
        await restored(path, sqlite_empty)
