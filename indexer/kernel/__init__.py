"""The loops of a search: everything that looks at documents, words or characters one by one.

They are written twice, behind the same eight functions: `in_numpy.py` runs everywhere, `c/` is taken where it could
be compiled. Both give the same answers to the last bit; `tests/unit/test_kernel.py` holds them to it.

    count(bits) -> int
        How many documents are in a set.
    count_rows(rows, matched) -> list[int]
        How many documents each row of a matrix of sets shares with one set.
    keep(docs, scores, bits, n_documents) -> Impact
        The shape of an impact that the loops in use want; the only function that is not written twice.
    unite(impacts, anything, complete) -> bool
        Fill `anything` with the documents of any impact, `complete` with those of all of them, of which there is at
        least one; tell whether each has a document.
    best(impacts, times, among, n_best) -> list[tuple[int, float]]
        The `n_best` documents of a set (0 only of an empty one) as (ordinal, score rounded to 6 decimals): by score,
        ties by ordinal. A score is the sum of the impacts, each times a number, in the order given.
    lacking(docs, sets) -> list[tuple[str, ...]]
        For each document the names of the sets, given as (name, bits), that it is not in.
    find_terms(tokens, starts, widths, sections, offsets, bounds, docs, n_fields, marks) -> Columns
        Where marks stand in the first fields of documents. The tokens of document i begin at `offsets[i]`, those of its
        field f `bounds[i, f]` places behind. From left to right; of several marks at one place the first in `marks`
        that is wanted in that field; a mark takes its places away from later ones.
        The columns are those of `engines.base.Occurrences`.
    choose_sentences(sections, starts, ends, clauses, n_docs) -> list[Extract]
        For each document what is marked in its title, and its best sentence: with words of the most clauses, then with
        the most words as typed (even codes), then with the most synonyms (odd ones: a code is twice the clause's
        number, and one more for a synonym), then the first.
    mark_up(text, marks) -> bytes
        A text as HTML in UTF-8: escaped as MarkupSafe does it, each mark in `<mark>`. Marks are (start, end) in
        characters, ascending and apart; ValueError for others, UnicodeEncodeError for half of a surrogate pair.
"""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from indexer.bitmap import Bits
from indexer.kernel.arrays import Floats, Impact
from indexer.kernel.in_numpy import best, choose_sentences, count, count_rows, find_terms, lacking, mark_up, unite

VARIABLE = "PPRSEARCH_KERNEL"  # "numpy": leave the compiled loops aside, to compare or to rule them out
NAME = "numpy"
DENSE_SHARE = 0.15  # of the documents: from here on a row of scores of all is quicker than those of some (measured)

if os.environ.get(VARIABLE) != NAME:
    try:
        from indexer.kernel.in_c import best, choose_sentences, count, count_rows, find_terms, lacking, mark_up, unite

        NAME, DENSE_SHARE = "c", 0.4
    except ImportError:  # nothing to compile it with: same answers, in more time
        pass

__all__ = [
    "NAME",
    "VARIABLE",
    "best",
    "choose_sentences",
    "count",
    "count_rows",
    "find_terms",
    "keep",
    "lacking",
    "mark_up",
    "unite",
]


def keep(docs: NDArray[np.intp], scores: Floats, bits: Bits, n_documents: int) -> Impact:
    """Return an impact in the shape that the loops in use are quickest with. `docs`: ordinals, ascending."""
    singles = scores.astype(np.float32)
    most = float(singles.max(initial=0))
    is_dense = len(docs) >= max(1, DENSE_SHARE * n_documents)
    if NAME == "numpy" and not is_dense:
        return Impact(bits, singles, most, docs=docs)
    of_all = np.zeros(64 * len(bits), dtype=np.float32)
    of_all[docs] = singles
    if NAME == "numpy":
        return Impact(bits, of_all, most)
    of_blocks = of_all.reshape(-1, 8, 8).max(axis=2).T
    tops = np.minimum(np.ceil(of_blocks * (255 / (most or 1))), 255).astype(np.uint8, order="C")
    if is_dense:
        return Impact(bits, of_all, most, tops)
    in_words = np.bitwise_count(bits)
    return Impact(bits, singles, most, tops, ranks=np.cumsum(in_words, dtype=np.int32) - in_words)
