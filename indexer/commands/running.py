"""What `build`, `update` and `remove` share: an option, and on the screen problems, progress and what changed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click

from indexer.changes import describe_changes
from indexer.cli import EXIT_WARNINGS, complain
from indexer.config import Config
from indexer.generations import REPORT
from indexer.model import Problem
from indexer.task import Run

T = TypeVar("T")
LINE_SECONDS = 10.0  # between two lines of progress where no terminal shows a bar, as in a log of cron
BAR_STEPS = 200  # a bar is drawn so often at most


allow_removals_option = click.option(
    "--allow-removals",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    help="let so many digests go, even when that is more than 5 % of them",
)


def show_progress(items: Iterable[T], n: int, label: str, line_seconds: float = LINE_SECONDS) -> Iterator[T]:
    """Pass items on, and show on standard error how far they are: a bar with the time left, or a line now and then."""
    if sys.stderr is not None and sys.stderr.isatty():
        with click.progressbar(
            items, length=n, label=label, file=sys.stderr, update_min_steps=max(1, n // BAR_STEPS)
        ) as bar:
            yield from bar
        return
    due = time.monotonic() + line_seconds
    for done, item in enumerate(items, 1):
        yield item
        if time.monotonic() >= due:
            complain(f"{label}: {done} of {n}")
            due = time.monotonic() + line_seconds


def print_run(run: Run, config: Config, refused: int = 0, is_dry: bool = False) -> int:
    """Print what a run changed and what is live now; return the exit code.

    refused  how many named files could not be stored.
    """
    if run.is_new and not run.is_first:
        for line in describe_changes(run.changes):
            click.echo(line)
    if is_dry:
        click.echo(f"{config.index}: nothing was stored, nothing was switched: this was a dry run.")
    elif run.is_new:
        click.echo(f"{config.index}: generation {run.generation.name} is live.")
    else:
        click.echo(f"{config.index}: nothing changed, generation {run.generation.name} stays live.")
    if aside := len(run.generation.ledger.set_aside):
        click.echo(f"{count(aside, 'capture')} set aside by a rollback, not read: see pprsearch status")
    doubtful = refused + sum(problem.level != "note" for problem in run.problems)
    if doubtful:
        where = "" if is_dry or not run.is_new else f" and in {run.generation.folder / REPORT}"
        click.echo(f"{count(doubtful, 'warning')}, listed above{where}.")
    return EXIT_WARNINGS if doubtful else 0


def say(problem: Problem) -> None:
    """Print a problem for a librarian, unless it is a mere note."""
    if problem.level != "note":
        about = f" “{problem.article}”:" if problem.article else ""
        complain(f"{problem.level}: {problem.path or 'input'}:{about} {problem.message} [{problem.code}]")


def count(n: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it must be."""
    return f"{n} {noun}{'s' * (n != 1)}"
