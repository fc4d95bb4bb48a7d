"""Files as they come in and go out: their kind, found from the content and never from the name, and a true name."""

import re
from dataclasses import replace

from bot.media.forms import form
from bot.media.sheets import XLSX
from bot.media.workbooks import Unreadable, decoded
from bot.reply import Reply
from db import files
from db.engine import Database
from db.files import File

#: bytes of the largest file that is taken
LARGEST = 5_000_000
#: characters of the longest name
_LONGEST_NAME = 80
#: CSV or any other text
TEXT = "text/plain"
#: what is taken: the kind, and how a name may end; the first ending is put where another stands
_FORMS = {
    "image/jpeg": ("photo", (".jpg", ".jpeg")),
    "image/png": ("photo", (".png",)),
    "image/webp": ("photo", (".webp",)),
    "application/pdf": ("document", (".pdf",)),
    "audio/ogg": ("voice", (".ogg", ".oga", ".opus")),
    "audio/mpeg": ("voice", (".mp3",)),
    "audio/mp4": ("voice", (".m4a", ".mp4")),
    "audio/aac": ("voice", (".aac",)),
    XLSX: ("document", (".xlsx",)),
    TEXT: ("document", (".csv", ".txt", ".tsv")),
}
_BEGINNINGS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
    b"ID3": "audio/mpeg",
}
#: how far from its beginning a file may only begin; what stands before it then: a byte order mark, lines, HTTP headers
_LOOKED_AT = 1_024
_BEFORE = re.compile(
    rb"\A(?:\xef\xbb\xbf|\s)*(?:(?:HTTP/[\d.]+ [^\n]*\n)?(?:[\w-]+:[^\n]*\n)+\r?\n)?(?:\xef\xbb\xbf|\s)*"
)
_PDF, _PACKED = re.compile(rb"%PDF-\d"), b"PK\x03\x04"
#: in an MP4 file, what a track holds
_TRACK = re.compile(rb"hdlr.{8}(soun|vide)", re.DOTALL)


class TooLarge(Exception):
    """Raised for more than `LARGEST` bytes, or a picture of too many pixels."""


def recognised(content: bytes, name: str = "") -> File | None:
    """Recognise a photo (JPEG, PNG, WebP), a document (PDF) or a voice note (Ogg, MP3, M4A, AAC); else None."""
    content = _BEFORE.sub(b"", content[:_LOOKED_AT], count=1) + content[_LOOKED_AT:]
    mime = _mime(content)
    if not mime and not content.startswith(_PACKED) and (pdf := _PDF.search(content, 0, _LOOKED_AT)):
        content, mime = content[pdf.start() :], "application/pdf"
    return File(_FORMS[mime][0], mime, named(name, mime), content) if mime else None


def table(content: bytes, name: str = "") -> File | None:
    """Recognise a table (XLSX) or a text (CSV), taken only where a list was asked for; None for anything else."""
    mime = XLSX if form(content) == "xlsx" else TEXT if _is_text(content) else ""
    return File(_FORMS[mime][0], mime, named(name, mime), content) if mime else None


def _is_text(content: bytes) -> bool:
    try:
        return bool(decoded(content, forgives=True).strip())
    except Unreadable:
        return False


def _mime(content: bytes) -> str | None:
    for beginning, mime in _BEGINNINGS.items():
        if content.startswith(beginning):
            return mime
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[:4] == b"OggS" and re.search(rb"OpusHead|\x01vorbis", content[:64]):
        return "audio/ogg"
    if content[4:8] == b"ftyp" and set(_TRACK.findall(content)) == {b"soun"}:
        return "audio/mp4"
    return _frames(content[:3])


def _frames(header: bytes) -> str | None:
    """Recognise sound without a container, by the header of its first frame: MP3 (MPEG layer III), or AAC as ADTS."""
    if len(header) < 3 or header[0] != 0xFF:
        return None
    if header[1] & 0xF6 == 0xF0:
        return "audio/aac" if header[2] >> 2 & 0xF < 13 else None
    known_version = header[1] >> 3 & 3 != 1
    known_rate = 0 < header[2] >> 4 < 15 and header[2] >> 2 & 3 != 3
    return "audio/mpeg" if header[1] & 0xE6 == 0xE2 and known_version and known_rate else None


def named(given: str, mime: str) -> str:
    """The name without a path, and with a true ending: to whoever opens it, `nota.hta` would be a program."""
    kind, endings = _FORMS[mime]
    shown = re.sub(r"[^\w .()-]", "_", re.split(r"[/\\]", given)[-1]).strip(" .") or kind
    if not shown.lower().endswith(endings):
        shown += endings[0]
    return shown[-_LONGEST_NAME:].lstrip(" .")


async def filled(database: Database, reply: Reply) -> Reply:
    """Load the reply's file into `attachment`; a file that is gone is left out, and what is said stays."""
    if not reply.file:
        return reply
    async with database.reading() as tx:
        found = await files.load(tx, [reply.file])
    return replace(reply, attachment=found.get(reply.file))
