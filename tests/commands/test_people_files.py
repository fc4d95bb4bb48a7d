"""People out of the database and into it: what goes out comes in unchanged, and nobody agrees to anything by a file."""

import asyncio
import csv
import io
import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.commands.export_people import PEOPLE
from bot.enrolling.form.enrolment import certificates
from db.engine import Database, Transaction
from db.people import addresses, businesses, consents, people
from db.people.businesses import Business
from db.people.consents import ANNOUNCEMENTS, Consent
from db.privacy.audit import StoredAct
from tests.town.command_line import run
from tests.town.phone import NOW
from tests.town.statements import statements

HEADINGS = PEOPLE.headings()
KERIPIK = Business(
    name="=Keripik Teh Euis",
    nib="1234567890123",
    district="Coblong",
    city="Bandung",
    sector="food",
    products="keripik singkong, basreng",
    scale="micro",
    halal="applied",
    hki="no",
)
AGREED = Consent(ANNOUNCEMENTS, "", "2026-11-20", "su", NOW)
EUIS = {
    "addresses": "telegram:123456",
    "name": "Euis Komariah",
    "phone": "+6281234567890",
    "language": "su",
    "announcements": "yes",
    "announcements_since": "2026-11-20",
    "announcements_words": "2026-11-20",
    "announcements_language": "su",
    "business": "Keripik Teh Euis",
    "nib": "1234567890123",
    "district": "Coblong",
    "city": "Bandung",
    "sector": "food",
    "products": "keripik",
    "scale": "micro",
    "halal": "applied",
    "hki": "no",
}
FAULTS = [
    ({"addresses": ""}, "addresses", "a person is known by where they write, such as telegram:123456"),
    ({"addresses": "081234567890"}, "addresses", "is no address"),
    ({"addresses": "telegram:@euis"}, "addresses", "is no address"),
    ({"addresses": "telegram:1 | telegram:1"}, "addresses", "stands there twice"),
    ({"addresses": "pigeon:1"}, "addresses", "must begin with telegram:, web:, terminal:"),
    ({"name": "x" * 81}, "name", "it has 81 characters, at most 80"),
    ({"phone": "0812"}, "phone", "is no phone number; write it as +6281234567890"),
    ({"addresses": "telegram:1\x002"}, "addresses", "it holds a character that cannot be kept; write it again"),
    ({"name": "Euis\x00"}, "name", "it holds a character that cannot be kept; write it again"),
    ({"phone": "08123456789O"}, "phone", "is no phone number"),
    ({"phone": "0812-3456-7890 / 0813-2222-3333"}, "phone", "is no phone number"),
    ({"phone": "0341-123456"}, "phone", "may be +62341123456 or +60341123456; write it with + and the country"),
    ({"phone": "81234600000"}, "phone", "is a number that a spreadsheet rounded"),
    ({"phone": "8,12346E+10"}, "phone", "is a number that a spreadsheet rounded"),
    ({"nib": "1.23457E+12"}, "nib", "is a number that a spreadsheet rounded"),
    ({"nib": "1234570000000"}, "nib", "is a number that a spreadsheet rounded"),
    ({"nib": "123456789012O"}, "nib", "is no NIB"),
    ({"language": "jv"}, "language", "must be one of id, en, ms, su"),
    ({"announcements": "perhaps"}, "announcements", "must be yes or no"),
    ({"announcements_since": ""}, "announcements_since", "a consent says when they agreed"),
    ({"announcements_since": "kemarin"}, "announcements_since", "is no time; write it as 2026-11-23"),
    ({"announcements_since": "2999-01-01"}, "announcements_since", "is still to come"),
    ({"announcements_words": ""}, "announcements_words", "a consent says to which words"),
    ({"announcements_words": "by telephone"}, "announcements_words", "at most 10"),
    ({"business": ""}, "business", "the business needs a name"),
    ({"nib": "123456789012"}, "nib", "is no NIB; it has 13 digits"),
    ({"district": "Cibeunying"}, "district", "must be one of Andir, Antapani"),
    ({"sector": "musik"}, "sector", "must be one of food"),
    ({"scale": "big"}, "scale", "must be one of micro, small, medium"),
    ({"halal": "perhaps"}, "halal", "must be one of yes, applied, no"),
]


def in_database(url: str, work: Callable[[Transaction], Awaitable[Any]]) -> Any:
    async def do() -> Any:
        database = Database(url)
        async with database.transaction() as tx:
            done = await work(tx)
        await database.close()
        return done

    return asyncio.run(do())


