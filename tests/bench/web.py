"""The web chat with a thousand visitors: `python -m tests.bench.web [--visitors 1000] [--writing 20] [--seconds 40]`.

`jembatan run` in a process of its own; every visitor has an open WebSocket, and some write a question every three
seconds. A reply takes from the moment the message is sent to the moment the answer is on the visitor's socket.
"""

import argparse
import asyncio
import statistics
import time
from contextlib import AsyncExitStack
from itertools import count, cycle
from typing import Any

import aiohttp

from tests.bench.__main__ import questions
from tests.town.browser import Service, service
from tests.town.visitor import Visitor

#: the bars
P95_MS, MEMORY_MIB = 300, 400
#: seconds between two messages of a visitor, who may send twenty a minute
PAUSE = 3.2


async def measure(running: Service, visitors: int, writing: int, seconds: float) -> dict[str, float]:
    """The figures by name."""
    async with AsyncExitStack() as stack:
        begun = time.monotonic()
        sockets = []
        for number in range(visitors):
            address = f"10.{number // 250}.0.{number % 250 + 1}"
            headers = {"X-Forwarded-For": address}
            visitor = await stack.enter_async_context(Visitor.arrives(running.url, **headers))
            sockets.append((visitor, await stack.enter_async_context(visitor.listens())))
        connected = time.monotonic() - begun
        idle = running.memory()
        texts = cycle(questions())
        until = time.monotonic() + seconds
        work = [_write(visitor, socket, texts, until, delay) for (visitor, socket), delay in _spread(sockets, writing)]
        took = [one for many in await asyncio.gather(*work) for one in many]
        lively = sum(not socket.closed for _, socket in sockets)
    quantiles = statistics.quantiles(took, n=100)
    return {
        "visitors connected": lively,
        "seconds to connect them": connected,
        "replies": len(took),
        "p50 of a reply, ms": quantiles[49] * 1000,
        "p95 of a reply, ms": quantiles[94] * 1000,
        "p99 of a reply, ms": quantiles[98] * 1000,
        "memory when all are connected, MiB": idle,
        "memory at most, MiB": running.memory(),
    }


def _spread(sockets: list[Any], writing: int) -> list[tuple[Any, float]]:
    return [(one, PAUSE * number / writing) for number, one in zip(range(writing), sockets, strict=False)]


async def _write(
    visitor: Visitor, socket: aiohttp.ClientWebSocketResponse, texts: Any, until: float, delay: float
) -> list[float]:
    """Ask again and again; returns the seconds until each answer."""
    took = []
    numbers = count()
    await asyncio.sleep(delay)
    while time.monotonic() < until:
        begun = time.monotonic()
        assert await visitor.sends(id=f"q{next(numbers)}", text=next(texts)) == 200
        while True:
            news = await asyncio.wait_for(socket.receive_json(), 30)
            if any(entry["from"] == "assistant" for entry in news.get("entries", ())):
                break
        took.append(time.monotonic() - begun)
        await asyncio.sleep(max(0.0, PAUSE - took[-1]))
    return took


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--visitors", type=int, default=1000)
    given.add_argument("--writing", type=int, default=20)
    given.add_argument("--seconds", type=float, default=40)
    wanted = given.parse_args()
    with service(TRUSTED_PROXY="127.0.0.1") as running:
        figures = asyncio.run(measure(running, wanted.visitors, wanted.writing, wanted.seconds))
    for name, figure in figures.items():
        print(f"{name:38} {figure:10.1f}")
    held = figures["p95 of a reply, ms"] < P95_MS and figures["memory at most, MiB"] < MEMORY_MIB
    print(f"bars: p95 under {P95_MS} ms, memory under {MEMORY_MIB} MiB: {'held' if held else 'MISSED'}")
    raise SystemExit(not held)


if __name__ == "__main__":
    main()
