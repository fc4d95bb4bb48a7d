"""Certificates: who took part in what, on one page that anybody can check by its QR."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.codes import Codes
from bot.door.attendance import days
from bot.door.codes import CERTIFICATE
from bot.fairs.exhibitions import SAMPLE, title
from bot.language.dates_said import weekday_span
from bot.language.i18n import _, ngettext
from bot.language.markdown import plain
from bot.media.lettering import BOLD, REGULAR, legible
from bot.media.qr import png
from bot.turn import Turn
from db import files, office
from db.enrolling.attendance import Presence
from db.enrolling.enrolments import Enrolment
from db.fairs.programmes import Programme
from db.files import File

if TYPE_CHECKING:
    from fpdf import FPDF

_PDF = "application/pdf"
#: millimetres of a page of A4 on its side, of its edge and its frame, and of the QR
_WIDTH, _HEIGHT, _EDGE, _FRAME, _QR = 297, 210, 25, 10, 32
#: millimetres below a line
_GAP = 2.5
#: millimetres of a line's height for a point of its size
_STEP = 0.48
#: parts of its size at which a line is tried: what is long is set smaller
_SCALES = (1, 0.85, 0.7, 0.55, 0.4)
#: sizes of lettering in points
_LARGE, _NAME, _TITLE, _SMALL, _FINE = 34, 30, 20, 14, 10


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: int
    is_bold: bool = False


async def keep(turn: Turn, one: Enrolment, programme: Programme, there: Sequence[Presence]) -> int:
    """Write the certificate in the language being spoken and keep it as the person's; returns the file's id."""
    host = (await office.load(turn.db)).name
    address = turn.tools[Codes].address(CERTIFICATE, one.number, turn.link)
    lines = [
        _Line(SAMPLE if programme.is_sample else "", _TITLE, True),
        _Line(legible(host), _SMALL),
        _Line(plain(_("Certificate of attendance")), _LARGE, True),
        # letters that no font here has are on the page behind the QR
        _Line(legible(one.name) or plain(_("Holder of number {number}", number=one.number)), _NAME, True),
        _Line(legible(one.business), _SMALL),
        _Line(plain(_("took part in")), _SMALL),
        _Line(legible(title(programme)), _TITLE, True),
        _Line(legible(when(programme, there)), _SMALL),
        _Line(legible(programme.place), _SMALL),
    ]
    fine = [one.number, plain(_("Whether this is genuine: scan the code.")), address]
    content = await asyncio.to_thread(_set, lines, fine, address, there[-1].at)
    name = plain(_("certificate-{number}.pdf", number=one.number))
    return await files.add(turn.db, turn.person.person_id, File("document", _PDF, name, content), turn.now)


def when(programme: Programme, there: Sequence[Presence]) -> str:
    """Say the days of the programme and, of several, on how many somebody was there."""
    all_days = days(programme) or [there[0].day]
    span = weekday_span(all_days[0], all_days[-1])
    if len(there) >= len(all_days):
        return span
    return plain(
        ngettext(
            "{days}; present on {number} day of {all}",
            "{days}; present on {number} days of {all}",
            len(there),
            days=span,
            number=len(there),
            all=len(all_days),
        )
    )


def _set(lines: Sequence[_Line], fine: Sequence[str], address: str, made_at: datetime) -> bytes:
    """Set the page; the same input gives the same bytes."""
    from fpdf import FPDF  # 30 MiB, at first need

    pdf = FPDF("landscape", "mm", "A4")
    pdf.set_creation_date(made_at)
    pdf.add_font("sans", "", REGULAR)
    pdf.add_font("sans", "B", BOLD)
    pdf.set_margins(_EDGE, _EDGE)
    pdf.set_auto_page_break(False)
    pdf.add_page()
    pdf.set_line_width(0.8)
    pdf.rect(_FRAME, _FRAME, _WIDTH - 2 * _FRAME, _HEIGHT - 2 * _FRAME)
    top = _HEIGHT - _EDGE - _QR + 6
    said = [line for line in lines if line.text]
    scale = next((scale for scale in _SCALES if _height(pdf, said, scale) <= top - _EDGE), _SCALES[-1])
    for line in said:
        _write(pdf, line, scale)
        pdf.ln(_GAP * scale)
    pdf.image(png(address, error="m", quiet=2), _WIDTH - _EDGE - _QR, top, _QR, _QR)
    pdf.set_font("sans", "", _FINE)
    pdf.set_y(top + 10)
    for text in fine:
        pdf.cell(_WIDTH - 2 * _EDGE - _QR - 4, 6, text, align="R", new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def _height(pdf: "FPDF", lines: Sequence[_Line], scale: float) -> float:
    return sum(_write(pdf, line, scale, dry=True) + _GAP * scale for line in lines)


def _write(pdf: "FPDF", line: _Line, scale: float, dry: bool = False) -> float:
    """Write a centred line, over as many lines as it takes; returns its height, and with `dry` does no more."""
    pdf.set_font("sans", "B" if line.is_bold else "", line.size * scale)
    step = line.size * scale * _STEP
    height = pdf.multi_cell(0, step, line.text, align="C", new_x="LMARGIN", new_y="NEXT", dry_run=dry, output="HEIGHT")
    assert isinstance(height, float)
    return height
