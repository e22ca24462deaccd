"""Rows of different lengths: taken in another order they are what they were, however few or many runs stay together."""

from __future__ import annotations

import random

import numpy as np
import pytest

from indexer.engines.ragged import ROWS_OF_A_LONG_RUN, Ragged, of_lengths, take


def _rows(rng: random.Random, n: int) -> tuple[Ragged, list[list[int]]]:
    """Random rows, a third of them empty, as tables and as lists."""
    lists = [[rng.randrange(1000) for _ in range(rng.choice((0, 1, 5)))] for _ in range(n)]
    flat = np.array([value for row in lists for value in row], dtype=np.int32)
    return of_lengths(np.array([len(row) for row in lists], dtype=np.int64), flat), lists


def _in_runs(n: int) -> list[int]:
    """All of `n` rows but one, and three of them elsewhere: what an update does."""
    order = list(range(n))
    del order[n // 3]
    moved = [order.pop(n // 2) for _ in range(3)]
    return [*moved[:1], *order, *moved[1:]]


@pytest.mark.parametrize("n", [0, 1, 2, ROWS_OF_A_LONG_RUN + 1, 20 * ROWS_OF_A_LONG_RUN])
@pytest.mark.parametrize("kind", ["as they were", "in runs", "shuffled", "backwards", "none"])
def test_rows_are_taken_in_any_order(n: int, kind: str) -> None:
    rng = random.Random(f"{n} {kind}")
    rows, lists = _rows(rng, n)
    order = list(range(n))
    if kind == "in runs" and n > 6:
        order = _in_runs(n)
    elif kind == "shuffled":
        rng.shuffle(order)
    elif kind == "backwards":
        order.reverse()
    elif kind == "none":
        order = []
    taken = take(rows, np.array(order, dtype=np.int64))
    assert [row.tolist() for row in (taken[i] for i in range(len(taken)))] == [lists[i] for i in order]
    assert taken.values.dtype == np.int32
    assert len(taken.values) == sum(len(lists[i]) for i in order)
