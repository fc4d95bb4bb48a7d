"""The history of an address: everything once, in order, from any place on."""

from datetime import UTC, datetime, timedelta

from db import files
from db.conversation import history, replies, turns
from db.conversation.history import Answered, HistoryEntry, HistoryPage, HistoryPoint
from db.conversation.replies import NewReply
from db.conversation.turns import Finished, NewTurn
from db.engine import Database
from db.files import File
from db.people import people

NOW = datetime(2026, 11, 23, 2, 41, tzinfo=UTC)


class Talk:
    """A conversation on the web, a second between two things that are said."""

    def __init__(self, database: Database, visitor: str = "ani") -> None:
        self.database = database
        self.visitor = visitor
        self.now = NOW
        self.turn = 0

    async def says(self, text: str, channel: str = "web") -> None:
        self.now += timedelta(seconds=1)
        async with self.database.transaction() as tx:
            address = (await people.find_or_create(tx, "web", {self.visitor: "id"}, self.now))[self.visitor][0]
            new = [NewTurn(f"{self.visitor}:{text}", address, text)]
            self.turn = (await turns.store(tx, channel, new, self.now))[new[0].update_id]

    async def is_told(self, text: str) -> None:
        self.now += timedelta(seconds=1)
        async with self.database.transaction() as tx:
            address = (await people.find_or_create(tx, "web", {self.visitor: "id"}, self.now))[self.visitor][0]
            await turns.finish(tx, [Finished(self.turn, "done")], self.now)
            await replies.store(tx, [NewReply(self.turn, address, {"text": text}, None)], self.now, self.now)

    async def after(self, place: HistoryPoint, limit: int = 100) -> HistoryPage:
        async with self.database.reading() as tx:
            now = await history.stand(tx, "web", self.visitor)
            assert now is not None
            return await history.after(tx, "web", now.address, place, limit)

    async def before(self, place: HistoryPoint | None, limit: int) -> HistoryPage:
        async with self.database.reading() as tx:
            now = await history.stand(tx, "web", self.visitor)
            assert now is not None
            return await history.before(tx, "web", now.address, place or now.newest, limit)


def read(page: HistoryPage) -> list[str]:
    return [entry.raw if isinstance(entry, HistoryEntry) else str(entry.body["text"]) for entry in page.entries]


async def test_somebody_who_never_wrote_has_no_history(database: Database) -> None:
    async with database.reading() as tx:
        assert await history.stand(tx, "web", "nobody") is None


async def test_both_sides_are_told_in_the_order_of_time(database: Database) -> None:
    ani, budi = Talk(database), Talk(database, "budi")
    for number in (1, 2):
        await ani.says(f"question {number}")
        await budi.says(f"other {number}")
        await ani.is_told(f"answer {number}")
    await ani.says("a job's turn", channel="job")
    page = await ani.after(HistoryPoint())
    assert read(page) == ["question 1", "answer 1", "question 2", "answer 2"]
    assert [type(entry) for entry in page.entries] == [HistoryEntry, Answered, HistoryEntry, Answered]
    assert (await ani.after(page.after)).entries == []
    await ani.is_told("answer 3")
    assert read(await ani.after(page.after)) == ["answer 3"]


async def test_whatever_place_is_known_everything_after_it_is_told_once(database: Database) -> None:
    ani = Talk(database)
    for number in range(4):
        await ani.says(f"question {number}")
        for part in "ab":
            await ani.is_told(f"answer {number}{part}")
    everything = read(await ani.after(HistoryPoint()))
    for limit in range(1, 14):
        place, seen = HistoryPoint(), []
        while True:
            page = await ani.after(place, limit)
            seen += read(page)
            place = page.after
            if not page.more:
                break
        assert sorted(seen) == sorted(everything)


async def test_looking_back_in_pieces_leaves_no_gap(database: Database) -> None:
    ani = Talk(database)
    for number in range(4):
        await ani.says(f"question {number}")
        for part in "ab":
            await ani.is_told(f"answer {number}{part}")
    everything = read(await ani.after(HistoryPoint()))
    for limit in range(1, 14):
        seen: list[str] = []
        page = await ani.before(None, limit)
        while True:
            assert len(page.entries) <= limit
            seen = read(page) + seen
            if not page.more:
                break
            page = await ani.before(page.before, limit)
        assert seen == everything


async def test_an_answer_is_due_until_the_turn_is_taken(database: Database) -> None:
    ani = Talk(database)
    await ani.says("question")
    async with database.reading() as tx:
        now = await history.stand(tx, "web", "ani")
    assert now is not None and now.waiting and now.language == "id"
    await ani.is_told("answer")
    async with database.reading() as tx:
        now = await history.stand(tx, "web", "ani")
    assert now is not None and not now.waiting and now.newest.reply > 0


async def test_a_file_stands_in_the_history_of_who_sent_it_and_of_who_was_told_it(database: Database) -> None:
    document = File("document", "application/pdf", "nota.pdf", b"%PDF-")
    async with database.transaction() as tx:
        known = await people.find_or_create(tx, "web", {"ani": "id", "budi": "id"}, NOW)
        own = await files.add(tx, known["ani"][1], document, NOW)
        other = await files.add(tx, None, document, NOW)
        turn = await turns.store(tx, "web", [NewTurn("budi:1", known["budi"][0], "halo")], NOW)
        told = {"text": "ini", "file": other}
        await replies.store(tx, [NewReply(turn["budi:1"], known["budi"][0], told, None)], NOW, NOW)
    async with database.reading() as tx:
        assert [await history.holds(tx, "web", who, own) for who in ("ani", "budi", "cici")] == [True, False, False]
        assert [await history.holds(tx, "web", who, other) for who in ("ani", "budi", "cici")] == [False, True, False]
        assert not await history.holds(tx, "telegram", "ani", own)
        assert not await history.holds(tx, "web", "budi", 2**63 - 1)


async def test_the_same_file_of_a_person_is_kept_once_a_day(database: Database) -> None:
    document = File("document", "application/pdf", "nota.pdf", b"%PDF-")
    async with database.transaction() as tx:
        known = await people.find_or_create(tx, "web", {"ani": "id"}, NOW)
        person = known["ani"][1]
        first = await files.add(tx, person, document, NOW)
        assert await files.add(tx, person, document, NOW + timedelta(hours=23)) == first
        assert await files.add(tx, person, document, NOW + timedelta(days=2)) != first
        assert await files.add(tx, None, document, NOW) != await files.add(tx, None, document, NOW)
        assert await files.describe(tx, [first, 99]) == {first: files.Description("document", "nota.pdf", 5)}
