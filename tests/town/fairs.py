"""Exhibitions and programmes as staff would have entered them."""

from datetime import date, time
from typing import Any

from db.fairs import exhibitions, programmes
from db.fairs.exhibitions import Exhibition
from tests.town.phone import NOW, Town


def plan(code: str = "PPB27", **said: Any) -> exhibitions.Plan:
    """An exhibition in Petaling Jaya, 16–18 April 2027, of food, fashion and craft; `said` is what is different."""
    known: dict[str, Any] = {
        "code": code,
        "title": {"id": "Pekan Produk Bandung", "en": "Bandung Products Week"},
        "short_name": {"id": "Pekan Produk"},
        "venue": "Dewan Sivik MBPJ",
        "address": "Jalan Yong Shook Lin",
        "latitude": 3.1043,
        "longitude": 101.6419,
        "city": "Petaling Jaya",
        "first_day": date(2027, 4, 16),
        "last_day": date(2027, 4, 18),
        "opens": time(10),
        "closes": time(20),
        "timezone": "Asia/Kuala_Lumpur",
        "sectors": ["food", "fashion", "craft"],
        "enrolment_closes": date(2027, 1, 31),
        "source": "surat MBPJ",
        "checked": date(2026, 11, 23),
        "state": "announced",
    }
    return exhibitions.Plan(**known | said)


def bazaar(**said: Any) -> exhibitions.Plan:
    """A second one, of craft, a week later."""
    known: dict[str, Any] = {
        "title": {"id": "Bazar Kriya"},
        "short_name": {"id": "Bazar Kriya"},
        "venue": "Jaya One",
        "first_day": date(2027, 4, 24),
        "last_day": date(2027, 4, 25),
        "sectors": ["craft"],
    }
    return plan("BKR27", **known | said)


def programme(code: str = "PEX27", **said: Any) -> programmes.Plan:
    """Training in Bandung on 1 and 2 March 2027, for the first 30 who come."""
    known: dict[str, Any] = {
        "code": code,
        "kind": "training",
        "title": {"id": "Pelatihan Ekspor"},
        "short_name": {"id": "Pelatihan Ekspor"},
        "gives": {"id": "Dua hari belajar harga dan dokumen ekspor."},
        "quota": 30,
        "enrolment_closes": date(2027, 2, 20),
        "place": "Balai Kota Bandung",
        "first_day": date(2027, 3, 1),
        "last_day": date(2027, 3, 2),
        "timezone": "Asia/Jakarta",
        "decides": "first-come",
        "source": "Disdagin",
        "checked": date(2026, 11, 23),
        "state": "announced",
    }
    return programmes.Plan(**known | said)


async def hold(town: Town, *plans: exhibitions.Plan) -> list[Exhibition]:
    """Enter these exhibitions; returns them as stored."""
    async with town.assistant.database.transaction() as tx:
        await exhibitions.add(tx, plans, NOW)
        found = [await exhibitions.find(tx, plan.code) for plan in plans]
    return [one for one in found if one]


async def offer(town: Town, *plans: programmes.Plan) -> None:
    """Enter these programmes."""
    async with town.assistant.database.transaction() as tx:
        await programmes.add(tx, plans, NOW)
