"""`pprsearch check`: every file of the index against what was written; each difference with its mend."""

from __future__ import annotations

import click

from indexer.checking import check_index
from indexer.cli import EXIT_FAILED, complain, setting_options
from indexer.commands.running import count
from indexer.config import Config


@click.command(name="check")
@click.option("--all", "every", is_flag=True, help="check the kept generations too, not only the live one")
@setting_options("corpus", "index")
def command(every: bool, config: Config) -> int:
    """Compare every file of the index with what was written.

    That is the live generation, and the captures in corpus/pages that it was made from. Each difference is named with
    the command that mends it; nothing is changed.

    Exit codes: 0 all sound, 1 something differs, 2 wrong usage.
    """
    check = check_index(config, every)
    for finding in check.findings:
        complain(f"damaged: {finding.path}: {finding.message} {finding.mend}")
    captures = f", and {count(check.captures, 'capture')}" if check.captures else ""
    click.echo(f"generation {', '.join(check.generations)}: {count(check.files, 'file')} compared{captures}.")
    if check.findings:
        click.echo(f"{count(len(check.findings), 'difference')}; the lines above say what mends each.")
        return EXIT_FAILED
    click.echo("All of them are what was written.")
    return 0
