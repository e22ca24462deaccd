"""`pprsearch remove`: a librarian's word -> a digest less, whose address says why."""

from __future__ import annotations

import click

from indexer.cli import setting_options
from indexer.commands.running import print_run, say, show_progress
from indexer.config import Config
from indexer.task import Options
from indexer.update import remove, undo_removal


@click.command(name="remove")
@click.argument("doc_id", metavar="DOC_ID")
@click.option("--reason", metavar="TEXT", help="why, in a sentence that readers see at its old address")
@click.option("--undo", is_flag=True, help="take the removal of DOC_ID back")
@setting_options("corpus", "index")
def command(doc_id: str, reason: str | None, undo: bool, config: Config) -> int:
    """Remove a digest from the live index. No capture is touched, and no later one brings it back, only --undo.

    Exit codes: 0 done, 3 done with warnings, 1 nothing switched, 2 wrong usage.
    """
    options = Options(progress=show_progress)
    reason = " ".join((reason or "").split())
    if (undo and reason) or not (undo or reason):
        raise click.UsageError("Say why with --reason TEXT, or take a removal back with --undo.")
    run = undo_removal(config, doc_id, say, options) if undo else remove(config, doc_id, reason, say, options)
    return print_run(run, config)
