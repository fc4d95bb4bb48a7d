"""QR pictures for posters."""

import io

import segno


def png(url: str) -> bytes:
    """A picture that phones read from a poster: black on white, with its quiet zone, a quarter of it may be dirty."""
    picture = io.BytesIO()
    segno.make(url, error="q", micro=False).save(picture, kind="png", scale=12, border=4)
    return picture.getvalue()
