"""`pprsearch update`: new captures -> stored in the corpus folder -> the live index brought up to date."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import click

from indexer.build import PAGES
from indexer.captures import Stored
from indexer.cli import setting_options
from indexer.commands.running import allow_removals_option, count, print_run, say, show_progress
from indexer.config import Config
from indexer.task import Options
from indexer.update import dry_run, update


@click.command(name="update")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option("--dry-run", "is_dry", is_flag=True, help="do it all, show the report, and forget it: nothing is kept")
@click.option("--strict", is_flag=True, help="take new warnings for errors: switch to nothing when there is one")
@allow_removals_option
@setting_options("corpus", "index")
def command(paths: tuple[Path, ...], is_dry: bool, strict: bool, allow_removals: int, config: Config) -> int:
    """Store captures in corpus/pages and bring the index up to date.

    PATH is a file or a folder of captures (.html .htm .txt .warc .warc.gz .wacz); without it, what lies in corpus/pages
    is taken. Captures are kept unchanged, the same bytes once. Only what is new is parsed and indexed; the result is
    that of pprsearch build. A capture that a rollback set aside is read again when its file is named. Until the switch,
    and when anything fails, the old index serves on.

    Exit codes: 0 done, or nothing to do; 3 done with new warnings; 1 nothing switched; 2 wrong usage.
    """
    options = Options(allow_removals, strict, show_progress)
    with dry_run(config) if is_dry else contextlib.nullcontext(config) as place:
        done = update(place, paths, say, options)
        if paths:
            click.echo(_describe(done.stored, config.corpus / PAGES))
        if done.run.is_first:  # with nothing before it there are no changes to list
            digests, pages = len(done.run.ingest.articles), len(done.run.ingest.pages)
            click.echo(f"{count(digests, 'digest')} from {count(pages, 'page')}.")
        return print_run(done.run, config, len(done.stored.refused), is_dry)


def _describe(stored: Stored, pages: Path) -> str:
    """Return one sentence about the files that were named."""
    parts = [f"{count(len(stored.added), 'new capture')} for {pages}{_listed(stored.added)}"]
    if stored.known:
        parts.append(f"{len(stored.known)} there already{_listed(stored.known)}")
    if stored.refused:
        parts.append(f"{len(stored.refused)} refused")
    return f"{'; '.join(parts)}."


def _listed(names: Sequence[str], most: int = 5) -> str:
    more = [f"and {len(names) - most} more"] if len(names) > most else []
    return f" ({', '.join([*names[:most], *more])})" if names else ""
