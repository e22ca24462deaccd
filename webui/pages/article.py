"""The page of a digest: its record and the search that led to it in; what `article.html` shows out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import NamedTuple

from indexer import Article, Fragment, Related, SearchRequest
from webui.live import LiveGeneration
from webui.pages.assigned import TYPE_SOURCES, Assigned, TopicGroup, assigned_topics, assigned_type
from webui.pages.cards import UNTITLED, month_name
from webui.pages.parts import SITE, Addresses, Frame, Link, doi_link, safe_url
from webui.params import State

MAX_STEPS = 60  # links to single marks; a reader of more words has lost interest in single ones
MAX_DESCRIPTION = 160  # characters; what web search engines show
MAX_SIBLINGS = 10  # the blog has two or three digests a month
MAX_REPLACED = 300  # characters of what a correction replaced


class Piece(NamedTuple):
    """A run of text. `number`: of the mark on it, from 1 in the order of the page; 0 when it is not marked."""

    text: str
    number: int


Pieces = Sequence[Piece]


class OverrideNote(NamedTuple):
    """A correction by a librarian. `replaced`: what stood there before, or ""."""

    field: str
    why: str
    by: str
    replaced: str


class CaptureNote(NamedTuple):
    """A page that the digest was read from. `url` is empty when the page did not tell where it came from."""

    url: str
    path: str
    sha256: str
    fetched: str


class Relative(NamedTuple):
    """A related digest. `why`: what both share."""

    href: str
    title: str
    meta: str
    why: str


class Place(NamedTuple):
    """Where the digest stands in the results that led to it. `previous` and `next` are addresses, or ""."""

    text: str
    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """`steps`: the numbers of marks that are linked.   `plain`: the address without marks and search."""

    frame: Frame
    back: Link | None
    place: Place | None
    plain: str
    n_marks: int
    matches: str
    steps: Sequence[int]
    title: Pieces
    type: Assigned | None
    month: Link | None
    citation: Pieces
    doi: Link | None
    summary: Sequence[Pieces]
    implications: Sequence[Pieces]
    email: Pieces
    type_source: str
    topics: Sequence[TopicGroup]
    source: Link | None
    related: Sequence[Relative]
    siblings: Sequence[Link]
    more_siblings: str
    doc_id: str
    former_ids: Sequence[str]
    overrides: Sequence[OverrideNote]
    captures: Sequence[CaptureNote]


def article_page(live: LiveGeneration, article: Article, request: SearchRequest, addresses: Addresses) -> ArticlePage:
    """Return the page of a digest. `request` is the search that led here; its words are marked."""
    query = State(request).query()
    numbers = count(1)

    def marked(texts: Iterable[str | None], field: str) -> list[Pieces]:
        whole = [text for text in texts if text]
        if not request.text:
            return [(Piece(text, 0),) for text in whole]
        return [_number(fragments, numbers) for fragments in live.searcher.mark_words(whole, field, request)]

    citation = article.citation
    # in the order of the page, because marks are counted
    title = marked([article.title or UNTITLED], "title")[0]
    reference = marked([citation.printed if citation else None], "citation")
    summary = marked(article.summary, "summary")
    implications = marked(article.implications, "implications")
    email = marked([article.email], "citation")
    n_marks = next(numbers) - 1
    plain = addresses.article(article.id)
    captures = [
        CaptureNote(safe_url(capture.url), capture.path, capture.sha256, (capture.fetched_at or "")[:10])
        for capture in article.captures
    ]
    kind = assigned_type(live, article, addresses)
    siblings = [doc_id for doc_id in live.searcher.calendar.get(article.month or "", ()) if doc_id != article.id]
    return ArticlePage(
        frame=Frame(
            title=f"{article.title or UNTITLED} · {SITE}",
            addresses=addresses,
            words=request.text,
            is_sample=live.is_sample,
            canonical=plain,
            description=_description(article),
        ),
        back=Link(addresses.results(query), "Back to the results") if query else None,
        place=_place(live, article.id, request, addresses) if query else None,
        plain=plain if request.text else "",
        n_marks=n_marks,
        matches=f"{n_marks:,} match{'es' * (n_marks != 1)}" if n_marks else "Your words are not in this digest.",
        steps=range(1, min(n_marks, MAX_STEPS) + 1),
        title=title,
        type=kind,
        type_source=TYPE_SOURCES[kind.source] if kind else "",
        month=Link(addresses.month(article.month), month_name(article.month)) if article.month else None,
        citation=reference[0] if reference else (),
        doi=doi_link(citation),
        summary=summary,
        implications=implications,
        email=email[0] if email else (),
        topics=assigned_topics(live, article, addresses),
        source=next((Link(note.url, "Read on the PPRNet blog") for note in captures if note.url), None),
        related=[_relative(live, related, addresses) for related in live.related(article.id)],
        siblings=[_title_link(live, doc_id, addresses) for doc_id in siblings[:MAX_SIBLINGS]],
        more_siblings=f"{len(siblings) - MAX_SIBLINGS:,} more" if len(siblings) > MAX_SIBLINGS else "",
        doc_id=article.id,
        former_ids=article.former_ids,
        overrides=[
            OverrideNote(
                override.field.replace("_", " ").capitalize(),
                override.why,
                f"{override.who}, {override.date}",
                _cut("; ".join(override.replaced), MAX_REPLACED),
            )
            for override in article.overrides
        ],
        captures=captures,
    )


def _number(fragments: Iterable[Fragment], numbers: Iterator[int]) -> Pieces:
    return [Piece(fragment.text, next(numbers) if fragment.marked else 0) for fragment in fragments]


def _description(article: Article) -> str:
    """Return the beginning of a digest."""
    return _cut((article.summary or article.implications or ("",))[0], MAX_DESCRIPTION)


def _cut(text: str, n_chars: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= n_chars else f"{text[:n_chars].rpartition(' ')[0] or text[:n_chars]} …"


def _place(live: LiveGeneration, doc_id: str, request: SearchRequest, addresses: Addresses) -> Place | None:
    """Return the place of a digest on the page of results that its address names; None when it is not there.

    No session is needed: the address of a digest carries the search and its page. It costs one search, at the two ends
    of a page another one.
    """
    results = live.searcher.search(request)
    ids = [hit.doc_id for hit in results.hits]
    if doc_id not in ids:
        return None
    at = ids.index(doc_id)

    def neighbour(step: int) -> str:
        place, page, around = at + step, request.page, ids
        if not 0 <= place < len(ids):
            page, place = page + step, -1 if step < 0 else 0
            around = []
            if 1 <= page <= results.pages:
                around = [hit.doc_id for hit in live.searcher.search(replace(request, page=page)).hits]
        return addresses.article(around[place], State(request).page(page)) if around else ""

    return Place(f"{results.hits[at].rank:,} of {results.total:,}", neighbour(-1), neighbour(+1))


def _relative(live: LiveGeneration, related: Related, addresses: Addresses) -> Relative:
    article = live.record(related.doc_id)
    kind = article.research_type
    meta = [live.searcher.label("type", kind.value) if kind else "", month_name(article.month)]
    shared = [*(live.searcher.label("topic", topic) for topic in related.topics), *related.words]
    return Relative(
        addresses.article(article.id), article.title or UNTITLED, " · ".join(filter(None, meta)), ", ".join(shared)
    )


def _title_link(live: LiveGeneration, doc_id: str, addresses: Addresses) -> Link:
    return Link(addresses.article(doc_id), live.record(doc_id).title or UNTITLED)
