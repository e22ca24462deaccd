"""Typing errors: a word that is not in the index -> close words that are. Query in; `Correction`, or None, out.

Only words that no document holds, and that have no synonym, are looked at: a known word is never changed. Candidates
are whole words as they stand in the texts: what a slip does to a stem is hard to foresee ("attachmnet" keeps its end).
Nothing is applied here: `indexer.search` offers the corrected text, and adds the close words at a low weight.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from string import ascii_lowercase

import numpy as np

from indexer.analysis import analyse, distinct_words, find_words, fold, stem
from indexer.engines.base import Engine
from indexer.model import Notice
from indexer.query import MAX_CHARS, PROSE_WORDS, QUESTION_WORDS, Alternative, Clause, Query
from indexer.schema import PARAGRAPH_BREAK, SCORED
from indexer.synonyms import Synonyms

SHORTEST = 4  # letters of a typed word and of a candidate: three letters are close to everything
SURE_START = 6  # letters from which on the first may be wrong: before, "horse" would be "worse", and "cats" "acts"
LONG = 8  # letters from which on two slips are allowed; one in four is as far as a word may go
MAX_CLOSE = 3  # words searched instead of one
MAX_REMEMBERED = 4096  # words: readers make the same slips
MAX_WORDS = 8  # unknown words looked at in one question
# Newest documents whose words are candidates: reading a thousand takes .25 s, once, at the first unknown word.
MAX_DOCUMENTS = 5_000
_POSSESSIVE = re.compile(r"['’‘`´ʼ]s$")


@dataclass(frozen=True, slots=True)
class Close:
    """What may have been meant. `weight`: its number of documents beside that of the best candidate, up to 1.

    Rare words score high. Without this weight the one document with "grip" would come before all with "group".
    """

    shown: str
    terms: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Correction:
    """Close words for the unknown words of a question.

    text   the question as typed, with the best close word in place of each unknown one.
    close  by folded unknown word, best first, never empty.
    is_scored  one of these words stands in a clause that scores; else they stand in `author:` and `journal:` only.
    """

    text: str
    close: Mapping[str, tuple[Close, ...]]
    is_scored: bool = True

    def widen(self, query: Query, weight: float) -> Query:
        """Return the query with close words as synonyms of its unknown plain words, and a notice for each of these.

        Quoted and prefixed words mean what they say, as with synonyms; `weight` 0 adds none. The same query if none is.
        """
        clauses: list[Clause] = []
        notices: list[Notice] = []
        for clause in query.clauses:
            plain = not clause.required and len(clause.alternatives) == 1 and not clause.synonyms
            close = self.close.get(fold(clause.typed), ()) if plain and weight else ()
            if close and close[0].shown not in QUESTION_WORDS:
                ways = tuple(Alternative(c.terms, SCORED, c.shown, weight * c.weight) for c in close)
                clause = replace(clause, synonyms=ways)
                notices.append(_searched_instead(clause.typed, close))
            clauses.append(clause)
        return replace(query, clauses=tuple(clauses), notices=(*query.notices, *notices)) if notices else query


def _searched_instead(typed: str, close: Sequence[Close]) -> Notice:
    listed = " or ".join(f"“{word.shown}”" for word in close)
    message = f"“{typed}” is not in the digests; {listed} was searched instead, at a lower weight."
    return Notice("spelling", message, (typed,))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of the texts, folded.

    documents  by word, how many hold it in its most frequent form ("Alliance" and "alliance" are two).
    shown      by word, as it stands in the texts most often, small if it can be.
    buckets    (letters as bits, word) by first letter and length.
    """

    documents: Mapping[str, int]
    shown: Mapping[str, str]
    buckets: Mapping[tuple[str, int], list[tuple[int, str]]]


