"""Step 4 of 8, second half. Records <-> JSON Lines: one article a line, readable in a diff.

Input: articles, or a file of records or of plain {"id", "title", "text"} lines. Output: the lines, or articles by id
with everything a librarian should know as problems.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast, get_args

from indexer.cleaning import clean
from indexer.errors import InputError
from indexer.model import Article, Assignment, AssignmentSource, Capture, Citation, Override, Problem
from indexer.parsed import Item, ParsedPage, fields_of

GZIP_MAGIC = b"\x1f\x8b"
T = TypeVar("T")
LONGEST_ID = 300  # characters; ids stand in addresses and in run files
YEARS = range(1000, 10000)


@dataclass(frozen=True, slots=True)
class Merged:
    """The record of one article, its line, what its making reported, and a digest of what it was made from."""

    article: Article
    line: str
    problems: tuple[Problem, ...]
    inputs: str


@dataclass(frozen=True)
class Ingest:
    """What a set of inputs holds: articles by id, and problems in input order.

    items   what was read, in its order; empty when the articles came as records.
    merged  how the articles were made, in their order; likewise.
    """

    articles: tuple[Article, ...]
    problems: tuple[Problem, ...] = ()
    items: tuple[Item, ...] = ()
    merged: tuple[Merged, ...] = ()

    @property
    def pages(self) -> tuple[Capture, ...]:
        """Every page that was read, in input order."""
        return tuple(item.capture for item in self.items if isinstance(item, ParsedPage))

    @cached_property
    def lines(self) -> dict[str, str]:
        """The line of each article by id, in the order of the articles; those that were merged have theirs already."""
        if self.merged:
            return {one.article.id: one.line for one in self.merged}
        return {article.id: record_line(article) for article in self.articles}


def record_line(article: Article) -> str:
    """Return one article as a line: keys in the order of `Article`, absent values as null, so a diff shows changes."""
    return json.dumps(article, ensure_ascii=False, separators=(", ", ": "), default=fields_of) + "\n"


def restore_record(line: str) -> Article:
    """Return the article of a line that `record_line` made and whose file is as it was written.

    Other lines are for `parse_record`, which believes nothing and takes four times as long.
    """
    record: dict[str, Any] = json.loads(line)
    for name, restore in _RESTORE.items():
        record[name] = [restore(item) for item in record[name]]
    for name, kind in (("citation", Citation), ("research_type", Assignment)):
        record[name] = record[name] and _restored(kind, record[name])
    return _restored(Article, record)


def _restored(kind: Callable[..., T], record: Mapping[str, Any]) -> T:
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in record.items()})


_RESTORE: dict[str, Callable[[Mapping[str, Any]], object]] = {
    "topics": partial(_restored, Assignment),
    "captures": partial(_restored, Capture),
    "overrides": partial(_restored, Override),
}


def read_id(line: bytes) -> str:
    """Return the id of a line that `record_line` made, without parsing the rest."""
    doc_id: str = json.loads(line[len('{"id": ') : line.index(b", ")])  # an id holds no blank
    return doc_id


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
                article = parse_record(line.decode("utf-8-sig" if number == 1 else "utf-8"))
                if article.id in articles:
                    raise ValueError(f"the id '{article.id}' was given before")
                articles[article.id] = article
            except UnicodeDecodeError as error:
                message = f"Line {number} was left out: it is not UTF-8 (byte {error.start}). Save the file as UTF-8."
                problems.append(Problem("bad-record", message, path.name, level="skipped"))
            except ValueError as error:
                message = f"Line {number} was left out: {error}. Mend the line and build again."
                problems.append(Problem("bad-record", message, path.name, level="skipped"))
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"{path} cannot be read as JSON Lines (or gzip of it): {error}. Check the path, or make the file again."
        ) from error
    if not articles:
        reason = problems[0].message if problems else "It is empty."
        raise InputError(
            f'{path} holds no record. {reason} A record is a line such as {{"id": "a1", "title": "", "text": ""}}.'
        )
    return Ingest(tuple(articles[key] for key in sorted(articles)), tuple(problems))


def _read_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as probe:
        zipped = probe.read(2) == GZIP_MAGIC
    with gzip.open(path, "rb") if zipped else path.open("rb") as stream:
        yield from cast(BinaryIO, stream)


def parse_record(line: str) -> Article:
    """Return the article of one JSON line; ValueError says what is wrong with it."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON ({error})") from error
    if not isinstance(record, dict):
        raise ValueError("it is not a JSON object")
    doc_id = record.get("id")
    if not isinstance(doc_id, str) or not 0 < len(doc_id) <= LONGEST_ID or re.search(r"[\s\x00-\x1f]", doc_id):
        raise ValueError(f"'id' must be a text of 1 to {LONGEST_ID} characters without blanks")
    if clean(doc_id) != doc_id:
        raise ValueError("'id' holds characters that cannot be shown, or letters with separate accents")
    if "text" in record:
        return Article(doc_id, _title(record), summary=_paragraphs(_text(record, "text")))
    if "summary" not in record:
        raise ValueError("it has neither 'text' (a plain record) nor 'summary' (a full record)")
    month = _optional(record, "month")
    if month is not None and not re.fullmatch(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])", month):
        raise ValueError(f"'month' is {month!r}, not like '2020-07'")
    year = _year(record, "year")
    if month and year not in (None, int(month[:4])):
        raise ValueError(f"'year' is {year}, but 'month' is {month!r}")
    return Article(
        id=doc_id,
        title=_title(record),
        month=month,
        year=int(month[:4]) if month else year,
        citation=_citation(record.get("citation")),
        summary=_texts(record, "summary"),
        implications=_texts(record, "implications"),
        email=_optional(record, "email"),
        topics=tuple(_assignment(item) for item in _items(record, "topics")),
        research_type=None if record.get("research_type") is None else _assignment(record["research_type"]),
        captures=tuple(_capture(item) for item in _items(record, "captures")),
        former_ids=_texts(record, "former_ids"),
        overrides=tuple(_override(item) for item in _items(record, "overrides")),
    )


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"'{key}' is not a text")
    return clean(value)


