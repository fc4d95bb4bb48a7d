"""An exhibition as staff enter it."""

import re
from dataclasses import asdict, replace

from bot.entries import days, warnings
from bot.entries.field import link, short_name, source, texts
from bot.entries.noun import News, Noun
from bot.fairs import exhibitions as say
from bot.fairs import filters, listing, notices
from bot.fields import Field, Given, Values, answer, some_of, text, words
from bot.language.dates_said import MALAYSIA
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn
from db.fairs import exhibitions, interests
from db.fairs.exhibitions import Exhibition, Plan

#: latitude and longitude, as maps give them
_POINT = re.compile(r"(-?\d{1,2}\.\d+)\s*,\s*(-?\d{1,3}\.\d+)")


def _city() -> Field:
    def offers(values: Values) -> list[Choice]:
        known = ["Petaling Jaya", "Kuala Lumpur"] if values.get("timezone") == MALAYSIA else ["Bandung", "Jakarta"]
        return [answer(city, city=city) for city in known]

    return text("city", lambda: _("City"), lambda _values: _("In which city?"), 40, offers=offers)


def _address() -> Field:
    """A field for the address, written, or sent as a location; a point in figures counts as one."""

    def read(turn: Given, values: Values) -> Values:
        point = _POINT.search(turn.text)
        if turn.inbound.place:
            latitude, longitude = turn.inbound.place
        elif point and abs(float(point[1])) <= 90 and abs(float(point[2])) <= 180:
            latitude, longitude = float(point[1]), float(point[2])
        else:
            return {"address": words(turn.text, 120)}
        return {"address": values.get("address", ""), "latitude": latitude, "longitude": longitude}

    def said(values: Values) -> str:
        on_map = "" if values.get("latitude") is None else f"{values['latitude']:.4f}, {values['longitude']:.4f}"
        return " · ".join(part for part in (values.get("address", ""), on_map) if part)

    return Field(
        "address",
        lambda: _("Address, map"),
        lambda _values: _("The address? Write it, or send the location."),
        read,
        said,
        {"address": "", "latitude": None, "longitude": None},
        noted=lambda _turn, values: _("Noted: {address}.", address=said(values)),
        sets=("address", "latitude", "longitude"),
    )


def _sectors() -> Field:
    """A field for the sectors; none means all."""
    question = lambda _values: _("For which sectors? Several are possible; skipped, it is for all.")  # noqa: E731
    return some_of("sectors", lambda: _("Sectors"), question, listing.sectors, filters.sector, optional=True)


def _fields() -> tuple[Field, ...]:
    return (
        texts(
            "title",
            lambda: _("Name"),
            lambda _values: _("What is the exhibition called? Write it in Indonesian; other languages come later."),
            80,
        ),
        short_name(),
        days.when(),
        days.hours_of_day(),
        days.zone(),
        _city(),
        text("venue", lambda: _("Place"), lambda _values: _("At which place? For example: Dewan Sivik MBPJ"), 80),
        _address(),
        texts(
            "description",
            lambda: _("Description"),
            lambda _values: _("What is it about? One or two sentences in Indonesian."),
            250,
            optional=True,
        ),
        _sectors(),
        texts(
            "cost",
            lambda: _("Cost"),
            lambda _values: _("What does taking part cost? Write it in Indonesian, with what it is for."),
            100,
            optional=True,
        ),
        text("organiser", lambda: _("Organiser"), lambda _values: _("Who organises it?"), 80, optional=True),
        link("link", lambda: _("Link"), lambda _values: _("Its web address?")),
        days.enrolment(),
        source(),
    )


def _card(turn: Turn, plan: Plan) -> Markdown:
    shown = replace(plan, source=plan.source or "–")
    one = Exhibition(**asdict(shown), id=0, sequence=0, created_at=turn.now, updated_at=turn.now)
    return say.details(one, turn.today)


async def _waiting(turn: Turn, one: Exhibition, _before: Exhibition) -> int:
    return len(await interests.waiting_for(turn.db, one))


async def _concerned(turn: Turn, one: Exhibition, before: Exhibition) -> int:
    return len(await interests.concerned(turn.db, one.id, before, one))


async def _announce(turn: Turn, one: Exhibition, before: Exhibition, _reason: str) -> int:
    """Tell people who are reminded of it what has changed since they found it."""
    if before.plan() != one.plan():
        await notices.announce_change(turn, one, before, only_reminded=True)
    return await notices.announce(turn, one)


async def _announce_change(turn: Turn, one: Exhibition, before: Exhibition, _reason: str) -> int:
    return await notices.announce_change(turn, one, before)


async def _announce_cancellation(turn: Turn, one: Exhibition, _before: Exhibition, reason: str) -> int:
    return await notices.announce_cancellation(turn, one, reason)


_TOLD = (
    "first_day", "last_day", "opens", "closes", "timezone", "venue", "address", "city", "cost", "enrolment_closes",
    "state",
)  # fmt: skip

EXHIBITION = Noun(
    "exhibition",
    _fields(),
    exhibitions,
    _card,
    warnings.of,
    {
        "announced": News(_waiting, _announce),
        "changed": News(_concerned, _announce_change),
        "cancelled": News(_concerned, _announce_cancellation),
    },
    frozenset(_TOLD),
    {},
    row=lambda one, _today: say.row(one, short=True),
    heading=lambda number: _("Exhibitions on the list: {number}", number=number),
    add=lambda: _("Add an exhibition"),
)
