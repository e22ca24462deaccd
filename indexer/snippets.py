"""Which sentence to show under a hit, and what to mark in it. A query and documents in, marked texts out, unescaped.

Marked is what was searched: the places come from the tokens of the one analyzer, by the terms that the query holds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.engines.base import Engine, Marks, Occurrences, Span
from indexer.model import MarkedText, Snippet
from indexer.query import Query
from indexer.schema import PARAGRAPH_BREAK, SCORED

TITLE = "title"
BODY = ("summary", "implications")
FIELDS = (TITLE, *BODY)
MAX_CHARS = 240  # one or two whole sentences; a longer sentence is cut around its first marked word
LEAD_CHARS = 60  # text kept before the first marked word of a sentence that is cut
FIRST = np.zeros(1, dtype=np.int64)
CLAUSE_BITS = 63  # clauses told apart when sentences are compared; beyond that two may count as one


def find_marks(query: Query) -> dict[str, Marks]:
    """Return, by field, what is marked there: alternatives with twice their clause's number, synonyms with one more."""
    by_fields: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {SCORED: {}}
    for number, clause in enumerate(query.clauses):
        for code, alternatives in ((2 * number, clause.alternatives), (2 * number + 1, clause.synonyms)):
            for alternative in alternatives:
                by_fields.setdefault(alternative.fields, {}).setdefault(alternative.terms, code)
    everywhere = by_fields.pop(SCORED)
    marks: dict[str, Marks] = dict.fromkeys(SCORED, everywhere)
    for fields, phrases in by_fields.items():  # prefixed clauses, which name one field
        marks[fields[0]] = {**phrases, **marks.get(fields[0], {})}
    return marks


def mark(text: str, spans: Sequence[Span]) -> MarkedText:
    """Return a whole text with the words at the spans marked."""
    return MarkedText(text, tuple([(start, end) for start, end, _ in spans]))


def make_extracts(engine: Engine, docs: Sequence[int], query: Query) -> list[tuple[MarkedText, Snippet]]:
    """Return the marked title and the snippet of each document.

    A snippet begins with the best sentence of summary and implications: that with words of the most clauses, then with
    the most words as typed, then with the most synonyms, then the first. Without any it is the beginning of the digest.
    """
    found = engine.occurrences(docs, FIELDS, find_marks(query))
    marks = list(zip(found.starts.tolist(), found.ends.tolist(), strict=True))
    runs = (found.docs * len(FIELDS) + found.fields).searchsorted(np.arange(len(docs) * len(FIELDS) + 1)).tolist()
    best, fields, sentences = _best_sentences(found, len(docs))
    extracts = []
    for i, doc in enumerate(docs):
        run, first, field = i * len(FIELDS), best[i], FIELDS[fields[i]]
        title = MarkedText(engine.text(doc, TITLE), tuple(marks[runs[run] : runs[run + 1]]))
        if first < 0:
            field = next((name for name in BODY if engine.text(doc, name)), BODY[0])
        inside = marks[first : runs[run + fields[i] + 1]] if first >= 0 else []
        extracts.append((title, _cut(engine.text(doc, field), engine.sentences(doc, field), sentences[i], inside)))
    return extracts


def _best_sentences(found: Occurrences, n_docs: int) -> tuple[list[int], list[int], list[int]]:
    """Return the best sentence of each document: number of its first occurrence (-1: none), field, sentence."""
    best, fields, sentences = [-1] * n_docs, [0] * n_docs, [0] * n_docs
    if not len(found.docs):
        return best, fields, sentences
    # occurrences are sorted, so those of one sentence stand together
    sentence = (found.docs.astype(np.int64) << 32) + (found.fields.astype(np.int64) << 16) + found.sentences
    begins = np.concatenate((FIRST, (sentence[1:] != sentence[:-1]).nonzero()[0] + 1))
    clauses = np.bitwise_or.reduceat(np.left_shift(1, (found.clauses >> 1) % CLAUSE_BITS), begins)
    sizes = np.diff(begins, append=len(sentence))
    typed = sizes - np.add.reduceat(found.clauses & 1, begins)
    worth = (np.bitwise_count(clauses).astype(np.int64) << 40) + (typed << 20) + sizes
    columns = (found.docs[begins], found.fields[begins], found.sentences[begins], worth, begins)
    most = [0] * n_docs
    for doc, field, number, value, begin in zip(*[column.tolist() for column in columns], strict=True):
        if field and value > most[doc]:  # titles are shown whole
            most[doc], best[doc], fields[doc], sentences[doc] = value, begin, field, number
    return best, fields, sentences


def _cut(text: str, sentences: Sequence[int], sentence: int, marks: Sequence[tuple[int, int]]) -> Snippet:
    """Return the snippet that begins with a sentence: whole sentences of one paragraph while they fit.

    marks  places in the text, ascending; those outside the snippet are left out.
    """
    if not text:
        return Snippet()
    start = sentences[sentence]
    end = sentences[sentence + 1] if sentence + 1 < len(sentences) else len(text)
    for following in range(sentence + 2, len(sentences) + 1):
        further = sentences[following] if following < len(sentences) else len(text)
        if further - start > MAX_CHARS or text.startswith(PARAGRAPH_BREAK, end - len(PARAGRAPH_BREAK)):
            break
        end = further
    cut_before = cut_after = False
    if end - start > MAX_CHARS:
        first, first_end = marks[0] if marks and marks[0][0] < end else (start, start)
        if first - start > MAX_CHARS - LEAD_CHARS:
            start, cut_before = _next_word(text, first - LEAD_CHARS, first), True
        if end - start > MAX_CHARS:
            whole, end = end, _last_word_end(text, max(start + 1, first_end), start + MAX_CHARS)
            cut_after = bool(text[end:whole].strip())
    shown = text[start:end].lstrip()
    start = end - len(shown)
    shown = shown.rstrip()
    end = start + len(shown)
    inside = tuple([(first - start, last - start) for first, last in marks if start <= first and last <= end])
    return Snippet(MarkedText(shown, inside), cut_before, cut_after)


def _next_word(text: str, place: int, last: int) -> int:
    """Return where the next word begins, at `last` at the latest; `place` when there is no blank between."""
    return text.find(" ", place, last) + 1 or place


def _last_word_end(text: str, first: int, place: int) -> int:
    """Return where the last word up to `place` ends, at `first` at the earliest; `place` without a blank between."""
    blank = text.rfind(" ", first, place + 1)
    return blank if blank != -1 else max(first, place)
