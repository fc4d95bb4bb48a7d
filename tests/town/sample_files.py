"""Small files of each kind that people send."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

from bot.media.attachments import recognised
from bot.media.pictures import drawn_anew


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any) -> bytes:
    """A real one, with a red corner at the top left."""
    drawn = Image.new(mode, size, "teal" if mode == "RGB" else 0)
    if mode == "RGB":
        drawn.paste("red", (0, 0, size[0] // 3, size[1] // 3))
    buffer = BytesIO()
    drawn.save(buffer, form, **options)
    return buffer.getvalue()


def drawn(content: bytes) -> bytes:
    """The picture as it is kept and passed on."""
    file = recognised(content)
    assert file is not None
    return drawn_anew(file).content


JPEG = picture(dpi=(71, 71), comment=b"a comment of the camera")
WEBP = picture("WEBP")
#: JPEG as it is kept and passed on
DRAWN = drawn(JPEG)
PDF = b"%PDF-1.7\n" + b"page " * 50
OGG = b"OggS" + bytes(24) + b"OpusHead" + b"voice" * 50
MP3 = b"\xff\xfb\x90\x64" + bytes(400)
MP3_WITH_TAGS = b"ID3\x04" + bytes(400)
AAC = b"\xff\xf1\x50\x80" + bytes(400)


def _mp4(*tracks: bytes) -> bytes:
    return b"\x00\x00\x00\x18ftypM4A " + b"".join(b"\x00\x00\x00\x21hdlr" + bytes(8) + track for track in tracks)


M4A, MP4 = _mp4(b"soun"), _mp4(b"soun", b"vide")


def png(width: int, height: int) -> bytes:
    """A picture that a browser really shows."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\x0d\x6b\x5f" * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
