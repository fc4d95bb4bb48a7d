"""QR codes as pictures."""

import io

import segno


def png(text: str, width: int = 0, error: str = "q", quiet: int = 4) -> bytes:
    """Draw a QR code in black on white, as wide as fits into `width` pixels, or 12 pixels a module.

    A quarter of it may be unreadable with `error` "q", 15 percent with "m"; `quiet` modules around it stay white.
    """
    code, picture = segno.make(text, error=error, micro=False), io.BytesIO()
    scale = max(4, width // code.symbol_size(border=quiet)[0]) if width else 12
    code.save(picture, kind="png", scale=scale, border=quiet)
    return picture.getvalue()
