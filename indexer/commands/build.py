"""`pprsearch build`: pages or records -> a new live index, with every problem named."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.build import build_from_pages, build_from_records
from indexer.cli import EXIT_WARNINGS, complain, setting_options
from indexer.config import Config
from indexer.generations import REPORT
from indexer.model import Problem


@click.command(name="build")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option(
    "--records",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="build from records (.jsonl or .jsonl.gz) instead: what export writes, or lines with id, title and text",
)
@setting_options("corpus", "index")
def command(paths: tuple[Path, ...], records: Path | None, config: Config) -> int:
    """Read pages (files or folders of .html, .htm, .txt) into a new index, check it, and switch to it.

    Without PATH the pages in corpus/pages are read. Until the switch, and when anything fails, the old index serves on.

    Exit codes: 0 done, 3 done with warnings, 1 nothing switched, 2 wrong usage.
    """
    if records and paths:
        raise click.UsageError("Give either pages or --records, not both.")
    run = build_from_records(config, records, say) if records else build_from_pages(config, paths, say)
    source = str(records) if records else _count(len(run.ingest.pages), "page")
    click.echo(f"{_count(len(run.ingest.articles), 'digest')} from {source}.")
    click.echo(f"{config.index}: generation {run.generation.name} is live.")
    doubtful = sum(problem.level != "note" for problem in run.ingest.problems)
    if doubtful:
        click.echo(f"{_count(doubtful, 'warning')}, listed above and in {run.generation.folder / REPORT}.")
    return EXIT_WARNINGS if doubtful else 0


def say(problem: Problem) -> None:
    """Print a problem for a librarian, unless it is a mere note."""
    if problem.level != "note":
        about = f" “{problem.article}”:" if problem.article else ""
        complain(f"{problem.level}: {problem.path or 'input'}:{about} {problem.message} [{problem.code}]")


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'s' * (n != 1)}"
