"""The index of record: writes a Whoosh index of documents, and reads its postings. The only module that imports whoosh.

Whoosh keeps documents, lexicon, postings with positions and stored fields. It does not rank, highlight, count facets or
parse what readers type. What to beware of in Whoosh 2.7.4:
- its files hold pickles, so an index folder is code: made private to its user, never taken from elsewhere;
- a reader is not safe to share between threads, so every read here holds one lock;
- it keeps field lengths in one rounded byte, so exact lengths are stored beside the texts;
- after a failed add a writer is dead, so texts are cleaned before they come here, and any error cancels all;
- a compound segment is copied to memory by every reader, so a segment's files stay apart.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from whoosh import analysis as whoosh_analysis
from whoosh import fields as whoosh_fields
from whoosh import index as whoosh_index
from whoosh.reading import SegmentReader

from indexer.analysis import Tokens, sentence_starts
from indexer.documents import Document
from indexer.engines.base import Ints, Marks, Occurrences, Positions, Postings, find_spans
from indexer.errors import IndexDamagedError
from indexer.kernel.arrays import LAST_SENTENCE, SECTION_BITS, SENTENCE_BITS
from indexer.schema import ANALYSED, FIELDS, SCORED

INDEX_NAME = "articles"
WRITER_MEMORY_MB = 96  # postings that Whoosh gathers before it sorts them to disk; Python needs three times as much


class _AnalysedText(str):
    """A text that carries its tokens: Whoosh asks its analyzer for the tokens of texts only."""

    tokens: Tokens


class _Analyzer(whoosh_analysis.Composable):  # type: ignore[misc]
    """Hands Whoosh the tokens that were made already."""

    def __call__(self, value: _AnalysedText, **_: object) -> Iterator[whoosh_analysis.Token]:
        token = whoosh_analysis.Token(positions=True)
        token.boost, token.stopped = 1.0, False
        for token.text, token.pos in zip(value.tokens.terms, value.tokens.positions, strict=True):
            yield token


def _schema() -> whoosh_fields.Schema:
    schema = whoosh_fields.Schema(
        doc_id=whoosh_fields.ID(unique=True, stored=True),
        month=whoosh_fields.STORED,
        lengths=whoosh_fields.STORED,
    )
    for field in FIELDS:
        if field.analyzer:
            schema.add(field.name, whoosh_fields.TEXT(analyzer=_Analyzer(), phrase=True, stored=field.use == "scored"))
        else:
            schema.add(field.name, whoosh_fields.KEYWORD(scorable=False))
    return schema


class WhooshWriter:
    """Writes documents into a folder's index, made if there is none. Used with `with`: an error cancels all.

    What is added becomes one more segment, which `_merge_segments` may join with others; files that are there stay as
    they are. Only a new index, or one that it joins all of, is one segment.
    """

    def __init__(self, folder: Path, removed: Collection[str] = ()) -> None:
        """Begin to write; the documents with `removed` ids go. IndexDamagedError when Whoosh cannot read the index."""
        try:
            if whoosh_index.exists_in(str(folder), indexname=INDEX_NAME):
                self._index = whoosh_index.open_dir(str(folder), indexname=INDEX_NAME)
            else:
                self._index = whoosh_index.create_in(str(folder), _schema(), indexname=INDEX_NAME)
            self._writer = self._index.writer(limitmb=WRITER_MEMORY_MB, compound=False)
            for doc_id in removed:
                self._writer.delete_by_term("doc_id", doc_id)
        except OSError:
            raise
        except Exception as error:  # Whoosh's own errors have no common root, and a damaged pickle raises anything
            raise IndexDamagedError(f"The Whoosh index in {folder} cannot be read ({error!r}).") from error

    def __enter__(self) -> WhooshWriter:
        return self

    def add(self, document: Document) -> None:
        """Add one document; its id must be new, or among the removed ones."""
        lengths = tuple(len(document.tokens[name]) for name in ANALYSED)
        fields: dict[str, Any] = {"doc_id": document.doc_id, "month": document.month, "lengths": lengths}
        for field in FIELDS:
            if field.analyzer and document.texts[field.name]:
                fields[field.name] = _AnalysedText()
                fields[field.name].tokens = document.tokens[field.name]
                fields[f"_stored_{field.name}"] = document.texts[field.name]
            elif not field.analyzer and document.values[field.name]:
                fields[field.name] = list(document.values[field.name])
        self._writer.add_document(**fields)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            self._writer.commit(mergetype=_merge_segments)
        else:
            self._writer.cancel()
        self._index.close()


def _merge_segments(writer: Any, segments: Sequence[Any]) -> list[Any]:
    """Join small segments with what is written, and return those that stay: each larger than all smaller ones together.

    So after any number of updates there are few (15 for 10,000 digests at most), and a document is copied as often at
    most. A segment half of which was deleted is written anew, and one without documents dropped.
    """
    written, kept = writer.docnum, []
    for segment in sorted(segments, key=lambda segment: segment.doc_count()):
        live = segment.doc_count()
        if live > written and 2 * live > segment.doc_count_all():
            kept.append(segment)
        elif live:
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
        written += live
    return kept


class WhooshEngine:
    """Postings and texts straight from a Whoosh index; see `Engine`."""

    name = "whoosh"

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder; IndexDamagedError when Whoosh cannot read it."""
        self._lock = threading.Lock()
        try:
            self._index = whoosh_index.open_dir(str(folder), indexname=INDEX_NAME, schema=_schema())
            self._reader = self._index.reader()
            stored = [(number, fields) for number, fields in self._reader.iter_docs()]
        except Exception as error:  # Whoosh's own errors have no common root, and a damaged pickle raises anything
            raise IndexDamagedError(f"The Whoosh index in {folder} cannot be read ({error!r}).") from error
        # the order of `document_order`, made from what is stored: two stable sorts, the second one descending
        stored.sort(key=lambda item: str(item[1]["doc_id"]))
        stored.sort(key=lambda item: item[1].get("month") or "", reverse=True)
        self._stored = [fields for _, fields in stored]
        self._ordinals = np.full(self._reader.doc_count_all(), -1, dtype=np.int32)
        self._ordinals[[number for number, _ in stored]] = np.arange(len(stored), dtype=np.int32)
        self.doc_ids: Sequence[str] = [str(fields["doc_id"]) for fields in self._stored]
        self.months: Sequence[str | None] = [fields.get("month") for fields in self._stored]

    @cached_property
    def _lengths(self) -> Ints:
        rows = [fields["lengths"] for fields in self._stored]
        return np.array(rows, dtype=np.int32).reshape(len(rows), len(ANALYSED))

    def lengths(self, field: str) -> Ints:
        return np.ascontiguousarray(self._lengths[:, ANALYSED.index(field)])

    def terms(self, field: str) -> Sequence[str]:
        with self._lock:
            texts = sorted(term.decode("utf-8") for term in self._reader.lexicon(field))
            if not self._reader.has_deletions():
                return texts
            return [text for text in texts if self._matcher(field, text) is not None]

    def postings(self, field: str, term: str) -> Postings:
        docs, counts = [], []
        with self._lock:
            matcher = self._matcher(field, term)
            while matcher is not None and matcher.is_active():
                docs.append(matcher.id())
                counts.append(int(matcher.weight()))
                matcher.next()
        ordinals = self._ordinals[np.array(docs, dtype=np.int64)]
        order = np.argsort(ordinals)
        return Postings(ordinals[order], np.array(counts, dtype=np.int32)[order])

    def positions(self, field: str, term: str) -> Positions:
        found: list[tuple[int, list[int]]] = []
        with self._lock:
            matcher = self._matcher(field, term)
            while matcher is not None and matcher.is_active():
                found.append((int(self._ordinals[matcher.id()]), matcher.value_as("positions")))
                matcher.next()
        found.sort()
        return Positions(
            docs=np.array([doc for doc, _ in found], dtype=np.int32),
            offsets=np.cumsum([0, *(len(places) for _, places in found)], dtype=np.int32),
            places=np.array([place for _, places in found for place in places], dtype=np.int32),
        )

    def text(self, doc: int, field: str) -> str:
        text: str = self._stored[doc].get(field, "")
        return text

    def sentences(self, doc: int, field: str) -> Sequence[int]:
        return sentence_starts(self.text(doc, field))

    def occurrences(self, docs: Sequence[int], marks: Mapping[str, Marks]) -> Occurrences:
        found = [
            (section + min(bisect_right(sentences, start) - 1, LAST_SENTENCE), start, end, clause)
            for place, doc in enumerate(docs)
            for number, field in enumerate(SCORED)
            if field in marks
            for section in [(place << SECTION_BITS) + (number << SENTENCE_BITS)]
            for sentences in [self.sentences(doc, field)]
            for start, end, clause in find_spans(self.text(doc, field), marks[field])
        ]
        return Occurrences(*[[row[column] for row in found] for column in range(4)])

    def sort_ranks(self, order: Literal["oldest", "title"]) -> Ints:
        ordinals = range(len(self.doc_ids))
        if order == "title":
            ranked = sorted(ordinals, key=lambda doc: (self._stored[doc].get("title", "").casefold(), doc))
        else:
            ranked = sorted(ordinals, key=lambda doc: (self.months[doc] or "9999", self.doc_ids[doc]))
        ranks = np.empty(len(ranked), dtype=np.int32)
        ranks[ranked] = np.arange(len(ranked), dtype=np.int32)
        return ranks

    def close(self) -> None:
        with self._lock:
            self._reader.close()
            self._index.close()

    def _matcher(self, field: str, term: str) -> Any:
        """Return Whoosh's matcher over the live postings of a term, or None. The lock must be held."""
        if (field, term) not in self._reader:
            return None
        matcher = self._reader.postings(field, term)
        return matcher if matcher.is_active() else None
