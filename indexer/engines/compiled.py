"""The fast read path: postings, places and texts from compiled arrays, mapped read-only and shared by all threads.

Input: the file that `write_compilation` makes of documents. It answers exactly as the Whoosh engine does, from the same
documents; `tests/engine` holds both to one contract.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from indexer.engines.arrayfile import open_arrays
from indexer.engines.base import Ints, Marks, Occurrences, Positions, Postings
from indexer.engines.compilation import Tables, ragged
from indexer.engines.ragged import Rows, Strings
from indexer.errors import IndexDamagedError
from indexer.kernel import find_terms
from indexer.kernel.arrays import TermMark
from indexer.schema import ANALYSED, SCORED

NOTHING = np.zeros(0, dtype=np.int32)
MAX_REMEMBERED_TEXTS = 8192  # decoded texts of fields, some 20 MB: the digests that readers see most
MAX_REMEMBERED_TERMS = 100_000


class CompiledEngine:
    """Postings and texts from a compiled file; see `Engine`."""

    name = "compiled"

    def __init__(self, path: Path) -> None:
        """Map the file and check it; IndexDamagedError names what is wrong."""
        try:
            self._map(open_arrays(path))
        except KeyError as error:
            raise IndexDamagedError(f"{path} lacks the table {error}.") from error

    def _map(self, tables: Tables) -> None:
        self._tables = tables
        self._terms = Strings(ragged(tables, "terms"))
        # a query asks for its terms several times
        self._number: Callable[[str], Any] = lru_cache(MAX_REMEMBERED_TERMS)(self._terms.find)
        self._docs = {name[:-13]: ragged(tables, name[:-8]) for name in tables if name.endswith(".docs.offsets")}
        self._places = {field: ragged(tables, f"{field}.places") for field in ANALYSED}
        self._texts = {field: Strings(ragged(tables, f"{field}.text")) for field in SCORED}
        self._sentences = {field: Rows(ragged(tables, f"{field}.sentences")) for field in SCORED}
        tokens = ragged(tables, "tokens")
        tokens_beside = (tables["starts"], tables["widths"], tables["sections"])
        self._tokens = (tokens.values, *tokens_beside, tokens.offsets, tables["bounds"])
        self.doc_ids: Sequence[str] = list(Strings(ragged(tables, "doc_ids")))
        self.text: Callable[[int, str], str] = lru_cache(MAX_REMEMBERED_TEXTS)(self._read_text)
        self.sentences: Callable[[int, str], Sequence[int]] = lru_cache(MAX_REMEMBERED_TEXTS)(self._read_sentences)
        self.months: Sequence[str | None] = [_month(number) for number in tables["months"].tolist()]

    def terms(self, field: str) -> Sequence[str]:
        return [self._terms[number] for number in np.flatnonzero(np.diff(self._docs[field].offsets)).tolist()]

    def postings(self, field: str, term: str) -> Postings:
        number = self._number(term)
        if number is None:
            return Postings(NOTHING, NOTHING)
        docs = self._docs[field]
        begin, end = docs.offsets[number], docs.offsets[number + 1]
        counts = self._tables.get(f"{field}.counts")
        return Postings(docs.values[begin:end], np.ones(end - begin, np.int32) if counts is None else counts[begin:end])

    def positions(self, field: str, term: str) -> Positions:
        postings = self.postings(field, term)
        number = self._number(term)
        places = NOTHING if number is None else self._places[field][number]
        offsets = np.concatenate(([0], np.cumsum(postings.frequencies))).astype(np.int32)
        return Positions(postings.docs, offsets, places)

    def lengths(self, field: str) -> Ints:
        lengths: Ints = self._tables[f"{field}.lengths"]
        return lengths

    def sort_ranks(self, order: Literal["oldest", "title"]) -> Ints:
        ranks: Ints = self._tables[order]
        return ranks

    def _read_text(self, doc: int, field: str) -> str:
        text: str = self._texts[field][doc]
        return text

    def _read_sentences(self, doc: int, field: str) -> Sequence[int]:
        begins: list[int] = self._sentences[field][doc].tolist()
        return begins

    def occurrences(self, docs: Sequence[int], marks: Mapping[str, Marks]) -> Occurrences:
        # what stands in a row behind the last field that is asked for is passed over
        n_fields = max([n for n, field in enumerate(SCORED, 1) if field in marks], default=0)
        numbered = self._numbered_marks(marks, SCORED[:n_fields])
        if not numbered or not docs:
            return Occurrences([], [], [], [])
        return Occurrences(*find_terms(*self._tokens, list(docs), n_fields, numbered))

    def _numbered_marks(self, marks: Mapping[str, Marks], fields: Sequence[str]) -> list[TermMark]:
        """Return the marks whose terms are in the index, longest first."""
        fields_of: dict[int, set[str]] = {}  # most fields share one mapping
        for field in fields:
            if field in marks:
                fields_of.setdefault(id(marks[field]), set()).add(field)
        numbered: list[TermMark] = []
        for group in fields_of.values():
            flags = [name in group for name in fields]
            for phrase, clause in marks[next(iter(group))].items():
                terms = list(map(self._number, phrase))
                if None not in terms:
                    numbered.append((terms, clause, flags))
        numbered.sort(key=_n_terms, reverse=True)
        return numbered

    def close(self) -> None:
        """Forget the arrays and what they are remembered in: their mapping ends with the last of them."""
        vars(self).clear()


def _n_terms(mark: TermMark) -> int:
    return len(mark[0])


def _month(number: int) -> str | None:
    return f"{number // 100:04d}-{number % 100:02d}" if number else None
