"""Tickets: everything that is needed at the door in one picture, which needs no network once it has come."""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass

# Pillow would import every format it knows for the first one that is not registered by an import
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin  # noqa: F401

from bot.codes import Codes
from bot.door.codes import TICKET
from bot.fairs import programmes as say
from bot.fairs.exhibitions import SAMPLE, title
from bot.language.i18n import _
from bot.language.markdown import plain
from bot.media.lettering import BOLD, REGULAR, legible
from bot.media.qr import png
from bot.turn import Turn
from db import files
from db.enrolling.enrolments import Enrolment
from db.fairs.programmes import Programme
from db.files import File

#: pixels of the ticket: twice what a small phone is wide, so that 28 are read as 14; of its edge and its QR
_WIDTH, _EDGE, _QR = 720, 40, 440
_TITLE, _NUMBER, _NAME, _SMALL = 34, 68, 36, 28
#: lines of a title, a name or a place; what is longer ends in an ellipsis
_LINES = 3


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: int
    is_bold: bool = False


async def keep(turn: Turn, one: Enrolment, programme: Programme) -> int:
    """Draw the ticket in the language being spoken and keep it as the person's; returns the file's id."""
    above = [_Line(SAMPLE, _NUMBER, True)] if programme.is_sample else []
    above.append(_Line(legible(title(programme)), _TITLE, True))
    below = [_Line(one.number, _NUMBER, True), _Line(legible(one.name), _NAME, True)]
    below.append(_Line(legible(one.business), _SMALL))
    if programme.first_day:
        below.append(_Line(legible(plain(say.when(programme))), _SMALL))
    below.append(_Line(legible(programme.place), _SMALL))
    below.append(_Line(legible(plain(_("Show this at the door."))), _SMALL, True))
    address = turn.tools[Codes].address(TICKET, one.number, turn.link)
    content = await asyncio.to_thread(_drawn, address, above, below)
    file = File("photo", "image/png", f"{one.number}.png", content)
    return await files.add(turn.db, turn.person.person_id, file, turn.now)


def _drawn(address: str, above: Sequence[_Line], below: Sequence[_Line]) -> bytes:
    """Draw it black on white, from top to bottom: what it is, the QR, whose it is, when and where."""
    room = _WIDTH - 2 * _EDGE
    blocks = [[_Set(line, room) for line in lines if line.text] for lines in (above, below)]
    qr = Image.open(io.BytesIO(png(address, _QR))).convert("L")
    heights = [sum(block.height for block in blocks_) for blocks_ in blocks]
    picture = Image.new("L", (_WIDTH, sum(heights) + qr.height + 2 * _EDGE), 255)
    draw = ImageDraw.Draw(picture)
    top = _EDGE
    for block in blocks[0]:
        top = block.draw(draw, top)
    picture.paste(qr, ((_WIDTH - qr.width) // 2, top))
    top += qr.height
    for block in blocks[1]:
        top = block.draw(draw, top)
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


class _Set:
    """A line as it is set: broken where it is too wide, each part in the middle."""

    def __init__(self, line: _Line, room: int) -> None:
        path = BOLD if line.is_bold else REGULAR
        self._font = ImageFont.truetype(str(path), line.size, layout_engine=ImageFont.Layout.BASIC)
        self._step = round(line.size * 1.3)
        self._lines = self._broken(line.text, room)

    @property
    def height(self) -> int:
        return len(self._lines) * self._step + self._step // 3

    def draw(self, draw: ImageDraw.ImageDraw, top: int) -> int:
        """Draw the lines; returns where the next ones begin."""
        for at, text in enumerate(self._lines):
            draw.text((_WIDTH // 2, top + at * self._step), text, fill=0, font=self._font, anchor="ma")
        return top + self.height

    def _broken(self, text: str, room: int) -> list[str]:
        lines = [""]
        for word in text.split():
            for piece in self._pieces(word, room):
                longer = f"{lines[-1]} {piece}".strip()
                if self._font.getlength(longer) <= room:
                    lines[-1] = longer
                else:
                    lines.append(piece)
        if len(lines) <= _LINES:
            return lines
        return [*lines[: _LINES - 1], f"{lines[_LINES - 1].rstrip('.,')}…"]

    def _pieces(self, word: str, room: int) -> list[str]:
        """Cut a word where it alone is too wide."""
        if self._font.getlength(word) <= room:
            return [word]
        pieces = [""]
        for sign in word:
            if self._font.getlength(pieces[-1] + sign) > room:
                pieces.append("")
            pieces[-1] += sign
        return pieces
