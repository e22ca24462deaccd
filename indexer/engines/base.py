"""What an engine is: a source of postings and texts. It never ranks; scores are made in scoring.py from what it gives.

Documents are known by their ordinal, 0 to N-1, in the order newest month first, then doc_id (no month: last). That is
also the order of ties and of browsing, and it depends on the articles alone, never on how an index stores them.
`tests/engine` holds every engine to this contract.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.analysis import analyse

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents that hold a term in a field, ascending, and how often each does (1 in a facet field)."""

    docs: Ints
    frequencies: Ints


@dataclass(frozen=True, slots=True)
class Positions:
    """Where a term stands in a field: document `docs[i]` holds it at `places[offsets[i]:offsets[i + 1]]`, ascending.

    A place is a token's position as `analysis.analyse` counts it.
    """

    docs: Ints
    offsets: Ints
    places: Ints


Span = tuple[int, int, int]  # start, end (exclusive) in characters, and the number of the mark that stands there
Marks = Mapping[tuple[str, ...], int]  # terms that follow each other (mostly one) -> a number for who asks
NO_MARKS: Marks = {}


class Occurrences(NamedTuple):
    """Where the words of a question stand in some texts: columns of equal length, by section and start.

    sections  (place of the document in the sequence that was asked for << SECTION_BITS) + (number of the field in
              SCORED << SENTENCE_BITS) + number of the sentence in its text, as `Engine.sentences` lists them, at most
              LAST_SENTENCE (`kernel/arrays.py`).
    starts, ends  in characters, end exclusive.   clauses  the numbers given with the marks.
    """

    sections: list[int]
    starts: list[int]
    ends: list[int]
    clauses: list[int]


class Engine(Protocol):
    """One generation, open for reading. Every method may be called from several threads at the same time."""

    @property
    def name(self) -> str:
        """Name in the table of engines, for `status` and messages."""

    @property
    def doc_ids(self) -> Sequence[str]:
        """The id of each document, by ordinal."""

    @property
    def months(self) -> Sequence[str | None]:
        """The month of each digest ("2020-07"), by ordinal."""

    def terms(self, field: str) -> Sequence[str]:
        """Return the terms of a field that live documents hold, ascending by code point."""

    def postings(self, field: str, term: str) -> Postings:
        """Return the documents that hold a term in a field; both arrays are empty for an unknown term."""

    def positions(self, field: str, term: str) -> Positions:
        """Return where a term stands in an analysed field; the documents are those of `postings`."""

    def lengths(self, field: str) -> Ints:
        """Return how many tokens an analysed field has, exactly, by ordinal."""

    def text(self, doc: int, field: str) -> str:
        """Return the text of a scored field, paragraphs joined by breaks; "" when the document has none."""

    def sentences(self, doc: int, field: str) -> Sequence[int]:
        """Return where each sentence of a scored field begins, as `analysis.sentence_starts` does."""

    def occurrences(self, docs: Sequence[int], marks: Mapping[str, Marks]) -> Occurrences:
        """Return where marks stand in scored fields of documents, as `find_spans` defines it.

        marks  by field; a field that is left out has none.
        """

    def sort_ranks(self, order: Literal["oldest", "title"]) -> Ints:
        """Return the place of each document in an order, by ordinal: 0 comes first; each place occurs once.

        oldest  by month (none: last), then doc_id.   title  by title without case, then ordinal.
        """

    def close(self) -> None:
        """Give back files and memory; the engine is not used afterwards."""


def find_spans(text: str, marks: Marks) -> list[Span]:
    """Return where marks stand in a text, from left to right; of two that begin at the same token, the longer.

    A mark of several terms is found where they follow each other, and only there.
    """
    if not marks:
        return []
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted(marks, key=len, reverse=True):
        by_first.setdefault(phrase[0], []).append(phrase)
    tokens = analyse(text)
    spans: list[Span] = []
    place = 0
    while place < len(tokens):
        width = 1
        for phrase in by_first.get(tokens.terms[place], ()):
            last = place + len(phrase) - 1
            in_a_row = last < len(tokens) and tokens.positions[last] - tokens.positions[place] == len(phrase) - 1
            if in_a_row and tuple(tokens.terms[place : last + 1]) == phrase:
                spans.append((tokens.starts[place], tokens.ends[last], marks[phrase]))
                width = len(phrase)
                break
        place += width
    return spans
