"""What each template shows: one frozen dataclass per template. A live generation and results in; texts and links out.

Everything is decided and worded here, so templates only loop. Texts are raw (the templates escape them); every `href`
is built by us, or is an address that `safe_url` let through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from indexer import (
    Article,
    Citation,
    Facet,
    Fragment,
    Hit,
    Notice,
    Results,
    SearchRequest,
    Sort,
)
from webui.live import LiveGeneration
from webui.params import State

SITE = "PPRNet Search"
UNTITLED = "Untitled digest"
N_NEWEST = 3
N_FACET_ROWS = 8  # rows of a facet before the rest is folded away
BAR_STEPS = 20  # the stylesheet knows the bars .bar-0 to .bar-20
REMARKS = (
    "added",
    "dropped",
    "spelling",
)  # notices of how words are always read: nothing went wrong, so they are shown quietly
EXPANSIONS = ("added", "spelling")  # those of words that were searched beside the typed ones
PAGES_AROUND = 2  # pages linked on either side of the current one, besides the first and the last
SHA256_SHOWN = 12
SORT_LABELS: dict[Sort, str] = {"relevance": "Relevance", "newest": "Newest", "oldest": "Oldest", "title": "Title"}
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


@dataclass(frozen=True, slots=True)
class StartPage:
    frame: Frame
    count: str
    years: str
    examples: Sequence[Link]
    newest: Sequence[HitCard]
    topics: Sequence[FacetRow]


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


class TopicNote(NamedTuple):
    """A topic or research type of a digest, and who says so."""

    href: str
    label: str
    source: str


class CaptureNote(NamedTuple):
    """A page that the digest was read from. `url` is empty when the page did not tell where it came from."""

    url: str
    path: str
    sha256: str
    fetched: str


@dataclass(frozen=True, slots=True)
class ArticlePage:
    frame: Frame
    back: Link | None
    title: Words
    month: str
    type: TopicNote | None
    citation: Words
    email: Words
    doi: Link | None
    summary: Sequence[Words]
    implications: Sequence[Words]
    topics: Sequence[TopicNote]
    source: Link | None
    captures: Sequence[CaptureNote]
    plain: str


@dataclass(frozen=True, slots=True)
class MessagePage:
    """A page that has nothing to show but a sentence, what to do now, and the search box.

    detail  the operator's line, such as the command that mends the index; or "".
    """

    frame: Frame
    heading: str
    text: str
    detail: str
    links: Sequence[Link]


# --- pages -----------------------------------------------------------------------------------------------------------


def start_page(live: LiveGeneration, addresses: Addresses) -> StartPage:
    """Return the start page: examples that find something, the newest digests, the topics from A to Z."""
    results = live.searcher.search(SearchRequest(size=N_NEWEST))
    topics, _, years = results.facets
    state = State(results.request)
    with_digests = [bucket.value for bucket in years.buckets if bucket.count]
    return StartPage(
        frame=Frame(SITE, addresses, is_sample=live.is_sample, canonical=addresses.start),
        count=_digests(results.total),
        years=_span(with_digests[0], with_digests[-1]) if with_digests else "",
        examples=[Link(addresses.results(State(SearchRequest(text)).query()), text) for text in live.examples],
        newest=[_card(live, hit, addresses, "") for hit in results.hits],
        topics=[row for row in _by_label(_rows(topics, state, addresses)) if row.href],
    )


def search_page(live: LiveGeneration, results: Results, notices: Sequence[Notice], addresses: Addresses) -> SearchPage:
    """Return the result page of a search; `notices` are those of its address."""
    request = _known_choices(results)
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
            title=f"{_digests(results.total)}{f' for {request.text}' if request.text else ''} · {SITE}",
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
        did_you_mean_total=_digests(meant.total) if meant else "",
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
        hits=[_card(live, hit, addresses, query) for hit in results.hits],
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


def past_the_end_page(live: LiveGeneration, results: Results, addresses: Addresses) -> MessagePage:
    """Return what stands at the address of a page that a search does not have."""
    request = _known_choices(results)
    state = State(request)
    last = Link(addresses.results(state.page(results.pages)), f"Go to page {results.pages}, the last one")
    return MessagePage(
        frame=Frame(f"No such page · {SITE}", addresses, request.text, state.fields("q"), live.is_sample),
        heading=f"This search has no page {request.page:,}",
        text=f"It found {_digests(results.total)}, on {results.pages:,} page{'s' * (results.pages != 1)}.",
        detail="",
        links=(last,),
    )


def article_page(live: LiveGeneration, article: Article, request: SearchRequest, addresses: Addresses) -> ArticlePage:
    """Return the page of a digest. `request` is the search that led here; its words are marked."""
    state = State(request)
    query = state.query()

    def marked(texts: Sequence[str], field: str) -> Sequence[Words]:
        return live.searcher.mark_words(texts, field, request) if request.text else [(Fragment(t),) for t in texts]

    citation = article.citation
    captures = [
        CaptureNote(safe_url(capture.url), capture.path, capture.sha256[:SHA256_SHOWN], (capture.fetched_at or "")[:10])
        for capture in article.captures
    ]
    kind = article.research_type
    plain = addresses.article(article.id)
    return ArticlePage(
        frame=Frame(
            title=f"{article.title or 'Untitled digest'} · {SITE}",
            addresses=addresses,
            words=request.text,
            is_sample=live.is_sample,
            canonical=plain,
        ),
        back=Link(addresses.results(query), "Back to the results") if query else None,
        title=marked([article.title or UNTITLED], "title")[0],
        month=month_name(article.month),
        type=_topic_note(live, "type", kind.value, kind.source == "page", addresses) if kind else None,
        citation=marked([citation.printed], "citation")[0] if citation else (),
        email=marked([article.email], "citation")[0] if article.email else (),
        doi=_doi_link(citation),
        summary=marked(article.summary, "summary"),
        implications=marked(article.implications, "implications"),
        topics=_topic_notes(live, article, addresses),
        source=next((Link(note.url, "Read on the PPRNet blog") for note in captures if note.url), None),
        captures=captures,
        plain=plain if request.text else "",
    )


def message_page(
    heading: str,
    text: str,
    addresses: Addresses,
    *,
    live: LiveGeneration | None = None,
    detail: str = "",
    words: str = "",
) -> MessagePage:
    """Return a page that says what is wrong. `live` is None when there is no index to speak of."""
    links = () if live is None else (Link(addresses.search, "See all digests, newest first"),)
    frame = Frame(f"{heading} · {SITE}", addresses, words, is_sample=live is not None and live.is_sample)
    return MessagePage(frame, heading, text, detail, links)


# --- parts of pages --------------------------------------------------------------------------------------------------


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


def _digests(n: int) -> str:
    return f"{n:,} digest{'s' * (n != 1)}"


def _span(low: str | int, high: str | int) -> str:
    return str(low) if str(low) == str(high) else f"{low} to {high}"


def _known_choices(results: Results) -> SearchRequest:
    """Return the request as it was answered: filters that the index does not know are gone, years are in order."""
    r = results.request
    topics, types = (tuple(b.value for b in facet.buckets if b.selected) for facet in results.facets[:2])
    low, high = r.year_from, r.year_to
    if low is not None and high is not None and low > high:
        low, high = high, low
    return replace(r, topics=topics, types=types, year_from=low, year_to=high)


def _years_text(request: SearchRequest) -> str:
    low, high = request.year_from, request.year_to
    if low is not None and high is not None:
        return _span(low, high)
    if low is not None:
        return f"{low} or later"
    return f"{high} or earlier" if high is not None else ""


def _heading(results: Results, request: SearchRequest) -> list[Fragment]:
    """Return the sentence over the results: "37 digests for *video therapy* in *Alliance* or *Empathy*, 2020"."""
    total = _digests(results.total) if results.total else "No digest"
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
                yield Link(addresses.results(query), f"{_digests(total)} {label}")
    yield Link(addresses.search, f"All {_digests(live.n_digests)}, newest first")


def _card(live: LiveGeneration, hit: Hit, addresses: Addresses, query: str) -> HitCard:
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


def _rows(facet: Facet, state: State, addresses: Addresses) -> list[FacetRow]:
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


def _by_label(rows: list[FacetRow]) -> list[FacetRow]:
    return sorted(rows, key=lambda row: row.label.casefold())


def _facet_box(facet: Facet, state: State, addresses: Addresses) -> FacetBox:
    """Return a facet with the chosen values first, then the most frequent; the rest from A to Z."""
    rows = _rows(facet, state, addresses)
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
        rest=_by_label(rest),
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


def _doi_link(citation: Citation | None) -> Link | None:
    if citation is None or not citation.doi:
        return None
    return Link(f"https://doi.org/{quote(citation.doi, safe='/')}", f"doi.org/{citation.doi}")


def _topic_note(live: LiveGeneration, facet: str, value: str, from_page: bool, addresses: Addresses) -> TopicNote:
    href = addresses.results(State(SearchRequest()).toggle(facet, value))
    source = "shown under it on the blog" if from_page else "assigned by our rules"
    return TopicNote(href, live.searcher.label(facet, value), source)


def _topic_notes(live: LiveGeneration, article: Article, addresses: Addresses) -> list[TopicNote]:
    """Return each topic once; what the blog says counts more than our rules."""
    from_page = {topic.value: False for topic in article.topics}
    from_page.update((topic.value, True) for topic in article.topics if topic.source == "page")
    notes = [_topic_note(live, "topic", value, proven, addresses) for value, proven in from_page.items()]
    return sorted(notes, key=lambda note: note.label.casefold())
