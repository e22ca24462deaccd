"""Help when nothing is found: an answer without hits in; searches that find something, each with how much, out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import replace

from indexer import Results, SearchRequest, analyse
from webui.live import LiveGeneration
from webui.pages.parts import Addresses, Link, chosen_values, digests, joined, years_text
from webui.params import State

MAX_TOPICS = 3
MAX_WORDS = 8  # of the question that topics are looked up for: each is compared with every word of every topic
CLOSE_NAME = 0.8  # share of letters alike, as difflib counts: "adherence" finds the blog's "Adherance"
_EXCLUDED = re.compile(r'(?<!\S)-(?:\S*["“”„«»][^"“”„«»]*["“”„«»]|\S+)')
_SIGNS = re.compile(r'["“”„«»]|(?<!\S)(?:title|author|journal):', re.IGNORECASE)


def ways_out(live: LiveGeneration, results: Results, state: State, addresses: Addresses) -> list[Link]:
    """Return the searches nearest to one that finds nothing; each finds something and says how much.

    First with a filter less, then without typing errors, then with looser words, then the topics of such a name.
    """

    def way(request: SearchRequest, label: str) -> list[Link]:
        total = live.searcher.search(replace(request, page=1, size=1)).total
        return [Link(addresses.results(State(request).page(1)), f"{digests(total)} {label}")] if total else []

    r, meant = state.request, results.did_you_mean
    bare = replace(r, topics=(), types=(), year_from=None, year_to=None)
    links = [link for request, label in _fewer_filters(results, r) for link in way(request, label)]
    if not links and bare != r:
        links = way(bare, "without any filter")
    if meant:
        href = addresses.results(state.with_words(meant.text))
        links.append(Link(href, f"{digests(meant.total)} for “{meant.text}”"))
    links += [link for request, label in _looser_words(r) for link in way(request, label)]
    if not links and bare != r:
        looser = _looser_words(bare)
        links = [link for request, label in looser for link in way(request, f"{label}, without any filter")]
    return [*links, *_topics(live, results, addresses)]


def _fewer_filters(results: Results, r: SearchRequest) -> Iterator[tuple[SearchRequest, str]]:
    """Yield the search without each of its filters, and what that is called. Values of one facet go together."""
    for facet, fewer in zip(results.facets[:2], (replace(r, topics=()), replace(r, types=())), strict=True):
        if labels := [label for _, label in chosen_values(facet)]:
            yield fewer, f"without the filter {facet.label}: {joined(labels, ' or ')}"
    if years := years_text(r):
        yield replace(r, year_from=None, year_to=None), f"without the filter Year: {years}"


def _looser_words(r: SearchRequest) -> Iterator[tuple[SearchRequest, str]]:
    """Yield the search for the same words, asked for less strictly."""
    if r.typed_only:
        yield replace(r, typed_only=False), "with related words too"
    if r.match == "all":
        yield replace(r, match="any"), "with any of your words"
    plain = " ".join(_SIGNS.sub(" ", _EXCLUDED.sub(" ", r.text)).split())
    if plain and plain != r.text:
        yield replace(r, text=plain, match="any"), f"with any of the plain words {plain}"


def _topics(live: LiveGeneration, results: Results, addresses: Addresses) -> Iterator[Link]:
    """Yield the topics whose names share most words with the question, or have words that look like its words."""
    asked = analyse(" ".join(results.words[:MAX_WORDS])).terms[:MAX_WORDS]
    topics = live.searcher.search(SearchRequest(size=1)).facets[0]
    terms = [set(analyse(label).terms) for label in topics.labels]
    vocabulary = sorted(set().union(*terms))
    near = {close for term in asked for close in difflib.get_close_matches(term, vocabulary, cutoff=CLOSE_NAME)}
    alike = [(-len(near & words), -count, i) for i, (words, count) in enumerate(zip(terms, topics.counts, strict=True))]
    for n, count, i in sorted(alike)[:MAX_TOPICS]:
        if n and count:
            href = addresses.results(State(SearchRequest(topics=(topics.values[i],))).query())
            yield Link(href, f"{digests(-count)} on the topic {topics.labels[i]}")
