"""Know a visitor by a random id in a signed cookie, the only identity; and find where a request really came from."""

import hmac
import ipaddress
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

#: seconds; browsers keep no cookie for longer
LIFE = 400 * 24 * 3600


class Visitors:
    """Signs and reads cookies; `key` is a secret text, `public_url` is where the internet reaches this server."""

    def __init__(self, key: str, public_url: str | None = None) -> None:
        self._key = hmac.digest(key.encode(), b"web visitor", "sha256")
        self._origin = _origin(public_url) if public_url else None
        self._secure = public_url is not None and public_url.startswith("https://")
        self._cookie = "__Host-visitor" if self._secure else "visitor"

    def known(self, request: HTTPConnection) -> str | None:
        """Read the visitor's id, None where the cookie is missing or not ours."""
        visitor, _, signature = request.cookies.get(self._cookie, "").partition(".")
        right = hmac.compare_digest(signature.encode(errors="replace"), self._sign(visitor).encode())
        return visitor if visitor and right else None

    def remember(self, response: Response, visitor: str | None) -> str:
        """Set the cookie, for a new visitor where there is none yet; returns the visitor's id."""
        visitor = visitor or secrets.token_urlsafe(16)
        response.set_cookie(
            self._cookie,
            f"{visitor}.{self._sign(visitor)}",
            max_age=LIFE,
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )
        return visitor

    def is_own_page(self, request: HTTPConnection) -> bool:
        """Whether a page of ours sent this: browsers say where a request comes from, and other pages cannot lie."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origin = request.headers.get("origin", "")
        return origin != "" and (origin == self._origin or urlsplit(origin).netloc == request.headers.get("host"))

    def _sign(self, visitor: str) -> str:
        digest = hmac.digest(self._key, visitor.encode(errors="replace"), "sha256")
        return urlsafe_b64encode(digest).decode().rstrip("=")


def client(request: HTTPConnection) -> str:
    """Find the network address to count by: one IPv4 address, or the /64 that a household of IPv6 has."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))


def browser_language(headers: Mapping[str, str], spoken: tuple[str, ...]) -> str:
    """Find the first language of the browser's wishes that we speak, or else its first wish."""
    wishes = []
    for wish in headers.get("accept-language", "")[:200].split(","):
        code, _, weight = wish.strip().partition(";q=")
        try:
            wishes.append((-float(weight or 1), code.lower()))
        except ValueError:
            continue
    codes = [code for _weight, code in sorted(wishes, key=lambda wish: wish[0])]
    known = [code for code in codes if {"in": "id", "jv": "id"}.get(code[:2], code[:2]) in spoken]
    return (known or codes or [""])[0]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
