"""What the kept generations say about the runs that made them. Manifests, reports and ledgers in; plain values out.

Reads no index and checks no file: a damaged generation has an entry too, which says what cannot be read of it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexer.changes import Change, FieldChange
from indexer.errors import InputError
from indexer.generations import REPORT
from indexer.model import Capture, Problem
from indexer.store import GENERATIONS, MANIFEST, live_name


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run, as its generation remembers it.

    command    "build", "update", "remove" or "rollback"; "" when the report does not say.
    at         when it ran: ISO 8601, UTC, or "".
    parent     name of the generation that was live before; None for the first, or when the report does not say.
    restores   name of the generation that this one brought back, or None.
    captures   every page that is in use.
    problems   everything a librarian should know, notes included.
    """

    command: str = ""
    at: str = ""
    parent: str | None = None
    restores: str | None = None
    added: tuple[Change, ...] = ()
    changed: tuple[Change, ...] = ()
    removed: tuple[Change, ...] = ()
    unchanged: int = 0
    captures: tuple[Capture, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def warnings(self) -> dict[str, int]:
        """How often each code of a warning came, by code; what was skipped is among them, notes are not."""
        return dict(sorted(Counter(problem.code for problem in self.problems if problem.level != "note").items()))

    @property
    def skipped(self) -> tuple[Problem, ...]:
        """What was left out of the index, with its reason."""
        return tuple(problem for problem in self.problems if problem.level == "skipped")


@dataclass(frozen=True, slots=True)
class Entry:
    """One kept generation. `unreadable` says what cannot be read of it; when it is "" the rest can be relied upon."""

    name: str
    is_live: bool
    source: str = ""
    articles: int = 0
    run: RunReport = field(default_factory=RunReport)
    unreadable: str = ""


def read_history(index: Path) -> tuple[Entry, ...]:
    """Return the kept generations, newest first; () when there is no index."""
    live = live_name(index)
    folders = (index / GENERATIONS).glob("*/")
    names = sorted((int(folder.name), folder.name) for folder in folders if folder.name.isdigit())
    return tuple(_read_entry(index / GENERATIONS / name, name == live) for _, name in reversed(names))


def read_run(generation: Path) -> RunReport:
    """Return the report of the run that made the generation in a folder; InputError when it cannot be read."""
    path = generation / REPORT
    try:
        return _parse_report(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{path} is missing or damaged ({error}). See what else is, with: pprsearch check") from error


def _read_entry(folder: Path, is_live: bool) -> Entry:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        return Entry(folder.name, is_live, manifest["source"], manifest["articles"], read_run(folder))
    except InputError as error:
        return Entry(folder.name, is_live, unreadable=str(error))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        return Entry(folder.name, is_live, unreadable=f"{folder / MANIFEST} is missing or damaged ({error}).")


def _parse_report(report: Mapping[str, Any]) -> RunReport:
    run, changes = report.get("run", {}), report.get("changes", {})
    return RunReport(
        command=run.get("command", ""),
        at=run.get("at", ""),
        parent=run.get("parent"),
        restores=run.get("restores"),
        added=_changes(changes.get("added", [])),
        changed=_changes(changes.get("changed", [])),
        removed=_changes(changes.get("removed", [])),
        unchanged=changes.get("unchanged", 0),
        captures=tuple(Capture(**capture) for capture in report["pages"]),
        problems=tuple(Problem(**problem) for problem in (*report["problems"], *report.get("refused", ()))),
    )


def _changes(items: Iterable[Mapping[str, Any]]) -> tuple[Change, ...]:
    return tuple(
        Change(
            item["id"],
            item["title"],
            item.get("reason", ""),
            item.get("former_id"),
            tuple(FieldChange(**change) for change in item.get("fields", ())),
        )
        for item in items
    )
