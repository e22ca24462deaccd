"""Documents -> compiled parts, and several parts -> one: the tables that the compiled engine reads.

A compilation is always a merge of parts. A build compiles batches of documents and merges them; an update merges the
live tables, less the documents that went, with one new part. Merging depends on the documents alone: the same documents
give the same bytes, however they were cut into parts.

Tables, by name (R: Ragged, stored as NAME.offsets and NAME.values). Ordinals are those of `Engine`; term numbers count
the terms of all fields together, ascending.
    doc_ids        R bytes    id of each document            months         int32  202007, or 0 without month
    terms          R bytes    each term                      oldest, title  int32  `Engine.sort_ranks`
    F.docs         R int32    per term, the documents that hold it in field F, ascending
    F.counts       int32      how often, beside F.docs.values            (analysed fields)
    F.places       R int32    per term, its places, document by document (analysed fields)
    F.lengths      int32      tokens of each document                    (analysed fields)
    F.text         R bytes    the text of each document                  (scored fields)
    F.sentences    R int32    where its sentences begin, in characters   (scored fields)
    tokens         R uint32   per document, the term number at each position of each scored field in turn; GAP where no
                              word stands (a paragraph break) and after each field
    starts         int32      beside tokens.values: where the token begins in its field's text, in characters
    widths         uint8      beside tokens.values: its length in characters
    bounds         int32      per document and scored field: where the field's tokens begin in the document's row
    sections       uint16     beside tokens.values: number of the field in SCORED, and of the sentence (SENTENCE_BITS)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.analysis import sentence_starts
from indexer.documents import Document
from indexer.engines.ragged import Ragged, Strings, concat, of_lengths, of_strings, take
from indexer.kernel.arrays import LAST_SENTENCE, SENTENCE_BITS
from indexer.schema import ANALYSED, FACETS, SCORED

GAP = np.uint32(0xFFFFFFFF)
BESIDE_TOKENS = {"starts": np.int32, "widths": np.uint8, "sections": np.uint16}
Array = NDArray[Any]
Tables = dict[str, Array]


def ragged(tables: Tables, name: str) -> Ragged:
    """Return a ragged table by name."""
    return Ragged(tables[f"{name}.offsets"], tables[f"{name}.values"])


# --- documents -> part -----------------------------------------------------------------------------------------------


def compile_part(documents: Sequence[Document]) -> Tables:
    """Return the tables of some documents, in any order; their ordinals are their places in the sequence."""
    lexicon: dict[str, int] = {}  # term -> number in order of first sight, renumbered at the end
    tables: Tables = {}
    postings = {field: _invert(documents, field, lexicon) for field in (*ANALYSED, *FACETS)}
    terms = sorted(lexicon)
    numbers = np.empty(len(terms), dtype=np.int64)
    numbers[[lexicon[term] for term in terms]] = np.arange(len(terms))
    _put(tables, "terms", of_strings(terms))
    _put(tables, "doc_ids", of_strings([document.doc_id for document in documents]))
    tables["months"] = np.array([_month_number(document.month) for document in documents], dtype=np.int32)
    for field, (term_numbers, docs, places) in postings.items():
        _put_postings(tables, field, numbers[term_numbers], docs, places, len(terms))
    for field in ANALYSED:
        tables[f"{field}.lengths"] = np.array([len(document.tokens[field]) for document in documents], dtype=np.int32)
    for field in SCORED:
        _put(tables, f"{field}.text", of_strings([document.texts[field] for document in documents]))
        _put(
            tables, f"{field}.sentences", _of_lists([sentence_starts(document.texts[field]) for document in documents])
        )
    _put_tokens(tables, documents, lexicon, numbers)
    return tables


def _invert(documents: Sequence[Document], field: str, lexicon: dict[str, int]) -> tuple[Array, Array, Array]:
    """Return (term, document, place) of each occurrence, in the order of the documents; facets have place 0."""
    texts = [document.tokens[field].terms if field in ANALYSED else document.values[field] for document in documents]
    number = lexicon.setdefault
    terms = np.fromiter((number(term, len(lexicon)) for term in chain.from_iterable(texts)), np.int64)
    docs = np.repeat(np.arange(len(documents)), [len(text) for text in texts])
    if field in FACETS:
        return terms, docs, np.zeros(len(terms), dtype=np.int64)
    places = np.fromiter(chain.from_iterable(document.tokens[field].positions for document in documents), np.int64)
    return terms, docs, places


def _put_postings(tables: Tables, field: str, terms: Array, docs: Array, places: Array, n_terms: int) -> None:
    """Group occurrences by term and document. Occurrences of a document must come in the order of their places."""
    order = np.argsort((terms << 32) | docs, kind="stable")
    terms, docs, places = terms[order], docs[order], places[order]
    begins = np.flatnonzero(np.diff(terms, prepend=-1) | np.diff(docs, prepend=-1))
    counts = np.diff(np.append(begins, len(terms)))
    _put(
        tables,
        f"{field}.docs",
        of_lengths(np.bincount(terms[begins], minlength=n_terms), docs[begins].astype(np.int32)),
    )
    if field in ANALYSED:
        tables[f"{field}.counts"] = counts.astype(np.int32)
        _put(tables, f"{field}.places", of_lengths(np.bincount(terms, minlength=n_terms), places.astype(np.int32)))


def _put_tokens(tables: Tables, documents: Sequence[Document], lexicon: dict[str, int], numbers: Array) -> None:
    """Lay out the tokens of the scored fields of each document one after the other, by position."""
    columns: dict[str, list[Array]] = {name: [] for name in ("tokens", *BESIDE_TOKENS)}
    bounds = np.zeros((len(documents), len(SCORED)), dtype=np.int32)
    row_sizes = np.zeros(len(documents), dtype=np.int64)
    sentences = {field: ragged(tables, f"{field}.sentences") for field in SCORED}
    for doc, document in enumerate(documents):
        for i, field in enumerate(SCORED):
            tokens = document.tokens[field]
            size = (tokens.positions[-1] + 1 if tokens.positions else 0) + 1  # and the gap after the field
            row, start, width = np.full(size, GAP), np.zeros(size, np.int32), np.zeros(size, np.uint8)
            section = np.zeros(size, np.uint16)
            if tokens.positions:
                places, first = np.array(tokens.positions), np.array(tokens.starts)
                row[places] = numbers[[lexicon[term] for term in tokens.terms]]
                start[places], width[places] = first, np.array(tokens.ends) - first
                sentence = np.searchsorted(sentences[field][doc], first, side="right") - 1
                section[places] = (i << SENTENCE_BITS) + np.minimum(sentence, LAST_SENTENCE)
            bounds[doc, i] = row_sizes[doc]
            row_sizes[doc] += size
            beside: tuple[Array, ...] = (row, start, width, section)
            for name, column in zip(columns, beside, strict=True):
                columns[name].append(column)
    tables["bounds"] = bounds
    _put(tables, "tokens", of_lengths(row_sizes, np.concatenate([*columns["tokens"], np.empty(0, np.uint32)])))
    for name, kind in BESIDE_TOKENS.items():
        tables[name] = np.concatenate([*columns[name], np.empty(0, kind)])


def _month_number(month: str | None) -> int:
    return int(month.replace("-", "")) if month else 0


def _of_lists(lists: Sequence[Sequence[int]]) -> Ragged:
    lengths = np.fromiter((len(part) for part in lists), np.int64, len(lists))
    return of_lengths(lengths, np.fromiter(chain.from_iterable(lists), np.int32))


def _put(tables: Tables, name: str, rows: Ragged) -> None:
    tables[f"{name}.offsets"], tables[f"{name}.values"] = rows.offsets, rows.values


# --- parts -> one ----------------------------------------------------------------------------------------------------


def merge_parts(parts: Sequence[Tables], removed: Iterable[str] = ()) -> Iterator[tuple[str, Array]]:
    """Yield the tables of all documents of all parts, in document order, terms renumbered.

    removed  ids of documents that are left out of the first part: the live tables, of which some documents went or have
             a newer version in a later part. Else no id may come twice.
    One table is in memory at a time, and of the parts as much as numpy touches.
    """
    gone = set(removed)
    ids = [list(Strings(ragged(part, "doc_ids"))) for part in parts]
    months = [part["months"] for part in parts]
    live = [
        (-int(m), doc_id, p, d)
        for p, part_ids in enumerate(ids)
        for d, doc_id in enumerate(part_ids)
        if p > 0 or doc_id not in gone
        for m in [months[p][d]]
    ]
    live.sort()
    # where the documents come from: place in the concatenation of all parts, by new ordinal; and back
    begins = np.concatenate(([0], np.cumsum([len(part_ids) for part_ids in ids])))
    order = np.array([begins[p] + d for _, _, p, d in live], dtype=np.int64)
    ordinals = np.full(begins[-1], -1, dtype=np.int64)
    ordinals[order] = np.arange(len(order))
    new_ordinals = [ordinals[begins[p] : begins[p + 1]] for p in range(len(parts))]
    terms, numbers = _merge_lexicons(parts, new_ordinals)

    yield from _named("doc_ids", take(concat([ragged(part, "doc_ids") for part in parts]), order))
    yield "months", np.concatenate(months)[order]
    yield from _named("terms", of_strings(terms))
    yield "oldest", _ranks(sorted(range(len(live)), key=lambda doc: (-live[doc][0] or 999999, live[doc][1])))
    titles = Strings(take(concat([ragged(part, "title.text") for part in parts]), order))
    yield "title", _ranks(sorted(range(len(live)), key=lambda doc: (titles[doc].casefold(), doc)))
    for field in (*ANALYSED, *FACETS):
        yield from _merge_postings(parts, field, new_ordinals, numbers, len(terms))
    for field in ANALYSED:
        yield f"{field}.lengths", np.concatenate([part[f"{field}.lengths"] for part in parts])[order]
    for name in [f"{field}.{table}" for field in SCORED for table in ("text", "sentences")]:
        yield from _named(name, take(concat([ragged(part, name) for part in parts]), order))
    yield "bounds", np.concatenate([part["bounds"] for part in parts])[order]
    yield from _merge_tokens(parts, order, numbers)


def _named(name: str, rows: Ragged) -> Iterator[tuple[str, Array]]:
    yield f"{name}.offsets", rows.offsets
    yield f"{name}.values", rows.values


def _ranks(ranked: Sequence[int]) -> Array:
    ranks = np.empty(len(ranked), dtype=np.int32)
    ranks[np.array(ranked, dtype=np.int64)] = np.arange(len(ranked), dtype=np.int32)
    return ranks


def _merge_lexicons(parts: Sequence[Tables], new_ordinals: Sequence[Array]) -> tuple[list[str], list[Array]]:
    """Return the terms that live documents hold, ascending, and per part the new number of each term (-1: none)."""
    by_part: list[list[str]] = []
    for part, ordinals in zip(parts, new_ordinals, strict=True):
        held = np.zeros(len(part["terms.offsets"]) - 1, dtype=np.bool_)
        for field in (*ANALYSED, *FACETS):
            docs = ragged(part, f"{field}.docs")
            holders = np.repeat(np.arange(len(docs)), docs.lengths)
            held[holders[ordinals[docs.values] >= 0]] = True
        terms = Strings(ragged(part, "terms"))
        by_part.append([terms[i] if held[i] else "" for i in range(len(terms))])
    union = sorted(set(chain.from_iterable(by_part)) - {""})
    number = {term: i for i, term in enumerate(union)}
    number[""] = -1
    return union, [np.array([number[term] for term in terms], dtype=np.int64) for terms in by_part]


def _merge_postings(
    parts: Sequence[Tables], field: str, new_ordinals: Sequence[Array], numbers: Sequence[Array], n_terms: int
) -> Iterator[tuple[str, Array]]:
    """Yield the postings of one field: those of live documents, by term and document."""
    keys, counts, places = [], [], []
    for part, ordinals, new_terms in zip(parts, new_ordinals, numbers, strict=True):
        docs = ragged(part, f"{field}.docs")
        documents = ordinals[docs.values]
        terms = np.repeat(new_terms, docs.lengths)
        keys.append(np.where(documents < 0, -1, (terms << 32) | documents))
        if field in ANALYSED:
            counts.append(part[f"{field}.counts"])
            places.append(part[f"{field}.places.values"])
    key = np.concatenate(keys)
    keys.clear()
    order = np.argsort(key, kind="stable")
    order = order[np.searchsorted(key, 0, sorter=order) :]  # postings of removed documents came first
    key = key[order]
    held = np.bincount(key >> 32, minlength=n_terms)
    yield from _named(f"{field}.docs", of_lengths(held, (key & 0xFFFFFFFF).astype(np.int32)))
    if field in ANALYSED:
        count = np.concatenate(counts)
        moved = take(of_lengths(count, np.concatenate(places)), order)
        yield f"{field}.counts", count[order]
        per_term = np.bincount(key >> 32, weights=count[order], minlength=n_terms).astype(np.int64)
        yield from _named(f"{field}.places", of_lengths(per_term, moved.values))


def _merge_tokens(parts: Sequence[Tables], order: Array, numbers: Sequence[Array]) -> Iterator[tuple[str, Array]]:
    renumbered = []
    for part, new_terms in zip(parts, numbers, strict=True):
        # GAP indexes the last entry, which maps it to itself
        table = np.append(new_terms, GAP).astype(np.uint32)
        rows = ragged(part, "tokens")
        renumbered.append(Ragged(rows.offsets, table[np.minimum(rows.values, len(new_terms))]))
    tokens = concat(renumbered)
    yield from _named("tokens", take(tokens, order))
    for name in BESIDE_TOKENS:
        yield name, take(Ragged(tokens.offsets, np.concatenate([part[name] for part in parts])), order).values
