"""`pprsearch build`: pages or records -> a new live index, with every problem named."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.build import build_from_pages, build_from_records
from indexer.cli import EXIT_WARNINGS, setting_options
from indexer.config import Config
from indexer.model import Problem


@click.command(name="build")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option("--records", type=click.Path(path_type=Path), help="build from this file of records (.jsonl, .jsonl.gz)")
@setting_options("corpus", "index")
def command(paths: tuple[Path, ...], records: Path | None, config: Config) -> int:
    """Read pages (files or folders of .html, .htm, .txt) into a new index, check it, and switch to it.

    Without PATH the pages in corpus/pages are read. Until the switch, and when anything fails, the old index serves on.
    Exit codes: 0 done, 3 done with warnings, 1 nothing switched, 2 wrong usage.
    """
    if records and paths:
        raise click.UsageError("Give either pages or --records, not both.")
    run = build_from_records(config, records, say) if records else build_from_pages(config, paths, say)
    doubtful = [problem for problem in run.ingest.problems if problem.level != "note"]
    n_pages = len(run.ingest.pages)
    source = str(records) if records else f"{n_pages} page{'s' * (n_pages != 1)}"
    click.echo(f"{len(run.ingest.articles)} digests from {source}.")
    click.echo(f"{config.index}: generation {run.generation.name} is live.")
    if doubtful:
        click.echo(f"{len(doubtful)} warnings, listed above and in {run.generation.folder / 'report.json'}.")
    return EXIT_WARNINGS if doubtful else 0


def say(problem: Problem) -> None:
    """Print a problem for a librarian, unless it is a mere note."""
    if problem.level != "note":
        where = problem.path or "input"
        about = f" “{problem.article}”:" if problem.article else ""
        click.echo(f"{problem.level}: {where}:{about} {problem.message} [{problem.code}]", err=True)
