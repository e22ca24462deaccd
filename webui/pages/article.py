"""The page of a digest: its record and the search that led to it in; what `article.html` shows out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from indexer import Article, Fragment, SearchRequest
from webui.live import LiveGeneration
from webui.pages.parts import SITE, UNTITLED, Addresses, Frame, Link, Words, doi_link, month_name, safe_url
from webui.params import State

SHA256_SHOWN = 12


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
        doi=doi_link(citation),
        summary=marked(article.summary, "summary"),
        implications=marked(article.implications, "implications"),
        topics=_topic_notes(live, article, addresses),
        source=next((Link(note.url, "Read on the PPRNet blog") for note in captures if note.url), None),
        captures=captures,
        plain=plain if request.text else "",
    )


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
