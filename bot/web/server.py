"""Serve the web on a socket that is already open; somebody else decides when to end."""

import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from importlib import import_module

import uvicorn
from starlette.applications import Starlette

#: seconds that requests in hand get at the end
GRACE = 1
#: open files, one for every page that is connected; many systems start a process with 1,024
FILES = 65_536
#: bytes of what a page may say on a WebSocket, where it has nothing to say
LARGEST_WHISPER = 1024


class Server(uvicorn.Server):
    """Serves until `should_exit` is set; only what `trusted_proxy` says about the client's address is believed."""

    def __init__(self, app: Starlette, listening: socket.socket, trusted_proxy: str | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning",  # it names the address of every page that connects
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=GRACE,
                proxy_headers=trusted_proxy is not None,
                forwarded_allow_ips=trusted_proxy or "",
                server_header=False,
                ws="websockets-sansio",
                ws_max_size=LARGEST_WHISPER,
                ws_per_message_deflate=False,  # 300 KB of memory for every page that is open
            )
        )
        self._listening = listening

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        await super().serve(sockets or [self._listening])

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals to the command, which serves more than the web."""
        yield


def listen(host: str, port: int) -> socket.socket:
    """Open a socket for as many connections as the system grants; raises OSError where the address cannot be had."""
    with suppress(ImportError):
        _raise_limit()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _raise_limit() -> None:
    """Let this process open `FILES` files, or as many as it may; raises ImportError on Windows, which sets no limit."""
    resource = import_module("resource")
    granted, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    if granted != resource.RLIM_INFINITY and granted < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
