"""Step 4 of 8. Pages -> one record per article.

Input: pages of step 1, parsed here by steps 2 and 3 unless that was done before. Output: articles in the order of
their ids, each once, with everything a librarian should know as problems.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from indexer.articles import GAPS, article_id
from indexer.formats.landmarks import is_no_filter
from indexer.identity import Alike, Appearance, Likeness, group_versions, newest_first
from indexer.merging import merge, slug_of_choice
from indexer.model import Article, Page, Problem
from indexer.overrides import Correction
from indexer.parsed import Item, ParsedPage, parse_page
from indexer.planning import plan_corrections
from indexer.records import Ingest, Merged, record_line
from indexer.topics import Vocabulary


def ingest_pages(
    pages: Iterable[Page | Item],
    vocabulary: Vocabulary,
    merged: Mapping[str, Merged] | None = None,
    overrides: Sequence[Correction] = (),
    today: str = "",
    removed: AbstractSet[str] = frozenset(),
) -> Ingest:
    """Return the records of all articles on the pages, parsed already or not, with topics and research type.

    A digest that stands on several pages becomes one record, also when its title or month changed (`indexer.identity`
    decides): it remembers every page, has the newest title, month and text, and keeps its former ids.
    merged  what an earlier run made with this same program and the same tables, by `Merged.inputs`: not made again.
    overrides  a librarian's corrections.
    today      ISO date: digests of a later month get a warning, if no capture of them says when it was made.
    removed    ids of digests that a librarian removed: they are read and merged, but nothing is said of them.
    """
    items = tuple(parse_page(page) if isinstance(page, Page) else page for page in pages)
    known = merged or {}
    appearances: dict[str, list[Appearance]] = defaultdict(list)
    for page in items:
        if isinstance(page, ParsedPage):
            for number, (draft, sketch) in enumerate(zip(page.drafts, page.sketches, strict=True)):
                appearance = Appearance(draft, page.capture, page.filters, number, sketch)
                appearances[article_id(draft.month, draft.title)].append(appearance)
    groups, alike = group_versions(appearances)
    digests = {ids[0]: newest_first(item for key in ids for item in appearances[key]) for ids in groups}
    plan = plan_corrections({ids: digests[ids[0]][0].draft for ids in groups}, overrides)
    records = []
    for doc_id, former_ids, key, corrections in plan.digests:
        inputs = _inputs_digest(doc_id, former_ids, digests[key], corrections)
        made = known.get(inputs)
        if made is None:
            article, found = merge(doc_id, former_ids, digests[key], corrections, vocabulary)
            made = Merged(article, record_line(article), found, inputs)
        records.append(made)
    shown = {one.article.id: one for one in records if removed.isdisjoint((one.article.id, *one.article.former_ids))}
    as_printed = {
        (digests[key][0].capture.path, digests[key][0].draft.title)
        for doc_id, _, key, corrections in plan.digests
        if doc_id in shown and not corrections
    }
    problems = list(_of_items(items, vocabulary, as_printed))
    problems += [problem for one in shown.values() for problem in one.problems]
    articles = {doc_id: one.article for doc_id, one in shown.items()}
    problems += [*plan.problems, *_alike(alike, articles, plan.current), *_future_months(articles.values(), today)]
    return Ingest(tuple(one.article for one in records), tuple(problems), items, tuple(records))


def _inputs_digest(
    doc_id: str, former_ids: Sequence[str], appearances: Sequence[Appearance], corrections: Sequence[Correction]
) -> str:
    """Return a digest of everything, the tables of topics and types apart, that the record of a digest depends on.

    A draft is known by its capture, whose digest decides every byte of it, and its number there.
    """
    captures = [(item.capture, item.number) for item in appearances]
    places = [(seen.path, seen.sha256, seen.url, seen.fetched_at, number) for seen, number in captures]
    data = [doc_id, former_ids, places, [dataclasses.astuple(correction) for correction in corrections]]
    return hashlib.sha256(json.dumps(data).encode()).hexdigest()


def _alike(pairs: Iterable[Alike], articles: Mapping[str, Article], current: Mapping[str, str]) -> list[Problem]:
    """Say once for each digest which other one it is like; the later of two names the earlier."""
    found: dict[tuple[Likeness, str], set[str]] = defaultdict(set)
    for one, other, likeness in pairs:
        earlier, later = sorted((current[one], current[other]))
        if earlier in articles and later in articles:
            found[likeness, later].add(earlier)
    problems = []
    for (likeness, later), others in sorted(found.items()):
        about = articles[later].captures[0].path, articles[later].title
        other = f"'{min(others)}'{f' and {len(others) - 1} more' if len(others) > 1 else ''}"
        if likeness == "same-study":
            message = f"It digests the same study as {other}. Both were kept; nothing to do."
            problems.append(Problem("same-study", message, *about, level="note"))
        else:
            message = (
                f"Its text is nearly that of {other}. Both were kept, because a page shows them side by side, or their "
                "DOIs, or both titles and months, differ. Check whether they are one digest."
            )
            problems.append(Problem("near-duplicate", message, *about))
    return problems


def _future_months(articles: Iterable[Article], today: str) -> list[Problem]:
    """Say which digests are of a month after their newest capture; after today, where no capture has a date."""
    problems = []
    for article in articles:
        seen = max(capture.fetched_at or "" for capture in article.captures) or today
        if seen and article.month and article.month > seen[:7]:
            message = (
                f"Its month, {article.month}, is after {seen[:10]}, when it was seen. Correct it in overrides.toml."
            )
            problems.append(Problem("future-month", message, article.captures[0].path, article.title))
    return problems


def _of_items(
    items: Iterable[Item], vocabulary: Vocabulary, as_printed: Container[tuple[str | None, str | None]]
) -> Iterator[Problem]:
    """Yield the problems of files and pages, in their order.

    as_printed  page and title of what is taken for a record as it stands; what other versions lack is of no interest.
    """
    for item in items:
        if isinstance(item, Problem):
            yield item
        elif isinstance(item, ParsedPage):
            yield from _unknown_labels(item, vocabulary)
            for problem in item.problems:
                if problem.code not in GAPS or (problem.path, problem.article) in as_printed:
                    yield problem


def _unknown_labels(page: ParsedPage, vocabulary: Vocabulary) -> list[Problem]:
    found = []
    for choice in page.filters:
        slug, is_known = slug_of_choice(choice, vocabulary)
        if not is_known:
            message = (
                f"The blog's {choice.kind} '{choice.label}' is not in topics.toml; it was kept as '{slug}'. Add it."
            )
            found.append(Problem("unknown-label", message, page.capture.path))
    return found


def site_ids(items: Iterable[Item], vocabulary: Vocabulary) -> dict[str, dict[str, str]]:
    """Return our slugs by the ids that the blog gives its topics and types; "" is its choice of all of them.

    The newest capture wins where captures disagree.
    """
    found: dict[str, dict[str, str]] = {"topic": {}, "type": {}}
    pages = [item for item in items if isinstance(item, ParsedPage)]
    for page in sorted(pages, key=lambda page: (page.capture.fetched_at or "", page.capture.sha256)):
        for choice in page.choices:
            slug = "" if is_no_filter(choice.label) else slug_of_choice(choice, vocabulary)[0]
            found[choice.kind][str(choice.site_id)] = slug
    return {kind: dict(sorted(slugs.items())) for kind, slugs in found.items()}
