"""The results page: the answer to a search in; what `search.html` shows out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from indexer import Fragment, Notice, Results, SearchRequest, Sort
from webui.live import LiveGeneration
from webui.pages.facets import FacetBox, YearChart, facet_box, narrow_to_year, year_chart
from webui.pages.parts import (
    SITE,
    Addresses,
    Frame,
    Link,
    Words,
    cards,
    chosen_values,
    digests,
    known_choices,
    result_cards,
    years_text,
)
from webui.pages.reading import READINGS, Reading, make_reading
from webui.pages.ways_out import ways_out
from webui.params import State
from webui.skeletons import Skeletons

N_NEWEST = 3  # digests shown when nothing is found
PAGES_AROUND = 2  # pages linked on either side of the current one, besides the first and the last
SORT_LABELS: dict[Sort, str] = {"relevance": "Relevance", "newest": "Newest", "oldest": "Oldest", "title": "Title"}


class ChipGroup(NamedTuple):
    """The choices of one facet, joined by "or": each a link that takes it away."""

    label: str
    chips: Sequence[Link]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """`heading` is a sentence of plain and emphasised parts. `other_match`: all words instead of any, or back.

    did_you_mean  the question without its typing errors, with the same filters, and what it finds.
    newest        digests to look at when nothing is found.
    """

    frame: Frame
    found: str
    heading: Words
    other_match: Link | None
    match_note: str
    did_you_mean: Link | None
    did_you_mean_total: str
    reading: Reading | None
    notices: Sequence[str]
    chips: Sequence[ChipGroup]
    clear: str
    filters: str
    n_filters: int
    sorts: Sequence[Link]
    hits: Markup
    first_rank: int
    ways_out: Sequence[Link]
    newest: Markup
    pages: Sequence[Link]
    previous: str
    next: str
    facets: Sequence[FacetBox]
    adds: bool
    years: YearChart | None
    years_chosen: str
    year_from: str
    year_to: str
    year_fields: Sequence[tuple[str, str]]


def search_page(
    live: LiveGeneration,
    results: Results,
    asked: State,
    notices: Sequence[Notice],
    addresses: Addresses,
    skeletons: Skeletons,
) -> SearchPage:
    """Return the result page of a search; `asked` is its address, `notices` what could not be used of it."""
    request = known_choices(results)
    state = asked if request == asked.request else State(request)
    query = state.query()
    topic, kind, year = results.facets
    chips = list(_chips(results, state, addresses))
    page = request.page
    has_words = bool(results.words)
    meant = results.did_you_mean if results.total else None  # else it is among the ways out
    return SearchPage(
        frame=Frame(
            title=f"{digests(results.total)}{f' for {request.text}' if request.text else ''} · {SITE}",
            addresses=addresses,
            words=request.text,
            carried=state.fields("q"),
            is_sample=live.is_sample,
        ),
        found=digests(results.total),
        heading=_heading(results, request),
        other_match=_other_match(results, state, addresses),
        match_note=_match_note(results),
        did_you_mean=Link(addresses.results(state.with_words(meant.text)), meant.text) if meant else None,
        did_you_mean_total=digests(meant.total) if meant else "",
        reading=make_reading(results, state, addresses),
        notices=_messages(notice for notice in (*notices, *results.notices) if notice.code not in READINGS),
        chips=chips,
        clear=addresses.results(state.words_only()) if chips else "",
        filters=addresses.filters(state.page(1)),
        n_filters=sum(len(group.chips) for group in chips),
        sorts=_sorts(request, has_words, state, addresses),
        hits=result_cards(live, results, query, addresses, skeletons),
        first_rank=(page - 1) * request.size + 1,
        ways_out=[] if results.total else ways_out(live, results, state, addresses),
        newest=Markup("") if results.total else _newest(live, addresses, skeletons),
        pages=_pager(results, state, addresses),
        previous=addresses.results(state.page(page - 1)) if page > 1 else "",
        next=addresses.results(state.page(page + 1)) if page < results.pages else "",
        facets=[facet_box(facet, state, addresses, skeletons) for facet in (topic, kind) if facet.values],
        adds=bool(topic.adds or kind.adds),
        years=year_chart(year, state, skeletons, narrow_to_year(state, addresses)),
        years_chosen=years_text(request),
        year_from=str(request.year_from or ""),
        year_to=str(request.year_to or ""),
        year_fields=state.fields("from", "to"),
    )


def _newest(live: LiveGeneration, addresses: Addresses, skeletons: Skeletons) -> Markup:
    """Return the cards of the newest digests."""
    return cards(live, live.searcher.search(SearchRequest(size=N_NEWEST)).hits, addresses, skeletons, level=3)


def _heading(results: Results, request: SearchRequest) -> list[Fragment]:
    """Return the sentence over the results: "37 digests for *video therapy* in *Alliance* or *Empathy*, 2020"."""
    total = digests(results.total) if results.total else "No digest"
    heading: list[Fragment] = []
    if request.text:
        heading += [Fragment(f"{total} with all of " if request.match == "all" else f"{total} for ")]
        heading += [Fragment(request.text, marked=True)]
    for facet, joint in zip(results.facets[:2], (" in ", " of type "), strict=True):
        for i, (_, label) in enumerate(chosen_values(facet)):
            heading += [Fragment(" or " if i else joint), Fragment(label, marked=True)]
    if years := years_text(request):
        heading.append(Fragment(f", {years}"))
    if not request.text:
        heading.insert(0, Fragment(total if heading or not results.total else f"All {total}"))
    return heading


def _messages(notices: Iterable[Notice]) -> tuple[str, ...]:
    """Return what notices say, each sentence once."""
    return tuple(dict.fromkeys(notice.message for notice in notices))


def _other_match(results: Results, state: State, addresses: Addresses) -> Link | None:
    """Return the way to the hits with all the words, or back; None when it would show the same."""
    if len(results.words) < 2 or not results.total:
        return None
    if results.request.match == "all":
        return Link(addresses.results(state.with_match("any")), "Show digests with any of your words")
    if not 0 < results.total_all_words < results.total:
        return None
    text = f"Only those with all your words ({results.total_all_words:,})"
    return Link(addresses.results(state.with_match("all")), text)


def _match_note(results: Results) -> str:
    """Return what the count means when no link tells it."""
    if len(results.words) < 2 or results.request.match == "all" or not results.total:
        return ""
    if not results.total_all_words:
        return "None has all your words."
    return "Each has all your words." if results.total_all_words == results.total else ""


def _sorts(request: SearchRequest, has_words: bool, state: State, addresses: Addresses) -> list[Link]:
    """Return the orders; by relevance only where there are words to be relevant to."""
    usual: Sort = "relevance" if has_words else "newest"
    shown = request.sort or usual
    return [
        Link(addresses.results(state.with_sort(None if order == usual else order)), label, order == shown)
        for order, label in SORT_LABELS.items()
        if has_words or order != "relevance"
    ]


def _chips(results: Results, state: State, addresses: Addresses) -> Iterator[ChipGroup]:
    """Yield a removable filter for everything that narrows the results, facet by facet."""
    for facet in results.facets[:2]:
        if chosen := chosen_values(facet):
            chips = [Link(addresses.results(state.toggle(facet.name, value)), label) for value, label in chosen]
            yield ChipGroup(facet.label, chips)
    if years := years_text(state.request):
        yield ChipGroup("Year", (Link(addresses.results(state.without("year")), years),))


def _pager(results: Results, state: State, addresses: Addresses) -> list[Link]:
    """Return the page links; one without address stands for left-out pages. Empty for a single page."""
    page, last = results.request.page, results.pages
    if last == 1:
        return []
    near = range(max(1, page - PAGES_AROUND), min(last, page + PAGES_AROUND) + 1)
    links: list[Link] = []
    before = 0
    for number in sorted({1, last, *near}):
        if number == before + 2:  # a gap of one page is no shorter than its link
            links.append(Link(addresses.results(state.page(number - 1)), f"{number - 1:,}"))
        elif number > before + 2:
            links.append(Link("", ""))
        links.append(Link(addresses.results(state.page(number)), f"{number:,}", number == page))
        before = number
    return links
