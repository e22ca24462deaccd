"""What the pages share: addresses, links, counts, cards. Texts are raw and the templates escape them; only what stands
on a page by the dozen (cards, rows, bars) is markup already, made from the macros of `parts.html`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from indexer import Article, Citation, Facet, Fragment, Hit, Results, SearchRequest, mark_up
from webui.live import LiveGeneration
from webui.pages.cards import UNTITLED, Label, card_facts
from webui.skeletons import HOLES, Filled, Skeleton, Skeletons, escaped

SITE = "PPRNet Search"
BEFORE_CUT, AFTER_CUT = (b"", "… ".encode()), (b"", " …".encode())

Words = Iterable[Fragment]  # a text in pieces, some of them marked; () when there is none


class Link(NamedTuple):
    """An address and its words; without address it is plain text. `current`: it is what is shown now."""

    href: str
    text: str
    current: bool = False


class Count(NamedTuple):
    """A link and how many digests it leads to."""

    href: str
    label: str
    number: str


class Addresses:
    """The addresses of our own pages. `root` is where the application is mounted: "" or "/prefix"."""

    def __init__(self, root: str, style: str, icon: str, script: str) -> None:
        self.root, self.style, self.icon, self.script = root, style, icon, script
        self.start = f"{root}/"
        self.search = f"{root}/search"
        self.suggest = f"{root}/suggest"
        self.about = f"{root}/about"
        self.topics = f"{root}/topics"
        self.archive = f"{root}/archive"
        self.status = f"{root}/status"

    def results(self, query: str) -> str:
        return f"{self.search}?{query}" if query else self.search

    def article(self, doc_id: str, query: str = "") -> str:
        path = f"{self.root}/article/{quote(doc_id, safe='')}"
        return f"{path}?{query}" if query else path

    def filters(self, query: str) -> str:
        return f"{self.root}/filters?{query}" if query else f"{self.root}/filters"

    def why(self, doc_id: str, query: str) -> str:
        return f"{self.root}/why/{quote(doc_id, safe='')}?{query}"

    def topic(self, value: str) -> str:
        return f"{self.root}/topic/{quote(value, safe='')}"

    def year(self, year: int | str) -> str:
        return f"{self.root}/year/{year}"

    def month(self, month: str) -> str:
        return f"{self.root}/month/{month}"


class Frame(NamedTuple):
    """What every page has around its content.

    words      what the search box holds.
    carried    (name, value) pairs that the search box carries along: the filters in force.
    is_sample  the digests are the shipped retellings, which every page must say.
    canonical  the address of this content without the reader's words; "": search engines shall not list the page.
    description  what the page holds, in one sentence, for lists of search engines; or "".
    """

    title: str
    addresses: Addresses
    words: str = ""
    carried: tuple[tuple[str, str], ...] = ()
    is_sample: bool = False
    canonical: str = ""
    description: str = ""


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


def joined(texts: Sequence[str], last: str) -> str:
    """Return "a", "a and b", "a, b and c", for `last` " and "."""
    return ", ".join(texts[:-1]) + last + texts[-1] if len(texts) > 1 else "".join(texts)


def years_text(request: SearchRequest) -> str:
    """Return the range of years in words, "" without one."""
    low, high = request.year_from, request.year_to
    if low is not None and high is not None:
        return span(low, high)
    if low is not None:
        return f"{low} or later"
    return f"{high} or earlier" if high is not None else ""


def known_choices(results: Results) -> SearchRequest:
    """Return the request as it was answered: filters that the index does not know are gone, years are in order."""
    r = results.request
    low, high = r.year_from, r.year_to
    if not r.topics and not r.types and (low is None or high is None):
        return r  # as mostly
    topics, types = (tuple([value for value, _ in chosen_values(facet)]) for facet in results.facets[:2])
    if low is not None and high is not None and low > high:
        low, high = high, low
    if (topics, types, low, high) == (r.topics, r.types, r.year_from, r.year_to):
        return r
    return replace(r, topics=topics, types=types, year_from=low, year_to=high)


def chosen_values(facet: Facet) -> list[tuple[str, str]]:
    """Return (value, label) of what is chosen in a facet, by value."""
    if not facet.chosen:
        return []
    return [(value, facet.labels[facet.values.index(value)]) for value in sorted(facet.chosen)]


def counts(facet: Facet, address: Callable[[str], str]) -> list[Count]:
    """Return the values of a facet that digests have, in its own order."""
    return [Count(address(bucket.value), bucket.label, f"{bucket.count:,}") for bucket in facet.buckets if bucket.count]


def by_label(rows: Iterable[Count]) -> list[Count]:
    """Return counts from A to Z."""
    return sorted(rows, key=lambda row: row.label.casefold())


def cards(
    live: LiveGeneration, hits: Iterable[Hit], addresses: Addresses, skeletons: Skeletons, *, level: int
) -> Filled:
    """Return the cards of digests as items of a list, with headings of a level."""
    return _cards(live, hits, addresses.root, skeletons, level, b"", b"")


def result_cards(
    live: LiveGeneration, results: Results, query: str, addresses: Addresses, skeletons: Skeletons
) -> Filled:
    """Return the cards of the hits of a search as items of a list; `query` is its address."""
    asked = escaped(f"?{query}" if query else "")
    why = asked if results.words else b""  # without words there is nothing to explain
    return _cards(live, results.hits, addresses.root, skeletons, 2, asked, why)


def _cards(
    live: LiveGeneration, hits: Iterable[Hit], root: str, skeletons: Skeletons, level: int, query: bytes, why: bytes
) -> Filled:
    """Return cards. `query` and `why`: what stands behind the addresses of a digest's page and its explanation."""
    cards, has_why = [], why != b""
    for hit in hits:
        title, snippet = hit.title, hit.snippet
        extract = mark_up(snippet.text, snippet.marks)
        if snippet.cut_before or snippet.cut_after:
            extract = BEFORE_CUT[snippet.cut_before] + extract + AFTER_CUT[snippet.cut_after]
        missing = escaped(", ".join(hit.missing)) if has_why and hit.missing else b""
        made: Skeleton = live.remembered(_make_card, hit.doc_id, skeletons, root, level, missing != b"", has_why)
        cards.append(made.fill(query, mark_up(title.text, title.marks) or escaped(UNTITLED), extract, missing, why))
    return Filled(b"".join(cards))


def _make_card(
    article: Article, label: Label, skeletons: Skeletons, root: str, level: int, has_missing: bool, has_why: bool
) -> Skeleton:
    """Return the card of a digest with holes for the address of the search, title, snippet, missing words and why."""
    query, title, snippet, missing, why = HOLES
    holes = (query, title, snippet, missing if has_missing else "", why if has_why else "")
    return Skeleton(skeletons.markup("card", level, root, card_facts(article, label), *holes))


def doi_link(citation: Citation | None) -> Link | None:
    if citation is None or not citation.doi:
        return None
    return Link(f"https://doi.org/{quote(citation.doi, safe='/')}", f"doi.org/{citation.doi}")
