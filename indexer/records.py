"""Step 4 of 8. Pages -> one record per article, and records <-> JSON Lines.

Input: pages of step 1 (read and parsed here by steps 2 and 3), or JSON Lines. Output: articles in the order of their
ids, each once, with everything a librarian should know as problems.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, cast

from indexer.articles import Draft, article_id, parse_articles
from indexer.citation import parse_citation
from indexer.errors import InputError
from indexer.filters import proven_filters
from indexer.formats import read_blocks
from indexer.formats.decoding import clean
from indexer.model import Article, Assignment, AssignmentSource, Capture, Citation, Filter, Page, Problem
from indexer.topics import Vocabulary, assign_topics, assign_type

GZIP_MAGIC = b"\x1f\x8b"
LONGEST_ID = 300  # characters; ids stand in addresses and in run files


@dataclass(frozen=True, slots=True)
class Ingest:
    """What a set of inputs holds: articles by id, problems in input order, and every page that was read."""

    articles: tuple[Article, ...]
    problems: tuple[Problem, ...] = ()
    pages: tuple[Capture, ...] = ()


@dataclass(frozen=True, slots=True)
class _Appearance:
    """One article on one page."""

    draft: Draft
    capture: Capture
    filters: tuple[Filter, ...]


# --- from pages ------------------------------------------------------------------------------------------------------


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
        reading = read_blocks(page)
        filters, conflicts = proven_filters(page, reading)
        problems += [*reading.problems, *conflicts]
        if not reading.blocks:
            if not reading.problems:
                message = "The page holds no text. Save it again."
                problems.append(Problem("no-text", message, page.path, level="skipped"))
            continue
        drafts, found = parse_articles(reading.blocks, page.path)
        problems += found
        for draft in drafts:
            key = article_id(draft.month, draft.title)
            appearances.setdefault(key, []).append(_Appearance(draft, capture, filters))
    articles = []
    for key in sorted(appearances):
        article, found = _merge(key, appearances[key], vocabulary)
        articles.append(article)
        problems += found
    return Ingest(tuple(articles), tuple(problems), tuple(captures))


def _merge(key: str, appearances: list[_Appearance], vocabulary: Vocabulary) -> tuple[Article, list[Problem]]:
    """Return the record of all appearances of one article."""
    newest_first = sorted(appearances, key=lambda a: (a.capture.fetched_at or "", a.capture.sha256), reverse=True)
    draft, problems = newest_first[0].draft, []
    for other in newest_first[1:]:
        if other.draft != draft:
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
    topics, types, unknown = _proven(newest_first, vocabulary)
    problems += [dataclasses.replace(problem, article=draft.title) for problem in unknown]
    by_rules = [topic for topic in assign_topics(article, vocabulary) if topic.value not in topics]
    return dataclasses.replace(
        article,
        topics=tuple(sorted([*topics.values(), *by_rules], key=lambda topic: topic.value)),
        research_type=next(iter(types.values())) if types else assign_type(article, vocabulary),
    ), problems


def _proven(
    appearances: list[_Appearance], vocabulary: Vocabulary
) -> tuple[dict[str, Assignment], dict[str, Assignment], list[Problem]]:
    """Return the topics and types that pages prove, by slug; labels outside the vocabulary are kept, with a warning."""
    evidence: dict[tuple[str, str], list[str]] = {}
    problems: list[Problem] = []
    for appearance in appearances:
        for choice in appearance.filters:
            find = vocabulary.topic_for_label if choice.kind == "topic" else vocabulary.type_for_label
            known = find(choice.label)
            slug = known.slug if known else re.sub(r"[^a-z0-9]+", "-", choice.label.lower()).strip("-")
            if known is None:
                message = (
                    f"The blog's {choice.kind} '{choice.label}' is not in topics.toml; it was kept as '{slug}'. Add it."
                )
                problems.append(Problem("unknown-label", message, appearance.capture.path))
            evidence.setdefault((choice.kind, slug), []).append(appearance.capture.path)
    found: dict[str, dict[str, Assignment]] = {"topic": {}, "type": {}}
    for (kind, slug), paths in evidence.items():
        found[kind][slug] = Assignment(slug, "page", tuple(dict.fromkeys(paths)))
    return found["topic"], found["type"], problems


# --- JSON Lines ------------------------------------------------------------------------------------------------------


def write_records(articles: Iterable[Article], stream: TextIO) -> None:
    """Write one article a line, keys in the order of `Article`, absent values as null: a diff shows what changed."""
    for article in articles:
        stream.write(json.dumps(dataclasses.asdict(article), ensure_ascii=False, separators=(", ", ": ")) + "\n")


def read_records(path: Path) -> Ingest:
    """Read records (`export --format jsonl`) or plain lines {"id", "title", "text"}, gzipped or not.

    A line that is no record is reported with its number and left out; so is a second record with the same id.
    InputError when the file cannot be read or holds no record at all.
    """
    articles: dict[str, Article] = {}
    problems: list[Problem] = []
    try:
        for number, line in enumerate(_read_lines(path), 1):
            if not line.strip():
                continue
            try:
                article = parse_record(line)
                if article.id in articles:
                    raise ValueError(f"the id '{article.id}' was given before")
                articles[article.id] = article
            except ValueError as error:
                message = f"Line {number} was left out: {error}. Mend the line and build again."
                problems.append(Problem("bad-record", message, path.name, level="skipped"))
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as JSON Lines in UTF-8 (or gzip of it): {error}.") from error
    if not articles:
        reason = problems[0].message if problems else "It is empty."
        raise InputError(
            f'{path} holds no record. {reason} A record is a line such as {{"id": "a1", "title": "", "text": ""}}.'
        )
    return Ingest(tuple(articles[key] for key in sorted(articles)), tuple(problems))


def _read_lines(path: Path) -> Iterator[str]:
    with path.open("rb") as probe:
        zipped = probe.read(2) == GZIP_MAGIC
    with gzip.open(path, "rt", encoding="utf-8") if zipped else path.open(encoding="utf-8") as stream:
        yield from cast(TextIO, stream)


def parse_record(line: str) -> Article:
    """Return the article of one JSON line; ValueError says what is wrong with it."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON ({error})") from error
    if not isinstance(record, dict):
        raise ValueError("it is not a JSON object")
    doc_id = record.get("id")
    if (
        not isinstance(doc_id, str)
        or not doc_id
        or len(doc_id) > LONGEST_ID
        or re.search(r"\s|[^\x21-\U0010ffff]", doc_id)
    ):
        raise ValueError(f"'id' must be a text of 1 to {LONGEST_ID} characters without blanks")
    if clean(doc_id) != doc_id:
        raise ValueError("'id' holds characters that cannot be shown")
    if "text" in record:
        return Article(doc_id, _text(record, "title"), summary=_paragraphs(_text(record, "text")))
    if "summary" not in record:
        raise ValueError("it has neither 'text' (a plain record) nor 'summary' (a full record)")
    month = _optional(record, "month", str)
    if month is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise ValueError(f"'month' is {month!r}, not like '2020-07'")
    return Article(
        id=doc_id,
        title=_text(record, "title"),
        month=month,
        year=int(month[:4]) if month else None,
        citation=_citation(record.get("citation")),
        summary=_texts(record, "summary"),
        implications=_texts(record, "implications"),
        email=_optional(record, "email", str),
        topics=tuple(_assignment(item) for item in _items(record, "topics")),
        research_type=_assignment(record["research_type"]) if record.get("research_type") else None,
        captures=tuple(_capture(item) for item in _items(record, "captures")),
        former_ids=_texts(record, "former_ids"),
    )


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"'{key}' is not a text")
    return clean(value)


