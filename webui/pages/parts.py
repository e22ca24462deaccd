"""What the pages share: addresses, links, counts, cards. Texts are raw and the templates escape them; only what stands
on a page by the dozen (cards, rows, bars) is markup already, made from the macros of `parts.html`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from indexer import Citation, Facet, Fragment, Hit, MarkedText, Results, SearchRequest
from webui.live import LiveGeneration
from webui.skeletons import HOLES, Skeletons, escaped

SITE = "PPRNet Search"
UNTITLED = "Untitled digest"


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


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of our own pages. `root` is where the application is mounted: "" or "/prefix"."""

    root: str
    style: str
    icon: str
    script: str

    @property
    def start(self) -> str:
        return f"{self.root}/"

    @property
    def search(self) -> str:
        return f"{self.root}/search"

    @property
    def suggest(self) -> str:
        return f"{self.root}/suggest"

    @property
    def about(self) -> str:
        return f"{self.root}/about"

    @property
    def topics(self) -> str:
        return f"{self.root}/topics"

    @property
    def archive(self) -> str:
        return f"{self.root}/archive"

    @property
    def status(self) -> str:
        return f"{self.root}/status"

    def results(self, query: str) -> str:
        return f"{self.root}/search?{query}" if query else f"{self.root}/search"

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


@dataclass(frozen=True, slots=True)
class Frame:
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
    carried: Sequence[tuple[str, str]] = ()
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
    topics, types = (tuple([value for value, _ in chosen_values(facet)]) for facet in results.facets[:2])
    low, high = r.year_from, r.year_to
    if low is not None and high is not None and low > high:
        low, high = high, low
    if (topics, types, low, high) == (r.topics, r.types, r.year_from, r.year_to):
        return r
    return replace(r, topics=topics, types=types, year_from=low, year_to=high)


def chosen_values(facet: Facet) -> list[tuple[str, str]]:
    """Return (value, label) of what is chosen in a facet, by value."""
    if not facet.chosen:
        return []
    return sorted((v, label) for v, label in zip(facet.values, facet.labels, strict=True) if v in facet.chosen)


def counts(facet: Facet, address: Callable[[str], str]) -> list[Count]:
    """Return the values of a facet that digests have, in its own order."""
    return [Count(address(bucket.value), bucket.label, f"{bucket.count:,}") for bucket in facet.buckets if bucket.count]


def by_label(rows: Iterable[Count]) -> list[Count]:
    """Return counts from A to Z."""
    return sorted(rows, key=lambda row: row.label.casefold())


def cards(
    live: LiveGeneration, hits: Iterable[Hit], addresses: Addresses, skeletons: Skeletons, *, level: int
) -> Markup:
    """Return the cards of digests as items of a list, with headings of a level."""
    return Markup("".join([_card(live, hit, addresses, skeletons, level, "", "") for hit in hits]))


def result_cards(
    live: LiveGeneration, results: Results, query: str, addresses: Addresses, skeletons: Skeletons
) -> Markup:
    """Return the cards of the hits of a search as items of a list; `query` is its address."""
    asked = f"?{escaped(query)}" if query else ""
    why = asked if results.words else ""  # without words there is nothing to explain
    return Markup("".join([_card(live, hit, addresses, skeletons, 2, asked, why) for hit in results.hits]))


def _card(
    live: LiveGeneration, hit: Hit, addresses: Addresses, skeletons: Skeletons, level: int, query: str, why: str
) -> str:
    """Return the card of a hit. `query` and `why`: what stands behind the addresses of its page and its explanation."""
    facts = live.card_facts(hit.doc_id)
    name = hit.title.text or UNTITLED
    snippet, missing = hit.snippet, escaped(", ".join(hit.missing))
    skeleton = skeletons.get(
        "card", level, addresses.root, facts, name, HOLES[0], HOLES[1], HOLES[2],
        snippet.cut_before, snippet.cut_after, HOLES[3] if missing and why else "", HOLES[4] if why else "",
    )  # fmt: skip
    title = marked(hit.title) if hit.title.marks else escaped(name)
    values = (query, title, marked(snippet.extract))
    return skeleton.fill(*values, missing, why) if why else skeleton.fill(*values)


def marked(text: MarkedText) -> str:
    """Return the markup of a text with its marks."""
    place, whole, pieces = 0, text.text, []
    for start, end in text.marks:
        pieces += [escaped(whole[place:start]), "<mark>", escaped(whole[start:end]), "</mark>"]
        place = end
    return "".join([*pieces, escaped(whole[place:])])


def doi_link(citation: Citation | None) -> Link | None:
    if citation is None or not citation.doi:
        return None
    return Link(f"https://doi.org/{quote(citation.doi, safe='/')}", f"doi.org/{citation.doi}")