async def _three(tx: Transaction) -> None:
    """Euis with two addresses and two businesses, Asep who works in one of them, and a visitor of whom nothing is
    known."""
    found = await people.find_or_create(tx, "telegram", {"123456": "id"}, NOW)
    found |= await people.find_or_create(tx, "telegram", {"-100777": "en"}, NOW)
    web = await people.find_or_create(tx, "web", {"Xk3_-a": "ms"}, NOW)
    euis, asep = found["123456"][1], found["-100777"][1]
    await addresses.add(tx, [(euis, "terminal", "euis")], NOW)
    await people.set_profile(tx, euis, "Euis Komariah", "+6281234567890")
    await people.set_profile(tx, asep, "'=Asep; =1+1", "+60123456789")
    for business in (KERIPIK, Business(name="Kopi Gunung", city="Cimahi")):
        await businesses.join(tx, euis, await businesses.add(tx, business, NOW), NOW)
    shared = await businesses.with_nib(tx, KERIPIK.nib)
    assert shared
    await businesses.join(tx, asep, shared, NOW)
    await consents.give(tx, euis, AGREED)
    await consents.give(tx, web["Xk3_-a"][1], AGREED)
    await consents.withdraw(tx, web["Xk3_-a"][1], ANNOUNCEMENTS, NOW + timedelta(days=1))


def rows(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline="")))


