"""The health of the running assistant, for whatever watches it: alive, ready, and its figures."""

import asyncio
from datetime import datetime, timedelta

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot import metrics
from bot.assistant import Assistant
from bot.language.quiet_hours import is_day
from db.conversation import replies, turns
from db.copies import restores
from db.deliveries import deliveries, lanes
from db.deliveries.deliveries import LANES
from db.engine import Database

#: a turn or reply that waits longer than this was left over
LEFT_OVER = timedelta(minutes=2)
#: seconds in which the database must answer
PATIENCE = 3
#: headers of a proxy: whoever comes through one is no neighbour, and the figures are none of their business
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


async def reasons(database: Database, now: datetime) -> list[str]:
    """List why it should not be relied on now, in sentences that say what to do; empty where all is well."""
    try:
        async with asyncio.timeout(PATIENCE), database.reading() as tx:
            held = await restores.held_since(tx)
            waiting = await turns.count_unfinished(tx, now - LEFT_OVER)
            unsent = await replies.count_unsent(tx, now - LEFT_OVER)
            idle = await deliveries.idle(tx, now - LEFT_OVER, is_day(now - LEFT_OVER) and is_day(now))
    except Exception as error:
        return [f"the database does not answer ({type(error).__name__}): start it, or look at `jembatan doctor`"]
    if held:
        return ["restored from a backup: nothing is sent until `jembatan restore --release`"]
    found = []
    if waiting:
        found.append(f"{waiting} turns wait for more than two minutes: look for errors in the log")
    if unsent:
        found.append(f"{unsent} replies wait for more than two minutes: look for errors in the log")
    if idle:
        found.append(f"{idle} deliveries are due and none has left for two minutes: look for errors in the log")
    return found


async def waits(database: Database, now: datetime) -> list[str]:
    """List the lanes that a platform asked to wait: no trouble, it passes."""
    async with asyncio.timeout(PATIENCE), database.reading() as tx:
        paused = await lanes.paused(tx, now)
    return [
        f"the {LANES[lane]} of {channel} wait until {until:%H:%M:%S} UTC, as it asked for"
        for (channel, lane), until in sorted(paused.items())
    ]


def routes(assistant: Assistant) -> list[BaseRoute]:
    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_request: Request) -> Response:
        now = assistant.clock.now()
        if found := await reasons(assistant.database, now):
            return JSONResponse({"ready": False, "reasons": found}, 503)
        return JSONResponse({"ready": True, "reasons": [], "waits": await waits(assistant.database, now)})

    async def figures(request: Request) -> Response:
        if any(header in request.headers for header in _FORWARDED):
            return PlainTextResponse("not for proxies", 404)
        async with asyncio.timeout(PATIENCE), assistant.database.reading() as tx:
            metrics.UNSENT.set(await replies.count_unsent(tx))
            metrics.UNFINISHED.set(await turns.count_unfinished(tx))
            for lane, count in (await deliveries.waiting(tx)).items():
                metrics.WAITING.labels(LANES[lane]).set(count)
        metrics.HELD.set(not assistant.released.is_set())
        return Response(generate_latest(metrics.REGISTRY), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", figures)]
