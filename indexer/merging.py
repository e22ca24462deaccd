"""Step 4 of 8, its middle: everything that is known of one digest -> its record.

Input: all appearances of the digest, a librarian's corrections. Output: the article, and what should be known of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from indexer.articles import Draft, article_id, find_gaps, slug_of
from indexer.citation import parse_citation
from indexer.identity import Appearance
from indexer.model import Article, Assignment, Citation, Filter, Override, Problem
from indexer.overrides import OF_DRAFT, OVERRIDES_TABLE, Correction, correct_draft
from indexer.topics import Vocabulary, assign_topics, assign_type

# Half of the shortest paragraph of the real pages; the shortest digest there has 330 words.
FEWEST_WORDS = 40


def merge(
    doc_id: str,
    former_ids: tuple[str, ...],
    appearances: Sequence[Appearance],
    corrections: Sequence[Correction],
    vocabulary: Vocabulary,
) -> tuple[Article, tuple[Problem, ...]]:
    """Return the record of one digest.

    appearances  all of them, newest first: topics and pages are united, the text is the newest one's.
    corrections  at most one a field; they come before citations are read and rules assign topics.
    """
    newest = appearances[0]
    used = _Used()
    draft = newest.draft
    for correction in corrections:
        if correction.field in OF_DRAFT and used.add(correction, _value_of(draft, correction.field)):
            draft = correct_draft(draft, [correction])
    citation = _corrected(parse_citation(draft.citation) if draft.citation else None, corrections, used)
    article = Article(
        id=doc_id,
        title=draft.title,
        month=draft.month,
        year=int(draft.month[:4]),
        citation=citation,
        summary=tuple(draft.summary),
        implications=tuple(draft.implications),
        email=draft.email,
        captures=tuple(dict.fromkeys(appearance.capture for appearance in appearances)),
        former_ids=former_ids,
    )
    topics, research_type, type_conflicts = _assigned(article, appearances, vocabulary)
    for correction in corrections:
        assigned = tuple(Assignment(slug, "override", (correction.why,)) for slug in correction.value)
        if correction.field == "topics" and used.add(correction, tuple(topic.value for topic in topics)):
            topics = assigned
        elif correction.field == "research_type" and used.add(correction, (research_type.value,)):
            research_type, type_conflicts = assigned[0], []
    problems = [*_moves(appearances), *_conflicts(appearances, corrections), *type_conflicts]
    words = sum(len(text.split()) for text in (*draft.summary, *draft.implications))
    if words < FEWEST_WORDS:
        message = f"It has only {words} words. Check that its page is complete."
        problems.append(Problem("short-text", message, newest.capture.path, draft.title, level="note"))
    if corrections:  # else it lacks what its newest page says that it lacks
        gaps = find_gaps(draft, newest.capture.path)
        problems += [gap for gap in gaps if gap.code != "malformed-doi" or not (citation and citation.doi)]
    problems += used.problems(article.title)
    article = dataclasses.replace(article, topics=topics, research_type=research_type, overrides=tuple(used.overrides))
    return article, tuple(problems)


# --- several captures ------------------------------------------------------------------------------------------------


def _moves(appearances: Sequence[Appearance]) -> Iterator[Problem]:
    """Say once for each former id where it was seen, and what changed."""
    taken = appearances[0].draft
    told = {article_id(taken.month, taken.title)}
    for other in appearances:
        former = article_id(other.draft.month, other.draft.title)
        if former not in told:
            told.add(former)
            changes = [
                f"{name} was '{old}', is '{new}'"
                for name, old, new in (
                    ("title", other.draft.title, taken.title),
                    ("month", other.draft.month, taken.month),
                )
                if old != new
            ]
            message = f"Its {'; its '.join(changes)}. Its former address, {former}, leads to the new one."
            yield Problem("moved", message, other.capture.path, taken.title, level="note")


def _conflicts(appearances: Sequence[Appearance], corrections: Sequence[Correction]) -> Iterator[Problem]:
    """Say once for each older version how it differs, unless a correction settled just that."""
    newest = appearances[0]
    taken = correct_draft(newest.draft, corrections)
    told = [taken]
    for other in appearances[1:]:
        draft = correct_draft(other.draft, corrections)
        if draft in told:
            continue
        told.append(draft)
        if other.capture == newest.capture:
            message = "It stands twice on the page, with different text; the first was taken. Check the page."
        elif (
            _id_of(draft) == _id_of(taken) or dataclasses.replace(draft, title=taken.title, month=taken.month) != taken
        ):
            newer = "neither has a date" if other.capture.fetched_at == newest.capture.fetched_at else "it is newer"
            message = (
                f"Its text differs from that on {newest.capture.path}, which was taken ({newer}). Compare them; if it "
                f"is the wrong one, correct it in {OVERRIDES_TABLE}."
            )
        elif other.capture.fetched_at == newest.capture.fetched_at:
            message = (
                f"Its title or month differs from that on {newest.capture.path}, which was taken although neither "
                f"page says when it was captured. If it is the wrong one, correct it in {OVERRIDES_TABLE}."
            )
        else:
            continue
        yield Problem("conflict", message, other.capture.path, taken.title)


def _id_of(draft: Draft) -> str:
    return article_id(draft.month, draft.title)


# --- corrections -----------------------------------------------------------------------------------------------------


class _Used:
    """What corrections replaced, and which of them had nothing to do."""

    def __init__(self) -> None:
        self.overrides: list[Override] = []
        self._unused: list[tuple[Correction, str]] = []

    def add(self, correction: Correction, replaced: tuple[str, ...], missing: str = "") -> bool:
        """Note a correction, and tell whether it is to be carried out. `missing`: why it cannot be."""
        if missing or replaced == correction.value:
            self._unused.append((correction, missing or "it says so without the correction"))
            return False
        self.overrides.append(Override(correction.field, correction.why, correction.who, correction.date, replaced))
        return True

    def problems(self, title: str) -> Iterator[Problem]:
        for override in self.overrides:
            message = f"Its {override.field} was corrected by {override.who} on {override.date}: {override.why}"
            yield Problem("overridden", message, OVERRIDES_TABLE, title, level="note")
        for correction, reason in self._unused:
            yield unused(correction, reason, title)


def unused(correction: Correction, reason: str, title: str | None = None) -> Problem:
    """Return the warning about a correction that was not carried out."""
    message = (
        f"Override {correction.number}, of the {correction.field} of '{correction.id}', was not used: {reason}. "
        "Correct or remove it."
    )
    return Problem("unused-override", message, OVERRIDES_TABLE, title)


def _value_of(draft: Draft, field: str) -> tuple[str, ...]:
    value = getattr(draft, field)
    return tuple(value) if isinstance(value, list) else (value,) if value else ()


def _corrected(citation: Citation | None, corrections: Sequence[Correction], used: _Used) -> Citation | None:
    for correction in corrections:
        if correction.field == "doi":
            missing = "" if citation else "the digest has no citation"
            doi = citation.doi if citation else None
            if used.add(correction, (doi,) if doi else (), missing) and citation:
                return dataclasses.replace(citation, doi=next(iter(correction.value), None))
    return citation


# --- topics and type -------------------------------------------------------------------------------------------------


def slug_of_choice(choice: Filter, vocabulary: Vocabulary) -> tuple[str, bool]:
    """Return the slug of one of the blog's labels, and whether the vocabulary has it."""
    find = vocabulary.topic_for_label if choice.kind == "topic" else vocabulary.type_for_label
    known = find(choice.label)
    return (known.slug, True) if known else (slug_of(choice.label), False)


