"""The results page: the answer to a search in; what `search.html` shows out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from indexer import Notice, Results, SearchRequest, Sort, mark_up
from webui.live import LiveGeneration
from webui.pages.facets import facet_box, narrow_to_year, year_chart
from webui.pages.parts import (
    SITE,
    Addresses,
    Frame,
    Link,
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
from webui.skeletons import HOLES, Filled, Skeleton, Skeletons, escaped

N_NEWEST = 3  # digests shown when nothing is found
PAGES_AROUND = 2  # pages linked on either side of the current one, besides the first and the last
SORT_LABELS: dict[Sort, str] = {"relevance": "Relevance", "newest": "Newest", "oldest": "Oldest", "title": "Title"}
ORDERS = tuple(SORT_LABELS)  # the first is the usual one; without words, the second is


class ChipGroup(NamedTuple):
    """The choices of one facet, joined by "or": each a link that takes it away."""

    label: str
    chips: tuple[Link, ...]


class SearchPage(NamedTuple):
    """Texts, `Filled` and tuples of them, for `Skeletons.page`.

    heading       a sentence, with what is asked for marked.
    other_match   all words instead of any, or back.
    did_you_mean  the question without its typing errors, with the same filters, and what it finds.
    n_filters     "" when there is none.
    newest        digests to look at when nothing is found.
    """

    frame: Frame
    found: str
    heading: Filled
    other_match: Link | None
    match_note: str
    did_you_mean: Link | None
    did_you_mean_total: str
    reading: Reading | None
    notices: tuple[str, ...]
    chips: tuple[ChipGroup, ...]
    clear: str
    filters: str
    n_filters: str
    sorts: Filled
    hits: Filled
    first_rank: str
    ways_out: tuple[Link, ...]
    newest: Filled
    pager: Filled
    facets: Filled
    adds: bool
    years: Filled
    year_from: str
    year_to: str
    year_fields: tuple[tuple[str, str], ...]


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
    total = digests(results.total)
    chips = tuple(_chips(results, state, addresses))
    meant = results.did_you_mean if results.total else None  # else it is among the ways out
    return SearchPage(
        frame=Frame(
            title=f"{total}{f' for {request.text}' if request.text else ''} · {SITE}",
            addresses=addresses,
            words=request.text,
            carried=state.fields("q"),
            is_sample=live.is_sample,
        ),
        found=total,
        heading=_heading(results, request),
        other_match=_other_match(results, state, addresses),
        match_note=_match_note(results),
        did_you_mean=Link(addresses.results(state.with_words(meant.text)), meant.text) if meant else None,
        did_you_mean_total=digests(meant.total) if meant else "",
        reading=make_reading(results, state, addresses),
        notices=_messages(notices, results),
        chips=chips,
        clear=addresses.results(state.words_only()) if chips else "",
        filters=addresses.filters(state.page(1)),
        n_filters=str(sum(len(group.chips) for group in chips)) if chips else "",
        sorts=_sorts(request, bool(results.words), state, addresses, skeletons),
        hits=result_cards(live, results, query, addresses, skeletons),
        first_rank=str((request.page - 1) * request.size + 1),
        ways_out=() if results.total else tuple(ways_out(live, results, state, addresses)),
        newest=Filled() if results.total else _newest(live, addresses, skeletons),
        pager=_pager(results, state, addresses, skeletons),
        facets=Filled(
            b"".join([facet_box(facet, state, addresses, skeletons) for facet in (topic, kind) if facet.values])
        ),
        adds=bool(topic.adds or kind.adds),
        years=year_chart(year, skeletons, narrow_to_year(state, addresses), request),
        year_from=str(request.year_from or ""),
        year_to=str(request.year_to or ""),
        year_fields=state.fields("from", "to"),
    )


def _newest(live: LiveGeneration, addresses: Addresses, skeletons: Skeletons) -> Filled:
    """Return the cards of the newest digests."""
    return cards(live, live.searcher.search(SearchRequest(size=N_NEWEST)).hits, addresses, skeletons, level=3)


def _heading(results: Results, request: SearchRequest) -> Filled:
    """Return the sentence over the results: "37 digests for *video therapy* in *Alliance* or *Empathy*, 2020"."""
    text = digests(results.total) if results.total else "No digest"
    marks: list[tuple[int, int]] = []
    if request.text:
        text = f"{text} with all of " if request.match == "all" else f"{text} for "
        marks.append((len(text), len(text) + len(request.text)))
        text += request.text
    for facet, joint in zip(results.facets[:2], (" in ", " of type "), strict=True):
        for i, (_, label) in enumerate(chosen_values(facet)):
            text += " or " if i else joint
            marks.append((len(text), len(text) + len(label)))
            text += label
    if years := years_text(request):
        text += f", {years}"
    if results.total and not marks and not years:
        text = f"All {text}"
    return Filled(mark_up(text, tuple(marks)))


def _messages(notices: Sequence[Notice], results: Results) -> tuple[str, ...]:
    """Return what the notices say that are no readings, each sentence once."""
    told = [notice.message for notice in (*notices, *results.notices) if notice.code not in READINGS]
    return tuple(dict.fromkeys(told))


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


def _sorts(request: SearchRequest, has_words: bool, state: State, addresses: Addresses, skeletons: Skeletons) -> Filled:
    """Return the links to the orders; by relevance only where there are words to be relevant to."""
    orders = ORDERS if has_words else ORDERS[1:]
    usual, other = addresses.results(state.with_sort(None)), addresses.results(state.before_sort())
    made: Skeleton = skeletons.get(_make_sorts, orders, request.sort or orders[0])
    return Filled(made.fill(escaped(usual), escaped(other)))


def _make_sorts(skeletons: Skeletons, orders: Sequence[Sort], shown: Sort) -> Skeleton:
    """Return the links with holes for the address of the usual order, and that of any other up to its name."""
    hrefs = [HOLES[0], *[f"{HOLES[1]}{order}" for order in orders[1:]]]
    links = [Link(href, SORT_LABELS[order], order == shown) for order, href in zip(orders, hrefs, strict=True)]
    return Skeleton(skeletons.markup("sorts", links))


def _chips(results: Results, state: State, addresses: Addresses) -> Iterator[ChipGroup]:
    """Yield a removable filter for everything that narrows the results, facet by facet."""
    for facet in results.facets[:2]:
        if chosen := chosen_values(facet):
            chips = [Link(addresses.results(state.toggle(facet.name, value)), label) for value, label in chosen]
            yield ChipGroup(facet.label, tuple(chips))
    if years := years_text(state.request):
        yield ChipGroup("Year", (Link(addresses.results(state.without("year")), years),))


def _pager(results: Results, state: State, addresses: Addresses, skeletons: Skeletons) -> Filled:
    """Return the links to the other pages; "" for a single page."""
    if results.pages == 1:
        return Filled()
    first, others = addresses.results(state.page(1)), addresses.results(state.before_page())
    made: Skeleton = skeletons.get(_make_pager, results.request.page, results.pages)
    return Filled(made.fill(escaped(first), escaped(others)))


def _make_pager(skeletons: Skeletons, page: int, last: int) -> Skeleton:
    """Return the links with holes for the address of the first page, and that of any other up to its number."""

    def href(number: int) -> str:
        return HOLES[0] if number == 1 else f"{HOLES[1]}{number}"

    near = range(max(1, page - PAGES_AROUND), min(last, page + PAGES_AROUND) + 1)
    links: list[Link] = []
    before = 0
    for number in sorted({1, last, *near}):
        if number == before + 2:  # a gap of one page is no shorter than its link
            links.append(Link(href(number - 1), f"{number - 1:,}"))
        elif number > before + 2:
            links.append(Link("", ""))  # stands for left-out pages
        links.append(Link(href(number), f"{number:,}", number == page))
        before = number
    previous, following = href(page - 1) if page > 1 else "", href(page + 1) if page < last else ""
    return Skeleton(skeletons.markup("pager", links, previous, following))
