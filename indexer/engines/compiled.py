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
from numpy.typing import NDArray

from indexer.documents import Document
from indexer.engines.arrayfile import open_arrays, write_arrays
from indexer.engines.base import LAST_SENTENCE, Ints, Marks, Occurrences, Positions, Postings
from indexer.engines.compilation import SENTENCE_BITS, Tables, compile_part, merge_parts, ragged
from indexer.engines.ragged import Rows, Strings
from indexer.errors import IndexDamagedError
from indexer.schema import ANALYSED, SCORED

BATCH = 500  # documents compiled at a time: bounds the memory of a build, 0.9 GB at its peak for 10,000 digests
NOTHING = np.zeros(0, dtype=np.int32)
NONE = Occurrences(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING)
MAX_REMEMBERED_TEXTS = 8192  # decoded texts of fields, some 20 MB: the digests that readers see most
MAX_REMEMBERED_TERMS = 100_000


Array = NDArray[Any]
_NumberedMark = tuple[list[int], int, list[bool]]  # term numbers, clause, and for each scored field: marked there?


class CompilationWriter:
    """Compiles documents in batches beside the file to be, and merges them into it. Used with `with`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._batch: list[Document] = []
        self._drafts: list[Path] = []

    def __enter__(self) -> CompilationWriter:
        return self

    def add(self, document: Document) -> None:
        """Add one document; its id must be new."""
        self._batch.append(document)
        if len(self._batch) == BATCH:
            self._flush()

    def _flush(self) -> None:
        draft = self._path.with_name(f"{self._path.name}.part{len(self._drafts)}")
        write_arrays(draft, compile_part(self._batch).items())
        self._drafts.append(draft)
        self._batch = []

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            self._flush()
            write_arrays(self._path, merge_parts([open_arrays(draft) for draft in self._drafts]))
        for draft in self._drafts:
            draft.unlink()


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

    def occurrences(self, docs: Sequence[int], fields: Sequence[str], marks: Mapping[str, Marks]) -> Occurrences:
        """See `Engine`. All documents are looked through at once: on ten, numpy's calls cost more than its work."""
        numbered = self._numbered_marks(marks, fields)
        if not numbered or not docs:
            return NONE
        begins = self._tokens.offsets[docs]
        sizes = self._tokens.offsets[1:][docs] - begins
        first_fields = fields == SCORED[: len(fields)] and len(fields) < len(SCORED)
        if first_fields:  # then what comes behind them in a row need not be looked at
            sizes = self._tables["bounds"][docs, len(fields)]
        values, ends = self._tokens.values, sizes.cumsum()
        rows = np.concatenate([values[b : b + n] for b, n in zip(begins.tolist(), sizes.tolist(), strict=True)])
        plain = first_fields and all(len(terms) == 1 and all(flags[: len(fields)]) for terms, _, flags in numbered)
        places, which = _find_words(rows, numbered) if plain else _find_marks(rows, numbered)
        doc = ends.searchsorted(places, side="right")
        first = places + (begins - ends + sizes)[doc]
        sections = self._tables["sections"][first]
        last = first
        if not plain:
            widths = np.array([len(terms) for terms, _, _ in numbered])[which]
            wanted = np.array([flags for _, _, flags in numbered])[which, sections >> SENTENCE_BITS]
            wanted = np.array(_first_come(places.tolist(), widths.tolist(), wanted.tolist()), dtype=np.bool_)
            doc, first, which, sections, widths = (a[wanted] for a in (doc, first, which, sections, widths))
            last = first + widths - 1
        field = sections >> SENTENCE_BITS
        return Occurrences(
            docs=doc,
            fields=field if first_fields else np.array([_place(fields, name) for name in SCORED])[field],
            sentences=sections & LAST_SENTENCE,
            starts=self._tables["starts"][first],
            ends=self._tables["starts"][last] + self._tables["widths"][last],
            clauses=np.array([clause for _, clause, _ in numbered])[which],
        )

    def _numbered_marks(self, marks: Mapping[str, Marks], fields: Sequence[str]) -> list[_NumberedMark]:
        """Return the marks whose terms are in the index, longest first."""
        fields_of: dict[int, set[str]] = {}  # most fields share one mapping
        for field in fields:
            if field in marks:
                fields_of.setdefault(id(marks[field]), set()).add(field)
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


def _find_words(rows: Array, words: Sequence[_NumberedMark]) -> tuple[Array, Array]:
    """Return (place, number of the mark) wherever one of the words stands; each is a single term of its own."""
    numbers = [terms[0] for terms, _, _ in words]
    hits = rows == numbers[0]
    for number in numbers[1:]:
        hits |= rows == number
    places = hits.nonzero()[0]
    order = sorted(range(len(numbers)), key=numbers.__getitem__)
    ascending = np.array([numbers[i] for i in order], dtype=rows.dtype)
    return places, np.array(order)[ascending.searchsorted(rows[places])]


def _find_marks(rows: Array, marks: Sequence[_NumberedMark]) -> tuple[Array, Array]:
    """Return (place, number of the mark) wherever the terms of a mark follow each other, by place, then by mark.

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
    return places[order], which[order]


def _first_come(places: list[int], widths: list[int], wanted: list[bool]) -> list[bool]:
    """Tell which marks remain when each takes its places from left to right, of two at one place the first."""
    free, kept = 0, []
    for place, width, is_wanted in zip(places, widths, wanted, strict=True):
        kept.append(is_wanted and place >= free)
        if kept[-1]:
            free = place + width
    return kept


def _place(fields: Sequence[str], name: str) -> int:
    return fields.index(name) if name in fields else -1


def _month(number: int) -> str | None:
    return f"{number // 100:04d}-{number % 100:02d}" if number else None
