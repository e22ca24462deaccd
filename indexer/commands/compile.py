"""`pprsearch compile`: the fast read path of the live index, made anew from its records."""

from __future__ import annotations

import click

from indexer.cli import setting_options
from indexer.config import Config
from indexer.writing import recompile


@click.command(name="compile")
@setting_options("index")
def command(config: Config) -> None:
    """Make the compiled arrays of the live index anew.

    Use it when a search said that they are missing or damaged. The index itself stays as it is, and a running search
    page takes the new arrays by itself.
    """
    generation = recompile(config.index)
    click.echo(f"{config.index}: the compiled arrays of generation {generation.name} are in place.")
