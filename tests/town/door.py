"""The day of an event: the hall at its door, with tickets made and scanned, for the stories of check-in."""

import io
import re
from datetime import UTC, datetime

from PIL import Image

from bot.channels.memory import Delivered
from bot.codes import Codes
from bot.door.codes import TICKET
from db.files import File
from tests.town.hall import Hall
from tests.town.phone import Phone

#: 08.41 in Malaysia, 07.41 in Bandung, on the day of the delegation
OPENING = datetime(2027, 4, 16, 0, 41, tzinfo=UTC)


def code(hall: Hall, number: str) -> str:
    """What the QR of this ticket carries."""
    return TICKET.payload + hall.town.assistant.tools[Codes].code(TICKET, number)


async def scans(hall: Hall, phone: Phone, number: str) -> list[Delivered]:
    return await phone.says(f"/start {code(hall, number)}")


async def ticket(hall: Hall, who: str) -> Delivered:
    """The ticket that was announced, once it is made."""
    await hall.desks.waits(hall.phones[who], 0)
    return hall.phones[who].bubbles[-1]


def opens(hall: Hall, at: datetime = OPENING) -> None:
    """It is the day."""
    hall.town.clock.move(at - hall.town.clock.now())


async def next_morning(hall: Hall, who: str) -> list[Delivered]:
    """What comes at 10.00 in Bandung on the day after."""
    await hall.news(who)
    opens(hall, OPENING.replace(day=17, hour=2, minute=59))
    assert not await hall.desks.waits(hall.phones[who], 0)
    return await hall.desks.waits(hall.phones[who], 1)


def size(file: File) -> tuple[int, int]:
    with Image.open(io.BytesIO(file.content)) as picture:
        return picture.size


def unfolded(calendar: File) -> str:
    return re.sub(r"\r\n[ \t]", "", calendar.content.decode())
