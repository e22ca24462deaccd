"""Step 7 of 8. The only place where scores are made: a Query over an engine's postings -> what matches, how well.

BM25F (Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, section 3.6): occurrences of
a term are weighted and corrected for length in each field, added over the fields, and only then saturated:

    tf(t, d)    = sum over fields f of  weight_f * occurrences / (1 - b_f + b_f * length_f / average length_f)
    score(q, d) = sum over terms t of   count_t * idf(t) * tf / (k1 + tf)

with Lucene's idf(t) = ln(1 + (N - n + 0.5) / (n + 0.5)), n the documents that hold t in any of its fields. A phrase is
a term whose occurrences are the places where its words follow each other. A clause with several alternatives (OR,
synonyms) counts once, by the best one in each document. Two plain words that were typed side by side add, where they
stand side by side, the score of that phrase times `pair_weight`; a question that stands whole in a title adds the score
of that phrase there times `title_phrase_weight`. What a clause adds is kept in seven digits (float32); all sums are
made in float64 in one fixed order (clauses, then phrases; in each, fields), so every engine gives the same bits.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from indexer import bitmap
from indexer.bitmap import Bits
from indexer.engines.base import Engine, Postings
from indexer.kernel import best, keep, lacking, unite
from indexer.kernel.arrays import Floats, Impact
from indexer.query import MAX_PHRASE_WORDS, Alternative, Clause, Query
from indexer.ranking import Profile
from indexer.schema import SCORED

TITLE = "title"
SHORTEST_TITLE = 3  # words of a question that may be a whole title
PAIRS_UP_TO = 20  # clauses; in longer queries pairs cost time and gain nothing (cisi, med)
# Impacts kept per profile before the oldest are given up; a million documents hold one term in 5 MB at most.
MAX_CACHED_BYTES = 256_000_000


@dataclass(slots=True)
class Matches:
    """The documents that a query finds, before filters; frozen by agreement.

    matched  those that match.   complete  those of them that lack no scored clause.
    found    (typed, documents that hold it) per scored clause, in query order.
    has_empty  no document holds one of these.
    impacts, times  what the scored clauses add to scores, and how often.
    """

    query: Query
    scorer: Scorer
    matched: Bits
    complete: Bits
    found: list[tuple[str, Bits]]
    has_empty: bool
    impacts: list[Impact]
    times: list[int]

    def best(self, among: Bits, n_best: int) -> list[tuple[int, float]]:
        """Return the best documents of a set of matches as (ordinal, rounded score): by score, ties by ordinal."""
        impacts, times = self.scorer.phrase_impacts(self.query)
        return best([*self.impacts, *impacts], [*self.times, *times], among, n_best)

    def missing(self, docs: list[int]) -> list[tuple[str, ...]]:
        """Return, for each document, the clauses it lacks, as typed, in query order."""
        return lacking(docs, self.found)


@dataclass(frozen=True, slots=True)
class FieldPart:
    """One field's share of a `Part`: occurrences there, and what they add."""

    field: str
    occurrences: int
    score: float


@dataclass(frozen=True, slots=True)
class Part:
    """What a clause, or a pair of neighbouring words, adds to the score of one document.

    clause       None for a pair.
    alternative  the one that scored: the best, of equals the first. None: the document holds none of the clause.
    n_holding    documents that hold the alternative.
    count        how often it was typed.
    fields       those that hold it. The score saturates over all fields together, so it is shared among them in
                 proportion to their frequencies, weighted and corrected for length.
    """

    clause: Clause | None
    alternative: Alternative | None
    n_holding: int = 0
    count: int = 1
    fields: tuple[FieldPart, ...] = ()

    @property
    def score(self) -> float:
        return sum([field.score for field in self.fields])


