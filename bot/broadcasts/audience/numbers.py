"""A list of phone and registration numbers that staff brought, as it was read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Self

#: a phone number in E.164, or the prefix and the serial of a registration number
Number = str | tuple[str, int]
#: why a number is none: a spreadsheet left only `8.12E+10` of it, or it is one of Indonesia and one of Malaysia
Doubt = Literal["", "spoiled", "unclear"]

#: figures in what was meant as a number
_FIGURES = 7


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of the list, or several of the same person; `line` counts from 1, and is 0 of what was pasted."""

    line: int
    written: str
    numbers: tuple[Number, ...] = ()
    doubt: Doubt = ""


@dataclass(slots=True)
class NumberList:
    """A list as it was read: each number once; lines without a number, and repeated ones, are kept for the report."""

    entries: list[Entry] = field(default_factory=list)
    twice: list[Entry] = field(default_factory=list)
    without: list[Entry] = field(default_factory=list)
    spoiled: list[Entry] = field(default_factory=list)
    unclear: list[Entry] = field(default_factory=list)
    #: the sheet that was read, where there are several: the first with a number
    sheet: str = ""
    #: the lines after which nothing was read, 0 where all of it was
    cut_at: int = 0
    #: the people by number, once they were looked up; None before
    known: dict[Number, set[int]] | None = None
    #: why nothing could be read
    fault: Literal["", "broken", "too-large"] = ""

    @classmethod
    def of(cls, read: Iterable[Entry]) -> Self:
        found, seen = cls(), set[Number]()
        groups = {"": found.without, "spoiled": found.spoiled, "unclear": found.unclear}
        for one in read:
            if not one.numbers:
                groups[one.doubt].append(one)
            elif seen.issuperset(one.numbers):
                found.twice.append(one)
            else:
                found.entries.append(one)
                seen.update(one.numbers)
        return found

    @property
    def is_meant(self) -> bool:
        """Whether it holds numbers at all, also such as nobody can read: a sentence has at most a year."""
        unread = any(sum(map(str.isdigit, one.written)) >= _FIGURES for one in self.without)
        return bool(self.entries or self.spoiled or self.unclear or unread)

    @property
    def numbers(self) -> set[Number]:
        return {number for one in self.entries for number in one.numbers}
