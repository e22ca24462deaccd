"""`pprsearch config`: every setting in force, where it comes from, what it means."""

from __future__ import annotations

import dataclasses

import click

from indexer.config import load_config


@click.command(name="config")
def command() -> None:
    """Show every setting: its value, where the value comes from, its unit and meaning."""
    config, origins = load_config()
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        click.echo(f"{field.name} = {value}  ({origins[field.name]})")
        click.echo(f"    {field.metadata['unit']}: {field.metadata['help']}")
