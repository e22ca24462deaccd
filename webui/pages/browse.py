"""The pages to look around in: a live generation in; what `topics.html`, `topic.html`, `archive.html`, `year.html` and
`month.html` show out. Everything on them is made from the data; a topic, year or month without a digest has no page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from indexer import SearchRequest
from webui.live import LiveGeneration
from webui.pages.cards import UNTITLED, month_name
from webui.pages.parts import SITE, Addresses, Count, Frame, Link, by_label, cards, counts, digests, span
from webui.params import State
from webui.skeletons import Filled, Skeletons

N_NEWEST = 10  # digests on the page of a topic; the search has the others, and filters for them
N_TITLES = 5  # digests of a month on the page of its year; the blog has two or three
PAGE_SIZE = 20  # digests on a page of a month


class MonthBox(NamedTuple):
    """A month in the archive. `more`: how many digests are not named, as words."""

    month: Count
    titles: Sequence[Link]
    more: str


@dataclass(frozen=True, slots=True)
class TopicsPage:
    frame: Frame
    lead: str
    topics: Sequence[Count]


@dataclass(frozen=True, slots=True)
class TopicPage:
    frame: Frame
    label: str
    lead: str
    all: Link
    newest: Filled
    types: Sequence[Count]
    years: Sequence[Count]


@dataclass(frozen=True, slots=True)
class MonthPage:
    """`earlier` and `later` are the months before and after that have digests."""

    frame: Frame
    heading: str
    lead: str
    year: Link
    hits: Filled
    first_rank: int
    pages: Sequence[Link]
    earlier: Link | None
    later: Link | None


@dataclass(frozen=True, slots=True)
class YearPage:
    """`earlier` and `later` are the years before and after that have digests."""

    frame: Frame
    heading: str
    lead: str
    months: Sequence[MonthBox]
    earlier: Link | None
    later: Link | None


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """All years, each with a link to each of its months."""

    frame: Frame
    lead: str
    years: Sequence[tuple[Count, Sequence[Count]]]


def topics_page(live: LiveGeneration, addresses: Addresses) -> TopicsPage:
    """Return the list of all topics, A to Z."""
    topics = live.searcher.search(SearchRequest(size=1)).facets[0]
    rows = by_label(counts(topics, addresses.topic))
    lead = f"{live.n_digests:,} digests under {len(rows)} topics. A digest may stand under several."
    frame = _frame(live, addresses, "Topics", addresses.topics, lead)
    return TopicsPage(frame, lead, rows)


def topic_page(live: LiveGeneration, topic: str, addresses: Addresses, skeletons: Skeletons) -> TopicPage | None:
    """Return the page of a topic, by its slug; None when no digest has it."""
    request = SearchRequest(topics=(topic,), size=N_NEWEST)
    results = live.searcher.search(request)
    topics, types, years = results.facets
    label = next((bucket.label for bucket in topics.buckets if bucket.selected), None)
    if label is None or not results.total:
        return None
    state = State(request)
    year_counts = counts(years, lambda year: addresses.results(state.with_years(int(year), int(year))))
    when = f", from {span(year_counts[0].label, year_counts[-1].label)}" if year_counts else ""
    lead = f"{results.total:,} of {digests(live.n_digests)} {'is' if results.total == 1 else 'are'} on {label}{when}."
    return TopicPage(
        frame=_frame(live, addresses, label, addresses.topic(topic), f"{lead} {results.hits[0].title.text}"),
        label=label,
        lead=lead,
        all=Link(addresses.results(state.query()), f"All {digests(results.total)}, with filters"),
        newest=cards(live, results.hits, addresses, skeletons, level=3),
        types=counts(types, lambda kind: addresses.results(state.toggle("type", kind))),
        years=year_counts[::-1],
    )


def month_page(
    live: LiveGeneration, month: str, page: int, addresses: Addresses, skeletons: Skeletons
) -> MonthPage | None:
    """Return a page of the digests of a month, from 1; None when there is no such month or page."""
    calendar = live.searcher.calendar
    doc_ids = calendar.get(month, ())
    shown = doc_ids[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    if not shown:
        return None
    months = list(calendar)
    place = months.index(month)
    name, address = month_name(month), addresses.month(month)
    n_pages = -(-len(doc_ids) // PAGE_SIZE)
    pages = [
        Link(f"{address}?page={number}" if number > 1 else address, f"{number:,}", number == page)
        for number in range(1, n_pages + 1)
    ]
    lead = f"{digests(len(doc_ids))} of {name}."
    return MonthPage(
        frame=_frame(live, addresses, name, pages[page - 1].href, f"{lead} {_title(live, shown[0])}"),
        heading=name,
        lead=lead,
        year=Link(addresses.year(month[:4]), f"All of {month[:4]}"),
        hits=cards(live, live.searcher.show(shown), addresses, skeletons, level=2),
        first_rank=(page - 1) * PAGE_SIZE + 1,
        pages=pages if len(pages) > 1 else [],
        earlier=_neighbour(months, place + 1, addresses.month, month_name),
        later=_neighbour(months, place - 1, addresses.month, month_name),
    )


def archive_page(live: LiveGeneration, addresses: Addresses) -> ArchivePage:
    """Return the list of all years and months, the newest first."""
    n_dated = sum(len(doc_ids) for doc_ids in live.searcher.calendar.values())
    years = [
        (
            Count(addresses.year(year), year, f"{sum(map(len, months.values())):,}"),
            [_month_count(month, doc_ids, addresses) for month, doc_ids in months.items()],
        )
        for year, months in _years(live).items()
    ]
    lead = f"{digests(live.n_digests)}."
    if n_dated < live.n_digests:
        lead += f" {live.n_digests - n_dated:,} without a month stand at the end of all digests."
    return ArchivePage(_frame(live, addresses, "Archive", addresses.archive, lead), lead, years)


def year_page(live: LiveGeneration, year: str, addresses: Addresses) -> YearPage | None:
    """Return the months of a year with the titles of their digests; None when it has none."""
    years = _years(live)
    if year not in years:
        return None
    order = list(years)
    place = order.index(year)
    lead = f"{digests(sum(map(len, years[year].values())))} of {year}."
    return YearPage(
        frame=_frame(live, addresses, year, addresses.year(year), lead),
        heading=year,
        lead=lead,
        months=[_month_box(live, month, doc_ids, addresses) for month, doc_ids in years[year].items()],
        earlier=_neighbour(order, place + 1, addresses.year, str),
        later=_neighbour(order, place - 1, addresses.year, str),
    )


def _years(live: LiveGeneration) -> dict[str, dict[str, Sequence[str]]]:
    """Return the ids of digests by month, by year, the newest first."""
    years: dict[str, dict[str, Sequence[str]]] = {}
    for month, doc_ids in live.searcher.calendar.items():
        years.setdefault(month[:4], {})[month] = doc_ids
    return years


def _month_count(month: str, doc_ids: Sequence[str], addresses: Addresses) -> Count:
    return Count(addresses.month(month), month_name(month), f"{len(doc_ids):,}")


def _month_box(live: LiveGeneration, month: str, doc_ids: Sequence[str], addresses: Addresses) -> MonthBox:
    titles = [Link(addresses.article(doc_id), _title(live, doc_id)) for doc_id in doc_ids[:N_TITLES]]
    left = len(doc_ids) - len(titles)
    return MonthBox(_month_count(month, doc_ids, addresses), titles, f"{left:,} more" if left else "")


def _title(live: LiveGeneration, doc_id: str) -> str:
    return live.record(doc_id).title or UNTITLED


def _neighbour(
    values: Sequence[str], place: int, address: Callable[[str], str], name: Callable[[str], str]
) -> Link | None:
    return Link(address(values[place]), name(values[place])) if 0 <= place < len(values) else None


def _frame(live: LiveGeneration, addresses: Addresses, title: str, canonical: str, description: str) -> Frame:
    return Frame(
        f"{title} · {SITE}",
        addresses,
        is_sample=live.is_sample,
        canonical=canonical,
        description=description,
    )
