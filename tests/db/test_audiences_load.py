"""A hundred thousand people are counted and written down while somebody chats, on both engines; a million of them by
`python -m tests.bench.broadcast`."""

import pytest

from db.engine import Database
from tests.bench.broadcast import measure

pytestmark = [pytest.mark.slow, pytest.mark.alone]

#: of those 80 in 100 fit; seconds for a million are 2 and 60
COUNT, COUNTED, FROZEN, SLOWEST_TURN, GROWN = 100_000, 1, 12, 0.5, 50


async def test_an_audience_is_counted_and_frozen_in_slices_of_the_same_cost(database: Database) -> None:
    """PostgreSQL settles on one plan for any values after five slices: on one that reads everybody, at first."""
    measured = await measure(database, COUNT)
    print(measured)
    assert measured.people == COUNT * 8 // 10
    assert measured.counted < COUNTED
    assert measured.frozen < FROZEN
    assert measured.slowest_turn < SLOWEST_TURN
    assert measured.grown < GROWN
