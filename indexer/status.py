"""The state of things at one glance: index folder and captures in; a `Status` out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from indexer import kernel
from indexer.build import PAGES
from indexer.config import Config
from indexer.engines import FAST_ENGINE, RECORD_ENGINE, open_engine
from indexer.errors import IndexDamagedError
from indexer.generations import GIVEN, open_current
from indexer.history import RunReport, read_run
from indexer.ledger import SetAside, Tombstone
from indexer.model import Page
from indexer.pages import read_pages
from indexer.store import compile_command, is_writing


@dataclass(frozen=True, slots=True)
class Status:
    """What is live, what waits in `corpus/pages`, and what the last run did.

    newest_month  of all digests ("2020-07"); None when no digest has a month.
    slow          why searches read the Whoosh index instead of the compiled arrays, and the mend; "" when they do not.
    loops         "c" or "numpy": what works through the arrays, see `indexer/kernel`; the first takes half the time.
    captures      how many pages are in use.
    waiting       pages in `corpus/pages` that are neither in use nor set aside: the next update takes them.
    missing       pages in use that are no longer in `corpus/pages`; () for an index of named inputs.
    set_aside     captures of undone runs: only naming one in `update` takes it back.
    tombstones    the digests that are gone; their addresses answer with the reason.
    """

    generation: str
    source: str
    digests: int
    newest_month: str | None
    is_writing: bool
    slow: str
    loops: str
    captures: int
    waiting: tuple[str, ...]
    missing: tuple[str, ...]
    set_aside: tuple[SetAside, ...]
    tombstones: tuple[Tombstone, ...]
    run: RunReport


def read_status(config: Config) -> Status:
    """Return the state of the live generation and of `corpus/pages`.

    StoreError as `open_current` gives it when the index cannot be used. Cost: every file of the live generation and
    every capture is read once.
    """
    generation = open_current(config.index)
    run = read_run(generation.folder)
    ledger = generation.ledger
    newest_month, slow = _look_inside(generation.folder, config.index)
    in_folder = _captures_in(config)
    in_use = {(capture.path, capture.sha256) for capture in run.captures}
    aside = {(capture.path, capture.sha256) for capture in ledger.set_aside}
    from_folder = generation.source == "pages" and generation.manifest["inputs"] != GIVEN
    return Status(
        generation=generation.name,
        source=generation.source,
        digests=generation.manifest["articles"],
        newest_month=newest_month,
        is_writing=is_writing(config.index),
        slow=slow,
        loops=kernel.NAME,
        captures=len(run.captures),
        waiting=_paths(in_folder - in_use - aside),
        missing=_paths(in_use - in_folder) if from_folder else (),
        set_aside=ledger.set_aside,
        tombstones=ledger.tombstones,
        run=run,
    )


def _look_inside(generation: Path, index: Path) -> tuple[str | None, str]:
    """Return the newest month, and why the fast engine cannot be used, or ""."""
    slow = ""
    try:
        engine = open_engine(FAST_ENGINE, generation)
    except IndexDamagedError as error:
        slow = f"{error} Mend it with: {compile_command(index)}"
        engine = open_engine(RECORD_ENGINE, generation)
    try:
        return max((month for month in engine.months if month), default=None), slow
    finally:
        engine.close()


def _captures_in(config: Config) -> set[tuple[str, str]]:
    """Return path and sha256 of every page in `corpus/pages`; files that are none were named by the run's report."""
    pages = config.corpus / PAGES
    if not pages.is_dir():
        return set()
    return {(item.path, item.sha256) for item in read_pages([pages], config.max_page_mb) if isinstance(item, Page)}


def _paths(captures: set[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted(path for path, _ in captures))
