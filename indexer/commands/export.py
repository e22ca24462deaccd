"""`pprsearch export`: the records of the live index, to a file or to standard output."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.cli import setting_options
from indexer.commands.output import open_output
from indexer.config import Config
from indexer.export import FORMATS
from indexer.generations import open_current


@click.command(name="export")
@click.option("--format", "format_name", type=click.Choice(sorted(FORMATS)), default="jsonl", show_default=True)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="file to write, whole or not at all  [default: standard output]",
)
@setting_options("index")
def command(format_name: str, output: Path | None, config: Config) -> None:
    """Write the records of the live index as JSON Lines in UTF-8: one digest a line, in the order of their ids.

    `pprsearch build --records FILE` makes the same index of them again.
    """
    generation = open_current(config.index)
    with open_output(output) as stream:
        FORMATS[format_name](generation, stream)
