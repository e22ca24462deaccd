"""Steps 2 and 3 of 8, together. Page -> ParsedPage: everything that one capture says by itself, kept between runs.

Input: a page of step 1. Output: a value that depends on the page and on this program alone, never on tables or on other
pages; so a generation keeps it (`inputs.jsonl`), and a later run need not parse the capture again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from indexer.articles import Draft, parse_articles
from indexer.filters import proven_filters
from indexer.formats import read_blocks
from indexer.formats.landmarks import is_implications_heading
from indexer.likeness import Sketch, sketch_of
from indexer.model import Capture, Filter, Level, Page, Problem, Reading, Walk

# A hostile page could have a problem in every line; a librarian looks at the page after the first few.
MOST_PROBLEMS_OF_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """What one capture says.

    drafts    its articles, in page order.
    sketches  of their texts, one a draft, by which nearly equal ones are found (`indexer.likeness`).
    filters   what the page proves for all of them: at most one topic and one type.
    choices   the entries of its filter lists whose id on the blog is known.
    problems  of this page, in the order met; a page in trouble everywhere has the first hundred, and a summary.
    """

    capture: Capture
    drafts: tuple[Draft, ...] = ()
    filters: tuple[Filter, ...] = ()
    choices: tuple[Filter, ...] = ()
    problems: tuple[Problem, ...] = ()
    sketches: tuple[Sketch, ...] = ()


def parse_page(page: Page) -> ParsedPage:
    """Return what a page says; it never raises, whatever the page holds."""
    reading = read_blocks(page)
    filters, conflicts = proven_filters(page, reading)
    problems = [*reading.problems, *conflicts]
    drafts: list[Draft] = []
    if reading.blocks:
        drafts, found = parse_articles(reading.blocks, page.path)
        problems += [(problem.code == "no-month" and _why_empty(page, reading)) or problem for problem in found]
    elif not any(problem.level == "skipped" for problem in problems):
        lost = Problem("no-text", "The page holds no text. Save it again.", page.path, level="skipped")
        problems.append(_why_empty(page, reading) or lost)
    choices = tuple(choice for choice in reading.choices if choice.site_id)
    sketches = tuple(sketch_of(draft) for draft in drafts)
    return ParsedPage(capture_of(page), tuple(drafts), filters, choices, tuple(_first(problems, page.path)), sketches)


def _why_empty(page: Page, reading: Reading) -> Problem | None:
    """Return the note about a page without month or text that needs none, or None: something is wrong with it."""
    if any(is_implications_heading(block.text) for block in reading.blocks):
        return None
    if reading.choices:
        message = "The page has the blog's lists of topics and types and no digest: nothing was under this choice yet."
        return Problem("empty-list", message, page.path, level="note")
    if page.fetched_at:  # of a web archive, which holds whatever was visited; a file was saved for its digests
        message = "This page of a web archive is none of the blog's lists."
        return Problem("not-the-blog", message, page.path, level="note")
    return None


def capture_of(page: Page) -> Capture:
    """Return a page without its content."""
    return Capture(page.path, page.sha256, page.url, page.fetched_at)


def _first(problems: list[Problem], path: str) -> Iterator[Problem]:
    yield from problems[:MOST_PROBLEMS_OF_A_PAGE]
    left = len(problems) - MOST_PROBLEMS_OF_A_PAGE
    if left > 0:
        message = f"{left} more problems of this page are not shown. Check the page."
        level: Level = "skipped" if any(problem.level == "skipped" for problem in problems) else "warning"
        yield Problem("more-problems", message, path, level=level)


# --- kept between runs -----------------------------------------------------------------------------------------------

Item = ParsedPage | Problem | Walk  # what one run read, in its order; a problem is about a file that is no page
_KINDS: dict[str, type[Item]] = {"page": ParsedPage, "problem": Problem, "walk": Walk}


def write_items(items: Iterable[Item], stream: TextIO) -> None:
    """Write one item a line, {"page": {...}}, {"problem": {...}} or {"walk": {...}}, in the order given."""
    names = {kind: name for name, kind in _KINDS.items()}
    for item in items:
        stream.write(json.dumps({names[type(item)]: item}, ensure_ascii=False, default=fields_of) + "\n")


def fields_of(value: Any) -> dict[str, Any]:
    """Return a noun by its fields, for JSON; `asdict` copies what is below it too, which takes three times as long."""
    return {name: getattr(value, name) for name in value.__slots__}


def read_items(path: Path) -> tuple[Item, ...]:
    """Return the items of a file that `write_items` wrote."""
    with path.open(encoding="utf-8") as stream:
        return tuple(_item_of(*next(iter(json.loads(line).items()))) for line in stream)


def _item_of(kind: str, record: dict[str, Any]) -> Item:
    if kind == "problem":
        return Problem(**record)
    if kind == "walk":
        choice = record["filter"]
        lists = {name: tuple(value) for name, value in record.items() if isinstance(value, list)}
        return Walk(**{**record, **lists, "filter": Filter(**choice) if choice else None})
    return ParsedPage(
        Capture(**record["capture"]),
        tuple(Draft(**draft) for draft in record["drafts"]),
        tuple(Filter(**choice) for choice in record["filters"]),
        tuple(Filter(**choice) for choice in record["choices"]),
        tuple(Problem(**problem) for problem in record["problems"]),
        tuple(tuple(sketch) for sketch in record["sketches"]),
    )
