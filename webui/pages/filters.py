"""All filters on one page, to set several at once: the answer to a search in; what `filters.html` shows out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from indexer import Facet, Notice, Results
from webui.live import LiveGeneration
from webui.pages.facets import LONG, PLURALS
from webui.pages.parts import SITE, Addresses, Frame, digests, known_choices
from webui.params import State


class Choice(NamedTuple):
    """A box to tick. `number`: digests that have the value and pass the filters of the other facets."""

    value: str
    label: str
    number: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """The boxes of one facet, A to Z; `name` is that of the values in the address."""

    name: str
    label: str
    plural: str
    is_long: bool
    n_chosen: int
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class FiltersPage:
    """`total`: digests found with the filters of the address. `fields`: what the form carries along unseen.

    all_words  how many have all the words of the question, or "" when it has one word or none.
    """

    frame: Frame
    words: str
    total: str
    found: str
    notices: Sequence[str]
    lists: Sequence[ChoiceList]
    year_from: str
    year_to: str
    first_year: str
    last_year: str
    all_words: str
    match: str
    fields: Sequence[tuple[str, str]]
    results: str
    again: str
    clear: str


def filters_page(
    live: LiveGeneration, results: Results, notices: Sequence[Notice], addresses: Addresses
) -> FiltersPage:
    """Return the form of all filters, set as a search has them; `notices` are those of its address."""
    request = replace(known_choices(results), page=1)
    state = State(request)
    years = results.facets[2].values
    return FiltersPage(
        frame=Frame(f"Filters · {SITE}", addresses, request.text, state.fields("q"), live.is_sample),
        words=request.text,
        total=f"{results.total:,}",
        found=digests(results.total),
        notices=[notice.message for notice in (*notices, *results.notices) if notice.code == "unknown-value"],
        lists=[_choice_list(facet) for facet in results.facets[:2] if facet.values],
        year_from=str(request.year_from or ""),
        year_to=str(request.year_to or ""),
        first_year=years[0] if years else "",
        last_year=years[-1] if years else "",
        all_words=f"{results.total_all_words:,}" if len(results.words) > 1 else "",
        match=request.match,
        fields=state.fields("topic", "type", "from", "to", "match"),
        results=addresses.results(state.query()),
        again=addresses.filters(""),
        clear=addresses.filters(state.words_only()),
    )


def _choice_list(facet: Facet) -> ChoiceList:
    is_long = len(facet.values) >= LONG
    return ChoiceList(facet.name, facet.label, PLURALS[facet.name], is_long, len(facet.chosen), list(_choices(facet)))


def _choices(facet: Facet) -> Iterator[Choice]:
    for value, label, count in zip(facet.values, facet.labels, facet.counts, strict=True):
        yield Choice(value, label, f"{count:,}", value in facet.chosen)
