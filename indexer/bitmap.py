"""Sets of documents as packed bits: a bit per ordinal, in 64-bit words, so that AND, OR and count are numpy calls."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint64]


def empty(n_documents: int) -> Bits:
    """Return the set of no document."""
    return np.zeros(-(-n_documents // 64), dtype=np.uint64)


def full(n_documents: int) -> Bits:
    """Return the set of all documents; the bits beyond the last one are 0."""
    return of_flags(np.ones(n_documents, dtype=np.bool_))


def of_documents(docs: NDArray[np.signedinteger[Any]], n_documents: int) -> Bits:
    """Return the set of the given ordinals."""
    flags = np.zeros(n_documents, dtype=np.bool_)
    flags[docs] = True
    return of_flags(flags)


def of_flags(flags: NDArray[np.bool_]) -> Bits:
    """Return the set of the ordinals whose flag is set."""
    packed = np.packbits(flags, bitorder="little")
    padded = np.zeros(-(-len(flags) // 64) * 8, dtype=np.uint8)
    padded[: len(packed)] = packed
    return padded.view("<u8").astype(np.uint64, copy=False)


def to_flags(bits: Bits, n_documents: int) -> NDArray[np.bool_]:
    """Return for each ordinal whether it is in a set."""
    as_bytes = bits.astype("<u8", copy=False).view(np.uint8)
    return np.unpackbits(as_bytes, count=n_documents, bitorder="little").view(np.bool_)


def to_documents(bits: Bits, n_documents: int) -> NDArray[np.int64]:
    """Return the ordinals in a set, ascending."""
    return to_flags(bits, n_documents).nonzero()[0]


def contains(bits: Bits, doc: int) -> bool:
    """Tell whether an ordinal is in a set."""
    return bool((int(bits[doc >> 6]) >> (doc & 63)) & 1)
