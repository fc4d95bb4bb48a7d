"""Serve a file to a browser: pictures and sound to be shown in the page, all else to be saved."""

import re
from urllib.parse import quote

from starlette.responses import Response

from db.files import File

#: the kinds that a page may show; any other is only ever saved
_SHOWN = {"image/jpeg", "image/png", "image/webp", "audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac"}
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def response(file: File, wanted: str) -> Response:
    """Send the file, or the bytes of it that a `Range` header wants: browsers play sound only from such a server."""
    how = "inline" if file.mime in _SHOWN else "attachment"
    headers = {
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(file.name, safe='')}",
        "Cache-Control": "private, no-store",
        "Accept-Ranges": "bytes",
    }
    size = len(file.content)
    part = _part(wanted, size)
    if part is None:
        return Response(file.content, media_type=file.mime, headers=headers)
    if not part:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return Response(file.content[part.start : part.stop], 206, headers, file.mime)


def _part(wanted: str, size: int) -> range | None:
    """Read which bytes are wanted; empty for none, None for all of it, also where the header is not understood."""
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:  # so many from the end
        return range(max(0, size - int(last)), size)
    return range(int(first), min(size, int(last) + 1) if last else size)
