"""Fields of a form: what is asked, which answers are offered, how what is written is read. A kind of field a file."""

from bot.fields.field import NEXT, OWN, SET, Field, Values, answer, named, nothing
from bot.fields.text import one_of, text, words

__all__ = ["NEXT", "OWN", "SET", "Field", "Values", "answer", "named", "nothing", "one_of", "text", "words"]
