"""The filters beside the results: facets of an answer in; rows of links, and the years as a chart, out."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from indexer import Facet
from webui.pages.parts import Addresses, grouped
from webui.params import State, pair
from webui.skeletons import HOLES, Skeleton, Skeletons, escaped

N_SHOWN = 8  # values of a long facet that stand open; the whole list is folded away behind them
LONG = 12  # values from which on a facet is long: below, a fold would hide less than it takes to open it
MIN_BARS = 3  # years from which on a chart tells more than two fields
MAX_BARS = 40  # years between the first and the last up to which those without a digest have a place in the chart
BAR_STEPS = 20  # the stylesheet knows the heights .b1 to .b20
PLURALS = {"topic": "topics", "type": "types of research"}


class FacetBox(NamedTuple):
    """A facet of the sidebar: `rows` stand open; `everything`, all `n_values` of it, is folded away, or "" is.

    n_chosen  "" when nothing is.
    """

    name: str
    label: str
    plural: str
    n_chosen: str
    n_values: str
    rows: Markup
    everything: Markup


class YearChart(NamedTuple):
    """The years from the first to the last that has a digest, each a bar that is a link."""

    bars: Markup
    first: str
    last: str


Texts = tuple[str, ...]  # what stands around the holes of a skeleton


class Rows(NamedTuple):
    """The rows of all values of a facet, A to Z, made once; `one` is the link to one digest.

    more, one  holes: the address before the value, the address after it, the number.
    none       what stands for a link that would show nothing new.
    chosen_more, chosen_one  the link of a chosen value. Holes: the whole address, the number.
    """

    more: list[Texts]
    one: list[Texts]
    none: list[str]
    chosen_more: list[Skeleton]
    chosen_one: list[Skeleton]


class Bars(NamedTuple):
    """The bars of all years, made once; `one` is the link to one digest. Holes: height, address, number.

    places                       of the years among the values of the facet; -1 for a year that no digest has.
    none                         what stands for the link where there is no digest.
    selected_more, selected_one  the link of a year in the chosen range.
    """

    years: Sequence[int]
    places: list[int]
    more: list[Texts]
    one: list[Texts]
    none: list[str]
    selected_more: list[Texts]
    selected_one: list[Texts]


def facet_box(facet: Facet, state: State, addresses: Addresses, skeletons: Skeletons) -> FacetBox:
    """Return a facet with the chosen values first, then the largest numbers; then all of it, chosen first, A to Z.

    A number is what a click shows: where nothing is chosen yet, that many digests; else it is "+n", as a further choice
    adds n to those shown. That of a chosen value is what it finds by itself.
    """
    chosen = [i for i, value in enumerate(facet.values) if value in facet.chosen] if facet.chosen else []
    rows = _rows(facet, chosen, state, addresses, skeletons)
    n_open = max(0, N_SHOWN - len(chosen)) if len(rows) >= LONG else len(rows)
    numbers = facet.adds or facet.counts  # 0 for what is chosen
    shown = [*chosen, *[i for i in _largest_first(facet)[:n_open] if numbers[i]]]
    everything: list[str] = []
    if len(rows) < LONG:
        shown += [i for i, number in enumerate(numbers) if not number and i not in chosen]
    elif chosen:
        everything = [*[rows[i] for i in chosen], *[row for i, row in enumerate(rows) if i not in chosen]]
    else:
        everything = rows
    return FacetBox(
        facet.name,
        facet.label,
        PLURALS[facet.name],
        str(len(chosen)) if chosen else "",
        str(len(rows)),
        Markup("".join([rows[i] for i in shown])),
        Markup("".join(everything)),
    )


def _rows(facet: Facet, chosen: Sequence[int], state: State, addresses: Addresses, skeletons: Skeletons) -> list[str]:
    """Return the markup of each value of a facet, A to Z; `chosen` are the places of those in force."""
    made: Rows = skeletons.get(_make_rows, facet.name, facet.values, facet.labels)
    search = escaped(addresses.search)
    gaps = [(f"{search}?{escaped(before)}", escaped(after)) for before, after in state.gaps(facet.name)]
    if facet.chosen:
        numbers, texts = facet.adds, [f"+{grouped(number)}" for number in facet.adds]
        ascending = sorted(facet.chosen)
        around = [gaps[bisect(ascending, value)] for value in facet.values]
    else:
        numbers, texts = facet.counts, list(map(grouped, facet.counts))
        around = gaps * len(texts)
    rows = [
        f"{a}{before}{b}{after}{c}{text}{d}"
        for (a, b, c, d), (before, after), text in zip(made.more, around, texts, strict=True)
    ]
    for i in [i for i, number in enumerate(numbers) if number <= 1]:
        if numbers[i]:
            a, b, c, d = made.one[i]
            before, after = around[i]
            rows[i] = f"{a}{before}{b}{after}{c}{texts[i]}{d}"
        else:
            rows[i] = made.none[i]
    for i in chosen:
        count, query = facet.counts[i], state.toggle(facet.name, facet.values[i])
        link = made.chosen_one[i] if count == 1 else made.chosen_more[i]
        rows[i] = link.fill(f"{search}?{escaped(query)}" if query else search, grouped(count))
    return rows


def _make_rows(skeletons: Skeletons, name: str, values: Iterable[str], labels: Sequence[str]) -> Rows:
    def make(href: str, label: str, number: str, is_one: bool, is_chosen: bool = False) -> Skeleton:
        return Skeleton(skeletons.markup("facet_row", href, label, number, is_one, is_chosen))

    before, after, number = HOLES[:3]
    hrefs = [f"{before}{pair(name, value)}{after}" for value in values]
    links = list(zip(hrefs, labels, strict=True))
    return Rows(
        more=[make(href, label, number, False).around(3) for href, label in links],
        one=[make(href, label, number, True).around(3) for href, label in links],
        none=[skeletons.markup("facet_row", "", label, "0", False, False) for label in labels],
        chosen_more=[make(HOLES[0], label, HOLES[1], False, True) for label in labels],
        chosen_one=[make(HOLES[0], label, HOLES[1], True, True) for label in labels],
    )


def year_chart(
    facet: Facet, state: State, skeletons: Skeletons, address: Callable[[int], str], *, follow: bool = False
) -> YearChart | None:
    """Return the chart of the years; None when it would say too little.

    address  where the bar of a year leads, as markup.   follow  search engines may, too.
    """
    if len(facet.values) < MIN_BARS or not any(facet.counts):
        return None
    made: Bars = skeletons.get(_make_bars, facet.values, follow)
    counts, most = (*facet.counts, 0), max(facet.counts)
    low, high = state.request.year_from, state.request.year_to
    is_narrowed = low is not None or high is not None
    bars = []
    for i, (year, place, texts) in enumerate(zip(made.years, made.places, made.more, strict=True)):
        count = counts[place]
        if count or low == year == high:
            if is_narrowed and (low or year) <= year <= (high or year):
                texts = made.selected_one[i] if count == 1 else made.selected_more[i]
            elif count == 1:
                texts = made.one[i]
            a, b, c, d = texts
            height = -(-count * BAR_STEPS // most)  # at least one step where there is a digest
            bars.append(f"{a}{height}{b}{address(year)}{c}{grouped(count)}{d}")
        else:
            bars.append(made.none[i])
    return YearChart(Markup("".join(bars)), str(made.years[0]), str(made.years[-1]))


def _make_bars(skeletons: Skeletons, values: Sequence[str], follow: bool) -> Bars:
    """Return the bars from the first to the last year; where these are too far apart, those that have digests."""
    first, last = int(values[0]), int(values[-1])
    years = range(first, last + 1) if last - first < MAX_BARS else list(map(int, values))
    height, href, number = HOLES[:3]

    def links(is_one: bool, selected: bool) -> list[Texts]:
        return [
            Skeleton(skeletons.markup("year_bar", href, year, number, is_one, height, selected, follow)).around(3)
            for year in years
        ]

    return Bars(
        years,
        places=[values.index(str(year)) if str(year) in values else -1 for year in years],
        more=links(False, False),
        one=links(True, False),
        none=[skeletons.markup("year_bar", "", year, "0", False, "0", False, follow) for year in years],
        selected_more=links(False, True),
        selected_one=links(True, True),
    )


def narrow_to_year(state: State, addresses: Addresses) -> Callable[[int], str]:
    """Return where the bars of a search lead: to that year alone, or, from the only chosen year, to all years."""
    low, high = state.request.year_from, state.request.year_to
    ((before, after),) = state.gaps("year")
    before, after = escaped(f"{addresses.search}?{before}"), escaped(after)

    def address(year: int) -> str:
        return f"{before}from={year}&amp;to={year}{after}"

    if low is None or low != high:
        return address
    all_years = escaped(addresses.results(state.without("year")))
    return lambda year: all_years if year == low else address(year)


def _largest_first(facet: Facet) -> Sequence[int]:
    """Return the places of a facet's values: the largest numbers first, equal ones by label."""
    if facet.adds:
        return sorted(range(len(facet.adds)), key=facet.adds.__getitem__, reverse=True)
    return facet.order
