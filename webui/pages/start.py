"""The start page: a live generation in; what `start.html` shows out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer import SearchRequest
from webui.live import LiveGeneration
from webui.pages.cards import month_name
from webui.pages.facets import pages_of_years, year_chart
from webui.pages.parts import SITE, Addresses, Count, Frame, Link, by_label, cards, counts, digests, span
from webui.params import State
from webui.skeletons import Filled, Skeletons

N_NEWEST = 5  # digests of the newest month; the blog brings two or three a month


@dataclass(frozen=True, slots=True)
class StartPage:
    """`newest`: digests of the newest month, which `month` names and leads to; None when no digest has one."""

    frame: Frame
    count: str
    span: str
    examples: Sequence[Link]
    month: Link | None
    newest: Filled
    topics: Sequence[Count]
    years: Filled


def start_page(live: LiveGeneration, addresses: Addresses, skeletons: Skeletons) -> StartPage:
    """Return the start page: examples that find something, the newest month, the topics from A to Z, the years."""
    results = live.searcher.search(SearchRequest(size=N_NEWEST))
    topics, _, years = results.facets
    month = results.hits[0].month if results.hits else None
    return StartPage(
        frame=Frame(
            SITE,
            addresses,
            is_sample=live.is_sample,
            canonical=addresses.start,
            description="Search digests of psychotherapy research, each with the study and its practice implications.",
        ),
        count=digests(results.total),
        span=span(years.values[0], years.values[-1]) if years.values else "",
        examples=[Link(addresses.results(State(SearchRequest(text)).query()), text) for text in live.examples],
        month=Link(addresses.month(month), month_name(month)) if month else None,
        newest=cards(live, [hit for hit in results.hits if hit.month == month], addresses, skeletons, level=3),
        topics=by_label(counts(topics, addresses.topic)),
        years=year_chart(years, skeletons, pages_of_years(addresses)),
    )
