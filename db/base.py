"""What all tables share: names of constraints, and the types that mean the same on SQLite and PostgreSQL."""

import json
import re
from datetime import UTC, date, datetime, time
from typing import Any, TypeAlias

from sqlalchemy import JSON, BigInteger, DateTime, Double, Integer, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """Strip what no database can hold from a text: U+0000, and halves of letters, which become question marks."""
    return _UNSTORABLE.sub(lambda found: "" if found[0] == "\0" else "?", text)


def storable_json(value: object) -> str:
    """Write a value as JSON that every database can hold."""
    return json.dumps(_storable_within(value))


def _storable_within(value: object) -> object:
    match value:
        case str():
            return storable(value)
        case dict():
            return {_storable_within(name): _storable_within(one) for name, one in value.items()}
        case list() | tuple():
            return [_storable_within(one) for one in value]
    return value


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC; SQLite drops the zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


class Day(TypeDecorator[date]):
    """A day of the calendar, kept as `2027-04-16` on both engines."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class TimeOfDay(TypeDecorator[time]):
    """A time on some clock on the wall, kept as `09:30` on both engines."""

    impl = String(5)
    cache_ok = True

    def process_bind_param(self, value: time | None, dialect: Dialect) -> str | None:
        return None if value is None else f"{value:%H:%M}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> time | None:
        return None if value is None else time.fromisoformat(value)


BigId = BigInteger().with_variant(Integer(), "sqlite")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
#: for `__table_args__`: on SQLite too, an id is never given twice, even after its row was deleted
KEPT_IDS = {"sqlite_autoincrement": True}


#: a JSON object as a column keeps it; what is in it, the column says
JsonObject: TypeAlias = dict[str, Any]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy's own way to declare it)
        datetime: UtcDateTime,
        date: Day,
        time: TimeOfDay,
        float: Double,
        int: BigId,
        JsonObject: Json,
        list[str]: Json,
        dict[str, str]: Json,
    }
