"""The start page: a live generation in; what `start.html` shows out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer import SearchRequest
from webui.live import LiveGeneration
from webui.pages.parts import SITE, Addresses, FacetRow, Frame, HitCard, Link, by_label, card, digests, facet_rows, span
from webui.params import State

N_NEWEST = 3


@dataclass(frozen=True, slots=True)
class StartPage:
    frame: Frame
    count: str
    years: str
    examples: Sequence[Link]
    newest: Sequence[HitCard]
    topics: Sequence[FacetRow]


def start_page(live: LiveGeneration, addresses: Addresses) -> StartPage:
    """Return the start page: examples that find something, the newest digests, the topics from A to Z."""
    results = live.searcher.search(SearchRequest(size=N_NEWEST))
    topics, _, years = results.facets
    state = State(results.request)
    with_digests = [bucket.value for bucket in years.buckets if bucket.count]
    return StartPage(
        frame=Frame(SITE, addresses, is_sample=live.is_sample, canonical=addresses.start),
        count=digests(results.total),
        years=span(with_digests[0], with_digests[-1]) if with_digests else "",
        examples=[Link(addresses.results(State(SearchRequest(text)).query()), text) for text in live.examples],
        newest=[card(live, hit, addresses, "") for hit in results.hits],
        topics=[row for row in by_label(facet_rows(topics, state, addresses)) if row.href],
    )