def _assigned(
    article: Article, appearances: Sequence[Appearance], vocabulary: Vocabulary
) -> tuple[tuple[Assignment, ...], Assignment, list[Problem]]:
    """Return topics, by slug, and research type: what pages prove, else what rules find."""
    topics, types = _proven(appearances, vocabulary)
    problems = []
    if len(types) > 1:
        taken, *others = types.values()
        message = (
            f"Pages prove more than one type of research for it: '{taken.value}' ({taken.evidence[0]}), "
            f"'{others[0].value}' ({others[0].evidence[0]}). The first, from the newer page, was taken."
        )
        problems.append(Problem("conflict", message, taken.evidence[0], article.title))
    by_rules = [
        topic
        for topic in assign_topics(article, vocabulary)
        if topic.value not in topics and (topic.evidence or not topics)  # no fallback beside a topic that is proven
    ]
    ordered = tuple(sorted([*topics.values(), *by_rules], key=lambda topic: topic.value))
    return ordered, next(iter(types.values())) if types else assign_type(article, vocabulary), problems


def _proven(
    appearances: Sequence[Appearance], vocabulary: Vocabulary
) -> tuple[dict[str, Assignment], dict[str, Assignment]]:
    """Return the topics and types that pages prove, by slug, in the order of the appearances."""
    evidence: dict[tuple[str, str], list[str]] = {}
    for appearance in appearances:
        for choice in appearance.filters:
            slug, _ = slug_of_choice(choice, vocabulary)
            evidence.setdefault((choice.kind, slug), []).append(appearance.capture.path)
    found: dict[str, dict[str, Assignment]] = {"topic": {}, "type": {}}
    for (kind, slug), paths in evidence.items():
        found[kind][slug] = Assignment(slug, "page", tuple(dict.fromkeys(paths)))
    return found["topic"], found["type"]
