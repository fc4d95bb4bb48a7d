"""Dates and hours as people write them: understood or asked back, never taken wrongly."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import product
from pathlib import Path
from random import Random

from babel.dates import format_date

from bot.clock import BANDUNG
from bot.dates import Doubt, When, read
from bot.dates.tokens import vocabulary

MONDAY = date(2026, 11, 23)
PHRASES = Path(__file__).parent / "phrases-of-dates.tsv"


def now(day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(9, 41), BANDUNG)


def phrases() -> Iterator[tuple[str, str, str, date]]:
    for line in PHRASES.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            language, phrase, meaning, *day = line.split("\t")
            yield language, phrase, meaning, date.fromisoformat(day[0]) if day else MONDAY


def written(when: When) -> str:
    """As the list of phrases writes it."""
    days = ""
    if when.first or when.last:
        days = "" if when.first is None else when.first.isoformat()
        days += "" if when.first == when.last else f"..{when.last or ''}"
    hours = ""
    if when.opens or when.closes:
        hours = "-".join("" if one is None else f"{one:%H:%M}" for one in (when.opens, when.closes))
    return f"{'~' if when.period else ''}{days} {hours}".strip()


def said(text: str, language: str = "id", day: date = MONDAY) -> str:
    found = read(text, now(day), language)
    return "no" if found is None else "ask" if isinstance(found, Doubt) else written(found)


def doubt(text: str, language: str = "id") -> tuple[str, list[str]]:
    found = read(text, now(), language)
    assert isinstance(found, Doubt)
    return found.reason, [written(one) for one in found.readings]


def test_every_phrase_is_understood_or_asked_back_as_a_person_would() -> None:
    listed = list(phrases())
    assert len(listed) >= 300
    wrong = {(phrase, meaning): told for language, phrase, meaning, day in listed
             if (told := said(phrase, language, day)) != meaning}  # fmt: skip
    assert not wrong


def test_a_doubt_says_why_and_what_it_may_be() -> None:
    assert doubt("04/05/27", "en") == ("several", ["2027-05-04", "2027-04-05"])
    assert doubt("04/16/2027") == ("unclear", ["2027-04-16"])
    assert doubt("minggu depan") == ("several", ["~2026-11-30..2026-12-06", "2026-11-29", "2026-12-06"])
    assert doubt("jumat depan") == ("several", ["2026-11-27", "2026-12-04"])
    assert doubt("jumat 17 april") == ("weekday", ["2027-04-17", "2027-04-16"])
    assert doubt("kamis-minggu 16-18 april") == ("weekday", ["2027-04-16..2027-04-18"])
    assert doubt("31 april") == ("no-such-day", [])
    assert doubt("29 feb 2027") == ("no-such-day", [])
    assert doubt("29 februari") == ("no-such-day", ["2028-02-29"])
    assert doubt("tgl 31") == ("no-such-day", ["2026-12-31"])
    assert doubt("18-16 april") == ("order", [])
    assert doubt("20-25 november") == ("several", ["2026-11-20..2026-11-25", "2027-11-20..2027-11-25"])
    assert doubt("16 april 2072") == ("far", ["2072-04-16"])
    assert doubt("kayaknya 16 april") == ("unclear", ["2027-04-16"])
    assert doubt("bukan 16 april tapi 17 april") == ("unclear", [])
    assert doubt("16 april jam 2") == ("time", ["2027-04-16 14:00-", "2027-04-16 02:00-"])
    assert doubt("16-18 april jam 10-8") == ("time", ["2027-04-16..2027-04-18 10:00-20:00"])
    assert doubt("jam 25") == ("time", [])
    assert doubt("16-18") == ("several", ["2026-12-16..2026-12-18", "16:00-18:00"])
    assert doubt("16.04") == ("several", ["16:04-", "2027-04-16"])
    assert doubt("april 27") == ("several", ["2027-04-27", "~2027-04-01..2027-04-30"])


def test_today_is_the_day_in_bandung() -> None:
    """At 17.30 UTC it is already tomorrow there."""
    at = datetime.combine(MONDAY, time(0, 30), BANDUNG)
    assert at.utctimetuple().tm_mday == 22
    assert read("besok", at) == When(date(2026, 11, 24), date(2026, 11, 24))


def days_written(day: date) -> Iterator[tuple[str, str]]:
    """A day with its year in many ways of writing, each with the language of who writes."""
    for language, locale in (("id", "id"), ("ms", "ms"), ("en", "en_GB"), ("su", "su")):
        for pattern in ("d MMMM y", "EEEE, d MMMM y", "d MMM y", "EEEE d MMM y", "d MMMM yy"):
            text = str(format_date(day, pattern, locale=locale))
            yield from ((language, text), (language, text.lower()), (language, text.replace(" ", "  ")))
        for shape in ("%d-%m-%Y", "%d/%m/%y", "%d.%m.%Y", "%Y-%m-%d", "%d / %m / %Y"):
            yield language, day.strftime(shape)
    yield "en", str(format_date(day, "MMMM d, y", locale="en_US"))
    yield "en", str(format_date(day, "EEEE, MMM d, y", locale="en_US"))


def test_a_written_day_is_read_again_or_asked_back() -> None:
    random = Random(5)
    asked, total = [], 0
    for _ in range(25):
        day = MONDAY + timedelta(days=random.randrange(1800))
        for language, text in days_written(day):
            told = said(text, language)
            assert told in (day.isoformat(), "ask"), text
            total += 1
            english = language == "en" and not any(letter.isalpha() for letter in text)
            asked += [text] if told == "ask" and not english else []
    assert len(asked) < total / 100, asked


def test_a_written_span_is_read_again_or_asked_back() -> None:
    random = Random(6)
    names = {"id": ("MMMM", "MMM"), "ms": ("MMMM", "MMM"), "en": ("MMMM", "MMM")}
    joints = {"id": (" - ", "-", " s/d ", " s.d. ", " sampai ", "–"), "ms": (" hingga ", "-"), "en": (" to ", " - ")}
    for _ in range(40):
        first = MONDAY + timedelta(days=random.randrange(1, 300))
        last = first + timedelta(days=random.randrange(1, 40))
        for language in names:
            for name, joint in product(names[language], joints[language]):
                one, other = (str(format_date(day, f"d {name}", locale=language)) for day in (first, last))
                if first.month == last.month:
                    one = str(first.day)
                for text in (f"{one}{joint}{other} {last.year}", f"{one}{joint}{other}"):
                    assert said(text, language) == f"{first}..{last}", text


def test_written_hours_are_read_again_or_asked_back() -> None:
    random = Random(7)
    for _ in range(150):
        opens, closes = sorted(random.sample(range(5 * 60, 24 * 60, 15), 2))
        one, other = (time(minute // 60, minute % 60) for minute in (opens, closes))
        meaning = f"{one:%H:%M}-{other:%H:%M}"
        assert said(f"{one:%H.%M}-{other:%H.%M}") == meaning
        assert said(f"jam {one:%H:%M} s/d {other:%H:%M} WIB") == meaning
        assert said(f"{one:%I:%M %p} - {other:%I:%M %p}".lower(), "en") == meaning
        assert said(f"{one.hour}.{one:%M}-{other.hour}.{other:%M}") in (meaning, "ask")


def test_what_is_not_understood_is_never_passed_over() -> None:
    """Any strange word in a phrase makes of it a question or nothing."""
    random = Random(8)
    for language, phrase, _meaning, day in phrases():
        words = phrase.split()
        words.insert(random.randrange(len(words) + 1), random.choice(("bukan", "kecuali", "except", "bukannya", "xyz")))
        assert said(" ".join(words), language, day) in ("ask", "no"), words


def test_a_slip_of_the_fingers_in_a_month_changes_no_date() -> None:
    random = Random(9)
    months = [str(format_date(date(2027, month, 1), "MMMM", locale="id")).lower() for month in range(1, 13)]
    for month, name in enumerate(months, start=1):
        for _ in range(12):
            place, letter = random.randrange(1, len(name)), random.choice("abcdefghijklmnopqrstuvwxyz")
            for slip in (name[:place] + name[place + 1 :], name[:place] + letter + name[place + 1 :],
                         name[:place] + letter + name[place:]):  # fmt: skip
                if vocabulary().get(slip, vocabulary()[name]) == vocabulary()[name]:
                    assert said(f"16 {slip} 2027") in (f"2027-{month:02}-16", "ask"), slip


def test_nothing_that_is_typed_breaks_it() -> None:
    random = Random(10)
    words = [
        *vocabulary(),
        *"1 2 12 16 18 29 31 99 2027 16/4 4/16/27 2027-13-41 10.00 25.61 - , / . ( s/d xyz 🙏".split(),
    ]
    for _ in range(1000):
        text = " ".join(random.choices(words, k=random.randrange(1, 9)))
        for language in ("id", "ms", "en"):
            found = read(text, now(MONDAY + timedelta(days=random.randrange(400))), language)
            if isinstance(found, When) and found.first and found.last:
                assert found.first <= found.last, text
