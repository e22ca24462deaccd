"""The loops of a search, by numpy: they run wherever numpy does, and say by example what those in `c/` must give."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from markupsafe import escape
from numpy.typing import NDArray

from indexer import bitmap
from indexer.bitmap import Bits
from indexer.kernel.arrays import (
    LAST_SENTENCE,
    SCORE_DECIMALS,
    SECTION_BITS,
    SENTENCE_BITS,
    Columns,
    Extract,
    Floats,
    Impact,
    Places,
    TermMark,
)

Array = NDArray[Any]
ORDINAL_BITS = 24  # 16 million documents, and scores up to 500,000
LAST_ORDINAL = (1 << ORDINAL_BITS) - 1
GROUP = 64  # documents whose best score is looked at first, when there are many
IN_GROUP = np.arange(GROUP)[:, None]
FEW = 6000  # documents that are ranked as soon as looked through (measured)
SECTION = (1 << SECTION_BITS) - 1


def count(bits: Bits) -> int:
    return int(np.bitwise_count(bits).sum())


def count_rows(rows: Array, matched: Bits) -> list[int]:
    counts: list[int] = np.bitwise_count(rows & matched).sum(axis=1, dtype=np.uint32).tolist()
    return counts


# --- scores ----------------------------------------------------------------------------------------------------------


def unite(impacts: list[Impact], anything: Bits, complete: Bits) -> bool:
    anything[:] = complete[:] = impacts[0].bits
    for impact in impacts[1:]:
        anything |= impact.bits
        complete &= impact.bits
    return all(impact.most > 0 or impact.bits.any() for impact in impacts)


def best(impacts: list[Impact], times: list[int], among: Bits, n_best: int) -> list[tuple[int, float]]:
    scores = np.zeros(64 * len(among))
    for impact, n in zip(impacts, times, strict=True):
        added = n * impact.scores.astype(np.float64)  # of the type of `scores`, or `add.at` takes three times as long
        if impact.docs is None:
            scores[: len(added)] += added
        else:
            np.add.at(scores, impact.docs, added)
    docs = _promising(scores, among, n_best) if count(among) > FEW else bitmap.to_documents(among, len(scores))
    # one whole number a document: its rounded score above, and below what makes the lower ordinal win a tie
    keys = (np.rint(scores[docs] * 10.0**SCORE_DECIMALS).astype(np.int64) << ORDINAL_BITS) + (LAST_ORDINAL - docs)
    if len(keys) > n_best:
        keys.partition(len(keys) - n_best)
        keys = keys[-n_best:]
    keys.sort()
    return [
        (LAST_ORDINAL - (key & LAST_ORDINAL), (key >> ORDINAL_BITS) / 10.0**SCORE_DECIMALS)
        for key in reversed(keys.tolist())
    ]


def _promising(scores: Floats, among: Bits, n_best: int) -> Array:
    """Return documents of a set that hold its `n_best`: only groups of 64 whose maximum can be one of the best.

    A group are the documents whose ordinals differ by multiples of a 64th of all: then the maxima of all groups are 64
    comparisons of long rows, which take an eighth of the time that maxima of neighbours take.
    """
    flags = bitmap.to_flags(among, len(scores))
    masked = scores * flags
    n_groups = len(scores) // GROUP
    grouped = masked[: GROUP * n_groups].reshape(GROUP, n_groups)
    maxima = grouped.max(axis=0)
    cut = max(_cut(maxima, n_best), 0.0)
    groups = (maxima >= cut).nonzero()[0]
    docs = np.concatenate(((IN_GROUP * n_groups + groups).ravel(), np.arange(grouped.size, len(scores))))
    promising: Array = docs[flags[docs] & (masked[docs] >= cut)]
    return promising


def _cut(values: Floats, n_best: int) -> float:
    """Return a value that the `n_best` largest reach even if rounding joins them with what is just below."""
    if len(values) <= n_best:
        return 0.0
    place = len(values) - n_best
    return float(np.partition(values, place)[place]) - 10.0**-SCORE_DECIMALS


def lacking(docs: list[int], sets: list[tuple[str, Bits]]) -> list[tuple[str, ...]]:
    return [tuple([name for name, bits in sets if not bits.item(doc >> 6) >> (doc & 63) & 1]) for doc in docs]


# --- where words stand -----------------------------------------------------------------------------------------------


def find_terms(
    tokens: Array,
    starts: Array,
    widths: Array,
    sections: Array,
    offsets: Array,
    bounds: Array,
    docs: list[int],
    n_fields: int,
    marks: list[TermMark],
) -> Columns:
    """All rows are looked through at once: on ten, numpy's calls cost more than its work."""
    if not docs or not marks:
        return [], [], [], []
    begins = offsets[docs].tolist()
    ends = (offsets[docs] + bounds[docs, n_fields] if n_fields < bounds.shape[1] else offsets[1:][docs]).tolist()
    rows = np.concatenate([tokens[begin:end] for begin, end in zip(begins, ends, strict=True)])
    plain = all(len(terms) == 1 and all(fields) for terms, _, fields in marks)
    places, which = _find_words(rows, marks) if plain else _find_phrases(rows, marks)
    row_ends = list(accumulate([end - begin for begin, end in zip(begins, ends, strict=True)]))
    doc = np.array(row_ends).searchsorted(places, side="right")
    first = places + np.array([end - row_end for end, row_end in zip(ends, row_ends, strict=True)])[doc]
    section, last = sections[first], first
    if not plain:
        sizes = np.array([len(terms) for terms, _, _ in marks])[which]
        wanted = np.array([fields for _, _, fields in marks])[which, section >> SENTENCE_BITS]
        kept = _first_come(places.tolist(), sizes.tolist(), wanted.tolist())
        doc, first, section = doc[kept], first[kept], section[kept]
        which = [which[mark] for mark in kept]
        last = first + sizes[kept] - 1
    return (
        ((doc << SECTION_BITS) + section).tolist(),
        starts[first].tolist(),
        (starts[last] + widths[last]).tolist(),
        [marks[mark][1] for mark in which],
    )


