"""Which sentence to show under a hit, and what to mark in it. A query and documents in, marked texts out, unescaped.

Marked is what was searched: the places come from the tokens of the one analyzer, by the terms that the query holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from indexer.engines.base import LAST_SENTENCE, SECTION_BITS, SENTENCE_BITS, Engine, Marks, Occurrences, Span
from indexer.model import MarkedText, Snippet
from indexer.query import Query
from indexer.schema import PARAGRAPH_BREAK, SCORED

TITLE = "title"
BODY = ("summary", "implications")
FIELDS = (TITLE, *BODY)
MAX_CHARS = 240  # one or two whole sentences; a longer sentence is cut around its first marked word
LEAD_CHARS = 60  # text kept before the first marked word of a sentence that is cut
SECTION = (1 << SECTION_BITS) - 1
MAX_REMEMBERED = 8192  # beginnings of snippets, some 3 MB: those of the digests that readers see most

_Stretch = tuple[str, int, int]  # a text without blanks around it, "" when it is too long; start and end of it all


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
        sections, spans = found.sections, list(zip(found.starts, found.ends, strict=True))
        titles, best = _choose(found, len(docs))
        extracts = []
        for doc, in_title, first in zip(docs, titles, best, strict=True):
            title = MarkedText(self._engine.text(doc, TITLE), tuple([spans[i] for i in in_title]))
            if first < 0:
                extracts.append((title, self._snippet(doc, self._beginning(doc), ())))
                continue
            last, text_number = first + 1, sections[first] >> SENTENCE_BITS
            while last < len(spans) and sections[last] >> SENTENCE_BITS == text_number:
                last += 1
            extracts.append((title, self._snippet(doc, sections[first] & SECTION, spans[first:last])))
        return extracts

    def _snippet(self, doc: int, section: int, marks: Sequence[tuple[int, int]]) -> Snippet:
        """Return the snippet that begins with a sentence; `marks` are the places from there on, ascending."""
        shown, start, end = self._stretch(doc, section)
        if start < end and not shown:
            return _cut(self._engine.text(doc, SCORED[section >> SENTENCE_BITS]), start, end, marks)
        inside = tuple([(first - start, last - start) for first, last in marks if last <= end])
        return Snippet(MarkedText(shown, inside))

    def _beginning(self, doc: int) -> int:
        """Return the section where a digest begins."""
        field = next((name for name in BODY if self._engine.text(doc, name)), BODY[0])
        return SCORED.index(field) << SENTENCE_BITS

    def _find_stretch(self, doc: int, section: int) -> _Stretch:
        """Return whole sentences of one paragraph, from a given one on, while they fit; see `_Stretch`."""
        field, sentence = SCORED[section >> SENTENCE_BITS], section & LAST_SENTENCE
        text, sentences = self._engine.text(doc, field), [*self._engine.sentences(doc, field)]
        if not text:
            return "", 0, 0
        begin, *ends = [*sentences[sentence:], len(text)]
        end = ends[0]
        for further in ends[1:]:
            if further - begin > MAX_CHARS or text.startswith(PARAGRAPH_BREAK, end - len(PARAGRAPH_BREAK)):
                break
            end = further
        if end - begin > MAX_CHARS:
            return "", begin, end
        shown = text[begin:end].lstrip()
        return shown.rstrip(), end - len(shown), end


def _choose(found: Occurrences, n_docs: int) -> tuple[list[list[int]], list[int]]:
    """Return, for each document, the occurrences in its title, and the first one of its best sentence (-1: none)."""
    titles: list[list[int]] = [[] for _ in range(n_docs)]
    best, most = [-1] * n_docs, [0] * n_docs
    sections, clauses = found.sections, found.clauses
    first, n = 0, len(sections)
    while first < n:
        section, last = sections[first], first + 1
        while last < n and sections[last] == section:
            last += 1
        place = section >> SECTION_BITS
        if section & SECTION <= LAST_SENTENCE:
            titles[place] += range(first, last)
        else:
            worth = _worth(clauses[first:last]) if last - first > 1 else WORTH_OF_ONE[clauses[first] & 1]
            if worth > most[place]:  # of equals the first stays
                best[place], most[place] = first, worth
        first = last
    return titles, best


def _worth(codes: list[int]) -> int:
    """Return what a sentence is worth that holds these marks: its clauses, then its words as typed, then synonyms."""
    n_synonyms = sum([code & 1 for code in codes])
    return (len({code >> 1 for code in codes}) << 40) + ((len(codes) - n_synonyms) << 20) + n_synonyms


WORTH_OF_ONE = (_worth([0]), _worth([1]))  # most sentences hold one: a word as typed, or a synonym


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
    return Snippet(MarkedText(shown, inside), cut_before, cut_after)


def _next_word(text: str, place: int, last: int) -> int:
    """Return where the next word begins, at `last` at the latest; `place` when there is no blank between."""
    return text.find(" ", place, last) + 1 or place


def _last_word_end(text: str, first: int, place: int) -> int:
    """Return where the last word up to `place` ends, at `first` at the earliest; `place` without a blank between."""
    blank = text.rfind(" ", first, place + 1)
    return blank if blank != -1 else max(first, place)