def _optional(record: Mapping[str, Any], key: str, kind: type) -> Any:
    value = record.get(key)
    if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
        raise ValueError(f"'{key}' is not of the right kind")
    return clean(value) if isinstance(value, str) else value


def _items(record: Mapping[str, Any], key: str) -> list[Any]:
    value = record.get(key) or []
    if not isinstance(value, list):
        raise ValueError(f"'{key}' is not a list")
    return value


def _texts(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    items = _items(record, key)
    if not all(isinstance(item, str) for item in items):
        raise ValueError(f"'{key}' is not a list of texts")
    return tuple(text for text in (clean(item) for item in items) if text.strip())


def _paragraphs(text: str) -> tuple[str, ...]:
    """Split a plain text at empty lines; lines within a paragraph run on."""
    return tuple(folded for part in re.split(r"\n\s*\n", text) if (folded := " ".join(part.split())))


def _object(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is not an object")
    return value


def _citation(value: Any) -> Citation | None:
    if value is None:
        return None
    record = _object(value, "'citation'")
    if not _text(record, "printed"):
        raise ValueError("'citation' lacks 'printed'")
    texts = {key: _optional(record, key, str) for key in ("title", "journal", "volume", "issue", "pages", "doi")}
    return Citation(_text(record, "printed"), _texts(record, "authors"), _optional(record, "study_year", int), **texts)


def _assignment(value: Any) -> Assignment:
    record = _object(value, "a topic or research type")
    if record.get("source") not in ("page", "rules") or not _text(record, "value"):
        raise ValueError("a topic or research type lacks 'value' or a 'source' of page or rules")
    return Assignment(_text(record, "value"), cast(AssignmentSource, record["source"]), _texts(record, "evidence"))


def _capture(value: Any) -> Capture:
    record = _object(value, "a capture")
    return Capture(
        _text(record, "path"),
        _text(record, "sha256"),
        _optional(record, "url", str),
        _optional(record, "fetched_at", str),
    )
