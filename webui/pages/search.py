"""The results page: the answer to a search in; what `search.html` shows out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from indexer import Facet, Fragment, Notice, Results, SearchRequest, Sort
from webui.live import LiveGeneration
from webui.pages.parts import (
    SITE,
    Addresses,
    FacetRow,
    Frame,
    HitCard,
    Link,
    Words,
    _bar,
    by_label,
    card,
    digests,
    facet_rows,
    known_choices,
    span,
)
from webui.params import State

N_FACET_ROWS = 8  # rows of a facet before the rest is folded away
# notices of how words are always read: nothing went wrong, so they are shown quietly
REMARKS = ("added", "dropped", "spelling")
EXPANSIONS = ("added", "spelling")  # those of words that were searched beside the typed ones
PAGES_AROUND = 2  # pages linked on either side of the current one, besides the first and the last
SORT_LABELS: dict[Sort, str] = {"relevance": "Relevance", "newest": "Newest", "oldest": "Oldest", "title": "Title"}


@dataclass(frozen=True, slots=True)
class FacetBox:
    """A facet of the sidebar. `rest`: what is folded away, by label; `n_values` counts all values."""

    name: str
    label: str
    n_chosen: int
    rows: Sequence[FacetRow]
    rest: Sequence[FacetRow]
    rest_label: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """`heading` is a sentence of plain and emphasised parts. `other_match`: all words instead of any, or back.

    did_you_mean  the question without its typing errors, with the same filters, and what it finds.
    """

    frame: Frame
    heading: Words
    total: str
    other_match: Link | None
    match_note: str
    did_you_mean: Link | None
    did_you_mean_total: str
    remarks: Sequence[str]
    other_reading: Link | None
    notices: Sequence[str]
    chips: Sequence[Link]
    clear: str
    sorts: Sequence[Link]
    hits: Sequence[HitCard]
    ways_out: Sequence[Link]
    first_rank: int
    pages: Sequence[Link | None]
    previous: str
    next: str
    facets: Sequence[FacetBox]
    years: Sequence[FacetRow]
    year_from: str
    year_to: str
    year_fields: Sequence[tuple[str, str]]
    n_filters: int


def search_page(live: LiveGeneration, results: Results, notices: Sequence[Notice], addresses: Addresses) -> SearchPage:
    """Return the result page of a search; `notices` are those of its address."""
    request = known_choices(results)
    state = State(request)
    query = state.query()
    topic, kind, year = results.facets
    chips = list(_chips(results, state, addresses))
    page = request.page
    usual: Sort = "relevance" if results.words else "newest"
    shown = request.sort or usual
    meant = results.did_you_mean
    return SearchPage(
        frame=Frame(
            title=f"{digests(results.total)}{f' for {request.text}' if request.text else ''} · {SITE}",
            addresses=addresses,
            words=request.text,
            carried=state.fields("q"),
            is_sample=live.is_sample,
        ),
        heading=_heading(results, request),
        total=f"{results.total:,}",
        other_match=_other_match(results, state, addresses),
        match_note=_match_note(results),
        did_you_mean=Link(addresses.results(state.with_words(meant.text)), meant.text) if meant else None,
        did_you_mean_total=digests(meant.total) if meant else "",
        remarks=[notice.message for notice in results.notices if notice.code in REMARKS],
        other_reading=_other_reading(results, state, addresses),
        notices=_messages(notice for notice in (*notices, *results.notices) if notice.code not in REMARKS),
        chips=chips,
        clear=addresses.results(state.words_only()) if chips else "",
        sorts=[
            Link(addresses.results(state.with_sort(None if order == usual else order)), label, order == shown)
            for order, label in SORT_LABELS.items()
            if results.words or order != "relevance"
        ],
        hits=[card(live, hit, addresses, query) for hit in results.hits],
        ways_out=[] if results.total else list(_ways_out(live, results, state, addresses)),
        first_rank=(page - 1) * request.size + 1,
        pages=_pager(results, state, addresses),
        previous=addresses.results(state.page(page - 1)) if page > 1 else "",
        next=addresses.results(state.page(page + 1)) if page < results.pages else "",
        facets=[_facet_box(facet, state, addresses) for facet in (topic, kind)],
        years=_year_rows(year, state, addresses),
        year_from=str(request.year_from or ""),
        year_to=str(request.year_to or ""),
        year_fields=state.fields("from", "to"),
        n_filters=len(chips),
    )


def _years_text(request: SearchRequest) -> str:
    low, high = request.year_from, request.year_to
    if low is not None and high is not None:
        return span(low, high)
    if low is not None:
        return f"{low} or later"
    return f"{high} or earlier" if high is not None else ""


def _heading(results: Results, request: SearchRequest) -> list[Fragment]:
    """Return the sentence over the results: "37 digests for *video therapy* in *Alliance* or *Empathy*, 2020"."""
    total = digests(results.total) if results.total else "No digest"
    heading: list[Fragment] = []
    if request.text:
        heading += [Fragment(f"{total} with all of " if request.match == "all" else f"{total} for ")]
        heading += [Fragment(request.text, marked=True)]
    for facet, joint in zip(results.facets[:2], (" in ", " of type "), strict=True):
        for i, label in enumerate(bucket.label for bucket in facet.buckets if bucket.selected):
            heading += [Fragment(" or " if i else joint), Fragment(label, marked=True)]
    if years := _years_text(request):
        heading.append(Fragment(f", {years}"))
    if not request.text:
        heading.insert(0, Fragment(total if heading or not results.total else f"All {total}"))
    return heading


def _messages(notices: Iterable[Notice]) -> tuple[str, ...]:
    """Return what notices say, each sentence once."""
    return tuple(dict.fromkeys(notice.message for notice in notices))


def _other_match(results: Results, state: State, addresses: Addresses) -> Link | None:
    """Return the way to the hits with all the words, or back; None when it would show the same."""
    if len(results.words) < 2:
        return None
    if results.request.match == "all":
        return Link(addresses.results(state.with_match("any")), "Show digests with any of your words")
    if not 0 < results.total_all_words < results.total:
        return None
    return Link(addresses.results(state.with_match("all")), f"{results.total_all_words:,} with all your words")


def _other_reading(results: Results, state: State, addresses: Addresses) -> Link | None:
    """Return the way to a search for the typed words alone, or back; None when nothing was added to them."""
    if results.request.typed_only:
        return Link(addresses.results(state.with_typed_only(False)), "Search related words too")
    if any(notice.code in EXPANSIONS for notice in results.notices):
        return Link(addresses.results(state.with_typed_only(True)), "Search only the words as typed")
    return None


def _match_note(results: Results) -> str:
    """Return what the count means when no link tells it."""
    if len(results.words) < 2 or results.request.match == "all" or not results.total:
        return ""
    if not results.total_all_words:
        return "None has all your words."
    return "Each has all your words." if results.total_all_words == results.total else ""


def _chips(results: Results, state: State, addresses: Addresses) -> Iterator[Link]:
    """Yield a removable filter for everything that narrows the results."""
    for facet in results.facets[:2]:
        for bucket in facet.buckets:
            if bucket.selected:
                yield Link(addresses.results(state.toggle(facet.name, bucket.value)), f"{facet.label}: {bucket.label}")
    if years := _years_text(state.request):
        yield Link(addresses.results(state.without("year")), f"Year: {years}")


def _ways_out(live: LiveGeneration, results: Results, state: State, addresses: Addresses) -> Iterator[Link]:
    """Yield searches that find something when this one finds nothing, each with what it finds."""
    r = state.request
    without = {
        "with any of your words": (r.match == "all", replace(r, match="any"), state.with_match("any")),
        "with any topic": (bool(r.topics), replace(r, topics=()), state.without("topic")),
        "with any type of research": (bool(r.types), replace(r, types=()), state.without("type")),
        "of any year": (
            r.year_from is not None or r.year_to is not None,
            replace(r, year_from=None, year_to=None),
            state.without("year"),
        ),
        "without any filter": (bool(r.text), SearchRequest(r.text), state.words_only()),
    }
    seen = {state.query()}
    for label, (applies, request, query) in without.items():
        if applies and query not in seen:
            seen.add(query)
            if total := live.searcher.search(replace(request, page=1, size=1)).total:
                yield Link(addresses.results(query), f"{digests(total)} {label}")
    yield Link(addresses.search, f"All {digests(live.n_digests)}, newest first")


def _facet_box(facet: Facet, state: State, addresses: Addresses) -> FacetBox:
    """Return a facet with the chosen values first, then the most frequent; the rest from A to Z."""
    rows = facet_rows(facet, state, addresses)
    chosen = [row for row in rows if row.selected]
    others = [row for row in rows if not row.selected]
    n_shown = max(0, N_FACET_ROWS - len(chosen))
    shown, rest = others[:n_shown], others[n_shown:]
    if len(rest) == 1:  # a fold for a single row would take its place
        shown, rest = others, []
    found = [row for row in shown if row.href]
    rest = [row for row in shown if not row.href] + rest
    return FacetBox(
        name=facet.name,
        label=facet.label,
        n_chosen=len(chosen),
        rows=[*chosen, *found],
        rest=by_label(rest),
        rest_label=f"{len(rest)} more, A to Z" if chosen or found else f"All {len(rest)}, A to Z",
    )


def _year_rows(facet: Facet, state: State, addresses: Addresses) -> list[FacetRow]:
    """Return the years, newest first. A click narrows to the year; on the only chosen year it takes the filter away."""
    r = state.request
    most = max((bucket.count for bucket in facet.buckets), default=0) or 1
    rows = []
    for bucket in reversed(facet.buckets):
        year = int(bucket.value)
        alone = r.year_from == year == r.year_to
        query = state.without("year") if alone else state.with_years(year, year)
        href = addresses.results(query) if bucket.count or alone else ""
        rows.append(FacetRow(href, bucket.label, f"{bucket.count:,}", bucket.selected, _bar(bucket.count, most)))
    return rows


def _pager(results: Results, state: State, addresses: Addresses) -> list[Link | None]:
    """Return the page links; None stands for left-out pages. Empty for a single page."""
    page, last = results.request.page, results.pages
    if last == 1:
        return []
    near = range(max(1, page - PAGES_AROUND), min(last, page + PAGES_AROUND) + 1)
    links: list[Link | None] = []
    before = 0
    for number in sorted({1, last, *near}):
        if number == before + 2:  # a gap of one page is no shorter than its link
            links.append(Link(addresses.results(state.page(number - 1)), f"{number - 1:,}"))
        elif number > before + 2:
            links.append(None)
        links.append(Link(addresses.results(state.page(number)), f"{number:,}", number == page))
        before = number
    return links
