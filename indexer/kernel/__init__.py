"""The loops of a search over arrays: everything that looks at documents or words one by one.

They are written twice, behind the same seven functions: `in_numpy.py` runs everywhere, `c/` is taken where it could
be compiled. Both give the same numbers to the last bit; `tests/unit/test_kernel.py` holds them to it.

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
    find_terms(tokens, starts, widths, sections, begins, ends, marks) -> Columns
        Where marks stand in rows of tokens: row i is `tokens[begins[i]:ends[i]]`. From left to right; of several marks
        at one place the first in `marks` that is wanted in that field; a mark takes its places away from later ones.
        The columns are those of `engines.base.Occurrences`.
    choose_sentences(sections, starts, ends, clauses, n_docs) -> list[Extract]
        For each document what is marked in its title, and its best sentence: with words of the most clauses, then with
        the most words as typed (even codes), then with the most synonyms (odd ones: a code is twice the clause's
        number, and one more for a synonym), then the first.
"""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from indexer.bitmap import Bits
from indexer.kernel.arrays import Floats, Impact
from indexer.kernel.in_numpy import best, choose_sentences, count, count_rows, find_terms, lacking, unite

VARIABLE = "PPRSEARCH_KERNEL"  # "numpy": leave the compiled loops aside, to compare or to rule them out
NAME = "numpy"
DENSE_SHARE = 0.15  # of the documents: from here on a row of scores of all is quicker than those of some (measured)

if os.environ.get(VARIABLE) != NAME:
    try:
        from indexer.kernel.in_c import best, choose_sentences, count, count_rows, find_terms, lacking, unite

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
    "unite",
]


def keep(docs: NDArray[np.intp], scores: Floats, bits: Bits, n_documents: int) -> Impact:
    """Return an impact in the shape that the loops in use are quickest with. `docs`: ordinals, ascending."""
    singles = scores.astype(np.float32)
    most = float(singles.max(initial=0))
    if len(docs) >= max(1, DENSE_SHARE * n_documents):
        of_all = np.zeros(n_documents, dtype=np.float32)
        of_all[docs] = singles
        return Impact(bits, of_all, most)
    if NAME == "numpy":
        return Impact(bits, singles, most, docs=docs)
    in_words = np.bitwise_count(bits)
    return Impact(bits, singles, most, ranks=np.cumsum(in_words, dtype=np.int32) - in_words)
