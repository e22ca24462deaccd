"""`pprsearch history`: the kept generations, newest first, and what made each."""

from __future__ import annotations

import dataclasses
import json

import click

from indexer.cli import setting_options
from indexer.commands.running import count
from indexer.config import Config
from indexer.errors import IndexMissingError
from indexer.history import Entry, read_history
from indexer.store import build_command


@click.command(name="history")
@click.option("--json", "as_json", is_flag=True, help="print the whole of it as JSON, for machines")
@setting_options("index")
def command(as_json: bool, config: Config) -> None:
    """List the kept generations, newest first: when and by what each was made, and what it changed.

    `pprsearch rollback` goes back to the one before the live one.
    """
    entries = read_history(config.index)
    if not entries:
        raise IndexMissingError(f"There is no index in '{config.index}'. Make one with: {build_command(config.index)}")
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(entry) for entry in entries], ensure_ascii=False, indent=1))
        return
    for entry in entries:
        click.echo(_line(entry))


def _line(entry: Entry) -> str:
    live = "live  " if entry.is_live else "      "
    if entry.unreadable:
        return f"{entry.name}  {live}{entry.unreadable}"
    run = entry.run
    what = f"{run.command or 'a run'}{f' to {run.restores}' if run.restores else ''}"
    after = f", after {run.parent}" if run.parent else ""
    changes = f"+{len(run.added)} ~{len(run.changed)} -{len(run.removed)}"
    warnings = count(sum(run.warnings.values()), "warning")
    digests = f"{count(entry.articles, 'digest')} from {entry.source}"
    return f"{entry.name}  {live}{run.at or 'at a time not told':20}  {what}{after}: {digests} ({changes}), {warnings}"