def _title(record: Mapping[str, Any]) -> str:
    return " ".join(_text(record, "title").split())


def _optional(record: Mapping[str, Any], key: str) -> str | None:
    """Return a text, or None when it is absent or null."""
    return None if record.get(key) is None else _text(record, key)


def _year(record: Mapping[str, Any], key: str) -> int | None:
    value = record.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value not in YEARS:
        raise ValueError(f"'{key}' is not a year")
    return value


def _items(record: Mapping[str, Any], key: str) -> list[Any]:
    value = record.get(key)
    if value is None:
        return []
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
    texts = {key: _optional(record, key) for key in ("title", "journal", "volume", "issue", "pages", "doi")}
    return Citation(_text(record, "printed"), _texts(record, "authors"), _year(record, "study_year"), **texts)


def _assignment(value: Any) -> Assignment:
    record = _object(value, "a topic or research type")
    if record.get("source") not in get_args(AssignmentSource) or not _text(record, "value"):
        raise ValueError("a topic or research type lacks 'value' or a 'source' of page, rules or override")
    return Assignment(_text(record, "value"), cast(AssignmentSource, record["source"]), _texts(record, "evidence"))


def _capture(value: Any) -> Capture:
    record = _object(value, "a capture")
    return Capture(
        _text(record, "path"),
        _text(record, "sha256"),
        _optional(record, "url"),
        _optional(record, "fetched_at"),
    )


def _override(value: Any) -> Override:
    record = _object(value, "an override")
    texts = {key: _text(record, key) for key in ("field", "why", "who", "date")}
    if not all(texts.values()):
        raise ValueError("an override lacks 'field', 'why', 'who' or 'date'")
    return Override(**texts, replaced=_texts(record, "replaced"))
