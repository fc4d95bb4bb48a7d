"""Dates and hours as people write them, in Indonesian, Malay, English and Sundanese: understood, or asked back.

`read` takes a text that should say when something is, such as the answer to "Which date and time?". It never takes a
date silently where another is plausible, where the text contradicts itself, or where it says more than was understood.
"""

from bot.dates.hours import clock_time, in_order
from bot.dates.reading import Doubt, Reason, When
from bot.dates.text import read

__all__ = ["Doubt", "Reason", "When", "clock_time", "in_order", "read"]
