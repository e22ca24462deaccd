"""`pprsearch build`: pages or records -> a new live index, with every problem named."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.build import build_from_pages, build_from_records
from indexer.cli import setting_options
from indexer.commands.running import allow_removals_option, count, print_run, say, show_progress
from indexer.config import Config
from indexer.task import Options


@click.command(name="build")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option(
    "--records",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="build from records (.jsonl or .jsonl.gz) instead: what export writes, or lines with id, title and text",
)
@click.option("--strict", is_flag=True, help="take warnings for errors: switch to nothing when there is one")
@allow_removals_option
@setting_options("corpus", "index")
def command(paths: tuple[Path, ...], records: Path | None, strict: bool, allow_removals: int, config: Config) -> int:
    """Read pages into a new index, check it, and switch to it.

    PATH is a file or a folder of saved pages (.html .htm .txt) or web archives (.warc .warc.gz .wacz); without it, the
    pages in corpus/pages are read. Everything is made anew; pprsearch update does only what is needed,
    and gives the same. Until the switch, and when anything fails, the old index serves on.

    Exit codes: 0 done, 3 done with warnings, 1 nothing switched, 2 wrong usage.
    """
    if records and paths:
        raise click.UsageError("Give either pages or --records, not both.")
    options = Options(allow_removals, strict, show_progress)
    if records:
        run = build_from_records(config, records, say, options)
    else:
        run = build_from_pages(config, paths, say, options)
    source = str(records) if records else count(len(run.ingest.pages), "page")
    click.echo(f"{count(len(run.ingest.articles), 'digest')} from {source}.")
    return print_run(run, config)
