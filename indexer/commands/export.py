"""`pprsearch export`: the records of the live index, to a file or to standard output."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from indexer.cli import setting_options
from indexer.config import Config
from indexer.errors import InputError
from indexer.export import FORMATS
from indexer.generations import open_current


@click.command(name="export")
@click.option("--format", "format_name", type=click.Choice(sorted(FORMATS)), default="jsonl", help="(default: jsonl)")
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="file to write (default: print)")
@setting_options("index")
def command(format_name: str, output: Path | None, config: Config) -> None:
    """Write the records of the live index, one digest a line; `pprsearch build --records FILE` reads them back."""
    generation = open_current(config.index)
    if output is None:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        FORMATS[format_name](generation, sys.stdout)
        return
    draft = output.with_name(f"{output.name}.new")
    try:
        with draft.open("w", encoding="utf-8", newline="") as stream:
            FORMATS[format_name](generation, stream)
        draft.replace(output)
    except OSError as error:
        raise InputError(f"{output} cannot be written: {error.strerror}. Name another file with -o.") from error
