"""What the pages share: addresses, links, facet rows, the card of a hit; texts are raw, the templates escape them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from indexer import Citation, Facet, Fragment, Hit, Results, SearchRequest
from webui.live import LiveGeneration
from webui.params import State

SITE = "PPRNet Search"
UNTITLED = "Untitled digest"
BAR_STEPS = 20  # the stylesheet knows the bars .bar-0 to .bar-20
MONTH_NAMES = "January February March April May June July August September October November December".split()


Words = Iterable[Fragment]  # a text in pieces, some of them marked; () when there is none


class Link(NamedTuple):
    """An address and its words; without address it is plain text. `current`: it is what is shown now."""

    href: str
    text: str
    current: bool = False


class FacetRow(NamedTuple):
    """A value of a facet. `href` is empty when nothing would be found. `bar`: 0 to BAR_STEPS, its share of the most."""

    href: str
    label: str
    number: str
    selected: bool
    bar: int


class HitCard(NamedTuple):
    """One hit of a list."""

    href: str
    title: Words
    month: str
    type: str
    snippet: Words
    cut_before: bool
    cut_after: bool
    reference: str
    journal: str
    missing: str


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of our own pages. `root` is where the application is mounted: "" or "/prefix"."""

    root: str
    style: str
    icon: str

    @property
    def start(self) -> str:
        return f"{self.root}/"

    @property
    def search(self) -> str:
        return f"{self.root}/search"

    def results(self, query: str) -> str:
        return f"{self.root}/search?{query}" if query else f"{self.root}/search"

    def article(self, doc_id: str, query: str = "") -> str:
        path = f"{self.root}/article/{quote(doc_id, safe='')}"
        return f"{path}?{query}" if query else path


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page has around its content.

    words      what the search box holds.
    carried    (name, value) pairs that the search box carries along: the filters in force.
    is_sample  the digests are the shipped retellings, which every page must say.
    canonical  the address of this content without the reader's words, or "".
    """

    title: str
    addresses: Addresses
    words: str = ""
    carried: Sequence[tuple[str, str]] = ()
    is_sample: bool = False
    canonical: str = ""


def month_name(month: str | None) -> str:
    """Return "July 2020" for "2020-07", and "" for None."""
    if month is None:
        return ""
    year, _, number = month.partition("-")
    return f"{MONTH_NAMES[int(number) - 1]} {year}"


def safe_url(url: str | None) -> str:
    """Return an address that may become a link: http or https, with a host. Else ""."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    return url if url and parts.scheme in ("http", "https") and parts.netloc else ""


def digests(n: int) -> str:
    return f"{n:,} digest{'s' * (n != 1)}"


def span(low: str | int, high: str | int) -> str:
    return str(low) if str(low) == str(high) else f"{low} to {high}"


def known_choices(results: Results) -> SearchRequest:
    """Return the request as it was answered: filters that the index does not know are gone, years are in order."""
    r = results.request
    topics, types = (tuple(b.value for b in facet.buckets if b.selected) for facet in results.facets[:2])
    low, high = r.year_from, r.year_to
    if low is not None and high is not None and low > high:
        low, high = high, low
    return replace(r, topics=topics, types=types, year_from=low, year_to=high)


def card(live: LiveGeneration, hit: Hit, addresses: Addresses, query: str) -> HitCard:
    article = live.record(hit.doc_id)
    kind = article.research_type
    return HitCard(
        href=addresses.article(hit.doc_id, query),
        title=hit.title if article.title else (Fragment(UNTITLED),),
        month=month_name(hit.month),
        type=live.searcher.label("type", kind.value) if kind else "",
        snippet=hit.snippet.extract,
        cut_before=hit.snippet.cut_before,
        cut_after=hit.snippet.cut_after,
        reference=_short_reference(article.citation),
        journal=article.citation.journal or "" if article.citation else "",
        missing=", ".join(hit.missing),
    )


def _short_reference(citation: Citation | None) -> str:
    """Return "Norwood et al. (2018)" of a reference whose authors and year are known, else ""."""
    if citation is None or not citation.authors or citation.study_year is None:
        return ""
    names = [author.partition(",")[0] for author in citation.authors]
    who = names[0] if len(names) == 1 else f"{names[0]} & {names[1]}" if len(names) == 2 else f"{names[0]} et al."
    return f"{who} ({citation.study_year})"


def facet_rows(facet: Facet, state: State, addresses: Addresses) -> list[FacetRow]:
    """Return the rows of a topic or type facet in its own order."""
    start = f"{addresses.search}?"
    most = max((bucket.count for bucket in facet.buckets), default=0) or 1
    rows = []
    for value, label, count, selected in ((b.value, b.label, b.count, b.selected) for b in facet.buckets):
        query = state.toggle(facet.name, value) if count or selected else None
        href = "" if query is None else f"{start}{query}" if query else addresses.search
        rows.append(FacetRow(href, label, f"{count:,}", selected, _bar(count, most)))
    return rows


def _bar(count: int, most: int) -> int:
    """Return the length of a bar in steps: 0 for nothing, else at least 1."""
    return -(-count * BAR_STEPS // most)


def by_label(rows: list[FacetRow]) -> list[FacetRow]:
    return sorted(rows, key=lambda row: row.label.casefold())


def doi_link(citation: Citation | None) -> Link | None:
    if citation is None or not citation.doi:
        return None
    return Link(f"https://doi.org/{quote(citation.doi, safe='/')}", f"doi.org/{citation.doi}")
