"""Fields of a form: what is asked, which answers are offered, how what is written is read. A kind of field a file."""

from bot.fields.choice import one_of, some_of
from bot.fields.day import day
from bot.fields.district import district
from bot.fields.document import document
from bot.fields.field import NEXT, OWN, SET, Field, Given, SetValues, Values, answer, named, nothing
from bot.fields.nib import nib
from bot.fields.number import number
from bot.fields.phone import phone
from bot.fields.text import text, words
from bot.fields.when import clock, read_when
from bot.fields.yes_no import yes_no

__all__ = [
    "NEXT",
    "OWN",
    "SET",
    "Field",
    "Given",
    "SetValues",
    "Values",
    "answer",
    "clock",
    "day",
    "district",
    "document",
    "named",
    "nib",
    "nothing",
    "number",
    "one_of",
    "phone",
    "read_when",
    "some_of",
    "text",
    "words",
    "yes_no",
]  # fmt: skip