class Scorer:
    """Scores queries over one engine with one profile; impacts are computed when first needed, and kept."""

    def __init__(self, engine: Engine, profile: Profile) -> None:
        self.profile = profile
        self._engine = engine
        self._n_documents = len(engine.doc_ids)
        self._everything = bitmap.full(self._n_documents)
        self._norms: dict[str, Floats] = {}
        self._impacts: dict[tuple[object, ...], Impact] = {}
        self._cached_bytes = 0
        self._lock = threading.Lock()

    def match(self, query: Query) -> Matches:
        """Return what a query finds. A document matches when it holds at least one scored clause (if there is one),
        and satisfies every required and no excluded one."""
        impacts: list[Impact] = []
        times: list[int] = []
        found: list[tuple[str, Bits]] = []
        allowed = self._everything
        for clause in query.clauses:
            impact = self._impact((*clause.alternatives, *clause.synonyms))
            if clause.required:
                allowed = allowed & impact.bits
            if clause.scored:
                impacts.append(impact)
                times.append(clause.count)
                found.append((clause.typed, impact.bits))
        for alternative in query.excluded:
            allowed = allowed & ~self._impact((alternative,)).bits
        all_found, matched, complete = True, self._everything, self._everything
        if impacts:
            matched, complete = np.empty_like(matched), np.empty_like(complete)
            all_found = unite(impacts, matched, complete)
        if allowed is not self._everything:
            matched, complete = matched & allowed, complete & allowed
        return Matches(query, self, matched, complete, found, not all_found, impacts, times)

    def phrase_impacts(self, query: Query) -> tuple[list[Impact], list[int]]:
        """Return what is scored beside the clauses, and how often: plain words that follow each other as typed.

        It adds to the scores of documents that match, and changes no match. What stands nowhere is left out.
        """
        phrases = [(self._impact((phrase,)), count) for phrase, count in self._phrases(query)]
        found = [(impact, count) for impact, count in phrases if impact.most]
        return [impact for impact, _ in found], [count for _, count in found]

    def parts(self, query: Query, doc: int) -> list[Part]:
        """Return what the score of a document is made of: all clauses, then those pairs that it holds, in query order.

        Meaningful for documents that match. Their scores add up to the one of `match`, before rounding.
        """
        parts = [
            self._part(clause, (*clause.alternatives, *clause.synonyms), clause.count, doc) for clause in query.clauses
        ]
        typed = {term: query.clauses[number].typed for term, number in query.sequence if number is not None}
        phrases = []
        for phrase, count in self._phrases(query):
            shown = replace(phrase, typed=" ".join([typed.get(term, term) for term in phrase.terms]))
            phrases.append(self._part(None, (shown,), count, doc))
        return parts + [phrase for phrase in phrases if phrase.alternative]

    def excluding(self, query: Query, doc: int) -> list[Alternative]:
        """Return what was excluded and a document holds."""
        return [a for a in query.excluded if bitmap.contains(self._impact((a,)).bits, doc)]

    def _part(self, clause: Clause | None, alternatives: tuple[Alternative, ...], count: int, doc: int) -> Part:
        chosen, score, n_holding = None, -1.0, 0
        for alternative in alternatives:
            impact = self._impact((alternative,))
            if bitmap.contains(impact.bits, doc):
                docs, scores = impact.found
                own = float(scores[np.searchsorted(docs, doc)])
                if own > score:
                    chosen, score, n_holding = alternative, own, len(docs)
        if chosen is None:
            return Part(clause, None, count=count)
        found: list[tuple[str, int, float]] = []
        for field, postings, weighted in self._by_field(chosen):
            place = int(np.searchsorted(postings.docs, doc))
            if place < len(postings.docs) and postings.docs[place] == doc:
                found.append((field, int(postings.frequencies[place]), float(weighted[place])))
        tf = sum([weighted for _, _, weighted in found])
        added = count * score / tf if tf and (clause is None or clause.scored) else 0.0
        fields = tuple([FieldPart(field, times, added * weighted) for field, times, weighted in found])
        return Part(clause, chosen, n_holding, count, fields)

    def _phrases(self, query: Query) -> list[tuple[Alternative, int]]:
        """Return what is scored beside the clauses, and how often it was typed.

        Each two plain words side by side, and the whole question, question words included, as a phrase of the title.
        """
        weight, title_weight = self.profile["pair_weight"], self.profile["title_phrase_weight"]
        phrases: list[tuple[Alternative, int]] = []
        if weight and len(query.clauses) <= PAIRS_UP_TO:
            pairs: dict[tuple[str, str], int] = {}
            before = None
            for term, number in query.sequence:
                if number is not None and before is not None:
                    pairs[before, term] = pairs.get((before, term), 0) + 1
                before = None if number is None else term
            phrases += [(_phrase(pair, SCORED, weight), n) for pair, n in pairs.items()]
        terms = tuple([term for term, _ in query.sequence])
        if title_weight and SHORTEST_TITLE <= len(terms) <= MAX_PHRASE_WORDS and "" not in terms:
            phrases.append((_phrase(terms, (TITLE,), title_weight), 1))
        return phrases

    def _impact(self, alternatives: tuple[Alternative, ...]) -> Impact:
        """Return what a clause of these alternatives adds: in each document, its best one times its weight."""
        key = alternatives[0].asked if len(alternatives) == 1 else tuple([way.asked for way in alternatives])
        impact = self._impacts.get(key)
        if impact is None:
            parts = [self._compute(alternative) for alternative in alternatives]
            impact = parts[0] if len(parts) == 1 else self._best_of(parts)
            with self._lock:
                if key in self._impacts:  # another thread was faster
                    return self._impacts[key]
                self._impacts[key] = impact
                self._cached_bytes += impact.n_bytes
                while self._cached_bytes > MAX_CACHED_BYTES and len(self._impacts) > 1:
                    self._cached_bytes -= self._impacts.pop(next(iter(self._impacts))).n_bytes
        return impact

    def _best_of(self, parts: list[Impact]) -> Impact:
        scores = np.zeros(self._n_documents)
        bits = bitmap.empty(self._n_documents)
        for part in parts:
            docs, own = part.found
            scores[docs] = np.maximum(scores[docs], own)
            bits |= part.bits
        docs = bitmap.to_documents(bits, self._n_documents)
        return keep(docs, scores[docs], bits, self._n_documents)

    def _compute(self, alternative: Alternative) -> Impact:
        n, k1 = self._n_documents, self.profile["k1"]
        frequency = np.zeros(n)
        holds = np.zeros(n, dtype=np.bool_)
        for _, postings, weighted in self._by_field(alternative):
            holds[postings.docs] = True
            frequency[postings.docs] += weighted
        docs = np.flatnonzero(holds)
        tf = frequency[docs]
        idf = np.log(1 + (n - len(docs) + 0.5) / (len(docs) + 0.5))
        saturated = np.divide(tf, k1 + tf, out=np.zeros_like(tf), where=tf > 0)
        return keep(docs, alternative.weight * idf * saturated, bitmap.of_flags(holds), n)

    def _by_field(self, alternative: Alternative) -> Iterator[tuple[str, Postings, Floats]]:
        """Yield each field, where the alternative stands in it, and its frequencies, weighted and corrected for length:
        what BM25F adds over the fields. Fields without a weight (`author:`) add nothing."""
        for field in alternative.fields:
            postings = self._occurrences(field, alternative.terms)
            if f"{field}_weight" in self.profile.weights:
                weighted = self.profile[f"{field}_weight"] * postings.frequencies
                yield field, postings, weighted / self._norm(field)[postings.docs]
            else:
                yield field, postings, np.zeros(len(postings.docs))

    def _norm(self, field: str) -> Floats:
        """Return 1 - b + b * length / average length, by ordinal; 1 when no document has the field."""
        norm = self._norms.get(field)
        if norm is None:
            b, lengths = self.profile[f"{field}_b"], self._engine.lengths(field).astype(np.float64)
            average = lengths.mean() if len(lengths) else 0.0
            norm = 1 - b + b * lengths / average if average else np.ones(len(lengths))
            self._norms[field] = norm
        return norm

    def _occurrences(self, field: str, terms: tuple[str, ...]) -> Postings:
        """Return the postings of a term, or of several that stand in a row."""
        if len(terms) == 1:
            return self._engine.postings(field, terms[0])
        begins: NDArray[np.int64] | None = None  # document and place where the phrase would begin, as one number
        for i, term in enumerate(terms):
            positions = self._engine.positions(field, term)
            documents = np.repeat(positions.docs.astype(np.int64), np.diff(positions.offsets))
            here = (documents << 32) + positions.places - i
            begins = here if begins is None else np.intersect1d(begins, here, assume_unique=True)
            if not len(begins):
                break
        assert begins is not None  # an alternative has at least one term
        docs, counts = np.unique(begins >> 32, return_counts=True)
        return Postings(docs.astype(np.int32), counts.astype(np.int32))


@lru_cache(maxsize=10_000)
def _phrase(terms: tuple[str, ...], fields: tuple[str, ...], weight: float) -> Alternative:
    """Return what asks for terms in a row. Remembered: to make it anew takes longer than to look up its score."""
    return Alternative(terms, fields, " ".join(terms), weight)
