"""The oracle: a plain-Python textbook BM25F and facet counter, slow and obvious, that the product must agree with.

It shares two things with the product: the parsed Query (with its synonyms) and `analysis.analyse`. Everything that is
made of them (what matches, what it scores, in which order, under which facet values) is worked out here again, from
the articles alone: no postings, no bits, no arrays. A phrase is looked for in each paragraph by itself.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.analysis import analyse
from indexer.model import Article, SearchRequest
from indexer.query import Alternative, Clause, Query

ENGLISH = ("title", "summary", "implications", "citation")  # the fields that score
NAMES = ("author", "journal")  # the fields that only filter


@dataclass(frozen=True)
class Found:
    """One matching document."""

    doc_id: str
    score: float
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """All matches in order, and the count of every value of every facet."""

    hits: list[Found]
    total_all_words: int
    facets: dict[str, dict[str, int]]


def texts(article: Article, field: str) -> list[str]:
    """The paragraphs of a field."""
    citation = article.citation
    found = {
        "title": [article.title],
        "summary": list(article.summary),
        "implications": list(article.implications),
        "citation": [citation.printed if citation else "", article.email or ""],
        "author": list(citation.authors) if citation else [],
        "journal": [citation.journal or ""] if citation else [],
    }[field]
    return [text for text in found if text]


def values(article: Article, facet: str) -> set[str]:
    """The values that an article has in a facet."""
    return {
        "topic": {topic.value for topic in article.topics},
        "type": {article.research_type.value} if article.research_type else set(),
        "year": {str(article.year)} if article.year else set(),
    }[facet]


def newest_first(articles: Sequence[Article]) -> list[Article]:
    """Newest month first, then doc_id; without a month last."""
    dated = sorted((a for a in articles if a.month), key=lambda a: a.id)
    dated.sort(key=lambda a: a.month or "", reverse=True)
    return dated + sorted((a for a in articles if not a.month), key=lambda a: a.id)


def single(score: float) -> float:
    """The score of a clause as it is kept: in 32 bits."""
    return float(struct.unpack("f", struct.pack("f", score))[0])


class Oracle:
    """Answers queries over articles with the weights of one profile."""

    def __init__(self, articles: Sequence[Article], weights: Mapping[str, float]) -> None:
        self.articles = newest_first(articles)
        self.weights = weights
        self.terms = {
            (article.id, field): [analyse(text, analyzer).terms for text in texts(article, field)]
            for article in articles
            for fields, analyzer in ((ENGLISH, "english"), (NAMES, "names"))
            for field in fields
        }
        n = len(articles)
        self.average = {field: sum(self.length(a, field) for a in articles) / n for field in ENGLISH}

    def length(self, article: Article, field: str) -> int:
        return sum(len(paragraph) for paragraph in self.terms[article.id, field])

    def occurrences(self, article: Article, field: str, phrase: tuple[str, ...]) -> int:
        """How often a phrase stands in a field."""
        return sum(
            tuple(paragraph[i : i + len(phrase)]) == phrase
            for paragraph in self.terms[article.id, field]
            for i in range(len(paragraph))
        )

    def holds(self, article: Article, alternative: Alternative) -> bool:
        return any(self.occurrences(article, field, alternative.terms) for field in alternative.fields)

    def satisfies(self, article: Article, clause: Clause) -> bool:
        return any(self.holds(article, way) for way in (*clause.alternatives, *clause.synonyms))

    def scores(self, way: Alternative) -> dict[str, float]:
        """What one way to satisfy a clause is worth in each document that holds it."""
        holding = [article for article in self.articles if self.holds(article, way)]
        n = len(holding)
        idf = math.log(1 + (len(self.articles) - n + 0.5) / (n + 0.5))
        return {article.id: self.score(article, way, idf) for article in holding}

    def score(self, article: Article, way: Alternative, idf: float) -> float:
        tf = 0.0
        for field in way.fields:
            if field in ENGLISH and (occurrences := self.occurrences(article, field, way.terms)):
                b = self.weights[f"{field}_b"]
                norm = 1 - b + b * self.length(article, field) / self.average[field]
                tf += self.weights[f"{field}_weight"] * occurrences / norm
        return way.weight * idf * (tf / (self.weights["k1"] + tf)) if tf else 0.0

    def matches(self, article: Article, query: Query) -> bool:
        scored = [clause for clause in query.clauses if clause.scored]
        return (
            (not scored or any(self.satisfies(article, clause) for clause in scored))
            and all(self.satisfies(article, clause) for clause in query.clauses if clause.required)
            and not any(self.holds(article, way) for way in query.excluded)
        )

    def pairs(self, query: Query) -> dict[Alternative, int]:
        """Plain words typed side by side, as phrases of the profile's weight, and how often they were typed."""
        counts: dict[Alternative, int] = {}
        if self.weights["pair_weight"] and len(query.clauses) <= 20:
            for (first, before), (second, after) in zip(query.sequence, query.sequence[1:], strict=False):
                if before is not None and after is not None:
                    way = Alternative((first, second), tuple(ENGLISH), f"{first} {second}", self.weights["pair_weight"])
                    counts[way] = counts.get(way, 0) + 1
        terms = tuple(term for term, _ in query.sequence)
        if self.weights["title_phrase_weight"] and 3 <= len(terms) <= 20 and "" not in terms:
            whole = Alternative(terms, ("title",), " ".join(terms), self.weights["title_phrase_weight"])
            counts[whole] = counts.get(whole, 0) + 1
        return counts

    def answer(self, query: Query, request: SearchRequest) -> Answer:
        scored = [clause for clause in query.clauses if clause.scored]
        worth = {way: self.scores(way) for clause in scored for way in (*clause.alternatives, *clause.synonyms)}
        pairs = self.pairs(query)
        found: dict[str, Found] = {}
        for article in self.articles:
            if self.matches(article, query):
                score = 0.0
                for clause in scored:
                    ways = (*clause.alternatives, *clause.synonyms)
                    score += clause.count * single(max(worth[way].get(article.id, 0.0) for way in ways))
                for way, count in pairs.items():
                    score += count * single(worth.setdefault(way, self.scores(way)).get(article.id, 0.0))
                missing = tuple(clause.typed for clause in scored if not self.satisfies(article, clause))
                found[article.id] = Found(article.id, round(score, 6), missing)
        if request.match == "all":
            found = {doc_id: hit for doc_id, hit in found.items() if not hit.missing}
        choices = self.choices(request)
        candidates = [article for article in self.articles if article.id in found]
        shown = [article for article in candidates if passes(article, choices)]
        hits = [found[article.id] for article in in_order(shown, request.sort)]
        if (request.sort or ("relevance" if scored else "newest")) == "relevance":
            hits.sort(key=lambda hit: -hit.score)  # stable: ties stay newest first
        facets = {}
        for facet in ("topic", "type", "year"):
            others = {name: chosen for name, chosen in choices.items() if name != facet}
            listed = [values(article, facet) for article in candidates if passes(article, others)]
            facets[facet] = {value: sum(value in having for having in listed) for value in self.known(facet)}
        return Answer(hits, sum(not hit.missing for hit in hits), facets)

    def known(self, facet: str) -> set[str]:
        return {value for article in self.articles for value in values(article, facet)}

    def choices(self, request: SearchRequest) -> dict[str, set[str]]:
        """The filters in force; values that no article has are none, but a range of years without any digest is one."""
        choices = {}
        for facet, wanted in (("topic", request.topics), ("type", request.types)):
            if known := set(wanted) & self.known(facet):
                choices[facet] = known
        low, high = request.year_from, request.year_to
        if low is not None and high is not None:
            low, high = min(low, high), max(low, high)
        if low is not None or high is not None:
            low, high = 0 if low is None else low, 9999 if high is None else high
            choices["year"] = {str(year) for year in range(low, high + 1)}
        return choices


def passes(article: Article, choices: Mapping[str, set[str]]) -> bool:
    return all(values(article, facet) & chosen for facet, chosen in choices.items())


def in_order(articles: list[Article], sort: str | None) -> list[Article]:
    """Articles that are given newest first, in the order asked for; relevance is the caller's."""
    if sort == "oldest":
        return sorted(articles, key=lambda a: (a.month or "9999-99", a.id))
    if sort == "title":
        return sorted(articles, key=lambda a: a.title.casefold())
    return articles
