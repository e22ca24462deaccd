"""What a digest is filed under, and who says so: the blog, a librarian or our rules. Its record in; links out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from indexer import Article, Assignment, AssignmentSource, SearchRequest
from webui.live import LiveGeneration
from webui.pages.parts import Addresses
from webui.params import State

EVIDENCE_SHOWN = 3  # phrases
TYPE_SOURCES: dict[AssignmentSource, str] = {
    "override": "set by a librarian",
    "page": "as the blog shows it",
    "rules": "assigned by our rules",
}
# In the order of how much they count: who is named first has a topic that several sources give.
TOPIC_SOURCES: dict[AssignmentSource, tuple[str, str]] = {
    "override": ("Topics set by a librarian", ""),
    "page": ("Topics, as the blog shows them", ""),
    "rules": (
        "Topics assigned by our rules",
        "A rule is a phrase that stands in the digest; the blog itself may file it elsewhere.",
    ),
}


class Assigned(NamedTuple):
    """A topic or research type. `source`: who says so.   `evidence`: the phrases that our rules found, or ""."""

    href: str
    label: str
    source: AssignmentSource
    evidence: str


class TopicGroup(NamedTuple):
    """The topics of a digest that come from one source."""

    heading: str
    hint: str
    topics: Sequence[Assigned]


def assigned_type(live: LiveGeneration, article: Article, addresses: Addresses) -> Assigned | None:
    """Return the type of research of a digest, or None."""
    kind = article.research_type
    if kind is None:
        return None
    href = addresses.results(State(SearchRequest()).toggle("type", kind.value))
    return Assigned(href, live.searcher.label("type", kind.value), kind.source, _evidence(kind))


def assigned_topics(live: LiveGeneration, article: Article, addresses: Addresses) -> list[TopicGroup]:
    """Return the topics by who says so, each topic once and those of a source by label."""
    groups = []
    seen: set[str] = set()
    for source, (heading, hint) in TOPIC_SOURCES.items():
        given = [topic for topic in article.topics if topic.source == source and topic.value not in seen]
        seen |= {topic.value for topic in given}
        notes = [
            Assigned(addresses.topic(topic.value), live.searcher.label("topic", topic.value), source, _evidence(topic))
            for topic in given
        ]
        if notes:
            groups.append(TopicGroup(heading, hint, sorted(notes, key=lambda note: note.label.casefold())))
    return groups


def _evidence(assignment: Assignment) -> str:
    if assignment.source != "rules":
        return ""
    if not assignment.evidence:
        return "nothing else fits"
    # a star stands for any ending
    return ", ".join(f"“{phrase.replace('*', '…')}”" for phrase in assignment.evidence[:EVIDENCE_SHOWN])
