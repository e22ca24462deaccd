"""Facets: which documents have which value, and how many matches each value has under the other facets' choices.

A choice inside a facet means OR, across facets AND. The count of a value is what a click on it would show if it were
the only choice in its facet: matches that have it and satisfy every other facet's choices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from indexer import bitmap
from indexer.bitmap import Bits
from indexer.engines.base import Engine
from indexer.kernel import count_rows
from indexer.model import Facet
from indexer.schema import FACETS

MAX_REMEMBERED = 256  # choices; each takes a bit a document
FACET_LABELS = {"topic": "Topic", "type": "Type of research", "year": "Year"}


@dataclass(frozen=True, slots=True)
class FacetColumn:
    """One facet of an index: its values, ascending by label, and which rows of `FacetTable` are theirs."""

    name: str
    values: tuple[str, ...]
    labels: tuple[str, ...]
    rows: slice

    def make_facet(self, counts: Sequence[int], chosen: Sequence[str], adds: Sequence[int] = ()) -> Facet:
        """Return the facet with the given count of each value, and what each would add to the choices made in it."""
        order: Iterable[int] = range(len(counts))
        if self.name != "year":  # years stay ascending; values stand in the order of their labels, which sorting keeps
            order = sorted(order, key=counts.__getitem__, reverse=True)
        label = FACET_LABELS[self.name]
        columns = (self.values, self.labels, tuple(counts), tuple(order))
        return Facet(self.name, label, *columns, chosen=tuple(chosen), adds=tuple(adds))


class FacetTable:
    """The facets of an index by name, and a row of packed bits over the documents for each value of each."""

    def __init__(self, columns: Mapping[str, FacetColumn], rows: NDArray[np.uint64]) -> None:
        self.columns = columns
        self.rows = rows
        self._remembered: Callable[[str, tuple[str, ...]], Bits] = lru_cache(MAX_REMEMBERED)(self._find)

    def having(self, name: str, chosen: Sequence[str]) -> Bits:
        """Return the documents that have any of the chosen values of a facet."""
        return self._remembered(name, tuple(chosen))

    def _find(self, name: str, chosen: tuple[str, ...]) -> Bits:
        column = self.columns[name]
        picked = [column.rows.start + i for i, value in enumerate(column.values) if value in chosen]
        union: Bits = np.bitwise_or.reduce(self.rows[picked], axis=0)
        return union

    def count(self, matched: Bits, choices: Mapping[str, Sequence[str]]) -> tuple[tuple[Facet, ...], Bits]:
        """Return all facets with disjunctive counts, and the matches that satisfy every choice.

        choices  values chosen per facet; an absent or empty entry is no filter.
        """
        filters = self._filters(choices)
        everything = None if filters else count_rows(self.rows, matched)  # without filters one count serves all facets
        facets = []
        for name, column in self.columns.items():
            under_others = matched
            for other, documents in filters.items():
                if other != name:
                    under_others = under_others & documents
            counts = everything[column.rows] if everything else count_rows(self.rows[column.rows], under_others)
            adds = count_rows(self.rows[column.rows], under_others & ~filters[name]) if name in filters else ()
            facets.append(column.make_facet(counts, choices.get(name, ()), adds))
        return tuple(facets), _narrow(matched, filters)

    def narrow(self, matched: Bits, choices: Mapping[str, Sequence[str]]) -> Bits:
        """Return the matches that satisfy every choice; see `count`."""
        return _narrow(matched, self._filters(choices))

    def _filters(self, choices: Mapping[str, Sequence[str]]) -> dict[str, Bits]:
        return {name: self.having(name, chosen) for name, chosen in choices.items() if chosen}


def _narrow(matched: Bits, filters: Mapping[str, Bits]) -> Bits:
    for documents in filters.values():
        matched = matched & documents
    return matched


def read_facets(engine: Engine, labels: Mapping[str, Mapping[str, str]]) -> FacetTable:
    """Return the facets of an index. A value without a label is shown as its slug in words."""
    columns: dict[str, FacetColumn] = {}
    rows: list[Bits] = []
    n = len(engine.doc_ids)
    for name in FACETS:
        shown = {v: labels.get(name, {}).get(v) or v.replace("-", " ").capitalize() for v in engine.terms(name)}
        values = tuple(sorted(shown, key=lambda value: (shown[value], value)))
        begin = len(rows)
        rows += [bitmap.of_documents(engine.postings(name, value).docs, n) for value in values]
        columns[name] = FacetColumn(name, values, tuple(shown[value] for value in values), slice(begin, len(rows)))
    return FacetTable(columns, np.array(rows, dtype=np.uint64).reshape(len(rows), len(bitmap.empty(n))))
