"""Step 4 of 8. Pages -> one record per article.

Input: pages of step 1, which are read and parsed here by steps 2 and 3. Output: articles in the order of their ids,
each once, with everything a librarian should know as problems.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

from indexer.articles import Draft, article_id, parse_articles, slug_of
from indexer.citation import parse_citation
from indexer.filters import proven_filters
from indexer.formats import read_blocks
from indexer.model import Article, Assignment, Capture, Filter, Level, Page, Problem
from indexer.records import Ingest
from indexer.topics import Vocabulary, assign_topics, assign_type

# A hostile page could have a problem in every line; a librarian looks at the page after the first few.
MOST_PROBLEMS_OF_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class _Appearance:
    """One article on one page."""

    draft: Draft
    capture: Capture
    filters: tuple[Filter, ...]


def ingest_pages(pages: Iterable[Page | Problem], vocabulary: Vocabulary) -> Ingest:
    """Return the records of all articles on the pages, with topics and research type.

    An article that stands on several pages (same id) becomes one record: it remembers every page, and its text is that
    of the newest one (by `fetched_at`, absent first, then sha256). Texts that differ give a warning.
    """
    problems: list[Problem] = []
    captures: list[Capture] = []
    appearances: dict[str, list[_Appearance]] = {}
    for page in pages:
        if isinstance(page, Problem):
            problems.append(page)
            continue
        capture = Capture(page.path, page.sha256, page.url, page.fetched_at)
        captures.append(capture)
        drafts, filters, found = _read_page(page, vocabulary)
        problems += found[:MOST_PROBLEMS_OF_A_PAGE]
        if len(found) > MOST_PROBLEMS_OF_A_PAGE:
            message = (
                f"{len(found) - MOST_PROBLEMS_OF_A_PAGE} more problems of this page are not shown. Check the page."
            )
            level: Level = "skipped" if any(problem.level == "skipped" for problem in found) else "warning"
            problems.append(Problem("more-problems", message, page.path, level=level))
        for draft in drafts:
            key = article_id(draft.month, draft.title)
            appearances.setdefault(key, []).append(_Appearance(draft, capture, filters))
    articles = []
    for key in sorted(appearances):
        article, found = _merge(key, appearances[key], vocabulary)
        articles.append(article)
        problems += found
    return Ingest(tuple(articles), tuple(problems), tuple(captures))


def _read_page(page: Page, vocabulary: Vocabulary) -> tuple[list[Draft], tuple[Filter, ...], list[Problem]]:
    """Return the drafts of one page, the filters that it proves, and its problems."""
    reading = read_blocks(page)
    filters, conflicts = proven_filters(page, reading)
    problems = [*reading.problems, *conflicts]
    for choice in filters:
        slug, is_known = _slug_of_choice(choice, vocabulary)
        if not is_known:
            message = (
                f"The blog's {choice.kind} '{choice.label}' is not in topics.toml; it was kept as '{slug}'. Add it."
            )
            problems.append(Problem("unknown-label", message, page.path))
    if not reading.blocks:
        if not any(problem.level == "skipped" for problem in problems):
            problems.append(Problem("no-text", "The page holds no text. Save it again.", page.path, level="skipped"))
        return [], filters, problems
    drafts, found = parse_articles(reading.blocks, page.path)
    return drafts, filters, [*problems, *found]


def _slug_of_choice(choice: Filter, vocabulary: Vocabulary) -> tuple[str, bool]:
    """Return the slug of one of the blog's labels, and whether the vocabulary has it."""
    find = vocabulary.topic_for_label if choice.kind == "topic" else vocabulary.type_for_label
    known = find(choice.label)
    return (known.slug, True) if known else (slug_of(choice.label), False)


def _merge(key: str, appearances: list[_Appearance], vocabulary: Vocabulary) -> tuple[Article, list[Problem]]:
    """Return the record of all appearances of one article."""
    newest_first = sorted(appearances, key=lambda a: (a.capture.fetched_at or "", a.capture.sha256), reverse=True)
    draft, problems = newest_first[0].draft, []
    for other in newest_first[1:]:
        if other.draft != draft:
            if other.capture == newest_first[0].capture:
                message = "It stands twice on the page, with different text; the first was taken. Check the page."
            else:
                message = f"Its text differs from that on {newest_first[0].capture.path}, which is newer and was taken."
            problems.append(Problem("conflict", message, other.capture.path, draft.title))
    article = Article(
        id=key,
        title=draft.title,
        month=draft.month,
        year=int(draft.month[:4]),
        citation=parse_citation(draft.citation) if draft.citation else None,
        summary=tuple(draft.summary),
        implications=tuple(draft.implications),
        email=draft.email,
        captures=tuple(dict.fromkeys(appearance.capture for appearance in newest_first)),
    )
    topics, types = _proven(newest_first, vocabulary)
    if len(types) > 1:
        taken, *others = types.values()
        message = (
            f"Pages prove more than one type of research for it: '{taken.value}' ({taken.evidence[0]}), "
            f"'{others[0].value}' ({others[0].evidence[0]}). The first, from the newer page, was taken."
        )
        problems.append(Problem("conflict", message, taken.evidence[0], draft.title))
    by_rules = [
        topic
        for topic in assign_topics(article, vocabulary)
        if topic.value not in topics and (topic.evidence or not topics)  # no fallback beside a topic that is proven
    ]
    return dataclasses.replace(
        article,
        topics=tuple(sorted([*topics.values(), *by_rules], key=lambda topic: topic.value)),
        research_type=next(iter(types.values())) if types else assign_type(article, vocabulary),
    ), problems


def _proven(
    appearances: list[_Appearance], vocabulary: Vocabulary
) -> tuple[dict[str, Assignment], dict[str, Assignment]]:
    """Return the topics and types that pages prove, by slug, in the order of the appearances."""
    evidence: dict[tuple[str, str], list[str]] = {}
    for appearance in appearances:
        for choice in appearance.filters:
            slug, _ = _slug_of_choice(choice, vocabulary)
            evidence.setdefault((choice.kind, slug), []).append(appearance.capture.path)
    found: dict[str, dict[str, Assignment]] = {"topic": {}, "type": {}}
    for (kind, slug), paths in evidence.items():
        found[kind][slug] = Assignment(slug, "page", tuple(dict.fromkeys(paths)))
    return found["topic"], found["type"]
