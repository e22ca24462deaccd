"""Which sentence to show under a hit, and what to mark in it. A query and documents in, marked texts out, unescaped.

Marked is what was searched: the places come from the tokens of the one analyzer, by the terms that the query holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from indexer.engines.base import Engine, Marks, Span
from indexer.kernel import choose_sentences
from indexer.kernel.arrays import LAST_SENTENCE, SENTENCE_BITS
from indexer.model import MarkedText, Snippet
from indexer.query import Query
from indexer.schema import PARAGRAPH_BREAK, SCORED

TITLE = "title"
BODY = ("summary", "implications")
FIELDS = (TITLE, *BODY)
MAX_CHARS = 240  # one or two whole sentences; a longer sentence is cut around its first marked word
LEAD_CHARS = 60  # text kept before the first marked word of a sentence that is cut
MAX_REMEMBERED = 8192  # beginnings of snippets, some 3 MB: those of the digests that readers see most


class _Stretch(NamedTuple):
    """Whole sentences of one text of a document, from the beginning of a section on; and the title of the document.

    shown  the sentences, without blanks around; "" when they are too long.   start, end  their place in the text.
    """

    title: str
    section: int
    shown: str
    start: int
    end: int


def find_marks(query: Query) -> dict[str, Marks]:
    """Return, by field, what is marked there: alternatives with twice their clause's number, synonyms with one more."""
    by_fields: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {SCORED: {}}
    for number, clause in enumerate(query.clauses):
        for alternative in clause.alternatives:
            by_fields.setdefault(alternative.fields, {}).setdefault(alternative.terms, 2 * number)
        for alternative in clause.synonyms:
            by_fields.setdefault(alternative.fields, {}).setdefault(alternative.terms, 2 * number + 1)
    everywhere = by_fields.pop(SCORED)
    marks: dict[str, Marks] = dict.fromkeys(SCORED, everywhere)
    for fields, phrases in by_fields.items():  # prefixed clauses, which name one field
        marks[fields[0]] = {**phrases, **marks.get(fields[0], {})}
    return marks


def mark(text: str, spans: Sequence[Span]) -> MarkedText:
    """Return a whole text with the words at the spans marked."""
    return MarkedText(text, tuple([(start, end) for start, end, _ in spans]))


class Extractor:
    """Makes the titles and snippets of hits from one engine. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stretch: Callable[[int, int], _Stretch] = lru_cache(MAX_REMEMBERED)(self._find_stretch)

    def extracts(self, docs: Sequence[int], query: Query) -> list[tuple[MarkedText, Snippet]]:
        """Return the marked title and the snippet of each document.

        A snippet begins with the best sentence of summary and implications: that with words of the most clauses, then
        with the most words as typed, then with the most synonyms, then the first. Without any it is the beginning of
        the digest.
        """
        everywhere = find_marks(query)
        found = self._engine.occurrences(docs, {field: everywhere[field] for field in FIELDS if field in everywhere})
        extracts = []
        for doc, (in_title, section, marks) in zip(docs, choose_sentences(*found, len(docs)), strict=True):
            title, section, shown, start, end = self._stretch(doc, section)
            if shown or start == end:
                inside = tuple([(first - start, last - start) for first, last in marks if last <= end])
                snippet = Snippet(shown, inside)
            else:
                snippet = _cut(self._engine.text(doc, SCORED[section >> SENTENCE_BITS]), start, end, marks)
            extracts.append((MarkedText(title, in_title), snippet))
        return extracts

    def _beginning(self, doc: int) -> int:
        """Return the section where a digest begins."""
        field = next((name for name in BODY if self._engine.text(doc, name)), BODY[0])
        return SCORED.index(field) << SENTENCE_BITS

    def _find_stretch(self, doc: int, section: int) -> _Stretch:
        """Return whole sentences of one paragraph, from a given one on, while they fit; see `_Stretch`.

        A section of -1 is where the digest begins.
        """
        if section < 0:
            section = self._beginning(doc)
        field, sentence = SCORED[section >> SENTENCE_BITS], section & LAST_SENTENCE
        text, sentences = self._engine.text(doc, field), [*self._engine.sentences(doc, field)]
        title = self._engine.text(doc, TITLE)
        if not text:
            return _Stretch(title, section, "", 0, 0)
        begin, *ends = [*sentences[sentence:], len(text)]
        end = ends[0]
        for further in ends[1:]:
            if further - begin > MAX_CHARS or text.startswith(PARAGRAPH_BREAK, end - len(PARAGRAPH_BREAK)):
                break
            end = further
        if end - begin > MAX_CHARS:
            return _Stretch(title, section, "", begin, end)
        shown = text[begin:end].lstrip()
        return _Stretch(title, section, shown.rstrip(), end - len(shown), end)


def _cut(text: str, start: int, end: int, marks: Sequence[tuple[int, int]]) -> Snippet:
    """Return the part around the first mark of a sentence that is too long to be shown whole."""
    cut_before = cut_after = False
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
    return Snippet(shown, inside, cut_before, cut_after)


def _next_word(text: str, place: int, last: int) -> int:
    """Return where the next word begins, at `last` at the latest; `place` when there is no blank between."""
    return text.find(" ", place, last) + 1 or place


def _last_word_end(text: str, first: int, place: int) -> int:
    """Return where the last word up to `place` ends, at `first` at the earliest; `place` without a blank between."""
    blank = text.rfind(" ", first, place + 1)
    return blank if blank != -1 else max(first, place)
