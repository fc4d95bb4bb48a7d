"""What a picture carries beside itself: left out before it is drawn, as a fault of it is none of the picture."""

import struct
import zlib
from collections.abc import Collection

_PNG = b"\x89PNG\r\n\x1a\n"
#: chunks of a PNG that are kept where they are whole, beside those without which there is no picture
_TRANSPARENCY, _EXIF = b"tRNS", b"eXIf"
#: markers of a JPEG: APP0 to APP15 and the comment; some say how to read the colours, or where is up
_APPLICATIONS = {*range(0xE0, 0xF0), 0xFE}
_TELLING = {0xE0, 0xE1, 0xEE}
#: what stands before a marker, perhaps more than once
_FILL = 0xFF
#: the marker behind which the picture itself stands
_SCAN = 0xDA


def without(content: bytes, *, shown: bool) -> bytes:
    """Leave out of a PNG or JPEG all but the picture and, for `shown`, what says where is up, what is transparent and
    how to read the colours; no other changes.
    """
    if content.startswith(_PNG):
        return _chunks(content, (_TRANSPARENCY, _EXIF) if shown else ())
    if content.startswith(b"\xff\xd8"):
        return _segments(content, _APPLICATIONS - _TELLING if shown else _APPLICATIONS)
    return content


def _chunks(content: bytes, further: Collection[bytes]) -> bytes:
    kept, at = bytearray(_PNG), len(_PNG)
    while len(head := content[at : at + 8]) == 8:
        length, kind = struct.unpack(">I4s", head)
        chunk = content[at : at + length + 12]
        is_whole = chunk[-4:] == struct.pack(">I", zlib.crc32(chunk[4:-4]))
        if kind[:1].isupper() or (kind in further and is_whole):
            kept += chunk
        at += length + 12
    return bytes(kept)


def _segments(content: bytes, left_out: Collection[int]) -> bytes:
    kept, at = bytearray(content[:2]), 2
    while len(content) > at + 3 and content[at] == _FILL and content[at + 1] != _SCAN:
        if content[at + 1] == _FILL:
            at += 1
            continue
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if content[at + 1] not in left_out:
            kept += content[at:end]
        at = end
    return bytes(kept) + content[at:]
