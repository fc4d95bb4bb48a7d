"""Forms of files that are not taken, told by what is in them: whoever sent one is told its name and what to do."""

import io
import re
from zipfile import BadZipFile, ZipFile

#: how a file begins, and how its form is called
_BEGINNINGS = (
    (b"GIF8", "gif"), (b"BM", "bmp"), (b"II*\0", "tiff"), (b"MM\0*", "tiff"), (b"8BPS", "psd"), (b"\xff\x0a", "jxl"),
    (b"\0\0\0\x0cJXL ", "jxl"), (b"\0\0\0\x0cjP  ", "jp2"), (b"{\\rtf", "rtf"), (b"Rar!", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"), (b"\x1f\x8b", "gz"), (b"\x1aE\xdf\xa3", "webm"), (b"#!AMR", "amr"),
)  # fmt: skip
_MARKED = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<!doctype[^>]*>\s*)*<(svg|html)\b", re.IGNORECASE | re.DOTALL
)
#: of files in boxes (ISO 14496-12), what their brands mean
_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "avif"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "heic"),
    b"qt  ": "mov",
}
#: of packed files, what is in them
_PACKED = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"))
_OPEN = re.compile(rb"mimetypeapplication/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)")
_ENDINGS = {b"text": "odt", b"spreadsheet": "ods", b"presentation": "odp"}


def form(content: bytes) -> str:
    """The form of a file as its name would end, such as `heic` or `docx`; empty where nobody knows."""
    if content[4:8] == b"ftyp":
        size = int.from_bytes(content[:4], "big")
        brands = [content[8:12], *(content[at : at + 4] for at in range(16, min(size, 200), 4))]
        known = [_BRANDS[one] for one in brands if one in _BRANDS]
        return "avif" if "avif" in known else known[0] if known else "3gp" if brands[0][:3] == b"3gp" else "mp4"
    if content[:4] == b"RIFF":
        return {b"AVI ": "avi", b"WAVE": "wav"}.get(content[8:12], "")
    if content.startswith(b"PK\x03\x04"):
        return _packed(content)
    if marked := _MARKED.match(content[:1024]):
        return marked[1].lower().decode()
    return next((name for beginning, name in _BEGINNINGS if content.startswith(beginning)), "")


def _packed(content: bytes) -> str:
    if found := _OPEN.search(content[:200]):
        return _ENDINGS[found[1]]
    try:
        with ZipFile(io.BytesIO(content)) as opened:
            parts = opened.namelist()
    except (BadZipFile, ValueError, NotImplementedError):
        return "zip"
    return next((name for folder, name in _PACKED if any(part.startswith(folder) for part in parts)), "zip")
