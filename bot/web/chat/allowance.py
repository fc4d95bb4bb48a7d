"""How much one visitor, or one network address, may do in a minute: counted in memory."""

from collections import OrderedDict
from time import monotonic

#: how many names are remembered; beyond that the ones longest silent are forgotten
MOST = 20_000


class Allowance:
    """Allows `most` at once, and `most` in any minute on average: a bucket that fills up steadily."""

    def __init__(self, most: int) -> None:
        self._most = most
        #: by name: what is left, and when that was counted (monotonic seconds)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, name: str) -> float:
        """Take one; returns 0 when it was free, or else the seconds until there is one."""
        now = monotonic()
        left, counted = self._left.pop(name, (float(self._most), now))
        left = min(self._most, left + (now - counted) * self._most / 60)
        seconds = 0.0 if left >= 1 else (1 - left) * 60 / self._most
        self._left[name] = (left - 1 if left >= 1 else left), now
        if len(self._left) > MOST:
            self._left.popitem(last=False)
        return seconds
