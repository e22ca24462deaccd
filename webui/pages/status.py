"""The page of the state of things: a live generation in; what `status.html` and `/status.json` show out.

It is open to everybody, so it names captures by their files alone, never by folders of this machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, NamedTuple

from indexer import Change, Problem, SearchRequest
from webui.live import LiveGeneration
from webui.pages.cards import UNTITLED, month_name
from webui.pages.parts import SITE, Addresses, Frame, Link, digests

MOST_ROWS = 50  # of one list on the page; the first build of 10,000 digests added 10,000
SOURCES = {"sample": "the sample", "pages": "collected pages", "records": "records"}
LOOPS = {"c": "compiled", "numpy": "numpy's (slower; no C compiler was found at installation)"}
ENGINES = {"compiled": "compiled arrays", "whoosh": "Whoosh index (slower; pprsearch compile mends it)"}


class Row(NamedTuple):
    """One line of a list: what it is about, with its page if it has one, and what is to be said of it."""

    about: Link
    note: str


class RowList(NamedTuple):
    """A list under its heading. `more`: how many of `number` are not shown."""

    heading: str
    number: str
    rows: Sequence[Row]
    more: str


class CountTable(NamedTuple):
    """How many digests each value of a facet has."""

    label: str
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class StatusPage:
    frame: Frame
    facts: Sequence[tuple[str, str]]
    unchanged: str
    lists: Sequence[RowList]
    warnings: Sequence[tuple[str, str]]
    counts: Sequence[CountTable]
    machine: Link


def status_page(live: LiveGeneration, addresses: Addresses) -> StatusPage:
    """Return what there is, what the last run changed, and what it complained of."""
    run = live.run
    facts = [
        ("Digests", f"{live.n_digests:,}, from {SOURCES[live.searcher.generation.source]}"),
        ("Newest digest", month_name(live.newest) or "without a month"),
        ("Generation", live.searcher.generation.name),
        ("Last run", f"{run.command}, {run.at[:10]} {run.at[11:16]} UTC"),
        ("Searches read", ENGINES.get(live.searcher.engine_name, live.searcher.engine_name)),
        ("Loops of a search", LOOPS[live.searcher.loops]),
    ]
    results = live.searcher.search(SearchRequest(size=1))
    return StatusPage(
        frame=Frame(f"Status · {SITE}", addresses, is_sample=live.is_sample),
        facts=facts,
        unchanged=f"{digests(run.unchanged)} stayed as {'it was' if run.unchanged == 1 else 'they were'}.",
        lists=[
            _changes("Added", run.added, addresses),
            _changes("Changed", run.changed, addresses),
            _changes("Removed", run.removed, None),
            _problems("Skipped", run.skipped),
        ],
        warnings=[(code, f"{n:,}") for code, n in run.warnings.items()],
        counts=[
            CountTable(facet.label, [(bucket.label, f"{bucket.count:,}") for bucket in facet.buckets])
            for facet in results.facets
        ],
        machine=Link(f"{addresses.status}.json", "The same for machines"),
    )


def status_facts(live: LiveGeneration) -> dict[str, Any]:
    """Return the same as plain values, complete; counts by the values of each facet, not by labels."""
    run = live.run
    results = live.searcher.search(SearchRequest(size=1))
    return {
        "generation": live.searcher.generation.name,
        "source": live.searcher.generation.source,
        "engine": live.searcher.engine_name,
        "loops": live.searcher.loops,
        "digests": live.n_digests,
        "newest_month": live.newest,
        "run": {
            "command": run.command,
            "at": run.at,
            "unchanged": run.unchanged,
            "added": _plain(run.added),
            "changed": _plain(run.changed),
            "removed": _plain(run.removed),
            "skipped": [{"page": _page_name(p), "code": p.code, "reason": p.message} for p in run.skipped],
        },
        "warnings": run.warnings,
        "counts": {facet.name: {bucket.value: bucket.count for bucket in facet.buckets} for facet in results.facets},
    }


def _plain(changes: Sequence[Change]) -> list[Mapping[str, str]]:
    return [{"id": change.id, "title": change.title, "detail": _detail(change)} for change in changes]


def _detail(change: Change) -> str:
    """Return why, or which fields, as far as there is something to say."""
    former = [f"formerly {change.former_id}"] if change.former_id else []
    return change.reason or ", ".join([*(field.name for field in change.fields), *former])


def _changes(heading: str, changes: Sequence[Change], addresses: Addresses | None) -> RowList:
    rows = [
        Row(Link(addresses.article(c.id) if addresses else "", c.title or UNTITLED), _detail(c))
        for c in changes[:MOST_ROWS]
    ]
    return _list(heading, rows, len(changes))


def _problems(heading: str, problems: Sequence[Problem]) -> RowList:
    rows = [Row(Link("", _page_name(p)), f"{p.message} [{p.code}]") for p in problems[:MOST_ROWS]]
    return _list(heading, rows, len(problems))


def _list(heading: str, rows: Sequence[Row], number: int) -> RowList:
    left = number - len(rows)
    return RowList(heading, f"{number:,}", rows, f"and {left:,} more" if left else "")


def _page_name(problem: Problem) -> str:
    """Return the page that a problem is about: as it lies in the folder of captures, else by its file's name alone."""
    path = PurePath(problem.path or "the whole run")
    return path.name if path.is_absolute() or ".." in path.parts else str(path)