class Speller:
    """Corrects questions to one engine. The words of its texts are read when the first unknown word comes."""

    def __init__(self, engine: Engine, synonyms: Synonyms) -> None:
        self._engine = engine
        self._synonyms = synonyms
        self._remembered = lru_cache(MAX_REMEMBERED)(self.find_close)
        self._is_unknown = lru_cache(MAX_REMEMBERED)(self._lacks)

    def correct(self, text: str, query: Query) -> Correction | None:
        """Return close words for the unknown words of a question, or None when there are none.

        text  what `query` was made of. Texts of more than PROSE_WORDS things asked for are not corrected: what a pasted
        abstract holds is rarely mistyped.
        """
        if len(query.clauses) > PROSE_WORDS:
            return None
        unknown: dict[str, bool] = {}  # the word, and whether it scores
        for clause in query.clauses:
            if not clause.synonyms:
                for alternative in clause.alternatives:
                    if "10" in alternative.terms:  # the beginning of a DOI, whose letters are no words
                        continue
                    for term, typed in find_words(alternative.typed):
                        if self._is_unknown(term, word := fold(typed)):
                            unknown[word] = unknown.get(word, False) or clause.scored
        close = {word: found for word in list(unknown)[:MAX_WORDS] if (found := self._remembered(word))}
        if not close:
            return None
        is_scored = any(unknown[word] for word in close)
        return Correction(_replace_words(text[:MAX_CHARS], close), close, is_scored)

    def find_close(self, word: str) -> tuple[Close, ...]:
        """Return what may have been meant by a folded word, best first, at most MAX_CLOSE.

        One slip (a letter more, less or other, two letters swapped) comes before a missing blank, that before two
        slips; then the word of more documents; then the alphabet. Of words with one stem the best stands for all.
        """
        documents, shown = self.lexicon.documents, self.lexicon.shown
        found = {near for near in _one_slip(word) if near in documents}
        if len(word) < SURE_START:
            found = {near for near in found if near[0] == word[0]}
        if not found and (split := self._split(word)):
            return (split,)
        if not found and len(word) >= LONG:
            found = set(self._two_slips(word))
        ranked = sorted(found, key=lambda near: (-documents[near], near))
        by_stem = {stem(near): near for near in reversed(ranked)}
        best = [near for near in ranked if by_stem[stem(near)] == near][:MAX_CLOSE]
        return tuple(Close(shown[near], (stem(near),), documents[near] / documents[best[0]]) for near in best)

    def _lacks(self, term: str, word: str) -> bool:
        """Tell whether a word may be mistyped: no text has it, and no synonym is known for it."""
        if len(word) < SHORTEST or not word.isalpha() or (term,) in self._synonyms.by_phrase:
            return False
        return not any(len(self._engine.postings(field, term).docs) for field in SCORED)

    def _split(self, word: str) -> Close | None:
        """Return two known words that make this one and follow each other in some text: "selfdisclosure"."""
        documents, shown = self.lexicon.documents, self.lexicon.shown
        halves = [(word[:i], word[i:]) for i in range(SHORTEST, len(word) - SHORTEST + 1)]
        for first, second in halves:
            if first in documents and second in documents and self._follow(stem(first), stem(second)):
                return Close(f"{shown[first]} {shown[second]}", (stem(first), stem(second)), 1.0)
        return None

    def _follow(self, first: str, second: str) -> bool:
        for field in SCORED:
            places = [self._engine.positions(field, term) for term in (first, second)]
            at = [(np.repeat(p.docs.astype(np.int64), np.diff(p.offsets)) << 32) + p.places for p in places]
            if len(np.intersect1d(at[0] + 1, at[1])):
                return True
        return False

    def _two_slips(self, word: str) -> Iterator[str]:
        """Yield the words two slips away that begin with the same letter. Two slips touch four letters at most."""
        letters = _letters(word)
        for length in range(len(word) - 2, len(word) + 3):
            for others, near in self.lexicon.buckets.get((word[0], length), ()):
                if (letters ^ others).bit_count() <= 4 and _distance(word, near) <= 2:
                    yield near

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words of the newest MAX_DOCUMENTS digests, read when first asked for."""
        standing: Counter[str] = Counter()
        for doc in range(min(len(self._engine.doc_ids), MAX_DOCUMENTS)):
            text = PARAGRAPH_BREAK.join([self._engine.text(doc, field) for field in SCORED])
            standing.update(distinct_words(text))
        documents: dict[str, int] = {}
        shown: dict[str, str] = {}
        for surface in sorted(standing, key=lambda word: (not word.islower(), -standing[word], word)):
            word = fold(surface)
            if len(word) >= SHORTEST and word.isalpha():
                shown.setdefault(word, _POSSESSIVE.sub("", surface))
                documents[word] = max(documents.get(word, 0), standing[surface])
        buckets: defaultdict[tuple[str, int], list[tuple[int, str]]] = defaultdict(list)
        for word in documents:
            buckets[word[0], len(word)].append((_letters(word), word))
        return Lexicon(documents, shown, buckets)


def _one_slip(word: str) -> set[str]:
    """Return all texts that are one letter more, less or other, or two swapped letters, away from a word."""
    halves = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    near = {a + b[1:] for a, b in halves if b}
    near |= {a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1}
    for letter in ascii_lowercase:
        near |= {a + letter + b for a, b in halves}
        near |= {a + letter + b[1:] for a, b in halves if b}
    return near


def _distance(a: str, b: str) -> int:
    """Return how many slips make one word of another: letters more, less, other, or two neighbours swapped.

    Damerau (1964) as "optimal string alignment": no letter takes part in two slips.
    """
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, letter in enumerate(a):
        row = [i + 1]
        for j, other in enumerate(b):
            best = min(last[j] + (letter != other), last[j + 1] + 1, row[j] + 1)
            if i and j and letter == b[j - 1] and a[i - 1] == other:
                best = min(best, before[j - 1] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]


def _letters(word: str) -> int:
    """Return which letters a word has, as bits; rarer characters share theirs."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 63)
    return bits


def _replace_words(text: str, close: Mapping[str, tuple[Close, ...]]) -> str:
    """Return a text with the best close word in place of each unknown one, all else as it was typed."""
    tokens = analyse(text)
    parts, place = [], 0
    for start, end in zip(tokens.starts, tokens.ends, strict=True):
        found = close.get(fold(text[start:end]))
        if found:
            parts += [text[place:start], found[0].shown]
            place = end
    return "".join([*parts, text[place:]])
