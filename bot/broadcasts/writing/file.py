"""Read an announcement from a file, and an audience from `name=value` pairs, for the command line."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TypedDict

import yaml

from bot.broadcasts.writing import buttons, link
from bot.broadcasts.writing.draft import marked
from bot.clock import bandung_day
from bot.fairs import filters
from bot.fields.places import districts
from bot.language.i18n import LANGUAGES
from bot.language.markdown import plain
from db.base import JsonObject
from db.broadcasts.audiences import NOT_ENROLLED, Audience
from db.broadcasts.broadcasts import ANNOUNCEMENT, WARNING
from db.broadcasts.subscriptions import TOPICS
from db.engine import Transaction
from db.enrolling.enrolments import STATES
from db.fairs import exhibitions, programmes
from db.fairs.exhibitions import SECTORS
from db.people.businesses import SCALES

#: days for which a warning holds where the file does not say
_HOLDS = 14
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_LANGUAGE = re.compile(r"^\[(\w\w)\]\s*$", re.MULTILINE)
_PAIR = re.compile(r"(\w+)=(\"[^\"]*\"|\S+)")


class Written(TypedDict):
    """What a file says; the fields are those of `db.broadcasts.broadcasts.Broadcast`."""

    kind: str
    topic: str
    texts: dict[str, str]
    buttons: list[str]
    valid_until: date | None


async def read_file(tx: Transaction, text: str, now: datetime) -> Written:
    """Read front matter (`topic`, `buttons`, `valid_until`) and Markdown; a line `[en]` begins the text in that
    language.

    Raises ValueError with what is wrong.
    """
    front = _FRONT.match(text)
    try:
        said = yaml.safe_load(front[1]) if front else {}
    except yaml.YAMLError:
        raise ValueError("What stands between the lines `---` is no YAML.") from None
    if not isinstance(said, dict) or not said.keys() <= {"topic", "buttons", "valid_until"}:
        raise ValueError("Between the lines `---` only topic, buttons and valid_until may stand.")
    topic = str(said.get("topic", ""))
    if topic and topic not in TOPICS:
        raise ValueError(f"{topic} is no topic; there are {', '.join(TOPICS)}.")
    until = said.get("valid_until")
    if topic == "warnings" and not isinstance(until, date):
        until = bandung_day(now) + timedelta(days=_HOLDS)
    return {
        "kind": WARNING if topic == "warnings" else ANNOUNCEMENT,
        "topic": topic,
        "texts": _texts(text[front.end() :] if front else text),
        "buttons": [await _button(tx, one) for one in _some_buttons(said.get("buttons"))],
        "valid_until": until if topic == "warnings" else None,
    }


def _texts(text: str) -> dict[str, str]:
    first, *rest = _LANGUAGE.split(text)
    pairs = {LANGUAGES[0]: first} | dict(zip(rest[::2], rest[1::2], strict=True))
    found = {}
    for code, written in pairs.items():
        if not written.strip():
            continue
        if code not in LANGUAGES:
            raise ValueError(f"[{code}] is no language here; there are {', '.join(LANGUAGES)}.")
        text_ = marked(written)
        if text_ is None:
            raise ValueError(f"In the text [{code}] a mark of Markdown, such as ** or _, does not pair.")
        found[code] = str(text_)
    if not found:
        raise ValueError("The file has no text.")
    return found


def _some_buttons(said: object) -> list[str]:
    """Read one button or several; a space behind the colon makes YAML read a name as a pair."""
    listed = said if isinstance(said, list) else [said] if said else []
    if len(listed) > buttons.MOST:
        raise ValueError(f"There is room for {buttons.MOST} buttons beside the one that stops announcements.")
    pairs = [":".join(map(str, *one.items())) if isinstance(one, dict) and len(one) == 1 else one for one in listed]
    return [str(one).strip() for one in pairs]


async def _button(tx: Transaction, written: str) -> str:
    """Read `exhibition:PPB27`, `programme:DPJ27`, `enrol:DPJ27`, `card:halal.cost` or `link:A label https://...`."""
    kind, _colon, code = written.partition(":")
    if kind == "card":
        return written
    if kind == "link":
        page = link.read(written)
        if page.fault:
            raise ValueError(f"{written} leads nowhere. {plain(page.fault)}")
        return str(page)
    if kind == "exhibition":
        exhibition = await exhibitions.find(tx, code)
        if exhibition is None:
            raise ValueError(f"There is no exhibition {code}.")
        return f"exhibition:{exhibition.id}"
    elif kind in ("programme", "enrol"):
        return f"{kind}:{await _programme(tx, code)}"
    raise ValueError(
        f"{written} is no button; write exhibition:CODE, programme:CODE, enrol:CODE, card:TOPIC or link:ADDRESS."
    )


async def _programme(tx: Transaction, code: str) -> int:
    for one in await programmes.all_of(tx):
        if one.code.lower() == code.lower():
            return one.id
    raise ValueError(f"There is no programme {code}.")


async def audience_of(tx: Transaction, written: str) -> Audience:
    """Read `language=id,su sector=food district=Coblong scale=micro programme=DPJ27 state=none interested=yes seen=30`.

    Raises ValueError with what is wrong.
    """
    given = {name: value.strip('"') for name, value in _PAIR.findall(written)}
    if _PAIR.sub("", written).strip():
        raise ValueError(f"{_PAIR.sub('', written).strip()} is no pair such as sector=food.")
    parts: Mapping[str, Callable[[str], JsonObject]] = {
        "language": lambda said: {"languages": _some(said, LANGUAGES, "language")},
        "sector": lambda said: {"sectors": _some(_sectors(said), SECTORS, "sector")},
        "district": lambda said: {"districts": _some(said, districts(), "district")},
        "scale": lambda said: {"scales": _some(said, SCALES, "scale")},
        "state": lambda said: {"states": _some(said, (*STATES, NOT_ENROLLED), "state")},
        "interested": lambda said: {"interested": said.lower() in ("yes", "true", "1")},
        "seen": lambda said: {"seen_days": _days(said)},
        "programme": lambda _said: {},
    }
    found: JsonObject = {}
    for name, value in given.items():
        if name not in parts:
            raise ValueError(f"{name} narrows nothing down; there are {', '.join(parts)}.")
        found |= parts[name](value)
    if "programme" in given:
        found["programme"] = await _programme(tx, given["programme"])
    elif "states" in found:
        raise ValueError("A state needs its programme, such as programme=DPJ27 state=accepted.")
    return Audience(**found)


def _sectors(said: str) -> str:
    """Read sectors by their codes, or as people call them."""
    return ",".join(filters.sector(one) or one for one in said.split(","))


def _some(said: str, known: tuple[str, ...], what: str) -> tuple[str, ...]:
    by_name = {one.lower(): one for one in known}
    wanted = [one.strip().lower() for one in said.split(",") if one.strip()]
    if wrong := [one for one in wanted if one not in by_name]:
        raise ValueError(f"{wrong[0]} is no {what}; there are {', '.join(known)}.")
    return tuple(by_name[one] for one in wanted)


def _days(said: str) -> int:
    if not (said.isascii() and said.isdecimal() and 0 < int(said) <= 3650):
        raise ValueError(f"seen={said} is no number of days.")
    return int(said)
