"""Import people: new ones are stored, known ones changed where the file says otherwise; addresses tell who is known."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from bot.clock import BANDUNG
from bot.commands import imports
from bot.commands.export_people import BUSINESS, PEOPLE, PERSON, Record, records
from bot.commands.imports import FaultyFile, ImportCount
from bot.commands.tables import Table, Values, values
from bot.language.i18n import LANGUAGES
from bot.media.sheets import Fault, Line
from bot.settings import Settings
from db.engine import Transaction
from db.people import addresses, businesses, consents, people
from db.people.businesses import Business
from db.people.consents import ANNOUNCEMENTS, Consent
from db.people.people import Profile
from db.privacy import audit

One = TypeVar("One", int, str)

#: the channels on which somebody can be known before they ever wrote
_CHANNELS = ("telegram", "web", "terminal")
#: people and addresses looked up at a time
_SLICE = 500
_NOWHERE = "it is empty; a person is known by where they write, such as telegram:123456 (@userinfobot tells it)"


@dataclass(slots=True)
class _Arrival:
    """A person as the file has them: what its columns say, None where a cell is empty."""

    line: int
    said: Values
    addresses: dict[str, None] = field(default_factory=dict)
    businesses: list[Values] = field(default_factory=list)
    before: Record | None = None

    def profile(self) -> Profile:
        """The profile to be stored; what the file has no column for stays."""
        before = self.before.profile if self.before else Profile(0, LANGUAGES[0], "", "")
        language = self.said.get("language") or before.language
        name, phone = self.said.get("name", before.name), self.said.get("phone", before.phone)
        return Profile(before.id, language, name or "", phone or "")

    def new_addresses(self) -> list[str]:
        return [one for one in self.addresses if not self.before or one not in self.before.addresses]


def bring_in(settings: Settings, path: Path, *, dry_run: bool) -> None:
    """Import a file and say how many people it changed."""
    imports.bring_in(settings, PEOPLE, path, take, dry_run=dry_run)


async def take(tx: Transaction, table: Table, lines: Iterator[Line], now: datetime, tally: ImportCount) -> None:
    """Write who is new or different; raises `FaultyFile` with all that is wrong.

    Nothing is removed except a consent that the file denies.
    """
    arrivals, faults = _gathered(table, lines, now)
    faults += await _recognise(tx, arrivals)
    if faults:
        raise FaultyFile(faults)
    new = [one for one in arrivals if one.before is None]
    ids = dict(zip(map(id, new), await people.enter(tx, [one.profile() for one in new], now), strict=True))
    for one in arrivals:
        person = one.before.profile.id if one.before else ids[id(one)]
        changed = [
            await _write_profile(tx, person, one, now),
            *[await _write_business(tx, person, one, said, now) for said in one.businesses],
            await _write_consent(tx, person, one, now),
        ]
        tally.changed += one.before is not None and any(changed)
    tally.new = len(new)
    tally.same = len(arrivals) - tally.new - tally.changed
    if tally.new or tally.changed:
        await audit.note(tx, None, "people.import", "people", now, new=tally.new, changed=tally.changed)


def _gathered(table: Table, lines: Iterator[Line], now: datetime) -> tuple[list[_Arrival], list[Fault]]:
    """Gather the people of a file, each once, and what is wrong with its rows, each alone and beside the others."""
    columns, faults = set(table.headings()), list[Fault]()
    by_address: dict[str, _Arrival] = {}
    for line in lines:
        found, wrong = values(table, line)
        if "addresses" not in line.cells and not any(fault.column == "addresses" for fault in line.faults):
            wrong = [Fault(line.number, one.column, _NOWHERE) if one.column == "addresses" else one for one in wrong]
        faults += [*wrong, *_misfits(line, found, now)]
        addresses = found.get("addresses", [])
        one = _of(addresses, by_address) or _Arrival(line.number, {n: found.get(n) for n in PERSON if n in columns})
        others = {other.line for address in addresses if (other := by_address.get(address, one)) is not one}
        faults += _contradictions(line, found, one, others)
        one.addresses |= dict.fromkeys(addresses)
        by_address |= dict.fromkeys(addresses, one)
        business = {name: found.get(heading) for name, heading in BUSINESS.items() if heading in columns}
        if any(business.values()):
            one.businesses.append(business)
    return list({id(one): one for one in by_address.values()}.values()), faults


def _of(addresses: Collection[str], by_address: Mapping[str, _Arrival]) -> _Arrival | None:
    return next((by_address[address] for address in addresses if address in by_address), None)


def _misfits(line: Line, found: Values, now: datetime) -> Iterator[Fault]:
    """List what does not go together in a row."""
    if found.get("announcements"):
        for name, lacks in (("announcements_since", "when they agreed"), ("announcements_words", "to which words")):
            if name not in line.cells:
                yield Fault(line.number, name, f"it is empty; a consent says {lacks}")
    if (since := found.get("announcements_since")) and since > now:
        yield Fault(line.number, "announcements_since", f"{since:%Y-%m-%d %H:%M} is still to come")
    if "business" not in line.cells and any(found.get(heading) for heading in BUSINESS.values()):
        yield Fault(line.number, "business", "it is empty, and the business needs a name")


def _contradictions(line: Line, found: Values, one: _Arrival, others: Collection[int]) -> Iterator[Fault]:
    """List where a row says otherwise than an earlier one of the same person; `others` are lines of somebody else."""
    for other in others:
        yield Fault(line.number, "addresses", f"they are of two people, in the lines {one.line} and {other}")
    for name, value in one.said.items():
        if found.get(name) != value and (name in found or name not in line.cells):
            yield Fault(line.number, name, f"line {one.line} says otherwise of the same person")
    if any(_same(said, found.get("nib"), found.get("business")) for said in one.businesses):
        yield Fault(line.number, "business", "the person has it in an earlier line already")


def _same(business: Mapping[str, Any], nib: str | None, name: str | None) -> bool:
    """Whether it is the business with this number, or with this name and no other number."""
    if nib and business.get("nib"):
        return bool(business["nib"] == nib)
    return bool(name) and (business.get("name") or "").lower() == (name or "").lower()


async def _recognise(tx: Transaction, arrivals: Collection[_Arrival]) -> list[Fault]:
    """Find who of them is stored; returns what does not fit that."""
    known = await _known(tx, [address for one in arrivals for address in one.addresses])
    owners: dict[int, _Arrival] = {}
    faults = []
    for one in arrivals:
        people_ = {known[address] for address in one.addresses if address in known}
        if len(people_) > 1:
            faults.append(Fault(one.line, "addresses", "they belong to different people; give each a row"))
        for address in one.addresses:
            if address not in known and address.partition(":")[0] not in _CHANNELS:
                words = f"“{address}” must begin with {', '.join(f'{name}:' for name in _CHANNELS)}"
                faults.append(Fault(one.line, "addresses", words))
        for person in people_:
            if (other := owners.setdefault(person, one)) is not one:
                words = f"this is the person of line {other.line}; put all addresses into both"
                faults.append(Fault(one.line, "addresses", words))
    for ids in _slices(sorted(owners)):
        for record in await records(tx, await people.profiles(tx, ids)):
            owners[record.profile.id].before = record
    return faults + [fault for one in arrivals for fault in _taken_back(one)]


def _taken_back(one: _Arrival) -> Iterator[Fault]:
    """Whether the person stopped announcements after the file's consent, which must not bring them back."""
    stopped = one.before and one.before.taken_back
    since = one.said.get("announcements_since")
    if one.said.get("announcements") and stopped and since and since <= stopped and not _agreed(one):
        day = f"{stopped.astimezone(BANDUNG):%Y-%m-%d}"
        yield Fault(one.line, "announcements", f"they took it back on {day}, after that; it must be no")


