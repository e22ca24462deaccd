"""The filters beside the results: facets of an answer in; rows of links, and the years as a chart, out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from indexer import Facet
from webui.pages.parts import Addresses, digests
from webui.params import State, pair
from webui.skeletons import HOLES, Skeletons, escaped

N_SHOWN = 8  # values of a long facet that stand open; the whole list is folded away behind them
LONG = 12  # values from which on a facet is long: below, a fold would hide less than it takes to open it
MIN_BARS = 3  # years from which on a chart tells more than two fields
MAX_BARS = 40  # years between the first and the last up to which those without a digest have a place in the chart
BAR_STEPS = 20  # the stylesheet knows the heights .b1 to .b20
PLURALS = {"topic": "topics", "type": "types of research"}


@dataclass(frozen=True, slots=True)
class FacetBox:
    """A facet of the sidebar: `rows` stand open; `everything`, all `n_values` of it, is folded away, or "" is."""

    name: str
    label: str
    plural: str
    n_chosen: int
    n_values: int
    rows: Markup
    everything: Markup


class YearChart(NamedTuple):
    """The years from the first to the last that has a digest, each a bar that is a link."""

    bars: Markup
    first: int
    last: int


def facet_box(facet: Facet, state: State, addresses: Addresses, skeletons: Skeletons) -> FacetBox:
    """Return a facet with the chosen values first, then the largest numbers; then all of it, chosen first, A to Z.

    A number is what a click shows: where nothing is chosen yet, that many digests; else it is "+n", as a further choice
    adds n to those shown. That of a chosen value is what it finds by itself.
    """
    rows = _rows(facet, state, addresses, skeletons)
    is_chosen = [value in facet.chosen for value in facet.values]
    chosen = [row for row, so in zip(rows, is_chosen, strict=True) if so]
    rest = [row for row, so in zip(rows, is_chosen, strict=True) if not so]
    numbers = facet.adds or facet.counts
    found = [rows[i] for i in _largest_first(facet) if numbers[i] and not is_chosen[i]]
    everything: list[str] = []
    if len(rows) < LONG:
        empty = [row for row, number, so in zip(rows, numbers, is_chosen, strict=True) if not (number or so)]
        shown = [*chosen, *found, *empty]
    else:
        shown, everything = [*chosen, *found[: max(0, N_SHOWN - len(chosen))]], [*chosen, *rest]
    return FacetBox(
        facet.name,
        facet.label,
        PLURALS[facet.name],
        len(chosen),
        len(rows),
        Markup("".join(shown)),
        Markup("".join(everything)),
    )


def _rows(facet: Facet, state: State, addresses: Addresses, skeletons: Skeletons) -> list[str]:
    """Return the markup of each value of a facet, A to Z."""
    numbers, sign = (facet.adds, "+") if facet.adds else (facet.counts, "")
    address = _toggle(facet, state, addresses)
    rows = []
    for value, label, number, count in zip(facet.values, facet.labels, numbers, facet.counts, strict=True):
        if value in facet.chosen:
            row = skeletons.get("facet_row", HOLES[0], label, HOLES[1], count == 1, True)
            rows.append(row.fill(address(value), f"{count:,}"))
        elif number:
            row = skeletons.get("facet_row", HOLES[0], label, HOLES[1], number == 1, False)
            rows.append(row.fill(address(value), f"{sign}{number:,}"))
        else:
            rows.append(skeletons.get("facet_row", "", label, "0", False, False).fill())
    return rows


def _toggle(facet: Facet, state: State, addresses: Addresses) -> Callable[[str], str]:
    """Return where a value of a facet leads, as markup. What stands around the value is the same for all of them."""
    name, search = facet.name, escaped(addresses.search)

    def with_others(value: str) -> str:
        query = state.toggle(name, value)
        return f"{search}?{escaped(query)}" if query else search

    before, after = map(escaped, state.around(name))
    return with_others if facet.chosen else lambda value: f"{search}?{before}{pair(name, value)}{after}"


def year_chart(
    facet: Facet, state: State, skeletons: Skeletons, address: Callable[[int], str], *, follow: bool = False
) -> YearChart | None:
    """Return the chart of the years; None when it would say too little.

    address  where the bar of a year leads, as markup.   follow  search engines may, too.
    """
    if len(facet.values) < MIN_BARS or not any(facet.counts):
        return None
    found = dict(zip(map(int, facet.values), facet.counts, strict=True))
    first, last = min(found), max(found)
    years: Iterable[int] = range(first, last + 1) if last - first < MAX_BARS else found
    most = max(facet.counts)
    low, high = state.request.year_from, state.request.year_to
    bars = []
    for year in years:
        count = found.get(year, 0)
        selected = (low, high) != (None, None) and (low or first) <= year <= (high or last)
        href = HOLES[0] if count or low == year == high else ""
        bar = skeletons.get("year_bar", href, year, HOLES[1], HOLES[2], selected, follow)
        height = -(-count * BAR_STEPS // most)  # at least one step where there is a digest
        bars.append(bar.fill(address(year) if href else "", f"{year}, {digests(count)}", str(height)))
    return YearChart(Markup("".join(bars)), first, last)


def narrow_to_year(state: State, addresses: Addresses) -> Callable[[int], str]:
    """Return where the bars of a search lead: to that year alone, or, from the only chosen year, to all years."""
    low, high = state.request.year_from, state.request.year_to
    search, (before, after) = escaped(addresses.search), map(escaped, state.around("year"))

    def address(year: int) -> str:
        if low == year == high:
            return escaped(addresses.results(state.without("year")))
        return f"{search}?{before}from={year}&amp;to={year}{after}"

    return address


def _largest_first(facet: Facet) -> Iterable[int]:
    """Return the places of a facet's values: the largest numbers first, equal ones by label."""
    if facet.adds:
        return sorted(range(len(facet.adds)), key=facet.adds.__getitem__, reverse=True)
    return facet.order
