"""The filters beside the results: facets of an answer in; rows of links, and the years as a chart, out."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain, repeat
from typing import NamedTuple

from indexer import Facet, SearchRequest
from webui.pages.parts import Addresses, digests, years_text
from webui.params import State, pair
from webui.skeletons import HOLES, Filled, Skeleton, Skeletons, escaped

N_SHOWN = 8  # values of a long facet that stand open; the whole list is folded away behind them
LONG = 12  # values from which on a facet is long: below, a fold would hide less than it takes to open it
MIN_BARS = 3  # years from which on a chart tells more than two fields
MAX_BARS = 40  # years between the first and the last up to which those without a digest have a place in the chart
BAR_STEPS = 20  # the stylesheet knows the heights .b1 to .b20
MAX_COUNTS = 4096  # counts that are remembered as markup: mostly they are small numbers
HEIGHTS = [b"%d" % step for step in range(BAR_STEPS + 1)]
PLURALS = {"topic": "topics", "type": "types of research"}

Columns = tuple[tuple[bytes, ...], ...]  # what stands before, between and after three holes, row by row
Row = tuple[bytes, ...]  # the pieces of its markup
YearLinks = Callable[[Sequence[int]], Sequence[bytes]]  # gives where the bars of years lead, as markup


class Rows(NamedTuple):
    """The rows of all values of a facet, A to Z, made once.

    links    holes: the address before the value, the address after it, the count.
    none     what stands for a link that would show nothing new.
    chosen   the links of chosen values. Holes: the whole address, the count.
    counted  gives the count of a number.   added  the same, of what a choice adds.
    """

    links: Columns
    none: Sequence[Row]
    chosen: Sequence[Skeleton]
    counted: Callable[[int], bytes]
    added: Callable[[int], bytes]


class Bars(NamedTuple):
    """The bars of all years, made once. Holes: height, address, count.

    places    of the years among the values of the facet; -1 for a year that no digest has.
    selected  the links of years in the chosen range.
    none      what stands for a link where there is no digest.
    chart     what is around the bars. Holes: the bars, the chosen years in words.
    """

    years: Sequence[int]
    places: Sequence[int]
    links: Columns
    selected: Columns
    none: Sequence[Row]
    chart: Skeleton


def facet_box(facet: Facet, state: State, addresses: Addresses, skeletons: Skeletons) -> bytes:
    """Return a facet with the chosen values first, then the largest numbers; then all of it, chosen first, A to Z.

    Of a long facet `N_SHOWN` stand open, and all are folded away behind them.
    A number is what a click shows: where nothing is chosen yet, that many digests; else it is "+n", as a further choice
    adds n to those shown. That of a chosen value is what it finds by itself.
    """
    chosen = [i for i, value in enumerate(facet.values) if value in facet.chosen] if facet.chosen else []
    rows = _rows(facet, chosen, state, addresses, skeletons)
    n_open = max(0, N_SHOWN - len(chosen)) if len(rows) >= LONG else len(rows)
    numbers = facet.adds or facet.counts  # 0 for what is chosen
    shown = [*chosen, *filter(numbers.__getitem__, _largest_first(facet)[:n_open])]
    everything: list[Row] = []
    if len(rows) < LONG:
        shown += [i for i, number in enumerate(numbers) if not number and i not in chosen]
    elif chosen:
        everything = [*[rows[i] for i in chosen], *[row for i, row in enumerate(rows) if i not in chosen]]
    else:
        everything = rows
    box: Skeleton = skeletons.get(_make_box, facet.name, facet.label, len(rows), len(chosen), bool(everything))
    return box.fill(_join(map(rows.__getitem__, shown)), _join(everything))


def _make_box(
    skeletons: Skeletons, name: str, label: str, n_values: int, n_chosen: int, has_everything: bool
) -> Skeleton:
    """Return a facet with holes for the rows that stand open, and for all of them."""
    rows, everything = HOLES[:2]
    values = (name, label, PLURALS[name], n_values, n_chosen, rows, everything if has_everything else "")
    return Skeleton(skeletons.markup("facet_box", *values))


def _join(rows: Iterable[Row]) -> bytes:
    return b"".join(chain.from_iterable(rows))


def _rows(facet: Facet, chosen: Sequence[int], state: State, addresses: Addresses, skeletons: Skeletons) -> list[Row]:
    """Return the markup of each value of a facet, A to Z; `chosen` are the places of those in force."""
    made: Rows = skeletons.get(_make_rows, facet.name, facet.values, facet.labels)
    gaps = [(escaped(f"{addresses.search}?{before}"), escaped(after)) for before, after in state.gaps(facet.name)]
    if facet.chosen:
        numbers, counts = facet.adds, map(made.added, facet.adds)
        ascending = sorted(facet.chosen)
        before, after = zip(*[gaps[bisect(ascending, value)] for value in facet.values], strict=True)
        rows = _fill(made.links, before, after, counts)
    else:
        numbers, counts = facet.counts, map(made.counted, facet.counts)
        rows = _fill(made.links, repeat(gaps[0][0]), repeat(gaps[0][1]), counts)
    if 0 in numbers:
        rows = [row if n else none for row, n, none in zip(rows, numbers, made.none, strict=True)]
    for i in chosen:
        address = addresses.results(state.toggle(facet.name, facet.values[i]))
        rows[i] = (made.chosen[i].fill(escaped(address), made.counted(facet.counts[i])),)
    return rows


def _make_rows(skeletons: Skeletons, name: str, values: Iterable[str], labels: Sequence[str]) -> Rows:
    def make(href: str, label: str, count: object, is_chosen: bool = False) -> Skeleton:
        return Skeleton(skeletons.markup("facet_row", href, label, count, is_chosen))

    one, more = (Skeleton(skeletons.markup("count", HOLES[0], is_one)) for is_one in (True, False))

    def count(number: int, sign: str = "") -> bytes:
        return (one if number == 1 else more).fill(f"{sign}{number:,}".encode())

    before, after, number = HOLES[:3]
    hrefs = [f"{before}{pair(name, value)}{after}" for value in values]
    return Rows(
        links=_columns([make(href, label, number) for href, label in zip(hrefs, labels, strict=True)]),
        none=[(make("", label, Filled(count(0))).fill(),) for label in labels],
        chosen=[make(HOLES[0], label, HOLES[1], is_chosen=True) for label in labels],
        counted=lru_cache(MAX_COUNTS)(count),
        added=lru_cache(MAX_COUNTS)(lambda number: count(number, "+")),
    )


def _columns(skeletons: Iterable[Skeleton]) -> Columns:
    """Return the texts of skeletons that have three holes in order, column by column; ValueError for others."""
    return tuple(zip(*[skeleton.around(3) for skeleton in skeletons], strict=True))


def _fill(columns: Columns, first: Iterable[bytes], second: Iterable[bytes], third: Iterable[bytes]) -> list[Row]:
    """Return rows with a value in each hole. Without a loop of our own, as there are sixty on a page."""
    a, b, c, d = columns
    return list(zip(a, first, b, second, c, third, d))  # noqa: B905 (what is repeated has no end)


def year_chart(facet: Facet, skeletons: Skeletons, links: YearLinks, request: SearchRequest | None = None) -> Filled:
    """Return the chart of the years; nothing when it would say too little.

    request  the search that is shown, whose years are marked. None: all digests; search engines may follow the bars.
    """
    if len(facet.values) < MIN_BARS or not any(facet.counts):
        return Filled()
    made: Bars = skeletons.get(_make_bars, facet.values, request is None)
    of_values, most = (*facet.counts, 0), max(facet.counts)
    counts = list(map(of_values.__getitem__, made.places))
    heights = [HEIGHTS[-(-count * BAR_STEPS // most)] for count in counts]  # one step at least where there is a digest
    values = heights, links(made.years), list(map(_counted, counts))
    bars = _fill(made.links, *values)
    low, high = (request.year_from, request.year_to) if request else (None, None)
    if low is not None or high is not None:
        selected = _fill(made.selected, *values)
        bars = [
            chosen if (low or year) <= year <= (high or year) else bar
            for year, bar, chosen in zip(made.years, bars, selected, strict=True)
        ]
    if 0 in counts:
        bars = [
            bar if count or low == year == high else none
            for year, count, bar, none in zip(made.years, counts, bars, made.none, strict=True)
        ]
    return Filled(made.chart.fill(_join(bars), escaped(years_text(request) if request else "")))


def _make_bars(skeletons: Skeletons, values: Sequence[str], follow: bool) -> Bars:
    """Return the bars from the first to the last year; where these are too far apart, those that have digests."""
    first, last = int(values[0]), int(values[-1])
    years = range(first, last + 1) if last - first < MAX_BARS else list(map(int, values))
    height, href, count = HOLES[:3]

    def links(selected: bool) -> Columns:
        made = [skeletons.markup("year_bar", href, year, count, height, selected, follow) for year in years]
        return _columns(map(Skeleton, made))

    zero = digests(0)
    return Bars(
        years,
        places=[values.index(str(year)) if str(year) in values else -1 for year in years],
        links=links(False),
        selected=links(True),
        none=[(Skeleton(skeletons.markup("year_bar", "", year, zero, "0", False, follow)).fill(),) for year in years],
        chart=Skeleton(skeletons.markup("year_chart", HOLES[0], years[0], years[-1], HOLES[1])),
    )


@lru_cache(MAX_COUNTS)
def _counted(n: int) -> bytes:
    """Return `digests` as markup."""
    return escaped(digests(n))


def pages_of_years(addresses: Addresses) -> YearLinks:
    """Return where the bars of all digests lead: to the page of that year."""
    return lambda years: [escaped(addresses.year(year)) for year in years]


def narrow_to_year(state: State, addresses: Addresses) -> YearLinks:
    """Return where the bars of a search lead: to that year alone, or, from the only chosen year, to all years."""
    low, high = state.request.year_from, state.request.year_to
    ((before, after),) = state.gaps("year")
    first, last = escaped(f"{addresses.search}?{before}"), escaped(after)

    def find(years: Sequence[int]) -> Sequence[bytes]:
        found = [b"%bfrom=%d&amp;to=%d%b" % (first, year, year, last) for year in years]
        if low is not None and low == high and low in years:
            found[years.index(low)] = escaped(addresses.results(state.without("year")))
        return found

    return find


def _largest_first(facet: Facet) -> Sequence[int]:
    """Return the places of a facet's values: the largest numbers first, equal ones by label."""
    if facet.adds:
        return sorted(range(len(facet.adds)), key=facet.adds.__getitem__, reverse=True)
    return facet.order