def _agreed(one: _Arrival) -> bool:
    """Whether the consent is stored already."""
    consent = one.before.consent if one.before else None
    return consent is not None and consent.version == one.said.get("announcements_words")


async def _known(tx: Transaction, written: Collection[str]) -> dict[str, int]:
    """Find the people at those of these addresses that ever wrote, or were imported."""
    by_channel: dict[str, list[str]] = {}
    for address in written:
        channel, _, value = address.partition(":")
        by_channel.setdefault(channel, []).append(value)
    found: dict[str, int] = {}
    for channel, wanted in by_channel.items():
        for some in _slices(wanted):
            stored = await addresses.known(tx, channel, some)
            found |= {f"{channel}:{value}": person for value, (_address, person) in stored.items()}
    return found


def _slices(every: list[One]) -> Iterator[list[One]]:
    return (every[start : start + _SLICE] for start in range(0, len(every), _SLICE))


async def _write_profile(tx: Transaction, person: int, one: _Arrival, now: datetime) -> bool:
    new, wanted = one.new_addresses(), one.profile()
    if new:
        parts = [address.partition(":") for address in new]
        await addresses.add(tx, [(person, channel, value) for channel, _, value in parts], now)
    if one.before is None or wanted == one.before.profile:
        return bool(new)
    await people.set_profile(tx, person, wanted.name, wanted.phone)
    if wanted.language != one.before.profile.language:
        await people.set_language(tx, person, wanted.language, "choice")
    return True


async def _write_business(tx: Transaction, person: int, one: _Arrival, said: Values, now: datetime) -> bool:
    """Write the business to one of theirs, or to one that is known by its number, or as a new one."""
    given = {name: value or "" for name, value in said.items()}
    theirs = one.before.businesses if one.before else {}
    fits = (id_ for id_, known in theirs.items() if _same(asdict(known), given.get("nib"), given["name"]))
    own = next(fits, None)
    stored = own or (await businesses.with_nib(tx, given["nib"]) if given.get("nib") else None)
    before = await businesses.load(tx, stored) if stored else Business()
    wanted = replace(before, **given)
    if stored is None:
        stored = await businesses.add(tx, wanted, now)
    elif wanted != before:
        await businesses.change(tx, stored, wanted, now)
    if own is None:
        await businesses.join(tx, person, stored, now)
    return own is None or wanted != before


async def _write_consent(tx: Transaction, person: int, one: _Arrival, now: datetime) -> bool:
    said = one.said
    if said.get("announcements") is None:
        return False
    if not said["announcements"]:
        return await consents.withdraw(tx, person, ANNOUNCEMENTS, now) > 0
    if _agreed(one):
        return False
    read_in = said.get("announcements_language") or one.profile().language
    words, since = said["announcements_words"], said["announcements_since"]
    await consents.give(tx, person, Consent(ANNOUNCEMENTS, "", words, read_in, since))
    return True