def write(*table: dict[str, str], headings: Iterable[str] = HEADINGS) -> None:
    with Path("people.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(headings), restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(table)


def imported(*more: str) -> str:
    return run("import", "people", "people.csv", *more).stdout


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_goes_out_comes_in_unchanged_also_into_an_empty_database(
    configured: str, form: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    in_database(configured, _three)
    said = run("export", "people", f"people.{form}").stdout
    assert said == f"4 rows of people and their businesses are in people.{form}.\n"
    for _again in range(2):
        assert run("import", "people", f"people.{form}").stdout == "0 new, 0 changed, 3 as they were.\n"
    before = run("export", "people").stdout
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'other.db'}")
    assert run("import", "people", f"people.{form}", "--dry-run").stdout.startswith("3 new, 0 changed, 0 as they")
    assert "no database of Jembatan" in run("export", "people").stderr
    assert run("import", "people", f"people.{form}").stdout == "3 new, 0 changed, 0 as they were.\n"
    assert run("export", "people").stdout == before
    assert run("import", "people", f"people.{form}").stdout == "0 new, 0 changed, 3 as they were.\n"


def test_every_column_is_there(configured: str) -> None:
    in_database(configured, _three)
    euis, second, asep, visitor = json.loads(run("export", "people", "--format", "json").stdout)
    assert euis == EUIS | {
        "addresses": "telegram:123456 | terminal:euis",
        "language": "id",
        "announcements_since": "2026-11-23T09:41:00+07:00",
        "business": "=Keripik Teh Euis",
        "products": "keripik singkong, basreng",
    }
    assert (second["name"], second["business"], second["city"], second["nib"]) == (
        "Euis Komariah", "Kopi Gunung", "Cimahi", "")  # fmt: skip
    assert (asep["addresses"], asep["nib"], asep["announcements"]) == ("telegram:-100777", KERIPIK.nib, "no")
    assert (visitor["language"], visitor["announcements"], visitor["announcements_since"]) == ("ms", "no", "")
    assert rows(run("export", "people").stdout)[2]["name"] == "''=Asep;' =1+1"


def test_each_fault_is_named_and_nothing_is_written(configured: str) -> None:
    table = [
        EUIS | {"addresses": f"telegram:{number}", "nib": ""} | said for number, (said, *_) in enumerate(FAULTS, 9)
    ]
    write(*table)
    done = run("import", "people", "people.csv")
    said = [line for line in done.stderr.splitlines() if line.startswith("line ")]
    assert done.exit_code == 2
    assert f"{len(FAULTS)} faults; nothing was changed" in done.stderr
    assert len(said) == len(FAULTS)
    for number, (line, (_said, column, words)) in enumerate(zip(said, FAULTS, strict=True), start=2):
        assert line.startswith(f"line {number}, column {column}: ")
        assert words in line
    assert json.loads(run("export", "people", "--format", "json").stdout) == []
    write(EUIS, headings=["name", "business"])
    assert "column addresses: the column is missing" in run("import", "people", "people.csv").stderr


def test_rows_that_contradict_each_other_or_the_database_are_faults(configured: str) -> None:
    in_database(configured, _three)
    write(
        EUIS | {"addresses": "telegram:1"},
        EUIS | {"addresses": "telegram:1", "name": "Neneng", "business": "Kopi", "nib": ""},
        EUIS | {"addresses": "telegram:1", "business": "KERIPIK teh euis", "nib": ""},
        EUIS | {"addresses": "telegram:2"},
        EUIS | {"addresses": "telegram:1 | telegram:2", "business": "Batik", "nib": ""},
        EUIS | {"addresses": "telegram:123456 | telegram:-100777"},
        EUIS | {"addresses": "terminal:euis"},
    )
    said = run("import", "people", "people.csv").stderr
    assert "line 3, column name: line 2 says otherwise of the same person" in said
    assert "line 4, column business: the person has it in an earlier line already" in said
    assert "line 6, column addresses: they are of two people, in the lines 2 and 5" in said
    assert "line 7, column addresses: they belong to different people" in said
    assert "line 8, column addresses: this is the person of line 7" in said
    assert "5 faults" in said


def test_people_are_changed_where_the_file_says_otherwise(configured: str) -> None:
    in_database(configured, _three)
    write(
        {"addresses": "terminal:euis | telegram:555", "name": "Euis K.", "business": "kopi gunung"},
        {"addresses": "telegram:888", "name": "Neneng", "business": "Keripik", "nib": "1234567890123"},
        headings=["addresses", "name", "business", "nib"],
    )
    assert imported("--dry-run").startswith("1 new, 1 changed, 0 as they were. Nothing was written")
    assert imported() == "1 new, 1 changed, 0 as they were.\n"
    assert imported() == "0 new, 0 changed, 2 as they were.\n"
    found = json.loads(run("export", "people", "--format", "json").stdout)
    euis = found[0]
    assert (euis["addresses"], euis["name"]) == ("telegram:123456 | terminal:euis | telegram:555", "Euis K.")
    assert (euis["phone"], euis["announcements"]) == ("+6281234567890", "yes")  # no such column: left alone
    assert [(one["name"], one["business"], one["city"]) for one in found if one["business"]] == [
        ("Euis K.", "Keripik", "Bandung"),  # one business of three people, by its number
        ("Euis K.", "kopi gunung", "Cimahi"),
        ("'=Asep; =1+1", "Keripik", "Bandung"),
        ("Neneng", "Keripik", "Bandung"),
    ]
    assert (found[-1]["language"], found[-1]["announcements"]) == ("id", "no")
    acts = in_database(configured, _imports)
    assert acts == [{"new": 1, "changed": 1}]


async def _imports(tx: Transaction) -> list[Any]:
    return list((await tx.execute(select(StoredAct.details).where(StoredAct.act == "people.import"))).scalars())


def test_an_empty_cell_is_empty_and_a_language_stays(configured: str) -> None:
    write(EUIS)
    imported()
    write({"addresses": "telegram:123456"}, headings=["addresses", "name", "language"])
    assert imported() == "0 new, 1 changed, 0 as they were.\n"
    found = json.loads(run("export", "people", "--format", "json").stdout)[0]
    assert (found["name"], found["language"], found["phone"]) == ("", "su", "+6281234567890")


def test_consent_comes_only_with_when_and_to_which_words(configured: str) -> None:
    write(EUIS)
    assert imported() == "1 new, 0 changed, 0 as they were.\n"

    async def agreed(tx: Transaction) -> dict[int, Consent]:
        return await consents.standing(tx, [1], ANNOUNCEMENTS)

    since = datetime(2026, 11, 19, 17, tzinfo=UTC)  # midnight in Bandung
    assert in_database(configured, agreed) == {1: Consent(ANNOUNCEMENTS, "", "2026-11-20", "su", since)}
    write(EUIS | {"announcements": "no"})
    assert imported() == "0 new, 1 changed, 0 as they were.\n"
    assert in_database(configured, agreed) == {}
    write(EUIS)
    old = run("import", "people", "people.csv")
    assert "line 2, column announcements: they took it back on " in old.stderr
    write(EUIS | {"announcements": ""})
    assert imported() == "0 new, 0 changed, 1 as they were.\n"


def test_a_thousand_cost_six_statements_each_and_those_who_are_in_one(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", sqlite_url)
    write(*(EUIS | {"addresses": f"telegram:{number}", "nib": f"{number:013d}"} for number in range(1, 1001)))
    with statements() as entering:
        assert imported() == "1000 new, 0 changed, 0 as they were.\n"
    with statements() as looking:
        assert imported() == "0 new, 0 changed, 1000 as they were.\n"
    assert len(entering) < 6100
    assert len(looking) < 1100


def test_the_file_knows_the_same_certificates_as_the_form() -> None:
    with pytest.raises(ValueError, match=f"must be one of {', '.join(certificates())}$"):
        next(one for one in PEOPLE.columns if one.name == "halal").read("perhaps")


@pytest.mark.parametrize(
    ("written", "kept"),
    [("62 22 4231234", "+62224231234"), ("(62-22) 4231234", "+62224231234"), ("62811811234", "+62811811234"),
     ("81234567890", "+6281234567890"), ("81234567890.0", "+6281234567890"), ("+62811811234.00", "+62811811234")],
)  # fmt: skip
def test_a_number_is_read_as_in_a_form(written: str, kept: str) -> None:
    assert next(one for one in PEOPLE.columns if one.name == "phone").read(written) == kept