def _find_words(rows: Array, words: Sequence[TermMark]) -> tuple[Array, list[int]]:
    """Return where one of the words stands, and which it is; each is a single term of its own."""
    numbers = [terms[0] for terms, _, _ in words]
    hits = rows == numbers[0]
    for number in numbers[1:]:
        hits |= rows == number
    places = hits.nonzero()[0]
    which = {number: i for i, number in reversed([*enumerate(numbers)])}
    return places, [which[number] for number in rows[places].tolist()]


def _find_phrases(rows: Array, marks: Sequence[TermMark]) -> tuple[Array, list[int]]:
    """Return where the terms of a mark follow each other, and which mark it is; by place, then by mark.

    Each field ends with a gap, so nothing is found across two of them, nor past the end.
    """
    found = []
    for terms, _, _ in marks:
        hits = rows == terms[0]
        for i, term in enumerate(terms[1:], 1):
            hits[:-i] &= rows[i:] == term
        found.append(np.flatnonzero(hits))
    places = np.concatenate(found)
    which = np.repeat(np.arange(len(marks)), [len(part) for part in found])
    order = np.argsort(places, kind="stable")
    return places[order], which[order].tolist()


def _first_come(places: list[int], sizes: list[int], wanted: list[bool]) -> list[int]:
    """Return which marks remain when each takes its places from left to right, of two at one place the first."""
    free, kept = 0, []
    for i, (place, size, is_wanted) in enumerate(zip(places, sizes, wanted, strict=True)):
        if is_wanted and place >= free:
            kept.append(i)
            free = place + size
    return kept


# --- which sentence to show ------------------------------------------------------------------------------------------


def choose_sentences(
    sections: list[int], starts: list[int], ends: list[int], clauses: list[int], n_docs: int
) -> list[Extract]:
    titles: list[tuple[int, int]] = [(0, 0)] * n_docs
    best, most = [-1] * n_docs, [0] * n_docs
    first, n = 0, len(sections)
    while first < n:
        section, last = sections[first], first + 1
        while last < n and sections[last] == section:
            last += 1
        doc = section >> SECTION_BITS
        if section & SECTION <= LAST_SENTENCE:
            begin, end = titles[doc]
            titles[doc] = (begin if begin < end else first), last
        else:
            worth = _worth(clauses[first:last]) if last - first > 1 else WORTH_OF_ONE[clauses[first] & 1]
            if worth > most[doc]:  # of equals the first stays
                best[doc], most[doc] = first, worth
        first = last
    spans = list(zip(starts, ends, strict=True))
    extracts = []
    for (begin, end), first in zip(titles, best, strict=True):
        last = first
        while 0 <= last < n and sections[last] >> SENTENCE_BITS == sections[first] >> SENTENCE_BITS:
            last += 1
        section = sections[first] & SECTION if first >= 0 else -1
        extracts.append((tuple(spans[begin:end]), section, tuple(spans[first:last]) if first >= 0 else ()))
    return extracts


def _worth(codes: list[int]) -> int:
    """Return what a sentence is worth that holds these marks: its clauses, then its words as typed, then synonyms."""
    n_synonyms = sum([code & 1 for code in codes])
    return (len({code >> 1 for code in codes}) << 40) + ((len(codes) - n_synonyms) << 20) + n_synonyms


WORTH_OF_ONE = (_worth([0]), _worth([1]))  # most sentences hold one: a word as typed, or a synonym


# --- what a page shows -----------------------------------------------------------------------------------------------


def mark_up(text: str, marks: Places) -> bytes:
    pieces: list[str] = []
    place = 0
    for number, (start, end) in enumerate(marks):
        if not place <= start <= end <= len(text):
            raise ValueError(f"mark {number} is not in its order, or not within the text")
        pieces += (escape(text[place:start]), "<mark>", escape(text[start:end]), "</mark>")
        place = end
    pieces.append(escape(text[place:]))
    return "".join(pieces).encode()
