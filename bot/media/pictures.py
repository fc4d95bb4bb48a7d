"""Draw the pictures that come in anew, so that they no longer say where and with what they were taken."""

import asyncio
import warnings
from dataclasses import replace
from io import BytesIO

# what is read here is registered by these imports; Pillow would import every format it knows for one it does not
from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from bot.media import metadata
from bot.media.attachments import LARGEST, TooLarge, named
from db.files import File

#: pixels of the largest picture that is drawn
MOST_PIXELS = 40_000_000
#: the same for a WebP, which needs four times the memory of others
MOST_WEBP = 16_000_000
#: pixels of the longest side when drawn anew
LONGEST_SIDE = 2_560
#: quality of a JPEG, from 0 to 95
_QUALITY = 85
_FORMATS = {
    "image/jpeg": JpegImagePlugin.JpegImageFile.format,
    "image/png": PngImagePlugin.PngImageFile.format,
    "image/webp": WebPImagePlugin.WebPImageFile.format,
}
_PLAIN = {"JPEG": ("L", "RGB"), "PNG": ("1", "I;16", "L", "LA", "P", "RGB", "RGBA")}

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


class Damaged(Exception):
    """Raised for what begins as a picture and is none, or ends too early."""


class ImageCleaner:
    """Draws pictures in a thread, one at a time: the largest takes 400 MB and 1.5 s."""

    def __init__(self) -> None:
        self._turns = asyncio.Lock()

    async def clean(self, file: File) -> File:
        """The file as it may be kept: a picture drawn anew, anything else as it is; raises `Damaged` or `TooLarge`."""
        if file.mime not in _FORMATS:
            return file
        async with self._turns:
            return await asyncio.to_thread(drawn_anew, file)


def drawn_anew(file: File) -> File:
    """Draw a picture anew as JPEG or PNG: only its pixels, upright, at most 2,560 pixels long; the first frame where it
    moves.

    Raises `TooLarge` for more than 40 megapixels (16 of WebP), `Damaged` for what cannot be drawn, also without what
    says how it is shown.
    """
    plain, bare = (metadata.without(file.content, shown=shown) for shown in (True, False))
    try:
        return _drawn(replace(file, content=plain))
    except Damaged:
        if bare == plain:
            raise
        return _drawn(replace(file, content=bare))


def _drawn(file: File) -> File:
    try:
        with Image.open(BytesIO(file.content), formats=[_FORMATS[file.mime] or ""]) as opened:
            most = MOST_WEBP if file.mime == "image/webp" else MOST_PIXELS
            if opened.width * opened.height > most:
                raise TooLarge
            opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=1.0)
            content, mime = _written(_upright(opened), file.mime)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError, TooLarge):
        raise TooLarge from None
    except Exception:  # a broken file makes Pillow raise nearly anything
        raise Damaged from None
    name = file.name if mime == file.mime else named(file.name.rpartition(".")[0], mime)
    return File(file.kind, mime, name, content)


def _upright(image: Image.Image) -> Image.Image:
    """Turn the picture as its metadata says, and not at all where those are broken."""
    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # broken metadata make Pillow raise nearly anything as well
        return image


def _written(image: Image.Image, mime: str) -> tuple[bytes, str]:
    """Encode the picture; PNG stays PNG unless it would be too large."""
    if mime == "image/png":
        content = _encoded(image, "PNG", optimize=False)
        if len(content) <= LARGEST:
            return content, mime
    return _encoded(image, "JPEG", quality=_QUALITY), "image/jpeg"


def _encoded(image: Image.Image, form: str, **options: int) -> bytes:
    kept = image.info.get("transparency") if form == "PNG" else None
    image = image if image.mode in _PLAIN[form] else _plain(image, form)
    image.info = {} if kept is None else {"transparency": kept}
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def _plain(image: Image.Image, form: str) -> Image.Image:
    """Convert to colours that the format has; what is transparent is white in a JPEG."""
    if form == "PNG":
        return image.convert("RGBA")
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer.getchannel("A"))
    return paper
