"""Step 8 of 8. `open_index(path) -> Searcher.search(SearchRequest) -> Results`: the one way to search."""

from __future__ import annotations

import difflib
import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from indexer import bitmap, kernel
from indexer.bitmap import Bits
from indexer.config import find_corpus_file
from indexer.engines import FAST_ENGINE, RECORD_ENGINE, open_engine
from indexer.engines.base import NO_MARKS, Engine, find_spans
from indexer.errors import IndexDamagedError, NotFoundError
from indexer.explaining import build_tree, compare_hits, describe_absence, describe_hit
from indexer.facets import FACET_LABELS, read_facets
from indexer.generations import RECORDS, Generation, open_current
from indexer.kernel import count
from indexer.ledger import Tombstone
from indexer.model import (
    SORTS,
    Comparison,
    ExplainedHit,
    Explanation,
    Hit,
    MarkedText,
    Notice,
    Results,
    SearchRequest,
    Sort,
    Suggestion,
)
from indexer.query import Query, parse_query
from indexer.ranking import RANKING_TABLE, Profile, find_profile, read_profiles, without_expansion
from indexer.record_file import RecordFile
from indexer.scoring import Matches, Part, Scorer
from indexer.similar import Related, find_related
from indexer.snippets import Extractor, find_marks, mark
from indexer.spelling import Correction, Speller
from indexer.store import compile_command
from indexer.suggesting import Completion, Suggester
from indexer.synonyms import SYNONYMS_TABLE, Synonyms, read_synonyms

SHOWN_SYNONYMS = 8  # named in the notice; typing "online therapy" adds twenty


def open_index(index: Path, corpus: Path = Path("corpus"), engine: str | None = None) -> Searcher:
    """Open the live generation of an index folder for searching.

    corpus  where your own `ranking.toml` and `synonyms.toml` may be; else the shipped ones are used.
    engine  name of an engine; None: the compiled arrays, or, where they are missing or damaged, the Whoosh index, which
            gives the same answers more slowly; the log then says so and names the command that mends it.
    IndexMissing-, IndexOutdated- and IndexDamagedError name the command that mends it; ConfigError the faulty weight.
    """
    generation = open_current(index)
    profiles = read_profiles(find_corpus_file(corpus, RANKING_TABLE))
    synonyms = read_synonyms(find_corpus_file(corpus, SYNONYMS_TABLE))
    try:
        opened = open_engine(engine or FAST_ENGINE, generation.folder)
    except IndexDamagedError as error:
        if engine is not None:
            raise
        opened = open_engine(RECORD_ENGINE, generation.folder)
        message = "%s Searches are slower until you run: %s"
        logging.getLogger(__name__).warning(message, error, compile_command(index))
    return Searcher(generation, opened, profiles, synonyms)


