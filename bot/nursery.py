"""The one place that starts background tasks, keeps them, reports their failures, and ends them at the stop."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from bot.errors import where

log = logging.getLogger(__name__)


class Nursery:
    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stopped = False

    def start(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run `work` in the background; after the stop nothing is started any more."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        if self._stopped:
            task.cancel()
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("background task %s failed with %s\n%s", task.get_name(), type(error).__name__, where(error))

    async def stop(self) -> None:
        """Cancel the tasks that still run and wait for them."""
        self._stopped = True
        while tasks := self._tasks - {asyncio.current_task()}:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
