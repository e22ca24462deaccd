"""What goes into the loops of a search and comes out of them: shapes, and how a place in a text is numbered."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer import bitmap
from indexer.bitmap import Bits

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
SCORE_DECIMALS = 6  # scores that agree so far are equal

# The section of a token: the number of its field in SCORED, and behind it the number of its sentence.
SECTION_BITS = 16
SENTENCE_BITS = 14
LAST_SENTENCE = (1 << SENTENCE_BITS) - 1  # of a text; what stands further behind is counted to it

Places = tuple[tuple[int, int], ...]  # start and end (exclusive) in characters
Columns = tuple[list[int], list[int], list[int], list[int]]  # those of `engines.base.Occurrences`
Extract = tuple[Places, int, Places]  # marks in the title; section of the best sentence, or -1; marks from there on
TermMark = tuple[list[int], int, list[bool]]  # numbers of terms in a row; a code; for each field: marked there?


class Impact(NamedTuple):
    """What a clause adds to the score of each document that satisfies it; made by `kernel.keep`.

    bits    the documents.
    scores  of each of them, by ordinal; without `docs` and `ranks` of all documents, as many as `bits` has bits, 0 for
            those not in it. Seven digits, which halves what is read for a search.
    most    the largest of them; none is negative. 0 when there is none.
    tops    eight rows of a column for each word of `bits`: the largest score of its first eight documents, the second
            eight, … in 255ths of `most`, rounded up: what the compiled loops want.
    docs    the documents by ordinal, ascending: what numpy's loops want of impacts on few.
    ranks   for each word of `bits`, how many documents stand before it: what the compiled loops want of them.
    """

    bits: Bits
    scores: Singles
    most: float
    tops: NDArray[np.uint8] | None = None
    docs: NDArray[np.intp] | None = None
    ranks: NDArray[np.int32] | None = None

    @property
    def found(self) -> tuple[NDArray[np.intp], Singles]:
        """The documents by ordinal, ascending, and the score of each."""
        docs = bitmap.to_documents(self.bits, 64 * len(self.bits)) if self.docs is None else self.docs
        is_of_all = self.docs is None and self.ranks is None
        return docs, self.scores[docs] if is_of_all else self.scores

    @property
    def n_bytes(self) -> int:
        return sum([column.nbytes for column in self[:2] + self[3:] if column is not None])
