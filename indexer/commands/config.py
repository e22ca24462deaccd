"""`pprsearch config`: every setting in force, where it comes from, what it means."""

from __future__ import annotations

import dataclasses
import os

import click

from indexer.cli import EXIT_WARNINGS, complain
from indexer.config import DEBUG_VARIABLE, VARIABLE_PREFIX, load_config, variable_of


@click.command(name="config")
def command() -> int:
    """Show every setting: its value, where the value comes from, its unit and meaning.

    A flag beats the variable PPRSEARCH_NAME; that beats pprsearch.toml in the working directory; that beats the
    default.
    """
    config, origins = load_config()
    fields = dataclasses.fields(config)
    for field in fields:
        click.echo(f"{field.name} = {getattr(config, field.name)}  ({origins[field.name]})")
        click.echo(f"    {field.metadata['unit']}: {field.metadata['help']}")
    known = {DEBUG_VARIABLE, *(variable_of(field.name) for field in fields)}
    unknown = sorted(name for name in os.environ if name.startswith(VARIABLE_PREFIX) and name not in known)
    for name in unknown:
        complain(f"warning: the variable {name} is no setting and was ignored. Correct its name or unset it.")
    return EXIT_WARNINGS if unknown else 0
