"""The fast read path: postings, places and texts from compiled arrays, mapped read-only and shared by all threads.

Input: the file that `write_compilation` makes of documents. It answers exactly as the Whoosh engine does, from the same
documents; `tests/engine` holds both to one contract.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from indexer.engines.arrayfile import open_arrays
from indexer.engines.base import SECTION_BITS, SENTENCE_BITS, Ints, Marks, Occurrences, Positions, Postings
from indexer.engines.compilation import BESIDE_TOKENS, Tables, ragged
from indexer.engines.ragged import Rows, Strings
from indexer.errors import IndexDamagedError
from indexer.schema import ANALYSED, SCORED

NOTHING = np.zeros(0, dtype=np.int32)
MAX_REMEMBERED_TEXTS = 8192  # decoded texts of fields, some 20 MB: the digests that readers see most
MAX_REMEMBERED_TERMS = 100_000


Array = NDArray[Any]
_NumberedMark = tuple[list[int], int, list[bool]]  # term numbers, clause, and for each scored field: marked there?


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
        self._numbers: dict[str, int | None] = {}
        self._docs = {name[:-13]: ragged(tables, name[:-8]) for name in tables if name.endswith(".docs.offsets")}
        self._places = {field: ragged(tables, f"{field}.places") for field in ANALYSED}
        self._texts = {field: Strings(ragged(tables, f"{field}.text")) for field in SCORED}
        self._sentences = {field: Rows(ragged(tables, f"{field}.sentences")) for field in SCORED}
        self._tokens = ragged(tables, "tokens")
        self._row_offsets, self._bounds = self._tokens.offsets.data, tables["bounds"].data  # they yield plain numbers
        self._starts, self._widths, self._sections = (tables[name] for name in BESIDE_TOKENS)
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
        """See `Engine`. All documents are looked through at once: on ten, numpy's calls cost more than its work."""
        numbered = self._numbered_marks(marks)
        if not numbered or not docs:
            return Occurrences([], [], [], [])
        # what stands in a row behind the last field that is asked for is passed over
        n_fields = max([n for n, field in enumerate(SCORED, 1) if field in marks])
        begins, ends = self._rows(docs, n_fields)
        tokens = self._tokens.values
        rows = np.concatenate([tokens[begin:end] for begin, end in zip(begins, ends, strict=True)])
        plain = all(len(terms) == 1 and all(flags[:n_fields]) for terms, _, flags in numbered)
        places, which = _find_words(rows, numbered) if plain else _find_phrases(rows, numbered)
        row_ends = list(accumulate([end - begin for begin, end in zip(begins, ends, strict=True)]))
        doc = np.array(row_ends).searchsorted(places, side="right")
        first = places + np.array([end - row_end for end, row_end in zip(ends, row_ends, strict=True)])[doc]
        sections, last = self._sections[first], first
        if not plain:
            sizes = np.array([len(terms) for terms, _, _ in numbered])[which]
            wanted = np.array([flags for _, _, flags in numbered])[which, sections >> SENTENCE_BITS]
            kept = _first_come(places.tolist(), sizes.tolist(), wanted.tolist())
            doc, first, sections = doc[kept], first[kept], sections[kept]
            which = [which[mark] for mark in kept]
            last = first + sizes[kept] - 1
        return Occurrences(
            ((doc << SECTION_BITS) + sections).tolist(),
            self._starts[first].tolist(),
            (self._starts[last] + self._widths[last]).tolist(),
            [numbered[mark][1] for mark in which],
        )

    def _rows(self, docs: Sequence[int], n_fields: int) -> tuple[list[int], list[int]]:
        """Return where the tokens of the first scored fields of documents begin and end."""
        offsets, bounds = self._row_offsets, self._bounds
        begins = [offsets[doc] for doc in docs]
        if n_fields == len(SCORED):
            return begins, [offsets[doc + 1] for doc in docs]
        return begins, [begin + bounds[doc, n_fields] for begin, doc in zip(begins, docs, strict=True)]

    def _numbered_marks(self, marks: Mapping[str, Marks]) -> list[_NumberedMark]:
        """Return the marks whose terms are in the index, longest first."""
        fields_of: dict[int, set[str]] = {}  # most fields share one mapping
        for field, phrases in marks.items():
            if field in SCORED:
                fields_of.setdefault(id(phrases), set()).add(field)
        numbered: list[_NumberedMark] = []
        for group in fields_of.values():
            flags = [name in group for name in SCORED]
            for phrase, clause in marks[next(iter(group))].items():
                terms = [number for term in phrase if (number := self._number(term)) is not None]
                if len(terms) == len(phrase):
                    numbered.append((terms, clause, flags))
        numbered.sort(key=lambda entry: -len(entry[0]))
        return numbered

    def _number(self, term: str) -> int | None:
        """Return the number of a term; remembered, because a query asks for its terms several times."""
        try:
            return self._numbers[term]
        except KeyError:
            if len(self._numbers) > MAX_REMEMBERED_TERMS:
                self._numbers.clear()
            number = self._numbers[term] = self._terms.find(term)
            return number

    def close(self) -> None:
        """Forget the arrays and what they are remembered in: their mapping ends with the last of them."""
        vars(self).clear()


def _find_words(rows: Array, words: Sequence[_NumberedMark]) -> tuple[Array, list[int]]:
    """Return where one of the words stands, and which it is; each is a single term of its own."""
    numbers = [terms[0] for terms, _, _ in words]
    hits = rows == numbers[0]
    for number in numbers[1:]:
        hits |= rows == number
    places = hits.nonzero()[0]
    which = {number: i for i, number in enumerate(numbers)}
    return places, [which[number] for number in rows[places].tolist()]


def _find_phrases(rows: Array, marks: Sequence[_NumberedMark]) -> tuple[Array, list[int]]:
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


def _month(number: int) -> str | None:
    return f"{number // 100:04d}-{number % 100:02d}" if number else None
