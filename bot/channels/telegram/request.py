"""The transport to the Bot API, on aiohttp: the library's default slows down as requests overlap.

Measured, messages a second one at a time / 64 at once: default 687 / 325, this 1,544 / 2,406.
"""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from io import BytesIO
from typing import Any

import aiohttp
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.media.attachments import TooLarge
from db.base import JsonObject

#: seconds to wait for an answer and for a connection
READ_TIMEOUT = 15.0
CONNECT_TIMEOUT = 5.0
#: requests at the same time; more wait for a free connection
CONNECTIONS = 200
#: seconds that a request with a file may take in all
UPLOAD_TIMEOUT = 120.0
#: seconds to wait where a 429 does not say how long
WAIT = 5
#: refusals that the library tells apart by themselves
_TOLD_APART = (400, 401, 403, 404, 409)
_AGENT = {"User-Agent": BaseRequest.USER_AGENT}
_JSON = {"Content-Type": "application/json", **_AGENT}


class NotConnected(NetworkError):
    """Raised where there was no connection: nothing was sent."""


class AiohttpRequest(BaseRequest):
    """The transport; its errors name their kind only: aiohttp's own texts carry the URL, and so the token."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return READ_TIMEOUT

    async def initialize(self) -> None:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=60)
            self._session = aiohttp.ClientSession(connector=connector)

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Raises `RetryAfter`, `BadRequest` and `NotConnected` where nothing was sent, `TimedOut` or `NetworkError`
        where nobody knows; also for what some proxy answered for the Bot API."""
        await self.initialize()
        assert self._session is not None
        reading = READ_TIMEOUT if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        body, headers, whole = _body(request_data)
        timeout = aiohttp.ClientTimeout(total=whole, sock_connect=CONNECT_TIMEOUT, sock_read=reading)
        try:
            async with self._session.request(method, url, data=body, headers=headers, timeout=timeout) as response:
                return response.status, await _answer(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotConnected(type(error).__name__) from None
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> JsonObject:
        """Raise `NetworkError` for what is no JSON; the library's own logs and quotes it, people's words too."""
        try:
            found: JsonObject = json.loads(payload.decode(errors="replace"))
            return found
        except ValueError:
            raise NetworkError("an answer that cannot be read") from None

    async def download(self, url: str, most: int) -> bytes:
        """Download a file; raises `TooLarge` as soon as it is more than `most` bytes, `TimedOut` or `NetworkError`."""
        await self.initialize()
        assert self._session is not None
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT, sock_read=READ_TIMEOUT)
        content = bytearray()
        try:
            async with self._session.get(url, headers=_AGENT, timeout=timeout) as response:
                if response.status != 200:
                    raise NetworkError(f"HTTP {response.status} instead of a file")
                async for chunk in response.content.iter_any():
                    content += chunk
                    if len(content) > most:
                        raise TooLarge
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from None
        return bytes(content)


async def _answer(response: aiohttp.ClientResponse) -> bytes:
    """What the Bot API answered. A refusal with a status that the library does not know would be nobody-knows to it."""
    body = await response.read()
    is_json = response.content_type == "application/json"
    if response.ok and is_json:
        return body
    refusal = _refusal(body) if is_json else None
    if response.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise RetryAfter(_seconds(refusal or {}, response.headers))
    if refusal is None:
        kind = NetworkError if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR else NotConnected
        raise kind(f"HTTP {response.status} that is not from the Bot API")
    if response.status < HTTPStatus.INTERNAL_SERVER_ERROR and response.status not in _TOLD_APART:
        raise BadRequest(f"HTTP {response.status}")
    return body


def _refusal(body: bytes) -> JsonObject | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _seconds(refusal: Mapping[str, Any], headers: Mapping[str, str]) -> int:
    """How long a 429 asks to wait: in its body, in the header of a proxy, or not at all."""
    parameters = refusal.get("parameters")
    asked = parameters.get("retry_after") if isinstance(parameters, dict) else None
    found = re.fullmatch(r"\s*(\d{1,9})(?:\.\d+)?\s*", str(asked or headers.get("Retry-After", "")), re.ASCII)
    return max(int(found[1]), 1) if found else WAIT


def _body(request_data: RequestData | None) -> tuple[bytes | aiohttp.FormData, Mapping[str, str], float | None]:
    """Say what to send, with which headers, and within how many seconds in all."""
    if request_data is None or not request_data.contains_files:
        return json.dumps(request_data.parameters).encode() if request_data else b"", _JSON, None
    form = aiohttp.FormData(quote_fields=False)
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (shown, content, kind) in request_data.multipart_data.items():
        opened = BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, opened, filename=shown, content_type=kind)
    return form, _AGENT, UPLOAD_TIMEOUT
