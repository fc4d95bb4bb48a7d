"""Pictures are drawn anew: what hides in them is gone, and what is none is told apart."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.media import pictures
from bot.media.attachments import LARGEST, TooLarge, recognised
from bot.media.pictures import Damaged, drawn_anew
from db.files import File
from tests.town.phone import Phone
from tests.town.sample_files import JPEG, PDF, WEBP, drawn, picture, png

GPS = 0x8825


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def photographed(form: str, orientation: int = 1, **options: Any) -> bytes:
    """As a phone takes it: with the place, a text, and turned on its side."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, "RAHASIA"
    exif.get_ifd(GPS)[1], exif.get_ifd(GPS)[2] = "S", (6.0, 54.0, 7.0)
    return picture(form, exif=exif.tobytes(), **options)


def huge(width: int, height: int) -> bytes:
    """A small PNG that says that it is large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(width // 8 + 1) * 200)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_where_and_with_what_it_was_taken_is_gone(form: str) -> None:
    taken = photographed(form, icc_profile=b"RAHASIA" * 30) + b"RAHASIA behind the end"
    assert taken.count(b"RAHASIA") >= 2 and opened(taken).getexif().get_ifd(GPS)
    found = drawn(taken)
    assert b"RAHASIA" not in found and b"Exif" not in found
    assert not opened(found).getexif()
    assert set(opened(found).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_comments_and_texts_are_gone() -> None:
    assert b"comment" in JPEG and b"comment" not in drawn(JPEG)
    told = PngInfo()
    told.add_text("Author", "Euis Komariah")
    assert b"Euis" not in drawn(picture("PNG", pnginfo=told))


def test_a_photo_stands_upright() -> None:
    upright = opened(drawn(photographed("JPEG", orientation=6, size=(60, 40))))
    assert upright.size == (40, 60)
    red, green, _blue = upright.getpixel((38, 2))  # type: ignore[misc]
    assert red > 200 and green < 60


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_large_picture_is_made_smaller_and_keeps_its_shape(form: str) -> None:
    assert opened(drawn(picture(form, (3_000, 1_500)))).size == (2_560, 1_280)


@pytest.mark.parametrize(
    ("mode", "form"),
    [("1", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("RGBA", "PNG"), ("I;16", "PNG"), ("L", "JPEG"),
     ("CMYK", "JPEG"), ("RGBA", "WEBP")],
)  # fmt: skip
def test_every_kind_of_colours_is_taken(mode: str, form: str) -> None:
    found = opened(drawn(picture(form, (9, 7), mode)))
    assert found.size == (9, 7)
    assert found.format == ("PNG" if form == "PNG" else "JPEG")


def test_of_a_picture_that_moves_the_first_is_taken() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    for form in ("WEBP", "PNG"):
        buffer = io.BytesIO()
        frames[0].save(buffer, form, save_all=True, append_images=frames[1:])
        still = opened(drawn(buffer.getvalue()))
        assert getattr(still, "n_frames", 1) == 1
        red, _green, blue = still.convert("RGB").getpixel((9, 9))  # type: ignore[misc]
        assert red > 200 and blue < 60


def test_a_png_that_would_grow_too_large_becomes_a_jpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "LARGEST", 100)
    found = drawn_anew(File("photo", "image/png", "kue.png", picture("PNG", (200, 200), "RGBA")))
    assert (found.mime, found.name) == ("image/jpeg", "kue.jpg")
    assert opened(found.content).getpixel((9, 9)) == (255, 255, 255)


@pytest.mark.parametrize("size", [(30_000, 30_000), (6_400, 6_300), (8_000, 11_000), (2**31 - 1, 1), (1, 2**31 - 1)])
def test_a_bomb_is_told_from_its_header(size: tuple[int, int]) -> None:
    bomb = huge(*size) if size[0] < 100_000 else huge(8, 8).replace(struct.pack(">II", 8, 8), struct.pack(">II", *size))
    assert len(bomb) < 20_000
    with pytest.raises((TooLarge, Damaged)):
        drawn(bomb)


def test_a_large_webp_is_refused_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_WEBP", 2_000)
    with pytest.raises(TooLarge):
        drawn(WEBP)


@pytest.mark.parametrize("content", [JPEG, WEBP, png(90, 30)])
def test_what_is_cut_off_or_broken_is_damaged(content: bytes) -> None:
    for broken in (content[: len(content) // 2], content[:20], content[:30] + b"\xff" * 400 + content[-9:]):
        with pytest.raises(Damaged):
            drawn(broken)


def chunk(kind: bytes, content: bytes, check: int | None = None) -> bytes:
    check = zlib.crc32(kind + content) if check is None else check
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


@pytest.mark.parametrize(
    "broken",
    [
        chunk(b"eXIf", b"MM\0*", 1),
        chunk(b"eXIf", b"MM\0*\xff\xff\xff\xff garbage"),
        chunk(b"eXIf", b""),
        chunk(b"iCCP", b"profile\0\x07" + b"garbage"),
        chunk(b"iCCP", b"profile\0\0" + zlib.compress(bytes(9_000_000))),
        chunk(b"iCCP", b"profile", 1),
        chunk(b"zTXt", b"Comment\0\x09garbage"),
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(9_000_000))),
        chunk(b"tEXt", b"Author\0Euis", 1),
        chunk(b"iTXt", b"Author\0\1\0\0\0" + zlib.compress(bytes(9_000_000))),
        chunk(b"gAMA", b"\0"),
        chunk(b"cHRM", b"\0"),
        chunk(b"pHYs", b"\0"),
        chunk(b"sRGB", b""),
        chunk(b"tIME", b"now", 1),
        chunk(b"tRNS", b"\0"),
    ],
)
def test_a_png_is_drawn_whatever_is_broken_beside_it(broken: bytes) -> None:
    whole = picture("PNG")
    found = opened(drawn(whole[:33] + broken + whole[33:]))
    assert found.size == (60, 40)
    assert found.getpixel((2, 2)) == (255, 0, 0)


@pytest.mark.parametrize(
    "broken",
    [
        segment(0xE1, b"Exif\0\0"),
        segment(0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xffgarbage"),
        segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\xff\xff" * 9),
        segment(0xE2, b"ICC_PROFILE\0\x07\x01garbage"),
        segment(0xE2, b"MPF\0MM\0*\0\0\0\x08\0\x09garbage"),
        segment(0xED, b"Photoshop 3.0\x008BIM\x04"),
        segment(0xFE, b"\xff\xfe"),
        segment(0xE0, b"JFIF"),
        segment(0xEE, b"Adobe"),
        b"\xff\xff",
    ],
)
def test_a_jpeg_is_drawn_whatever_is_broken_beside_it(broken: bytes) -> None:
    whole = picture()
    found = opened(drawn(whole[:2] + broken + whole[2:]))
    assert found.size == (60, 40)


def test_a_webp_is_drawn_whatever_its_exif_says() -> None:
    assert opened(drawn(picture("WEBP", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff garbage"))).size == (60, 40)


def test_a_photo_with_a_broken_profile_stands_upright_all_the_same() -> None:
    taken = photographed("PNG", orientation=6, size=(60, 40))
    assert opened(drawn(taken[:33] + chunk(b"iCCP", b"profile", 1) + taken[33:])).size == (40, 60)


@pytest.mark.parametrize(
    ("content", "name", "kept_as"),
    [
        (JPEG, "../../x", "x.jpg"),
        (JPEG, "..\\..\\windows\\kue.exe", "kue.exe.jpg"),
        (WEBP, "kue.webp", "kue.jpg"),
        (png(9, 3), "kue.jpg", "kue.jpg.png"),
        (JPEG, "../..", "photo.jpg"),
    ],
)
def test_a_name_is_one_name_and_says_what_is_in_it(content: bytes, name: str, kept_as: str) -> None:
    file = recognised(content, name)
    assert file is not None
    assert drawn_anew(file).name == kept_as


async def test_a_file_that_cannot_be_taken_is_answered_with_why(ani: Phone) -> None:
    sent = {
        JPEG[:300]: "rusak",
        b"": "tidak ada isinya",
        huge(30_000, 30_000): "terlalu besar",
        PDF + bytes(LARGEST): "terlalu besar",
    }
    for content, why in sent.items():
        (answered,) = await ani.sends_file(content, "kue.jpg")
        assert why in answered.text
