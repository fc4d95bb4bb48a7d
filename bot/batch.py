"""Work of one kind that arrives while an earlier run is under way shares the next run: one commit for several."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.nursery import Nursery

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batches(Generic[Item, Result]):
    """Gives `run` up to `most` items at a time; it returns, in their order, the result or the error of each."""

    def __init__(
        self,
        name: str,
        run: Callable[[Sequence[Item]], Awaitable[Sequence[Result | Exception]]],
        most: int,
        nursery: Nursery,
    ) -> None:
        self._name = name
        self._run = run
        self._most = most
        self._nursery = nursery
        self._ready: list[tuple[Item, asyncio.Future[Result]]] = []
        self._running = False

    async def add(self, item: Item) -> Result:
        """Wait for the batch of an item, and return the item's result."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._ready.append((item, done))
        if not self._running:
            self._running = True
            self._nursery.start(self._run_ready(), self._name).add_done_callback(self._ended)
        return await done

    async def _run_ready(self) -> None:
        while self._ready:
            batch, self._ready = self._ready[: self._most], self._ready[self._most :]
            results: Sequence[Result | Exception] = ()
            try:
                results = await self._run([item for item, _ in batch])
            except Exception as error:
                results = [error] * len(batch)
            finally:
                _tell(batch, results)
        self._running = False

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """Cancel the items that are still ready at the stop: whoever waits for them must not wait for ever."""
        if task.cancelled():
            self._running = False
            ready, self._ready = self._ready, []
            _tell(ready, ())


def _tell(batch: "Sequence[tuple[Item, asyncio.Future[Result]]]", results: Sequence[Result | Exception]) -> None:
    """Hand out the results; where there are none, the work was cancelled."""
    for (_, done), result in zip(batch, results, strict=False):
        if done.done():
            continue  # whoever waited was cancelled
        if isinstance(result, Exception):
            done.set_exception(result)
        else:
            done.set_result(result)
    for _, done in batch[len(results) :]:
        done.cancel()
