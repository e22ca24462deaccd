"""Which sentence to show under a hit, and which words to mark. Text in, fragments out; nothing is escaped here.

Marked is what was searched: the spans come from the tokens of the one analyzer, by the terms that the query holds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from indexer.engines.base import FieldText, Marks, Span
from indexer.model import Fragment, Snippet
from indexer.query import Query
from indexer.schema import PARAGRAPH_BREAK

MAX_CHARS = 240  # one or two whole sentences; a longer sentence is cut around its first marked word
LEAD_CHARS = 60  # text kept before the first marked word of a sentence that is cut


def find_marks(query: Query) -> dict[str, Marks]:
    """Return, by field, what is marked there: every alternative and synonym of a clause, with the clause's number."""
    by_field: dict[str, dict[tuple[str, ...], int]] = {}
    for number, clause in enumerate(query.clauses):
        for alternative in (*clause.alternatives, *clause.synonyms):
            for field in alternative.fields:
                by_field.setdefault(field, {}).setdefault(alternative.terms, number)
    return dict(by_field)


def mark(text: str, spans: Sequence[Span]) -> tuple[Fragment, ...]:
    """Return a whole text as fragments, the words at the spans marked."""
    return _fragments(text, spans, 0, len(text))


def choose_snippet(parts: Sequence[FieldText]) -> Snippet:
    """Return the best one or two sentences of the given parts; the first text's beginning when no word stands in any.

    Best is the sentence with words of the most clauses, then with the most such words, then the first.
    """
    best: tuple[tuple[int, int], FieldText, int] | None = None
    for part in parts:
        by_sentence: dict[int, list[int]] = {}
        for start, _, clause in part.spans:
            by_sentence.setdefault(bisect_right(part.sentences, start) - 1, []).append(clause)
        for sentence, found in by_sentence.items():
            worth = (len(set(found)), len(found))
            if best is None or worth > best[0]:
                best = (worth, part, sentence)
    if best is not None:
        return _cut(best[1], best[2])
    lead = next((part for part in parts if part.text), None)
    return _cut(lead, 0) if lead else Snippet(())


def _cut(part: FieldText, sentence: int) -> Snippet:
    """Return the snippet that begins with a sentence: whole sentences of one paragraph while they fit."""
    text = part.text
    bounds = [*part.sentences, len(text)]
    start, end = bounds[sentence], bounds[sentence + 1]
    for following in bounds[sentence + 2 :]:
        if following - start > MAX_CHARS or PARAGRAPH_BREAK in text[start:end]:
            break
        end = following
    cut_before = cut_after = False
    if end - start > MAX_CHARS:
        first = next((place for place, _, _ in part.spans if start <= place < end), start)
        if first - start > MAX_CHARS - LEAD_CHARS:
            start, cut_before = _next_word(text, first - LEAD_CHARS), True
        whole = end
        end = min(whole, _last_word_end(text, start + MAX_CHARS))
        cut_after = bool(text[end:whole].strip())
    shown = text[start:end]
    start += len(shown) - len(shown.lstrip())
    end -= len(shown) - len(shown.rstrip())
    return Snippet(_fragments(text, part.spans, start, end), cut_before, cut_after)


def _next_word(text: str, place: int) -> int:
    blank = text.find(" ", place)
    return blank + 1 if blank != -1 else place


def _last_word_end(text: str, place: int) -> int:
    blank = text.rfind(" ", 0, place + 1)
    return blank if blank != -1 and place < len(text) else place


def _fragments(text: str, spans: Sequence[Span], start: int, end: int) -> tuple[Fragment, ...]:
    fragments: list[Fragment] = []
    place = start
    for first, last, _ in spans:
        if start <= first and last <= end:
            if first > place:
                fragments.append(Fragment(text[place:first]))
            fragments.append(Fragment(text[first:last], marked=True))
            place = last
    if place < end:
        fragments.append(Fragment(text[place:end]))
    return tuple(fragments)
