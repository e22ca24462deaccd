"""Rows of different lengths in two flat arrays: what compiled tables are made of (postings, places, texts, spans)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]
Offsets = NDArray[np.int64]
ROWS_AT_A_TIME = 10_000
ROWS_OF_A_LONG_RUN = 50  # on average; a run costs a microsecond


@dataclass(frozen=True, slots=True)
class Ragged:
    """Row `i` is `values[offsets[i]:offsets[i + 1]]`; `offsets` has one entry more than there are rows."""

    offsets: Offsets
    values: Values

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> Values:
        return self.values[self.offsets[row] : self.offsets[row + 1]]

    @property
    def lengths(self) -> Offsets:
        return np.diff(self.offsets)


def of_lengths(lengths: Values, values: Values) -> Ragged:
    """Return the rows of the given lengths, cut from `values` one after the other."""
    return Ragged(np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))), values)


def of_strings(texts: Sequence[str]) -> Ragged:
    """Return texts as rows of UTF-8 bytes."""
    encoded = [text.encode("utf-8") for text in texts]
    lengths = np.fromiter((len(part) for part in encoded), np.int64, len(encoded))
    return of_lengths(lengths, np.frombuffer(b"".join(encoded), np.uint8))


def concat(parts: Sequence[Ragged]) -> Ragged:
    """Return the rows of all parts, in order."""
    lengths = np.concatenate([part.lengths for part in parts])
    return of_lengths(lengths, np.concatenate([part.values for part in parts]))


def take(rows: Ragged, order: Values) -> Ragged:
    """Return the rows in another order; a row left out of `order` is left out.

    Rows that stay together are copied together, if there are few such runs: in an update nearly all rows stay in place.
    Else it is done in chunks of rows, because the places of all values at once would take several times their memory.
    """
    lengths = rows.lengths[order]
    begins = np.flatnonzero(np.diff(order, prepend=-2) != 1)
    if len(begins) * ROWS_OF_A_LONG_RUN < len(order):
        last = order[np.append(begins[1:], len(order)) - 1]
        runs = zip(rows.offsets[order[begins]].tolist(), rows.offsets[last + 1].tolist(), strict=True)
        return of_lengths(lengths, np.concatenate([rows.values[begin:end] for begin, end in runs]))
    taken = of_lengths(lengths, np.empty(int(lengths.sum()), dtype=rows.values.dtype))
    old_begins = rows.offsets[:-1][order]
    for first in range(0, len(order), ROWS_AT_A_TIME):
        chunk = slice(first, first + ROWS_AT_A_TIME)
        begin, end = taken.offsets[first], taken.offsets[min(first + ROWS_AT_A_TIME, len(order))]
        # the old place of each value: its row's old begin, counted on; one arange over all rows, shifted row by row
        shift = np.repeat(old_begins[chunk] - taken.offsets[:-1][chunk], lengths[chunk])
        taken.values[begin:end] = rows.values[np.arange(begin, end) + shift]
    return taken


class Rows:
    """Ragged rows, one at a time: as `Ragged`, but quicker to ask, for its offsets are plain numbers."""

    def __init__(self, rows: Ragged) -> None:
        self._offsets = np.ascontiguousarray(rows.offsets).data
        self._values = rows.values

    def __getitem__(self, row: int) -> Values:
        return self._values[self._offsets[row] : self._offsets[row + 1]]


class Strings(Sequence[str]):
    """Rows of UTF-8 bytes, read as texts on demand."""

    def __init__(self, rows: Ragged) -> None:
        self._offsets = np.ascontiguousarray(rows.offsets).data  # yields plain numbers
        self._bytes = np.ascontiguousarray(rows.values).data.cast("B") if len(rows.values) else memoryview(b"")
        self._size = len(rows)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, row: Any) -> Any:
        """Return one text; IndexError past the end. Slices are not offered: nothing here needs them."""
        if not 0 <= row < self._size:
            raise IndexError(row)
        return str(self._bytes[self._offsets[row] : self._offsets[row + 1]], "utf-8")

    def find(self, text: str) -> int | None:
        """Return the row of a text when the rows ascend by code point (UTF-8 keeps that order); None when absent."""
        wanted, low, high = text.encode("utf-8"), 0, self._size
        while low < high:
            middle = (low + high) // 2
            if self._bytes[self._offsets[middle] : self._offsets[middle + 1]].tobytes() < wanted:
                low = middle + 1
            else:
                high = middle
        if low < self._size and self._bytes[self._offsets[low] : self._offsets[low + 1]] == wanted:
            return low
        return None