class Searcher:
    """Searches one generation; it never changes. Safe to share between threads."""

    def __init__(
        self,
        generation: Generation,
        engine: Engine,
        profiles: dict[str, Profile],
        synonyms: Synonyms,
    ) -> None:
        self.generation = generation
        self.records = RecordFile(generation.folder / RECORDS)
        self._engine = engine
        self._profiles = profiles
        self._synonyms = synonyms
        self._speller = Speller(engine, synonyms)
        self._extractor = Extractor(engine)
        self._scorers: dict[str, Scorer] = {}
        self._facets = read_facets(engine, generation.labels)
        self._sort_ranks = {order: engine.sort_ranks(order) for order in ("oldest", "title")}

    def search(self, request: SearchRequest) -> Results:
        """Return one page of ranked hits and the counts of every facet.

        Hits come by score, highest first; equal scores newest first, then doc_id, so pages never overlap. Empty words
        browse: every article that passes the filters, score 0, newest first. Past the last page `hits` is empty.
        Unknown filter values, and words that cannot be used, are named in `notices`; they are never an error.
        ConfigError for an unknown profile. Cost: a page ranks all hits before it.
        """
        request, notices = _sensible(request)
        profile = self._profile_of(request)
        query, matches, correction = self._match(request.text, profile)
        choices, unknown = self._choices(request)
        facets, shown = self._facets.count(_candidates(request, matches), choices)
        total = count(shown)
        suggestion = self._suggest(correction, request, profile, choices, total) if correction else None
        hits = self._hits(request, query, matches, shown)
        complete = total if request.match == "all" else count(shown & matches.complete)
        return Results(
            request=request,
            total=total,
            total_all_words=complete,
            hits=hits,
            facets=facets,
            notices=(*query.notices, *_added(query), *notices, *unknown),
            words=query.words,
            did_you_mean=suggestion,
        )

    def explain(self, doc_id: str, request: SearchRequest) -> ExplainedHit:
        """Return why an article stands where it does among all hits of a request, or why it is not found.

        NotFoundError when there is no such article, ConfigError for an unknown profile. Cost: ranks every match.
        """
        return self._explain(doc_id, request)[0]

    def compare(self, doc_id: str, other_id: str, request: SearchRequest) -> Comparison:
        """Return why the first article stands below the second, or above it; costs and errors as of `explain`."""
        first, first_parts = self._explain(doc_id, request)
        second, second_parts = self._explain(other_id, request)
        has_words = any(part.clause and part.clause.scored for part in first_parts)
        sort = self._sort(_sensible(request)[0], has_words)
        sentence = compare_hits(first, first_parts, second, second_parts, sort)
        return Comparison(sentence, first, second)

    def tombstone(self, doc_id: str) -> Tombstone | None:
        """Return why there is no article any more under an id that it has or had; None when nothing is known."""
        return self._tombstones.get(doc_id)

    def mark_words(self, texts: Sequence[str], field: str, request: SearchRequest) -> list[MarkedText]:
        """Return texts of a field with the words of a question marked, as its search finds them."""
        query = self._read(request.text, self._profile_of(request))
        marks = find_marks(query).get(field, NO_MARKS)
        return [mark(text, find_spans(text, marks)) for text in texts]

    def label(self, facet: str, value: str) -> str:
        """Return what a facet value is called."""
        column = self._facets.columns[facet]
        return column.labels[column.values.index(value)] if value in column.values else value

    @cached_property
    def calendar(self) -> Mapping[str, Sequence[str]]:
        """The ids of the digests of each month ("2020-07"), newest month first; those without a month are not in it."""
        ids: dict[str, list[str]] = {}
        for doc_id, month in zip(self._engine.doc_ids, self._engine.months, strict=True):
            if month is not None:
                ids.setdefault(month, []).append(doc_id)
        return ids

    def newest_ids(self, n: int) -> Sequence[str]:
        """Return the ids of the newest `n` digests; those without a month come last."""
        return self._engine.doc_ids[:n]

    def show(self, doc_ids: Sequence[str]) -> list[Hit]:
        """Return digests as hits of no question, in the order given; those that are not in the index are left out."""
        docs = [doc for doc_id in doc_ids if (doc := self._ordinals.get(doc_id)) is not None]
        extracts = self._extractor.extracts(docs, parse_query(""))
        ids, months = self._engine.doc_ids, self._engine.months
        return [
            Hit(rank, ids[doc], 0.0, months[doc], title, snippet)
            for rank, (doc, (title, snippet)) in enumerate(zip(docs, extracts, strict=True), 1)
        ]

    def more_like(self, doc_id: str, n: int = 5) -> list[Related]:
        """Return at most `n` digests like one, best first, those of its own month left out; `similar.py` says how.

        NotFoundError when there is no such article.
        """
        doc = self._ordinals.get(doc_id)
        if doc is None:
            raise _no_such_digest(doc_id)
        siblings = self.calendar.get(self._engine.months[doc] or "", ())
        return find_related(self._engine, doc, [self._ordinals[sibling] for sibling in siblings], n)

    def suggest(self, typed: str) -> list[Completion]:
        """Return topics, titles and words that go on like the beginning of a question; `suggesting.py` says how."""
        return self._suggester.suggest(typed)

    @cached_property
    def _suggester(self) -> Suggester:
        topics = self._facets.columns["topic"]
        return Suggester(self._engine, dict(zip(topics.values, topics.labels, strict=True)), self._speller)

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that change when an answer may: with the generation, a weight, or a synonym."""
        weights = {name: profile.digest for name, profile in self._profiles.items()}
        held = json.dumps(self.generation.manifest, sort_keys=True), weights, self._synonyms.by_phrase
        return hashlib.sha256(repr(held).encode()).hexdigest()[:16]

    @property
    def engine_name(self) -> str:
        """Name of the engine that answers, as in `ENGINES`."""
        return self._engine.name

    @property
    def loops(self) -> str:
        """What works through the arrays: "c" (compiled) or "numpy", with the same answers in more time."""
        return kernel.NAME

    @property
    def profiles(self) -> Mapping[str, Profile]:
        """The ranking profiles by name, in the order of their file."""
        return self._profiles

    def understand(self, text: str, profile: str | None = None) -> Query:
        """Return how a search reads the words of a question: with synonyms, and with close words for unknown ones.

        ConfigError for an unknown profile.
        """
        return self._read(text, find_profile(self._profiles, profile))

    def close(self) -> None:
        """Give back files and memory."""
        self._engine.close()
        self.records.close()
        self._sort_ranks.clear()  # views of mapped arrays
        self._scorers.clear()

    # --- parts of a search -------------------------------------------------------------------------------------------

    def _read(self, text: str, profile: Profile) -> Query:
        query = self._understand(text, profile)
        correction = self._speller.correct(text, query)
        return correction.widen(query, profile["spelling_weight"]) if correction else query

    def _profile_of(self, request: SearchRequest) -> Profile:
        profile = find_profile(self._profiles, request.profile)
        return without_expansion(profile) if request.typed_only else profile

    def _understand(self, text: str, profile: Profile) -> Query:
        """Return the query of a reader's words, with synonyms as far as the profile wants them."""
        return self._synonyms.expand(parse_query(text), profile["synonym_weight"])

    def _match(self, text: str, profile: Profile) -> tuple[Query, Matches, Correction | None]:
        """Return what a reader's words find, and how they were read: close words stand in for those no digest has."""
        scorer, query = self._scorer(profile), self._understand(text, profile)
        matches = scorer.match(query)
        correction = self._speller.correct(text, query) if _may_lack_words(query, matches) else None
        if correction:
            widened = correction.widen(query, profile["spelling_weight"])
            if widened is not query:
                return widened, scorer.match(widened), correction
        return query, matches, correction

    def _suggest(
        self,
        correction: Correction,
        request: SearchRequest,
        profile: Profile,
        choices: Mapping[str, Sequence[str]],
        total: int,
    ) -> Suggestion | None:
        """Return the corrected question when it finds something that the typed one, which found `total`, does not.

        A mistyped word that scores was searched at a lower weight at best: there, any digest is enough.
        """
        matches = self._scorer(profile).match(self._understand(correction.text, profile))
        found = count(self._facets.narrow(_candidates(request, matches), choices))
        return Suggestion(correction.text, found) if found > (0 if correction.is_scored else total) else None

    def _scorer(self, profile: Profile) -> Scorer:
        scorer = self._scorers.get(profile.name)
        if scorer is None:
            scorer = self._scorers.setdefault(profile.name, Scorer(self._engine, profile))
        return scorer

    def _choices(self, request: SearchRequest) -> tuple[dict[str, Sequence[str]], list[Notice]]:
        """Return the chosen values per facet, less those that the index does not know, which are named."""
        notices: list[Notice] = []
        years = self._facets.columns["year"].values
        low, high = request.year_from, request.year_to
        if low is not None and high is not None and low > high:
            low, high = high, low
            notices.append(Notice("years-swapped", f"The years were the wrong way round; {low} to {high} is shown."))
        choices: dict[str, Sequence[str]] = {}
        for name, wanted in (("topic", request.topics), ("type", request.types)):
            known = self._facets.columns[name].values
            choices[name] = [value for value in wanted if value in known]
            notices += [self._unknown(name, value) for value in wanted if value not in known]
        if low is not None or high is not None:
            in_range = [y for y in years if (low is None or int(y) >= low) and (high is None or int(y) <= high)]
            choices["year"] = in_range or ["none"]  # a range without any digest finds nothing
        return choices, notices

    def _unknown(self, facet: str, value: str) -> Notice:
        label, shown = FACET_LABELS[facet].lower(), value[:60]
        close = difflib.get_close_matches(value, self._facets.columns[facet].values, n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        return Notice("unknown-value", f"There is no {label} '{shown}' in this index; the filter was ignored.{hint}")

    def _explain(self, doc_id: str, request: SearchRequest) -> tuple[ExplainedHit, list[Part]]:
        """Return an explained article and the parts of its score; the parts are empty when it is not found."""
        doc = self._ordinals.get(doc_id)
        if doc is None:
            raise _no_such_digest(doc_id)
        request, _ = _sensible(request)
        profile = self._profile_of(request)
        scorer = self._scorer(profile)
        query, matches, _ = self._match(request.text, profile)
        choices, _ = self._choices(request)
        filters = {name: self._facets.having(name, chosen) for name, chosen in choices.items() if chosen}
        parts = scorer.parts(query, doc)
        refused = [name for name, having in filters.items() if not bitmap.contains(having, doc)]
        incomplete = request.match == "all" and not bitmap.contains(matches.complete, doc)
        if refused or incomplete or not bitmap.contains(matches.matched, doc):
            labels = [FACET_LABELS[name].lower() for name in refused]
            sentence = describe_absence(parts, scorer.excluding(query, doc), labels, request.match)
            return ExplainedHit(doc_id, None, sentence, Explanation("not found", 0.0)), []
        shown = _candidates(request, matches)
        for having in filters.values():
            shown = shown & having
        total = count(shown)
        rank = [found for found, _ in self._rank(request, query, matches, shown, 0, total)].index(doc) + 1
        sentence = describe_hit(parts, rank, total, self._sort(request, query.has_words))
        return ExplainedHit(doc_id, rank, sentence, build_tree(parts, len(self._engine.doc_ids))), parts

    def _sort(self, request: SearchRequest, has_words: bool) -> Sort:
        return request.sort or ("relevance" if has_words else "newest")

    def _rank(
        self, request: SearchRequest, query: Query, matches: Matches, shown: Bits, first: int, last: int
    ) -> list[tuple[int, float]]:
        """Return documents as (ordinal, rounded score) in the order asked for, from place `first` to before `last`."""
        order = self._sort(request, query.has_words)
        if order == "relevance":
            return matches.best(shown, last)[first:]
        docs = bitmap.to_documents(shown, len(self._engine.doc_ids))
        if order != "newest":  # ordinals are newest first already
            docs = docs[np.argsort(self._sort_ranks[order][docs])]
        docs = docs[first:last]
        scores = dict(matches.best(bitmap.of_documents(docs, len(self._engine.doc_ids)), len(docs)))
        return [(doc, scores[doc]) for doc in docs.tolist()]

    def _hits(self, request: SearchRequest, query: Query, matches: Matches, shown: Bits) -> tuple[Hit, ...]:
        first, last = (request.page - 1) * request.size, request.page * request.size
        ranked = self._rank(request, query, matches, shown, first, last)
        docs_shown = [doc for doc, _ in ranked]
        extracts = self._extractor.extracts(docs_shown, query)
        doc_ids, months = self._engine.doc_ids, self._engine.months
        return tuple(
            [
                Hit(rank, doc_ids[doc], score, months[doc], title, snippet, missing)
                for rank, (doc, score), (title, snippet), missing in zip(
                    range(first + 1, last + 1), ranked, extracts, matches.missing(docs_shown), strict=False
                )
            ]
        )

    @cached_property
    def _ordinals(self) -> dict[str, int]:
        return {doc_id: doc for doc, doc_id in enumerate(self._engine.doc_ids)}

    @cached_property
    def _tombstones(self) -> dict[str, Tombstone]:
        return self.generation.ledger.by_id()


def _no_such_digest(doc_id: str) -> NotFoundError:
    return NotFoundError(f"There is no digest '{doc_id}' in this index. Search for words of its title instead.")


def _sensible(request: SearchRequest) -> tuple[SearchRequest, list[Notice]]:
    """Return a request that can be answered, and a notice for each value that could not."""
    notices: list[Notice] = []
    if request.sort is not None and request.sort not in SORTS:
        notices.append(Notice("unknown-value", f"There is no order '{request.sort}'; known: {', '.join(SORTS)}."))
        request = replace(request, sort=None)
    if request.match not in ("any", "all"):
        notices.append(Notice("unknown-value", f"There is no match '{request.match}'; any word was enough."))
        request = replace(request, match="any")
    if request.page < 1 or request.size < 1:
        notices.append(Notice("unknown-value", "Pages count from 1, and have at least one hit."))
        request = replace(request, page=max(1, request.page), size=max(1, request.size))
    return request, notices


def _candidates(request: SearchRequest, matches: Matches) -> Bits:
    """Return what a request finds before its filters."""
    return matches.complete if request.match == "all" else matches.matched


def _may_lack_words(query: Query, matches: Matches) -> bool:
    """Tell whether a word may be unknown: no document satisfies a clause that scores, or the question as a whole."""
    return bool(query.clauses) and (matches.has_empty or not count(matches.matched))


def _added(query: Query) -> list[Notice]:
    if not query.added:
        return []
    more = len(query.added) - SHOWN_SYNONYMS
    listed = ", ".join(query.added[:SHOWN_SYNONYMS]) + (f" and {more} more" if more > 0 else "")
    typed = [clause.typed for clause in query.clauses if any(way.typed in query.added for way in clause.synonyms)]
    return [Notice("added", f"Also searched, at a lower weight: {listed}.", tuple(typed))]
